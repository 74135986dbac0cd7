import RLCore

/// The chain of Dearden, Friedman & Russell, *Bayesian Q-Learning*, AAAI 1998, and Strens, *A Bayesian Framework for Reinforcement Learning*,
/// ICML 2000: walk to the end for the large reward, or go back to the beginning for a small one.
///
/// Action 0 goes one state on, and in the last state stays and earns `large_reward`; action 1 leads to state 0 and earns `small_reward`.
/// With probability `slip` the other action happens. Always going on is best, with 3.677 a step in the long run.
public enum Chain: FiniteEnvironment {
  static let states = Parameter.integer("states", default: 5, in: 2...1_000_000, "how long the chain is")
  static let slip = Parameter.real("slip", default: 0.2, in: .unit, "the probability that the other action happens")
  static let largeReward = Parameter.real("large_reward", default: 10, "reward of going on in the last state")
  static let smallReward = Parameter.real("small_reward", default: 2, "reward of going back to the first state")

  /// What configurations and readers see.
  public static let about = About(
    id: "chain",
    summary: "five states in a row: a large reward at the end, a small one for going back",
    source: "Dearden, Friedman & Russell (1998); Strens (2000)",
    parameters: [states.declaration, slip.declaration, largeReward.declaration, smallReward.declaration],
    neverEnds: true)

  /// Builds the task.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let end = settings[states] - 1
    let slip = settings[slip]
    var builder = FiniteMDPBuilder(states: end + 1, actions: 2)
    for state in 0...end {
      for action in 0...1 {
        builder.addPair(state: state, action: action)
        builder.addOutcome(
          probability: action == 0 ? 1 - slip : slip, next: min(state + 1, end),
          reward: state == end ? settings[largeReward] : 0)
        builder.addOutcome(
          probability: action == 0 ? slip : 1 - slip, next: 0, reward: settings[smallReward])
      }
    }
    return FiniteTask(model: try builder.build(initial: .certain(0), actionLabels: ["on", "back"]))
  }
}
