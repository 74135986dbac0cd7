import RLCore

/// The short corridor with switched actions of Sutton & Barto, Example 13.1: three states in a row, the goal to the right of the last,
/// and in the middle one left and right are exchanged.
///
/// States are 0 to 2 from left to right, actions 0 left and 1 right; the step to the goal terminates and names state 2. The book's point is
/// that a policy cannot tell the three states apart. This model can: methods that are to meet the example see one observation in
/// all three, which is a matter of the features or the aggregation that they are given, not of the dynamics.
public enum ShortCorridor: FiniteEnvironment {
  static let goalReward = Parameter.real(
    "goal_reward", default: -1,
    "reward of the step that reaches the goal: -1 in the book, 0 in the public code of its figures")

  /// What configurations and readers see.
  public static let about = About(
    id: "short-corridor",
    summary: "three states that look alike, one of them with left and right exchanged",
    source: "Sutton & Barto (2018), Example 13.1",
    parameters: [goalReward.declaration])

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
    return FiniteTask(model: try builder.build(initial: .certain(0), actionLabels: ["left", "right"]))
  }
}
