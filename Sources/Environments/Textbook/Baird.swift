import RLCore

/// The dynamics of Baird's counterexample, seven states as in Sutton & Barto, Figure 11.1 (Baird, *Residual Algorithms*, ICML 1995).
///
/// States 0 to 5 are the upper ones and 6 the lower; action 0 (dashed) leads to each upper state with probability 1/6, action 1 (solid) to
/// the lower. All rewards are 0, so every value is 0; the features that make off-policy learning diverge belong to the learner.
/// Episodes begin anywhere and never end.
public enum Baird: FiniteEnvironment {
  static let upper = Parameter.integer(
    "upper", default: 6, in: 1...1000, "how many upper states there are: 6 in the book, 5 in Baird's star problem")

  /// What configurations and readers see.
  public static let about = About(
    id: "baird",
    summary: "six upper states and a lower one, all rewards 0: off-policy semi-gradient methods diverge",
    source: "Sutton & Barto (2018), Figure 11.1; Baird (1995)",
    parameters: [upper.declaration], neverEnds: true)

  /// Builds the task.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let upper = settings[upper]
    var builder = FiniteMDPBuilder(states: upper + 1, actions: 2)
    for state in 0...upper {
      builder.addPair(state: state, action: 0)
      for next in 0..<upper { builder.addOutcome(probability: 1 / Double(upper), next: next, reward: 0) }
      builder.addPair(state: state, action: 1)
      builder.addOutcome(probability: 1, next: upper, reward: 0)
    }
    let model = try builder.build(initial: .uniform(over: 0...upper), actionLabels: ["dashed", "solid"])
    return FiniteTask(model: model)
  }
}
