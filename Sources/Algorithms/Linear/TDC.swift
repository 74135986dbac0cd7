import RLCore

/// TDC, also called GTD(0): TD(0) with a correction that makes it follow the gradient of the projected Bellman error.
///
///     w ← w + α ρ (δ_t x_t − γ x_{t+1} x_tᵀ v)           Sutton & Barto (2018), section 11.7, TDC
///     v ← v + β ρ (δ_t − vᵀ x_t) x_t                    the same, the LMS rule for v
///
/// Converges for any behaviour that covers the policy where β is large beside α (Sutton, Maei et al., 2009). Where the task ends,
/// `x_{t+1} = 0`.
public struct TDC: GradientCorrectingLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "tdc", summary: "linear off-policy prediction that converges: TD(0) with gradient correction",
    source: "Sutton, Maei et al. (2009); Sutton & Barto (2018), section 11.7",
    equation: "w ← w + α ρ (δ x − γ x′ (xᵀv));  v ← v + β ρ (δ − xᵀv) x",
    parameters: GradientCorrection.parameters)

  /// The weights and their corrections.
  public var correction: GradientCorrection

  /// Begins with weights.
  public init(_ correction: consuming GradientCorrection) { self.correction = correction }

  /// The error δ is what multiplies x.
  @inlinable
  public static func pull(error: Double, estimate: Double) -> Double { error }
}
