import Algorithms
import Foundation
import RLCore
import Testing

/// `Fixtures/policy/grpo.json`: `GRPOTrainer._compute_loss` of trl 1.16.0, in double precision.
@Suite struct GroupLossTests {
  struct Fixture: Decodable {
    struct Inputs: Decodable {
      let logits: [[[Double]]]
      let completion_ids: [[Int]]
      let completion_mask: [[Int]]
      let advantages: [Double]
      let old_per_token_logps: [[Double]]
      let ref_per_token_logps: [[Double]]
      let per_token_logps: [[Double]]
    }
    struct Configuration: Decodable {
      let loss_type: String
      let on_policy: Bool?
      let beta: Double?
      let epsilon: Double?
      let epsilon_high: Double?
      let delta: Double?
      let importance_sampling_level: String?
      let max_completion_length: Int?
      let num_items_in_batch: Int?
      let entropy_coef: Double?
    }
    struct Case: Decodable {
      let configuration: Configuration
      let loss: Double
      let grad_logits: [[[Double]]]
      let metrics: [String: Double]
    }
    struct Batch: Decodable {
      let inputs: Inputs
      let configurations: [Case]
    }
    let batches: [Batch]
  }

  private func load() throws -> [Fixture.Batch] {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/policy/grpo", withExtension: "json"))
    return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url)).batches
  }

  @Test func matchesTRL() throws {
    let batches = try load()
    #expect(batches.map(\.configurations.count) == [12])
    for batch in batches {
      let inputs = batch.inputs
      let lengths = inputs.completion_mask.map { $0.reduce(0, +) }
      func ragged<T>(_ x: [[T]]) -> [T] { zip(x, lengths).flatMap { $0.prefix($1) } }
      let ids = ragged(inputs.completion_ids)
      let vocabulary = inputs.logits[0][0].count
      let logits = ragged(inputs.logits).flatMap { $0 }
      var head = CategoricalHead(actions: vocabulary)
      head.evaluate(logits, rows: logits.count / head.actions)
      let logs = ids.indices.map { head.logProbability(ids[$0], row: $0) }
      for (a, b) in zip(logs, ragged(inputs.per_token_logps)) { #expect(abs(a - b) < 1e-12) }
      for entry in batch.configurations {
        let c = entry.configuration
        let loss = GroupLoss(
          try #require(GroupLoss.LossType(rawValue: c.loss_type)), epsilon: c.epsilon ?? 0.2,
          epsilonHigh: c.epsilon_high, delta: c.delta,
          importanceSamplingLevel: try #require(
            GroupLoss.ImportanceSamplingLevel(rawValue: c.importance_sampling_level ?? "token")),
          beta: c.beta ?? 0, maximumLength: c.max_completion_length ?? 256)
        let batch = GroupBatch(
          lengths: lengths, logProbabilities: logs,
          oldLogProbabilities: c.on_policy == true ? logs : ragged(inputs.old_per_token_logps),
          referenceLogProbabilities: ragged(inputs.ref_per_token_logps), advantages: inputs.advantages)
        var byLog = [Double](repeating: 0, count: ids.count)
        let totals = GroupTotals(sequences: lengths.count, tokens: c.num_items_in_batch ?? ids.count)
        let report = loss.evaluate(batch, totals: totals, into: &byLog)
        // The entropy bonus is the head's business: −coefficient · mean entropy over tokens.
        let bonus = -(c.entropy_coef ?? 0) / Double(ids.count)
        let entropy = ids.indices.reduce(0) { $0 + head.entropy(row: $1) }
        #expect(abs(report.loss + bonus * entropy - entry.loss) < 1e-10)
        var gradients = [Double](repeating: 0, count: logits.count)
        for t in ids.indices {
          head.addGradients(to: &gradients, row: t, action: ids[t], logProbability: byLog[t], entropy: bonus)
        }
        for (a, b) in zip(gradients, ragged(entry.grad_logits).flatMap { $0 }) { #expect(abs(a - b) < 1e-10) }
        if let kl = entry.metrics["kl"] { #expect(abs(report.kl - kl) < 1e-10) }
        if let low = entry.metrics["clip_ratio/low_mean"] { #expect(abs(report.lowClipFraction - low) < 1e-6) }
        if let high = entry.metrics["clip_ratio/high_mean"] { #expect(abs(report.highClipFraction - high) < 1e-6) }
        if let both = entry.metrics["clip_ratio/region_mean"] { #expect(abs(report.clipFraction - both) < 1e-6) }
      }
    }
  }

  /// Sequences of lengths 3, 2, 0 and 1 whose ratios lie on all sides of the clips.
  private static func batch(perToken: Bool) -> GroupBatch {
    GroupBatch(
      lengths: [3, 2, 0, 1], logProbabilities: [-0.5, -1.1, -0.7, -1.4, -0.6, -0.9],
      oldLogProbabilities: [-1, -1, -0.4, -1, -1.2, -1], referenceLogProbabilities: [-0.8, -1, -1.2, -0.9, -1.5, -1],
      advantages: perToken ? [1.2, -0.4, 0.7, -1, 0.3, -2] : [1.2, -0.7, 5, -2])
  }

  static let losses: [GroupLoss] =
    GroupLoss.LossType.allCases.flatMap { type in
      GroupLoss.ImportanceSamplingLevel.allCases.flatMap { level in
        GroupLoss.Estimator.allCases.map {
          GroupLoss(
            type, epsilon: 0.15, epsilonHigh: type == .cispo ? 1.15 : 0.25, importanceSamplingLevel: level, beta: 0.3,
            estimator: $0, maximumLength: 9)
        }
      }
    } + [
      GroupLoss(.grpo, epsilon: 0.1, delta: 1.3), GroupLoss(.dapo, epsilon: 0.2, epsilonHigh: 0.9, delta: 1.5),
      GroupLoss(.grpo, delta: 1.05, importanceSamplingLevel: .sequence),
      GroupLoss(.sapo, temperatures: (0.5, 2)),
    ]

  /// Central differences with h = 1e-5 err by about 1e-10. cispo holds the ratio constant, so its loss is compared
  /// with the old log-probabilities moved along, which keeps the ratio where it is.
  @Test(arguments: losses) func gradientsMatchDifferences(loss: GroupLoss) {
    for perToken in [false, true] {
      let batch = Self.batch(perToken: perToken)
      var gradients = [Double](repeating: .nan, count: 6)
      var scratch = gradients
      let totals = GroupTotals(sequences: 5, tokens: 11)
      _ = loss.evaluate(batch, totals: totals, into: &gradients)
      // k3 with the ratio does depend on it, in cispo as well.
      guard loss.lossType != .cispo || loss.estimator != .k3Ratio else { continue }
      for t in 0..<6 {
        func value(_ h: Double) -> Double {
          var moved = batch
          moved.logProbabilities[t] += h
          if loss.lossType == .cispo { moved.oldLogProbabilities[t] += h }
          return loss.evaluate(moved, totals: totals, into: &scratch).loss
        }
        #expect(abs((value(1e-5) - value(-1e-5)) / 2e-5 - gradients[t]) < 1e-8)
      }
    }
  }

  /// However a batch is split, the pieces add up.
  @Test(arguments: losses) func piecesAddUp(loss: GroupLoss) {
    let batch = Self.batch(perToken: false)
    var whole = [Double](repeating: 0, count: 6)
    let report = loss.evaluate(batch, into: &whole)
    var (sum, parts) = (0.0, [Double]())
    for (sequences, tokens) in [(0..<1, 0..<3), (1..<4, 3..<6)] {
      let piece = GroupBatch(
        lengths: Array(batch.lengths[sequences]), logProbabilities: Array(batch.logProbabilities[tokens]),
        oldLogProbabilities: Array(batch.oldLogProbabilities[tokens]),
        referenceLogProbabilities: Array(batch.referenceLogProbabilities[tokens]),
        advantages: Array(batch.advantages[sequences]))
      var gradients = [Double](repeating: 0, count: tokens.count)
      sum += loss.evaluate(piece, totals: GroupTotals(sequences: 4, tokens: 6), into: &gradients).loss
      parts += gradients
    }
    #expect(parts == whole)
    #expect(abs(sum - report.loss) < 1e-14)
  }

  /// Lengths 2, 2, 10, 10 with rewards 1, 0, 1, 0 and no scaling: the weight of a token, on-policy.
  @Test func lengthBias() {
    let advantages = GroupAdvantage(scale: .none).compute([1, 0, 1, 0], groupSize: 4)
    let logs = [Double](repeating: -1, count: 24)
    let batch = GroupBatch(
      lengths: [2, 2, 10, 10], logProbabilities: logs, oldLogProbabilities: logs, advantages: advantages)
    for (type, short, long) in [
      (GroupLoss.LossType.grpo, 0.0625, 0.0125), (.dapo, 0.5 / 24, 0.5 / 24), (.drGRPO, 0.5 / 48, 0.5 / 48),
    ] {
      var gradients = logs
      let report = GroupLoss(type, maximumLength: 12).evaluate(batch, into: &gradients)
      let expected = [-short, short, -long, long]
      for (sequence, tokens) in [0..<2, 2..<4, 4..<14, 14..<24].enumerated() {
        for t in tokens { #expect(abs(gradients[t] - expected[sequence]) < 1e-15) }
      }
      // The first update after sampling: nothing clipped, no value, but a gradient.
      #expect(report.clipFraction == 0)
      if type == .grpo { #expect(abs(report.loss) < 1e-15) }
    }
  }

  /// What each estimator's gradient is on average, on-policy, for θ = (.3, −.2, .9) and a uniform reference, over all tokens weighted
  /// by their probability.
  @Test func gradientsOfTheEstimators() {
    let logits = [0.3, -0.2, 0.9]
    var head = CategoricalHead(actions: 3)
    head.evaluate(logits, rows: logits.count / head.actions)
    let logs = (0..<3).map { head.logProbability($0, row: 0) }
    let toReference = [-0.0672023, -0.1292106, 0.1964129]
    for (estimator, expected, value) in [
      (GroupLoss.Estimator.k1, [0.0, 0, 0], 0.0968590), (.k2, toReference, nil),
      (.k3, [-0.0416733, -0.1564326, 0.1981059], 0.0968590), (.k3Ratio, toReference, 0.0968590),
    ] {
      var (gradient, average) = ([0.0, 0, 0], 0.0)
      for token in 0..<3 {
        let batch = GroupBatch(
          lengths: [1], logProbabilities: [logs[token]], oldLogProbabilities: [logs[token]],
          referenceLogProbabilities: [-log(3.0)], advantages: [0])
        var byLog = [0.0]
        let report = GroupLoss(.grpo, beta: 1, estimator: estimator).evaluate(batch, into: &byLog)
        let share = exp(logs[token])
        average += share * report.kl
        head.addGradients(to: &gradient, row: 0, action: token, logProbability: share * byLog[0])
      }
      for (a, b) in zip(gradient, expected) { #expect(abs(a - b) < 5.1e-8) }
      if let value { #expect(abs(average - value) < 5.1e-8) } else { #expect(abs(average - 0.0968590) > 1e-4) }
    }
  }
}
