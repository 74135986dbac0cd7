import RLCore

/// Learns a reward from preferences: a number for each step, whose sum over an episode explains which of two was preferred (Bradley & Terry,
/// 1952; Christiano et al., NeurIPS 2017; stage 2 of Ouyang et al., NeurIPS 2022).
///
///     L = mean −log σ(r(c) − r(r) − m) + λ mean (r(c) + r(r))²        see ``RewardModelLoss``
///
/// Pairs are episodes of the policy as it is when the stage begins; the policy does not change.
public struct RewardModeling: AlignmentStage {
  static let centering = Parameter.real(
    "center_rewards_coefficient", symbol: "λ", default: 0, in: .nonnegative, "how strongly rewards are drawn to mean 0")
  static let usesMargins = Parameter.flag(
    "margin", default: false, "whether a pair's difference of true returns is given as its margin")
  static let rate = Parameter.real(
    "learning_rate", symbol: "η", default: 0.01, in: .nonnegative, "step size of Adam")

  /// What configurations and readers see.
  public static let about = About(
    id: "reward-model", summary: "a reward learned from preferences between episodes (Bradley-Terry)",
    source: "Christiano et al. (2017), arXiv:1706.03741; Ouyang et al. (2022), arXiv:2203.02155, stage 2",
    equation: "L = mean −log σ(r(c) − r(r) − m) + λ mean (r(c) + r(r))²",
    parameters: [centering.declaration, usesMargins.declaration, rate.declaration] + PreferenceData.parameters)
  /// Its data come from the model.
  public static let needsModel = true
  /// The columns that it fills.
  public static let quantities: [BatchQuantity] = [.rewardLoss, .preferenceAccuracy, .rewardMargin]
  /// It learns a reward.
  public static var makesReward: Bool { true }
  /// It is held to nothing.
  public var beta: Double { 0 }

  private let loss: RewardModelLoss
  private let usesMargins: Bool
  private let rate: Double
  private var data: PreferenceData

  /// Makes the stage.
  public init(_ settings: Settings, context: BatchContext, state: AlignmentState) throws(SettingProblem) {
    loss = RewardModelLoss(centering: settings[Self.centering])
    usesMargins = settings[Self.usesMargins]
    rate = settings[Self.rate]
    data = try PreferenceData("reward-model", settings, context: context)
  }

  /// Begins with a reward of about 0.
  public mutating func begin(_ state: inout AlignmentState) {
    state.reference = state.policy
    var model = RewardModel(like: state.policy)
    model.initialize(using: &state.data)
    state.rewardModel = model
  }

  /// A step on some pairs.
  public mutating func update(
    _ state: inout AlignmentState, in environments: EnvironmentBatch, at time: TrainingTime
  ) throws(SettingProblem) {
    try data.prepare(by: &state.reference, using: &state.data)
    let (chosen, rejected) = data.minibatch(using: &state.data)
    let rows = SequenceRows(data.batch, chosen + rejected)
    state.rewardModel!.forward(data.batch.observations, choosing: rows.rows[...])
    let rewards = (0..<rows.rows.count).map {
      state.rewardModel!.reward(row: $0, action: Int(rows.actions.numbers[$0]))
    }
    let sums = rows.sums(of: rewards)
    let count = chosen.count
    let margins =
      usesMargins
      ? zip(chosen, rejected).map { pair in
        data.batch.discountedReturn(of: pair.0, gamma: data.source.gamma)
          - data.batch.discountedReturn(of: pair.1, gamma: data.source.gamma)
      } : []
    var better = [Double](repeating: 0, count: count)
    var worse = better
    let report = loss.evaluate(
      chosen: Array(sums[0..<count]), rejected: Array(sums[count...]), margins: margins, into: &better, &worse)
    try time.check(report.loss, .rewardLoss)
    state.rewardModel!.step(
      actions: rows.actions.numbers, derivatives: rows.spread(better + worse), learningRate: rate)
    state.statistics.add(.rewardLoss, report.loss)
    state.statistics.add(.preferenceAccuracy, report.accuracy)
    state.statistics.add(
      .rewardMargin, (sums[0..<count].reduce(0, +) - sums[count...].reduce(0, +)) / Double(count))
  }

  /// Appends the data.
  public func save(to writer: inout StateWriter) { data.save(to: &writer) }
  /// Takes up the data.
  public mutating func restore(from reader: inout StateReader) throws(StateError) { try data.restore(from: &reader) }
}
