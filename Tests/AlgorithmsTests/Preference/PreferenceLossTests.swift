import Algorithms
import Foundation
import RLCore
import Testing

/// `Fixtures/policy/dpo.json`: `DPOTrainer._compute_loss` of trl 1.16.0; the rows are the preferred sequences, then the others, and the logits of a place
/// predict the token of the next.
@Suite struct DPOLossTests {
  struct Fixture: Decodable {
    struct Configuration: Decodable {
      let loss_type: String
      let beta: Double
      let label_smoothing: Double?
    }
    struct Case: Decodable {
      let configuration: Configuration
      let logits: [[[Double]]]
      let input_ids: [[Int]]
      let completion_mask: [[Int]]
      let reference_sequence_logps: [Double]
      let policy_sequence_logps: [Double]
      let loss: Double
      let grad_logits: [[[Double]]]
      let metrics: [String: Double]
    }
    let cases: [Case]
  }

  @Test func matchesTRL() throws {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/policy/dpo", withExtension: "json"))
    let cases = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url)).cases
    #expect(cases.map(\.configuration.loss_type) == ["sigmoid", "ipo", "hinge"])
    for entry in cases {
      let c = entry.configuration
      let loss = DPOLoss(
        try #require(DPOLoss.LossType(rawValue: c.loss_type)), beta: c.beta, labelSmoothing: c.label_smoothing ?? 0)
      let pairs = entry.logits.count / 2
      let vocabulary = entry.logits[0][0].count
      var heads: [CategoricalHead] = []
      var sums: [Double] = []
      for (row, ids) in entry.input_ids.enumerated() {
        let logits = entry.logits[row].flatMap { $0 }
        var head = CategoricalHead(actions: vocabulary)
        head.evaluate(logits, rows: logits.count / head.actions)
        var sum = 0.0
        for t in 1..<ids.count where entry.completion_mask[row][t] == 1 {
          sum += head.logProbability(ids[t], row: t - 1)
        }
        #expect(abs(sum - entry.policy_sequence_logps[row]) < 1e-10)
        heads.append(head)
        sums.append(sum)
      }
      let lengths = entry.completion_mask.map { $0[1...].reduce(0, +) }
      func side(_ rows: Range<Int>) -> DPOLoss.Side {
        DPOLoss.Side(
          logProbabilities: Array(sums[rows]),
          referenceLogProbabilities: Array(entry.reference_sequence_logps[rows]), lengths: Array(lengths[rows]))
      }
      var chosen = [Double](repeating: 0, count: pairs)
      var rejected = chosen
      let report = loss.evaluate(
        chosen: side(0..<pairs), rejected: side(pairs..<2 * pairs), into: &chosen, &rejected)
      #expect(abs(report.loss - entry.loss) < 1e-10)
      for (name, value) in [
        ("rewards/chosen", report.chosenReward), ("rewards/rejected", report.rejectedReward),
        ("rewards/accuracies", report.accuracy), ("rewards/margins", report.margin),
      ] {
        #expect(abs(try #require(entry.metrics[name]) - value) < 1e-6)
      }
      for (row, slope) in (chosen + rejected).enumerated() {
        let ids = entry.input_ids[row]
        var gradients = [Double](repeating: 0, count: ids.count * vocabulary)
        for t in 1..<ids.count where entry.completion_mask[row][t] == 1 {
          heads[row].addGradients(to: &gradients, row: t - 1, action: ids[t], logProbability: slope)
        }
        for (a, b) in zip(gradients, entry.grad_logits[row].flatMap { $0 }) { #expect(abs(a - b) < 1e-10) }
      }
    }
  }

  static let losses = [
    DPOLoss(.sigmoid, beta: 0.3), DPOLoss(.sigmoid, beta: 0.3, labelSmoothing: 0.1),
    DPOLoss(.robust, beta: 0.7, labelSmoothing: 0.2), DPOLoss(.hinge, beta: 0.5),
    DPOLoss(.ipo, beta: 0.2), DPOLoss(.ipo, beta: 0.2, normalizesLength: false),
  ]

  private static let chosen = DPOLoss.Side(
    logProbabilities: [-3, -2.5, -9], referenceLogProbabilities: [-4, -2, -1.5], lengths: [3, 2, 5])
  private static let rejected = DPOLoss.Side(
    logProbabilities: [-2, -5, -1], referenceLogProbabilities: [-2.2, -1, -3], lengths: [1, 4, 2])

  /// Central differences with h = 1e-5 err by about 1e-10.
  @Test(arguments: losses) func gradientsMatchDifferences(loss: DPOLoss) {
    var (a, b) = ([0.0, 0, 0], [0.0, 0, 0])
    var (scratch, other) = (a, b)
    _ = loss.evaluate(chosen: Self.chosen, rejected: Self.rejected, into: &a, &b)
    for k in 0..<3 {
      func value(_ own: Double, _ opposed: Double) -> Double {
        var (chosen, rejected) = (Self.chosen, Self.rejected)
        chosen.logProbabilities[k] += own
        rejected.logProbabilities[k] += opposed
        return loss.evaluate(chosen: chosen, rejected: rejected, into: &scratch, &other).loss
      }
      #expect(abs((value(1e-5, 0) - value(-1e-5, 0)) / 2e-5 - a[k]) < 1e-8)
      #expect(abs((value(0, 1e-5) - value(0, -1e-5)) / 2e-5 - b[k]) < 1e-8)
    }
  }

  /// h = 0.5·(2 − (−2)) = 2: −log σ(2) = log(1 + e⁻²), hinge 0, IPO in sums (4 − 1)² = 9; robust with s = .25:
  /// (.75 log(1 + e⁻²) − .25 log(1 + e²)) / .5.
  @Test func byHand() {
    let chosen = DPOLoss.Side(logProbabilities: [-1], referenceLogProbabilities: [-3])
    let rejected = DPOLoss.Side(logProbabilities: [-4], referenceLogProbabilities: [-2])
    let (low, high) = (log1p(exp(-2.0)), log1p(exp(2.0)))
    for (loss, expected) in [
      (DPOLoss(.sigmoid, beta: 0.5), low),
      (DPOLoss(.sigmoid, beta: 0.5, labelSmoothing: 0.25), 0.75 * low + 0.25 * high),
      (DPOLoss(.robust, beta: 0.5, labelSmoothing: 0.25), (0.75 * low - 0.25 * high) / 0.5),
      (DPOLoss(.hinge, beta: 0.5), 0), (DPOLoss(.ipo, beta: 0.5, normalizesLength: false), 9),
    ] {
      var (a, b) = ([0.0], [0.0])
      let report = loss.evaluate(chosen: chosen, rejected: rejected, into: &a, &b)
      #expect(abs(report.loss - expected) < 1e-15)
      #expect(report.chosenReward == 1 && report.rejectedReward == -1 && report.accuracy == 1)
    }
  }

  /// Large margins neither overflow nor lose the slope.
  @Test(arguments: [DPOLoss.LossType.sigmoid, .robust]) func extremes(type: DPOLoss.LossType) {
    let far = DPOLoss.Side(logProbabilities: [-5000], referenceLogProbabilities: [0])
    let near = DPOLoss.Side(logProbabilities: [0], referenceLogProbabilities: [0])
    var (a, b) = ([0.0], [0.0])
    let report = DPOLoss(type, beta: 1).evaluate(chosen: far, rejected: near, into: &a, &b)
    #expect(report.loss == 5000 && a == [-1] && b == [1])
  }

  /// On Bradley–Terry preferences of a known reward, in the proportions of infinitely many draws, the loss is least at π ∝ π_ref exp(r/β):
  /// with π_ref = (.5, .3, .2), r = (0, 1, 2) and β = 1 at (.179000, .291944, .529056), where its gradient is 0.
  @Test func theOptimumIsTheClosedForm() {
    let reference = [0.5, 0.3, 0.2]
    let rewards = [0.0, 1, 2]
    func gradient(_ policy: [Double]) -> [Double] {
      var sum = [0.0, 0, 0]
      for i in 0..<3 {
        for j in 0..<3 where i != j {
          let preferred = 1 / (1 + exp(rewards[j] - rewards[i]))
          var (a, b) = ([0.0], [0.0])
          _ = DPOLoss(.sigmoid, beta: 1).evaluate(
            chosen: DPOLoss.Side(logProbabilities: [log(policy[i])], referenceLogProbabilities: [log(reference[i])]),
            rejected: DPOLoss.Side(logProbabilities: [log(policy[j])], referenceLogProbabilities: [log(reference[j])]),
            into: &a, &b)
          let weight = preferred * reference[i] * reference[j]
          sum[i] += weight * a[0]
          sum[j] += weight * b[0]
        }
      }
      return sum
    }
    // The probabilities are given to six decimals, which leaves their logarithms 3e-6 uncertain.
    for g in gradient([0.179000, 0.291944, 0.529056]) { #expect(abs(g) < 1e-6) }
    #expect(gradient(reference).contains { abs($0) > 1e-2 })
  }
}

/// `Fixtures/policy/reward_model.json`: `RewardTrainer.compute_loss` of trl 1.16.0.
@Suite struct RewardModelLossTests {
  struct Fixture: Decodable {
    struct Case: Decodable {
      let rewards_chosen: [Double]
      let rewards_rejected: [Double]
      let margin: [Double]?
      let center_rewards_coefficient: Double?
      let loss: Double
      let grad_chosen: [Double]
      let grad_rejected: [Double]
      let accuracy: Double
    }
    let cases: [Case]
  }

  @Test func matchesTRL() throws {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/policy/reward_model", withExtension: "json"))
    let cases = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url)).cases
    #expect(cases.count == 3)
    for entry in cases {
      var a = entry.rewards_chosen
      var b = a
      let report = RewardModelLoss(centering: entry.center_rewards_coefficient ?? 0)
        .evaluate(
          chosen: entry.rewards_chosen, rejected: entry.rewards_rejected, margins: entry.margin ?? [], into: &a, &b)
      #expect(abs(report.loss - entry.loss) < 1e-10)
      #expect(abs(report.accuracy - entry.accuracy) < 1e-6)
      for (x, y) in zip(a + b, entry.grad_chosen + entry.grad_rejected) { #expect(abs(x - y) < 1e-10) }
    }
  }

  @Test func gradientsMatchDifferences() {
    let (chosen, rejected, margins) = ([0.5, -1.0], [2.0, -1.5], [0.3, 0.1])
    let loss = RewardModelLoss(centering: 0.2)
    var (a, b) = ([0.0, 0], [0.0, 0])
    var (scratch, other) = (a, b)
    _ = loss.evaluate(chosen: chosen, rejected: rejected, margins: margins, into: &a, &b)
    for k in 0..<2 {
      func value(_ own: Double, _ opposed: Double) -> Double {
        var (c, r) = (chosen, rejected)
        c[k] += own
        r[k] += opposed
        return loss.evaluate(chosen: c, rejected: r, margins: margins, into: &scratch, &other).loss
      }
      #expect(abs((value(1e-5, 0) - value(-1e-5, 0)) / 2e-5 - a[k]) < 1e-8)
      #expect(abs((value(0, 1e-5) - value(0, -1e-5)) / 2e-5 - b[k]) < 1e-8)
    }
  }
}
