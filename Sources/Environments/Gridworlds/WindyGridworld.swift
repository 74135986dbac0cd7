import RLCore

/// The windy gridworld of Sutton & Barto, Example 6.5: 7 × 10 cells, a start left and a goal right, and between them a
/// wind that blows upward.
///
/// Every step costs 1 until the goal is reached. The wind is that of the column that the agent leaves; move and wind
/// count together, and only then is the place pulled back onto the grid. States are `row * 10 + column`. Actions are 0
/// up, 1 down, 2 left, 3 right; with king's moves (Exercise 6.9) 4 up-left, 5 up-right, 6 down-left, 7 down-right; a
/// stay action, if any, is the last.
///
/// With stochastic wind (Exercise 6.10) a wind, where there is any, blows one cell less or one cell more with
/// probability 1/3 each. These are three outcomes, also where the edge makes two of them the same.
public enum WindyGridworld: FiniteEnvironment {
  static let kingMoves = Parameter.flag(
    "king_moves", default: false, "whether the four diagonal moves are allowed too (Exercise 6.9)")
  static let stay = Parameter.flag(
    "stay", default: false, "whether there is an action that moves by the wind alone (Exercise 6.9)")
  static let stochasticWind = Parameter.flag(
    "stochastic_wind", default: false, "whether a wind varies by one cell up or down, 1/3 each (Exercise 6.10)")

  /// What configurations and readers see.
  public static let about = About(
    id: "windy-gridworld",
    summary: "7 × 10 grid: reach the goal across a wind that blows upward, at a cost of 1 a step",
    source: "Sutton & Barto (2018), Example 6.5, Exercises 6.9 and 6.10",
    parameters: [kingMoves.declaration, stay.declaration, stochasticWind.declaration])

  private static let rows = 7
  private static let wind = [0, 0, 0, 1, 1, 1, 2, 2, 1, 0]
  private static let start = 30
  private static let goal = 37

  /// Builds the task.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    var labels = ["up", "down", "left", "right"]
    if settings[kingMoves] { labels += ["up-left", "up-right", "down-left", "down-right"] }
    if settings[stay] { labels.append("stay") }
    let compass = Compass(labels)
    let columns = wind.count
    let isStochastic = settings[stochasticWind]
    var builder = FiniteMDPBuilder(states: rows * columns, actions: compass.moves.count)
    for state in 0..<rows * columns where state != goal {
      let (row, column) = (state / columns, state % columns)
      let mean = wind[column]
      let winds = isStochastic && mean > 0 ? [mean - 1, mean, mean + 1] : [mean]
      for (action, move) in compass.moves.enumerated() {
        builder.addPair(state: state, action: action)
        for wind in winds {
          let nextRow = min(max(row + move.rows - wind, 0), rows - 1)
          let nextColumn = min(max(column + move.columns, 0), columns - 1)
          let next = nextRow * columns + nextColumn
          builder.addOutcome(
            probability: 1 / Double(winds.count), next: next, reward: -1, terminated: next == goal)
        }
      }
    }
    let model = try builder.build(
      initial: [.init(state: start, probability: 1)], stateLabels: .cells(columns: columns),
      actionLabels: compass.labels)
    var cells = [GridLayout.Cell](repeating: .free, count: rows * columns)
    cells[start] = .start
    cells[goal] = .goal
    return FiniteTask(
      model: model, grid: GridLayout(rows: rows, columns: columns, cells: cells, moves: compass.moves))
  }
}
