import Algorithms
import Environments
import Foundation
import RLCore
import Testing

@Suite struct PolicyLearnersTests {
  /// Tells a learner an episode of (state, action, reward); the last step terminates.
  private func tell<L: TabularLearner & ~Copyable>(_ learner: inout L, _ steps: [(Int, Int, Double)]) {
    var stream = RandomStream(seed: 0)
    _ = learner.begin(in: steps[0].0, using: &stream)
    for (k, step) in steps.enumerated() {
      let isLast = k == steps.count - 1
      _ = learner.learn(
        from: Transition(
          state: step.0, action: step.1, reward: step.2, next: isLast ? step.0 : steps[k + 1].0, terminated: isLast),
        using: &stream)
    }
  }

  private func context(states: Int, actions: Int) -> LearnerContext {
    LearnerContext(space: ActionSpace(states: states, actions: actions))
  }

  /// Recorded experience in the short corridor, with what public code learned from it (Sutton & Barto, Example 13.1).
  @Test func learnsWhatPublicCodeLearns() throws {
    for run in Replay.shared.reinforce {
      // θ holds the preference of right first; actions here are left, right.
      var settings: [String: Setting] = [
        "alpha": .real(run.alpha), "min_probability": .real(0.05),
        "initial_preferences": .list([.real(run.theta_initial[1]), .real(run.theta_initial[0])]),
      ]
      let one = context(states: 1, actions: 2)
      if let alphaW = run.alpha_w {
        // That code compares the return with the value that has just been moved toward it, which leaves 1 − α_w of the error.
        settings["alpha"] = .real(run.alpha * (1 - alphaW))
        settings["alpha_w"] = .real(alphaW)
        var learner = try ReinforceBaseline(Settings(defaultsOf: ReinforceBaseline.self, settings), context: one)
        for episode in run.episodes {
          #expect(abs(learner.policy[0, 1] - episode.p_right_before) < 1e-12)
          tell(&learner, zip(episode.actions_right, episode.rewards).map { (0, $0, $1) })
          #expect(abs(learner.policy.preferences[0, 0] - episode.theta[1]) < 1e-12)
          #expect(abs(learner.policy.preferences[0, 1] - episode.theta[0]) < 1e-12)
          #expect(abs(learner.v[0] - episode.w!) < 1e-12)
        }
      } else {
        var learner = try Reinforce(Settings(defaultsOf: Reinforce.self, settings), context: one)
        for episode in run.episodes {
          #expect(abs(learner.policy[0, 1] - episode.p_right_before) < 1e-12)
          tell(&learner, zip(episode.actions_right, episode.rewards).map { (0, $0, $1) })
          #expect(abs(learner.policy.preferences[0, 0] - episode.theta[1]) < 1e-12)
          #expect(abs(learner.policy.preferences[0, 1] - episode.theta[0]) < 1e-12)
        }
      }
    }
    #expect(Replay.shared.reinforce.count == 2)
  }

  /// Two steps in two states, γ 0.5, α 0.5: G_0 = 1 + 0.5 · 4 = 3, G_1 = 4; π is one half at both.
  @Test(arguments: [true, false]) func reinforceByHand(discountUpdates: Bool) throws {
    let settings: [String: Setting] = [
      "alpha": .real(0.5), "gamma": .real(0.5), "discount_updates": .boolean(discountUpdates),
    ]
    var learner = try Reinforce(
      Settings(defaultsOf: Reinforce.self, settings), context: context(states: 2, actions: 2))
    tell(&learner, [(0, 1, 1), (1, 0, 4)])
    #expect(learner.policy.preferences[0, 1] == 0.75 && learner.policy.preferences[0, 0] == -0.75)
    let second = 0.5 * (discountUpdates ? 0.5 : 1) * 4 * 0.5
    #expect(learner.policy.preferences[1, 0] == second && learner.policy.preferences[1, 1] == -second)
  }

  /// The same with values of 1: δ_0 = 2, δ_1 = 3.
  @Test func baselineByHand() throws {
    let settings: [String: Setting] = [
      "alpha": .real(0.5), "alpha_w": .real(0.25), "gamma": .real(0.5), "initial_value": .integer(1),
    ]
    var learner = try ReinforceBaseline(
      Settings(defaultsOf: ReinforceBaseline.self, settings), context: context(states: 2, actions: 2))
    tell(&learner, [(0, 1, 1), (1, 0, 4)])
    #expect(learner.v[0] == 1.5 && learner.v[1] == 1.75)
    #expect(learner.policy.preferences[0, 1] == 0.5 && learner.policy.preferences[1, 0] == 0.375)
  }

  /// A truncated episode goes on to be worth what its last state is worth; a terminated one is over.
  @Test func truncationBootstraps() throws {
    for (truncated, value) in [(true, 1 + 0.5 * 8.0), (false, 1.0)] {
      var stream = RandomStream(seed: 0)
      let settings: [String: Setting] = ["alpha_w": .integer(1), "gamma": .real(0.5), "initial_value": .integer(8)]
      let t = Transition(state: 0, action: 0, reward: 1, next: 1, terminated: !truncated, truncated: truncated)
      var monteCarlo = try ReinforceBaseline(
        Settings(defaultsOf: ReinforceBaseline.self, settings), context: context(states: 2, actions: 2))
      _ = monteCarlo.learn(from: t, using: &stream)
      #expect(monteCarlo.v[0] == value)
      var actorCritic = try ActorCritic(
        Settings(defaultsOf: ActorCritic.self, settings), context: context(states: 2, actions: 2))
      _ = actorCritic.learn(from: t, using: &stream)
      #expect(actorCritic.v[0] == value)
    }
  }

  /// δ_0 = 1, then δ_1 = 2 + 0.9 · 0.5 − 0 = 2.45 with I = 0.9.
  @Test func actorCriticByHand() throws {
    let settings: [String: Setting] = ["alpha": .real(0.5), "alpha_w": .real(0.5), "gamma": .real(0.9)]
    var learner = try ActorCritic(
      Settings(defaultsOf: ActorCritic.self, settings), context: context(states: 2, actions: 2))
    #expect(learner.update(Transition(state: 0, action: 1, reward: 1, next: 1, terminated: false)) == 1)
    #expect(learner.v[0] == 0.5 && learner.policy.preferences[0, 1] == 0.25)
    let error = learner.update(Transition(state: 1, action: 0, reward: 2, next: 0, terminated: false))
    #expect(abs(error - 2.45) < 1e-15 && abs(learner.v[1] - 1.225) < 1e-15)
    #expect(abs(learner.policy.preferences[1, 0] - 0.5 * 0.9 * 2.45 * 0.5) < 1e-15)
  }

  /// R̄ 0, δ = 1 then R̄ = 0.5; δ = 2 − 0.5 + 1 − 0 = 2.5 and R̄ = 1.75.
  @Test func averageRewardByHand() throws {
    let settings: [String: Setting] = [
      "alpha": .real(0.5), "alpha_w": .integer(1), "alpha_r": .real(0.5), "average_reward": .boolean(true),
    ]
    var learner = try ActorCritic(
      Settings(defaultsOf: ActorCritic.self, settings), context: context(states: 2, actions: 2))
    #expect(learner.update(Transition(state: 0, action: 1, reward: 1, next: 1, terminated: false)) == 1)
    #expect(learner.averageReward == 0.5)
    #expect(learner.update(Transition(state: 1, action: 0, reward: 2, next: 0, terminated: false)) == 2.5)
    #expect(learner.averageReward == 1.75 && learner.v[1] == 2.5)
  }

  /// Traces that decay at once are no traces.
  @Test func tracesOfLambdaZeroAreTheOneStepMethod() throws {
    let model = try SmallTasks.irregular()
    var plain = try loop(ActorCritic.self, ["gamma": .real(0.9)], on: model, timeLimit: 20)
    var traced = try loop(ActorCritic.self, ["gamma": .real(0.9), "lambda": .real(1e-300)], on: model, timeLimit: 20)
    plain.run(untilStep: 3000, episode: .max)
    traced.run(untilStep: 3000, episode: .max)
    // Products are formed in another order: a few units in the last place a step.
    for (a, b) in zip(plain.learner.policy.array, traced.learner.policy.array) { #expect(abs(a - b) < 1e-12) }
    for (a, b) in zip(plain.learner.v.array, traced.learner.v.array) { #expect(abs(a - b) < 1e-12) }
  }

  /// With λ 1 and values that stay 0, the sum of an episode's updates is REINFORCE's, γᵗ included, for steps that are small.
  @Test(arguments: [true, false]) func lambdaOneIsReinforce(discountUpdates: Bool) throws {
    let model = try SmallTasks.irregular()
    let common: [String: Setting] = [
      "gamma": .real(0.8), "alpha": .real(1e-9), "discount_updates": .boolean(discountUpdates),
    ]
    var monteCarlo = try loop(Reinforce.self, common, on: model, timeLimit: 12)
    var traced = try loop(
      ActorCritic.self, common.merging(["lambda": .integer(1), "alpha_w": .real(1e-300)]) { $1 }, on: model,
      timeLimit: 12)
    monteCarlo.run(untilStep: .max, episode: 20)
    traced.run(untilStep: .max, episode: 20)
    for state in 0..<7 {
      for action in 0..<model.pairs(of: state).count {
        let one = monteCarlo.learner.policy.preferences[state, action]
        let other = traced.learner.policy.preferences[state, action]
        // Steps of 1e-9 change π by as much: what is left is of the order of 20 episodes × 1e-9 × 1e-9.
        #expect(abs(one - other) < 1e-15, "\(state), \(action): \(one) against \(other)")
      }
    }
    #expect(abs(traced.learner.policy.preferences[0, 0]) <= 0 && abs(traced.learner.policy.preferences[1, 0]) > 1e-11)
  }

  @Test func stepsThatAreNoNumbersAreNamed() throws {
    var learner = try ActorCritic(
      Settings(defaultsOf: ActorCritic.self, ["alpha": .real(1e308)]), context: context(states: 2, actions: 2))
    learner.update(Transition(state: 0, action: 1, reward: 1, next: 1, terminated: false))
    #expect(learner.failure == nil)
    learner.update(Transition(state: 1, action: 1, reward: 1e5, next: 1, terminated: true))
    #expect(learner.failure?.contains("update 2") == true)
  }
}
