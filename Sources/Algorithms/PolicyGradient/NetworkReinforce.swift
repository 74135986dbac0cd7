import RLCore

/// Whether REINFORCE has a baseline, as a type: both forms are compiled from one description.
public protocol ReinforceForm: Sendable {
  /// Whether a critic's value is subtracted from the return.
  static var hasBaseline: Bool { get }
  /// What configurations and readers see.
  static var about: About { get }
}

/// REINFORCE on a network, without a baseline.
public enum PlainReinforce: ReinforceForm {
  /// Returns are taken as they are.
  public static let hasBaseline = false
  /// What configurations and readers see.
  public static let about = About(
    id: "reinforce", summary: "Monte-Carlo policy gradient",
    source: "Williams (1992); Sutton & Barto (2018), section 13.3",
    equation: "L = −mean γᵗ G_t log π(A_t|S_t)", parameters: NetworkReinforceParameters.common)
}

/// REINFORCE on a network, with a critic as baseline.
public enum BaselineReinforce: ReinforceForm {
  /// The critic's value is subtracted.
  public static let hasBaseline = true
  /// What configurations and readers see.
  public static let about = About(
    id: "reinforce-baseline", summary: "Monte-Carlo policy gradient with a learned state value as baseline",
    source: "Williams (1992); Sutton & Barto (2018), section 13.4",
    equation: "L = −mean γᵗ (G_t − v(S_t)) log π(A_t|S_t) + c_v mean (G_t − v(S_t))²",
    parameters: NetworkReinforceParameters.common + [
      NetworkParameters.valueCoefficient.declaration, NetworkParameters.sharesNetwork.declaration,
    ])
}

/// Parameters of REINFORCE on networks.
enum NetworkReinforceParameters {
  static let learningRate = NetworkParameters.learningRate.with(default: .real(1e-3))
  static let gamma = NetworkParameters.gamma.with(default: .integer(1))
  static let discountsUpdates = Parameter.flag(
    "discount_updates", default: true,
    "whether the update of step t has the factor γᵗ, as the gradient of the discounted return has")
  static let episodes = Parameter.integer(
    "n_episodes", default: 1, in: 1...100_000, "episodes of an update, on a network")
  static let normalizesReturns = Parameter.flag(
    "normalize_returns", default: false, "whether an update's returns (minus values) get mean 0 and deviation 1")
  static let maximumNorm = NetworkParameters.maximumNorm.with(default: .null)

  static let common: [ParameterDeclaration] = [
    gamma.declaration, discountsUpdates.declaration, learningRate.declaration, episodes.declaration,
    normalizesReturns.declaration, NetworkParameters.entropyCoefficient.declaration, maximumNorm.declaration,
    NetworkParameters.layers.declaration, NetworkParameters.activation.declaration,
    NetworkParameters.isOrthogonal.declaration, NetworkParameters.logDeviation.declaration,
    NetworkParameters.features.declaration,
  ]
}

/// REINFORCE with a network for the policy, and with one for the baseline: an update is made from whole episodes, as a mean over their steps,
/// by Adam.
///
///     L = −mean γᵗ (G_t − v(S_t)) log π(A_t|S_t) + c_v mean (G_t − v(S_t))² − c_e mean H
///
/// `discount_updates` is the factor γᵗ of the gradient of the discounted return. A truncated episode bootstraps from the critic's value of its last
/// observation; without a critic nothing is known of what would have come, and its return ends there.
public struct NetworkReinforce<Form: ReinforceForm>: BatchLearner, ~Copyable {
  /// What configurations and readers see.
  public static var about: About { Form.about }

  /// The columns that it fills.
  public static var quantities: [BatchQuantity] {
    Form.hasBaseline
      ? [.policyLoss, .valueLoss, .entropy, .explainedVariance, .gradientNorm] : [.policyLoss, .entropy, .gradientNorm]
  }

  /// The discount rate γ.
  public let gamma: Double
  /// One copy: episodes come one after another.
  public var copies: Int { 1 }
  /// The policy, and the critic of the baseline.
  public var policy: PolicyNetwork
  /// What the updates said about themselves.
  public var statistics = BatchStatistics()

  let learningRate: TrainingSchedule
  let updateDiscount: Double
  let episodes: Int
  let normalizesReturns: Bool
  let entropyCoefficient: Double
  let valueCoefficient: Double
  let maximumNorm: Double
  let usesStateIndices: Bool
  private var optimizer: Adam<Float>
  private var exploration: RandomStream
  private var observations: ObservationStore
  private var actions: ActionStore
  private var last: ObservationStore
  private var step: ActionStore
  /// The episodes of an update, one after another: rewards, then returns; the factors γᵗ; values.
  private var returns: [Double] = []
  private var discounts: [Double] = []
  private var advantages: [Double] = []
  private var values: [Double] = []
  private var slopes: [Double] = []
  private var valueSlopes: [Double] = []
  private var logProbabilities: [Double] = []
  private var noLogs: [Double] = []

  /// The most steps that an update may have, and the rows that go through the networks together.
  private static var mostSteps: Int { 5_000_000 }
  private static var chunk: Int { 1024 }

  /// Makes the learner as it is before its first update.
  public init(_ settings: Settings, context: BatchContext) throws(SettingProblem) {
    try Self.checkEnds(context)
    gamma = settings[NetworkReinforceParameters.gamma]
    learningRate = settings[NetworkReinforceParameters.learningRate]
    updateDiscount = settings[NetworkReinforceParameters.discountsUpdates] ? gamma : 1
    episodes = settings[NetworkReinforceParameters.episodes]
    normalizesReturns = settings[NetworkReinforceParameters.normalizesReturns]
    entropyCoefficient = settings[NetworkParameters.entropyCoefficient]
    valueCoefficient = Form.hasBaseline ? settings[NetworkParameters.valueCoefficient] : 0
    maximumNorm = settings[NetworkReinforceParameters.maximumNorm] ?? .infinity
    usesStateIndices = context.usesStateIndices
    let layers = settings[NetworkParameters.layers]
    let isShared = Form.hasBaseline && settings[NetworkParameters.sharesNetwork]
    let design = PolicyNetwork.Design(
      policyLayers: layers.policy, valueLayers: layers.value,
      activation: settings[NetworkParameters.activation].function,
      critic: !Form.hasBaseline ? .none : isShared ? .shared : .separate,
      isOrthogonal: settings[NetworkParameters.isOrthogonal],
      logDeviation: settings[NetworkParameters.logDeviation])
    var initialization = context.stream("weights")
    policy = PolicyNetwork(
      observationCount: context.observationCount, actionSpace: context.actionSpace, design: design,
      using: &initialization)
    optimizer = Adam(count: policy.bundle.parameters.count)
    observations = ObservationStore(count: 512, for: context)
    actions = ActionStore(count: 512, for: context.actionSpace)
    last = ObservationStore(count: 1, for: context)
    step = ActionStore(count: 1, for: context.actionSpace)
    exploration = context.stream("exploration")
  }

  private static func checkEnds(_ context: BatchContext) throws(SettingProblem) {
    if !context.endsEpisodes {
      throw SettingProblem(
        "\"\(about.id)\" learns when an episode ends, and no episode of this task does; set environment.time_limit")
    }
  }

  /// Plays episodes, and takes one step on all of their steps.
  public mutating func update(in batch: EnvironmentBatch, at time: TrainingTime) throws(SettingProblem) {
    returns.removeAll(keepingCapacity: true)
    discounts.removeAll(keepingCapacity: true)
    for _ in 0..<episodes { try play(batch) }
    let count = returns.count
    if values.count < count {
      values = [Double](repeating: 0, count: count)
      advantages = values
    }
    if Form.hasBaseline { appraiseSteps(count) }
    for k in 0..<count { advantages[k] = returns[k] - (Form.hasBaseline ? values[k] : 0) }
    if normalizesReturns { normalizeAdvantages(&advantages, count: count) }
    try learn(count, at: time)
    let rate = learningRate.value(time.elapsed(in: batch), of: time.total)
    policy.bundle.update { optimizer.step(&$0, gradients: $1, learningRate: rate) }
  }

  /// Plays one episode, and turns its rewards into returns.
  private mutating func play(_ batch: EnvironmentBatch) throws(SettingProblem) {
    let first = returns.count
    var isOver = false
    var discount = 1.0
    while !isOver {
      let row = returns.count
      if row == Self.mostSteps {
        throw SettingProblem(
          first > 0
            ? "the episodes of an update have more than \(row) steps; lower n_episodes"
            : "an episode has lasted more than \(row) steps without an end; set environment.time_limit")
      }
      if row == observations.count {
        observations.grow(to: 2 * row)
        actions.grow(to: 2 * row)
      }
      observations.record(batch, at: row)
      policy.forward(observations, rows: row..<row + 1)
      policy.sample(rows: 1, into: &actions, logProbabilities: &noLogs, at: row, using: &exploration)
      let width = actions.width
      if policy.actionSpace.isDiscrete {
        step.numbers[0] = actions.numbers[row]
      } else {
        for k in 0..<width { step.values[k] = actions.values[row * width + k] }
        policy.clip(&step, rows: 0..<1)
      }
      batch.step(step)
      returns.append(batch.rewards[0])
      discounts.append(discount)
      discount *= updateDiscount
      isOver = batch.endings > 0
    }
    var next = 0.0
    if batch.truncated[0] && Form.hasBaseline {
      last.recordFinal(batch, copy: 0, at: 0)
      policy.forward(last, rows: 0..<1, wantsPolicy: false, wantsValues: true)
      next = policy.values[0]
    }
    formReturns(&returns, from: first, gamma: gamma, lastValue: next)
  }

  /// What the critic says of every step.
  private mutating func appraiseSteps(_ count: Int) {
    var start = 0
    while start < count {
      let end = min(count, start + Self.chunk)
      policy.forward(observations, rows: start..<end, wantsPolicy: false, wantsValues: true)
      for k in start..<end { values[k] = policy.values[k - start] }
      start = end
    }
    statistics.add(
      .explainedVariance, explainedVariance(values: Array(values[0..<count]), returns: returns))
  }

  /// Sums up the gradient, as many rows at a time as a network takes.
  private mutating func learn(_ count: Int, at time: TrainingTime) throws(SettingProblem) {
    if slopes.count < Self.chunk {
      slopes = [Double](repeating: 0, count: Self.chunk)
      valueSlopes = Form.hasBaseline ? slopes : []
      logProbabilities = slopes
    }
    var piece = ActionStore(count: Self.chunk, for: policy.actionSpace)
    let (width, n) = (actions.width, Double(count))
    var (policyLoss, valueLoss, entropy) = (0.0, 0.0, 0.0)
    policy.bundle.zeroGradients()
    var start = 0
    while start < count {
      let rows = min(count - start, Self.chunk)
      policy.forward(observations, rows: start..<start + rows, wantsValues: Form.hasBaseline)
      for k in 0..<rows {
        if policy.actionSpace.isDiscrete {
          piece.numbers[k] = actions.numbers[start + k]
        } else {
          for j in 0..<width { piece.values[k * width + j] = actions.values[(start + k) * width + j] }
        }
      }
      policy.describe(piece, rows: rows, logProbabilities: &logProbabilities)
      policyLoss += reinforceLoss(
        logProbabilities: logProbabilities, advantages: advantages, discounts: discounts, steps: start..<start + rows,
        weight: 1 / n, into: &slopes)
      for k in 0..<rows {
        entropy += policy.entropies[k]
        if Form.hasBaseline {
          let error = policy.values[k] - returns[start + k]
          valueLoss += error * error
          valueSlopes[k] = 2 * valueCoefficient * error / n
        }
      }
      policy.backward(
        piece, rows: rows, logProbability: slopes, entropy: -entropyCoefficient / n, value: valueSlopes)
      start += rows
    }
    try time.check(policyLoss, .policyLoss)
    try time.check(valueLoss / n, .valueLoss)
    let norm = clipGlobalNorm(&policy.bundle.gradients, maximum: maximumNorm)
    try time.check(norm, .gradientNorm)
    statistics.add(.policyLoss, policyLoss)
    statistics.add(.entropy, entropy / n)
    statistics.add(.gradientNorm, norm)
    if Form.hasBaseline { statistics.add(.valueLoss, valueLoss / n) }
  }

  /// Chooses actions.
  public mutating func act(
    on observations: ObservationStore, rows: Int, isGreedy: Bool, into actions: inout ActionStore,
    using stream: inout RandomStream
  ) {
    policy.act(on: observations, rows: rows, isGreedy: isGreedy, into: &actions, using: &stream)
  }

  /// Tells probabilities and values.
  public mutating func appraise(_ observations: ObservationStore, rows: Int, into appraisal: inout PolicyAppraisal) {
    policy.appraise(observations, rows: rows, into: &appraisal)
  }

  /// The policy, without its critic.
  public func archive() -> PolicyArchive? { PolicyArchive(policy, usesStateIndices: usesStateIndices) }

  /// Appends networks, optimizer and stream; episodes belong to one update.
  public func save(to writer: inout StateWriter) {
    policy.save(to: &writer)
    optimizer.save(to: &writer)
    writer.write(exploration)
  }

  /// Takes up networks, optimizer and stream.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try policy.restore(from: &reader)
    try optimizer.restore(from: &reader)
    exploration = try reader.stream()
  }
}
