import Algorithms
import Foundation
import Testing

/// `Fixtures/policy/grpo_advantages.json`: the formulas of trl 1.16.0 in numpy.
@Suite struct GroupAdvantageTests {
  struct Fixture: Decodable {
    struct Case: Decodable {
      let rewards: [[Double]]
      let group: [[Double]]
      let batch: [[Double]]
      let none: [[Double]]
      let rloo: [[Double]]
    }
    let cases: [Case]
  }

  @Test func matchesTRL() throws {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/policy/grpo_advantages", withExtension: "json"))
    let cases = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url)).cases
    #expect(cases.count == 2)
    for entry in cases {
      let size = entry.rewards[0].count
      let rewards = entry.rewards.flatMap { $0 }
      for (method, expected) in [
        (GroupAdvantage(), entry.group), (GroupAdvantage(scale: .batch), entry.batch),
        (GroupAdvantage(scale: .none), entry.none),
        (GroupAdvantage(baseline: .leaveOneOut, scale: .none), entry.rloo),
      ] {
        let advantages = method.compute(rewards, groupSize: size)
        for (a, b) in zip(advantages, expected.flatMap { $0 }) { #expect(abs(a - b) < 1e-10) }
        // The last group has equal rewards.
        #expect(advantages.suffix(size).allSatisfy { $0 == 0 })
      }
      #expect(GroupAdvantage.zeroSignalGroups(rewards, groupSize: size) == 1)
    }
  }

  /// Two groups 0, 2 and 4, 4: mean 2.5, population deviation √(6.25 + .25 + 2.25 + 2.25)/2 = √2.75.
  @Test func byHand() {
    let rewards = [0.0, 2, 4, 4]
    let whitened = GroupAdvantage(baseline: .batch, scale: .batch, ddof: 0, epsilon: 0)
      .compute(rewards, groupSize: 2)
    for (a, b) in zip(whitened, [-2.5, -0.5, 1.5, 1.5]) { #expect(abs(a - b / 2.75.squareRoot()) < 1e-15) }
    #expect(GroupAdvantage(ddof: 0, epsilon: 0).compute(rewards, groupSize: 2) == [-1, 1, 0, 0])
    #expect(GroupAdvantage(baseline: .none, scale: .none).compute(rewards, groupSize: 2) == rewards)
    #expect(GroupAdvantage().compute([3, 5], groupSize: 1) == [0, 0])
    #expect(GroupAdvantage(baseline: .leaveOneOut, scale: .none).compute([3, 5], groupSize: 1) == [3, 5])
  }

  /// The expected gradient of a method on two arms, of which one gives 1 and is taken with probability p: over the number of
  /// successes in a group of G, with ∂ log π(a)/∂θ = a − p.
  private func expectedGradient(_ method: GroupAdvantage, p: Double, groupSize: Int) -> Double {
    var sum = 0.0
    var ways = 1.0
    for successes in 0...groupSize {
      let chance = ways * pow(p, Double(successes)) * pow(1 - p, Double(groupSize - successes))
      let rewards = (0..<groupSize).map { $0 < successes ? 1.0 : 0 }
      let advantages = method.compute(rewards, groupSize: groupSize)
      let gradient = zip(advantages, rewards).reduce(0) { $0 + $1.0 * ($1.1 - p) } / Double(groupSize)
      sum += chance * gradient
      ways *= Double(groupSize - successes) / Double(successes + 1)
    }
    return sum
  }

  @Test(arguments: [2, 4, 8, 16], [0.5, 0.1]) func expectedGradients(groupSize: Int, p: Double) {
    let truth = p * (1 - p)
    let shrunk = expectedGradient(GroupAdvantage(scale: .none), p: p, groupSize: groupSize)
    #expect(abs(shrunk - (1 - 1 / Double(groupSize)) * truth) < 1e-14)
    let unbiased = expectedGradient(
      GroupAdvantage(baseline: .leaveOneOut, scale: .none), p: p, groupSize: groupSize)
    #expect(abs(unbiased - truth) < 1e-14)
    // Printed to four decimals.
    let scaled: [Double: [Int: Double]] = [
      0.5: [2: 0.1768, 4: 0.3498, 8: 0.4339, 16: 0.4681], 0.1: [2: 0.0636, 4: 0.1317, 8: 0.1959, 16: 0.2481],
    ]
    let value = expectedGradient(GroupAdvantage(), p: p, groupSize: groupSize)
    #expect(abs(value - scaled[p]![groupSize]!) < 5.1e-5)
    #expect(value < truth.squareRoot())
  }

  /// P(zero signal) = p^G + (1 − p)^G, by counting all outcomes.
  @Test func zeroSignal() {
    let (groupSize, p) = (5, 0.3)
    var chance = 0.0
    for outcome in 0..<(1 << groupSize) {
      let rewards = (0..<groupSize).map { Double((outcome >> $0) & 1) }
      let successes = rewards.reduce(0, +)
      if GroupAdvantage.zeroSignalGroups(rewards, groupSize: groupSize) == 1 {
        chance += pow(p, successes) * pow(1 - p, Double(groupSize) - successes)
      }
    }
    #expect(abs(chance - (pow(p, 5) + pow(1 - p, 5))) < 1e-15)
  }
}
