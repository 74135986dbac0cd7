import RLCore
import Testing

@testable import Algorithms

/// What episodes and steps are credited with, by hand.
@Suite struct EpisodeCreditTests {
  private static func context() throws -> BatchContext {
    let view = FiniteVectorView(FiniteSimulation(try SmallTasks.walk(5, leftReward: 0)))
    let batch = EnvironmentBatch(
      VectorizedEnvironments(view, count: 4, timeLimit: 10, usesStateIndices: true, root: 0, seed: 0))
    return BatchContext(batch, root: 0, seed: 0)
  }

  private static func store() -> ObservationStore {
    var store = ObservationStore(count: 5, width: 5, usesStateIndices: true, offersAllActions: true)
    store.states = [0, 1, 2, 3, 4]
    return store
  }

  /// Two groups of two episodes, with rewards (1, 1), (0) and (3), (0, 1).
  private static func batch() throws -> SequenceBatch {
    var batch = SequenceBatch(for: try context())
    for rewards in [[1.0, 1], [0], [3], [0, 1]] {
      let count = rewards.count
      batch.append(
        states: Array(0..<count), of: store(), actions: [Int](repeating: 1, count: count), rewards: rewards,
        isTruncated: false)
    }
    return batch
  }

  private static func advantages(
    gamma: Double = 1, values: [Double] = [], _ changes: [String: Setting]
  ) throws -> (advantages: [Double], targets: [Double]) {
    let settings = try Settings(
      defaultsOf: AlignmentLearner<GRPO>.self, changes.merging(["scale_eps": .integer(0)]) { $1 })
    let credit = try EpisodeCredit(settings, groupSize: 2, gamma: gamma, longest: 10)
    let batch = try batch()
    let rewards = credit.rewards(batch, earned: batch.order.map { batch.rewards[$0] }, reference: [])
    return credit.advantages(batch, rewards: rewards, values: values)
  }

  private func expect(_ numbers: [Double], _ expected: [Double]) {
    #expect(numbers.count == expected.count)
    for (a, b) in zip(numbers, expected) { #expect(abs(a - b) < 1e-12) }
  }

  /// Returns 2, 0 and 3, 1, whose groups have the means 1 and 2.
  @Test func outcomes() throws {
    expect(try Self.advantages(["scale_rewards": .text("none")]).advantages, [1, -1, 1, -1])
  }

  /// The rewards of the groups' steps have the means 2/3 and 4/3; those of all six the mean 1 and the variance 6/5.
  @Test func processes() throws {
    func process(_ baseline: String, _ scale: String) throws -> [Double] {
      try Self.advantages([
        "supervision": .text("process"), "baseline": .text(baseline), "scale_rewards": .text(scale),
      ]).advantages
    }
    let centred = [2.0 / 3, 1.0 / 3, -2.0 / 3, 5.0 / 3, -5.0 / 3, -1.0 / 3]
    expect(try process("group", "none"), centred)
    expect(try process("group", "batch"), centred.map { $0 / 1.2.squareRoot() })
    // The deviations of 1, 1, 0 and of 3, 0, 1.
    let (first, second) = ((1.0 / 3).squareRoot(), (7.0 / 3).squareRoot())
    expect(try process("group", "group"), zip(centred, [first, first, first, second, second, second]).map { $0 / $1 })
    expect(try process("batch", "none"), [0, 0, -1, 2, -1, 0])
  }

  /// Returns from each step on: 2, 1 and 0 and 3 and 1, 1, with the mean 4/3.
  @Test func returnsToGo() throws {
    expect(
      try Self.advantages([
        "supervision": .text("to-go"), "baseline": .text("batch"), "scale_rewards": .text("none"),
      ]).advantages, [2.0 / 3, -1.0 / 3, -4.0 / 3, 5.0 / 3, -1.0 / 3, -1.0 / 3])
  }

  /// γ = λ = 1/2 and values of 1: the last error of (1, 1) is 0, the first 1 + 1/2 − 1; that of (0, 1) is 0 + 1/2 − 1.
  @Test func critics() throws {
    let (advantages, targets) = try Self.advantages(
      gamma: 0.5, values: [1, 1, 1, 1, 1, 1],
      [
        "supervision": .text("critic"), "baseline": .text("none"), "scale_rewards": .text("none"),
        "gae_lambda": .real(0.5),
      ])
    expect(advantages, [0.5, 0, -1, 2, -0.5, 0])
    expect(targets, [1.5, 1, 0, 3, 0.5, 1])
  }

  /// Dropped groups leave no rows behind, and what is kept stays what it was.
  @Test func forgottenGroupsTakeNoMemory() throws {
    var batch = try Self.batch()
    batch.keep(groups: [1], of: 2)
    #expect(batch.order == [0, 1, 2] && batch.starts == [0, 1, 3])
    #expect(batch.order.map { batch.rewards[$0] } == [3, 0, 1])
    #expect(batch.order.map { batch.observations.states[$0] } == [0, 0, 1])
    batch.append(states: [4], of: Self.store(), actions: [0], rewards: [7], isTruncated: true)
    #expect(batch.order.last == 3 && batch.rewards[3] == 7 && batch.observations.states[3] == 4)
  }
}
