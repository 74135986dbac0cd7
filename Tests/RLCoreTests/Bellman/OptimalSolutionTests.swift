import RLCore
import Testing

@Suite struct OptimalSolutionTests {
  @Test(arguments: ModelFixtures.names, ["0.9", "0.99", "1"])
  func agreesWithIndependentSolvers(name: String, gamma: String) throws {
    let model = try ModelFixtures.model(name)
    let solution = try OptimalSolution(model, gamma: Double(gamma)!)
    #expect(solution.errorBound < 1e-9, "\(solution.errorBound)")
    var compared = 0
    for answer in try ModelFixtures.answers(name, gamma: gamma) where !model.isTerminal(answer.state) {
      #expect(abs(solution.values[answer.state] - answer.optimal) <= 1e-8, "state \(answer.state)")
      for pair in model.pairs(of: answer.state) {
        let right = answer.actionValues[Int(model.pairActions[pair])]!
        #expect(abs(solution.actionValues[pair] - right) <= 1e-8, "state \(answer.state)")
      }
      #expect(solution.optimalActions(of: answer.state) == answer.optimalActions, "state \(answer.state)")
      compared += 1
    }
    #expect(compared > 0)
    var evaluator = PolicyEvaluator(model)
    let evaluation = evaluator.evaluate(solution.policy, gamma: Double(gamma)!)
    #expect(evaluation.isProper)
    for state in 0..<model.stateCount { #expect(abs(evaluation.values[state] - solution.values[state]) < 1e-10) }
  }

  @Test func frozenLakeUndiscountedIsFourteenSeventeenths() throws {
    let solution = try OptimalSolution(ModelFixtures.model("frozenlake_4x4_slippery"), gamma: 1)
    #expect(abs(solution.startValue - 14.0 / 17) < 1e-14)
  }

  @Test(arguments: [0, 0.3, 0.9, 0.999, 1])
  func satisfiesTheOptimalityEquationAndItsBoundHolds(gamma: Double) throws {
    for seed in 1...30 as ClosedRange<UInt64> {
      let model = ModelFixtures.random(seed: seed, states: 40) { -$0.uniform() }
      let solution = try OptimalSolution(model, gamma: gamma)
      for state in 0..<model.stateCount where !model.isTerminal(state) {
        let best = model.pairs(of: state).reduce(-Double.infinity) { max($0, solution.actionValues[$1]) }
        #expect(abs(best - solution.values[state]) < 1e-12 * (1 + abs(best)), "seed \(seed), state \(state)")
      }
      #expect(solution.errorBound < 1e-9, "seed \(seed): \(solution.errorBound)")
      if seed > 3 { continue }
      let swept = try OptimalSolution(model, gamma: gamma, evaluator: PolicyEvaluator(model, operationLimit: 0))
      #expect(swept.errorBound < 1e-7)
      for state in 0..<model.stateCount {
        let difference = abs(swept.values[state] - solution.values[state])
        #expect(difference <= swept.errorBound + solution.errorBound, "seed \(seed), state \(state)")
      }
    }
  }

  /// Two states between which one moves for nothing; from the second one leaves for `exit`, from the first for `other`.
  private func idle(exit: Double, other: Double, bump: Double = -1) throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: 3, actions: 3)
    builder.addPair(state: 0, action: 0)
    builder.addOutcome(probability: 0.5, next: 0, reward: 0)
    builder.addOutcome(probability: 0.5, next: 1, reward: 0)
    builder.addPair(state: 0, action: 1)
    builder.addOutcome(probability: 1, next: 2, reward: other)
    builder.addPair(state: 0, action: 2)
    builder.addOutcome(probability: 1, next: 0, reward: bump)
    builder.addPair(state: 1, action: 0)
    builder.addOutcome(probability: 1, next: 0, reward: 0)
    builder.addPair(state: 1, action: 1)
    builder.addOutcome(probability: 1, next: 1, reward: exit, terminated: true)
    return try builder.build(initial: [.init(state: 0, probability: 1)])
  }

  @Test func zeroRewardLoopsAreSeenThrough() throws {
    let leave = try OptimalSolution(idle(exit: 4, other: 1), gamma: 1)
    #expect(leave.values == [4, 4, 0] && leave.pairs == [0, 4, -1])
    #expect(leave.actionValues == [4, 1, 3, 4, 4])
    #expect(leave.optimalActions(of: 1) == [0, 1])
    let near = try OptimalSolution(idle(exit: -4, other: 1), gamma: 1)
    #expect(near.values == [1, 1, 0] && near.pairs == [1, 3, -1])
    let stay = try OptimalSolution(idle(exit: -4, other: -1), gamma: 1)
    #expect(stay.values == [0, 0, 0] && stay.errorBound < 1e-12)
    #expect(stay.pairs == [0, 3, -1])
  }

  @Test(arguments: [0, 0.9, 1])
  func mixedRewardsWithEndsEverywhere(gamma: Double) throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      let model = ModelFixtures.random(seed: seed, states: 30, endsEverywhere: true)
      #expect(try OptimalSolution(model, gamma: gamma).errorBound < 1e-11)
    }
  }

  @Test func payingLoopsAreErrors() throws {
    #expect(throws: PlanningError.unbounded(state: 0, label: "0")) {
      try OptimalSolution(idle(exit: 4, other: 1, bump: 0.5), gamma: 1)
    }
    #expect(try OptimalSolution(idle(exit: 4, other: 1, bump: 0.5), gamma: 0.5).values[0] > 0)
    // +1 and −1 in turn: pays nothing on average, but not throughout.
    var builder = FiniteMDPBuilder(states: 2, actions: 2)
    for (state, reward) in [(0, 1.0), (1, -1)] {
      builder.addPair(state: state, action: 0)
      builder.addOutcome(probability: 1, next: 1 - state, reward: reward)
      builder.addPair(state: state, action: 1)
      builder.addOutcome(probability: 1, next: state, reward: -7, terminated: true)
    }
    let model = try builder.build(initial: [.init(state: 0, probability: 1)])
    #expect(throws: PlanningError.self) { try OptimalSolution(model, gamma: 1) }
  }

  @Test func hopelessStates() throws {
    // 0 → 1 (−1 for ever) or 0 → end for −5; 2 is a trap that nothing leads to.
    var builder = FiniteMDPBuilder(states: 4, actions: 2)
    builder.addPair(state: 0, action: 0)
    builder.addOutcome(probability: 1, next: 1, reward: 3)
    builder.addPair(state: 0, action: 1)
    builder.addOutcome(probability: 1, next: 3, reward: -5)
    for state in [1, 2] {
      builder.addPair(state: state, action: 0)
      builder.addOutcome(probability: 1, next: state, reward: -1)
    }
    let rows = builder
    let model = try rows.build(initial: [.init(state: 0, probability: 1)])
    let solution = try OptimalSolution(model, gamma: 1)
    #expect(solution.values == [-5, -Double.infinity, -Double.infinity, 0])
    #expect(solution.actionValues == [-Double.infinity, -5, -Double.infinity, -Double.infinity])
    #expect(solution.errorBound < 1e-12)
    let trapped = try builder.build(initial: [.init(state: 1, probability: 1)])
    #expect(throws: PlanningError.neverEnds(state: 1, label: "1")) { try OptimalSolution(trapped, gamma: 1) }
    let continuing = ModelFixtures.random(seed: 1, states: 10, ending: 0, terminal: 0)
    #expect(throws: PlanningError.continuing) { try OptimalSolution(continuing, gamma: 1) }
    let paying = ModelFixtures.random(seed: 1, states: 10, ending: 0, terminal: 0) { $0.uniform() }
    #expect(throws: PlanningError.continuing) { try OptimalSolution(paying, gamma: 1) }
  }
}
