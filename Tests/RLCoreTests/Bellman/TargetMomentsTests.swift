import RLCore
import Testing

@Suite struct TargetMomentsTests {
  /// The walk of Sutton & Barto, Example 6.2: as many states, 1 on leaving at the right end; one action.
  private func walk(_ states: Int) throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: states, actions: 1)
    for state in 0..<states {
      builder.addPair(state: state, action: 0)
      builder.addOutcome(probability: 0.5, next: max(0, state - 1), reward: 0, terminated: state == 0)
      builder.addOutcome(
        probability: 0.5, next: min(states - 1, state + 1), reward: state == states - 1 ? 1 : 0,
        terminated: state == states - 1)
    }
    return try builder.build(initial: [.init(state: states / 2, probability: 1)])
  }

  /// Five states that all begin at 1/2: from the middle both one- and two-step targets are 1/2 for certain; the target of the state beside
  /// the right end is 1/2 or 1, with two steps 1/2 (by two ways) or 1.
  @Test func byHand() throws {
    let model = try walk(5)
    let policy = StationaryPolicy(uniformOver: model)
    let half = [Double](repeating: 0.5, count: 5)
    let one = TargetMoments(steps: 1, of: policy, from: half, gamma: 1, in: model)
    #expect(one.means == [0.25, 0.5, 0.5, 0.5, 0.75])
    #expect(one.variances == [0.0625, 0, 0, 0, 0.0625])
    let two = TargetMoments(steps: 2, of: policy, from: half, gamma: 1, in: model)
    #expect(two.means == [0.25, 0.375, 0.5, 0.625, 0.75])
    // D: 1 with probability 1/4, else 1/2: variance 1/4 · 3/4 · 1/4.
    #expect(two.variances == [0.0625, 0.046875, 0, 0.046875, 0.0625])
    let discounted = TargetMoments(steps: 1, of: policy, from: half, gamma: 0.5, in: model)
    // E: 1/4 or 1.
    #expect(discounted.means[4] == 0.625 && discounted.variances[4] == 0.140625)
  }

  /// The return of the walk is 1 with probability v and else 0: variance v (1 − v). Long targets come to it, and their bias goes.
  @Test func longTargetsBecomeReturns() throws {
    let model = try walk(5)
    let policy = StationaryPolicy(uniformOver: model)
    var evaluator = PolicyEvaluator(model)
    let returns = TargetMoments(returnsOf: policy, gamma: 1, evaluator: &evaluator)
    for state in 0..<5 {
      let v = Double(state + 1) / 6
      #expect(abs(returns.means[state] - v) < 1e-14)
      #expect(abs(returns.variances[state] - v * (1 - v)) < 1e-14)
    }
    let start = [0.3, -2, 0.5, 7, 0]
    let long = TargetMoments(steps: 1_000_000, of: policy, from: start, gamma: 1, in: model)
    for state in 0..<5 {
      #expect(abs(long.means[state] - returns.means[state]) < 1e-12)
      #expect(abs(long.variances[state] - returns.variances[state]) < 1e-12)
    }
  }

  /// Bias and variance of the targets that sampling makes, within 4.5 standard errors, on FrozenLake.
  @Test(arguments: [1, 3]) func samplesAgree(n: Int) throws {
    let model = try ModelFixtures.model("frozenlake_4x4_slippery")
    let policy = StationaryPolicy(uniformOver: model)
    let values = (0..<model.stateCount).map { Double(($0 * 7) % 5) / 5 }
    let exact = TargetMoments(steps: n, of: policy, from: values, gamma: 0.9, in: model)
    var simulation = FiniteSimulation(model)
    var stream = RandomStream(seed: 11)
    var targets: [Double] = []
    for _ in 0..<20_000 {
      _ = simulation.reset(using: &stream)
      var sum = 0.0
      var factor = 1.0
      for k in 1...n {
        let outcome = simulation.step(stream.uniform(below: 4), using: &stream)
        sum += factor * outcome.reward
        factor *= 0.9
        if outcome.terminated { break }
        if k == n { sum += factor * values[outcome.observation] }
      }
      targets.append(sum)
    }
    let count = Double(targets.count)
    let mean = targets.reduce(0, +) / count
    let squares = targets.map { ($0 - mean) * ($0 - mean) }
    let variance = squares.reduce(0, +) / count
    let fourth = squares.reduce(0) { $0 + $1 * $1 } / count
    #expect(abs(mean - exact.means[0]) <= 4.5 * (variance / count).squareRoot())
    #expect(abs(variance - exact.variances[0]) <= 4.5 * ((fourth - variance * variance) / count).squareRoot())
  }
}
