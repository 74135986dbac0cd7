import Algorithms
import RLCore
import Testing

/// n-step TD and Monte-Carlo prediction.
@Suite struct PredictionTests {
  private let uniform: Setting = .text("uniform")

  @Test func oneStepByHand() throws {
    var learner = try make(
      TemporalDifference.self, ["policy": uniform, "alpha": .real(0.5), "gamma": .real(0.9)],
      on: SmallTasks.walk(3, leftReward: 0))
    learner.v[1] = 10
    #expect(learner.update(Transition(state: 0, action: 1, reward: 1, next: 1, terminated: false)) == 10)
    #expect(learner.v[0] == 5)
    #expect(learner.update(Transition(state: 0, action: 1, reward: 5.5, next: 1, terminated: true)) == 0.5)
    #expect(learner.v[0] == 5.25)
  }

  @Test func everyVisitByHand() throws {
    for (visit, want) in [("first", 7.0), ("every", 6.0)] {
      var learner = try make(
        MonteCarloPrediction.self, ["policy": uniform, "gamma": .real(0.5), "visit": .text(visit)],
        on: SmallTasks.walk(3, leftReward: 0))
      var stream = RandomStream(seed: 0)
      // Returns, from behind: 4, 2 + 2 = 4, 4 + 2 = 6... of states 0, 1, 0: 7, 6, 5 with the rewards 4, 3.5, 5.
      for (state, reward, next) in [(0, 4.0, 1), (1, 3.5, 0), (0, 5.0, 2)] {
        let t = Transition(state: state, action: 0, reward: reward, next: next, terminated: next == 2)
        _ = learner.learn(from: t, using: &stream)
      }
      #expect(learner.v[0] == want && learner.v[1] == 6)
      // Cut off in state 1: its value stands for what would have come.
      let cut = Transition(state: 2, action: 0, reward: 1, next: 1, terminated: false, truncated: true)
      _ = learner.learn(from: cut, using: &stream)
      #expect(learner.v[2] == 1 + 0.5 * 6)
    }
  }

  @Test func fiveStateReplay() throws {
    for recorded in Replay.shared.five_state_walk {
      let model = try SmallTasks.walk(5, leftReward: 0)
      let changes: [String: Setting] = [
        "policy": uniform, "alpha": .real(recorded.alpha), "initial_value": .real(0.5),
      ]
      var stream = RandomStream(seed: 0)
      var td = try make(TemporalDifference.self, changes, on: model)
      var mc = try make(
        MonteCarloPrediction.self, changes.merging(["visit": .text("every")]) { $1 }, on: model)
      for episode in recorded.episodes {
        for t in walkEpisode(episode.rights, states: 5, leftReward: 0) {
          _ = td.learn(from: t, using: &stream)
          _ = mc.learn(from: t, using: &stream)
        }
        for state in 0..<5 {
          let value = recorded.method == "monte_carlo" ? mc.v[state] : td.v[state]
          #expect(abs(value - episode.values[state]) <= 1e-12)
        }
      }
    }
  }

  @Test func nineteenStateReplay() throws {
    for recorded in Replay.shared.n_step_td_19_state_walk {
      var stream = RandomStream(seed: 0)
      var learner = try make(
        TemporalDifference.self,
        ["policy": uniform, "alpha": .real(recorded.alpha), "n": .integer(recorded.n!)],
        on: SmallTasks.walk(19, leftReward: -1))
      for episode in recorded.episodes {
        for t in walkEpisode(episode.rights, states: 19, leftReward: -1) {
          _ = learner.learn(from: t, using: &stream)
        }
        for state in 0..<19 { #expect(abs(learner.v[state] - episode.values[state]) <= 1e-12) }
      }
    }
  }

  /// With more steps than any episode has, n-step TD is every-visit Monte Carlo but for the order of the updates: on episodes that visit
  /// no state twice they agree.
  @Test func manyStepsAreMonteCarlo() throws {
    let model = try SmallTasks.walk(9, leftReward: -1)
    let changes: [String: Setting] = ["policy": uniform, "alpha": .real(0.3), "gamma": .real(0.8)]
    var td = try make(TemporalDifference.self, changes.merging(["n": .integer(40)]) { $1 }, on: model)
    var mc = try make(MonteCarloPrediction.self, changes, on: model)
    var stream = RandomStream(seed: 0)
    for direction in [0, 1, 1, 0, 1] {
      for t in walkEpisode([Int](repeating: direction, count: 5), states: 9, leftReward: -1) {
        _ = td.learn(from: t, using: &stream)
        _ = mc.learn(from: t, using: &stream)
      }
    }
    for state in 0..<9 { #expect(abs(td.v[state] - mc.v[state]) <= 1e-12) }
    #expect(td.v[0] < -0.1 && td.v[8] > 0.1)
  }

  /// RMS error after 100 episodes of Example 6.2's walk, start values 0.5, against 500 runs of an independent implementation.
  @Test func fiveStateCurves() throws {
    let model = try SmallTasks.walk(5, leftReward: 0)
    let exact = SmallTasks.walkValues(5, leftReward: 0)
    func errors<L: TabularLearner & ~Copyable>(_ type: L.Type, _ changes: [String: Setting]) throws -> [Double] {
      let all = changes.merging(["policy": uniform, "initial_value": .real(0.5)]) { $1 }
      return try (0..<60).map { run in
        var loop = try loop(type, all, on: model, seed: UInt64(run))
        loop.run(untilStep: .max, episode: 100)
        var report = LearnerReport()
        loop.learner.report(into: &report)
        return SmallTasks.rootMeanSquare(report.stateValues, exact)
      }
    }
    expectAgreement(
      try errors(TemporalDifference.self, ["alpha": .real(0.05)]), mean: 0.0353834, error: 0.000758945)
    expectAgreement(
      try errors(TemporalDifference.self, ["alpha": .real(0.15)]), mean: 0.0720943, error: 0.00124767)
    expectAgreement(
      try errors(MonteCarloPrediction.self, ["alpha": .real(0.01), "visit": .text("every")]), mean: 0.0987556,
      error: 0.00105525)
  }

  /// RMS error averaged over the first 10 episodes of the 19-state walk (Figure 7.2), against 100 runs of an independent implementation.
  @Test(arguments: [(1, 0.8, 0.345858, 0.00193963), (4, 0.4, 0.256597, 0.00383461), (16, 0.2, 0.325619, 0.00568161)])
  func nineteenStateCurves(n: Int, alpha: Double, mean: Double, error: Double) throws {
    let model = try SmallTasks.walk(19, leftReward: -1)
    let exact = SmallTasks.walkValues(19, leftReward: -1)
    let errors = try (0..<40).map { run in
      var loop = try loop(
        TemporalDifference.self, ["policy": uniform, "alpha": .real(alpha), "n": .integer(n)], on: model,
        seed: UInt64(run))
      var sum = 0.0
      for episode in 1...10 {
        loop.run(untilStep: .max, episode: episode)
        sum += SmallTasks.rootMeanSquare(loop.learner.v.array, exact)
      }
      return sum / 10
    }
    expectAgreement(errors, mean: mean, error: error)
  }

  @Test func policiesAreFollowed() throws {
    let model = try SmallTasks.irregular()
    let rows: [Setting] = (0..<7).map { state in
      let count = ActionSpace(model).actions(in: state)
      return .list(
        count == 3 ? [.real(0.5), .integer(0), .real(0.5)] : (0..<count).map { .integer($0 == count - 1 ? 1 : 0) })
    }
    var learner = try make(TemporalDifference.self, ["policy": .list(rows)], on: model)
    var stream = RandomStream(seed: 5)
    var seen = [0, 0, 0]
    for _ in 0..<4000 { seen[learner.begin(in: 2, using: &stream)] += 1 }
    // A binomial count of 4000 fair draws has the standard deviation √1000.
    #expect(seen[1] == 0 && seen[0] + seen[2] == 4000 && abs(seen[0] - 2000) < 127)
    for _ in 0..<100 { #expect(learner.begin(in: 1, using: &stream) == 1) }
    for _ in 0..<100 { #expect(learner.begin(in: 3, using: &stream) == 0) }
  }

  @Test func policiesThatDoNotFitAreRefused() throws {
    let model = try SmallTasks.walk(3, leftReward: 0)
    func problem(_ policy: Setting?, place: String) {
      do {
        _ = try make(TemporalDifference.self, policy.map { ["policy": $0] } ?? [:], on: model)
        Issue.record("\(String(describing: policy)) was taken for a policy")
      } catch let problem as SettingProblem {
        #expect(problem.place == place && !problem.message.isEmpty)
      } catch { Issue.record(error) }
    }
    problem(nil, place: ".policy")
    problem(.text("unifrom"), place: ".policy")
    problem(.list([.integer(0), .integer(1)]), place: ".policy")
    problem(.list([.integer(0), .integer(2), .integer(1)]), place: ".policy[1]")
    let half: Setting = .list([.real(0.5), .real(0.5)])
    problem(.list([half, half, .list([.real(0.5), .real(0.4)])]), place: ".policy[2]")
    problem(.list([half, .list([.real(0.5), .real(1.5)]), half]), place: ".policy[1][1]")
    problem(.list([half, .list([.integer(1)]), half]), place: ".policy[1]")
    problem(.boolean(true), place: ".policy")
  }
}
