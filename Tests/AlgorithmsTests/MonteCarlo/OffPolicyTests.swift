import Algorithms
import RLCore
import Testing

/// Off-policy Monte Carlo: importance sampling and control.
@Suite struct OffPolicyTests {
  private let uniform: Setting = .text("uniform")
  /// A policy for the walks of three states that goes right with 0.9.
  private let right: Setting = .list([Setting](repeating: .list([.real(0.1), .real(0.9)]), count: 3))

  private func episode(_ steps: [(Int, Int, Double)]) -> [Transition] {
    steps.enumerated().map { k, step in
      let isLast = k == steps.count - 1
      return Transition(
        state: step.0, action: step.1, reward: step.2, next: isLast ? 0 : steps[k + 1].0, terminated: isLast)
    }
  }

  @Test func ratiosByHand() throws {
    let model = try SmallTasks.walk(3, leftReward: 0)
    // Ratios 1.8 to the right, 0.2 to the left. First episode: 1 → 2 → end; second: 1 → 0 → end.
    let episodes = [episode([(1, 1, 2), (2, 1, 4)]), episode([(1, 0, 1), (0, 0, 3)])]
    for (method, want) in [
      ("ordinary", (1.8 * 1.8 * 4 + 0.2 * 0.2 * 2.5) / 2),
      ("weighted", (3.24 * 4 + 0.04 * 2.5) / 3.28),
      ("per-decision", (1.8 * (2 + 0.5 * 1.8 * 4) + 0.2 * (1 + 0.5 * 0.2 * 3)) / 2),
    ] {
      var learner = try make(
        ImportanceSampling.self, ["policy": right, "gamma": .real(0.5), "method": .text(method)], on: model)
      var stream = RandomStream(seed: 0)
      for t in episodes.joined() { _ = learner.learn(from: t, using: &stream) }
      #expect(abs(learner.v[1] - want) < 1e-12, "\(method)")
    }
  }

  /// With ratio 1 everywhere all three are Monte-Carlo prediction.
  @Test(arguments: ["ordinary", "weighted", "per-decision"]) func ratioOneIsOnPolicy(method: String) throws {
    let model = try SmallTasks.irregular()
    for visit in ["first", "every"] {
      var off = try loop(
        ImportanceSampling.self,
        ["policy": uniform, "method": .text(method), "visit": .text(visit), "gamma": .real(0.9)], on: model)
      var on = try loop(
        MonteCarloPrediction.self, ["policy": uniform, "visit": .text(visit), "gamma": .real(0.9)], on: model)
      off.run(untilStep: 2000, episode: .max)
      on.run(untilStep: 2000, episode: .max)
      for state in 0..<7 { #expect(abs(off.learner.v[state] - on.learner.v[state]) <= 1e-12) }
    }
  }

  /// Ordinary and per-decision importance sampling are unbiased: over 300 short trials the mean estimate of state 1 is its exact value.
  @Test func unbiased() throws {
    let model = try SmallTasks.walk(3, leftReward: -1)
    // p = 0.8 to the right: v = P(right end) − P(left end) from the middle = (p² − q²) / (p² + q²).
    let policy: Setting = .list([Setting](repeating: .list([.real(0.2), .real(0.8)]), count: 3))
    let exact = (0.64 - 0.04) / 0.68
    for method in ["ordinary", "per-decision"] {
      let estimates = try (0..<300).map { run in
        var loop = try loop(
          ImportanceSampling.self, ["policy": policy, "method": .text(method)], on: model, seed: UInt64(run))
        loop.run(untilStep: .max, episode: 20)
        return loop.learner.v[1]
      }
      expectAgreement(estimates, mean: exact, error: 0)
    }
  }

  @Test func behaviourMustCover() throws {
    let model = try SmallTasks.walk(3, leftReward: 0)
    let always: Setting = .list([.integer(1), .integer(1), .integer(1)])
    #expect(throws: SettingProblem.self) {
      _ = try make(ImportanceSampling.self, ["policy": right, "behavior": always], on: model)
    }
    _ = try make(ImportanceSampling.self, ["policy": always, "behavior": right], on: model)
  }

  @Test func controlByHand() throws {
    var learner = try make(
      OffPolicyMonteCarlo.self, ["gamma": .real(0.5), "initial_value": .integer(-10)],
      on: SmallTasks.walk(3, leftReward: 0))
    func feed(_ steps: [(Int, Int, Double)], _ probabilities: [Double]) {
      for (t, probability) in zip(episode(steps), probabilities) { learner.update(t, probability: probability) }
    }
    // All become greedy as they are learned: weights 1, then 1/0.25, then 4/0.5.
    feed([(0, 1, 1), (1, 1, 2), (2, 1, 4)], [0.1, 0.5, 0.25])
    #expect(learner.q[2, 1] == 4 && learner.q[1, 1] == 4 && learner.q[0, 1] == 3)
    // (1, 1) again: return 0 with weight 1/0.5 = 2 after (2, 1) at 0 with weight 1: Q(2, 1) = 2, Q(1, 1) = 4 + 2/6 (0 − 4).
    feed([(1, 1, 0), (2, 1, 0)], [1, 0.5])
    #expect(learner.q[2, 1] == 2 && abs(learner.q[1, 1] - 8.0 / 3) < 1e-12)
    // An action that stays worse ends the tail: what came before it is not touched.
    let before = learner.q[0, 1]
    feed([(0, 1, 7), (2, 0, -20)], [0.5, 0.5])
    #expect(learner.q[0, 1] == before && learner.q[2, 0] == -20)
  }

  @Test func controlFindsTheGoodEnd() throws {
    var loop = try loop(
      OffPolicyMonteCarlo.self, ["gamma": .real(0.9), "epsilon": .real(0.3)],
      on: SmallTasks.walk(5, leftReward: -1))
    loop.run(untilStep: .max, episode: 2000)
    for state in 0..<5 { #expect(loop.learner.q[state, 1] > loop.learner.q[state, 0]) }
  }
}
