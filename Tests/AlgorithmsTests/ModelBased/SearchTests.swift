import Algorithms
import Environments
import RLCore
import Testing

/// Methods that look ahead in a known model while they act.
@Suite struct SearchTests {
  private func learn<L: TabularLearner & ~Copyable>(
    _ type: L.Type, _ model: FiniteMDP, _ changes: [String: Setting], episodes: Int, timeLimit: Int? = nil
  ) throws -> (report: LearnerReport, returns: Double, steps: Int) {
    let simulation = FiniteSimulation(model)
    var loop = EpisodeLoop(
      learner: try L(
        Settings(defaultsOf: L.self, changes), context: LearnerContext(space: simulation.space, model: model)),
      environment: simulation, timeLimit: timeLimit, clock: .episodes, root: 0, seed: 0)
    loop.run(untilStep: .max, episode: episodes)
    var report = LearnerReport()
    loop.learner.report(into: &report)
    return (report, loop.tally.returns / Double(episodes), loop.step)
  }

  /// From values above V* the start's value becomes exact, and states that no good policy meets stay as they were.
  @Test func realTimeProgrammingSolvesWhatItMeets() throws {
    let model = try CliffWalking.task(Settings(defaultsOf: CliffWalking.self)).model
    let (report, _, _) = try learn(RealTimeDynamicProgramming.self, model, [:], episodes: 300)
    #expect(report.stateValues[36] == -13 && report.stateValues[24] == -12)
    var evaluator = PolicyEvaluator(model)
    var policy = [Double](repeating: 0, count: model.pairCount)
    for state in 0..<48 {
      for (action, pair) in model.pairs(of: state).enumerated() {
        policy[pair] = report.targetPolicy[state * 4 + action]
      }
    }
    #expect(evaluator.startValue(of: StationaryPolicy(unchecked: policy), gamma: 1).value == -13)
    let optimal = try OptimalSolution(model, gamma: 1).values
    for state in 0..<48 where !model.isTerminal(state) { #expect(report.stateValues[state] >= optimal[state] - 1e-9) }
  }

  @Test func realTimeProgrammingByHand() throws {
    let model = try SmallTasks.walk(3, leftReward: -1)
    var learner = try RealTimeDynamicProgramming(
      Settings(defaultsOf: RealTimeDynamicProgramming.self, ["gamma": .real(0.5)]),
      context: LearnerContext(space: ActionSpace(model), model: model))
    #expect(learner.backUp(2) == 1 && learner.backUp(1) == 0.5 && learner.backUp(1) == 0)
  }

  /// Enough simulations find the way across a small frozen lake that is not slippery; and the better of two arms.
  @Test func treeSearchFindsTheGoal() throws {
    let lake = try FrozenLake.task(Settings(defaultsOf: FrozenLake.self, ["is_slippery": .boolean(false)])).model
    let found = try learn(
      MonteCarloTreeSearch.self, lake, ["simulations": .integer(600), "gamma": .real(0.95), "depth": .integer(40)],
      episodes: 2, timeLimit: 30)
    #expect(found.returns == 1)
    let arms = try SmallTasks.bandit([-3, 3])
    let chosen = try learn(MonteCarloTreeSearch.self, arms, ["simulations": .integer(60)], episodes: 20)
    #expect(chosen.report.targetPolicy == [0, 1])
  }

  /// One simulation from each action of the walk's middle state, depth 1: estimates are the rewards.
  @Test func estimatesAreMeanReturns() throws {
    let model = try SmallTasks.walk(1, leftReward: -1)
    let (report, _, _) = try learn(
      MonteCarloTreeSearch.self, model, ["simulations": .integer(10), "c": .integer(0)], episodes: 1)
    #expect(report.actionValues == [-1, 1])
  }

  @Test func aModelIsNeeded() {
    let context = LearnerContext(space: ActionSpace(states: 2, actions: 2))
    #expect(throws: SettingProblem.self) {
      _ = try MonteCarloTreeSearch(Settings(defaultsOf: MonteCarloTreeSearch.self), context: context)
    }
    #expect(throws: SettingProblem.self) {
      _ = try RealTimeDynamicProgramming(Settings(defaultsOf: RealTimeDynamicProgramming.self), context: context)
    }
  }
}
