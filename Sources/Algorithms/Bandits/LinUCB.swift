import RLCore

/// LinUCB with disjoint linear models: pulls the arm whose mean in this context could be the greatest.
///
///     A = argmax_a [θ_aᵀx + c √(xᵀ A_a⁻¹ x)]             Li, Chu, Langford & Schapire (2010), algorithm 1 (their α is c)
///
/// with ``LinearArms`` for `θ` and `A`. A pull takes O(k d²). On a bandit without contexts the context is the number 1.
public struct LinUCB: TabularLearner, ~Copyable {
  static let width = Parameter<Double>.real(
    "c", default: 1, in: .nonnegative, "how many standard errors are added to a mean")

  /// What configurations and readers see.
  public static let about = About(
    id: "lin-ucb", summary: "contextual bandits: the arm whose upper confidence bound is greatest",
    source: "Li, Chu, Langford & Schapire (2010), algorithm 1", equation: "A = argmax_a [θ_aᵀx + c √(xᵀ A_a⁻¹ x)]",
    parameters: [width.declaration, LinearArms.regularization.declaration])

  /// Of no meaning: an episode is one pull.
  public var gamma: Double { 1 }
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

  /// Learns from a pull; chooses the next arm where the task goes on without end.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    arms.update(t.action, reward: t.reward)
    return t.isLast ? 0 : begin(in: t.next, using: &stream)
  }

  /// The estimated means in the context at hand, and the greedy policy in them.
  public func report(into report: inout LearnerReport) { arms.report(into: &report) }

  /// Appends the regressions.
  public func save(to writer: inout StateWriter) { arms.save(to: &writer) }

  /// Takes up the regressions.
  public mutating func restore(from reader: inout StateReader) throws(StateError) { try arms.restore(from: &reader) }
}
