import Algorithms
import Foundation
import RLCore
import Testing

/// The part `reinforce` of `Fixtures/policy/basics.json`: torch in double precision.
@Suite struct ReinforceLossTests {
  struct Fixture: Decodable {
    struct Case: Decodable {
      let gamma: Double
      let gamma_power_t_factor: Bool
      let logits: [[Double]]
      let actions: [Int]
      let rewards: [Double]
      let baselines: [Double]
      let returns: [Double]
      let loss_sum: Double
      let grad_logits: [[Double]]
    }
    let reinforce: [Case]
  }

  @Test func matchesTorch() throws {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/policy/basics", withExtension: "json"))
    let cases = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url)).reinforce
    #expect(cases.count == 2)
    for entry in cases {
      let (count, actions) = (entry.actions.count, entry.logits[0].count)
      var returns = entry.rewards
      let logits = entry.logits.flatMap { $0 }
      formReturns(&returns, gamma: entry.gamma)
      for (a, b) in zip(returns, entry.returns) { #expect(abs(a - b) < 1e-12) }
      var head = CategoricalHead(actions: actions)
      head.evaluate(logits, rows: logits.count / head.actions)
      let logs = (0..<count).map { head.logProbability(entry.actions[$0], row: $0) }
      var (byLog, discounts) = (returns, [1.0])
      while discounts.count < count {
        discounts.append(discounts.last! * (entry.gamma_power_t_factor ? entry.gamma : 1))
      }
      let loss = reinforceLoss(
        logProbabilities: logs, advantages: zip(returns, entry.baselines).map { $0 - $1 }, discounts: discounts,
        steps: 0..<count, into: &byLog)
      #expect(abs(loss - entry.loss_sum) < 1e-10)
      var gradients = [Double](repeating: 0, count: count * actions)
      for t in 0..<count {
        head.addGradients(to: &gradients, row: t, action: entry.actions[t], logProbability: byLog[t])
      }
      for (a, b) in zip(gradients, entry.grad_logits.flatMap { $0 }) { #expect(abs(a - b) < 1e-10) }
    }
  }

  /// Rewards 1, 2 and a last value 4, γ = 1/2: G₁ = 4, G₀ = 3; with γᵗ the loss is −(3·(−1) + ½·4·(−2)) = 7.
  @Test func byHand() {
    var returns = [1.0, 2]
    formReturns(&returns, gamma: 0.5, lastValue: 4)
    #expect(returns == [3, 4])
    var gradients = [0.0, 0]
    let loss = reinforceLoss(
      logProbabilities: [-1.0, -2], advantages: returns, discounts: [1, 0.5], steps: 0..<2, into: &gradients)
    #expect(loss == 7 && gradients == [-3, -2])
  }
}
