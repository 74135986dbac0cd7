import RLCore

/// The cliff of Sutton & Barto, Example 6.6, as Gymnasium's `CliffWalking-v1` has it: 4 × 12 cells, start below left,
/// goal below right, the cliff between them. Stepping onto the cliff costs 100 and leads back to the start without
/// ending the episode.
///
/// States are `row * 12 + column`; actions 0 up, 1 right, 2 down, 3 left. On a slippery cliff a move goes to each side
/// with probability 1/3.
public enum CliffWalking: FiniteEnvironment {
  static let isSlippery = Parameter.flag(
    "is_slippery", default: false, "whether a move goes to each side with probability 1/3")

  /// What configurations and readers see.
  public static let about = About(
    id: "cliff-walking",
    summary: "4 × 12 grid: reach the goal along a cliff that costs 100 and leads back to the start",
    source: "Sutton & Barto (2018), Example 6.6; Gymnasium CliffWalking-v1",
    parameters: [isSlippery.declaration])

  private static let rows = 4
  private static let columns = 12
  private static let start = 36
  private static let goal = 47

  /// Builds the task.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let slippery = settings[isSlippery]
    var builder = FiniteMDPBuilder(states: rows * columns, actions: 4)
    for state in 0..<goal where state <= start {
      for action in 0..<4 {
        builder.addPair(state: state, action: action)
        let directions = slippery ? [(action + 3) % 4, action, (action + 1) % 4] : [action]
        for direction in directions {
          let (next, reward) = move(from: state, in: direction)
          builder.addOutcome(
            probability: 1 / Double(directions.count), next: next, reward: reward, terminated: next == goal)
        }
      }
    }
    let model = try builder.build(
      initial: [.init(state: start, probability: 1)], stateLabels: .cells(columns: columns),
      actionLabels: Compass.four.labels)
    return FiniteTask(model: model, grid: layout)
  }

  private static func move(from state: Int, in direction: Int) -> (next: Int, reward: Double) {
    let step = Compass.four.moves[direction]
    let row = min(max(state / columns + step.rows, 0), rows - 1)
    let column = min(max(state % columns + step.columns, 0), columns - 1)
    let next = row * columns + column
    return next > start && next < goal ? (start, -100) : (next, -1)
  }

  private static var layout: GridLayout {
    var cells = [GridLayout.Cell](repeating: .free, count: rows * columns)
    cells[start] = .start
    cells[goal] = .goal
    for state in start + 1..<goal { cells[state] = .hazard }
    return GridLayout(rows: rows, columns: columns, cells: cells, moves: Compass.four.moves)
  }
}
