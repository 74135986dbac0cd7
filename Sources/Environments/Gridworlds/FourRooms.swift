import RLCore

/// The four rooms of Sutton, Precup & Singh (1999), Figure 2: 11 × 11 cells inside the outer wall, four rooms joined by
/// four hallways.
///
/// A move goes its way with probability 2/3; with the rest, `slip`, it goes one of the other three ways, equally
/// likely. A wall stops it. Reaching the goal earns 1 and ends the episode, every other step earns 0; the paper
/// discounts by 0.9.
///
/// States are `row * 11 + column`, inner walls being states without actions; actions 0 up, 1 right, 2 down, 3 left.
/// Cells in the options are `[row, column]` counted from 1, which are the indices from 0 of a drawing that shows the
/// outer wall too. The goal stands by default in the eastern hallway, the paper's G1, and the start in the corner above
/// left.
public enum FourRooms: FiniteEnvironment {
  static let slip = Parameter.real(
    "slip", default: 1.0 / 3, in: .unit, "the chance that a move goes one of the other three ways")
  static let goal = Parameter.position("goal", default: (7, 9), "the goal; the default is the eastern hallway")
  static let start = Parameter.optionalPosition(
    "start", default: (1, 1), "where episodes begin; null: in any free cell but the goal, equally likely")

  /// What configurations and readers see.
  public static let about = About(
    id: "four-rooms",
    summary: "four rooms joined by hallways, with moves that often go astray: reach the goal, which alone pays",
    source: "Sutton, Precup & Singh (1999), Between MDPs and semi-MDPs, Artificial Intelligence 112, section 3.1",
    parameters: [slip.declaration, goal.declaration, start.declaration],
    relations: [.never([.notAmong("goal", freeCells)]), .never([.notAmong("start", freeCells + [.null])])])

  /// The cells that are no walls.
  private static var freeCells: [Setting] {
    rows.enumerated().flatMap { row, line in
      line.enumerated().filter { $0.element != "#" }.map { .list([.integer(row + 1), .integer($0.offset + 1)]) }
    }
  }

  private static let rows = [
    ".....#.....",
    ".....#.....",
    "...........",
    ".....#.....",
    ".....#.....",
    "#.####.....",
    ".....###.##",
    ".....#.....",
    ".....#.....",
    "...........",
    ".....#.....",
  ]

  /// Builds the task.
  ///
  /// - Throws: ``SettingProblem`` where the goal or the start is not on the grid, in a wall, or both are the same cell.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    var cells: [GridLayout.Cell] = rows.flatMap { $0.map { $0 == "#" ? .wall : .free } }
    let goal = try freeCell(settings[goal], in: cells, at: ".goal")
    cells[goal] = .goal
    let starts: [Int]
    if let position = settings[start] {
      let start = try freeCell(position, in: cells, at: ".start")
      if start == goal { throw SettingProblem("the start is the goal; choose another cell", at: ".start") }
      cells[start] = .start
      starts = [start]
    } else {
      starts = cells.indices.filter { cells[$0] == .free }
    }
    let compass = Compass.four
    let slip = settings[slip]
    let drifts = (0..<4).map { action in
      (0..<4).map { Compass.Drift(direction: $0, probability: $0 == action ? 1 - slip : slip / 3) }
        .filter { $0.probability > 0 }
    }
    let rules = GridRules(compass: compass, drifts: drifts, step: 0, goal: 1, hazard: 0, bump: 0)
    return try rules.task(on: GridMap(rows: 11, columns: 11, cells: cells), starts: starts)
  }

  private static func freeCell(
    _ position: Position, in cells: [GridLayout.Cell], at place: String
  ) throws(SettingProblem) -> Int {
    let state = try position.state(rows: 11, columns: 11, at: place)
    if cells[state] == .wall {
      throw SettingProblem("[\(position.row),\(position.column)] is a wall; choose another cell", at: place)
    }
    return state
  }
}
