import RLCore

/// Thompson sampling with disjoint linear models: pulls each arm with the probability that it is the best in this context.
///
///     θ̃_a ~ N(θ_a, v² A_a⁻¹),    A = argmax_a θ̃_aᵀx                Agrawal & Goyal (2013), algorithm 1, one model an arm
///
/// with ``LinearArms`` for `θ` and `A`. A pull takes O(k d³) and draws k d normal numbers. On a bandit without contexts the context is
/// the number 1.
public struct LinThompson: LinearBandit, ~Copyable {
  static let posteriorScale = Parameter<Double>.real(
    "posterior_scale", symbol: "v", default: 1, in: .nonnegative,
    "by how much the posterior is widened; the noise's deviation is right")

  /// What configurations and readers see.
  public static let about = About(
    id: "lin-thompson", summary: "contextual bandits: Thompson sampling with linear means",
    source: "Agrawal & Goyal (2013)", equation: "θ̃_a ~ N(θ_a, v² A_a⁻¹);  A = argmax_a θ̃_aᵀx",
    parameters: [posteriorScale.declaration, LinearArms.regularization.declaration])

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
}
