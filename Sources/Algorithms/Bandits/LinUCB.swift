import RLCore

/// LinUCB with disjoint linear models: pulls the arm whose mean in this context could be the greatest.
///
///     A = argmax_a [θ_aᵀx + c √(xᵀ A_a⁻¹ x)]             Li, Chu, Langford & Schapire (2010), algorithm 1 (their α is c)
///
/// with ``LinearArms`` for `θ` and `A`. A pull takes O(k d²). On a bandit without contexts the context is the number 1.
public struct LinUCB: LinearBandit, ~Copyable {
  static let width = Parameter<Double>.real(
    "c", default: 1, in: .nonnegative, "how many standard errors are added to a mean")

  /// What configurations and readers see.
  public static let about = About(
    id: "lin-ucb", summary: "contextual bandits: the arm whose upper confidence bound is greatest",
    source: "Li, Chu, Langford & Schapire (2010), algorithm 1", equation: "A = argmax_a [θ_aᵀx + c √(xᵀ A_a⁻¹ x)]",
    parameters: [width.declaration, LinearArms.regularization.declaration])

  /// What is known of each arm.
  public var arms: LinearArms
  private let scale: Double

  /// Makes the rule as it is before its first pull.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    arms = try LinearArms(settings, context: context)
    scale = settings[Self.width]
  }

  /// Chooses an arm for the context at hand.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    for arm in 0..<arms.count { arms.scores[state, arm] = arms.mean(arm) + scale * arms.spread(arm).squareRoot() }
    return arms.scores.greedyAction(in: state, using: &stream)
  }
}
