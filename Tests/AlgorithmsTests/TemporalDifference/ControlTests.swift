import Algorithms
import Environments
import RLCore
import Testing

/// One-step and n-step control: Q-learning, Sarsa, Expected Sarsa.
@Suite struct ControlTests {
  /// Two states that offer two actions each.
  private func twoStates() throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: 2, actions: 2)
    for state in 0..<2 {
      for action in 0..<2 {
        builder.addPair(state: state, action: action)
        builder.addOutcome(probability: 1, next: 1 - state, reward: 0, terminated: false)
      }
    }
    return try builder.build(initial: [.init(state: 0, probability: 1)])
  }

  @Test func sarsaByHand() throws {
    let sarsa = try make(Sarsa.self, ["alpha": .real(0.5), "gamma": .real(0.9)], on: twoStates())
    var learner = sarsa
    learner.q[1, 0] = 4
    learner.q[1, 1] = 10
    let step = Transition(state: 0, action: 1, reward: 1, next: 1, terminated: false)
    #expect(learner.update(step, nextAction: 0) == 1 + 0.9 * 4)
    #expect(learner.q[0, 1] == 2.3)
    #expect(learner.update(step, nextAction: 1) == 1 + 0.9 * 10 - 2.3)
    #expect(abs(learner.q[0, 1] - 6.15) < 1e-15)
    // Where the task ended nothing is bootstrapped; where the episode was cut off, the next action's value is.
    let end = Transition(state: 0, action: 0, reward: -3, next: 1, terminated: true)
    #expect(learner.update(end, nextAction: 1) == -3)
    let cut = Transition(state: 0, action: 0, reward: -3, next: 1, terminated: false, truncated: true)
    #expect(learner.update(cut, nextAction: 1) == -3 + 0.9 * 10 + 1.5)
  }

  @Test func expectedSarsaByHand() throws {
    var learner = try make(
      ExpectedSarsa.self, ["alpha": .real(0.5), "gamma": .real(0.5), "epsilon": .real(0.2)], on: twoStates())
    learner.q[1, 0] = 4
    learner.q[1, 1] = 10
    let step = Transition(state: 0, action: 1, reward: 1, next: 1, terminated: false)
    // 0.1 · 4 + 0.9 · 10 = 9.4
    #expect(abs(learner.update(step) - (1 + 0.5 * 9.4)) < 1e-12)
    #expect(abs(learner.q[0, 1] - 2.85) < 1e-12)
    #expect(learner.update(Transition(state: 0, action: 0, reward: 2, next: 1, terminated: true)) == 2)
  }

  @Test func cliffReplay() throws {
    let cliff = try CliffWalking.task(Settings([], for: CliffWalking.about.parameters, owner: "cliff-walking")).model
    for recorded in Replay.shared.cliff_control {
      let changes: [String: Setting] = ["alpha": .real(recorded.alpha), "epsilon": .real(recorded.epsilon)]
      var sarsa = try make(Sarsa.self, changes, on: cliff)
      var nStep = try make(Sarsa.self, changes, on: cliff)
      var expected = try make(ExpectedSarsa.self, changes, on: cliff)
      var greedy = try make(QLearning.self, changes, on: cliff)
      for episode in recorded.episodes {
        for row in episode.transitions {
          let next = Int(row[3])
          let t = Transition(
            state: Int(row[0]), action: Int(row[1]), reward: row[2], next: next, terminated: next == 47)
          switch recorded.method {
          case "sarsa":
            sarsa.update(t, nextAction: Int(row[4]))
            nStep.updateByReturns(t, nextAction: Int(row[4]))
          case "expected_sarsa": expected.update(t)
          default: greedy.update(t)
          }
        }
        var want = [Double](repeating: 0, count: 48 * 4)
        for entry in episode.q_nonzero { want[Int(entry[0]) * 4 + Int(entry[1])] = entry[2] }
        #expect(!episode.q_nonzero.isEmpty)
        for slot in 0..<192 {
          switch recorded.method {
          case "sarsa":
            #expect(abs(sarsa.q[slot: slot] - want[slot]) <= 1e-12)
            #expect(sarsa.q[slot: slot] == nStep.q[slot: slot])
          case "expected_sarsa": #expect(abs(expected.q[slot: slot] - want[slot]) <= 1e-12)
          default: #expect(abs(greedy.q[slot: slot] - want[slot]) <= 1e-12)
          }
        }
      }
    }
  }

  @Test func maximizationBiasReplay() throws {
    let recorded = Replay.shared.max_bias
    var builder = FiniteMDPBuilder(states: 3, actions: 10)
    for (state, count) in [2, 10].enumerated() {
      for action in 0..<count {
        builder.addPair(state: state, action: action)
        builder.addOutcome(probability: 1, next: 2, reward: 0)
      }
    }
    let model = try builder.build(initial: [.init(state: 0, probability: 1)])
    var learner = try make(QLearning.self, ["alpha": .real(recorded.alpha)], on: model)
    for row in recorded.q_learning_steps {
      learner.update(
        Transition(
          state: Int(row[0]), action: Int(row[1]), reward: row[2], next: Int(row[3]), terminated: Int(row[3]) == 2))
    }
    for (state, name) in ["A", "B"].enumerated() {
      for (action, want) in recorded.q_learning_final[name]!.enumerated() {
        #expect(abs(learner.q[state, action] - want) <= 1e-12)
      }
    }
  }

  /// n-step Sarsa as the box of Sutton & Barto, section 7.2, has it, on recorded episodes; truncated ones bootstrap at their end.
  @Test(arguments: [1, 2, 3, 4, 7, 50]) func nStepSarsaIsTheBox(n: Int) throws {
    let model = try SmallTasks.irregular()
    let gamma = 0.9
    let alpha = 0.3
    let settings: [String: Setting] = ["alpha": .real(alpha), "gamma": .real(gamma), "n": .integer(n)]
    var learner = try make(Sarsa.self, settings, on: model)
    var simulation = FiniteSimulation(model)
    var stream = RandomStream(seed: UInt64(n))
    var q = [Double](repeating: 0, count: 21)
    var lengths: [Int] = []
    for _ in 0..<60 {
      var states = [simulation.reset(using: &stream)]
      var actions = [stream.uniform(below: simulation.space.actions(in: states[0]))]
      var rewards: [Double] = [0]
      var terminated = false
      while !terminated && rewards.count < 10 {
        let outcome = simulation.step(actions.last!, using: &stream)
        terminated = outcome.terminated
        states.append(outcome.observation)
        rewards.append(outcome.reward)
        actions.append(terminated ? 0 : stream.uniform(below: simulation.space.actions(in: outcome.observation)))
      }
      let end = rewards.count - 1
      lengths.append(end)
      for k in 0..<end {
        learner.updateByReturns(
          Transition(
            state: states[k], action: actions[k], reward: rewards[k + 1], next: states[k + 1],
            terminated: terminated && k + 1 == end, truncated: !terminated && k + 1 == end), nextAction: actions[k + 1])
      }
      var frozenEnd: Double?
      for tau in (1 - n)..<end where tau >= 0 {
        let last = min(tau + n, end)
        var target = 0.0
        for i in tau + 1...last { target += power(gamma, i - tau - 1) * rewards[i] }
        if last == end {
          // All that wait at the end bootstrap from the same value.
          if frozenEnd == nil { frozenEnd = terminated ? 0 : q[states[end] * 3 + actions[end]] }
          target += power(gamma, end - tau) * frozenEnd!
        } else {
          target += power(gamma, n) * q[states[last] * 3 + actions[last]]
        }
        q[states[tau] * 3 + actions[tau]] += alpha * (target - q[states[tau] * 3 + actions[tau]])
      }
      for slot in 0..<21 { #expect(abs(learner.q[slot: slot] - q[slot]) <= 1e-12) }
    }
    #expect(lengths.max()! == 9 && lengths.min()! < 5)
  }

  /// With one step the n-step machinery is the one-step method, to the bit.
  @Test func oneStepOfManyIsOneStep() throws {
    let model = try SmallTasks.irregular()
    var a = try make(ExpectedSarsa.self, ["gamma": .real(0.7)], on: model)
    var b = try make(ExpectedSarsa.self, ["gamma": .real(0.7)], on: model)
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
        a.update(t)
        b.updateByReturns(t)
        state = outcome.observation
        if outcome.terminated { break }
      }
      for slot in 0..<21 { #expect(a.q[slot: slot] == b.q[slot: slot]) }
    }
  }

  /// Mean return over episodes 101 to 500 on the cliff (alpha 0.5, epsilon 0.1), 25 runs each, against the means and standard errors of 200
  /// runs of an independent implementation; 4 standard errors of the difference.
  @Test func cliffCurves() throws {
    let cliff = try CliffWalking.task(Settings([], for: CliffWalking.about.parameters, owner: "cliff-walking")).model
    func late<L: TabularLearner & ~Copyable>(_ type: L.Type) throws -> [Double] {
      try (0..<25).map { run in
        var loop = try loop(type, ["alpha": .real(0.5)], on: cliff, seed: UInt64(run))
        loop.run(untilStep: .max, episode: 100)
        _ = loop.takeTally()
        loop.run(untilStep: .max, episode: 500)
        return loop.tally.returns / 400
      }
    }
    expectAgreement(try late(Sarsa.self), mean: -27.931, error: 0.267855)
    expectAgreement(try late(ExpectedSarsa.self), mean: -21.0544, error: 0.0761193)
    expectAgreement(try late(QLearning.self), mean: -50.2456, error: 0.255346)
  }
}

func power(_ x: Double, _ k: Int) -> Double { (0..<k).reduce(1) { product, _ in product * x } }
