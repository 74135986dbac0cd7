import RLCore

/// Thompson sampling with disjoint linear models: pulls each arm with the probability that it is the best in this context.
///
///     θ̃_a ~ N(θ_a, v² A_a⁻¹),    A = argmax_a θ̃_aᵀx                Agrawal & Goyal (2013), algorithm 1, one model an arm
///
/// with ``LinearArms`` for `θ` and `A`. A pull takes O(k d³) and draws k d normal numbers. On a bandit without contexts the context is
/// the number 1.
public struct LinThompson: TabularLearner, ~Copyable {
  static let posteriorScale = Parameter<Double>.real(
    "posterior_scale", symbol: "v", default: 1, in: .nonnegative,
    "by how much the posterior is widened; the noise's deviation is right")

  /// What configurations and readers see.
  public static let about = About(
    id: "lin-thompson", summary: "contextual bandits: Thompson sampling with linear means",
    source: "Agrawal & Goyal (2013)", equation: "θ̃_a ~ N(θ_a, v² A_a⁻¹);  A = argmax_a θ̃_aᵀx",
    parameters: [posteriorScale.declaration, LinearArms.regularization.declaration])

  /// Of no meaning: an episode is one pull.
  public var gamma: Double { 1 }
  /// What is known of each arm.
  public var arms: LinearArms
  private let scale: Double

  /// Makes the rule as it is before its first pull.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    arms = try LinearArms(settings, context: context)
    scale = settings[Self.posteriorScale]
  }

  /// Chooses an arm for the context at hand.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    for arm in 0..<arms.count {
      let score = arms.draw(arm, scale: scale, using: &stream)
      arms.scores[state, arm] = score
    }
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
