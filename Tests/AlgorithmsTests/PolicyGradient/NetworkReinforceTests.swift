import Environments
import RLCore
import Testing

@testable import Algorithms

@Suite struct NetworkReinforceTests {
  private static func batch(_ model: FiniteMDP, timeLimit: Int? = nil) -> EnvironmentBatch {
    let view = FiniteVectorView(FiniteSimulation(model))
    return EnvironmentBatch(
      VectorizedEnvironments(view, count: 1, timeLimit: timeLimit, usesStateIndices: true, root: 0, seed: 0))
  }

  private static func settings<F: ReinforceForm>(_ form: F.Type, _ changes: [String: Setting]) throws -> Settings {
    try Settings(defaultsOf: NetworkReinforce<F>.self, changes)
  }

  /// On the random walk the policy learns to go right, with and without a baseline.
  private func walksRight<F: ReinforceForm>(_ form: F.Type) throws {
    let batch = Self.batch(try SmallTasks.walk(5, leftReward: 0))
    let changes: [String: Setting] = ["net_arch": .list([]), "learning_rate": .real(0.05), "n_episodes": .integer(4)]
    var learner = try NetworkReinforce<F>(Self.settings(form, changes), context: BatchContext(batch, root: 0, seed: 0))
    for update in 1...150 {
      try learner.update(in: batch, at: TrainingTime(unit: .iterations, total: 150, update: update))
    }
    var store = ObservationStore(count: 5, width: 5, usesStateIndices: true, offersAllActions: true)
    store.states = [0, 1, 2, 3, 4]
    var appraisal = PolicyAppraisal()
    learner.appraise(store, rows: 5, into: &appraisal)
    #expect(appraisal.targetPolicy[5] > 0.8)
    #expect(appraisal.stateValues.isEmpty == !F.hasBaseline)
    #expect(batch.episodes == 600)
  }

  @Test func learnsWithoutBaseline() throws { try walksRight(PlainReinforce.self) }

  @Test func learnsWithBaseline() throws { try walksRight(BaselineReinforce.self) }

  /// The mean of one update's gradient over many episodes is the true one: a one-step bandit with two arms that pay 1 and 0, at the uniform
  /// policy. ∂J/∂z₁ = π₁ (1 − J) = 1/4 in the logit; with one weight and one bias an arm, and the policy's loss is −J.
  @Test func meanGradientIsTheTruth() throws {
    var builder = FiniteMDPBuilder(states: 1, actions: 2)
    for arm in 0..<2 {
      builder.addPair(state: 0, action: arm)
      builder.addOutcome(probability: 1, next: 0, reward: Double(1 - arm), terminated: true)
    }
    let batch = Self.batch(try builder.build(initial: [.init(state: 0, probability: 1)]))
    let changes: [String: Setting] = [
      "net_arch": .list([]), "learning_rate": .integer(0), "n_episodes": .integer(10_000),
    ]
    var learner = try NetworkReinforce<PlainReinforce>(
      Self.settings(PlainReinforce.self, changes), context: BatchContext(batch, root: 0, seed: 0))
    learner.policy = PolicyNetwork(
      observationCount: 1, actionSpace: .discrete(2), design: .init(policyLayers: [], critic: .none))
    try learner.update(in: batch, at: TrainingTime(unit: .iterations, total: 1, update: 1))
    // A step's contribution is 1/2 with chance 1/2, else 0: deviation 1/4, four standard errors of 10,000 are 0.01.
    let gradients = learner.policy.bundle.gradients
    for (k, sign) in zip(gradients.indices, [-1.0, 1, -1, 1]) {
      #expect(abs(Double(gradients[k]) - sign * 0.25) < 0.01)
    }
  }

  /// Many rows go through the network piece by piece; the sum is that of all.
  @Test func longEpisodesAreLearnedPieceByPiece() throws {
    let task = try Pendulum(Settings(defaultsOf: Pendulum.self))
    let batch = EnvironmentBatch(VectorizedEnvironments(task, count: 1, timeLimit: 2500, root: 0, seed: 0))
    var learner = try NetworkReinforce<BaselineReinforce>(
      Self.settings(BaselineReinforce.self, ["net_arch": .list([.integer(4)])]),
      context: BatchContext(batch, root: 0, seed: 0))
    try learner.update(in: batch, at: TrainingTime(unit: .episodes, total: 10, update: 1))
    #expect(batch.steps == 2500)
    #expect(learner.statistics.mean(.gradientNorm) > 0)
  }
}
