import RLCore

/// GTD2: off-policy prediction by stochastic gradient descent in the projected Bellman error.
///
///     w ← w + α ρ (x_t − γ x_{t+1}) x_tᵀ v               Sutton & Barto (2018), section 11.7, GTD2
///     v ← v + β ρ (δ_t − vᵀ x_t) x_t                    the same, the LMS rule for v
///
/// Converges for any behaviour that covers the policy, at fitting step sizes (Sutton, Maei et al., 2009). Where the task ends,
/// `x_{t+1} = 0`.
public struct GTD2: GradientCorrectingLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "gtd2", summary: "linear off-policy prediction that converges: gradient of the projected Bellman error",
    source: "Sutton, Maei et al. (2009); Sutton & Barto (2018), section 11.7",
    equation: "w ← w + α ρ (x − γ x′) (xᵀv);  v ← v + β ρ (δ − xᵀv) x",
    parameters: GradientCorrection.parameters)

  /// The weights and their corrections.
  public var correction: GradientCorrection

  /// Begins with weights.
  public init(_ correction: consuming GradientCorrection) { self.correction = correction }

  /// The estimate xᵀv is what multiplies x.
  @inlinable
  public static func pull(error: Double, estimate: Double) -> Double { estimate }
}
