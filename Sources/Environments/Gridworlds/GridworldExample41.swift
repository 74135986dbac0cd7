import RLCore

/// The 4 × 4 gridworld of Sutton & Barto, Example 4.1 (Figure 4.1): every step costs 1 until the corner above left or
/// below right is reached, undiscounted.
///
/// States are `row * 4 + column`, which are the book's numbers 1 to 14; its one terminal state is drawn twice and here
/// counts twice, 0 and 15. The book names no start: here every non-terminal cell is equally likely. Actions are 0 up, 1
/// down, 2 right, 3 left, in the book's order.
public enum GridworldExample41: FiniteEnvironment {
  /// What configurations and readers see.
  public static let about = About(
    id: "gridworld-4-1",
    summary: "4 × 4 grid: reach one of two corners, at a cost of 1 a step",
    source: "Sutton & Barto (2018), Example 4.1")

  /// Builds the task.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    var cells = [GridLayout.Cell](repeating: .free, count: 16)
    cells[0] = .goal
    cells[15] = .goal
    let compass = Compass("up", "down", "right", "left")
    let rules = GridRules(
      compass: compass, drifts: compass.drifts(ahead: 1, side: 0), step: -1, goal: -1, hazard: -1, bump: -1)
    return try rules.task(on: GridMap(rows: 4, columns: 4, cells: cells), starts: Array(1...14))
  }
}
