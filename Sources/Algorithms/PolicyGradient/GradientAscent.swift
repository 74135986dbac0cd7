import RLCore

/// Gradient ascent with the true gradient: what every policy-gradient method would do if it had infinitely many samples.
///
///     θ ← θ + α ∇J(θ),   ∂J/∂H(o, a) = Σ_{s looks like o} η(s) π(a|o) [q_π(s, a) − v_π(s)]
///                                                     Sutton & Barto (2018), eqs. 13.1 and 13.5; η are discounted visits
///
/// Both η and q come from linear solves (``PolicyGradientSolver``). Where the states look alike, the policy is one for all of them. With a
/// small step J never falls; with softmax and states that are told apart, it tends to the optimum (Agarwal et al., 2021; Mei et al., 2020),
/// slowly where the start seldom comes.
public struct GradientAscent: ExactAscentMethod, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "exact-policy-gradient", summary: "gradient ascent on a known model with the true policy gradient",
    source: "Sutton, McAllester, Singh & Mansour (2000); Sutton & Barto (2018), section 13.2",
    equation: "θ ← θ + α ∇J(θ)",
    parameters: ExactAscent.parameters)

  /// The policy, the model, and what was measured.
  public var ascent: ExactAscent

  /// Begins where an ascent stands.
  public init(_ ascent: consuming ExactAscent) { self.ascent = ascent }

  /// The gradient itself.
  public static func direction(_ exact: ExactPolicyGradient, _ solver: PolicyGradientSolver) -> [Double] {
    exact.gradient
  }
}
