import Environments
import RLCore
import Testing

@testable import Algorithms

@Suite struct PPOTests {
  private static func settings(_ changes: [String: Setting]) throws -> Settings {
    try Settings(defaultsOf: PPO.self, changes)
  }

  private static func cartPole(_ copies: Int, timeLimit: Int? = 500) throws -> EnvironmentBatch {
    let task = try CartPole(Settings(defaultsOf: CartPole.self))
    return EnvironmentBatch(VectorizedEnvironments(task, count: copies, timeLimit: timeLimit, root: 0, seed: 0))
  }

  private static func train(_ learner: inout PPO, _ batch: EnvironmentBatch, updates: Range<Int>, total: Int = 100)
    throws
  {
    for update in updates {
      try learner.update(in: batch, at: TrainingTime(unit: .iterations, total: total, update: update + 1))
    }
  }

  /// One epoch in one minibatch: the ratio is 1 throughout, so nothing diverges and nothing is clipped, and the loss is minus the mean of
  /// normalised advantages, 0.
  @Test func ratioIsOneOnTheFirstPass() throws {
    let batch = try Self.cartPole(4)
    let changes: [String: Setting] = [
      "n_envs": .integer(4), "n_steps": .integer(32), "batch_size": .integer(128), "n_epochs": .integer(1),
    ]
    var learner = try PPO(try Self.settings(changes), context: BatchContext(batch, root: 0, seed: 0))
    try Self.train(&learner, batch, updates: 0..<1)
    #expect(learner.statistics.mean(.kl) == 0)
    #expect(learner.statistics.mean(.clipFraction) == 0)
    #expect(abs(learner.statistics.mean(.policyLoss)) < 1e-12)
    #expect(learner.statistics.mean(.gradientNorm) > 0)
  }

  /// On a bandit whose arms differ by half of the reward the policy finds the best one; with tabular features, which `net_arch: []` on one-hot states is.
  @Test func findsTheBestArm() throws {
    let view = FiniteVectorView(FiniteSimulation(try SmallTasks.arms([0, 1, 0.5])))
    let batch = EnvironmentBatch(
      VectorizedEnvironments(view, count: 8, timeLimit: nil, usesStateIndices: true, root: 0, seed: 0))
    let changes: [String: Setting] = [
      "n_envs": .integer(8), "n_steps": .integer(16), "batch_size": .integer(128), "n_epochs": .integer(4),
      "net_arch": .list([]), "learning_rate": .real(0.05), "gamma": .real(1),
    ]
    var learner = try PPO(try Self.settings(changes), context: BatchContext(batch, root: 0, seed: 0))
    try Self.train(&learner, batch, updates: 0..<60)
    var store = ObservationStore(count: 1, width: 1, usesStateIndices: true, offersAllActions: true)
    store.states = [0]
    var appraisal = PolicyAppraisal()
    learner.appraise(store, rows: 1, into: &appraisal)
    #expect(appraisal.targetPolicy[1] > 0.9)
    // The critic is at most as far from what is played as the least that was paid by a tenth of the arms.
    #expect(abs(appraisal.stateValues[0] - 1) < 0.1)
  }

  /// Both KL stops keep an update from going on.
  @Test(arguments: ["stable-baselines3", "cleanrl"])
  func stopsAtTheDivergence(convention: String) throws {
    func steps(_ target: Setting) throws -> Double {
      let batch = try Self.cartPole(2)
      let changes: [String: Setting] = [
        "n_envs": .integer(2), "n_steps": .integer(32), "batch_size": .integer(16), "n_epochs": .integer(10),
        "learning_rate": .real(0.01), "convention": .text(convention), "target_kl": target,
      ]
      var learner = try PPO(try Self.settings(changes), context: BatchContext(batch, root: 0, seed: 0))
      try Self.train(&learner, batch, updates: 0..<3)
      return learner.statistics.mean(.kl)
    }
    #expect(try steps(.real(1e-3)) < 0.5 * (try steps(.null)))
  }

  /// Stored and taken up in the middle, it goes on with the same bits.
  @Test func goesOnWhereItWasStored() throws {
    let changes: [String: Setting] = [
      "n_envs": .integer(3), "n_steps": .integer(8), "batch_size": .integer(7), "n_epochs": .integer(2),
      "normalize_observations": .boolean(true), "normalize_rewards": .boolean(true),
    ]
    let batches = [try Self.cartPole(3, timeLimit: 20), try Self.cartPole(3, timeLimit: 20)]
    let context = BatchContext(batches[0], root: 0, seed: 0)
    var first = try PPO(try Self.settings(changes), context: context)
    try Self.train(&first, batches[0], updates: 0..<4)
    var writer = StateWriter()
    first.save(to: &writer)
    batches[0].save(to: &writer)
    var reader = StateReader(writer.bytes)
    var second = try PPO(try Self.settings(changes), context: context)
    try second.restore(from: &reader)
    try batches[1].restore(from: &reader)
    #expect(reader.isAtEnd)
    try Self.train(&first, batches[0], updates: 4..<8)
    try Self.train(&second, batches[1], updates: 4..<8)
    #expect(first.policy.bundle.parameters == second.policy.bundle.parameters)
  }

  /// A truncated episode is worth what the critic says of its last observation; as the common mistake has it, nothing.
  @Test func truncationIsWorthTheLastValue() throws {
    func advantage(_ bootstraps: Bool) throws -> (rollout: Rollout, last: Int) {
      let batch = try Self.cartPole(1, timeLimit: 5)
      let changes: [String: Setting] = [
        "n_steps": .integer(5), "n_epochs": .integer(1), "bootstrap_truncated": .boolean(bootstraps),
        "gae_lambda": .integer(0),
      ]
      var learner = try PPO(try Self.settings(changes), context: BatchContext(batch, root: 0, seed: 0))
      try Self.train(&learner, batch, updates: 0..<1)
      return (learner.rollout, 4)
    }
    let (right, last) = try advantage(true)
    #expect(right.truncated[last] && !right.terminated[last] && right.finalValues[last] != 0)
    #expect(abs(right.returns[last] - (1 + 0.99 * right.finalValues[last])) < 1e-12)
    #expect(try advantage(false).rollout.returns[last] == 1)
  }

  @Test func infinityEndsTheTrialWithItsName() throws {
    let batch = try Self.cartPole(1)
    var learner = try PPO(
      try Self.settings(["n_steps": .integer(16), "learning_rate": .real(1e30), "max_grad_norm": .null]),
      context: BatchContext(batch, root: 0, seed: 0))
    let problem = #expect(throws: SettingProblem.self) { try Self.train(&learner, batch, updates: 0..<50) }
    #expect(problem?.message.hasPrefix("update ") == true)
  }

  @Test func whatIsGivenStandsOverThePreset() throws {
    let given: [Setting.Field] = [.init("preset", .text("rl-zoo")), .init("n_steps", .integer(64))]
    let fields = try PPO.expand(given, environment: "cart-pole")
    #expect(fields.filter { $0.key == "n_steps" } == [.init("n_steps", .integer(64))])
    #expect(fields.first { $0.key == "n_epochs" }?.value == .integer(20))
    #expect(throws: SettingProblem.self) { try PPO.expand(given, environment: "cliff-walking") }
    // Every preset of every task is in range.
    for preset in PPOPreset.allCases {
      for task in ["cart-pole", "mountain-car", "acrobot", "pendulum", "mountain-car-continuous"] {
        let fields = try PPO.expand([.init("preset", .text(preset.rawValue))], environment: task)
        _ = try Settings(fields, for: PPO.about.parameters, owner: "ppo")
      }
    }
  }
}

/// Noise that is a function of the state.
@Suite struct StateDependentNoiseTests {
  private static func pendulum(_ copies: Int) throws -> EnvironmentBatch {
    let task = try Pendulum(Settings(defaultsOf: Pendulum.self))
    return EnvironmentBatch(VectorizedEnvironments(task, count: copies, timeLimit: 20, root: 0, seed: 0))
  }

  private static let changes: [String: Setting] = [
    "n_envs": .integer(2), "n_steps": .integer(16), "batch_size": .integer(16), "n_epochs": .integer(2),
    "use_sde": .boolean(true), "sde_sample_freq": .integer(5),
  ]

  private static func learner(_ batch: EnvironmentBatch) throws -> PPO {
    try PPO(Settings(defaultsOf: PPO.self, changes), context: BatchContext(batch, root: 0, seed: 0))
  }

  private static func time(_ update: Int) -> TrainingTime { TrainingTime(unit: .iterations, total: 9, update: update) }

  /// Stored and taken up between updates, it goes on with the same bits: noise belongs to one update.
  @Test func goesOnWhereItWasStored() throws {
    let (batch, other) = (try Self.pendulum(2), try Self.pendulum(2))
    var learner = try Self.learner(batch)
    var copy = try Self.learner(other)
    try learner.update(in: batch, at: Self.time(1))
    var writer = StateWriter()
    learner.save(to: &writer)
    batch.save(to: &writer)
    var reader = StateReader(writer.bytes)
    try copy.restore(from: &reader)
    try other.restore(from: &reader)
    try learner.update(in: batch, at: Self.time(2))
    try copy.update(in: other, at: Self.time(2))
    #expect(learner.policy.bundle.parameters == copy.policy.bundle.parameters)
  }

  /// The log-probabilities of the rollout are those that the policy tells of it afterwards: at the first pass the ratio is 1. Rounding of actions
  /// to single precision is the same on both sides; means differ by nothing, for a row has the same bits in any batch.
  @Test func ratioIsOneOnTheFirstPass() throws {
    let batch = try Self.pendulum(2)
    var changes = Self.changes
    changes["n_epochs"] = .integer(1)
    changes["batch_size"] = .integer(32)
    var learner = try PPO(Settings(defaultsOf: PPO.self, changes), context: BatchContext(batch, root: 0, seed: 0))
    try learner.update(in: batch, at: Self.time(1))
    #expect(learner.statistics.mean(.kl) == 0)
    #expect(learner.statistics.mean(.gradientNorm) > 0)
  }

  @Test func numberedActionsHaveNone() throws {
    let task = try CartPole(Settings(defaultsOf: CartPole.self))
    let batch = EnvironmentBatch(VectorizedEnvironments(task, count: 2, timeLimit: 500, root: 0, seed: 0))
    #expect(throws: SettingProblem.self) { _ = try Self.learner(batch) }
  }
}
