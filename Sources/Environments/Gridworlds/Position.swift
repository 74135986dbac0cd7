import RLCore

/// A cell as books write it, `[row, column]`, counted from 1; row 1 on top.
struct Position: Equatable {
  let row: Int
  let column: Int

  /// Reads `[row, column]`.
  init(_ setting: Setting) throws(SettingProblem) {
    guard let elements = setting.elements, elements.count == 2, let row = elements[0].whole,
      let column = elements[1].whole
    else { throw SettingProblem("\(setting) is no cell; write [row, column], counted from 1") }
    self.row = row
    self.column = column
  }

  /// The number of the cell on a grid, `(row - 1) * columns + column - 1`.
  func state(rows: Int, columns: Int, at place: String) throws(SettingProblem) -> Int {
    if row < 1 || row > rows || column < 1 || column > columns {
      throw SettingProblem(
        "[\(row),\(column)] is not on the grid; give a row in [1, \(rows)] and a column in [1, \(columns)]", at: place)
    }
    return (row - 1) * columns + column - 1
  }
}

extension Parameter where Value == Position {
  /// A cell of a grid.
  static func position(_ name: String, default: (row: Int, column: Int), _ meaning: String) -> Parameter {
    Parameter(
      name, type: "[row, column]", default: .list([.integer(`default`.row), .integer(`default`.column)]),
      range: "cells of the grid, counted from 1", meaning
    ) { setting throws(SettingProblem) in try Position(setting) }
  }
}

extension Parameter where Value == Position? {
  /// A cell of a grid, or `null`.
  static func optionalPosition(_ name: String, default: (row: Int, column: Int)?, _ meaning: String) -> Parameter {
    Parameter(
      name, type: "[row, column] or null",
      default: `default`.map { .list([.integer($0.row), .integer($0.column)]) } ?? .null,
      range: "cells of the grid, counted from 1", meaning
    ) { setting throws(SettingProblem) in setting == .null ? nil : try Position(setting) }
  }
}

extension Parameter where Value == [Position] {
  /// Cells of a grid.
  static func positions(_ name: String, default: [(row: Int, column: Int)], _ meaning: String) -> Parameter {
    Parameter(
      name, type: "list of [row, column]",
      default: .list(`default`.map { .list([.integer($0.row), .integer($0.column)]) }),
      range: "cells of the grid, counted from 1", meaning
    ) { setting throws(SettingProblem) in
      guard let elements = setting.elements else {
        throw SettingProblem("\(setting) is \(setting.kind); write a list of [row, column], counted from 1")
      }
      return try elements.read(Position.init)
    }
  }
}
