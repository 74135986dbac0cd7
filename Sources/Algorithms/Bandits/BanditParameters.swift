import RLCore

/// What the bandit methods share.
public enum BanditParameters {
  /// Where the estimates start.
  public static let initialValue = Parameter<Double>.real(
    "initial_value", symbol: "Q₁", default: 0, "what the estimate of every arm starts with")

  /// The range of the rewards, for bounds that are made for [0, 1].
  public static let scale = Parameter<Double>.real(
    "scale", default: 1, in: .positive, "how far apart rewards can be; multiplies the bound, which is made for [0, 1]")
  /// The standard deviation of normal rewards.
  public static let rewardDeviation = Parameter<Double>.real(
    "reward_std", symbol: "σ", default: 1, in: .positive, "standard deviation of the rewards of an arm (gaussian)")

  /// Refuses tasks in which actions lead to other states: bandit methods look at nothing but the reward.
  ///
  /// - Returns: The number of arms.
  static func arms(_ context: LearnerContext, for id: String) throws(SettingProblem) -> Int {
    var acting = 0
    var arms = 0
    for state in 0..<context.space.stateCount where !context.isTerminal(state) {
      acting += 1
      arms = max(arms, context.space.actions(in: state))
    }
    guard acting == 1 else {
      throw SettingProblem(
        "\"\(id)\" is for bandits, tasks with one state, and this one has \(acting); choose \"q-learning\" or another method for many states"
      )
    }
    return arms
  }
}
