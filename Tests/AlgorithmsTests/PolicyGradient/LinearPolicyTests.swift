import RLCore
import Testing

@testable import Algorithms

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct LinearPolicyTests {
  private func context(_ model: FiniteMDP, _ kind: FeatureBasis.Kind = .oneHot) throws -> LearnerContext {
    let space = ActionSpace(model)
    let basis = try FeatureBasis(kind, ranges: [0...Double(space.stateCount - 1)], isNumbered: true)
    return LearnerContext(
      space: space, model: model,
      features: FeatureTable(basis, coordinates: (0..<space.stateCount).map { [Double($0)] }))
  }

  private func learn<L: TabularLearner & ~Copyable>(
    _ type: L.Type, _ changes: [String: Setting], on model: FiniteMDP, kind: FeatureBasis.Kind = .oneHot,
    episodes: Int = 60
  ) throws -> LearnerReport {
    var loop = EpisodeLoop(
      learner: try L(Settings(defaultsOf: L.self, changes), context: try context(model, kind)),
      environment: FiniteSimulation(model), timeLimit: 12, clock: .episodes, root: 0, seed: 5)
    loop.run(untilStep: .max, episode: episodes)
    var report = LearnerReport()
    loop.learner.report(into: &report)
    return report
  }

  /// Two programs that add the same numbers in another order.
  private func expectEqual(_ a: [Double], _ b: [Double]) {
    #expect(a.count == b.count && !a.isEmpty)
    for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-12) }
  }

  private static let steps: [String: Setting] = ["alpha": .real(0.1), "alpha_w": .real(0.2), "gamma": .real(0.9)]

  /// With a feature for each state, actor–critic is that of tables: one-step, with traces, without γᵗ, by average reward.
  @Test(
    arguments: [
      [:], ["lambda": .real(0.8)], ["lambda": .real(0.5), "lambda_w": .real(0.9), "discount_updates": .boolean(false)],
      ["average_reward": .boolean(true), "alpha_r": .real(0.05)],
    ] as [[String: Setting]])
  func actorCriticOfOneHotFeaturesIsTabular(_ changes: [String: Setting]) throws {
    let model = try SmallTasks.irregular()
    let settings = Self.steps.merging(changes) { $1 }
    let linear = try learn(LinearActorCritic.self, settings, on: model)
    let table = try learn(ActorCritic.self, settings, on: model)
    expectEqual(linear.targetPolicy, table.targetPolicy)
    expectEqual(linear.stateValues, table.stateValues)
    #expect(linear.targetPolicy != (try learn(LinearActorCritic.self, settings, on: model, episodes: 0)).targetPolicy)
  }

  /// The same for REINFORCE, with a baseline and without.
  @Test func reinforceOfOneHotFeaturesIsTabular() throws {
    let model = try SmallTasks.irregular()
    var settings = Self.steps
    let withBaseline = try learn(LinearReinforce<BaselineReinforce>.self, settings, on: model)
    let table = try learn(ReinforceBaseline.self, settings, on: model)
    expectEqual(withBaseline.targetPolicy, table.targetPolicy)
    expectEqual(withBaseline.stateValues, table.stateValues)
    settings["alpha_w"] = nil
    let plain = try learn(LinearReinforce<PlainReinforce>.self, settings, on: model)
    expectEqual(plain.targetPolicy, try learn(Reinforce.self, settings, on: model).targetPolicy)
    #expect(plain.stateValues.isEmpty)
  }

  /// Two features that are both 1 everywhere in two states: δ = 1 moves each weight by α δ · ½ at equal probabilities, so that preferences
  /// move by twice as much.
  @Test func updateByHand() throws {
    let table = FeatureTable(rows: 2, features: 2, active: 2, isFixed: true)
    for row in 0..<2 {
      for k in 0..<2 {
        table.row(row).places[k] = Int32(k)
        table.row(row).values[k] = 1
      }
    }
    let context = LearnerContext(space: ActionSpace(states: 2, actions: 2), features: table)
    var learner = try LinearActorCritic(
      Settings(defaultsOf: LinearActorCritic.self, ["alpha": .real(0.5), "alpha_w": .real(0.25)]), context: context)
    #expect(learner.update(Transition(state: 0, action: 1, reward: 1, next: 1, terminated: false)) == 1)
    #expect(learner.weights[0] == 0.25 && learner.weights[1] == 0.25)
    #expect(learner.policy.weights[0] == -0.25 && learner.policy.weights[3] == 0.25)
    // v is ½ now: δ = 2 − ½.
    #expect(learner.update(Transition(state: 1, action: 1, reward: 2, next: 0, terminated: true)) == 1.5)
    #expect(learner.weights[0] == 0.625)
  }

  /// The score function of features that overlap agrees with central differences, h = 1e-5: errors of about 1e-10.
  @Test func scoreAgreesWithDifferences() throws {
    let model = try SmallTasks.irregular()
    let context = try context(model, .polynomial(order: 2))
    let features = try #require(context.features)
    func policy(_ change: (Int, Double)? = nil) -> LinearSoftmax {
      let policy = LinearSoftmax(features, space: context.space)
      for k in 0..<policy.weights.count { policy.weights[k] = 0.3 * Double(k % 5) - 0.5 }
      if let change { policy.weights[change.0] += change.1 }
      return policy
    }
    let (state, action) = (5, 2)
    let (row, count) = (features.row(state), context.space.actions(in: state))
    #expect(count == 3)
    func logProbability(_ policy: borrowing LinearSoftmax) -> Double {
      policy.evaluate(row, count)
      return log(policy.probabilities[action])
    }
    var moved = policy()
    moved.evaluate(row, count)
    moved.ascend(row, count, action, by: 1)
    let start = policy()
    for k in 0..<start.weights.count {
      let slope = (logProbability(policy((k, 1e-5))) - logProbability(policy((k, -1e-5)))) / 2e-5
      #expect(abs(moved.weights[k] - start.weights[k] - slope) < 1e-8, "weight \(k)")
    }
  }

  /// Steps that overflow are told, and nothing traps.
  @Test func overflowIsTold() throws {
    let model = try SmallTasks.irregular()
    let settings: [String: Setting] = ["alpha": .real(1e200), "alpha_w": .real(1e200)]
    var loop = EpisodeLoop(
      learner: try LinearActorCritic(Settings(defaultsOf: LinearActorCritic.self, settings), context: context(model)),
      environment: FiniteSimulation(model), timeLimit: 12, clock: .episodes, root: 0, seed: 5)
    loop.run(untilStep: .max, episode: 50)
    #expect(loop.learner.failure?.contains("not finite at update") == true)
  }

  /// Stored in the middle of an episode and taken up, both go on with the same bits, with features of vectors too.
  @Test func goesOnWhereItWasStored() throws {
    func check<L: TabularLearner & ~Copyable>(_ type: L.Type, _ changes: [String: Setting]) throws {
      func loop() throws -> EpisodeLoop<L, FiniteSimulation> {
        let model = try SmallTasks.irregular()
        return EpisodeLoop(
          learner: try L(Settings(defaultsOf: L.self, changes), context: context(model, .fourier(order: 2))),
          environment: FiniteSimulation(model), timeLimit: 12, clock: .steps, root: 0, seed: 3)
      }
      var whole = try loop()
      whole.run(untilStep: 500, episode: .max)
      var first = try loop()
      first.run(untilStep: 203, episode: .max)
      var writer = StateWriter()
      first.save(to: &writer)
      var second = try loop()
      var reader = StateReader(writer.bytes)
      try second.restore(from: &reader)
      second.run(untilStep: 500, episode: .max)
      var (a, b) = (LearnerReport(), LearnerReport())
      whole.learner.report(into: &a)
      second.learner.report(into: &b)
      #expect(a.targetPolicy == b.targetPolicy && a.stateValues == b.stateValues)
    }
    try check(LinearActorCritic.self, ["lambda": .real(0.7)])
    try check(LinearReinforce<BaselineReinforce>.self, [:])
  }
}
