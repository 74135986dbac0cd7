import RLCore

/// PPO as it is used to align language models: a learned reward at the end, the divergence from the reference as a part of each step's reward, a critic, and
/// clipped steps: the four models, actor, critic, reference and reward.
///
///     r_t = [t last] r_φ − β log(π / π_ref)_t,   Â of generalised advantage estimation, normalised over the batch
///
/// Ziegler et al. (2019); Ouyang et al. (NeurIPS 2022), stage 3. Without a stage that learns a reward it earns the task's. An episode
/// that was cut off counts as ended.
public struct RLHFPPO: GroupStage {
  /// What configurations and readers see.
  public static let about = About(
    id: "rlhf-ppo", summary: "PPO with a reference, a critic and, after a reward-model stage, a learned reward",
    source: "Ziegler et al. (2019), arXiv:1909.08593; Ouyang et al. (2022), arXiv:2203.02155, stage 3",
    equation: "r_t = r − β log(π / π_ref)_t; L = −mean min(w Â, clip(w, 1 − ε, 1 + ε) Â)",
    parameters: GroupParameters.all([
      GroupParameters.numGenerations.with(default: .integer(1)).declaration,
      GroupParameters.iterations.with(default: .integer(4)).declaration,
      GroupParameters.baseline.with(default: .text("batch")).declaration,
      GroupParameters.scale.with(default: .text("batch")).declaration,
      GroupParameters.scaleEpsilon.with(default: .real(1e-8)).declaration,
      GroupParameters.supervision.with(default: .text("critic")).declaration,
      GroupParameters.beta.with(default: .real(0.05)).declaration,
      GroupParameters.estimator.with(default: .text("k1")).declaration,
      GroupParameters.placement.with(default: .text("reward")).declaration,
    ]))

  /// The columns that it fills.
  public static let quantities = [.valueLoss] + GroupOptimizer.quantities
  /// What does the work.
  public var optimizer: GroupOptimizer

  /// Makes the stage of what does the work.
  public init(_ optimizer: GroupOptimizer) { self.optimizer = optimizer }
}
