import RLCore

/// Proximal policy optimization: several epochs of minibatch steps on each rollout, with the ratio of new to old probabilities clipped.
///
///     L = −mean min(r Â, clip(r, 1 − c, 1 + c) Â) + c_v L_value − c_e mean H        Schulman et al. (2017), eqs. 7 and 9
///
/// Advantages are GAE's (Schulman et al., 2016). Names and defaults are stable-baselines3's; `convention` decides where stable-baselines3 and
/// CleanRL differ:
///
///     stable-baselines3   value loss (R − v)², a clipped value replaces the value; an update stops before the step whose
///                         divergence exceeds 1.5 target_kl; schedules are read after the rollout was collected
///     cleanrl             value loss ½ max of clipped and unclipped; stops after the epoch whose last minibatch exceeds
///                         target_kl; schedules are read before the rollout
///
/// Departures: minibatches are drawn by this project's streams; losses and distributions are computed in double precision, networks in
/// single.
public struct PPO: RolloutLearner, ~Copyable {
  /// Whose conventions hold where libraries differ.
  public enum Convention: String, CaseIterable, Sendable {
    /// stable-baselines3's.
    case stableBaselines3 = "stable-baselines3"
    /// CleanRL's.
    case cleanRL = "cleanrl"
  }

  static let batchSize = Parameter.integer("batch_size", default: 64, in: 1...100_000_000, "rows of a minibatch")
  static let epochs = Parameter.integer(
    "n_epochs", default: 10, in: 1...10_000, "how often each rollout is gone through")
  static let clipRange = Parameter.training(
    "clip_range", symbol: "c", default: 0.2, in: .nonnegative, "how far a ratio may move before its gradient stops")
  static let valueClipRange = Parameter<Double?>.optionalReal(
    "clip_range_vf", in: .positive,
    "how far values may move within an update, in their own units; null for as far as they like")
  static let targetKL = Parameter<Double?>.optionalReal(
    "target_kl", in: .positive, "divergence beyond which an update stops; null for never")
  static let adamEpsilon = Parameter.real(
    "adam_epsilon", default: 1e-5, in: .nonnegative, "what Adam adds to the root of the squared gradient's average")
  static let convention = Parameter<Convention>.choice(
    "convention", default: .stableBaselines3,
    "whose value loss, KL stop and time of schedules: stable-baselines3's or CleanRL's")

  /// What configurations and readers see.
  public static let about = About(
    id: "ppo", summary: "proximal policy optimization: clipped steps on rollouts of parallel copies of the task",
    source: "Schulman et al. (2017), arXiv:1707.06347; stable-baselines3; CleanRL",
    equation: "L = −mean min(r Â, clip(r, 1 − c, 1 + c) Â) + c_v L_value − c_e mean H",
    parameters: [
      PPOPreset.parameter.declaration, NetworkParameters.learningRate.declaration,
      NetworkParameters.environments.declaration, NetworkParameters.steps.declaration, batchSize.declaration,
      epochs.declaration, NetworkParameters.gamma.declaration, NetworkParameters.lambda.declaration,
      clipRange.declaration, valueClipRange.declaration, NetworkParameters.normalizesAdvantages.declaration,
      NetworkParameters.entropyCoefficient.declaration, NetworkParameters.valueCoefficient.declaration,
      NetworkParameters.maximumNorm.declaration, targetKL.declaration, NetworkParameters.layers.declaration,
      NetworkParameters.activation.declaration, NetworkParameters.sharesNetwork.declaration,
      NetworkParameters.isOrthogonal.declaration, NetworkParameters.logDeviation.declaration,
      NetworkParameters.usesStateDependentNoise.declaration, NetworkParameters.noiseInterval.declaration,
      NetworkParameters.normalizesObservations.declaration, NetworkParameters.normalizesRewards.declaration,
      NetworkParameters.bootstrapsTruncated.declaration, NetworkParameters.features.declaration,
      adamEpsilon.declaration, convention.declaration,
    ])

  /// The columns that it fills.
  public static let quantities: [BatchQuantity] = [
    .policyLoss, .valueLoss, .entropy, .kl, .clipFraction, .explainedVariance, .gradientNorm,
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

  let batchSize: Int
  let epochs: Int
  let estimator: GeneralizedAdvantage
  let learningRate: TrainingSchedule
  let clipRange: TrainingSchedule
  let normalizesAdvantages: Bool
  let maximumNorm: Double
  let targetKL: Double?
  let convention: Convention
  /// Whether states are numbered.
  public let usesStateIndices: Bool
  private var loss: PPOLoss
  private var optimizer: Adam<Float>
  private var exploration: RandomStream
  private var shuffling: RandomStream
  private var order: [Int]
  private var minibatch: Minibatch

  /// A minibatch's numbers, gathered from the rollout.
  struct Minibatch: Sendable {
    var actions: ActionStore
    var logProbabilities: [Double]
    var oldLogProbabilities: [Double]
    var advantages: [Double]
    var values: [Double]
    var oldValues: [Double]
    var returns: [Double]

    init(count: Int, for space: VectorActionSpace) {
      actions = ActionStore(count: count, for: space)
      logProbabilities = [Double](repeating: 0, count: count)
      oldLogProbabilities = logProbabilities
      advantages = logProbabilities
      values = logProbabilities
      oldValues = logProbabilities
      returns = logProbabilities
    }

    mutating func gather(_ rollout: borrowing Rollout, _ rows: ArraySlice<Int>) {
      let width = actions.width
      var k = 0
      for row in rows {
        if actions.values.isEmpty {
          actions.numbers[k] = rollout.actions.numbers[row]
        } else {
          for j in 0..<width { actions.values[k * width + j] = rollout.actions.values[row * width + j] }
        }
        oldLogProbabilities[k] = rollout.logProbabilities[row]
        advantages[k] = rollout.advantages[row]
        oldValues[k] = rollout.values[row]
        returns[k] = rollout.returns[row]
        k += 1
      }
    }
  }

  /// Makes the learner as it is before its first update.
  public init(_ settings: Settings, context: BatchContext) throws(SettingProblem) {
    // All that may fail comes before the first property: a learner does not fail halfway.
    let design = try PolicyNetwork.Design(settings, for: context)
    let (copies, steps) = (settings[NetworkParameters.environments], settings[NetworkParameters.steps])
    let count = Double(copies) * Double(steps)
    try context.checkSize(
      count * Double(context.usesStateIndices ? 8 : 8 + context.observationCount), lowering: "n_steps")
    gamma = settings[NetworkParameters.gamma]
    self.copies = copies
    batchSize = min(settings[Self.batchSize], Int(count))
    epochs = settings[Self.epochs]
    let bootstraps = settings[NetworkParameters.bootstrapsTruncated]
    estimator = GeneralizedAdvantage(
      gamma: gamma, lambda: settings[NetworkParameters.lambda], truncation: bootstraps ? .bootstrap : .terminate)
    learningRate = settings[NetworkParameters.learningRate]
    clipRange = settings[Self.clipRange]
    normalizesAdvantages = settings[NetworkParameters.normalizesAdvantages]
    maximumNorm = settings[NetworkParameters.maximumNorm] ?? .infinity
    targetKL = settings[Self.targetKL]
    convention = settings[Self.convention]
    usesStateIndices = context.usesStateIndices
    var initialization = context.stream("weights")
    policy = PolicyNetwork(
      observationCount: context.observationCount, actionSpace: context.actionSpace,
      design: design, using: &initialization)
    loss = PPOLoss(
      clipRange: 1, entropyCoefficient: settings[NetworkParameters.entropyCoefficient],
      valueCoefficient: settings[NetworkParameters.valueCoefficient],
      valueLoss: ValueLoss(
        convention == .cleanRL ? .cleanRL : .stableBaselines3, clipRange: settings[Self.valueClipRange]))
    optimizer = Adam(count: policy.bundle.parameters.count, epsilon: settings[Self.adamEpsilon])
    rollout = Rollout(
      steps: steps, copies: copies, context: context,
      normalizesObservations: settings[NetworkParameters.normalizesObservations],
      rewardGamma: settings[NetworkParameters.normalizesRewards] ? gamma : nil,
      noiseInterval: settings[NetworkParameters.noiseInterval])
    order = Array(0..<steps * copies)
    minibatch = Minibatch(count: batchSize, for: context.actionSpace)
    exploration = context.stream("exploration")
    shuffling = context.stream("minibatches")
  }

  /// Fills in what a preset says.
  public static func expand(
    _ given: [Setting.Field], environment: String
  ) throws(SettingProblem) -> [Setting.Field] { try PPOPreset.expand(given, environment: environment) }

  /// Collects a rollout, and goes through it `n_epochs` times, minibatch by minibatch.
  public mutating func update(in batch: EnvironmentBatch, at time: TrainingTime) throws(SettingProblem) {
    let before = time.elapsed(in: batch)
    rollout.collect(in: batch, by: &policy, using: &exploration)
    rollout.estimate(estimator)
    let elapsed = convention == .cleanRL ? before : time.elapsed(in: batch)
    let rate = learningRate.value(elapsed, of: time.total)
    loss.clipRange = max(clipRange.value(elapsed, of: time.total), 1e-12)
    statistics.add(.explainedVariance, explainedVariance(values: rollout.values, returns: rollout.returns))
    var (start, isOver) = (0, false)
    for _ in 0..<epochs where !isOver {
      shuffle()
      var divergence = 0.0
      start = 0
      while start < order.count {
        let rows = order[start..<min(start + batchSize, order.count)]
        start += batchSize
        let report = try evaluate(rows, at: time)
        divergence = report.approximateKL
        if convention == .stableBaselines3, let targetKL, divergence > 1.5 * targetKL {
          isOver = true
          break
        }
        try step(rows.count, report, rate: rate, at: time)
      }
      if convention == .cleanRL, let targetKL, divergence > targetKL { isOver = true }
    }
  }

  /// Fisher and Yates's shuffle.
  private mutating func shuffle() {
    let last = order.count - 1
    if last < 1 { return }
    order.withUnsafeMutableBufferPointer { order in
      for k in stride(from: last, to: 0, by: -1) { order.swapAt(k, shuffling.uniform(below: k + 1)) }
    }
  }

  /// The loss of a minibatch, and its derivatives with respect to what the networks put out.
  private mutating func evaluate(_ rows: ArraySlice<Int>, at time: TrainingTime) throws(SettingProblem)
    -> PPOLoss.Report
  {
    let count = rows.count
    minibatch.gather(rollout, rows)
    if normalizesAdvantages { normalizeAdvantages(&minibatch.advantages, count: count) }
    policy.forward(rollout.observations, choosing: rows)
    policy.describe(minibatch.actions, rows: count, logProbabilities: &minibatch.logProbabilities)
    for k in 0..<count { minibatch.values[k] = policy.values[k] }
    let report = loss.evaluate(
      logProbabilities: minibatch.logProbabilities, oldLogProbabilities: minibatch.oldLogProbabilities,
      advantages: minibatch.advantages, entropies: policy.entropies, values: minibatch.values,
      oldValues: minibatch.oldValues, returns: minibatch.returns, count: count)
    try time.check(report.policyLoss, .policyLoss)
    try time.check(report.valueLoss, .valueLoss)
    try time.check(report.entropy, .entropy)
    statistics.add(.policyLoss, report.policyLoss)
    statistics.add(.valueLoss, report.valueLoss)
    statistics.add(.entropy, report.entropy)
    statistics.add(.kl, report.approximateKL)
    statistics.add(.clipFraction, report.clipFraction)
    return report
  }

  /// One step of the optimizer.
  private mutating func step(
    _ count: Int, _ report: PPOLoss.Report, rate: Double, at time: TrainingTime
  ) throws(SettingProblem) {
    policy.bundle.zeroGradients()
    policy.backward(
      minibatch.actions, rows: count, logProbability: loss.logProbabilityGradients, entropy: loss.entropyGradient,
      value: loss.valueGradients)
    let norm = clipGlobalNorm(&policy.bundle.gradients, maximum: maximumNorm)
    try time.check(norm, .gradientNorm)
    statistics.add(.gradientNorm, norm)
    policy.bundle.update { optimizer.step(&$0, gradients: $1, learningRate: rate) }
  }

  /// Appends networks, optimizer, rollout and streams.
  public func save(to writer: inout StateWriter) {
    policy.save(to: &writer)
    optimizer.save(to: &writer)
    rollout.save(to: &writer)
    writer.write(exploration)
    writer.write(shuffling)
    writer.write(order)
  }

  /// Takes up networks, optimizer, rollout and streams.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try policy.restore(from: &reader)
    try optimizer.restore(from: &reader)
    try rollout.restore(from: &reader)
    exploration = try reader.stream()
    shuffling = try reader.stream()
    let order = try reader.list(of: 0)
    guard order.count == self.order.count, order.allSatisfy(self.order.indices.contains) else {
      throw StateError("the order of a rollout's rows does not fit")
    }
    self.order = order
  }
}
