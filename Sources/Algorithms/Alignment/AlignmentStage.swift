import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the stages of an alignment hand on: the policy that learns, the reference that it is held to, and a learned reward.
public struct AlignmentState: Sendable {
  /// The policy that learns.
  public var policy: LearnedPolicy
  /// What it is held to: a copy of the policy as it was when a stage began.
  public var reference: LearnedPolicy
  /// A reward that was learned from preferences; nil as long as there is none, and rewards are the task's.
  public var rewardModel: RewardModel?
  /// Draws actions.
  public var exploration: RandomStream
  /// Draws minibatches, data and labels.
  public var data: RandomStream
  /// What the updates said about themselves.
  public var statistics = BatchStatistics()
}

extension AlignmentState {
  /// The rewards of the steps of some sequences, one after another: learned ones, where there are any and the task's are not asked for.
  ///
  /// - Parameter weights: Of the task's rewards and the learned ones, where their sum is asked for.
  mutating func rewards(
    of sequences: Range<Int>, in batch: SequenceBatch, from source: GroupParameters.Source, weights: [Double]? = nil
  ) -> [Double] {
    let rows = batch.order[batch.starts[sequences.lowerBound]..<batch.starts[sequences.upperBound]]
    guard source != .task, rewardModel != nil else { return rows.map { batch.rewards[$0] } }
    rewardModel!.forward(batch.observations, choosing: rows)
    return rows.enumerated().map { k, row in
      let learned = rewardModel!.reward(row: k, action: Int(batch.actions.numbers[row]))
      guard let weights else { return learned }
      return weights[0] * batch.rewards[row] + weights[1] * learned
    }
  }
}

extension AlignmentState: Checkpointable {
  /// Appends policies, rewards and streams.
  public func save(to writer: inout StateWriter) {
    policy.save(to: &writer)
    reference.save(to: &writer)
    writer.write(rewardModel != nil)
    rewardModel?.save(to: &writer)
    writer.write(exploration)
    writer.write(data)
  }

  /// Takes up policies, rewards and streams.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try policy.restore(from: &reader)
    try reference.restore(from: &reader)
    if try reader.flag() {
      if rewardModel == nil { rewardModel = RewardModel(like: policy) }
      try rewardModel!.restore(from: &reader)
    }
    exploration = try reader.stream()
    data = try reader.stream()
  }
}

/// A method of alignment, alone or as one stage among others: it changes the policy of an ``AlignmentState`` update by update.
public protocol AlignmentStage: Checkpointable, Configurable, Sendable {
  /// What it can fill of the statistics.
  static var quantities: [BatchQuantity] { get }

  /// Makes the stage as it is before its first update.
  ///
  /// - Parameter state: What it will work on: for the number of parameters.
  /// - Throws: ``SettingProblem`` where settings contradict each other or do not fit the task.
  init(_ settings: Settings, context: BatchContext, state: AlignmentState) throws(SettingProblem)

  /// Whether it learns a reward.
  static var makesReward: Bool { get }

  /// Whether it draws its data from the model of the task.
  static var needsModel: Bool { get }

  /// Whether it chooses among numbered actions, so that it has no use for continuous ones.
  static var needsNumberedActions: Bool { get }

  /// Changes what a configuration gives before defaults are filled in: presets.
  static func expand(_ given: [Setting.Field]) throws(SettingProblem) -> [Setting.Field]

  /// The weight of the divergence from the reference; 0 for none.
  var beta: Double { get }

  /// Called once before the first update.
  mutating func begin(_ state: inout AlignmentState)

  /// One update.
  ///
  /// - Parameters:
  ///   - batch: Copies of the task, each of which plays one episode where the stage samples.
  ///   - time: How far the trial has come.
  mutating func update(
    _ state: inout AlignmentState, in batch: EnvironmentBatch, at time: TrainingTime
  ) throws(SettingProblem)
}

extension AlignmentStage {
  /// It learns no reward.
  public static var makesReward: Bool { false }
  /// It learns from samples.
  public static var needsModel: Bool { false }
  /// It takes actions of any kind.
  public static var needsNumberedActions: Bool { false }
  /// There are no presets.
  public static func expand(_ given: [Setting.Field]) throws(SettingProblem) -> [Setting.Field] { given }
  /// The reference is the policy as it is now.
  public mutating func begin(_ state: inout AlignmentState) { state.reference = state.policy }
}

/// What the policy of an alignment method is, and how it samples: parameters that all of them share.
public enum AlignmentParameters {
  /// What the policy is.
  public enum Form: String, CaseIterable, Sendable {
    /// A table where states are numbered, a network elsewhere.
    case auto = "automatic"
    /// A logit for each state and action.
    case table = "tabular"
    /// A network.
    case network = "mlp"
    /// A logit for each action after the last few tokens, in tasks of token sequences.
    case ngram
  }

  static let policy = Parameter<Form>.choice(
    "policy", default: .auto,
    "tabular: a logit for each state and action; mlp: a network; ngram: a table of the last tokens; automatic: tabular where states are numbered"
  )
  static let ngram = Parameter.integer(
    "ngram", symbol: "k", default: 2, in: 1...1000,
    "how many of the last tokens, prompt and answer alike, a policy \"ngram\" sees")
  static let initial = Parameter<[Double]?>(
    "initial_probabilities", type: "list of probabilities or null", default: .null, range: "(0, 1), sum 1",
    "what a table begins with in every state, a probability for each action; null for equal ones"
  ) { setting throws(SettingProblem) in
    if setting == .null { return nil }
    guard let elements = setting.elements, !elements.isEmpty else {
      throw SettingProblem("\(setting) is \(setting.kind); write a list like [0.5, 0.3, 0.2], or null")
    }
    let numbers = try elements.read(Interval.positive(through: 1).number)
    let sum = numbers.reduce(0, +)
    guard abs(sum - 1) <= 1e-9 else {
      throw SettingProblem("the probabilities sum to \(sum); make them sum to 1")
    }
    return numbers
  }
  static let features = Parameter<String>(
    "features", type: "word", default: .text("auto"),
    range: Self.views.joined(separator: ", "),
    "how a network sees states of a finite task; auto: where they are sequences, the numbers of their prompts or else tokens; one-hot elsewhere"
  ) { setting throws(SettingProblem) in
    guard let text = setting.text, Self.views.contains("\"\(text)\"") else {
      throw SettingProblem("\(setting) is none of \(Self.views.joined(separator: ", ")); write one of them")
    }
    return text
  }
  private static let views = ["auto", "one-hot", "coordinates", "tokens", "numbers"].map { "\"\($0)\"" }
  static let gamma = NetworkParameters.gamma.with(default: .integer(1), "discount rate of returns")
  static let sequences = Parameter.integer(
    "generation_batch_size", default: 64, in: 1...1_000_000,
    "how many episodes an update samples: a multiple of num_generations"
  )
  static let maximumLength = Parameter<Int?>.optionalInteger(
    "max_completion_length", in: 1...10_000_000,
    "steps after which an episode is cut off; null for the task's limit, or 1000 where it has none")
  static let layers = NetworkParameters.layers

  static let all: [ParameterDeclaration] = [
    policy.declaration, ngram.declaration, initial.declaration, sequences.declaration, maximumLength.declaration,
    gamma.declaration,
    layers.declaration, NetworkParameters.activation.declaration, NetworkParameters.isOrthogonal.declaration,
    features.declaration,
  ]

  static let rate = Parameter<TrainingSchedule?>(
    "learning_rate", symbol: "η", type: "number, schedule or null", default: .null, range: "[0, ∞)",
    "step size of the optimizer; null for 0.05 with a table, 0.001 with a network"
  ) { setting throws(SettingProblem) in setting == .null ? nil : try TrainingSchedule(setting, in: .nonnegative) }
  static let optimizer = Parameter<PolicyOptimizer.Kind>.choice(
    "optimizer", default: .adam, "adam (AdamW with a weight decay), or sgd: plain gradient descent")
  static let weightDecay = Parameter.real(
    "weight_decay", default: 0, in: .nonnegative, "AdamW's decoupled weight decay; adam only")
  static let maximumNorm = NetworkParameters.maximumNorm.with(default: .integer(1))

  static let optimization: [ParameterDeclaration] = [
    rate.declaration, optimizer.declaration, weightDecay.declaration, maximumNorm.declaration,
  ]
}

/// How a stage moves the policy: optimizer, step size, and where gradients are cut.
struct AlignmentOptimizer: Sendable, Checkpointable {
  let rate: TrainingSchedule
  let maximumNorm: Double
  var optimizer: PolicyOptimizer

  init(_ settings: Settings, _ policy: LearnedPolicy) throws(SettingProblem) {
    if let given = settings[AlignmentParameters.rate] {
      rate = given
    } else {
      rate = try TrainingSchedule(.real(policy.isTable ? 0.05 : 0.001), in: .nonnegative)
    }
    maximumNorm = settings[AlignmentParameters.maximumNorm] ?? .infinity
    optimizer = PolicyOptimizer(
      settings[AlignmentParameters.optimizer], for: policy, weightDecay: settings[AlignmentParameters.weightDecay])
  }

  /// One step.
  ///
  /// - Returns: The norm of the gradient before it was cut.
  mutating func step(
    _ policy: inout LearnedPolicy, elapsed: Double, at time: TrainingTime
  ) throws(SettingProblem) -> Double {
    let norm = policy.clipGradients(to: maximumNorm)
    try time.check(norm, .gradientNorm)
    policy.step(&optimizer, learningRate: rate.value(elapsed, of: time.total))
    return norm
  }

  func save(to writer: inout StateWriter) { optimizer.save(to: &writer) }
  mutating func restore(from reader: inout StateReader) throws(StateError) { try optimizer.restore(from: &reader) }
}

extension AlignmentState {
  /// The state before any stage: the policy that settings describe, as its own reference.
  ///
  /// - Throws: ``SettingProblem`` where the policy does not fit the task.
  init(_ settings: Settings, context: BatchContext) throws(SettingProblem) {
    let form = settings[AlignmentParameters.policy]
    let canBeTable = context.usesStateIndices && context.actionSpace.isDiscrete
    if form == .table && !canBeTable {
      throw SettingProblem(
        "a table needs a task whose states are numbered, seen one-hot; write \"mlp\"", at: ".policy")
    }
    let initial = settings[AlignmentParameters.initial]
    if form == .table || form == .ngram || form == .auto && canBeTable {
      let width = context.actionSpace.count
      try context.checkSize(4 * Double(context.observationCount) * Double(width), lowering: "policy")
      policy = LearnedPolicy(states: context.observationCount, actions: width)
      if let initial {
        guard initial.count == width else {
          throw SettingProblem(
            "there are \(initial.count) probabilities for \(width) actions; give \(width)", at: ".initial_probabilities"
          )
        }
        policy.setEverywhere(initial.map { log($0) })
      }
    } else {
      if initial != nil {
        throw SettingProblem(
          "only a table begins with given probabilities; leave them out, or write policy: \"tabular\"",
          at: ".initial_probabilities")
      }
      var stream = context.stream("weights")
      policy = LearnedPolicy(
        PolicyNetwork(
          observationCount: context.observationCount, actionSpace: context.actionSpace,
          design: .init(
            policyLayers: settings[AlignmentParameters.layers].policy,
            activation: settings[NetworkParameters.activation].function, critic: .none,
            isOrthogonal: settings[NetworkParameters.isOrthogonal]), using: &stream))
    }
    reference = policy
    exploration = context.stream("exploration")
    data = context.stream("data")
  }
}
