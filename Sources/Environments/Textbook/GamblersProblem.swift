import RLCore

/// The gambler's problem of Sutton & Barto, Example 4.3: stake any part of the capital on a coin, win at `goal`, lose at 0.
///
/// A state is the capital, 0 to `goal`, both ends terminal; an action is the stake, 1 to min(capital, `goal` − capital). Reaching the
/// goal is worth 1 and everything else 0, so that undiscounted values are chances of winning. The book also lists a stake of 0,
/// which changes no optimal value but makes policies possible that never end: `allow_zero_stake` offers it.
public enum GamblersProblem: FiniteEnvironment {
  static let pHeads = Parameter.real(
    "p_heads", symbol: "p_h", default: 0.4, in: .unit, "the probability that the coin shows heads and the stake is won")
  static let goal = Parameter.integer("goal", default: 100, in: 2...10_000, "the capital at which the gambler has won")
  static let allowZeroStake = Parameter.flag(
    "allow_zero_stake", default: false, "whether a stake of 0 is offered too, as the book lists it")
  static let start = Parameter.optionalInteger(
    "start", in: 1...9_999, "the capital to begin with; null for every capital below the goal with the same probability"
  )

  /// What configurations and readers see.
  public static let about = About(
    id: "gamblers-problem",
    summary: "stake capital on a biased coin until the goal or ruin",
    source: "Sutton & Barto (2018), Example 4.3",
    parameters: [pHeads.declaration, goal.declaration, allowZeroStake.declaration, start.declaration],
    relations: [.atMost(["start"], "goal", plus: -1)])

  /// Builds the task.
  ///
  /// - Throws: ``SettingProblem`` where `start` is not below the goal.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let goal = settings[goal]
    let chance = settings[pHeads]
    let least = settings[allowZeroStake] ? 0 : 1
    let initial: [StateProbability]
    if let start = settings[start] {
      guard start < goal else {
        throw SettingProblem(
          "a capital of \(start) has reached the goal; give a whole number in [1, \(goal - 1)] or null", at: ".start")
      }
      initial = .certain(start)
    } else {
      initial = .uniform(over: 1..<goal)
    }
    var builder = FiniteMDPBuilder(
      states: goal + 1, actions: goal / 2 + 1, expectedPairs: goal * goal / 4 + goal,
      expectedOutcomes: goal * goal / 2 + 2 * goal)
    for capital in 1..<goal {
      for stake in least...min(capital, goal - capital) {
        builder.addPair(state: capital, action: stake)
        if stake == 0 {
          builder.addOutcome(probability: 1, next: capital, reward: 0)
          continue
        }
        let won = capital + stake == goal
        builder.addOutcome(probability: chance, next: capital + stake, reward: won ? 1 : 0, terminated: won)
        builder.addOutcome(probability: 1 - chance, next: capital - stake, reward: 0, terminated: stake == capital)
      }
    }
    return FiniteTask(model: try builder.build(initial: initial))
  }
}
