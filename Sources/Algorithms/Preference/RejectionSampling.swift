import RLCore

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
    ] + AlignmentParameters.optimization,
    relations: [
      .multiple("generation_batch_size", of: "num_generations"), .atMost(["keep"], "num_generations"),
    ])
  /// What is made likelier is a numbered action.
  public static let needsNumberedActions = true
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
