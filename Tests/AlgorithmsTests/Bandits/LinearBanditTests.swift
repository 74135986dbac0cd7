import Algorithms
import Environments
import RLCore
import Testing

@Suite struct LinearBanditTests {
  /// Contexts of one number: A = 1 + 4, b = 6, so θ = 1.2 and xᵀA⁻¹x = 4 / 5 in the context 2.
  @Test func regressionByHand() throws {
    let table = FeatureTable(rows: 1, features: 1, active: 1, isFixed: false)
    table.row(0).values[0] = 2
    let context = LearnerContext(space: ActionSpace(states: 1, actions: 2), features: table)
    var rule = try LinUCB(Settings(defaultsOf: LinUCB.self, ["c": .integer(0)]), context: context)
    var stream = RandomStream(seed: 1)
    _ = rule.learn(
      from: Transition(state: 0, action: 1, reward: 3, next: 0, terminated: true), using: &stream)
    var report = LearnerReport()
    rule.report(into: &report)
    #expect(report.actionValues[0] == 0 && abs(report.actionValues[1] - 2.4) < 1e-12)
    #expect(report.targetPolicy == [0, 1])
    // Greedy where c is 0; with c = 10 the untried arm's 10 · 2 beats 2.4 + 10 · √0.8.
    #expect(rule.begin(in: 0, using: &stream) == 1)
    var bold = try LinUCB(Settings(defaultsOf: LinUCB.self, ["c": .integer(10)]), context: context)
    _ = bold.learn(from: Transition(state: 0, action: 1, reward: 3, next: 0, terminated: true), using: &stream)
    #expect(bold.begin(in: 0, using: &stream) == 0)
  }

  /// Draws of θᵀx have the mean and the variance of the posterior: four standard errors of 4000 draws.
  @Test func drawsFollowThePosterior() throws {
    let table = FeatureTable(rows: 1, features: 2, active: 2, isFixed: false)
    let row = table.row(0)
    row.places[1] = 1
    let context = LearnerContext(space: ActionSpace(states: 1, actions: 2), features: table)
    var rule = try LinThompson(Settings(defaultsOf: LinThompson.self), context: context)
    var stream = RandomStream(seed: 9)
    for (x, y, reward) in [(1.0, 0.5, 2.0), (0.0, 1.0, -1.0), (1.0, 1.0, 0.5)] {
      (row.values[0], row.values[1]) = (x, y)
      _ = rule.learn(from: Transition(state: 0, action: 0, reward: reward, next: 0, terminated: true), using: &stream)
    }
    // A = I + Σ x xᵀ = [[3, 1.5], [1.5, 3.25]], b = (2.5, 0.5); in the context (1, −1) the mean is θ₁ − θ₂, the variance (3 + 3.25 + 3) / det.
    (row.values[0], row.values[1]) = (1, -1)
    let determinant = 3 * 3.25 - 1.5 * 1.5
    let mean = ((3.25 * 2.5 - 1.5 * 0.5) - (3 * 0.5 - 1.5 * 2.5)) / determinant
    let variance = 9.25 / determinant
    // Arm 1 was never pulled: its draw is N(0, 2). Arm 0 is chosen with the probability that it draws more.
    let count = 4000
    var chosen = 0
    for _ in 0..<count where rule.begin(in: 0, using: &stream) == 0 { chosen += 1 }
    // P(N(mean, variance + 2) > 0) by a fine sum over the density.
    let deviation = (variance + 2).squareRoot()
    var probability = 0.0
    for k in 0..<200_000 {
      let z = (Double(k) + 0.5) * 1e-4
      probability += density((z - mean) / deviation) / deviation * 1e-4
    }
    let error = (probability * (1 - probability) / Double(count)).squareRoot()
    #expect(abs(Double(chosen) / Double(count) - probability) < 4 * error)
  }

  private func density(_ z: Double) -> Double {
    // exp(−z²/2) by its continued product, so that no mathematics library is needed: (1 − x/2ⁿ)^(2ⁿ).
    var value = 1 - z * z / 2 / 1_048_576
    for _ in 0..<20 { value *= value }
    return abs(z) > 30 ? 0 : value / 2.506_628_274_631_000_5
  }

  /// On a bandit with contexts the linear rules find the best arms, and those without contexts cannot.
  @Test func contextsHelp() throws {
    func regret<L: TabularLearner & ~Copyable>(_ type: L.Type, _ changes: [String: Setting] = [:]) throws -> Double {
      let bandit = try ContextualBandit(Settings(defaultsOf: ContextualBandit.self))
      let table = FeatureTable(rows: 1, features: 5, active: 5, isFixed: false)
      let context = LearnerContext(space: bandit.space, features: table)
      var loop = EpisodeLoop(
        learner: try L(Settings(defaultsOf: L.self, changes), context: context),
        environment: bandit.showing(in: table), timeLimit: nil, clock: .steps, root: 0, seed: 4)
      loop.run(untilStep: 1500, episode: .max)
      return loop.environment.takeStatistics().regret
    }
    let plain = try regret(EpsilonGreedyBandit.self)
    #expect(try regret(LinUCB.self) < plain / 3)
    #expect(try regret(LinThompson.self, ["posterior_scale": .real(0.5)]) < plain / 3)
  }
}
