import RLCore

/// Advantage actor–critic: one gradient step on each short rollout of parallel copies, the synchronous form of A3C.
///
///     L = −mean Â log π(a) + c_v mean (R − v)² − c_e mean H        Mnih et al. (ICML 2016), Algorithm S3
///
/// Names and defaults are stable-baselines3's: RMSProp in torch's form, λ = 1, no normalisation of advantages. It is PPO with one epoch in
/// one minibatch, where the ratio is 1, but for the optimizer (Huang et al., 2022).
public struct A2C: RolloutLearner, ~Copyable {
  static let learningRate = NetworkParameters.learningRate.with(default: .real(7e-4))
  static let steps = NetworkParameters.steps.with(default: .integer(5))
  static let lambda = NetworkParameters.lambda.with(default: .integer(1))
  static let normalizesAdvantages = NetworkParameters.normalizesAdvantages.with(default: .boolean(false))
  static let usesRMSProp = Parameter.flag(
    "use_rms_prop", default: true, "whether RMSProp takes the steps; Adam otherwise")
  static let epsilon = Parameter.real(
    "rms_prop_eps", default: 1e-5, in: .nonnegative,
    "what the optimizer adds to the root of the squared gradient's average")

  /// What configurations and readers see.
  public static let about = About(
    id: "a2c", summary: "advantage actor-critic: a gradient step on each short rollout of parallel copies of the task",
    source: "Mnih et al. (ICML 2016), arXiv:1602.01783; stable-baselines3",
    equation: "L = −mean Â log π(a) + c_v mean (R − v)² − c_e mean H",
    parameters: [
      PublishedSettings.preset.declaration, learningRate.declaration, NetworkParameters.environments.declaration,
      steps.declaration, NetworkParameters.gamma.declaration, lambda.declaration, normalizesAdvantages.declaration,
      NetworkParameters.entropyCoefficient.declaration, NetworkParameters.valueCoefficient.declaration,
      NetworkParameters.maximumNorm.declaration, usesRMSProp.declaration, epsilon.declaration,
      NetworkParameters.layers.declaration, NetworkParameters.activation.declaration,
      NetworkParameters.sharesNetwork.declaration, NetworkParameters.isOrthogonal.declaration,
      NetworkParameters.logDeviation.declaration, NetworkParameters.usesStateDependentNoise.declaration,
      NetworkParameters.noiseInterval.declaration, NetworkParameters.normalizesObservations.declaration,
      NetworkParameters.normalizesRewards.declaration, NetworkParameters.bootstrapsTruncated.declaration,
      NetworkParameters.features.declaration,
    ])

  /// The columns that it fills.
  public static let quantities: [BatchQuantity] = [
    .policyLoss, .valueLoss, .entropy, .explainedVariance, .gradientNorm,
  ]

  /// The discount rate γ.
  public let gamma: Double
  /// How many copies of the task it acts in.
  public let copies: Int
  /// The policy and its critic.
  public var policy: PolicyNetwork
  /// The experience of the last update.
  public var rollout: Rollout
  /// What the updates said about themselves.
  public var statistics = BatchStatistics()

  let estimator: GeneralizedAdvantage
  let learningRate: TrainingSchedule
  let normalizesAdvantages: Bool
  let entropyCoefficient: Double
  let valueCoefficient: Double
  let maximumNorm: Double
  let usesRMSProp: Bool
  /// Whether states are numbered.
  public let usesStateIndices: Bool
  private var rmsProp: RMSProp<Float>
  private var adam: Adam<Float>
  private var exploration: RandomStream
  private let rows: [Int]
  private var logProbabilities: [Double]
  private var slopes: [Double]
  private var values: [Double]
  private var valueSlopes: [Double]
  private var advantages: [Double]

  /// Makes the learner as it is before its first update.
  public init(_ settings: Settings, context: BatchContext) throws(SettingProblem) {
    // All that may fail comes before the first property: a learner does not fail halfway.
    let design = try PolicyNetwork.Design(settings, for: context)
    let (copies, steps) = (settings[NetworkParameters.environments], settings[Self.steps])
    let count = Double(copies) * Double(steps)
    try context.checkSize(
      count * Double(context.usesStateIndices ? 8 : 8 + context.observationCount), lowering: "n_steps")
    gamma = settings[NetworkParameters.gamma]
    self.copies = copies
    let bootstraps = settings[NetworkParameters.bootstrapsTruncated]
    estimator = GeneralizedAdvantage(
      gamma: gamma, lambda: settings[Self.lambda], truncation: bootstraps ? .bootstrap : .terminate)
    learningRate = settings[Self.learningRate]
    normalizesAdvantages = settings[Self.normalizesAdvantages]
    entropyCoefficient = settings[NetworkParameters.entropyCoefficient]
    valueCoefficient = settings[NetworkParameters.valueCoefficient]
    maximumNorm = settings[NetworkParameters.maximumNorm] ?? .infinity
    usesRMSProp = settings[Self.usesRMSProp]
    usesStateIndices = context.usesStateIndices
    var initialization = context.stream("weights")
    policy = PolicyNetwork(
      observationCount: context.observationCount, actionSpace: context.actionSpace,
      design: design, using: &initialization)
    let parameters = policy.bundle.parameters.count
    rmsProp = RMSProp(count: usesRMSProp ? parameters : 0, alpha: 0.99, epsilon: settings[Self.epsilon])
    adam = Adam(count: usesRMSProp ? 0 : parameters, epsilon: settings[Self.epsilon])
    rollout = Rollout(
      steps: steps, copies: copies, context: context,
      normalizesObservations: settings[NetworkParameters.normalizesObservations],
      rewardGamma: settings[NetworkParameters.normalizesRewards] ? gamma : nil,
      noiseInterval: settings[NetworkParameters.noiseInterval])
    rows = Array(0..<steps * copies)
    logProbabilities = [Double](repeating: 0, count: rows.count)
    slopes = logProbabilities
    values = logProbabilities
    valueSlopes = logProbabilities
    advantages = logProbabilities
    exploration = context.stream("exploration")
  }

  /// Fills in what a preset says.
  public static func expand(
    _ given: [Setting.Field], environment: String
  ) throws(SettingProblem) -> [Setting.Field] {
    try PublishedSettings.expand(given, zoo: zoo, environment: environment)
  }

  /// RL Zoo's `hyperparams/a2c.yml`.
  private static let zoo: [String: [(String, Setting)]] = {
    let normalized: [(String, Setting)] = [
      ("normalize_observations", .boolean(true)), ("normalize_rewards", .boolean(true)),
    ]
    return [
      "cart-pole": [("n_envs", .integer(8))],
      "mountain-car": normalized + [("n_envs", .integer(16))],
      "acrobot": normalized + [("n_envs", .integer(16))],
      "pendulum": normalized + [
        ("n_envs", .integer(8)), ("n_steps", .integer(8)), ("gae_lambda", .real(0.9)), ("vf_coef", .real(0.4)),
        ("learning_rate", .text("lin_7e-4")), ("log_std_init", .integer(-2)), ("ortho_init", .boolean(false)),
        ("use_sde", .boolean(true)), ("gamma", .real(0.9)),
      ],
      "mountain-car-continuous": normalized + [
        ("n_envs", .integer(4)), ("n_steps", .integer(100)), ("log_std_init", .integer(0)),
        ("ortho_init", .boolean(false)), ("use_sde", .boolean(true)), ("sde_sample_freq", .integer(16)),
      ],
    ]
  }()

  /// Collects a short rollout and takes one step on all of it.
  public mutating func update(in batch: EnvironmentBatch, at time: TrainingTime) throws(SettingProblem) {
    rollout.collect(in: batch, by: &policy, using: &exploration)
    rollout.estimate(estimator)
    statistics.add(.explainedVariance, explainedVariance(values: rollout.values, returns: rollout.returns))
    let count = rows.count
    for k in 0..<count { advantages[k] = rollout.advantages[k] }
    if normalizesAdvantages { normalizeAdvantages(&advantages, count: count) }
    policy.forward(rollout.observations, choosing: rows[...])
    policy.describe(rollout.actions, rows: count, logProbabilities: &logProbabilities)
    for k in 0..<count { values[k] = policy.values[k] }
    var (policyLoss, entropy) = (0.0, 0.0)
    for k in 0..<count {
      policyLoss -= advantages[k] * logProbabilities[k]
      slopes[k] = -advantages[k] / Double(count)
      entropy += policy.entropies[k]
    }
    let valueLoss = ValueLoss(.stableBaselines3).evaluate(
      values: values, oldValues: [], returns: rollout.returns, count: count, weight: valueCoefficient,
      into: &valueSlopes)
    policyLoss /= Double(count)
    entropy /= Double(count)
    try time.check(policyLoss, .policyLoss)
    try time.check(valueLoss, .valueLoss)
    try time.check(entropy, .entropy)
    policy.bundle.zeroGradients()
    policy.backward(
      rollout.actions, rows: count, logProbability: slopes, entropy: -entropyCoefficient / Double(count),
      value: valueSlopes)
    let norm = clipGlobalNorm(&policy.bundle.gradients, maximum: maximumNorm)
    try time.check(norm, .gradientNorm)
    let rate = learningRate.value(time.elapsed(in: batch), of: time.total)
    policy.bundle.update {
      if usesRMSProp {
        rmsProp.step(&$0, gradients: $1, learningRate: rate)
      } else {
        adam.step(&$0, gradients: $1, learningRate: rate)
      }
    }
    statistics.add(.policyLoss, policyLoss)
    statistics.add(.valueLoss, valueLoss)
    statistics.add(.entropy, entropy)
    statistics.add(.gradientNorm, norm)
  }

  /// Appends networks, optimizer, rollout and stream.
  public func save(to writer: inout StateWriter) {
    policy.save(to: &writer)
    rmsProp.save(to: &writer)
    adam.save(to: &writer)
    rollout.save(to: &writer)
    writer.write(exploration)
  }

  /// Takes up networks, optimizer, rollout and stream.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try policy.restore(from: &reader)
    try rmsProp.restore(from: &reader)
    try adam.restore(from: &reader)
    try rollout.restore(from: &reader)
    exploration = try reader.stream()
  }
}
