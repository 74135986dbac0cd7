import Environments
import RLCore
import Testing

@testable import Algorithms

@Suite struct A2CTests {
  private static func cartPole(_ copies: Int) throws -> EnvironmentBatch {
    let task = try CartPole(Settings(defaultsOf: CartPole.self))
    return EnvironmentBatch(VectorizedEnvironments(task, count: copies, timeLimit: 500, root: 0, seed: 0))
  }

  /// A2C is PPO with one epoch in one minibatch, where they share the optimizer: the ratio is 1, so that both gradients are the same
  /// (Huang et al., 2022). Single precision and Adam's division leave 1e-6 an update.
  @Test func isPPOOnOnePass() throws {
    let common: [String: Setting] = [
      "n_envs": .integer(4), "n_steps": .integer(8), "learning_rate": .real(1e-3),
      "normalize_advantage": .boolean(true),
      "gae_lambda": .real(0.9), "ent_coef": .real(0.01),
    ]
    var forPPO = common
    forPPO["n_epochs"] = .integer(1)
    forPPO["batch_size"] = .integer(32)
    var forA2C = common
    forA2C["use_rms_prop"] = .boolean(false)
    let batches = [try Self.cartPole(4), try Self.cartPole(4)]
    let context = BatchContext(batches[0], root: 0, seed: 0)
    var ppo = try PPO(Settings(defaultsOf: PPO.self, forPPO), context: context)
    var a2c = try A2C(Settings(defaultsOf: A2C.self, forA2C), context: context)
    for update in 1...5 {
      let time = TrainingTime(unit: .iterations, total: 100, update: update)
      try ppo.update(in: batches[0], at: time)
      try a2c.update(in: batches[1], at: time)
    }
    let (a, b) = (ppo.policy.bundle.parameters, a2c.policy.bundle.parameters)
    for k in a.indices { #expect(abs(a[k] - b[k]) < 2e-5, "parameter \(k)") }
    #expect(abs(ppo.statistics.mean(.valueLoss) - a2c.statistics.mean(.valueLoss)) < 1e-4)
  }

  /// On a bandit the policy finds the best arm, by either optimizer.
  @Test(arguments: [true, false]) func findsTheBestArm(usesRMSProp: Bool) throws {
    let view = FiniteVectorView(FiniteSimulation(try SmallTasks.arms([0, 1, 0.5])))
    let batch = EnvironmentBatch(
      VectorizedEnvironments(view, count: 16, timeLimit: nil, usesStateIndices: true, root: 0, seed: 0))
    let changes: [String: Setting] = [
      "n_envs": .integer(16), "net_arch": .list([]), "learning_rate": .real(0.02), "gamma": .integer(1),
      "use_rms_prop": .boolean(usesRMSProp),
    ]
    var learner = try A2C(Settings(defaultsOf: A2C.self, changes), context: BatchContext(batch, root: 0, seed: 0))
    for update in 1...400 {
      try learner.update(in: batch, at: TrainingTime(unit: .iterations, total: 400, update: update))
    }
    var store = ObservationStore(count: 1, width: 1, usesStateIndices: true, offersAllActions: true)
    store.states = [0]
    var appraisal = PolicyAppraisal()
    learner.appraise(store, rows: 1, into: &appraisal)
    #expect(appraisal.targetPolicy[1] > 0.9)
  }
}
