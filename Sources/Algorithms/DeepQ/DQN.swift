import RLCore

/// Deep Q-learning: action values on a network, learned from a replay of past transitions toward a target network that follows from time to time.
///
///     y = r + γ max_a Q⁻(s′, a)                      Mnih et al. (Nature 518, 2015); 0 behind a terminating step
///     y = r + γ Q⁻(s′, argmax_a Q(s′, a))            `double`: van Hasselt, Guez & Silver (AAAI 2016)
///     Q(s, a) = V(s) + A(s, a) − mean_b A(s, b)      `dueling`: Wang et al. (ICML 2016), both linear in the last hidden layer
///     L = mean huber(Q(s, a) − y)
///
/// Names and defaults are stable-baselines3's. A truncated episode bootstraps like any other step. Exploration is epsilon-greedy; epsilon falls
/// in a straight line over a share of the budget. One update is `train_freq` steps of every copy, then `gradient_steps` minibatches.
/// Departure: the two streams of `dueling` have no hidden layers of their own.
///
/// A step costs a pass through the network, and every `train_freq` steps a minibatch goes through it three times: that is all of its time.
public struct DQN: BatchLearner, ~Copyable {
  static let learningRate = NetworkParameters.learningRate.with(default: .real(1e-4))
  static let bufferSize = Parameter.integer(
    "buffer_size", default: 1_000_000, in: 1...100_000_000, "the most transitions that are kept")
  static let learningStarts = Parameter.integer(
    "learning_starts", default: 100, in: 0...1_000_000_000, "environment steps by chance before learning begins")
  static let batchSize = Parameter.integer("batch_size", default: 32, in: 1...1_000_000, "transitions of a minibatch")
  static let tau = Parameter.real(
    "tau", symbol: "τ", default: 1, in: .positive(through: 1),
    "how far the target network moves toward the other: 1 copies it")
  static let trainFrequency = Parameter.integer(
    "train_freq", default: 4, in: 1...1_000_000, "steps of every copy between updates")
  static let gradientSteps = Parameter.integer(
    "gradient_steps", default: 1, in: -1...1_000_000,
    "minibatches an update; 0 or -1 for as many as environment steps")
  static let targetInterval = Parameter.integer(
    "target_update_interval", default: 10_000, in: 1...1_000_000_000,
    "environment steps between moves of the target network")
  static let explorationFraction = Parameter.real(
    "exploration_fraction", default: 0.1, in: .unit, "share of the budget over which epsilon falls")
  static let firstEpsilon = Parameter.real(
    "exploration_initial_eps", symbol: "ε", default: 1, in: .unit, "chance of a random action at the start")
  static let lastEpsilon = Parameter.real(
    "exploration_final_eps", symbol: "ε", default: 0.05, in: .unit, "chance of a random action in the end")
  static let maximumNorm = NetworkParameters.maximumNorm.with(default: .integer(10))
  static let activation = NetworkParameters.activation.with(default: .text("relu"))
  static let isDouble = Parameter.flag(
    "double", default: false, "whether the network that learns chooses the action that the target network values")
  static let isDueling = Parameter.flag(
    "dueling", default: false, "whether action values are a state's value and advantages")

  /// What configurations and readers see.
  public static let about = About(
    id: "dqn", summary: "deep Q-learning: action values on a network, a replay of transitions and a target network",
    source: "Mnih et al. (Nature 518, 2015); stable-baselines3",
    equation: "L = mean huber(Q(s, a) − r − γ max_b Q⁻(s′, b))",
    parameters: [
      PublishedSettings.preset.declaration, learningRate.declaration, NetworkParameters.environments.declaration,
      bufferSize.declaration, learningStarts.declaration, batchSize.declaration, tau.declaration,
      NetworkParameters.gamma.declaration, trainFrequency.declaration, gradientSteps.declaration,
      targetInterval.declaration, explorationFraction.declaration, firstEpsilon.declaration, lastEpsilon.declaration,
      maximumNorm.declaration, NetworkParameters.layers.declaration, activation.declaration, isDouble.declaration,
      isDueling.declaration, NetworkParameters.features.declaration,
    ])

  /// The columns that it fills.
  public static let quantities: [BatchQuantity] = [.valueLoss, .gradientNorm]

  /// It learns about the greedy policy.
  public static let isOnPolicy = false
  /// Values belong to numbered actions.
  public static let needsNumberedActions = true

  /// The discount rate γ.
  public let gamma: Double
  /// How many copies of the task it acts in.
  public let copies: Int
  /// The network that learns.
  public var network: NetworkBundle
  /// The network whose values are learned toward.
  public var target: NetworkBundle
  /// The chance of a random action now.
  public private(set) var epsilon: Double
  /// What the updates said about themselves.
  public var statistics = BatchStatistics()

  let actions: Int
  let learningRate: TrainingSchedule
  let learningStarts: Int
  let tau: Float
  let trainFrequency: Int
  let gradientSteps: Int
  let targetInterval: Int
  let epsilons: (first: Double, last: Double, share: Double)
  let maximumNorm: Double
  let isDouble: Bool
  let isDueling: Bool
  let usesStateIndices: Bool
  private var optimizer: Adam<Float>
  private var buffer: ReplayBuffer
  private var minibatch: ReplayBuffer.Minibatch
  private var seen: ObservationStore
  private var following: ObservationStore
  private var chosen: ActionStore
  private var exploration: RandomStream
  private var sampling: RandomStream
  private var sinceTarget = 0
  private var outputs: [Float] = []
  private var nextOutputs: [Float] = []
  private var predictions: [Double] = []
  private var targets: [Double] = []
  private var slopes: [Double] = []

  /// Makes the learner as it is before its first update.
  public init(_ settings: Settings, context: BatchContext) throws(SettingProblem) {
    let size = settings[Self.bufferSize]
    actions = try Self.checkedActions(context, size: size)
    gamma = settings[NetworkParameters.gamma]
    copies = settings[NetworkParameters.environments]
    learningRate = settings[Self.learningRate]
    learningStarts = settings[Self.learningStarts]
    tau = Float(settings[Self.tau])
    trainFrequency = settings[Self.trainFrequency]
    gradientSteps = settings[Self.gradientSteps]
    targetInterval = settings[Self.targetInterval]
    epsilons = (settings[Self.firstEpsilon], settings[Self.lastEpsilon], settings[Self.explorationFraction])
    epsilon = epsilons.first
    maximumNorm = settings[Self.maximumNorm] ?? .infinity
    isDouble = settings[Self.isDouble]
    isDueling = settings[Self.isDueling]
    usesStateIndices = context.usesStateIndices
    let shape = PerceptronShape(
      inputs: context.observationCount, hidden: settings[NetworkParameters.layers].policy,
      outputs: actions + (isDueling ? 1 : 0), activation: settings[Self.activation].function)
    network = NetworkBundle([shape])
    var initialization = context.stream("weights")
    network.initialize(0, .uniform, using: &initialization)
    target = network
    optimizer = Adam(count: shape.parameterCount)
    buffer = ReplayBuffer(capacity: size, for: context)
    let count = settings[Self.batchSize]
    minibatch = ReplayBuffer.Minibatch(count: count, for: context)
    seen = ObservationStore(count: copies, for: context)
    following = seen
    chosen = ActionStore(count: copies, for: context.actionSpace)
    exploration = context.stream("exploration")
    sampling = context.stream("minibatches")
    predictions = [Double](repeating: 0, count: count)
    targets = predictions
    slopes = predictions
  }

  private static func checkedActions(_ context: BatchContext, size: Int) throws(SettingProblem) -> Int {
    let actions = try context.discreteActions(for: "dqn")
    let width = context.usesStateIndices ? 6 : 4 + 2 * context.observationCount
    try context.checkSize(Double(size) * Double(width) / 2, lowering: "buffer_size")
    return actions
  }

  /// Fills in what a preset says.
  public static func expand(
    _ given: [Setting.Field], environment: String
  ) throws(SettingProblem) -> [Setting.Field] {
    try PublishedSettings.expand(given, zoo: zoo, environment: environment)
  }

  /// RL Zoo's `hyperparams/dqn.yml`.
  private static let zoo: [String: [(String, Setting)]] = {
    let layers = Setting.list([.integer(256), .integer(256)])
    return [
      "cart-pole": [
        ("learning_rate", .real(2.3e-3)), ("batch_size", .integer(64)), ("buffer_size", .integer(100_000)),
        ("learning_starts", .integer(1000)), ("target_update_interval", .integer(10)), ("train_freq", .integer(256)),
        ("gradient_steps", .integer(128)), ("exploration_fraction", .real(0.16)),
        ("exploration_final_eps", .real(0.04)), ("net_arch", layers),
      ],
      "acrobot": [
        ("learning_rate", .real(6.3e-4)), ("batch_size", .integer(128)), ("buffer_size", .integer(50_000)),
        ("learning_starts", .integer(0)), ("target_update_interval", .integer(250)), ("train_freq", .integer(4)),
        ("gradient_steps", .integer(-1)), ("exploration_fraction", .real(0.12)),
        ("exploration_final_eps", .real(0.1)), ("net_arch", layers),
      ],
      "mountain-car": [
        ("learning_rate", .real(4e-3)), ("batch_size", .integer(128)), ("buffer_size", .integer(10_000)),
        ("learning_starts", .integer(1000)), ("gamma", .real(0.98)), ("target_update_interval", .integer(600)),
        ("train_freq", .integer(16)), ("gradient_steps", .integer(8)), ("exploration_fraction", .real(0.2)),
        ("exploration_final_eps", .real(0.07)), ("net_arch", layers),
      ],
    ]
  }()

  /// Takes `train_freq` steps in every copy, then learns from minibatches.
  public mutating func update(in batch: EnvironmentBatch, at time: TrainingTime) throws(SettingProblem) {
    for _ in 0..<trainFrequency { step(in: batch, at: time) }
    guard batch.steps > learningStarts else { return }
    let rate = learningRate.value(time.elapsed(in: batch), of: time.total)
    for _ in 0..<(gradientSteps <= 0 ? trainFrequency * copies : gradientSteps) { try learn(rate: rate, at: time) }
  }

  /// One step of every copy, into the replay.
  private mutating func step(in batch: EnvironmentBatch, at time: TrainingTime) {
    seen.record(batch, at: 0)
    let progress = min(1, time.elapsed(in: batch) / Double(time.total))
    epsilon =
      progress >= epsilons.share
      ? epsilons.last : epsilons.first + (epsilons.last - epsilons.first) * (progress / epsilons.share)
    let isWarm = batch.steps >= learningStarts
    if isWarm { Self.forward(&network, seen, rows: copies, into: &outputs) }
    for k in 0..<copies {
      let available = seen.offersAllActions ? actions : Int(seen.availableActions[k])
      if !isWarm || exploration.uniform() < epsilon {
        chosen.numbers[k] = Int32(truncatingIfNeeded: exploration.uniform(below: available))
      } else {
        chosen.numbers[k] = Int32(truncatingIfNeeded: best(outputs, row: k, available: available))
      }
    }
    batch.step(chosen)
    following.record(batch, at: 0)
    if batch.endings > 0 {
      for k in 0..<copies where batch.terminated[k] || batch.truncated[k] {
        following.recordFinal(batch, copy: k, at: k)
      }
    }
    for k in 0..<copies {
      buffer.add(
        seen, row: k, action: chosen.numbers[k], following, reward: batch.rewards[k], terminated: batch.terminated[k])
    }
    sinceTarget += copies
    if sinceTarget >= targetInterval {
      sinceTarget = 0
      let (learned, tau) = (network.parameters, tau)
      target.update { parameters, _ in
        for k in parameters.indices { parameters[k] = tau * learned[k] + (1 - tau) * parameters[k] }
      }
    }
  }

  private static func forward(
    _ bundle: inout NetworkBundle, _ observations: ObservationStore, rows: Int, into outputs: inout [Float]
  ) {
    let count = rows * bundle.networks[0].shape.outputs
    if outputs.count < count { outputs = [Float](repeating: 0, count: count) }
    if observations.usesStateIndices {
      bundle.forward(0, states: observations.states[0..<rows], into: &outputs)
    } else {
      bundle.forward(0, observations.numbers, rows: rows, into: &outputs)
    }
  }

  /// The numbers of a row in which the best action is the greatest: values, or advantages.
  private func best(_ outputs: [Float], row: Int, available: Int) -> Int {
    let start = row * (actions + (isDueling ? 1 : 0))
    var best = 0
    for k in 1..<max(available, 1) where outputs[start + k] > outputs[start + best] { best = k }
    return best
  }

  /// Q(s, a) from what the network puts out.
  private func value(_ outputs: [Float], row: Int, action: Int) -> Double {
    let start = row * (actions + (isDueling ? 1 : 0))
    if !isDueling { return Double(outputs[start + action]) }
    var mean = 0.0
    for k in 0..<actions { mean += Double(outputs[start + k]) }
    return Double(outputs[start + actions]) + Double(outputs[start + action]) - mean / Double(actions)
  }

  /// One minibatch.
  private mutating func learn(rate: Double, at time: TrainingTime) throws(SettingProblem) {
    let rows = minibatch.actions.count
    buffer.draw(into: &minibatch, using: &sampling)
    if isDouble { Self.forward(&network, minibatch.after, rows: rows, into: &nextOutputs) }
    Self.forward(&target, minibatch.after, rows: rows, into: &outputs)
    for row in 0..<rows {
      var future = 0.0
      if !minibatch.terminated[row] {
        let available = minibatch.after.offersAllActions ? actions : Int(minibatch.after.availableActions[row])
        let action = best(isDouble ? nextOutputs : outputs, row: row, available: available)
        future = value(outputs, row: row, action: action)
      }
      targets[row] = minibatch.rewards[row] + gamma * future
    }
    Self.forward(&network, minibatch.before, rows: rows, into: &outputs)
    for row in 0..<rows { predictions[row] = value(outputs, row: row, action: Int(minibatch.actions[row])) }
    let loss = RegressionLoss.huber(delta: 1).evaluate(predictions, targets: targets, count: rows, into: &slopes)
    try time.check(loss, .valueLoss)
    let stride = actions + (isDueling ? 1 : 0)
    for k in 0..<rows * stride { outputs[k] = 0 }
    for row in 0..<rows {
      let slope = slopes[row]
      if isDueling {
        for k in 0..<actions { outputs[row * stride + k] = Float(-slope / Double(actions)) }
        outputs[row * stride + actions] = Float(slope)
      }
      outputs[row * stride + Int(minibatch.actions[row])] += Float(slope)
    }
    network.zeroGradients()
    network.backward(0, outputs)
    let norm = clipGlobalNorm(&network.gradients, maximum: maximumNorm)
    try time.check(norm, .gradientNorm)
    network.update { optimizer.step(&$0, gradients: $1, learningRate: rate) }
    statistics.add(.valueLoss, loss)
    statistics.add(.gradientNorm, norm)
  }

  /// Takes the best action, or explores as it does now.
  public mutating func act(
    on observations: ObservationStore, rows: Int, isGreedy: Bool, into result: inout ActionStore,
    using stream: inout RandomStream
  ) {
    Self.forward(&network, observations, rows: rows, into: &outputs)
    for row in 0..<rows {
      let available = observations.offersAllActions ? actions : Int(observations.availableActions[row])
      let isRandom = !isGreedy && stream.uniform() < epsilon
      let action = isRandom ? stream.uniform(below: available) : best(outputs, row: row, available: available)
      result.numbers[row] = Int32(truncatingIfNeeded: action)
    }
  }

  /// Tells the greedy policy, the one that explores, and the action values.
  public mutating func appraise(_ observations: ObservationStore, rows: Int, into appraisal: inout PolicyAppraisal) {
    Self.forward(&network, observations, rows: rows, into: &outputs)
    appraisal.targetPolicy = [Double](repeating: 0, count: rows * actions)
    appraisal.behaviorPolicy = appraisal.targetPolicy
    appraisal.actionValues = appraisal.targetPolicy
    for row in 0..<rows {
      let available = observations.offersAllActions ? actions : Int(observations.availableActions[row])
      for k in 0..<available {
        appraisal.actionValues[row * actions + k] = value(outputs, row: row, action: k)
        appraisal.behaviorPolicy[row * actions + k] = epsilon / Double(available)
      }
      let action = best(outputs, row: row, available: available)
      appraisal.targetPolicy[row * actions + action] = 1
      appraisal.behaviorPolicy[row * actions + action] += 1 - epsilon
    }
  }

  /// The action values, with the exploration of the end.
  public func archive() -> PolicyArchive? {
    PolicyArchive(
      head: isDueling ? .dueling : .values, actionSpace: .discrete(actions), usesStateIndices: usesStateIndices,
      shape: network.networks[0].shape, parameters: network.parameters, epsilon: epsilon)
  }

  /// Appends networks, optimizer, replay and streams.
  public func save(to writer: inout StateWriter) {
    network.save(to: &writer)
    target.save(to: &writer)
    optimizer.save(to: &writer)
    buffer.save(to: &writer)
    writer.write(exploration)
    writer.write(sampling)
    writer.write(sinceTarget)
    writer.write(epsilon)
  }

  /// Takes up networks, optimizer, replay and streams.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try network.restore(from: &reader)
    try target.restore(from: &reader)
    try optimizer.restore(from: &reader)
    try buffer.restore(from: &reader)
    exploration = try reader.stream()
    sampling = try reader.stream()
    sinceTarget = try reader.integer()
    epsilon = try reader.number()
  }
}
