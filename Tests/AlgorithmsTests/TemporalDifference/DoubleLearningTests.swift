import Algorithms
import RLCore
import Testing

@Suite struct DoubleLearningTests {
  /// The task of the maximization-bias replay: two actions in state 0, ten in state 1.
  private func biasTask() throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: 3, actions: 10)
    for (state, count) in [2, 10].enumerated() {
      for action in 0..<count {
        builder.addPair(state: state, action: action)
        builder.addOutcome(probability: 1, next: 2, reward: 0)
      }
    }
    return try builder.build(initial: [.init(state: 0, probability: 1)])
  }

  @Test func replay() throws {
    let recorded = Replay.shared.max_bias
    var learner = try make(DoubleQLearning.self, ["alpha": .real(recorded.alpha)], on: biasTask())
    for row in recorded.double_q_steps {
      let t = Transition(
        state: Int(row[0]), action: Int(row[1]), reward: row[2], next: Int(row[3]), terminated: row[3] == 2)
      learner.update(t, first: row[4] == 1, best: Int(row[5]))
    }
    for (state, name) in ["A", "B"].enumerated() {
      let first = recorded.double_q_final["q1_\(name)"]!
      let second = recorded.double_q_final["q2_\(name)"]!
      for action in first.indices {
        #expect(abs(learner.q.first[state, action] - first[action]) <= 1e-12)
        #expect(abs(learner.q.second[state, action] - second[action]) <= 1e-12)
        #expect(abs(learner.q.mean[state, action] - (first[action] + second[action]) / 2) <= 1e-12)
      }
    }
  }

  @Test func eachTableAsksTheOther() throws {
    var learner = try make(DoubleQLearning.self, ["alpha": .real(0.5), "gamma": .real(0.9)], on: biasTask())
    learner.q.first[1, 3] = 4
    learner.q.second[1, 3] = 2
    learner.q.second[1, 5] = 6
    let t = Transition(state: 0, action: 1, reward: 1, next: 1, terminated: false)
    // The first table's best is 3, which the second values at 2; the second's best is 5, which the first values at 0.
    #expect(learner.update(t, first: true, best: 3) == 1 + 0.9 * 2)
    #expect(learner.update(t, first: false, best: 5) == 1)
    #expect(learner.q.first[0, 1] == 1.4 && learner.q.second[0, 1] == 0.5 && learner.q.mean[0, 1] == 0.95)
  }

  @Test func doubleSarsaByHand() throws {
    for (isExpected, want) in [(false, 2.0), (true, 0.9 * 6 + 0.1 * 0.8)] {
      var learner = try make(
        DoubleSarsa.self, ["alpha": .real(0.5), "epsilon": .real(0.1), "expected": .boolean(isExpected)],
        on: biasTask())
      learner.q.first[1, 5] = 3
      learner.q.second[1, 3] = 2
      learner.q.second[1, 5] = 6
      learner.q.mean[1, 3] = 1
      learner.q.mean[1, 5] = 4.5
      let t = Transition(state: 0, action: 1, reward: 0, next: 1, terminated: false)
      #expect(abs(learner.update(t, first: true, nextAction: 3) - want) < 1e-12)
      #expect(abs(learner.q.first[0, 1] - want / 2) < 1e-12 && learner.q.second[0, 1] == 0)
    }
  }

  /// Share of "left" in episodes 11 to 50 and 101 to 200 of Example 6.7, 100 runs, against 4000 runs of an independent implementation.
  @Test func maximizationBias() throws {
    func shares<L: TabularLearner & ~Copyable>(_ type: L.Type) throws -> (early: [Double], late: [Double]) {
      var (early, late): ([Double], [Double]) = ([], [])
      for run in 0..<100 {
        var learner = try make(type, ["alpha": .real(0.1)], on: biasTask())
        var stream = RandomStream(seed: UInt64(run))
        var noise = RandomStream(seed: UInt64(1000 + run))
        var lefts: [Int] = []
        for _ in 1...200 {
          let first = learner.begin(in: 0, using: &stream)
          lefts.append(first)
          var t = Transition(state: 0, action: first, reward: 0, next: 2 - first, terminated: first == 0)
          let action = learner.learn(from: t, using: &stream)
          if first == 1 {
            t = Transition(state: 1, action: action, reward: noise.normal() - 0.1, next: 2, terminated: true)
            _ = learner.learn(from: t, using: &stream)
          }
        }
        early.append(Double(lefts[10..<50].reduce(0, +)) / 40)
        late.append(Double(lefts[100..<200].reduce(0, +)) / 100)
      }
      return (early, late)
    }
    let single = try shares(QLearning.self)
    expectAgreement(single.early, mean: 0.903425, error: 0.00203517)
    expectAgreement(single.late, mean: 0.262105, error: 0.00420879)
    let double = try shares(DoubleQLearning.self)
    expectAgreement(double.early, mean: 0.225156, error: 0.00409137)
    expectAgreement(double.late, mean: 0.080805, error: 0.00150452)
  }
}
