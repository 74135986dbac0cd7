import RLCore

/// Group relative policy optimization: a policy gradient whose baseline is the mean of a group of episodes from the same start, in place of a critic.
///
///     Â_i = (R_i − mean R) / (std R + 10⁻⁴),   L = Σ weight · −min(w Â, clip(w, 1 − ε, 1 + ε_high) Â) + β KL
///
/// Shao et al., *DeepSeekMath* (2024), eq. 3. Every variant that has been published is a parameter of its own, under TRL's name, and presets put
/// them together. Departures from TRL: `dapo` and `cispo` divide by the tokens of the optimizer step (TRL by those of the generation, which is the same with one
/// step); the reference is exact, and updates happen after whole generations.
public struct GRPO: AlignmentStage {
  /// What configurations and readers see.
  public static let about = About(
    id: "grpo",
    summary:
      "group relative policy optimization, with its published variants as switches (a loss of 0 is no sign of rest)",
    source: "Shao et al. (2024), arXiv:2402.03300; TRL's GRPOTrainer",
    equation: "L = −Σ weight min(w Â, clip(w, 1 − ε, 1 + ε_high) Â) + β KL, Â = (R − mean) / (std + 1e-4)",
    parameters: [GroupPreset.parameter.declaration] + GroupParameters.all)

  /// The columns that it fills.
  public static let quantities = groupQuantities
  /// The weight of the divergence.
  public var beta: Double { optimizer.beta }
  var optimizer: GroupOptimizer

  /// Makes the stage.
  public init(_ settings: Settings, context: BatchContext, state: AlignmentState) throws(SettingProblem) {
    optimizer = try GroupOptimizer(settings, context: context, state: state)
  }

  /// Fills in what a preset says.
  public static func expand(_ given: [Setting.Field]) throws(SettingProblem) -> [Setting.Field] {
    GroupPreset.expand(given)
  }

  /// One generation, and the steps on it.
  public mutating func update(
    _ state: inout AlignmentState, in batch: EnvironmentBatch, at time: TrainingTime
  ) throws(SettingProblem) { try optimizer.update(&state, in: batch, at: time) }

  /// Appends the optimizer.
  public func save(to writer: inout StateWriter) { optimizer.save(to: &writer) }
  /// Takes up the optimizer.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try optimizer.restore(from: &reader)
  }
}

/// The columns that group methods fill.
let groupQuantities: [BatchQuantity] = [
  .policyLoss, .entropy, .kl, .clipFraction, .gradientNorm, .rewardStd, .zeroSignalGroups, .referenceKL,
]

/// REINFORCE leave-one-out: the baseline of an episode is the mean of the others in its group, which it cannot move, so that the expected gradient is
/// the true one.
///
///     Â_i = R_i − mean of the others,   R = r − β Σ_t log(π / π_ref)
///
/// Kool, van Hoof & Welling (2019); Ahmadian et al. (ACL 2024), eq. 9. The loss sums over the steps of an episode, as the likelihood of an
/// answer does. Departure: with more than one pass, ratios are those of steps.
public struct RLOO: AlignmentStage {
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

  /// The columns that it fills.
  public static let quantities = groupQuantities
  /// The weight of the divergence.
  public var beta: Double { optimizer.beta }
  var optimizer: GroupOptimizer

  /// Makes the stage.
  public init(_ settings: Settings, context: BatchContext, state: AlignmentState) throws(SettingProblem) {
    optimizer = try GroupOptimizer(settings, context: context, state: state)
  }

  /// One generation, and the steps on it.
  public mutating func update(
    _ state: inout AlignmentState, in batch: EnvironmentBatch, at time: TrainingTime
  ) throws(SettingProblem) { try optimizer.update(&state, in: batch, at: time) }

  /// Appends the optimizer.
  public func save(to writer: inout StateWriter) { optimizer.save(to: &writer) }
  /// Takes up the optimizer.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try optimizer.restore(from: &reader)
  }
}

/// REINFORCE++: PPO's clipped loss without a critic; the divergence is a part of each step's reward, and returns from each step on are
/// normalised over the whole batch.
///
///     A_t = Σ_{j ≥ t} (r_j − β log(π / π_ref)_j),   Â = (A − mean of the batch) / (std of the batch + 10⁻⁸)
///
/// Hu (2025), arXiv:2501.03262, section 2. No groups are needed: `num_generations` is 1.
public struct ReinforcePlusPlus: AlignmentStage {
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

  /// The columns that it fills.
  public static let quantities = groupQuantities
  /// The weight of the divergence.
  public var beta: Double { optimizer.beta }
  var optimizer: GroupOptimizer

  /// Makes the stage.
  public init(_ settings: Settings, context: BatchContext, state: AlignmentState) throws(SettingProblem) {
    optimizer = try GroupOptimizer(settings, context: context, state: state)
  }

  /// One generation, and the steps on it.
  public mutating func update(
    _ state: inout AlignmentState, in batch: EnvironmentBatch, at time: TrainingTime
  ) throws(SettingProblem) { try optimizer.update(&state, in: batch, at: time) }

  /// Appends the optimizer.
  public func save(to writer: inout StateWriter) { optimizer.save(to: &writer) }
  /// Takes up the optimizer.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try optimizer.restore(from: &reader)
  }
}

/// PPO as it is used to align language models: a learned reward at the end, the divergence from the reference as a part of each step's reward, a critic, and
/// clipped steps: the four models, actor, critic, reference and reward.
///
///     r_t = [t last] r_φ − β log(π / π_ref)_t,   Â of generalised advantage estimation, normalised over the batch
///
/// Ziegler et al. (2019); Ouyang et al. (NeurIPS 2022), stage 3. Without a stage that learns a reward it earns the task's. An episode
/// that was cut off counts as ended.
public struct RLHFPPO: AlignmentStage {
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
  public static let quantities = [.valueLoss] + groupQuantities
  /// The weight of the divergence.
  public var beta: Double { optimizer.beta }
  var optimizer: GroupOptimizer

  /// Makes the stage.
  public init(_ settings: Settings, context: BatchContext, state: AlignmentState) throws(SettingProblem) {
    optimizer = try GroupOptimizer(settings, context: context, state: state)
  }

  /// One generation, and the steps on it.
  public mutating func update(
    _ state: inout AlignmentState, in batch: EnvironmentBatch, at time: TrainingTime
  ) throws(SettingProblem) { try optimizer.update(&state, in: batch, at: time) }

  /// Appends the optimizer.
  public func save(to writer: inout StateWriter) { optimizer.save(to: &writer) }
  /// Takes up the optimizer.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try optimizer.restore(from: &reader)
  }
}
