import RLCore
import Testing

/// The best ε-soft policy, and what regret is counted against.
@Suite struct YardstickTests {
  /// The cliff of Sutton & Barto, Example 6.6: −20.7077 and −15.4408 by an independent solver; epsilon-greedy around Q*, ties split,
  /// −50.8000 and −16.1052.
  @Test(arguments: [(0.1, -20.7076773987, -50.8000476668), (0.01, -15.4408106599, -16.1051648376)])
  func theCliff(epsilon: Double, best: Double, greedy: Double) throws {
    let model = try ModelFixtures.model("cliffwalking")
    var evaluator = PolicyEvaluator(model)
    let optimum = try OptimalSolution(model, gamma: 1)
    let soft = EpsilonSoftOptimum(epsilon: epsilon, gamma: 1, evaluator: &evaluator, from: optimum.pairs)
    #expect(abs(soft.startValue - best) < 1e-8)
    let around = StationaryPolicy(greedyIn: optimum.actionValues, epsilon: epsilon, tieTolerance: 1e-9, of: model)
    #expect(abs(evaluator.startValue(of: around, gamma: 1).value - greedy) < 1e-8)
    // From wherever it begins.
    #expect(abs(EpsilonSoftOptimum(epsilon: epsilon, gamma: 1, evaluator: &evaluator).startValue - best) < 1e-8)
  }

  /// With ε = 0 it is the optimum, with ε = 1 the uniform policy; in between, the optimum of the task in which every action is
  /// exchanged for a random one with probability ε.
  @Test(arguments: ["frozenlake_4x4_slippery", "taxi", "blackjack_sab"], [0.9, 1])
  func itsEndsAreKnown(name: String, gamma: Double) throws {
    let model = try ModelFixtures.model(name)
    var evaluator = PolicyEvaluator(model)
    func soft(_ epsilon: Double) -> EpsilonSoftOptimum {
      EpsilonSoftOptimum(epsilon: epsilon, gamma: gamma, evaluator: &evaluator)
    }
    let optimum = try OptimalSolution(model, gamma: gamma).startValue
    let uniform = evaluator.startValue(of: StationaryPolicy(uniformOver: model), gamma: gamma).value
    // Undiscounted, the first action of every state may never end: only policies that end are compared.
    if gamma < 1 { #expect(abs(soft(0).startValue - optimum) < 1e-9 * abs(optimum)) }
    #expect(abs(soft(1).startValue - uniform) < 1e-9 * abs(uniform))
    var builder = FiniteMDPBuilder(states: model.stateCount, actions: model.actionCount)
    for state in 0..<model.stateCount {
      let pairs = model.pairs(of: state)
      for pair in pairs {
        builder.addPair(state: state, action: Int(model.pairActions[pair]))
        for other in pairs {
          let share = 0.3 / Double(pairs.count) + (other == pair ? 0.7 : 0)
          for k in model.outcomes(of: other) {
            let outcome = model.outcome(k)
            builder.addOutcome(
              probability: share * outcome.probability, next: outcome.next, reward: outcome.reward,
              terminated: outcome.terminated)
          }
        }
      }
    }
    let exchanged = try OptimalSolution(try builder.build(initial: model.initial), gamma: gamma).startValue
    #expect(abs(soft(0.3).startValue - exchanged) < 1e-9 * abs(exchanged))
  }

  /// The best within h steps, by an independent program: FrozenLake 4×4 within 100 steps .7442, and 14/17 without a limit.
  @Test func withinALimit() throws {
    var lake = PolicyEvaluator(try ModelFixtures.model("frozenlake_4x4_slippery"))
    guard case .episode(let limited)? = RegretBaseline(&lake, timeLimit: 100, optimum: { nil }) else {
      Issue.record("no baseline")
      return
    }
    #expect(abs(limited - 0.7442) < 5e-5)
    #expect(RegretBaseline(&lake, timeLimit: nil, optimum: { 14.0 / 17 }) == .episode(14.0 / 17))
    #expect(RegretBaseline(&lake, timeLimit: nil, optimum: { -.infinity }) == nil)
    // Too many sweeps: what there is without a limit, if anything.
    #expect(RegretBaseline(&lake, timeLimit: 1_000_000, optimum: { nil }, work: 1000) == nil)
    #expect(RegretBaseline(&lake, timeLimit: 1_000_000, optimum: { 14.0 / 17 }, work: 1000) == .episode(14.0 / 17))
    // Two steps cannot reach the goal.
    #expect(RegretBaseline(&lake, timeLimit: 2, optimum: { nil }) == .episode(0))
  }

  /// A clock of two states that earns 0 and 1 in turn, which plain value iteration never settles on, with a way to earn .25 for ever.
  @Test func averageRewards() throws {
    var builder = FiniteMDPBuilder(states: 2, actions: 2)
    builder.addPair(state: 0, action: 0)
    builder.addOutcome(probability: 1, next: 1, reward: 0)
    builder.addPair(state: 0, action: 1)
    builder.addOutcome(probability: 1, next: 0, reward: 0.25)
    builder.addPair(state: 1, action: 0)
    builder.addOutcome(probability: 1, next: 0, reward: 1)
    let clock = try builder.build(initial: [.init(state: 0, probability: 1)])
    var evaluator = PolicyEvaluator(clock)
    guard case .step(let gain)? = RegretBaseline(&evaluator, timeLimit: nil, optimum: { nil }) else {
      Issue.record("no baseline")
      return
    }
    #expect(abs(gain - 0.5) <= 1e-10)
    #expect(RegretBaseline(&evaluator, timeLimit: 5, optimum: { nil }) == .episode(2.25))
    #expect(RegretBaseline(&evaluator, timeLimit: .max, optimum: { nil }) == nil)
  }

  /// Two islands that pay differently: what counts is the one where it begins.
  @Test(arguments: [0, 1]) func islands(start: Int) throws {
    var builder = FiniteMDPBuilder(states: 2, actions: 1)
    for state in 0..<2 {
      builder.addPair(state: state, action: 0)
      builder.addOutcome(probability: 1, next: state, reward: Double(state))
    }
    var islands = PolicyEvaluator(try builder.build(initial: [.init(state: start, probability: 1)]))
    guard case .step(let gain)? = RegretBaseline(&islands, timeLimit: nil, optimum: { nil }) else {
      Issue.record("no baseline")
      return
    }
    #expect(abs(gain - Double(start)) < 1e-10)
    #expect(RegretBaseline(&islands, timeLimit: nil, optimum: { nil }, work: -1) == nil)
  }
}
