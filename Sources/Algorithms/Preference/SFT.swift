import RLCore

/// Supervised fine-tuning: the likelihood of demonstrations is maximised (behaviour cloning, Pomerleau, 1991; stage 1 of Ouyang et al., NeurIPS
/// 2022).
///
///     L = −mean log π(a|s) over the steps of demonstrations
///
/// Demonstrations are episodes of a policy that is best in the task, or best but for some noise; they are drawn once, from the model.
public struct SFT: AlignmentStage {
  static let demonstrations = Parameter.integer(
    "demonstrations", default: 1000, in: 1...10_000_000, "episodes that are shown")
  static let noise = Parameter.real(
    "demonstration_noise", default: 0, in: .unit, "the chance of any action in place of a best one in each step")
  static let batchSize = Parameter.integer("batch_size", default: 64, in: 1...1_000_000, "episodes of an update")

  /// What configurations and readers see.
  public static let about = About(
    id: "sft", summary: "supervised fine-tuning: the likelihood of the best policy's episodes is maximised",
    source: "Pomerleau (1991); Ouyang et al. (2022), arXiv:2203.02155, stage 1",
    equation: "L = −mean log π(a|s)",
    parameters: [demonstrations.declaration, noise.declaration, batchSize.declaration]
      + AlignmentParameters.optimization)
  /// Its data come from the model.
  public static let needsModel = true
  /// The columns that it fills.
  public static let quantities: [BatchQuantity] = [.policyLoss, .entropy, .gradientNorm, .referenceKL]
  /// It is held to nothing.
  public var beta: Double { 0 }

  private let source: OfflineData
  private let demonstrations: Int
  private let batchSize: Int
  private let table: [Double]
  private var batch: SequenceBatch
  private var optimizer: AlignmentOptimizer

  /// Makes the stage.
  public init(_ settings: Settings, context: BatchContext, state: AlignmentState) throws(SettingProblem) {
    source = try OfflineData("sft", settings, context: context)
    demonstrations = settings[Self.demonstrations]
    try source.checkSize(episodes: Double(demonstrations), context, lowering: Self.demonstrations.declaration.name)
    batchSize = settings[Self.batchSize]
    table = try source.demonstrator(noise: settings[Self.noise])
    batch = SequenceBatch(for: context)
    optimizer = try AlignmentOptimizer(settings, state.policy)
  }

  /// A step on some demonstrations.
  public mutating func update(
    _ state: inout AlignmentState, in environments: EnvironmentBatch, at time: TrainingTime
  ) throws(SettingProblem) {
    if batch.count == 0 { try source.append(groups: demonstrations, of: 1, by: table, to: &batch, using: &state.data) }
    var chosen: [Int] = []
    for _ in 0..<batchSize { chosen.append(state.data.uniform(below: batch.count)) }
    try state.imitate(chosen, of: batch, by: &optimizer, elapsed: time.elapsed(in: environments), at: time)
  }

  /// Appends demonstrations and optimizer.
  public func save(to writer: inout StateWriter) {
    batch.save(to: &writer)
    optimizer.save(to: &writer)
  }

  /// Takes up demonstrations and optimizer.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try batch.restore(from: &reader)
    try optimizer.restore(from: &reader)
  }
}

extension AlignmentState {
  /// A step that makes some episodes likelier: the mean over their steps.
  mutating func imitate(
    _ chosen: [Int], of batch: SequenceBatch, by optimizer: inout AlignmentOptimizer, elapsed: Double,
    at time: TrainingTime
  ) throws(SettingProblem) {
    let rows = SequenceRows(batch, chosen)
    let count = rows.rows.count
    if count == 0 { return }
    let (sums, entropy) = rows.logLikelihoods(of: &policy, in: batch)
    let loss = -sums.reduce(0, +) / Double(count)
    try time.check(loss, .policyLoss)
    policy.zeroGradients()
    policy.backward(
      rows.actions, rows: count, logProbability: [Double](repeating: -1 / Double(count), count: count))
    statistics.add(.policyLoss, loss)
    statistics.add(.entropy, entropy)
    statistics.add(.gradientNorm, try optimizer.step(&policy, elapsed: elapsed, at: time))
  }
}
