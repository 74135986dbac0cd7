import Algorithms
import RLCore
import Testing

/// Control with eligibility traces: Sarsa(λ), Q(λ), Retrace(λ).
@Suite struct TraceControlTests {
  private func values<L: TabularLearner & ~Copyable>(
    _ type: L.Type, _ changes: [String: Setting], steps: Int = 3000
  ) throws -> [Double] {
    let all = changes.merging(["gamma": .real(0.9), "alpha": .real(0.2)]) { $1 }
    var loop = try loop(type, all, on: SmallTasks.irregular(), timeLimit: 9)
    loop.run(untilStep: steps, episode: .max)
    var report = LearnerReport()
    loop.learner.report(into: &report)
    return report.actionValues
  }

  private func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).map { abs($0 - $1) }.max()!
  }

  @Test func withoutTracesIsOneStep() throws {
    let zero: Setting = .integer(0)
    let sarsa = try values(Sarsa.self, [:])
    #expect(try values(SarsaLambda.self, ["lambda": zero]) == sarsa)
    let online = try values(SarsaLambda.self, ["lambda": zero, "true_online": .boolean(true)])
    #expect(largestDifference(online, sarsa) <= 1e-12)
    let greedy = try values(QLearning.self, [:])
    #expect(try values(QLambda.self, ["lambda": zero]) == greedy)
    #expect(try values(QLambda.self, ["lambda": zero, "variant": .text("peng")]) == greedy)
    #expect(try values(Retrace.self, ["lambda": zero]) == greedy)
    #expect(greedy != sarsa && Set(greedy).count > 8)
  }

  /// As long as only greedy actions are taken, Watkins's, Peng's and Retrace are one method.
  @Test func greedyBehaviourMakesThemOne() throws {
    let greedy: [String: Setting] = ["lambda": .real(0.7), "epsilon": .integer(0)]
    let watkins = try values(QLambda.self, greedy)
    let peng = try values(QLambda.self, greedy.merging(["variant": .text("peng")]) { $1 })
    let retrace = try values(Retrace.self, greedy)
    #expect(largestDifference(watkins, peng) <= 1e-12)
    #expect(largestDifference(watkins, retrace) <= 1e-12)
    let soft = try values(QLambda.self, ["lambda": .real(0.7)])
    let softPeng = try values(QLambda.self, ["lambda": .real(0.7), "variant": .text("peng")])
    #expect(largestDifference(soft, softPeng) > 1e-3)
  }

  /// On-policy, Retrace(λ) is Expected Sarsa with traces that are never cut.
  @Test func onPolicyRetraceNeverCuts() throws {
    let model = try SmallTasks.irregular()
    let changes: [String: Setting] = [
      "gamma": .real(0.9), "alpha": .real(0.2), "lambda": .real(0.8), "epsilon": .real(0.3), "target_epsilon": .null,
    ]
    var learner = try make(Retrace.self, changes, on: model)
    let expected = try make(ExpectedSarsa.self, ["epsilon": .real(0.3)], on: model)
    var simulation = FiniteSimulation(model)
    var stream = RandomStream(seed: 12)
    var own = RandomStream(seed: 13)
    var reached = 0
    for _ in 0..<60 {
      var traces = [Double](repeating: 0, count: 21)
      var state = simulation.reset(using: &stream)
      var action = learner.begin(in: state, using: &own)
      for k in 1...12 {
        let outcome = simulation.step(action, using: &stream)
        let t = Transition(
          state: state, action: action, reward: outcome.reward, next: outcome.observation,
          terminated: outcome.terminated, truncated: k == 12 && !outcome.terminated)
        for slot in 0..<21 { traces[slot] *= 0.9 * 0.8 }
        traces[state * 3 + action] += 1
        var bootstrap = 0.0
        if !t.terminated {
          let row = (0..<simulation.space.actions(in: t.next)).map { expected.q[t.next, $0] }
          bootstrap = 0.3 * mean(row) + 0.7 * row.max()!
        }
        let error = t.reward + 0.9 * bootstrap - expected.q[state, action]
        for slot in 0..<21 { expected.q[slot: slot] += 0.2 * error * traces[slot] }
        action = learner.learn(from: t, using: &own)
        state = t.next
        for slot in 0..<21 { #expect(abs(learner.q[slot: slot] - expected.q[slot: slot]) <= 1e-12) }
        if t.isLast { break }
        reached = max(reached, k)
      }
    }
    #expect(reached == 11)
  }

  /// Watkins's forgets what led to an exploratory action; Peng's does not.
  @Test func exploratoryActionsCut() throws {
    for (variant, want) in [("watkins", 0.0), ("peng", 0.5 * 0.8)] {
      var learner = try make(
        QLambda.self, ["alpha": .real(0.5), "lambda": .real(0.8), "variant": .text(variant)],
        on: SmallTasks.walk(5, leftReward: 0))
      learner.update(Transition(state: 1, action: 1, reward: 0, next: 2, terminated: false), isGreedy: true)
      learner.update(Transition(state: 2, action: 1, reward: 1, next: 3, terminated: false), isGreedy: false)
      #expect(abs(learner.q[1, 1] - want) < 1e-12)
      #expect(learner.q[2, 1] == 0.5)
    }
  }

  /// Sarsa(λ) with true online traces is true online TD(λ) on the process of state–action pairs.
  @Test func trueOnlineSarsaIsTrueOnlineTD() throws {
    let model = try SmallTasks.walk(5, leftReward: -1)
    let settings: [String: Setting] = ["alpha": .real(0.3), "gamma": .real(0.9), "lambda": .real(0.8)]
    var sarsa = try make(SarsaLambda.self, settings.merging(["true_online": .boolean(true)]) { $1 }, on: model)
    var td = try make(
      TrueOnlineTDLambda.self, settings.merging(["policy": .text("uniform")]) { $1 },
      on: SmallTasks.walk(10, leftReward: -1))
    var stream = RandomStream(seed: 8)
    for _ in 0..<40 {
      var state = 2
      var action = stream.uniform(below: 2)
      while true {
        let next = state + (action == 1 ? 1 : -1)
        let isOver = next < 0 || next > 4
        let reward = next < 0 ? -1.0 : next > 4 ? 1 : 0.1
        let nextAction = isOver ? 0 : stream.uniform(below: 2)
        let landed = isOver ? state : next
        sarsa.update(
          Transition(state: state, action: action, reward: reward, next: landed, terminated: isOver),
          nextAction: nextAction)
        td.update(
          Transition(
            state: 2 * state + action, action: 0, reward: reward, next: 2 * landed + nextAction, terminated: isOver))
        for slot in 0..<10 { #expect(sarsa.q[slot: slot] == td.v[slot]) }
        if isOver { break }
        (state, action) = (next, nextAction)
      }
    }
  }
}
