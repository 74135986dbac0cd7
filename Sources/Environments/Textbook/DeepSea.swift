import RLCore

/// DeepSea (Osband, Van Roy, Russo & Wen, *Deep Exploration via Randomized Value Functions*, JMLR 20, 2019), as bsuite has it: a diver sinks one row a
/// step, and finds the treasure only by going right every time, although each step to the right costs a little.
///
/// State `row * size + column`; episodes begin above left and last `size` steps. Only cells on and below the diagonal can be reached; the
/// others offer no action. Going right costs `move_cost / size`; in the last column it also earns 1. Which of the two actions
/// goes right is drawn for each cell from `mapping_seed`, unless `randomize_actions` is false (then 0 is left, 1 right).
///
/// Where not `deterministic`, a move to the right fails with probability 1 / size. bsuite then also adds a reward of N(0, 1) at the two lower
/// corners; its mean is 0, and a finite model leaves it out.
public enum DeepSea: FiniteEnvironment {
  static let size = Parameter.integer("size", symbol: "N", default: 10, in: 1...3000, "rows and columns of the sea")
  static let isDeterministic = Parameter.flag(
    "deterministic", default: true, "whether moves to the right always succeed")
  static let moveCost = Parameter.real(
    "move_cost", default: 0.01, "cost of going right all the way; a step costs this over size")
  static let randomizesActions = Parameter.flag(
    "randomize_actions", default: true, "whether it is drawn for each cell which action goes right")
  static let mappingSeed = Parameter.integer(
    "mapping_seed", default: 42, in: 0...Int.max, "the seed of that draw")

  /// What configurations and readers see.
  public static let about = About(
    id: "deep-sea",
    summary: "a treasure that only a long row of slightly costly steps finds",
    source: "Osband, Van Roy, Russo & Wen (2019); bsuite deep_sea",
    parameters: [
      size.declaration, isDeterministic.declaration, moveCost.declaration, randomizesActions.declaration,
      mappingSeed.declaration,
    ])

  /// Builds the task.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let size = settings[size]
    let isRandomized = settings[randomizesActions]
    let failure = settings[isDeterministic] ? 0 : 1 / Double(size)
    let cost = settings[moveCost] / Double(size)
    var stream = RandomStream(seed: UInt64(settings[mappingSeed]))
    var builder = FiniteMDPBuilder(states: size * size, actions: 2)
    for row in 0..<size {
      for column in 0...row {
        let state = row * size + column
        let ends = row == size - 1
        func below(_ column: Int) -> Int { ends ? state : (row + 1) * size + min(max(column, 0), size - 1) }
        let right = isRandomized ? stream.uniform(below: 2) : 1
        for action in 0...1 {
          builder.addPair(state: state, action: action)
          if action == right {
            let reward = (column == size - 1 ? 1 : 0) - cost
            builder.addOutcome(probability: 1 - failure, next: below(column + 1), reward: reward, terminated: ends)
            builder.addOutcome(probability: failure, next: below(column), reward: reward, terminated: ends)
          } else {
            builder.addOutcome(probability: 1, next: below(column - 1), reward: 0, terminated: ends)
          }
        }
      }
    }
    let model = try builder.build(
      initial: .certain(0), stateLabels: .cells(columns: size), actionLabels: isRandomized ? [] : ["left", "right"])
    return FiniteTask(model: model, grid: isRandomized ? nil : layout(size))
  }

  private static func layout(_ size: Int) -> GridLayout {
    var cells = [GridLayout.Cell](repeating: .wall, count: size * size)
    for row in 0..<size {
      for column in 0...row { cells[row * size + column] = .free }
    }
    cells[0] = .start
    cells[size * size - 1] = .goal
    return GridLayout(
      rows: size, columns: size, cells: cells, moves: [.init(rows: 1, columns: -1), .init(rows: 1, columns: 1)])
  }
}
