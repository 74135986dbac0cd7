import RLCore

/// The short corridor with switched actions of Sutton & Barto, Example 13.1: three states in a row, the goal to the right of the last,
/// and in the middle one left and right are exchanged.
///
/// States are 0 to 2 from left to right, actions 0 left and 1 right; the step to the goal terminates and names state 2. The book's point is
/// that the three states look alike: a learner sees one observation in all of them (see `Observations`), so that the best it can do is to go
/// right with probability 2 − √2, worth −11.66. Planners know the model, whose optimum is −3; so does J* of `optimality_gap`.
public enum ShortCorridor: FiniteEnvironment {
  static let goalReward = Parameter.real(
    "goal_reward", default: -1,
    "reward of the step that reaches the goal: -1 in the book, 0 in the public code of its figures")

  static let aliased = Parameter.flag(
    "aliased", default: true, "whether the states look alike to learners, as in the book")

  /// What configurations and readers see.
  public static let about = About(
    id: "short-corridor",
    summary: "three states that look alike, one of them with left and right exchanged",
    source: "Sutton & Barto (2018), Example 13.1",
    parameters: [goalReward.declaration, aliased.declaration])

  private static let left = 0
  private static let right = 1

  /// Builds the task.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    var builder = FiniteMDPBuilder(states: 3, actions: 2)
    builder.addPair(state: 0, action: left)
    builder.addOutcome(probability: 1, next: 0, reward: -1)
    builder.addPair(state: 0, action: right)
    builder.addOutcome(probability: 1, next: 1, reward: -1)
    builder.addPair(state: 1, action: left)
    builder.addOutcome(probability: 1, next: 2, reward: -1)
    builder.addPair(state: 1, action: right)
    builder.addOutcome(probability: 1, next: 0, reward: -1)
    builder.addPair(state: 2, action: left)
    builder.addOutcome(probability: 1, next: 1, reward: -1)
    builder.addPair(state: 2, action: right)
    builder.addOutcome(probability: 1, next: 2, reward: settings[goalReward], terminated: true)
    let model = try builder.build(initial: .certain(0), actionLabels: ["left", "right"])
    return FiniteTask(
      model: model, observations: settings[aliased] ? try Observations([0, 0, 0], of: model) : nil)
  }
}
