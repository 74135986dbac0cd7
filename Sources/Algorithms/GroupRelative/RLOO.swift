import RLCore

/// REINFORCE leave-one-out: the baseline of an episode is the mean of the others in its group, which it cannot move, so that the expected gradient is
/// the true one.
///
///     Â_i = R_i − mean of the others,   R = r − β Σ_t log(π / π_ref)
///
/// Kool, van Hoof & Welling (2019); Ahmadian et al. (ACL 2024), eq. 9. The loss sums over the steps of an episode, as the likelihood of an
/// answer does. Departure: with more than one pass, ratios are those of steps.
public struct RLOO: GroupStage {
  /// What configurations and readers see.
  public static let about = About(
    id: "rloo", summary: "REINFORCE with the mean of the other episodes of a group as baseline",
    source: "Kool, van Hoof & Welling (2019); Ahmadian et al. (2024), arXiv:2402.14740",
    equation: "Â_i = R_i − mean of the other R in the group",
    parameters: GroupParameters.all([
      GroupParameters.baseline.with(default: .text("leave-one-out")).declaration,
      GroupParameters.scale.with(default: .text("none")).declaration,
      GroupParameters.lossType.with(default: .text("luspo")).declaration,
      GroupParameters.estimator.with(default: .text("k1")).declaration,
      GroupParameters.placement.with(default: .text("reward")).declaration,
    ]))

  /// What does the work.
  public var optimizer: GroupOptimizer

  /// Makes the stage of what does the work.
  public init(_ optimizer: GroupOptimizer) { self.optimizer = optimizer }
}
