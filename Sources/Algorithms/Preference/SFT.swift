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

/// Rejection sampling: of n episodes from the same start the best ones are kept, and made likelier (best-of-n, distilled into the policy step by
/// step).
///
/// Dong et al., *RAFT* (TMLR 2023); stage 3 of DeepSeek-R1 (2025). Groups in which no episode beats another are left out. After a stage that has learned
/// a reward, the best are those that earn most of it, unless `reward` is "task".
public struct RejectionSampling: AlignmentStage {
  static let kept = Parameter.integer("keep", default: 1, in: 1...1_000_000, "how many of a group are kept")

  /// What configurations and readers see.
  public static let about = About(
    id: "rejection-sampling", summary: "the best of n episodes from the same start are made likelier (best-of-n, RAFT)",
    source: "Dong et al. (2023), arXiv:2304.06767; DeepSeek-AI (2025), arXiv:2501.12948, section 2.3",
    equation: "L = −mean log π(a|s) over the best of each group",
    parameters: [
      GroupParameters.numGenerations.declaration, kept.declaration, GroupParameters.source.declaration,
    ] + AlignmentParameters.optimization)
  /// The columns that it fills.
  public static let quantities: [BatchQuantity] = [
    .policyLoss, .entropy, .gradientNorm, .zeroSignalGroups, .referenceKL,
  ]
  /// It is held to nothing.
  public var beta: Double { 0 }

  private let groupSize: Int
  private let kept: Int
  private let source: GroupParameters.Source
  private let gamma: Double
  private var batch: SequenceBatch
  private var optimizer: AlignmentOptimizer

  /// Makes the stage.
  public init(_ settings: Settings, context: BatchContext, state: AlignmentState) throws(SettingProblem) {
    groupSize = settings[GroupParameters.numGenerations]
    kept = settings[Self.kept]
    let copies = settings[AlignmentParameters.sequences]
    guard copies % groupSize == 0 else {
      throw SettingProblem(
        "\(copies) episodes are no groups of \(groupSize); make it a multiple of num_generations",
        at: ".generation_batch_size")
    }
    guard kept <= groupSize else {
      throw SettingProblem("\(kept) of \(groupSize) cannot be kept; give at most num_generations", at: ".keep")
    }
    guard context.actionSpace.isDiscrete else {
      throw SettingProblem("\"rejection-sampling\" chooses among numbered actions, and this task's are continuous")
    }
    source = try GroupParameters.source(settings, state)
    gamma = settings[AlignmentParameters.gamma]
    try context.checkSize(
      episodes: Double(copies), of: context.timeLimit ?? 1000, lowering: AlignmentParameters.sequences.declaration.name)
    batch = SequenceBatch(for: context)
    optimizer = try AlignmentOptimizer(settings, state.policy)
  }

  /// One generation, and a step on the best of it.
  public mutating func update(
    _ state: inout AlignmentState, in environments: EnvironmentBatch, at time: TrainingTime
  ) throws(SettingProblem) {
    let elapsed = time.elapsed(in: environments)
    batch.removeAll()
    batch.collect(in: environments, groupsOf: groupSize, by: &state.policy, using: &state.exploration)
    let returns = batch.discountedReturns(
      of: 0..<batch.count, rewards: state.rewards(of: 0..<batch.count, in: batch, from: source), gamma: gamma)
    var (chosen, dull): ([Int], Int) = ([], 0)
    for start in stride(from: 0, to: batch.count, by: groupSize) {
      let group = Array(start..<start + groupSize)
      if group.allSatisfy({ returns[$0] == returns[start] }) {
        dull += 1
        continue
      }
      chosen += group.sorted { (returns[$1], $0) < (returns[$0], $1) }.prefix(kept)
    }
    state.statistics.add(.zeroSignalGroups, Double(dull * groupSize) / Double(batch.count))
    try state.imitate(chosen, of: batch, by: &optimizer, elapsed: elapsed, at: time)
  }

  /// Appends the optimizer.
  public func save(to writer: inout StateWriter) { optimizer.save(to: &writer) }
  /// Takes up the optimizer.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try optimizer.restore(from: &reader)
  }
}
