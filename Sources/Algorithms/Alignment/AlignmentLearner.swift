import RLCore

/// A learner of an ``AlignmentState``: it acts as the policy there does, and tells it beside its reference.
public protocol AlignmentMethod: BatchLearner, ~Copyable {
  /// What is learned.
  var state: AlignmentState { get set }
  /// The weight of the divergence from the reference as it is now; 0 for none.
  var beta: Double { get }
  /// Whether states are numbered.
  var usesStateIndices: Bool { get }
}

extension AlignmentMethod where Self: ~Copyable {
  /// What updates said.
  public var statistics: BatchStatistics {
    get { state.statistics }
    set { state.statistics = newValue }
  }

  /// Chooses actions.
  public mutating func act(
    on observations: ObservationStore, rows: Int, isGreedy: Bool, into actions: inout ActionStore,
    using stream: inout RandomStream
  ) { state.policy.act(on: observations, rows: rows, isGreedy: isGreedy, into: &actions, using: &stream) }

  /// Tells the policy and its reference.
  public mutating func appraise(_ observations: ObservationStore, rows: Int, into appraisal: inout PolicyAppraisal) {
    state.appraise(observations, rows: rows, beta: beta, into: &appraisal)
  }

  /// The policy, if it is a network.
  public func archive() -> PolicyArchive? {
    state.policy.network.map { PolicyArchive($0, usesStateIndices: usesStateIndices, normalizer: nil) }
  }
}

/// A method of alignment as an algorithm of its own: one stage from the first update to the last.
public struct AlignmentLearner<Stage: AlignmentStage>: AlignmentMethod, ~Copyable {
  /// What configurations and readers see: the stage's, with the parameters that all stages share.
  public static var about: About {
    let about = Stage.about
    return About(
      id: about.id, summary: about.summary, source: about.source, equation: about.equation,
      parameters: about.parameters + AlignmentParameters.all, relations: about.relations)
  }

  /// The columns that it fills.
  public static var quantities: [BatchQuantity] { Stage.quantities }
  /// Whether the stage draws its data from the model of the task.
  public static var needsModel: Bool { Stage.needsModel }
  /// Whether the stage chooses among numbered actions.
  public static var needsNumberedActions: Bool { Stage.needsNumberedActions }

  /// The discount rate γ.
  public let gamma: Double
  /// How many episodes an update samples, each in a copy of its own.
  public let copies: Int
  /// After how many steps episodes are cut off.
  public let episodeLimit: Int?
  /// What is learned.
  public var state: AlignmentState
  /// Whether states are numbered.
  public let usesStateIndices: Bool
  private var stage: Stage
  private var hasBegun = false

  /// Makes the learner as it is before its first update.
  public init(_ settings: Settings, context: BatchContext) throws(SettingProblem) {
    gamma = settings[AlignmentParameters.gamma]
    copies = settings[AlignmentParameters.sequences]
    episodeLimit = context.episodeLimit(settings)
    usesStateIndices = context.usesStateIndices
    var context = context
    context.timeLimit = episodeLimit
    let state = try AlignmentState(settings, context: context)
    stage = try Stage(settings, context: context, state: state)
    self.state = state
  }

  /// Fills in what a preset says.
  public static func expand(
    _ given: [Setting.Field], environment: String
  ) throws(SettingProblem) -> [Setting.Field] { try Stage.expand(given) }

  /// The weight of the divergence.
  public var beta: Double { stage.beta }

  /// It is held to a reference.
  public var regularization: Regularization? { Regularization(hasPenalty: beta > 0, hasProxy: Stage.makesReward) }

  /// One update of the stage.
  public mutating func update(in batch: EnvironmentBatch, at time: TrainingTime) throws(SettingProblem) {
    if !hasBegun {
      stage.begin(&state)
      hasBegun = true
    }
    try stage.update(&state, in: batch, at: time)
  }

  /// Appends policies and stage.
  public func save(to writer: inout StateWriter) {
    writer.write(hasBegun)
    state.save(to: &writer)
    stage.save(to: &writer)
  }

  /// Takes up policies and stage.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    hasBegun = try reader.flag()
    try state.restore(from: &reader)
    try stage.restore(from: &reader)
  }
}

extension BatchContext {
  /// After how many steps episodes are cut off: as settings say, else as the task says, else 1000.
  func episodeLimit(_ settings: Settings) -> Int {
    let own = settings[AlignmentParameters.maximumLength] ?? timeLimit ?? 1000
    return min(own, timeLimit ?? own)
  }
}

extension AlignmentState {
  /// Tells the policy, its reference and a learned reward.
  mutating func appraise(
    _ observations: ObservationStore, rows: Int, beta: Double, into appraisal: inout PolicyAppraisal
  ) {
    appraisal.targetPolicy = policy.probabilities(observations, rows: rows)
    appraisal.behaviorPolicy = appraisal.targetPolicy
    appraisal.referencePolicy = reference.probabilities(observations, rows: rows)
    appraisal.beta = beta
    if rewardModel != nil { appraisal.proxyRewards = rewardModel!.rewards(observations, rows: rows) }
  }
}
