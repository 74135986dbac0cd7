import Algorithms
import Foundation
import Testing

/// `Fixtures/policy/gae.json`: stable-baselines3 2.9.2, `RolloutBuffer.compute_returns_and_advantage`, in double precision.
@Suite struct GeneralizedAdvantageTests {
  struct Fixture: Decodable {
    struct Case: Decodable {
      let gamma: Double
      let gae_lambda: Double
      let rewards: [[Double]]
      let values: [[Double]]
      let last_values: [Double]
      let terminated: [[Int]]
      let truncated: [[Int]]
      let final_observation_values: [[Double]]
      let advantages: [[Double]]
      let returns: [[Double]]
    }
    let cases: [Case]
  }

  static let cases: [Fixture.Case] = {
    let url = Bundle.module.url(forResource: "Fixtures/policy/gae", withExtension: "json")!
    return try! JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url)).cases
  }()

  private func worst<Scalar: BinaryFloatingPoint>(_ entry: Fixture.Case, _: Scalar.Type) -> Double {
    func flat(_ x: [[Double]]) -> [Scalar] { x.flatMap { $0.map { Scalar($0) } } }
    let (rewards, values) = (flat(entry.rewards), flat(entry.values))
    let (finals, lasts) = (flat(entry.final_observation_values), entry.last_values.map { Scalar($0) })
    let terminated = entry.terminated.flatMap { $0.map { $0 == 1 } }
    let truncated = entry.truncated.flatMap { $0.map { $0 == 1 } }
    var (advantages, returns) = ([Scalar](repeating: 0, count: rewards.count), rewards)
    GeneralizedAdvantage(gamma: entry.gamma, lambda: entry.gae_lambda)
      .compute(
        rewards: rewards, values: values, terminated: terminated, truncated: truncated,
        finalValues: finals, lastValues: lasts, advantages: &advantages, returns: &returns)
    let pairs =
      zip(advantages, entry.advantages.flatMap { $0 }).map { ($0, $1) }
      + zip(returns, entry.returns.flatMap { $0 }).map { ($0, $1) }
    return pairs.reduce(0) { max($0, abs(Double($1.0) - $1.1) / max(1, abs($1.1))) }
  }

  @Test func matchesStableBaselines() {
    #expect(Self.cases.count == 5)
    #expect(Self.cases.contains { $0.truncated.contains { $0.contains(1) } })
    for entry in Self.cases {
      #expect(worst(entry, Double.self) < 1e-10)
      #expect(worst(entry, Float.self) < 2e-5)
    }
  }

  /// γ = 1/2, λ = 1/2, two steps: δ₁ = 3 + 4 − 2 = 5, δ₀ = 1 + 1 − 1 = 1, Â₀ = 1 + 5/4. Terminated at the last step: δ₁ = 1; truncated in
  /// a state of value 6: δ₁ = 4, or 1 if taken for the end.
  @Test func byHand() {
    func first(terminated: Bool, truncated: Bool, _ truncation: GeneralizedAdvantage.Truncation = .bootstrap)
      -> [Double]
    {
      let (rewards, values, finals, lasts) = ([1.0, 3], [1.0, 2], [100.0, 6], [8.0])
      let (terminations, truncations) = ([false, terminated], [false, truncated])
      var (advantages, returns) = ([0.0, 0], [0.0, 0])
      GeneralizedAdvantage(gamma: 0.5, lambda: 0.5, truncation: truncation)
        .compute(
          rewards: rewards, values: values, terminated: terminations,
          truncated: truncations, finalValues: finals, lastValues: lasts,
          advantages: &advantages, returns: &returns)
      #expect(returns == [advantages[0] + 1, advantages[1] + 2])
      return advantages
    }
    #expect(first(terminated: false, truncated: false) == [2.25, 5])
    #expect(first(terminated: true, truncated: false) == [1.25, 1])
    #expect(first(terminated: false, truncated: true) == [2, 4])
    #expect(first(terminated: false, truncated: true, .terminate) == [1.25, 1])
    #expect(first(terminated: true, truncated: true) == [1.25, 1])
  }

  /// 1, 2, 3: mean 2, deviation 1 with n − 1.
  @Test func normalisation() {
    var advantages: [Double] = [1, 2, 3, 50]
    normalizeAdvantages(&advantages, count: 3)
    for (a, b) in zip(advantages, [-1, 0, 1, 50.0]) { #expect(abs(a - b) < 2e-8) }
    var one = [5.0]
    normalizeAdvantages(&one, count: 1)
    #expect(one == [5])
    var equal = [2.0, 2]
    normalizeAdvantages(&equal, count: 2)
    #expect(equal == [0, 0])
  }

  /// Returns 0, 2 (variance 1); errors 0, 1 (variance 1/4).
  @Test func variancesExplained() {
    let (values, returns, constant) = ([0.0, 1], [0.0, 2], [2.0, 2])
    #expect(explainedVariance(values: values, returns: returns) == 0.75)
    #expect(explainedVariance(values: values, returns: constant).isNaN)
  }
}
