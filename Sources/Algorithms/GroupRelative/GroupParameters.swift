import RLCore

/// Parameters of group methods, with the names of TRL's `GRPOConfig` where it has them.
enum GroupParameters {
  /// Where the divergence from the reference goes.
  enum Placement: String, CaseIterable, Sendable {
    /// Into the loss, beside the clipped term: GRPO's.
    case loss
    /// Into the reward of each step, before advantages are made: that of PPO on language models.
    case reward
  }

  /// Which steps an advantage belongs to.
  enum Supervision: String, CaseIterable, Sendable {
    /// The return of an episode is the advantage of all of its steps.
    case outcome
    /// Rewards of steps are normalised by those of the group, and a step's advantage is the sum of those that follow it
    /// (Shao et al., 2024, section 4.1.3).
    case process
    /// The return from each step on, normalised by those of the batch.
    case toGo = "to-go"
    /// Generalised advantage estimates of a critic.
    case critic
  }

  /// Which reward is learned from.
  enum Source: String, CaseIterable, Sendable {
    /// A learned one where there is one, the task's elsewhere.
    case auto
    /// The task's.
    case task
    /// A learned one.
    case model
  }

  /// What becomes of groups whose rewards are all equal.
  enum ZeroSignal: String, CaseIterable, Sendable {
    /// They count in the means of the loss, with advantages of 0.
    case keep
    /// They are left out.
    case skip
  }

  /// Which reward is learned from, where there is one.
  ///
  /// - Throws: ``SettingProblem`` where a learned one is asked for and nothing learns it.
  static func source(_ settings: Settings, _ state: AlignmentState) throws(SettingProblem) -> Source {
    let source = settings[GroupParameters.source]
    if source == .model && state.rewardModel == nil {
      throw SettingProblem(
        "there is no learned reward; let a reward-model stage go before, or write reward: \"task\"", at: ".reward")
    }
    return source
  }

  static let numGenerations = Parameter.integer(
    "num_generations", symbol: "G", default: 8, in: 1...1_000_000, "episodes of a group: from the same start")
  static let stepsPerGeneration = Parameter.integer(
    "steps_per_generation", default: 1, in: 1...1_000_000,
    "optimizer steps each generation is split into, shuffled; more than 1 makes the later ones off-policy")
  static let accumulation = Parameter.integer(
    "gradient_accumulation_steps", default: 1, in: 1...1_000_000,
    "pieces in which an optimizer step is worked off; changes nothing but bnpo, which takes its mean piece by piece")
  static let iterations = Parameter.integer(
    "num_iterations", symbol: "μ", default: 1, in: 1...10_000,
    "how often each generation is gone through; with 1 (and 1 step) all ratios are 1: nothing is clipped, and the loss is 0 though its gradient is not"
  )
  static let scale = Parameter<GroupAdvantage.Scale>(
    "scale_rewards", type: "word or boolean", default: .text("group"),
    range: "\"group\" (or true), \"batch\", \"none\" (or false)",
    "what advantages are divided by: a standard deviation, or nothing"
  ) { setting throws(SettingProblem) in
    if case .boolean(let flag) = setting { return flag ? .group : .none }
    guard let scale = setting.text.flatMap(GroupAdvantage.Scale.init(rawValue:)) else {
      throw SettingProblem("\(setting) is none of \"group\", \"batch\", \"none\", true, false; write one of them")
    }
    return scale
  }
  static let baseline = Parameter<GroupAdvantage.Baseline>.choice(
    "baseline", default: .group, "what is subtracted from a return: the group's mean, that of its others, the batch's")
  static let ddof = Parameter.integer(
    "scale_ddof", default: 1, in: 0...1, "1 for the sample's standard deviation, 0 for the population's")
  static let scaleEpsilon = Parameter.real(
    "scale_eps", default: 1e-4, in: .nonnegative, "what is added to the standard deviation")
  static let lossType = Parameter<GroupLoss.LossType>.choice(
    "loss_type", default: .dapo,
    "what the loss is a mean of: grpo, each episode's mean over its steps; bnpo, dapo, steps; dr_grpo, steps by the largest length; luspo, sums; cispo, sapo: other ratios"
  )
  static let epsilon = Parameter.real(
    "epsilon", symbol: "ε", default: 0.2, in: .unit, "how far a ratio may fall before its gradient stops")
  static let epsilonHigh = Parameter<Double?>.optionalReal(
    "epsilon_high", in: .nonnegative, "how far it may rise; null for epsilon; for cispo the largest ratio itself")
  static let delta = Parameter<Double?>.optionalReal(
    "delta", symbol: "δ", in: .positive,
    "upper bound of ratios with a negative advantage, above 1 + epsilon; null for none")
  static let level = Parameter<GroupLoss.ImportanceSamplingLevel>.choice(
    "importance_sampling_level", default: .token, "token: a ratio a step; sequence: one an episode (GSPO)")
  static let beta = Parameter.real(
    "beta", symbol: "β", default: 0, in: .nonnegative, "weight of the divergence from the reference policy")
  static let estimator = Parameter<GroupLoss.Estimator>.choice(
    "kl_estimator", default: .k3, "how sampled steps estimate it: k1, k2, k3, or k3 times the ratio")
  static let placement = Parameter<Placement>.choice(
    "kl_placement", default: .loss, "whether it is a part of the loss or of the reward")
  static let supervision = Parameter<Supervision>.choice(
    "supervision", default: .outcome,
    "outcome: an advantage an episode; process: of normalised rewards of steps; to-go: returns from each step, over the batch; critic: GAE"
  )
  static let zeroSignal = Parameter<ZeroSignal>.choice(
    "zero_signal", default: .keep, "whether groups of equal returns count in the means of the loss")
  static let dynamicSampling = Parameter.flag(
    "dynamic_sampling", default: false, "whether groups of equal returns are sampled anew (DAPO)")
  static let resamples = Parameter.integer(
    "max_resample_times", default: 10, in: 1...10_000, "generations after which dynamic sampling takes what it has")
  static let cache = Parameter.integer(
    "soft_punish_cache", default: 0, in: 0...10_000_000,
    "steps before the largest length over which a penalty grows from 0 to 1 (DAPO's overlong punishment); 0 for none")
  static let masksTruncated = Parameter.flag(
    "mask_truncated_completions", default: false, "whether episodes that were cut off are left out of the loss")
  static let temperatureHigh = Parameter.real(
    "sapo_temperature_pos", default: 1, in: .positive, "sapo's temperature where the advantage is positive")
  static let temperatureLow = Parameter.real(
    "sapo_temperature_neg", default: 1.05, in: .positive, "sapo's temperature where it is not")
  static let syncsReference = Parameter.flag(
    "sync_ref_model", default: false, "whether the reference follows the policy now and then")
  static let mixup = Parameter.real(
    "ref_model_mixup_alpha", symbol: "α", default: 0.6, in: .unit, "share of the policy in the reference after that")
  static let syncSteps = Parameter.integer(
    "ref_model_sync_steps", default: 512, in: 1...1_000_000_000, "optimizer steps between two such times")

  static let source = Parameter<Source>.choice(
    "reward", default: .auto,
    "which reward is learned from: a learned one where an earlier stage made one, or the task's")
  static let rewardWeights = Parameter<[Double]?>(
    "reward_weights", type: "list of two numbers or null", default: .null, range: "each in (-∞, ∞)",
    "weights of the task's reward and of a learned one, whose sum is learned from; null for what `reward` says"
  ) { setting throws(SettingProblem) in
    if setting == .null { return nil }
    guard let elements = setting.elements, elements.count == 2 else {
      throw SettingProblem(
        "\(setting) is no list of two numbers; write [1, 0.5] for the task's reward and half of the learned one")
    }
    return try elements.read(Interval.finite.number)
  }
  static let lambda = NetworkParameters.lambda
  static let criticRate = Parameter.real(
    "value_learning_rate", default: 0.01, in: .nonnegative, "step size of the critic's Adam")

  static let all: [ParameterDeclaration] =
    [
      numGenerations.declaration, iterations.declaration, stepsPerGeneration.declaration, accumulation.declaration,
      scale.declaration, baseline.declaration, ddof.declaration, scaleEpsilon.declaration, lossType.declaration,
      epsilon.declaration, epsilonHigh.declaration, delta.declaration, level.declaration, beta.declaration,
      estimator.declaration, placement.declaration, supervision.declaration, zeroSignal.declaration,
      dynamicSampling.declaration, resamples.declaration, cache.declaration, masksTruncated.declaration,
      temperatureHigh.declaration, temperatureLow.declaration, syncsReference.declaration, mixup.declaration,
      syncSteps.declaration, source.declaration, rewardWeights.declaration, lambda.declaration, criticRate.declaration,
    ] + AlignmentParameters.optimization

  /// The same declarations with other defaults.
  static func all(_ defaults: [ParameterDeclaration]) -> [ParameterDeclaration] {
    all.map { declaration in defaults.first { $0.name == declaration.name } ?? declaration }
  }
}

extension GroupLoss {
  /// The loss that settings describe.
  ///
  /// - Parameter longest: The largest length of an episode.
  /// - Throws: ``SettingProblem`` where bounds contradict each other.
  init(_ settings: Settings, longest: Int) throws(SettingProblem) {
    let epsilon = settings[GroupParameters.epsilon]
    let delta = settings[GroupParameters.delta]
    if let delta, delta <= 1 + epsilon {
      throw SettingProblem("\(delta) is not above 1 + epsilon = \(1 + epsilon); give more", at: ".delta")
    }
    self.init(
      settings[GroupParameters.lossType], epsilon: epsilon, epsilonHigh: settings[GroupParameters.epsilonHigh],
      delta: delta, importanceSamplingLevel: settings[GroupParameters.level],
      beta: settings[GroupParameters.placement] == .loss ? settings[GroupParameters.beta] : 0,
      estimator: settings[GroupParameters.estimator], maximumLength: longest,
      temperatures: (settings[GroupParameters.temperatureHigh], settings[GroupParameters.temperatureLow]))
  }
}

/// Published settings of GRPO. What a configuration gives stands over them.
enum GroupPreset: String, CaseIterable, Sendable {
  case custom = "none"
  /// TRL's defaults.
  case trl
  /// Shao et al. (2024), section 4.2.
  case deepseekMath = "deepseek-math"
  /// Yu et al. (2025), section 4.1.
  case dapo
  /// Liu et al. (2025).
  case drGRPO = "dr-grpo"
  /// Zheng et al. (2025), section 5.1.
  case gspo
  /// A network that answers sums which were never asked: those of the experiment of that name.
  case modularArithmetic = "modular-arithmetic"

  static let parameter = Parameter<GroupPreset>.choice(
    "preset", default: .custom, "whose published settings hold where nothing else is given")

  static func expand(_ given: [Setting.Field]) -> [Setting.Field] {
    guard let field = given.first(where: { $0.key == parameter.declaration.name }),
      let preset = field.value.text.flatMap(GroupPreset.init(rawValue:))
    else { return given }
    let names = given.map(\.key)
    return given + preset.settings.filter { !names.contains($0.key) }
  }

  private var settings: [Setting.Field] {
    switch self {
    case .custom: []
    case .trl:
      [
        .init("num_generations", .integer(8)), .init("loss_type", .text("dapo")), .init("beta", .integer(0)),
        .init("epsilon", .real(0.2)), .init("scale_rewards", .text("group")), .init("num_iterations", .integer(1)),
      ]
    case .deepseekMath:
      [
        .init("num_generations", .integer(64)), .init("generation_batch_size", .integer(1024)),
        .init("loss_type", .text("grpo")), .init("beta", .real(0.04)), .init("kl_estimator", .text("k3")),
        .init("kl_placement", .text("loss")), .init("scale_rewards", .text("group")),
        .init("num_iterations", .integer(1)),
      ]
    case .dapo:
      [
        .init("num_generations", .integer(16)), .init("generation_batch_size", .integer(512)),
        .init("loss_type", .text("dapo")), .init("epsilon", .real(0.2)), .init("epsilon_high", .real(0.28)),
        .init("beta", .integer(0)), .init("dynamic_sampling", .boolean(true)),
        .init("steps_per_generation", .integer(16)),
      ]
    case .drGRPO:
      [
        .init("num_generations", .integer(8)), .init("generation_batch_size", .integer(128)),
        .init("loss_type", .text("dr_grpo")), .init("scale_rewards", .text("none")), .init("beta", .integer(0)),
      ]
    case .modularArithmetic:
      [
        .init("policy", .text("mlp")), .init("net_arch", .list([.integer(64), .integer(64), .integer(64)])),
        .init("activation", .text("relu")), .init("learning_rate", .real(0.001)), .init("weight_decay", .integer(1)),
        .init("generation_batch_size", .integer(512)), .init("num_generations", .integer(16)),
        .init("beta", .real(0.01)),
      ]
    case .gspo:
      [
        .init("importance_sampling_level", .text("sequence")), .init("loss_type", .text("grpo")),
        .init("epsilon", .real(3e-4)), .init("epsilon_high", .real(4e-4)), .init("beta", .integer(0)),
        .init("steps_per_generation", .integer(4)),
      ]
    }
  }
}
