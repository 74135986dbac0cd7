import Algorithms
import RLCore
import Testing

/// Tree backup and Q(σ).
@Suite struct MultiStepControlTests {
  private func values<L: TabularLearner & ~Copyable>(_ type: L.Type, _ changes: [String: Setting]) throws -> [Double] {
    let all = changes.merging(["gamma": .real(0.9), "alpha": .real(0.2)]) { $1 }
    var loop = try loop(type, all, on: SmallTasks.irregular(), timeLimit: 9)
    loop.run(untilStep: 3000, episode: .max)
    var report = LearnerReport()
    loop.learner.report(into: &report)
    return report.actionValues
  }

  private func expectSame(_ a: [Double], _ b: [Double], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(zip(a, b).map { abs($0 - $1) }.max()! <= 1e-12, sourceLocation: sourceLocation)
    #expect(Set(a).count > 8, sourceLocation: sourceLocation)
  }

  /// The whole course agrees, exploration and truncated episodes included.
  @Test(arguments: [1, 2, 4]) func endsOfSigma(n: Int) throws {
    let steps: [String: Setting] = ["n": .integer(n)]
    let one = try values(QSigma.self, steps.merging(["sigma": .integer(1)]) { $1 })
    expectSame(one, try values(Sarsa.self, steps))
    let zero = try values(QSigma.self, steps.merging(["sigma": .integer(0)]) { $1 })
    expectSame(zero, try values(TreeBackup.self, steps))
    let offPolicy: [String: Setting] = [
      "n": .integer(n), "behavior": .text("uniform"), "target_epsilon": .integer(0),
    ]
    expectSame(
      try values(QSigma.self, offPolicy.merging(["sigma": .integer(0)]) { $1 }), try values(TreeBackup.self, offPolicy))
    let half = try values(QSigma.self, steps)
    #expect(zip(half, one).contains { abs($0 - $1) > 1e-3 } && zip(half, zero).contains { abs($0 - $1) > 1e-3 })
  }

  /// With one step, tree backup is Expected Sarsa on-policy and Q-learning with a greedy target.
  @Test func oneStepOfTreeBackup() throws {
    let model = try SmallTasks.irregular()
    let settings: [String: Setting] = ["alpha": .real(0.2), "gamma": .real(0.9), "epsilon": .real(0.3)]
    var onPolicy = try make(TreeBackup.self, settings, on: model)
    var expected = try make(ExpectedSarsa.self, settings, on: model)
    var greedy = try make(TreeBackup.self, settings.merging(["target_epsilon": .integer(0)]) { $1 }, on: model)
    var qLearning = try make(QLearning.self, settings, on: model)
    var simulation = FiniteSimulation(model)
    var stream = RandomStream(seed: 3)
    for _ in 0..<50 {
      var state = simulation.reset(using: &stream)
      for k in 1...12 {
        let action = stream.uniform(below: simulation.space.actions(in: state))
        let outcome = simulation.step(action, using: &stream)
        let t = Transition(
          state: state, action: action, reward: outcome.reward, next: outcome.observation,
          terminated: outcome.terminated, truncated: k == 12 && !outcome.terminated)
        onPolicy.update(t)
        expected.update(t)
        greedy.update(t)
        qLearning.update(t)
        state = outcome.observation
        if outcome.terminated { break }
      }
      for slot in 0..<21 {
        #expect(abs(onPolicy.q[slot: slot] - expected.q[slot: slot]) <= 1e-12)
        #expect(abs(greedy.q[slot: slot] - qLearning.q[slot: slot]) <= 1e-12)
      }
    }
  }

  /// Two steps by hand: from state 0 to 1 to the end, in a walk whose states offer two actions.
  @Test(arguments: [(0.0, false), (0.0, true), (1.0, false), (1.0, true), (0.5, false), (0.5, true)])
  func twoStepsByHand(sigma: Double, hasControlVariates: Bool) throws {
    var learner = try make(
      QSigma.self,
      [
        "alpha": .real(0.5), "gamma": .real(0.9), "n": .integer(2), "sigma": .real(sigma), "epsilon": .real(0.2),
        "control_variates": .boolean(hasControlVariates), "target_epsilon": .integer(0),
      ], on: SmallTasks.walk(3, leftReward: 0))
    learner.q[1, 0] = 4
    learner.q[1, 1] = 10
    learner.update(Transition(state: 0, action: 1, reward: 1, next: 1, terminated: false), ratio: 1, nextAction: 1)
    #expect(learner.q[0, 1] == 0)
    // Action 1 is greedy in state 1: π = 1, b = 0.9, V̄ = 10; the second reward is 3.
    let ratio = 1 / 0.9
    learner.update(Transition(state: 1, action: 1, reward: 3, next: 2, terminated: true), ratio: ratio, nextAction: 0)
    let weight = sigma * ratio + (1 - sigma)
    let target = 1 + 0.9 * (10 + weight * (3 - 10))
    #expect(abs(learner.q[0, 1] - 0.5 * target) < 1e-12)
    #expect(learner.q[1, 1] == 6.5)
  }

  /// With an action that is not greedy the control variate matters: V̄ stands where Q(S′, A′) stood.
  @Test func controlVariates() throws {
    for (hasControlVariates, first) in [(false, 4.0), (true, 0.9 * 10 + 0.1 * 4)] {
      var learner = try make(
        QSigma.self,
        [
          "alpha": .real(0.5), "n": .integer(2), "sigma": .integer(1), "epsilon": .real(0.2),
          "control_variates": .boolean(hasControlVariates),
        ], on: SmallTasks.walk(3, leftReward: 0))
      learner.q[1, 0] = 4
      learner.q[1, 1] = 10
      learner.update(Transition(state: 0, action: 1, reward: 1, next: 1, terminated: false), ratio: 1, nextAction: 0)
      learner.update(Transition(state: 1, action: 0, reward: 3, next: 0, terminated: true), ratio: 1, nextAction: 0)
      #expect(abs(learner.q[0, 1] - 0.5 * (1 + first + (3 - 4))) < 1e-12)
    }
  }
}
