import RLCore

/// Natural policy gradient on a known model: steepest ascent where distance is measured between policies and not between parameters.
///
///     θ ← θ + α F(θ)⁺ ∇J(θ),   F = Σ_s η(s) Σ_a π(a|s) ∇ ln π(a|s) ∇ ln π(a|s)ᵀ                        Kakade (2001), eqs. 2 and 3
///
/// With η the discounted visits of which the gradient is made, the solution for a tabular softmax is the advantage itself,
///
///     H(s, a) ← H(s, a) + α [q_π(s, a) − v_π(s)]                     Agarwal, Kakade, Lee & Mahajan (2021), lemma 15, with α = η / (1 − γ)
///
/// so that a step does not depend on how often a state is seen, J never falls whatever α, and α → ∞ is policy iteration. Where states look alike,
/// it is the mean advantage of an action over the states as they are visited; states that are never visited stay as they are.
public struct NaturalPolicyGradient: ExactAscentMethod, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "natural-policy-gradient",
    summary: "natural gradient ascent on a known model, with the exact Fisher information",
    source: "Kakade (2001); Agarwal, Kakade, Lee & Mahajan (2021)",
    equation: "θ ← θ + α F(θ)⁺ ∇J(θ)",
    parameters: ExactAscent.parameters)

  /// The policy, the model, and what was measured.
  public var ascent: ExactAscent

  /// Begins where an ascent stands.
  public init(_ ascent: consuming ExactAscent) { self.ascent = ascent }

  /// `F⁺ ∇J`: the mean advantage of each slot over the states behind it, as they are visited.
  public static func direction(_ exact: ExactPolicyGradient, _ solver: PolicyGradientSolver) -> [Double] {
    var sums = [Double](repeating: 0, count: solver.space.slotCount)
    var weights = sums
    for state in 0..<solver.model.stateCount where exact.visits[state] > 0 {
      for pair in solver.model.pairs(of: state) {
        let slot = Int(solver.slots[pair])
        sums[slot] += exact.visits[state] * exact.advantages[pair]
        weights[slot] += exact.visits[state]
      }
    }
    for slot in sums.indices where weights[slot] > 0 { sums[slot] /= weights[slot] }
    return sums
  }
}
