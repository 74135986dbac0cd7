import RLCore

/// Direct preference optimization: the policy itself is fitted to preferences, as if its log-ratio to the reference were a reward.
///
///     h = β ((log π(c) − log π_ref(c)) − (log π(r) − log π_ref(r))),   L = mean −log σ(h), and relatives: see ``DPOLoss``
///
/// Rafailov et al., NeurIPS 2023, eq. 7. On plentiful preferences that follow the law of Bradley and Terry for a reward r it leads to π* ∝ π_ref exp(r / β),
/// the same policy that reinforcement learning with that penalty leads to. Pairs are episodes of the reference policy.
public struct DPO: AlignmentStage {
  static let lossType = Parameter<DPOLoss.LossType>.choice(
    "loss_type", default: .sigmoid, "the function of the margin: sigmoid, ipo, hinge or robust")
  static let beta = Parameter.real(
    "beta", symbol: "β", default: 0.1, in: .positive, "how much a nat of divergence from the reference costs")
  static let smoothing = Parameter.real(
    "label_smoothing", default: 0, in: .halfOpen(0, 0.5), "share of labels believed to be turned around")
  static let normalizes = Parameter.flag(
    "ipo_normalize_length", default: false, "whether ipo takes means over steps, as TRL does, in place of sums")

  /// What configurations and readers see.
  public static let about = About(
    id: "dpo", summary: "direct preference optimization: sigmoid, IPO, hinge and robust losses on pairs of episodes",
    source: "Rafailov et al. (2023), arXiv:2305.18290; TRL's DPOTrainer",
    equation: "L = −mean log σ(β (log π(c)/π_ref(c) − log π(r)/π_ref(r)))",
    parameters: [lossType.declaration, beta.declaration, smoothing.declaration, normalizes.declaration]
      + PreferenceData.parameters + AlignmentParameters.optimization)
  /// Its data come from the model.
  public static let needsModel = true
  /// The columns that it fills.
  public static let quantities: [BatchQuantity] = [
    .policyLoss, .entropy, .gradientNorm, .referenceKL, .preferenceAccuracy, .rewardMargin,
  ]

  /// The weight of the divergence.
  public let beta: Double
  private let loss: DPOLoss
  private var data: PreferenceData
  private var optimizer: AlignmentOptimizer

  /// Makes the stage.
  public init(_ settings: Settings, context: BatchContext, state: AlignmentState) throws(SettingProblem) {
    beta = settings[Self.beta]
    loss = DPOLoss(
      settings[Self.lossType], beta: beta, labelSmoothing: settings[Self.smoothing],
      normalizesLength: settings[Self.normalizes])
    data = try PreferenceData("dpo", settings, context: context)
    optimizer = try AlignmentOptimizer(settings, state.policy)
  }

  /// A step on some pairs.
  public mutating func update(
    _ state: inout AlignmentState, in environments: EnvironmentBatch, at time: TrainingTime
  ) throws(SettingProblem) {
    try data.prepare(by: &state.reference, using: &state.data)
    let (chosen, rejected) = data.minibatch(using: &state.data)
    let rows = SequenceRows(data.batch, chosen + rejected)
    let anchor = rows.logLikelihoods(of: &state.reference, in: data.batch).sums
    let (own, entropy) = rows.logLikelihoods(of: &state.policy, in: data.batch)
    let count = chosen.count
    func side(_ range: Range<Int>) -> DPOLoss.Side {
      .init(
        logProbabilities: Array(own[range]), referenceLogProbabilities: Array(anchor[range]),
        lengths: Array(rows.lengths[range]))
    }
    var better = [Double](repeating: 0, count: count)
    var worse = better
    let report = loss.evaluate(
      chosen: side(0..<count), rejected: side(count..<2 * count), into: &better, &worse)
    try time.check(report.loss, .policyLoss)
    state.policy.zeroGradients()
    state.policy.backward(rows.actions, rows: rows.rows.count, logProbability: rows.spread(better + worse))
    state.statistics.add(.policyLoss, report.loss)
    state.statistics.add(.entropy, entropy)
    state.statistics.add(.preferenceAccuracy, report.accuracy)
    state.statistics.add(.rewardMargin, report.margin)
    state.statistics.add(
      .gradientNorm, try optimizer.step(&state.policy, elapsed: time.elapsed(in: environments), at: time))
  }

  /// Appends data and optimizer.
  public func save(to writer: inout StateWriter) {
    data.save(to: &writer)
    optimizer.save(to: &writer)
  }

  /// Takes up data and optimizer.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try data.restore(from: &reader)
    try optimizer.restore(from: &reader)
  }
}
