import RLCore

/// RiverSwim: a row of states against the current. Swimming left always succeeds and earns a little at the left end; swimming right
/// mostly stays, and earns much at the right end.
///
/// States are 0 to `states` − 1, actions 0 left and 1 right. A swim to the right from the left end goes on or stays; from between it
/// drifts back, stays or goes on; from the right end it drifts back or stays. Two papers have two sets of numbers:
/// - `osband`, the default: on .6 and stay .4; .05, .6, .35; .4, .6; rewards .005 and 1; start in state 0.
/// - `strehl-littman`: .3 and .7; .1, .6, .3; .7, .3; rewards 5 and 10,000; start in state 1 or 2.
public enum RiverSwim: FiniteEnvironment {
  /// Whose numbers hold.
  enum Version: String, CaseIterable, Sendable {
    case osband
    case strehlLittman = "strehl-littman"
  }

  static let version = Parameter<Version>.choice("version", default: .osband, "the paper whose numbers hold")
  static let states = Parameter.integer("states", default: 6, in: 3...1_000_000, "how long the river is")
  static let leftReward = Parameter.optionalReal(
    "left_reward", "reward of swimming left at the left end; null for the paper's")
  static let rightReward = Parameter.optionalReal(
    "right_reward", "reward of swimming right at the right end and staying there; null for the paper's")

  /// What configurations and readers see.
  public static let about = About(
    id: "river-swim",
    summary: "a small reward downstream, a large one upstream against the current",
    source: "Osband, Russo & Van Roy (2013); Strehl & Littman (2008)",
    parameters: [version.declaration, states.declaration, leftReward.declaration, rightReward.declaration],
    neverEnds: true)

  private struct Numbers {
    let first: (stay: Double, on: Double)
    let middle: (back: Double, stay: Double, on: Double)
    let last: (back: Double, stay: Double)
    let leftReward: Double
    let rightReward: Double
    let initial: [StateProbability]
  }

  private static func numbers(of version: Version) -> Numbers {
    switch version {
    case .osband:
      Numbers(
        first: (0.4, 0.6), middle: (0.05, 0.6, 0.35), last: (0.4, 0.6), leftReward: 0.005, rightReward: 1,
        initial: .certain(0))
    case .strehlLittman:
      Numbers(
        first: (0.7, 0.3), middle: (0.1, 0.6, 0.3), last: (0.7, 0.3), leftReward: 5, rightReward: 10_000,
        initial: .uniform(over: 1...2))
    }
  }

  /// Builds the task.
  ///
  /// In Osband's version the reward at the right end comes with the action, in Strehl and Littman's only with staying there.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let version = settings[version]
    let numbers = numbers(of: version)
    let end = settings[states] - 1
    let leftReward = settings[leftReward] ?? numbers.leftReward
    let rightReward = settings[rightReward] ?? numbers.rightReward
    var builder = FiniteMDPBuilder(states: end + 1, actions: 2)
    for state in 0...end {
      builder.addPair(state: state, action: 0)
      builder.addOutcome(probability: 1, next: max(0, state - 1), reward: state == 0 ? leftReward : 0)
      builder.addPair(state: state, action: 1)
      if state == 0 {
        builder.addOutcome(probability: numbers.first.stay, next: 0, reward: 0)
        builder.addOutcome(probability: numbers.first.on, next: 1, reward: 0)
      } else if state < end {
        builder.addOutcome(probability: numbers.middle.back, next: state - 1, reward: 0)
        builder.addOutcome(probability: numbers.middle.stay, next: state, reward: 0)
        builder.addOutcome(probability: numbers.middle.on, next: state + 1, reward: 0)
      } else {
        builder.addOutcome(
          probability: numbers.last.back, next: end - 1, reward: version == .osband ? rightReward : 0)
        builder.addOutcome(probability: numbers.last.stay, next: end, reward: rightReward)
      }
    }
    return FiniteTask(model: try builder.build(initial: numbers.initial, actionLabels: ["left", "right"]))
  }
}
