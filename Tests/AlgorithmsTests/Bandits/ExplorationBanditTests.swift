import Algorithms
import RLCore
import Testing

/// Bandit methods with guarantees: indices, posteriors, exponential weights, best-arm identification.
@Suite struct ExplorationBanditTests {
  private func pull(_ arm: Int, _ reward: Double) -> Transition {
    Transition(state: 0, action: arm, reward: reward, next: 0, terminated: true)
  }

  /// Pulls with fixed rewards an arm: the arm that a method of indices then chooses, by the formula.
  @Test func indicesByHand() throws {
    let model = try SmallTasks.bandit([0, 0, 0])
    var stream = RandomStream(seed: 0)
    let history = [(0, 0.5), (1, 0.25), (2, 0.75), (2, 0.25), (2, 0.5), (0, 0.75), (1, 0.5)]
    func chosen<L: TabularLearner & ~Copyable>(_ type: L.Type, _ changes: [String: Setting]) throws -> [Double] {
      var learner = try make(type, changes, on: model)
      for (arm, reward) in history { _ = learner.learn(from: pull(arm, reward), using: &stream) }
      var report = LearnerReport()
      learner.report(into: &report)
      return report.behaviorPolicy
    }
    // Means 0.625, 0.375, 0.5 of 2, 2, 3 pulls; ln 7 = 1.9459.
    // UCB1: 0.625 + √(2 · 1.9459 / 2) = 2.02 is the greatest.
    #expect(try chosen(UCB1.self, [:]) == [1, 0, 0])
    // MOSS with T = 9: max(0, ln(9 / (3 · 2))) = 0.405: 0.625 + √(0.405 / 2); the third has nothing left: ln(9 / 9) = 0.
    #expect(try chosen(MOSS.self, ["horizon": .integer(9)]) == [1, 0, 0])
    #expect(try chosen(KLUCB.self, [:]) == [1, 0, 0])
    // With little width left, Gaussian KL-UCB goes by the means; with much, by the fewest pulls and then the mean.
    #expect(try chosen(KLUCB.self, ["law": .text("gaussian"), "reward_std": .real(0.01)]) == [1, 0, 0])
  }

  @Test func untriedArmsComeFirst() throws {
    func order<L: TabularLearner & ~Copyable>(_ type: L.Type, _ changes: [String: Setting] = [:]) throws -> [Int] {
      var learner = try make(type, changes, on: SmallTasks.bandit())
      var stream = RandomStream(seed: 3)
      return (0..<4).map { _ in
        let arm = learner.begin(in: 0, using: &stream)
        _ = learner.learn(from: pull(arm, 0.5), using: &stream)
        return arm
      }.sorted()
    }
    #expect(try order(UCB1.self) == [0, 1, 2, 3])
    #expect(try order(KLUCB.self) == [0, 1, 2, 3])
    #expect(try order(MOSS.self) == [0, 1, 2, 3])
  }

  @Test func posteriorsByHand() throws {
    var normal = try make(
      ThompsonSampling.self, ["prior_mean": .integer(1), "prior_std": .integer(2), "reward_std": .real(0.5)],
      on: SmallTasks.bandit())
    var stream = RandomStream(seed: 0)
    for reward in [3.0, 5] { normal.update(pull(1, reward), using: &stream) }
    // Precisions 1/4 and 4: (0.25 · 1 + 4 · 8) / 8.25.
    #expect(abs(normal.posterior(1).0 - 32.25 / 8.25) < 1e-12)
    #expect(abs(normal.posterior(1).1 - (1 / 8.25).squareRoot()) < 1e-12)
    #expect(normal.posterior(0) == (1, 2))
    var beta = try make(ThompsonSampling.self, ["posterior": .text("beta")], on: SmallTasks.bandit())
    for reward in [1.0, 0, 1, 1, -3, 7] { beta.update(pull(2, reward), using: &stream) }
    #expect(abs(beta.posterior(2).0 - 5) < 1e-12 && abs(beta.posterior(2).1 - 3) < 1e-12)
  }

  /// Two arms with posteriors N(0, 1/(1 + n)): the chance of the better one is Φ(difference / √(sum of variances)).
  @Test func probabilityMatching() throws {
    var learner = try make(ThompsonSampling.self, on: SmallTasks.bandit([0, 0]))
    var stream = RandomStream(seed: 9)
    for _ in 0..<3 { learner.update(pull(0, 1), using: &stream) }
    for _ in 0..<8 { learner.update(pull(1, 1), using: &stream) }
    // Means 3/4 and 8/9, variances 1/4 and 1/9: Φ(−0.13889 / 0.60093) = 0.40861.
    var zeros = 0
    for _ in 0..<20_000 { zeros += learner.begin(in: 0, using: &stream) == 0 ? 1 : 0 }
    // Standard deviation √(20000 · 0.41 · 0.59) = 69.6.
    #expect(abs(Double(zeros) - 20_000 * 0.40861) < 4 * 69.6)
  }

  @Test func exponentialWeightsByHand() throws {
    var learner = try make(
      Exp3.self, ["exploration": .real(0.5), "low": .integer(-1), "high": .integer(3)], on: SmallTasks.bandit([0, 0]))
    #expect(learner.probability(state: 0, action: 0) == 0.5)
    // x = (1 + 1) / 4; w₀ = exp(0.5 · 0.5 / (2 · 0.5)) = e^0.25.
    learner.update(pull(0, 1))
    let share = 1.2840254166877414 / 2.2840254166877414
    #expect(abs(learner.probability(state: 0, action: 0) - (0.5 * share + 0.25)) < 1e-12)
    learner.update(pull(1, -5))
    #expect(abs(learner.probability(state: 0, action: 0) - (0.5 * share + 0.25)) < 1e-12)
    #expect(throws: SettingProblem.self) {
      _ = try make(Exp3.self, ["low": .integer(2)], on: SmallTasks.bandit())
    }
  }

  @Test func boltzmannByHand() throws {
    var learner = try make(Boltzmann.self, ["temperature": .real(0.5)], on: SmallTasks.bandit([0, 0]))
    learner.update(pull(0, 1))
    learner.update(pull(0, 0))
    var report = LearnerReport()
    learner.report(into: &report)
    // exp(0.5 / 0.5) : 1
    #expect(abs(report.behaviorPolicy[0] - 2.718281828459045 / 3.718281828459045) < 1e-12)
  }

  @Test func commitsToTheBest() throws {
    var learner = try make(ExploreThenCommit.self, ["m": .integer(2)], on: SmallTasks.bandit([0, 0, 0]))
    var stream = RandomStream(seed: 0)
    var order: [Int] = []
    for k in 0..<10 {
      let arm = learner.begin(in: 0, using: &stream)
      order.append(arm)
      // The second arm is best before the choice, and pays nothing after it.
      _ = learner.learn(from: pull(arm, k < 6 && arm == 1 ? 1 : 0), using: &stream)
    }
    #expect(order == [0, 1, 2, 0, 1, 2, 1, 1, 1, 1])
  }

  @Test func rejectsByTheSchedule() throws {
    var learner = try make(SuccessiveRejects.self, ["horizon": .integer(40)], on: SmallTasks.bandit())
    // K = 4: L = 1/2 + 1/2 + 1/3 + 1/4 = 19/12; 36 / L = 22.7; n = ⌈22.7/4⌉, ⌈22.7/3⌉, ⌈22.7/2⌉.
    #expect(learner.schedule == [6, 8, 12])
    var stream = RandomStream(seed: 0)
    var pulls = [0, 0, 0, 0]
    for k in 0..<60 {
      let arm = learner.begin(in: 0, using: &stream)
      pulls[arm] += 1
      _ = learner.learn(from: pull(arm, [0.2, 0.9, 0.1, 0.5][arm]), using: &stream)
      if k == 37 { #expect(pulls == [8, 12, 6, 12]) }
    }
    #expect(learner.remaining == [1] && pulls == [8, 34, 6, 12])
    #expect(throws: SettingProblem.self) {
      _ = try make(SuccessiveRejects.self, ["horizon": .integer(3)], on: SmallTasks.bandit())
    }
  }

  /// On a bandit with a clear winner every method finds it: the best arm has most of the last 500 of 1500 pulls.
  @Test func findTheBestArm() throws {
    func share<L: TabularLearner & ~Copyable>(_ type: L.Type, _ changes: [String: Setting] = [:]) throws -> Double {
      let settings = try Settings(defaultsOf: type, changes)
      let arms = BernoulliArms(means: [0.2, 0.3, 0.8, 0.4])
      var loop = EpisodeLoop(
        learner: try L(settings, context: LearnerContext(space: arms.space)), environment: arms, timeLimit: nil,
        clock: .steps, root: 1, seed: 4)
      loop.run(untilStep: 1000, episode: .max)
      let before = loop.environment.pulls[2]
      loop.run(untilStep: 1500, episode: .max)
      return Double(loop.environment.pulls[2] - before) / 500
    }
    #expect(try share(ThompsonSampling.self, ["posterior": .text("beta")]) > 0.9)
    #expect(try share(ThompsonSampling.self, ["reward_std": .real(0.5)]) > 0.9)
    #expect(try share(KLUCB.self) > 0.9)
    #expect(try share(MOSS.self) > 0.9)
    #expect(try share(UCB1.self) > 0.7)
    #expect(try share(Exp3.self) > 0.7)
    #expect(try share(Boltzmann.self, ["temperature": .real(0.1)]) > 0.8)
    #expect(try share(ExploreThenCommit.self, ["m": .integer(50)]) == 1)
    #expect(try share(SuccessiveRejects.self, ["horizon": .integer(1000)]) == 1)
  }
}

private struct BernoulliArms: TabularEnvironment {
  let means: [Double]
  var pulls: [Int]

  init(means: [Double]) {
    self.means = means
    pulls = means.map { _ in 0 }
  }

  var space: ActionSpace { ActionSpace(states: 1, actions: means.count) }

  mutating func reset(using stream: inout RandomStream) -> Int { 0 }

  mutating func resetAnywhere(using stream: inout RandomStream) -> Int { 0 }

  mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
    pulls[action] += 1
    return Outcome(observation: 0, reward: stream.uniform() < means[action] ? 1 : 0, terminated: true)
  }

  func save(to writer: inout StateWriter) { writer.write(pulls) }

  mutating func restore(from reader: inout StateReader) throws(StateError) { pulls = try reader.list(of: 0) }
}

/// Gamma, beta and Dirichlet numbers by their moments: 4 standard errors of a mean of 20,000.
@Suite struct GammaSamplingTests {
  @Test(arguments: [0.3, 1, 2.5, 40]) func gammaMoments(shape: Double) {
    var stream = RandomStream(seed: 5)
    let sample = (0..<20_000).map { _ in stream.gamma(shape: shape) }
    expectAgreement(sample, mean: shape, error: 0)
    expectAgreement(sample.map { ($0 - shape) * ($0 - shape) }, mean: shape, error: 0)
    #expect(sample.allSatisfy { $0 >= 0 && $0.isFinite })
  }

  @Test func betaMoments() {
    var stream = RandomStream(seed: 6)
    let sample = (0..<20_000).map { _ in stream.beta(2, 3) }
    expectAgreement(sample, mean: 0.4, error: 0)
    expectAgreement(sample.map { ($0 - 0.4) * ($0 - 0.4) }, mean: 0.04, error: 0)
  }

  @Test func dirichletMoments() {
    var stream = RandomStream(seed: 7)
    var firsts: [Double] = []
    for _ in 0..<20_000 {
      var weights = [1.0, 2, 5]
      weights.withUnsafeMutableBufferPointer { stream.dirichlet($0) }
      #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
      firsts.append(weights[0])
    }
    expectAgreement(firsts, mean: 0.125, error: 0)
  }
}
