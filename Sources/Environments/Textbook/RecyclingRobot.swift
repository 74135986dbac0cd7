import RLCore

/// The recycling robot of Sutton & Barto, Example 3.3: search for cans on a battery that may run flat.
///
/// States are 0 high and 1 low; actions 0 search, 1 wait and, with a low battery only, 2 recharge. A search from low runs the battery
/// flat with probability 1 − β: the robot is carried home to a full one, and nothing that it found counts.
public enum RecyclingRobot: FiniteEnvironment {
  static let alpha = Parameter.real(
    "alpha", symbol: "α", default: 0.9, in: .unit, "the probability that a search from high leaves the battery high")
  static let beta = Parameter.real(
    "beta", symbol: "β", default: 0.4, in: .unit, "the probability that a search from low does not run it flat")
  static let searchReward = Parameter.real(
    "search_reward", symbol: "r_search", default: 5, "expected number of cans found by searching")
  static let waitReward = Parameter.real(
    "wait_reward", symbol: "r_wait", default: 1, "expected number of cans brought while waiting")
  static let rescueReward = Parameter.real("rescue_reward", default: -3, "reward of being rescued with a flat battery")

  /// What configurations and readers see.
  public static let about = About(
    id: "recycling-robot",
    summary: "search, wait or recharge on a battery of two levels",
    source: "Sutton & Barto (2018), Example 3.3",
    parameters: [
      alpha.declaration, beta.declaration, searchReward.declaration, waitReward.declaration, rescueReward.declaration,
    ], neverEnds: true)

  private static let high = 0
  private static let low = 1
  private static let search = 0
  private static let wait = 1
  private static let recharge = 2

  /// Builds the task.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let alpha = settings[alpha]
    let beta = settings[beta]
    let found = settings[searchReward]
    let brought = settings[waitReward]
    var builder = FiniteMDPBuilder(states: 2, actions: 3)
    builder.addPair(state: high, action: search)
    builder.addOutcome(probability: alpha, next: high, reward: found)
    builder.addOutcome(probability: 1 - alpha, next: low, reward: found)
    builder.addPair(state: high, action: wait)
    builder.addOutcome(probability: 1, next: high, reward: brought)
    builder.addPair(state: low, action: search)
    builder.addOutcome(probability: 1 - beta, next: high, reward: settings[rescueReward])
    builder.addOutcome(probability: beta, next: low, reward: found)
    builder.addPair(state: low, action: wait)
    builder.addOutcome(probability: 1, next: low, reward: brought)
    builder.addPair(state: low, action: recharge)
    builder.addOutcome(probability: 1, next: high, reward: 0)
    let model = try builder.build(
      initial: .certain(high), stateLabels: .listed(["high", "low"]), actionLabels: ["search", "wait", "recharge"])
    return FiniteTask(model: model)
  }
}
