import Algorithms
import Foundation
import RLCore
import Testing

extension PPOLoss {
  fileprivate mutating func evaluate(
    _ logProbabilities: [Double], old: [Double], advantages: [Double], entropies: [Double],
    values: [Double] = [], oldValues: [Double] = [], returns: [Double] = []
  ) -> Report {
    evaluate(
      logProbabilities: logProbabilities, oldLogProbabilities: old, advantages: advantages,
      entropies: entropies, values: values, oldValues: oldValues, returns: returns,
      count: logProbabilities.count)
  }
}

/// `Fixtures/policy/ppo_sb3.json` (stable-baselines3 2.9.2, `PPO.train` on one minibatch) and `ppo_cleanrl.json` (CleanRL's formulas in
/// torch), in double precision.
@Suite struct PPOLossTests {
  struct Inputs: Decodable {
    let logits: [[Double]]
    let actions: [Int]
    let values: [Double]
    let advantages: [Double]
    let returns: [Double]
    let old_values: [Double]
    let old_log_prob: [Double]
  }

  struct Fixture<Configuration: Decodable>: Decodable {
    struct Batch: Decodable {
      let inputs: Inputs
      let configurations: [Configuration]
    }
    let batches: [Batch]
  }

  struct StableBaselines: Decodable {
    let clip_range: Double
    let clip_range_vf: Double?
    let ent_coef: Double
    let vf_coef: Double
    let normalize_advantage: Bool
    let loss: Double
    let policy_loss: Double
    let value_loss: Double
    let entropy_loss: Double
    let approx_kl: Double
    let clip_fraction: Double
    let explained_variance: Double
    let grad_logits: [[Double]]
    let grad_values: [Double]
  }

  struct CleanRL: Decodable {
    let clip_coef: Double
    let clip_vloss: Bool
    let ent_coef: Double
    let vf_coef: Double
    let norm_adv: Bool
    let loss: Double
    let policy_loss: Double
    let value_loss: Double
    let entropy: Double
    let old_approx_kl: Double
    let approx_kl: Double
    let clip_fraction: Double
    let grad_logits: [[Double]]
    let grad_values: [Double]
  }

  private func load<Configuration: Decodable>(_ name: String, _: Configuration.Type) throws
    -> [Fixture<Configuration>.Batch]
  {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/policy/\(name)", withExtension: "json"))
    return try JSONDecoder().decode(Fixture<Configuration>.self, from: Data(contentsOf: url)).batches
  }

  /// The report, and the gradients with respect to logits and values, with logits of the given precision.
  private func run<Scalar: BinaryFloatingPoint>(
    _ loss: PPOLoss, _ inputs: Inputs, normalizes: Bool, _: Scalar.Type
  ) -> (report: PPOLoss.Report, logits: [Double], values: [Double]) {
    var loss = loss
    let (rows, actions) = (inputs.logits.count, inputs.logits[0].count)
    let logits = inputs.logits.flatMap { $0.map { Scalar($0) } }
    var head = CategoricalHead(actions: actions)
    head.evaluate(logits, rows: rows)
    var advantages = inputs.advantages
    if normalizes { normalizeAdvantages(&advantages, count: rows) }
    let report = loss.evaluate(
      (0..<rows).map { head.logProbability(inputs.actions[$0], row: $0) }, old: inputs.old_log_prob,
      advantages: advantages, entropies: (0..<rows).map { head.entropy(row: $0) }, values: inputs.values,
      oldValues: inputs.old_values, returns: inputs.returns)
    var gradients = [Scalar](repeating: 0, count: rows * actions)
    for row in 0..<rows {
      head.addGradients(
        to: &gradients, row: row, action: inputs.actions[row],
        logProbability: loss.logProbabilityGradients[row], entropy: loss.entropyGradient)
    }
    return (report, gradients.map { Double($0) }, loss.valueGradients)
  }

  private func expectClose(_ a: [Double], _ b: [Double], _ tolerance: Double) {
    #expect(a.count == b.count)
    for (x, y) in zip(a, b) { #expect(abs(x - y) <= tolerance * max(1, abs(y)), "\(x) \(y)") }
  }

  @Test func matchesStableBaselines() throws {
    let batches = try load("ppo_sb3", StableBaselines.self)
    #expect(batches.map(\.configurations.count) == [4, 4])
    for batch in batches {
      for entry in batch.configurations {
        let loss = PPOLoss(
          clipRange: entry.clip_range, entropyCoefficient: entry.ent_coef, valueCoefficient: entry.vf_coef,
          valueLoss: ValueLoss(.stableBaselines3, clipRange: entry.clip_range_vf))
        let exact = run(loss, batch.inputs, normalizes: entry.normalize_advantage, Double.self)
        let single = run(loss, batch.inputs, normalizes: entry.normalize_advantage, Float.self)
        for (result, tolerance) in [(exact, 1e-10), (single, 2e-5)] {
          let report = result.report
          expectClose(
            [report.loss, report.policyLoss, report.valueLoss, -report.entropy, report.approximateKL],
            [entry.loss, entry.policy_loss, entry.value_loss, entry.entropy_loss, entry.approx_kl], tolerance)
          #expect(abs(report.clipFraction - entry.clip_fraction) < 1e-6)
          expectClose(result.logits, entry.grad_logits.flatMap { $0 }, tolerance)
          expectClose(result.values, entry.grad_values, tolerance)
        }
        let (old, returns) = (batch.inputs.old_values, batch.inputs.returns)
        let explained = explainedVariance(values: old, returns: returns)
        #expect(abs(explained - entry.explained_variance) < 1e-10)
      }
    }
  }

  @Test func matchesCleanRL() throws {
    let batches = try load("ppo_cleanrl", CleanRL.self)
    #expect(batches.map(\.configurations.count) == [3, 3])
    for batch in batches {
      for entry in batch.configurations {
        let loss = PPOLoss(
          clipRange: entry.clip_coef, entropyCoefficient: entry.ent_coef, valueCoefficient: entry.vf_coef,
          valueLoss: ValueLoss(.cleanRL, clipRange: entry.clip_vloss ? entry.clip_coef : nil))
        let exact = run(loss, batch.inputs, normalizes: entry.norm_adv, Double.self)
        let single = run(loss, batch.inputs, normalizes: entry.norm_adv, Float.self)
        for (result, tolerance) in [(exact, 1e-10), (single, 2e-5)] {
          let report = result.report
          expectClose(
            [
              report.loss, report.policyLoss, report.valueLoss, report.entropy, report.approximateKL,
              report.plainKL,
            ],
            [
              entry.loss, entry.policy_loss, entry.value_loss, entry.entropy, entry.approx_kl,
              entry.old_approx_kl,
            ], tolerance)
          #expect(abs(report.clipFraction - entry.clip_fraction) < 1e-6)
          expectClose(result.logits, entry.grad_logits.flatMap { $0 }, tolerance)
          expectClose(result.values, entry.grad_values, tolerance)
        }
      }
    }
  }

  /// Derivatives with respect to each argument against central differences, away from the kinks (error ≈ 1e-10).
  @Test(arguments: [
    ValueLoss(.stableBaselines3), ValueLoss(.stableBaselines3, clipRange: 0.2), ValueLoss(.cleanRL, clipRange: 0.2),
  ]) func gradientsMatchDifferences(valueLoss: ValueLoss) {
    // Ratios 1.65 and 0.61 (outside of the clip), 1.11 and 0.9, each with both signs of the advantage.
    let logs = [-0.5, -0.5, -1.5, -1.5, -0.9, -0.9, -1.1, -1.1]
    let old = [Double](repeating: -1, count: 8)
    let advantages = [1, -2, 3, -1, 0.5, -0.5, 2, -2.5]
    let values = [0.1, 0.5, -0.3, 0.7, 0, 1, 2, -1.0]
    let oldValues = [0, 0, 0, 0.65, 0.1, 1.5, 1, 0.0]
    let returns = [1, 0.3, -1, 0, 0.5, -1, 3, 0.0]
    let entropies = [0.2, 0.4, 0.6, 0.1, 0.9, 0.3, 0.2, 0.7]
    var loss = PPOLoss(
      clipRange: 0.2, entropyCoefficient: 0.05, valueCoefficient: 0.7, valueLoss: valueLoss)
    func value(_ logs: [Double], _ entropies: [Double], _ values: [Double]) -> Double {
      loss.evaluate(
        logs, old: old, advantages: advantages, entropies: entropies, values: values, oldValues: oldValues,
        returns: returns
      ).loss
    }
    _ = value(logs, entropies, values)
    let (byLog, byValue, byEntropy) = (loss.logProbabilityGradients, loss.valueGradients, loss.entropyGradient)
    // What the clip stops: ratios above with a positive advantage, below with a negative one.
    #expect(byLog.map { $0 == 0 } == [true, false, false, true, false, false, false, false])
    let h = 1e-5
    func moved(_ x: [Double], _ k: Int, _ h: Double) -> [Double] {
      var x = x
      x[k] += h
      return x
    }
    for k in 0..<8 {
      let a = (value(moved(logs, k, h), entropies, values) - value(moved(logs, k, -h), entropies, values)) / (2 * h)
      let b = (value(logs, moved(entropies, k, h), values) - value(logs, moved(entropies, k, -h), values)) / (2 * h)
      let c = (value(logs, entropies, moved(values, k, h)) - value(logs, entropies, moved(values, k, -h))) / (2 * h)
      #expect(abs(a - byLog[k]) < 1e-8)
      #expect(abs(b - byEntropy) < 1e-8)
      #expect(abs(c - byValue[k]) < 1e-8)
    }
  }

  /// On-policy the ratio is 1: no divergence, nothing clipped, and the gradient of the plain policy gradient.
  @Test func onPolicyItIsThePolicyGradient() {
    var loss = PPOLoss(
      clipRange: 0.2, entropyCoefficient: 0, valueCoefficient: 0, valueLoss: ValueLoss(.stableBaselines3))
    let logs = [-0.3, -1.2]
    let report = loss.evaluate(logs, old: logs, advantages: [2, -1], entropies: [0, 0])
    #expect(report.approximateKL == 0 && report.plainKL == 0 && report.clipFraction == 0)
    #expect(report.policyLoss == -0.5 && report.valueLoss == 0)
    #expect(loss.logProbabilityGradients == [-1, 0.5])
  }

  /// NaN anywhere is not lost on the way.
  @Test func absenceOfANumberIsVisible() {
    var loss = PPOLoss(
      clipRange: 0.2, entropyCoefficient: 0, valueCoefficient: 0.5,
      valueLoss: ValueLoss(.cleanRL, clipRange: 0.2))
    for (log, value) in [(Double.nan, 0.0), (0, .nan)] {
      let report = loss.evaluate(
        [log, 0], old: [0, 0], advantages: [1, 1], entropies: [0, 0], values: [value, 0], oldValues: [0, 0],
        returns: [1, 1])
      #expect(report.loss.isNaN)
    }
  }
}
