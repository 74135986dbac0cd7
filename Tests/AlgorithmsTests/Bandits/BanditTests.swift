import Algorithms
import RLCore
import Testing

/// The bandit methods of Sutton & Barto, chapter 2.
@Suite struct BanditTests {
  private func pull(_ arm: Int, _ reward: Double) -> Transition {
    Transition(state: 0, action: arm, reward: reward, next: 0, terminated: true)
  }

  @Test func averagesByHand() throws {
    var learner = try make(EpsilonGreedyBandit.self, ["initial_value": .real(5)], on: SmallTasks.bandit())
    #expect(learner.update(pull(1, 1)) == -4)
    #expect(learner.q[0, 1] == 1)
    learner.update(pull(1, 2))
    learner.update(pull(1, 6))
    #expect(learner.q[0, 1] == 3 && learner.q[0, 0] == 5)
    var constant = try make(
      EpsilonGreedyBandit.self, ["initial_value": .real(5), "alpha": .real(0.25)], on: SmallTasks.bandit())
    constant.update(pull(1, 1))
    #expect(constant.q[0, 1] == 4)
  }

  @Test func replay() throws {
    let model = try SmallTasks.bandit()
    for recorded in Replay.shared.bandits {
      let pulls = zip(recorded.actions, recorded.rewards).map { pull($0, $1) }
      let want = recorded.final_estimates_or_preferences
      switch recorded.rule {
      case "sample_average", "constant_step_0.1_initial_5":
        let changes: [String: Setting] =
          recorded.rule == "sample_average" ? [:] : ["alpha": .real(0.1), "initial_value": .real(5)]
        var learner = try make(EpsilonGreedyBandit.self, changes, on: model)
        for pull in pulls { learner.update(pull) }
        for arm in 0..<4 { #expect(abs(learner.q[0, arm] - want[arm]) <= 1e-12) }
      case "ucb_c_2":
        var learner = try make(UpperConfidenceBound.self, ["c": .real(2)], on: model)
        var stream = RandomStream(seed: 0)
        for (time, pull) in pulls.enumerated() {
          // The recorded rule adds 1e-5 to the counts, which here changes no choice; ties are its own.
          if time >= 4 { #expect(learner.begin(in: 0, using: &stream) == pull.action) }
          learner.update(pull)
        }
        for arm in 0..<4 {
          #expect(abs(learner.q[0, arm] - want[arm]) <= 1e-12)
          #expect(Double(learner.pulls[arm]) == recorded.counts[arm])
        }
      default:
        let hasBaseline = recorded.rule == "gradient_0.1_baseline"
        #expect(hasBaseline || recorded.rule == "gradient_0.4_no_baseline")
        var learner = try make(
          GradientBandit.self, ["alpha": .real(hasBaseline ? 0.1 : 0.4), "baseline": .boolean(hasBaseline)], on: model)
        for (pull, probabilities) in zip(pulls, recorded.action_probabilities_before_each_step!) {
          for arm in 0..<4 { #expect(abs(learner.probability(state: 0, action: arm) - probabilities[arm]) <= 1e-12) }
          learner.update(pull)
        }
        for arm in 0..<4 { #expect(abs(learner.preferences[0, arm] - want[arm]) <= 1e-12) }
        #expect(abs(learner.meanReward - recorded.average_reward) <= 1e-12)
      }
    }
  }

  @Test func untriedArmsComeFirst() throws {
    var learner = try make(UpperConfidenceBound.self, ["c": .integer(0)], on: SmallTasks.bandit())
    var stream = RandomStream(seed: 1)
    var order: [Int] = []
    for _ in 0..<4 {
      let arm = learner.begin(in: 0, using: &stream)
      order.append(arm)
      learner.update(pull(arm, arm == 2 ? 1 : 0))
    }
    #expect(order.sorted() == [0, 1, 2, 3])
    for _ in 0..<20 { #expect(learner.begin(in: 0, using: &stream) == 2) }
  }

  /// Pulls of 4 and 2 with α 0.5: with the reward in the mean, advantages 0 and −1; without it, 4 and −2.
  @Test(arguments: [(true, 0.0, -1.0), (false, 4, -2)])
  func gradientBaselines(includesReward: Bool, first: Double, second: Double) throws {
    var learner = try make(
      GradientBandit.self,
      ["alpha": .real(0.5), "baseline_includes_reward": .boolean(includesReward)], on: SmallTasks.bandit())
    #expect(learner.update(pull(0, 4)) == first)
    #expect(learner.update(pull(1, 2)) == second)
    #expect(learner.meanReward == 3)
  }

  @Test func tasksWithManyStatesAreRefused() throws {
    let model = try SmallTasks.walk(3, leftReward: 0)
    #expect(throws: SettingProblem.self) { _ = try make(EpsilonGreedyBandit.self, on: model) }
    #expect(throws: SettingProblem.self) { _ = try make(UpperConfidenceBound.self, on: model) }
    #expect(throws: SettingProblem.self) { _ = try make(GradientBandit.self, on: model) }
  }

  /// The 10-armed testbed (Figures 2.2 to 2.5): share of optimal pulls and mean reward over pulls 101 to 500, 150 runs, against 2000
  /// runs (1500 of the gradient rules) of an independent implementation.
  @Test func testbed() throws {
    func shares<L: TabularLearner & ~Copyable>(
      _ type: L.Type, _ changes: [String: Setting], offset: Double = 0
    ) throws -> (optimal: [Double], reward: [Double]) {
      var optimal: [Double] = []
      var reward: [Double] = []
      for run in 0..<150 {
        let arms = GaussianArms(arms: 10, offset: offset)
        let settings = try Settings(defaultsOf: type, changes)
        var loop = EpisodeLoop(
          learner: try L(settings, context: LearnerContext(space: arms.space)), environment: Watched(arms),
          timeLimit: nil, clock: .steps, root: 7, seed: UInt64(run))
        loop.run(untilStep: 100, episode: .max)
        _ = loop.takeTally()
        let before = loop.environment.hits
        loop.run(untilStep: 500, episode: .max)
        optimal.append(Double(loop.environment.hits - before) / 400)
        reward.append(loop.tally.reward / 400)
      }
      return (optimal, reward)
    }
    let greedy = try shares(EpsilonGreedyBandit.self, ["epsilon": .integer(0)])
    expectAgreement(greedy.optimal, mean: 0.354645, error: 0.0106865)
    expectAgreement(greedy.reward, mean: 1.042, error: 0.0135946)
    let tenth = try shares(EpsilonGreedyBandit.self, ["epsilon": .real(0.1)])
    expectAgreement(tenth.optimal, mean: 0.682693, error: 0.00764737)
    let optimistic = try shares(
      EpsilonGreedyBandit.self, ["epsilon": .integer(0), "alpha": .real(0.1), "initial_value": .integer(5)])
    expectAgreement(optimistic.optimal, mean: 0.683121, error: 0.00499124)
    let bound = try shares(UpperConfidenceBound.self, ["c": .integer(2)])
    expectAgreement(bound.optimal, mean: 0.727764, error: 0.00464583)
    expectAgreement(bound.reward, mean: 1.37816, error: 0.0139658)
    let gradient = try shares(GradientBandit.self, ["alpha": .real(0.1)], offset: 4)
    expectAgreement(gradient.optimal, mean: 0.734735, error: 0.00831731)
    let plain = try shares(GradientBandit.self, ["alpha": .real(0.4), "baseline": .boolean(false)], offset: 4)
    expectAgreement(plain.optimal, mean: 0.28089, error: 0.0112172)
  }
}

/// Counts the pulls of the best arm.
private struct Watched: TabularEnvironment {
  var arms: GaussianArms
  var hits = 0
  var best = 0

  init(_ arms: GaussianArms) { self.arms = arms }

  var space: ActionSpace { arms.space }

  mutating func prepare(using stream: inout RandomStream) {
    arms.prepare(using: &stream)
    best = arms.best
  }

  mutating func reset(using stream: inout RandomStream) -> Int { 0 }

  mutating func resetAnywhere(using stream: inout RandomStream) -> Int { 0 }

  mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
    if action == best { hits += 1 }
    return arms.step(action, using: &stream)
  }

  func save(to writer: inout StateWriter) { arms.save(to: &writer) }

  mutating func restore(from reader: inout StateReader) throws(StateError) { try arms.restore(from: &reader) }
}
