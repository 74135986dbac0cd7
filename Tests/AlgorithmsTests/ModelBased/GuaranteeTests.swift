import Algorithms
import Environments
import RLCore
import Testing

/// R-max, UCB-VI, UCB-H, posterior sampling.
@Suite struct GuaranteeTests {
  private func step(_ state: Int, _ action: Int, _ reward: Double, _ next: Int, end: Bool = false) -> Transition {
    Transition(state: state, action: action, reward: reward, next: next, terminated: end)
  }

  @Test func rMaxByHand() throws {
    var learner = try make(
      RMax.self, ["m": .integer(2), "gamma": .real(0.5), "r_max": .integer(3), "tolerance": .real(1e-13)],
      on: SmallTasks.walk(3, leftReward: 0))
    #expect(learner.q[0, 0] == 6)
    let isKnown = learner.update(step(0, 1, 1, 1))
    #expect(!isKnown)
    #expect(learner.q[0, 1] == 6)
    // Known: mean reward 2, next state 1 once, the end once. State 1 is still worth 6.
    let isKnownNow = learner.update(step(0, 1, 3, 0, end: true))
    #expect(isKnownNow)
    #expect(abs(learner.q[0, 1] - (2 + 0.5 * 0.5 * 6)) < 1e-12)
    // What is known is frozen.
    learner.update(step(0, 1, 100, 1))
    #expect(abs(learner.q[0, 1] - 3.5) < 1e-12)
    // A loop: Q = 1 + 0.5 max(Q, 6), as long as the other action is unknown.
    learner.update(step(1, 0, 1, 1))
    learner.update(step(1, 0, 1, 1))
    #expect(abs(learner.q[1, 0] - 4) < 1e-12)
    learner.update(step(1, 1, 0, 1))
    learner.update(step(1, 1, 0, 1))
    #expect(abs(learner.q[1, 0] - 2) < 1e-12 && abs(learner.q[1, 1] - 1) < 1e-12)
    #expect(abs(learner.q[0, 1] - (2 + 0.25 * 2)) < 1e-12)
  }

  @Test func optimismComesFromTheModel() throws {
    let model = try SmallTasks.walk(3, leftReward: -2)
    #expect(try make(RMax.self, ["gamma": .real(0.9)], on: model).q[0, 0] == 1 / (1 - 0.9))
    let settings = try Settings(defaultsOf: RMax.self)
    #expect(throws: SettingProblem.self) {
      _ = try RMax(settings, context: LearnerContext(space: ActionSpace(states: 2, actions: 2)))
    }
    #expect(throws: SettingProblem.self) {
      _ = try make(UCBVI.self, ["r_max": .integer(0), "r_min": .integer(1)], on: model)
    }
    #expect(throws: SettingProblem.self) {
      _ = try PosteriorSampling(
        Settings(defaultsOf: PosteriorSampling.self),
        context: LearnerContext(space: ActionSpace(states: 2000, actions: 2)))
    }
  }

  @Test func hoeffdingByHand() throws {
    var learner = try make(
      UCBHoeffding.self,
      ["horizon": .integer(3), "c": .real(0.5), "r_max": .integer(2), "r_min": .integer(0), "delta": .real(0.1)],
      on: SmallTasks.walk(3, leftReward: 0))
    #expect(learner.value(step: 0, state: 0, action: 0) == 6 && learner.value(step: 2, state: 0, action: 0) == 2)
    // First update: α = 1; V at step 2 is 2 in state 1; bonus 0.5 · 2 · √27 √ln(3 · 2 · 1 / 0.1).
    #expect(learner.update(step(0, 1, 1, 1), step: 1) == 1)
    let first = 1 + 2 + 27.0.squareRoot() * 4.0943445622221.squareRoot()
    #expect(abs(learner.value(step: 1, state: 0, action: 1) - first) < 1e-9)
    // Second: α = 4/5, ln(3 · 2 · 2 / 0.1) = 4.787491742782, over 2; the end is worth 0.
    #expect(learner.update(step(0, 1, 1, 1, end: true), step: 1) == 0.8)
    let second = 0.2 * first + 0.8 * (1 + 27.0.squareRoot() * (4.787491742782 / 2).squareRoot())
    #expect(abs(learner.value(step: 1, state: 0, action: 1) - second) < 1e-9)
    #expect(learner.value(step: 0, state: 0, action: 1) == 6)
  }

  @Test func valueIterationByHand() throws {
    var learner = try make(
      UCBVI.self,
      ["horizon": .integer(2), "c": .integer(0), "r_max": .integer(4), "r_min": .integer(0)],
      on: SmallTasks.walk(3, leftReward: 0))
    learner.observe(step(0, 0, 1, 1))
    learner.observe(step(0, 0, 3, 0, end: true))
    learner.observe(step(0, 1, 0, 0))
    learner.plan()
    // Last step: the mean reward. First: 2 + half of the 4 that state 1 may still be worth; 0 + max(2, 0).
    #expect(learner.value(step: 1, state: 0, action: 0) == 2 && learner.value(step: 1, state: 0, action: 1) == 0)
    #expect(learner.value(step: 0, state: 0, action: 0) == 4 && learner.value(step: 0, state: 0, action: 1) == 2)
    #expect(learner.value(step: 0, state: 1, action: 0) == 8)
    // A bonus lifts them, up to the bound.
    var optimistic = try make(
      UCBVI.self,
      ["horizon": .integer(2), "c": .integer(9), "r_max": .integer(4), "r_min": .integer(0)],
      on: SmallTasks.walk(3, leftReward: 0))
    optimistic.observe(step(0, 1, 0, 0))
    optimistic.plan()
    #expect(optimistic.value(step: 1, state: 0, action: 1) == 4 && optimistic.value(step: 0, state: 0, action: 1) == 8)
  }

  /// In a task without chance, with much experience and a weak prior, the models drawn have nearly the values of the true one.
  @Test func posteriorConcentrates() throws {
    let model = try SmallTasks.walk(5, leftReward: -1)
    var learner = try make(
      PosteriorSampling.self,
      ["gamma": .real(0.5), "prior": .real(0.001), "reward_std": .real(0.1), "prior_std": .integer(10)], on: model)
    var stream = RandomStream(seed: 2)
    for state in 0..<5 {
      for action in 0..<2 {
        let next = state + (action == 1 ? 1 : -1)
        let isEnd = next < 0 || next > 4
        let t = Transition(
          state: state, action: action, reward: next < 0 ? -1 : next > 4 ? 1 : 0, next: isEnd ? state : next,
          terminated: isEnd, truncated: !isEnd)
        for _ in 0..<400 { _ = learner.learn(from: t, using: &stream) }
      }
    }
    learner.draw(using: &stream)
    // Rewards are drawn with the deviation 0.1 / √400 = 0.005, and add up to at most 1 / (1 − γ) of it along a path.
    for state in 0..<5 { #expect(abs(learner.q[state, 1] - power(0.5, 4 - state)) < 5 * 0.005 * 2) }
    #expect(abs(learner.q[0, 0] + 1) < 5 * 0.005 * 2)
  }

  /// With γ as near to 1 as it may be, solutions are exact and come at once.
  @Test func nearlyUndiscounted() throws {
    let gamma = 0.9999999
    let model = try SmallTasks.walk(5, leftReward: 0)
    var learner = try make(RMax.self, ["m": .integer(1), "gamma": .real(gamma)], on: model)
    for state in 0..<5 {
      for action in 0..<2 {
        let next = state + (action == 1 ? 1 : -1)
        let isEnd = next < 0 || next > 4
        learner.update(step(state, action, next > 4 ? 1 : 0, isEnd ? state : next, end: isEnd))
      }
    }
    for state in 0..<5 { #expect(abs(learner.q[state, 1] - power(gamma, 4 - state)) < 1e-12) }
    var drawing = try make(
      PosteriorSampling.self, ["gamma": .real(gamma), "prior_std": .real(1e-3), "reward_std": .real(1e-3)], on: model)
    var stream = RandomStream(seed: 1)
    drawing.draw(using: &stream)
    // Any policy ends within some steps of what the prior draws, or pays 1e-3 a step at most.
    for state in 0..<5 { #expect(abs(drawing.q[state, 1]) < 5e-3 / (1 - gamma)) }
  }

  /// Where a task can end, the end's 0 is in the range of rewards: a task that pays −1 everywhere has a bonus, too.
  @Test func theEndCountsInTheRange() throws {
    var builder = FiniteMDPBuilder(states: 1, actions: 2)
    builder.addPair(state: 0, action: 0)
    builder.addOutcome(probability: 1, next: 0, reward: -1)
    builder.addPair(state: 0, action: 1)
    builder.addOutcome(probability: 1, next: 0, reward: -1, terminated: true)
    let model = try builder.build(initial: [.init(state: 0, probability: 1)])
    func value(_ c: Double) throws -> Double {
      var learner = try make(UCBVI.self, ["horizon": .integer(10), "c": .real(c)], on: model)
      for _ in 0..<10_000 { learner.observe(step(0, 0, -1, 0)) }
      learner.plan()
      return learner.value(step: 0, state: 0, action: 0)
    }
    #expect(try value(0) == -1 && value(0.01) > -1)
  }

  /// The river is swum up by all of them at their defaults, while epsilon-greedy Q-learning stays where the little reward is.
  @Test func swimUp() throws {
    let river = try RiverSwim.task(Settings([], for: RiverSwim.about.parameters, owner: "river-swim")).model
    func late<L: TabularLearner & ~Copyable>(
      _ type: L.Type, after steps: Int, _ changes: [String: Setting] = [:]
    ) throws -> Double {
      var least = Double.infinity
      for seed in 0..<3 as Range<UInt64> {
        var loop = try loop(type, changes, on: river, seed: seed)
        loop.run(untilStep: steps, episode: .max)
        _ = loop.takeTally()
        loop.run(untilStep: steps + 3000, episode: .max)
        least = min(least, loop.tally.reward / 3000)
      }
      return least
    }
    // The best policy earns 0.4286 a step; its means over 3000 steps have a standard error of 0.016.
    let best = 0.4286
    #expect(try late(RMax.self, after: 4000) > best - 4 * 0.016)
    #expect(try late(PosteriorSampling.self, after: 6000) > best - 4 * 0.016)
    // Those that still explore are nearer to it than to the 0.005 of the lower bank.
    #expect(try late(UCBVI.self, after: 5000) > best / 2)
    #expect(try late(UCBHoeffding.self, after: 30_000) > best / 2)
    #expect(try late(QLearning.self, after: 15_000, ["gamma": .real(0.95)]) < 0.05)
  }
}
