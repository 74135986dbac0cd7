import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The best of n: of n episodes from the same start the one with the greatest return is kept, by the task's reward or a learned one; nothing is learned
/// from it. The oldest method of alignment, and the yardstick of the others: it moves far in reward and not far in divergence,
///
///     KL(best of n ‖ π) ≤ log n − (n − 1) / n        Beirami et al. (2024), arXiv:2401.01879, theorem 3; equal where no two returns are
///
/// Each update draws groups of n from the policy as it is when the stage begins. Where a table's episodes are the leaves of a tree
/// (token sequences, one-step tasks), the policy is replaced by the one that keeps the best, exactly (``BestOfNLaw``), so that `true_return`,
/// `proxy_return` and `reference_kl` are its own, and a stage that follows goes on from it. Elsewhere the policy stays, and `best_return` tells
/// what was kept; `rejection-sampling` learns from it.
public struct BestOfN: AlignmentStage {
  /// What configurations and readers see.
  public static let about = About(
    id: "best-of-n",
    summary: "of n episodes from the same start the best is kept, by the task's reward or a learned one",
    source: "Stiennon et al. (2020), arXiv:2009.01325; Beirami et al. (2024), arXiv:2401.01879",
    equation: "q(y) = p(y) / P(r = r(y)) · (P(r ≤ r(y))ⁿ − P(r < r(y))ⁿ); KL ≤ log n − (n − 1)/n",
    parameters: [
      GroupParameters.numGenerations.with(default: .integer(8), "n: of how many episodes the best is kept").declaration,
      GroupParameters.source.declaration,
    ])
  /// The columns that it fills.
  public static let quantities: [BatchQuantity] = [.referenceKL, .bestReturn, .divergenceBound]
  /// It is held to nothing.
  public var beta: Double { 0 }

  private let n: Int
  private let source: GroupParameters.Source
  private let gamma: Double
  private let data: OfflineData?
  private let law: BestOfNLaw?
  private var batch: SequenceBatch

  /// Makes the stage.
  public init(_ settings: Settings, context: BatchContext, state: AlignmentState) throws(SettingProblem) {
    n = settings[GroupParameters.numGenerations]
    source = try GroupParameters.source(settings, state)
    gamma = settings[AlignmentParameters.gamma]
    let copies = settings[AlignmentParameters.sequences]
    guard copies % n == 0 else {
      throw SettingProblem(
        "\(copies) episodes are no groups of \(n); make it a multiple of num_generations", at: ".generation_batch_size")
    }
    let isExact = state.policy.isTable && context.usesStateIndices
    data = isExact ? try? OfflineData("best-of-n", settings, context: context) : nil
    // States that look alike have one row of the table, and no policy of their own.
    law = data.flatMap { data in
      let states = data.observations.states
      return states.indices.allSatisfy { states[$0] == $0 } ? BestOfNLaw(data.model, limit: data.limit) : nil
    }
    batch = SequenceBatch(for: context)
  }

  /// The reference is the policy as it is now; the policy becomes the one that keeps the best.
  public mutating func begin(_ state: inout AlignmentState) {
    state.reference = state.policy
    guard let law, let data else { return }
    let base = data.table(of: &state.reference)
    let learned = source == .task ? nil : state.rewardModel?.rewards(data.observations, rows: data.observations.count)
    let best = law.policy(of: n, base: base, rewards: learned, gamma: gamma)
    // What the best of n never is keeps a probability that is not told from 0.
    state.policy.set(best.map { max(log($0), -700) })
  }

  /// One generation, and the best of it.
  public mutating func update(
    _ state: inout AlignmentState, in environments: EnvironmentBatch, at time: TrainingTime
  ) throws(SettingProblem) {
    batch.removeAll()
    batch.collect(in: environments, groupsOf: n, by: &state.reference, using: &state.exploration)
    if batch.tokenCount == 0 { return }
    let returns = (0..<batch.count).map { batch.discountedReturn(of: $0, gamma: gamma) }
    let rewards = state.rewards(of: 0..<batch.count, in: batch, from: source)
    let compared = batch.discountedReturns(of: 0..<batch.count, rewards: rewards, gamma: gamma)
    var sum = 0.0
    for start in stride(from: 0, to: batch.count, by: n) {
      var best = start
      for sequence in start..<start + n where compared[sequence] > compared[best] { best = sequence }
      sum += returns[best]
    }
    state.statistics.add(.bestReturn, sum / Double(batch.count / n))
    state.statistics.add(.divergenceBound, log(Double(n)) - Double(n - 1) / Double(n))
  }

  /// Nothing of it changes.
  public func save(to writer: inout StateWriter) {}
  /// Nothing of it changes.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {}
}
