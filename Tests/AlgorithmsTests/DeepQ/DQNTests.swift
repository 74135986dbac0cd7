import RLCore
import Testing

@testable import Algorithms

@Suite struct DQNTests {
  private static func batch(_ model: FiniteMDP, copies: Int = 1, timeLimit: Int? = 50) -> EnvironmentBatch {
    let view = FiniteVectorView(FiniteSimulation(model))
    return EnvironmentBatch(
      VectorizedEnvironments(view, count: copies, timeLimit: timeLimit, usesStateIndices: true, root: 0, seed: 0))
  }

  private static func learner(_ batch: EnvironmentBatch, _ changes: [String: Setting]) throws -> DQN {
    try DQN(Settings(defaultsOf: DQN.self, changes), context: BatchContext(batch, root: 0, seed: 0))
  }

  private static func train(_ learner: inout DQN, _ batch: EnvironmentBatch, updates: Int, total: Int) throws {
    for update in 1...updates {
      try learner.update(in: batch, at: TrainingTime(unit: .iterations, total: total, update: update))
    }
  }

  private static let small: [String: Setting] = [
    "learning_starts": .integer(0), "batch_size": .integer(32), "train_freq": .integer(1),
    "target_update_interval": .integer(20), "learning_rate": .real(0.02), "net_arch": .list([]),
    "gamma": .real(0.9), "exploration_final_eps": .real(0.5), "exploration_fraction": .real(0.1),
  ]

  /// On the random walk of five states, linear in one-hot features, it finds Q*: going right from state s (of 0 … 4) is worth 0.9^(4 − s).
  @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
  func findsActionValues(isDouble: Bool, isDueling: Bool) throws {
    let batch = Self.batch(try SmallTasks.walk(5, leftReward: 0))
    var changes = Self.small
    changes["double"] = .boolean(isDouble)
    changes["dueling"] = .boolean(isDueling)
    var learner = try Self.learner(batch, changes)
    try Self.train(&learner, batch, updates: 3000, total: 3000)
    var store = ObservationStore(count: 5, width: 5, usesStateIndices: true, offersAllActions: true)
    store.states = [0, 1, 2, 3, 4]
    var appraisal = PolicyAppraisal()
    learner.appraise(store, rows: 5, into: &appraisal)
    var power = 1.0
    for state in (0..<5).reversed() {
      // A deterministic task: what is left is how far Adam still moves, some steps of 0.02 · 0.1.
      #expect(abs(appraisal.actionValues[2 * state + 1] - power) < 0.1, "state \(state)")
      #expect(appraisal.targetPolicy[2 * state + 1] == 1)
      power *= 0.9
    }
    #expect(learner.epsilon == 0.5)
    #expect(appraisal.behaviorPolicy[1] == 0.75)
  }

  /// The value of what follows: the target network's greatest, 0.75, or of the action that the other network prefers, 0.5. Half the squared distance
  /// of 0.9 times that from the prediction, 0.25, is the loss.
  @Test(arguments: [(false, 0.0903125), (true, 0.02)]) func doubleAsksBothNetworks(isDouble: Bool, loss: Double) throws
  {
    var builder = FiniteMDPBuilder(states: 1, actions: 2)
    for action in 0..<2 {
      builder.addPair(state: 0, action: action)
      builder.addOutcome(probability: 1, next: 0, reward: 0)
    }
    let batch = Self.batch(try builder.build(initial: [.init(state: 0, probability: 1)]))
    var changes = Self.small
    changes["double"] = .boolean(isDouble)
    changes["learning_rate"] = .integer(0)
    var learner = try Self.learner(batch, changes)
    learner.network.update { weights, _ in for k in weights.indices { weights[k] = 0.125 } }
    learner.target.update { weights, _ in for k in weights.indices { weights[k] = k % 2 == 0 ? 0.25 : 0.375 } }
    try Self.train(&learner, batch, updates: 1, total: 100)
    #expect(abs(learner.statistics.mean(.valueLoss) - loss) < 1e-6)
  }

  /// The target network stands still between its moves, and is the other's copy behind them.
  @Test func targetFollowsFromTimeToTime() throws {
    let batch = Self.batch(try SmallTasks.walk(5, leftReward: 0))
    var learner = try Self.learner(batch, Self.small)
    let start = learner.target.parameters
    try Self.train(&learner, batch, updates: 19, total: 100)
    #expect(learner.target.parameters == start)
    #expect(learner.network.parameters != start)
    let before = learner.network.parameters
    try learner.update(in: batch, at: TrainingTime(unit: .iterations, total: 100, update: 20))
    #expect(learner.target.parameters == before)
  }

  /// With tau below 1 it moves a share of the way.
  @Test func targetMovesAShare() throws {
    let batch = Self.batch(try SmallTasks.walk(5, leftReward: 0))
    var changes = Self.small
    changes["tau"] = .real(0.25)
    changes["target_update_interval"] = .integer(1)
    var learner = try Self.learner(batch, changes)
    try Self.train(&learner, batch, updates: 1, total: 100)
    let (target, network) = (learner.target.parameters, learner.network.parameters)
    try learner.update(in: batch, at: TrainingTime(unit: .iterations, total: 100, update: 2))
    for k in target.indices { #expect(learner.target.parameters[k] == 0.25 * network[k] + 0.75 * target[k]) }
  }

  /// The replay keeps the last transitions and draws all of them.
  @Test func replayKeepsTheLast() {
    let context = BatchContext(
      observationCount: 10, usesStateIndices: true, actionSpace: .discrete(2), root: 0, seed: 0)
    var buffer = ReplayBuffer(capacity: 4, for: context)
    var (before, after) = (ObservationStore(count: 1, for: context), ObservationStore(count: 1, for: context))
    for k in 0..<7 {
      before.states[0] = k
      after.states[0] = k + 1
      buffer.add(before, row: 0, action: Int32(k % 2), after, reward: Double(k), terminated: k == 5)
    }
    #expect(buffer.count == 4)
    var minibatch = ReplayBuffer.Minibatch(count: 64, for: context)
    var stream = RandomStream(seed: 1)
    buffer.draw(into: &minibatch, using: &stream)
    #expect(Set(minibatch.before.states) == [3, 4, 5, 6])
    for row in 0..<64 {
      let k = minibatch.before.states[row]
      #expect(minibatch.after.states[row] == k + 1 && minibatch.rewards[row] == Double(k))
      #expect(minibatch.actions[row] == Int32(k % 2) && minibatch.terminated[row] == (k == 5))
    }
  }

  @Test func wantsNumberedActions() throws {
    let context = BatchContext(
      observationCount: 3, actionSpace: .continuous(low: [-1], high: [1]), root: 0, seed: 0)
    #expect(throws: SettingProblem.self) { _ = try DQN(Settings(defaultsOf: DQN.self), context: context) }
  }
}
