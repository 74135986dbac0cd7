import RLCore

/// Group relative policy optimization: a policy gradient whose baseline is the mean of a group of episodes from the same start, in place of a critic.
///
///     Â_i = (R_i − mean R) / (std R + 10⁻⁴),   L = Σ weight · −min(w Â, clip(w, 1 − ε, 1 + ε_high) Â) + β KL
///
/// Shao et al., *DeepSeekMath* (2024), eq. 3. Every variant that has been published is a parameter of its own, under TRL's name, and presets put
/// them together. Departures from TRL: `dapo` and `cispo` divide by the tokens of the optimizer step (TRL by those of the generation, which is the same with one
/// step); the reference is exact, and updates happen after whole generations.
public struct GRPO: GroupStage {
  /// What configurations and readers see.
  public static let about = About(
    id: "grpo",
    summary:
      "group relative policy optimization, with its published variants as switches (a loss of 0 is no sign of rest)",
    source: "Shao et al. (2024), arXiv:2402.03300; TRL's GRPOTrainer",
    equation: "L = −Σ weight min(w Â, clip(w, 1 − ε, 1 + ε_high) Â) + β KL, Â = (R − mean) / (std + 1e-4)",
    parameters: [GroupPreset.parameter.declaration] + GroupParameters.all)

  /// What does the work.
  public var optimizer: GroupOptimizer

  /// Makes the stage of what does the work.
  public init(_ optimizer: GroupOptimizer) { self.optimizer = optimizer }

  /// Fills in what a preset says.
  public static func expand(_ given: [Setting.Field]) throws(SettingProblem) -> [Setting.Field] {
    GroupPreset.expand(given)
  }
}
