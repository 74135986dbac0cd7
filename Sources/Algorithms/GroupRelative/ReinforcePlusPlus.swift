import RLCore

/// REINFORCE++: PPO's clipped loss without a critic; the divergence is a part of each step's reward, and returns from each step on are
/// normalised over the whole batch.
///
///     A_t = Σ_{j ≥ t} (r_j − β log(π / π_ref)_j),   Â = (A − mean of the batch) / (std of the batch + 10⁻⁸)
///
/// Hu (2025), arXiv:2501.03262, section 2. No groups are needed: `num_generations` is 1.
public struct ReinforcePlusPlus: GroupStage {
  /// What configurations and readers see.
  public static let about = About(
    id: "reinforce-plus-plus", summary: "clipped REINFORCE with returns normalised over the batch",
    source: "Hu (2025), arXiv:2501.03262",
    equation: "Â = (A − mean of the batch) / std of the batch, A_t = Σ_{j ≥ t} (r_j − β log(π / π_ref)_j)",
    parameters: GroupParameters.all([
      GroupParameters.numGenerations.with(default: .integer(1)).declaration,
      GroupParameters.baseline.with(default: .text("batch")).declaration,
      GroupParameters.scale.with(default: .text("batch")).declaration,
      GroupParameters.scaleEpsilon.with(default: .real(1e-8)).declaration,
      GroupParameters.supervision.with(default: .text("to-go")).declaration,
      GroupParameters.estimator.with(default: .text("k1")).declaration,
      GroupParameters.placement.with(default: .text("reward")).declaration,
    ]))

  /// What does the work.
  public var optimizer: GroupOptimizer

  /// Makes the stage of what does the work.
  public init(_ optimizer: GroupOptimizer) { self.optimizer = optimizer }
}
