/// A method that learns update by update from experience that it collects itself, with functions of features: policy-gradient
/// methods on networks, deep Q-learning, group methods.
///
/// What a trial does with it is written once, in the lab's driver: it makes the copies of the task, calls ``update(in:at:)`` until the
/// budget is spent, counts updates, episodes and steps, records, evaluates, and stores and takes up the whole state. A learner
/// only acts and learns:
///
///     init        networks from the stream "initialisation"; throws what does not fit the task
///     update      collects experience in the batch (batch.step), learns from it, adds to `statistics`
///     act         chooses actions in given observations, for evaluation; leaves what is learned as it is
///     appraise    the policy's probabilities and the values in given observations, for exact columns and tables
///     archive     what a policy file needs, if it can be stored
///     save        everything, so that what follows is the same to the bit
///
/// The batch's streams draw for the environment alone. A learner's own draws come from streams of its context, by component: "initialisation",
/// "exploration", "minibatches"; it keeps them as a part of its state.
public protocol BatchLearner: ~Copyable, Checkpointable, Configurable {
  /// Makes the learner as it is before its first update.
  ///
  /// - Throws: ``SettingProblem`` where settings contradict each other or do not fit the task.
  init(_ settings: Settings, context: BatchContext) throws(SettingProblem)

  /// What the learner can fill of ``statistics``: columns of the curve.
  static var quantities: [BatchQuantity] { get }

  /// Whether the policy that it learns is the one that acts; if not, it learns a greedy one, as methods of action values do.
  static var isOnPolicy: Bool { get }

  /// Whether it draws its data from the model of the task.
  static var needsModel: Bool { get }

  /// Whether it chooses among numbered actions, so that it has no use for continuous ones.
  static var needsNumberedActions: Bool { get }

  /// Changes what a configuration gives before defaults are filled in: presets.
  ///
  /// - Parameters:
  ///   - given: The parameters that were written.
  ///   - environment: The id of the task.
  /// - Returns: The parameters with what the preset adds. What was given stays.
  static func expand(_ given: [Setting.Field], environment: String) throws(SettingProblem) -> [Setting.Field]

  /// The discount rate γ, in `[0, 1]`: with which the exact columns discount, too.
  var gamma: Double { get }

  /// How many copies of the task it acts in, at least 1.
  var copies: Int { get }

  /// After how many steps it wants episodes cut off, where the task does not cut them off sooner; nil for never.
  var episodeLimit: Int? { get }

  /// What holds it to a reference policy; nil for methods that have none.
  var regularization: Regularization? { get }

  /// One update: collects experience and learns from it.
  ///
  /// - Parameters:
  ///   - batch: The copies, always the same; an episode goes on from one update to the next.
  ///   - time: How far the trial has come.
  /// - Throws: ``SettingProblem`` where a loss or a gradient is not finite (see ``TrainingTime/check(_:_:)``).
  mutating func update(in batch: EnvironmentBatch, at time: TrainingTime) throws(SettingProblem)

  /// What the updates said about themselves since somebody last took note and emptied it.
  var statistics: BatchStatistics { get set }

  /// Chooses actions in the first `rows` of some observations.
  ///
  /// - Parameters:
  ///   - isGreedy: Whether the likeliest action is taken, or the best; drawn from the policy that acts otherwise.
  ///   - actions: Receives `rows` actions.
  mutating func act(
    on observations: ObservationStore, rows: Int, isGreedy: Bool, into actions: inout ActionStore,
    using stream: inout RandomStream)

  /// Tells the policies and the values in the first `rows` of some observations.
  mutating func appraise(_ observations: ObservationStore, rows: Int, into appraisal: inout PolicyAppraisal)

  /// The policy as a file stores it; nil where it cannot be.
  func archive() -> PolicyArchive?
}

extension BatchLearner where Self: ~Copyable {
  /// What it learns is what acts.
  public static var isOnPolicy: Bool { true }
  /// It learns from samples.
  public static var needsModel: Bool { false }
  /// It takes actions of any kind.
  public static var needsNumberedActions: Bool { false }
  /// There are no presets.
  public static func expand(
    _ given: [Setting.Field], environment: String
  ) throws(SettingProblem) -> [Setting.Field] { given }
  /// Episodes last as long as the task says.
  public var episodeLimit: Int? { nil }
  /// There is no reference.
  public var regularization: Regularization? { nil }
  /// It cannot be stored.
  public func archive() -> PolicyArchive? { nil }
}

/// What holds a policy to a reference policy: which exact columns can be computed.
public struct Regularization: Sendable, Equatable {
  /// Whether a divergence from the reference is ever a part of what is maximised, so that there is a regularised optimum.
  public var hasPenalty: Bool
  /// Whether a learned reward stands in for the task's own.
  public var hasProxy: Bool

  /// What holds a policy to a reference policy.
  public init(hasPenalty: Bool, hasProxy: Bool = false) {
    self.hasPenalty = hasPenalty
    self.hasProxy = hasProxy
  }
}

/// What a batch learner finds out about its task and its trial before it starts.
public struct BatchContext: Sendable {
  /// How many numbers an observation has.
  public var observationCount: Int
  /// Whether observations are places in a one-hot vector.
  public var usesStateIndices: Bool
  /// What an agent may do.
  public var actionSpace: VectorActionSpace
  /// Whether every state offers every action.
  public var offersAllActions: Bool
  /// Whether episodes end: by themselves or by a time limit.
  public var endsEpisodes: Bool
  /// The root seed.
  public var root: UInt64
  /// The trial's seed.
  public var seed: UInt64
  /// The exact model, where the task has one and its states are the observations' places.
  public var model: FiniteMDP?
  /// After how many steps the task cuts episodes off; nil for never.
  public var timeLimit: Int?
  /// What is observed in each state of the task, where it is finite, whatever observations are; nil elsewhere.
  public var stateObservations: ObservationStore?
  /// The model of a finite task, whatever observations are; nil elsewhere.
  public var exactModel: FiniteMDP?

  /// What a batch learner finds out.
  public init(
    observationCount: Int, usesStateIndices: Bool = false, actionSpace: VectorActionSpace,
    offersAllActions: Bool = true, endsEpisodes: Bool = true, root: UInt64, seed: UInt64, model: FiniteMDP? = nil,
    timeLimit: Int? = nil, stateObservations: ObservationStore? = nil, exactModel: FiniteMDP? = nil
  ) {
    self.timeLimit = timeLimit
    self.stateObservations = stateObservations
    self.exactModel = exactModel
    self.observationCount = observationCount
    self.usesStateIndices = usesStateIndices
    self.actionSpace = actionSpace
    self.offersAllActions = offersAllActions
    self.endsEpisodes = endsEpisodes
    self.root = root
    self.seed = seed
    self.model = model
  }

  /// What a learner finds out about copies that are there already: for tests, and programs without the lab.
  public init(_ batch: EnvironmentBatch, root: UInt64, seed: UInt64) {
    self.init(
      observationCount: batch.observationCount, usesStateIndices: batch.usesStateIndices,
      actionSpace: batch.actionSpace, offersAllActions: batch.offersAllActions, root: root, seed: seed)
  }

  /// The stream of a component of the trial.
  public func stream(_ component: StaticString) -> RandomStream {
    RandomStream(root: root, index: seed, component: component)
  }

  /// The number of actions, for methods that need them numbered.
  ///
  /// - Throws: ``SettingProblem`` where actions are continuous.
  public func discreteActions(for id: String) throws(SettingProblem) -> Int {
    guard case .discrete(let count) = actionSpace else {
      throw SettingProblem(
        "\"\(id)\" chooses among numbered actions, and this task's are continuous; choose a policy method such as ppo")
    }
    return count
  }
}

/// How far a trial has come, for schedules.
public struct TrainingTime: Sendable {
  /// The unit in which the budget is given.
  public enum Unit: Sendable {
    /// Updates.
    case iterations
    /// Finished episodes.
    case episodes
    /// Environment steps.
    case steps
  }

  /// The budget's unit.
  public let unit: Unit
  /// The budget's count, at least 1.
  public let total: Int
  /// The number of this update, from 1 on.
  public let update: Int

  /// How far a trial has come.
  public init(unit: Unit, total: Int, update: Int) {
    self.unit = unit
    self.total = total
    self.update = update
  }

  /// The units of the budget that are behind a batch now.
  public func elapsed(in batch: EnvironmentBatch) -> Double {
    switch unit {
    case .iterations: Double(update - 1)
    case .episodes: Double(batch.episodes)
    case .steps: Double(batch.steps)
    }
  }

  /// Ends the trial where a number is not finite.
  ///
  /// - Throws: ``SettingProblem`` that names the update and the quantity.
  @inlinable
  public func check(_ value: Double, _ quantity: BatchQuantity) throws(SettingProblem) {
    if !value.isFinite { throw problem(value, quantity.rawValue) }
  }

  /// What is wrong where a number is not finite.
  public func problem(_ value: Double, _ quantity: String) -> SettingProblem {
    let what = value.isNaN ? "not a number" : "infinite"
    return SettingProblem(
      "update \(update): \(quantity) is \(what); lower the learning rate, or bound it by max_grad_norm")
  }
}

/// A parameter over time whose end may be that of the budget.
public struct TrainingSchedule: Sendable, Equatable {
  /// The parameter over time; over one unit where the budget is the measure.
  public let schedule: Schedule
  /// Whether time is counted as the share of the budget.
  public let isOverBudget: Bool

  /// The value at a time.
  ///
  /// - Parameters:
  ///   - elapsed: Units of the budget behind.
  ///   - total: Units of the budget in all.
  public func value(_ elapsed: Double, of total: Int) -> Double {
    schedule.value(at: isOverBudget ? min(1, elapsed / Double(total)) : elapsed)
  }

  /// Reads a number, a schedule whose `over` may be left out, or "lin_0.001", which goes to 0 over the budget.
  public init(_ setting: Setting, in interval: Interval) throws(SettingProblem) {
    if let text = setting.text {
      guard text.hasPrefix("lin_"), let from = Double(text.dropFirst(4)), interval.contains(from) else {
        throw SettingProblem(
          "\(setting) is no schedule; write a number in \(interval), \"lin_0.001\", or {schedule: \"linear\", from: 0.001, to: 0}"
        )
      }
      schedule = .linear(from: from, to: 0, over: 1)
      isOverBudget = true
      return
    }
    guard let fields = setting.fields,
      setting["schedule"]?.text == "linear" || setting["schedule"]?.text == "exponential",
      setting["over"] == nil || setting["over"] == .null
    else {
      schedule = try Schedule(setting, in: interval)
      isOverBudget = false
      return
    }
    schedule = try Schedule(
      .object(fields.filter { $0.key != "over" } + [.init("over", .integer(1))]), in: interval)
    isOverBudget = true
  }
}

extension Parameter where Value == TrainingSchedule {
  /// A number that may change over time, up to the end of the budget where nothing else is said.
  public static func training(
    _ name: String, symbol: String? = nil, default: Double?, in interval: Interval, _ meaning: String
  ) -> Parameter {
    Parameter(
      name, symbol: symbol, type: "number or schedule (over the budget where \"over\" is left out)",
      default: `default`.map(Setting.real), range: interval.description, meaning
    ) { setting throws(SettingProblem) in try TrainingSchedule(setting, in: interval) }
  }
}

/// What the updates of batch learners say about themselves; the raw values are columns of curves.
public enum BatchQuantity: String, Sendable, CaseIterable {
  /// The loss of the policy.
  case policyLoss = "policy_loss"
  /// The loss of the critic, or of action values.
  case valueLoss = "value_loss"
  /// The mean entropy of the policy in nats.
  case entropy
  /// The divergence of the policy from the one that collected.
  case kl
  /// The share of ratios beyond the clip range.
  case clipFraction = "clip_fraction"
  /// The share of the returns' variance that the critic explains.
  case explainedVariance = "explained_variance"
  /// The norm of the gradient before it is clipped.
  case gradientNorm = "gradient_norm"
  /// The standard deviation of the rewards within a group.
  case rewardStd = "reward_std"
  /// The share of groups whose rewards are all equal.
  case zeroSignalGroups = "zero_signal_groups"
  /// The divergence of the policy from the reference.
  case referenceKL = "reference_kl"
  /// The loss of a reward model.
  case rewardLoss = "reward_loss"
  /// The share of preferences that a reward, learned or implicit, agrees with.
  case preferenceAccuracy = "preference_accuracy"
  /// How much more reward, learned or implicit, the preferred ones have.
  case rewardMargin = "reward_margin"
  /// The return of the best episode of a group.
  case bestReturn = "best_return"
  /// A bound on the divergence of the best of n from the policy that draws.
  case divergenceBound = "kl_bound"
}

/// Means of what updates say about themselves, since they were last emptied.
public struct BatchStatistics: Sendable, Equatable {
  private var sums = [Double](repeating: 0, count: BatchQuantity.allCases.count)
  private var counts = [Int](repeating: 0, count: BatchQuantity.allCases.count)

  /// Nothing has been said.
  public init() {}

  /// Adds a number to the mean of a quantity; NaN says nothing.
  public mutating func add(_ quantity: BatchQuantity, _ value: Double) {
    if value.isNaN { return }
    let place = Self.place(quantity)
    sums[place] += value
    counts[place] += 1
  }

  /// The mean of a quantity; NaN where nothing was said.
  public func mean(_ quantity: BatchQuantity) -> Double {
    let place = Self.place(quantity)
    return counts[place] > 0 ? sums[place] / Double(counts[place]) : .nan
  }

  private static func place(_ quantity: BatchQuantity) -> Int {
    switch quantity {
    case .policyLoss: 0
    case .valueLoss: 1
    case .entropy: 2
    case .kl: 3
    case .clipFraction: 4
    case .explainedVariance: 5
    case .gradientNorm: 6
    case .rewardStd: 7
    case .zeroSignalGroups: 8
    case .referenceKL: 9
    case .rewardLoss: 10
    case .preferenceAccuracy: 11
    case .rewardMargin: 12
    case .bestReturn: 13
    case .divergenceBound: 14
    }
  }
}

extension BatchStatistics: Checkpointable {
  /// Appends sums and counts.
  public func save(to writer: inout StateWriter) {
    writer.write(sums)
    writer.write(counts)
  }

  /// Takes up sums and counts.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let sums = try reader.list(of: 0.0)
    let counts = try reader.list(of: 0)
    guard sums.count == self.sums.count, counts.count == self.counts.count else {
      throw StateError("the checkpoint's statistics do not fit")
    }
    (self.sums, self.counts) = (sums, counts)
  }
}

/// Policies and values in some observations; what a method does not have stays empty.
public struct PolicyAppraisal: Sendable {
  /// The probabilities of the policy that is learned, a row of as many as the space has actions.
  public var targetPolicy: [Double] = []
  /// The probabilities of the policy that acts.
  public var behaviorPolicy: [Double] = []
  /// The critic's values, one a row.
  public var stateValues: [Double] = []
  /// Action values, a row of as many as the space has actions.
  public var actionValues: [Double] = []
  /// The probabilities of the reference policy, a row of as many as the space has actions.
  public var referencePolicy: [Double] = []
  /// The weight β of the divergence from it.
  public var beta = 0.0
  /// The learned rewards of actions, a row of as many as the space has actions.
  public var proxyRewards: [Double] = []

  /// Nothing yet.
  public init() {}
}
