import RLCore

/// The 5 × 5 gridworld of Sutton & Barto, Example 3.5 (Figures 3.2 and 3.5): a task that never ends.
///
/// Every action from A, (0,1), leads to A′, (4,1), and earns 10; every action from B, (0,3), leads to B′, (2,3), and
/// earns 5. A move off the grid leaves the agent where it is and costs 1; any other move earns 0. The book names no
/// start: here every cell is equally likely. States are `row * 5 + column`; actions 0 left, 1 up, 2 right, 3 down.
public enum GridworldExample35: FiniteEnvironment {
  /// What configurations and readers see.
  public static let about = About(
    id: "gridworld-3-5",
    summary: "5 × 5 grid that never ends, with two cells that pay 10 and 5 and carry the agent away",
    source: "Sutton & Barto (2018), Example 3.5", neverEnds: true)

  private static let size = 5
  private static let compass = Compass("left", "up", "right", "down")
  private static let (a, b) = (1, 3)

  /// Builds the task.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let count = size * size
    var builder = FiniteMDPBuilder(states: count, actions: compass.moves.count)
    for state in 0..<count {
      for (action, move) in compass.moves.enumerated() {
        let (next, reward) = arrival(from: state, by: move)
        builder.addPair(state: state, action: action)
        builder.addOutcome(probability: 1, next: next, reward: reward)
      }
    }
    let model = try builder.build(
      initial: .uniform(over: Array(0..<count)), stateLabels: .cells(columns: size), actionLabels: compass.labels)
    var cells = [GridLayout.Cell](repeating: .free, count: count)
    cells[a] = .goal
    cells[b] = .goal
    return FiniteTask(
      model: model, grid: GridLayout(rows: size, columns: size, cells: cells, moves: compass.moves))
  }

  private static func arrival(from state: Int, by move: GridLayout.Move) -> (next: Int, reward: Double) {
    if state == a { return (4 * size + 1, 10) }
    if state == b { return (2 * size + 3, 5) }
    let (row, column) = (state / size + move.rows, state % size + move.columns)
    if row < 0 || row >= size || column < 0 || column >= size { return (state, -1) }
    return (row * size + column, 0)
  }
}
