import Algorithms
import RLCore
import Testing

/// Prediction with eligibility traces and λ-returns.
@Suite struct TraceTests {
  private let uniform: Setting = .text("uniform")

  /// Random walks of a fixed seed; every third is cut off, the others end.
  private func walks(_ states: Int, count: Int) -> [[Transition]] {
    var stream = RandomStream(seed: 4)
    return (0..<count).map { k in
      var rights: [Int] = []
      var state = states / 2
      while state >= 0 && state < states {
        rights.append(stream.uniform(below: 2))
        state += rights.last! == 1 ? 1 : -1
      }
      var steps = walkEpisode(rights, states: states, leftReward: -1)
      if k % 3 == 2 && steps.count > 2 {
        steps.removeLast()
        let t = steps.removeLast()
        steps.append(
          Transition(
            state: t.state, action: t.action, reward: t.reward, next: t.next, terminated: false, truncated: true))
      }
      return steps
    }
  }

  @Test func tracesByHand() throws {
    let model = try SmallTasks.walk(3, leftReward: 0)
    // Two visits to state 0 with γλ = 0.4: the traces of state 0 at the second are 1.4, 1 and 0.5 · 0.4 + 1.
    for (rule, trace) in [("accumulating", 1.4), ("replacing", 1.0), ("dutch", 1.2)] {
      var learner = try make(
        TDLambda.self,
        [
          "policy": uniform, "alpha": .real(0.5), "gamma": .real(0.5), "lambda": .real(0.8), "traces": .text(rule),
        ], on: model)
      #expect(learner.update(Transition(state: 0, action: 0, reward: 2, next: 0, terminated: false)) == 2)
      #expect(learner.v[0] == 1)
      // δ = 3 + 0.5 · 1 − 1
      #expect(learner.update(Transition(state: 0, action: 0, reward: 3, next: 0, terminated: false)) == 2.5)
      #expect(abs(learner.v[0] - (1 + 0.5 * 2.5 * trace)) < 1e-12)
    }
  }

  @Test func replays() throws {
    let model = try SmallTasks.walk(19, leftReward: -1)
    func check<L: TabularLearner & ~Copyable>(_ type: L.Type, _ recorded: [Replay.Walk]) throws {
      for walk in recorded {
        var stream = RandomStream(seed: 0)
        var learner = try make(
          type, ["policy": uniform, "alpha": .real(walk.alpha), "lambda": .real(walk.lam!)], on: model)
        var report = LearnerReport()
        #expect(!walk.episodes.isEmpty)
        for episode in walk.episodes {
          for t in walkEpisode(episode.rights, states: 19, leftReward: -1) {
            _ = learner.learn(from: t, using: &stream)
          }
          learner.report(into: &report)
          for (value, want) in zip(report.stateValues, episode.values) { #expect(abs(value - want) <= 1e-12) }
        }
      }
    }
    try check(TDLambda.self, Replay.shared.td_lambda_accumulating_19_state_walk)
    try check(TrueOnlineTDLambda.self, Replay.shared.true_online_td_lambda_19_state_walk)
    try check(LambdaReturn.self, Replay.shared.off_line_lambda_return_19_state_walk)
  }

  /// λ = 0 is one-step TD, whatever the traces.
  @Test func withoutTracesIsOneStep() throws {
    let model = try SmallTasks.walk(7, leftReward: -1)
    let changes: [String: Setting] = [
      "policy": uniform, "alpha": .real(0.3), "gamma": .real(0.9), "initial_value": .real(0.2),
    ]
    let zero = changes.merging(["lambda": .integer(0)]) { $1 }
    var one = try make(TemporalDifference.self, changes, on: model)
    var traces = try make(TDLambda.self, zero, on: model)
    var online = try make(TrueOnlineTDLambda.self, zero, on: model)
    for t in walks(7, count: 40).joined() {
      #expect(one.update(t) == traces.update(t))
      online.update(t)
      for state in 0..<7 {
        #expect(one.v[state] == traces.v[state])
        #expect(abs(one.v[state] - online.v[state]) <= 1e-12)
      }
    }
  }

  /// True online TD(λ) against the online λ-return algorithm, which goes over the whole episode again at each step (Sutton & Barto,
  /// section 12.4).
  @Test(arguments: [0.0, 0.4, 0.8, 1.0]) func trueOnlineIsOnlineLambdaReturn(lambda: Double) throws {
    let model = try SmallTasks.walk(5, leftReward: -1)
    let (gamma, alpha) = (0.95, 0.2)
    var learner = try make(
      TrueOnlineTDLambda.self,
      ["policy": uniform, "alpha": .real(alpha), "gamma": .real(gamma), "lambda": .real(lambda)], on: model)
    var start = [Double](repeating: 0, count: 5)
    for episode in walks(5, count: 12) {
      var history = [start]  // the values after k steps of the episode
      for h in 1...episode.count {
        learner.update(episode[h - 1])
        var w = start
        for k in 0..<h {
          // The λ-return of step k truncated at h, each state valued when it was entered.
          var target = 0.0
          for n in 1...(h - k) {
            var partial = 0.0
            for i in 0..<n { partial += power(gamma, i) * episode[k + i].reward }
            let last = episode[k + n - 1]
            partial += power(gamma, n) * (last.terminated ? 0 : history[k + n - 1][last.next])
            target += (n == h - k ? power(lambda, n - 1) : (1 - lambda) * power(lambda, n - 1)) * partial
          }
          w[episode[k].state] += alpha * (target - w[episode[k].state])
        }
        history.append(w)
        for state in 0..<5 { #expect(abs(learner.v[state] - w[state]) <= 1e-12) }
      }
      start = history.last!
    }
  }

  /// Frozen, the λ-returns change values as TD(λ) with accumulating traces does whose changes wait for the episode's end.
  @Test(arguments: [0.0, 0.5, 0.9, 1.0]) func forwardIsBackward(lambda: Double) throws {
    let (gamma, alpha) = (0.9, 0.1)
    var forward = try make(
      LambdaReturn.self,
      [
        "policy": uniform, "alpha": .real(alpha), "gamma": .real(gamma), "lambda": .real(lambda),
        "frozen": .boolean(true),
      ], on: SmallTasks.walk(7, leftReward: -1))
    var stream = RandomStream(seed: 0)
    var v = [Double](repeating: 0, count: 7)
    for episode in walks(7, count: 30) {
      var traces = [Double](repeating: 0, count: 7)
      var changes = traces
      for t in episode {
        _ = forward.learn(from: t, using: &stream)
        for state in 0..<7 { traces[state] *= gamma * lambda }
        traces[t.state] += 1
        let error = t.reward + gamma * (t.terminated ? 0 : v[t.next]) - v[t.state]
        for state in 0..<7 { changes[state] += alpha * error * traces[state] }
      }
      for state in 0..<7 { v[state] += changes[state] }
      for state in 0..<7 { #expect(abs(forward.v[state] - v[state]) <= 1e-12) }
    }
  }

  /// Off-line with λ = 1 is every-visit Monte Carlo.
  @Test func wholeReturnsAreMonteCarlo() throws {
    let (gamma, alpha) = (0.9, 0.1)
    var forward = try make(
      LambdaReturn.self,
      [
        "policy": uniform, "alpha": .real(alpha), "gamma": .real(gamma), "lambda": .integer(1),
        "frozen": .boolean(true),
      ], on: SmallTasks.walk(7, leftReward: -1))
    var stream = RandomStream(seed: 0)
    var v = [Double](repeating: 0, count: 7)
    for episode in walks(7, count: 30) where episode.last!.terminated {
      var changes = [Double](repeating: 0, count: 7)
      for (k, t) in episode.enumerated() {
        _ = forward.learn(from: t, using: &stream)
        let value = episode[k...].reversed().reduce(0.0) { $1.reward + gamma * $0 }
        changes[t.state] += alpha * (value - v[t.state])
      }
      for state in 0..<7 {
        v[state] += changes[state]
        #expect(abs(forward.v[state] - v[state]) <= 1e-12)
      }
    }
    // With one visit a state at most, the methods themselves agree, frozen or not.
    var lambda = try make(
      LambdaReturn.self, ["policy": uniform, "alpha": .real(0.3), "lambda": .integer(1)],
      on: SmallTasks.walk(9, leftReward: -1))
    var mc = try make(
      MonteCarloPrediction.self, ["policy": uniform, "alpha": .real(0.3)], on: SmallTasks.walk(9, leftReward: -1))
    for direction in [0, 1, 1, 0, 1] {
      for t in walkEpisode([Int](repeating: direction, count: 5), states: 9, leftReward: -1) {
        _ = lambda.learn(from: t, using: &stream)
        _ = mc.learn(from: t, using: &stream)
      }
      for state in 0..<9 { #expect(abs(lambda.v[state] - mc.v[state]) <= 1e-12) }
    }
  }

  /// RMS error averaged over the first 10 episodes of the 19-state walk, against an independent implementation (60 and 25 runs).
  @Test func curves() throws {
    let model = try SmallTasks.walk(19, leftReward: -1)
    let exact = SmallTasks.walkValues(19, leftReward: -1)
    func errors<L: TabularLearner & ~Copyable>(_ type: L.Type, _ lambda: Double, _ alpha: Double) throws -> [Double] {
      try (0..<30).map { run in
        var loop = try loop(
          type, ["policy": uniform, "alpha": .real(alpha), "lambda": .real(lambda)], on: model, seed: UInt64(run))
        var report = LearnerReport()
        var sum = 0.0
        for episode in 1...10 {
          loop.run(untilStep: .max, episode: episode)
          loop.learner.report(into: &report)
          sum += SmallTasks.rootMeanSquare(report.stateValues, exact)
        }
        return sum / 10
      }
    }
    expectAgreement(try errors(TDLambda.self, 0.8, 0.36), mean: 0.267794, error: 0.00778488)
    expectAgreement(try errors(LambdaReturn.self, 0.8, 0.4), mean: 0.259958, error: 0.00977078)
  }
}
