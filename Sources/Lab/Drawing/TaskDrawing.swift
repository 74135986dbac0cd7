import Foundation
import RLCore

/// A task with values and a policy as text: grids with arrows, everything else as a table.
struct TaskDrawing {
  let model: FiniteMDP
  let grid: GridLayout?
  /// `V` of each state.
  var values: [Double]
  /// The numbers of the pairs that are best in each state.
  var best: [[Int]]
  /// Where the agent is, if that is known.
  var agent: Int?
  /// What stands above the values of a grid.
  var valuesTitle = "values"
  /// How many rows of a table are shown at most.
  var mostRows = 60
  /// What follows where there are more.
  var hint = ""

  init(model: FiniteMDP, grid: GridLayout?, values: [Double], best: [[Int]]) {
    self.model = model
    self.grid = grid
    self.values = values
    self.best = best
  }

  /// The optimal values and all optimal actions.
  init(_ solution: OptimalSolution, grid: GridLayout?) {
    let tolerance = solution.tieTolerance
    self.init(
      model: solution.model, grid: grid, values: solution.values,
      best: (0..<solution.model.stateCount).map { solution.optimalPairs(of: $0, tolerance: tolerance) })
  }

  /// The drawing.
  var text: String {
    if let grid, grid.cells.count == model.stateCount, grid.columns <= 40 { return drawing(of: grid) }
    return table
  }

  /// The map of a grid, without values.
  func map(of grid: GridLayout) -> String {
    lines(grid) { state in Self.mark(grid.cells[state]) }
  }

  private static func mark(_ cell: GridLayout.Cell) -> String {
    switch cell {
    case .free: "."
    case .start: "S"
    case .goal: "G"
    case .wall: "#"
    case .hazard: "X"
    }
  }

  private func drawing(of grid: GridLayout) -> String {
    let numbers = lines(grid) { state in
      grid.cells[state] == .wall || model.isTerminal(state) && grid.cells[state] != .free
        ? Self.mark(grid.cells[state]) : Self.short(values[state])
    }
    let arrows = lines(grid) { state in
      if state == agent { return "@" }
      if model.isTerminal(state) { return Self.mark(grid.cells[state]) }
      let moves = best[state].map { pair -> String in
        let action = Int(model.pairActions[pair])
        return action < grid.moves.count ? Self.arrow(grid.moves[action]) : model.actionLabels[action]
      }
      return moves.count > 4 || moves.count == model.pairs(of: state).count && moves.count > 2
        ? "any" : moves.joined()
    }
    return valuesTitle + "\n" + numbers + "\n\npolicy\n" + arrows
  }

  private func lines(_ grid: GridLayout, _ cell: (Int) -> String) -> String {
    let cells = (0..<grid.cells.count).map(cell)
    let width = cells.reduce(1) { max($0, $1.count) }
    return (0..<grid.rows).map { row in
      (0..<grid.columns).map { column in
        let text = cells[row * grid.columns + column]
        return String(repeating: " ", count: width - text.count) + text
      }.joined(separator: " ")
    }.joined(separator: "\n")
  }

  private static func arrow(_ move: GridLayout.Move) -> String {
    let arrows = [["↖", "↑", "↗"], ["←", "•", "→"], ["↙", "↓", "↘"]]
    return arrows[move.rows.signum() + 1][move.columns.signum() + 1]
  }

  /// Three or four digits, so that columns stay narrow.
  static func short(_ x: Double) -> String {
    if !x.isFinite { return x.isNaN ? "–" : x < 0 ? "-inf" : "inf" }
    if x == 0 { return "0" }
    let size = abs(x)
    if size < 1e-3 || size >= 1e5 { return String(format: "%.1e", x) }
    let text = String(format: size < 1 ? "%.3f" : size < 10 ? "%.2f" : size < 1000 ? "%.1f" : "%.0f", x)
    guard text.contains(".") else { return text }
    var end = Substring(text)
    while end.last == "0" { end = end.dropLast() }
    return String(end.last == "." ? end.dropLast() : end)
  }

  private var table: String {
    let all = (0..<model.stateCount).filter { !model.isTerminal($0) }
    let states = Self.rows(all, most: mostRows, agent: agent)
    var rows = [["state", "label", "value", "best action"]]
    for state in states {
      let names = best[state].map { model.actionLabels[Int(model.pairActions[$0])] }
      let shown = names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", … \(names.count - 6) more" : "")
      rows.append([
        (state == agent ? "@" : "") + "\(state)", model.stateLabels.label(of: state), RunSummary.plain(values[state]),
        shown,
      ])
    }
    if case .numbered = model.stateLabels { rows = rows.map { [$0[0], $0[2], $0[3]] } }
    var text = Self.columns(rows)
    if states.count < all.count { text += "\n… and \(all.count - states.count) more states" + hint }
    return text
  }

  /// The first states of a list, and where the agent is.
  static func rows(_ states: [Int], most: Int, agent: Int?) -> [Int] {
    let first = Array(states.prefix(most))
    guard let agent, states.contains(agent), !first.contains(agent) else { return first }
    return first.dropLast() + [agent]
  }

  /// Rows of words below each other.
  static func columns(_ rows: [[String]]) -> String {
    let widths = rows[0].indices.map { column in rows.reduce(0) { max($0, $1[column].count) } }
    return rows.map { row in
      zip(row, widths).map { $0.padding(toLength: max($1, $0.count), withPad: " ", startingAt: 0) }
        .joined(separator: "  ").trimmingCharacters(in: .whitespaces)
    }.joined(separator: "\n")
  }
}
