import RLCore
import Testing

@Suite struct PolicyEvaluatorTests {
  /// Two states: the first pays 1 and stays with probability 1/2, the second pays 3 and ends.
  private func pairOfStates() throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: 2, actions: 1)
    builder.addPair(state: 0, action: 0)
    builder.addOutcome(probability: 0.5, next: 0, reward: 1)
    builder.addOutcome(probability: 0.5, next: 1, reward: 1)
    builder.addPair(state: 1, action: 0)
    builder.addOutcome(probability: 1, next: 1, reward: 3, terminated: true)
    return try builder.build(initial: [.init(state: 0, probability: 1)])
  }

  @Test func solvesByHand() throws {
    let model = try pairOfStates()
    var evaluator = PolicyEvaluator(model)
    let policy = StationaryPolicy(uniformOver: model)
    // v(1) = 3; v(0) = 1 + γ (v(0) + v(1)) / 2
    #expect(evaluator.evaluate(policy, gamma: 1).values == [5, 3])
    #expect(evaluator.evaluate(policy, gamma: 0).values == [1, 3])
    let half = evaluator.evaluate(policy, gamma: 0.5).values[0]
    #expect(abs(half - 7.0 / 3) < 1e-15)
    let steps = evaluator.evaluate(policy, gamma: 1, rewards: [1, 1])
    #expect(steps.values == [3, 1])
    #expect(evaluator.startValue(of: policy, gamma: 1) == StartValue(value: 5, ends: true))
  }

  @Test(arguments: ModelFixtures.names, ["0.9", "0.99", "1"])
  func agreesWithIndependentSolversOnTheUniformPolicy(name: String, gamma: String) throws {
    let model = try ModelFixtures.model(name)
    var evaluator = PolicyEvaluator(model)
    #expect(evaluator.isDirect)
    let values = evaluator.evaluate(StationaryPolicy(uniformOver: model), gamma: Double(gamma)!).values
    var compared = 0
    for answer in try ModelFixtures.answers(name, gamma: gamma) where !model.isTerminal(answer.state) {
      let error = abs(values[answer.state] - answer.uniform)
      #expect(error <= 1e-8 + 1e-9 * abs(answer.uniform), "state \(answer.state)")
      compared += 1
    }
    #expect(compared > 0)
  }

  @Test(arguments: [0, 0.5, 0.99, 1])
  func satisfiesTheBellmanEquationOnRandomModels(gamma: Double) {
    for seed in 1...20 as ClosedRange<UInt64> {
      let model = ModelFixtures.random(seed: seed, states: 60)
      var stream = RandomStream(seed: seed)
      let q = (0..<model.pairCount).map { _ in stream.uniform() }
      let policy = StationaryPolicy(greedyIn: q, epsilon: 0.3, of: model)
      var evaluator = PolicyEvaluator(model)
      let values = evaluator.evaluate(policy, gamma: gamma).values
      let backed = BellmanSweep(model).actionValues(of: values, gamma: gamma)
      for state in 0..<model.stateCount {
        let sum = model.pairs(of: state).reduce(0) { $0 + policy.probabilities[$1] * backed[$1] }
        let error = abs(values[state] - sum)
        #expect(error < 1e-12 * (1 + abs(sum)), "seed \(seed), state \(state)")
      }
      let start = evaluator.startValue(of: policy, gamma: gamma).value
      #expect(abs(start - values[0]) < 1e-12 * (1 + abs(values[0])))
    }
  }

  @Test func lanesSweepsAndSingleEvaluationsAgree() {
    let model = ModelFixtures.random(seed: 7, states: 80)
    var stream = RandomStream(seed: 3)
    let policies = (0..<11).map { k in
      StationaryPolicy(
        greedyIn: (0..<model.pairCount).map { _ in stream.uniform() }, epsilon: k % 2 == 0 ? 0.1 : 0, of: model)
    }
    var evaluator = PolicyEvaluator(model)
    var sweeping = PolicyEvaluator(model, operationLimit: 0)
    #expect(evaluator.isDirect && !sweeping.isDirect)
    for gamma in [0.9, 1] {
      let batch = evaluator.evaluate(batch: policies, gamma: gamma)
      let starts = evaluator.startValues(batch: policies, gamma: gamma)
      for (k, policy) in policies.enumerated() {
        let one = evaluator.evaluate(policy, gamma: gamma)
        let swept = sweeping.evaluate(policy, gamma: gamma)
        for state in 0..<model.stateCount {
          let scale = 1 + abs(one.values[state])
          let (a, b) = (one.values[state] - batch[k].values[state], one.values[state] - swept.values[state])
          #expect(abs(a) < 1e-12 * scale && abs(b) < 1e-9 * scale)
        }
        let difference = abs(starts[k].value - one.startValue)
        #expect(difference < 1e-12 * (1 + abs(one.startValue)))
      }
    }
  }

  /// A walk that drifts back: the expected time from `k` to `k + 1` is `t_k = 1/p + (1 − p)/p t_{k−1}`, without any subtraction.
  @Test func keepsTwelveDigitsWhenEpisodesLastTenToTheFifty() throws {
    let length = 53
    let p = 0.1
    var builder = FiniteMDPBuilder(states: length, actions: 1)
    for state in 0..<length {
      builder.addPair(state: state, action: 0)
      builder.addOutcome(probability: 1 - p, next: max(0, state - 1), reward: -1)
      builder.addOutcome(
        probability: p, next: min(state + 1, length - 1), reward: -1, terminated: state == length - 1)
    }
    let model = try builder.build(initial: [.init(state: 0, probability: 1)])
    var expected = 0.0
    var time = 1 / p
    for k in 0..<length {
      if k > 0 { time = 1 / p + (1 - p) / p * time }
      expected += time
    }
    #expect(expected > 1e50)
    var evaluator = PolicyEvaluator(model)
    let value = evaluator.startValue(of: StationaryPolicy(uniformOver: model), gamma: 1)
    #expect(value.ends)
    #expect(abs(value.value + expected) < 1e-12 * expected)
  }

  /// States: 0 chooses; 1 loops for 0, 2 for −1, 3 for +1, 4 and 5 pay +1 and −1 in turn, 6 ends for 7.
  private func traps() throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: 7, actions: 6)
    for action in 0..<6 {
      builder.addPair(state: 0, action: action)
      builder.addOutcome(probability: 1, next: action < 4 ? action + 1 : action == 4 ? 6 : 0, reward: 2)
    }
    for (state, reward, next) in [(1, 0.0, 1), (2, -1, 2), (3, 1, 3), (4, 1, 5), (5, -1, 4)] {
      builder.addPair(state: state, action: 0)
      builder.addOutcome(probability: 1, next: next, reward: reward)
    }
    builder.addPair(state: 6, action: 0)
    builder.addOutcome(probability: 1, next: 6, reward: 7, terminated: true)
    return try builder.build(initial: [.init(state: 0, probability: 1)])
  }

  @Test(arguments: [true, false])
  func saysWhatNeverEnds(direct: Bool) throws {
    let model = try traps()
    var evaluator = PolicyEvaluator(model, operationLimit: direct ? 1e9 : 0)
    func evaluate(_ weights: [Double]) -> PolicyEvaluation {
      evaluator.evaluate(StationaryPolicy(unchecked: weights + [1, 1, 1, 1, 1, 1]), gamma: 1)
    }
    let ends = evaluate([0, 0, 0, 0, 1, 0])
    #expect(ends.closedClasses == [[1], [2], [3], [4, 5]])
    #expect(!ends.isProper && ends.endsFromStart)
    #expect(ends.values[..<4] == [9, 0, -Double.infinity, Double.infinity])
    #expect(ends.values[4].isNaN && ends.values[5].isNaN)
    #expect(ends.values[6] == 7)
    let stays = evaluate([0.5, 0, 0, 0, 0.5, 0])
    #expect(abs(stays.startValue - 5.5) < 1e-12 && !stays.endsFromStart)
    #expect(evaluate([0, 0.5, 0, 0, 0.5, 0]).startValue == -.infinity)
    #expect(evaluate([0, 0, 0.1, 0, 0.9, 0]).startValue == .infinity)
    #expect(evaluate([0, 0.5, 0.5, 0, 0, 0]).startValue.isNaN)
    #expect(evaluate([0, 0, 0, 1, 0, 0]).startValue.isNaN)
    let loops = evaluate([0, 0, 0, 0, 0, 1])
    #expect(loops.startValue == .infinity && !loops.endsFromStart && loops.closedClasses.contains([0]))
    let discounted = evaluator.evaluate(StationaryPolicy(uniformOver: model), gamma: 0.5)
    #expect(discounted.isProper && abs(discounted.values[2] + 2) < 1e-12)
  }

  @Test func returnsFromTheStartAskOnlyWhatIsReached() throws {
    let model = try traps()
    var evaluator = PolicyEvaluator(model)
    let weights: [[Double]] = [[0, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, 0]]
    let policies = weights.map { StationaryPolicy(unchecked: $0 + [1, 1, 1, 1, 1, 1]) }
    let right = [StartValue(value: 9, ends: true), StartValue(value: -.infinity, ends: false)]
    #expect(evaluator.startValue(of: policies[0], gamma: 1) == right[0])
    #expect(evaluator.startValues(batch: policies, gamma: 1) == right)
  }
}
