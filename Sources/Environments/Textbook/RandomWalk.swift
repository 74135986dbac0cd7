import RLCore

/// The random walk of Sutton & Barto, Examples 6.2 (5 states), 7.1 (19 states) and 9.1 (1000 states, jumps of up to 100).
///
/// States are 0 to `states` − 1 from left to right (the book's A to E for five), the actions 0 left and 1 right. The book's walk has no
/// actions; it is this one under the uniform policy. A move goes to one of the `reach` nearest states on its side, each with the same
/// probability; what falls beyond an end of the row ends the episode with that end's reward. Such an outcome names the outermost
/// state: the ends themselves are no states, so that a table of values has `states` entries.
public enum RandomWalk: FiniteEnvironment {
  static let states = Parameter.integer("states", default: 5, in: 1...1_000_000, "how many states lie between the ends")
  static let leftReward = Parameter.real("left_reward", default: 0, "reward of leaving at the left end")
  static let rightReward = Parameter.real("right_reward", default: 1, "reward of leaving at the right end")
  static let start = Parameter.optionalInteger(
    "start", in: 0...999_999, "the state in which episodes begin, counted from 0; null for the middle")
  static let reach = Parameter.integer(
    "reach", default: 1, in: 1...1_000_000, "how many neighbours on a side a move may lead to (100 in Example 9.1)")

  /// What configurations and readers see.
  public static let about = About(
    id: "random-walk",
    summary: "a row of states with an end on each side; prediction under the uniform policy",
    source: "Sutton & Barto (2018), Examples 6.2, 7.1 and 9.1",
    parameters: [
      states.declaration, leftReward.declaration, rightReward.declaration, start.declaration, reach.declaration,
    ],
    relations: [
      .atMost(["start"], "states", plus: -1),
      .size(of: ["states", "reach"], atMost: Double(ModelSize.mostOutcomes)) { 2 * $0[0] * (min($0[0], $0[1]) + 1) },
    ])

  /// Builds the task.
  ///
  /// - Throws: ``SettingProblem`` where `start` is no state, or the model would be too large.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let count = settings[states]
    let reach = settings[reach]
    let start = settings[start] ?? (count - 1) / 2
    guard start < count else {
      throw SettingProblem("\(start) is no state; give a whole number in [0, \(count - 1)] or null", at: ".start")
    }
    try ModelSize.check(count, 2, min(reach, count) + 1, remedy: "lower \"states\" or \"reach\"")
    var builder = FiniteMDPBuilder(
      states: count, actions: 2, expectedPairs: 2 * count, expectedOutcomes: 2 * count * (min(reach, count) + 1))
    for state in 0..<count {
      builder.addPair(state: state, action: 0)
      let toTheLeft = min(reach, state)
      for distance in 0..<toTheLeft {
        builder.addOutcome(probability: 1 / Double(reach), next: state - 1 - distance, reward: 0)
      }
      builder.addOutcome(
        probability: Double(reach - toTheLeft) / Double(reach), next: 0, reward: settings[leftReward],
        terminated: true)
      builder.addPair(state: state, action: 1)
      let toTheRight = min(reach, count - 1 - state)
      for distance in 0..<toTheRight {
        builder.addOutcome(probability: 1 / Double(reach), next: state + 1 + distance, reward: 0)
      }
      builder.addOutcome(
        probability: Double(reach - toTheRight) / Double(reach), next: count - 1, reward: settings[rightReward],
        terminated: true)
    }
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map(String.init)
    let model = try builder.build(
      initial: .certain(start), stateLabels: count <= letters.count ? .listed(Array(letters[..<count])) : .numbered,
      actionLabels: ["left", "right"])
    return FiniteTask(model: model)
  }
}
