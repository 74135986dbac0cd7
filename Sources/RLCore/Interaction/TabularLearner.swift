/// One step of experience of a tabular learner.
public struct Transition {
  /// Where the action was taken.
  public let state: Int
  /// The action's place among those of the state.
  public let action: Int
  /// The reward.
  public let reward: Double
  /// The state that followed.
  public let next: Int
  /// Whether the task ended: the value of `next` counts as 0.
  public let terminated: Bool
  /// Whether the episode was cut off: the learner bootstraps from `next`, but the episode goes no further.
  public let truncated: Bool

  /// One step of experience.
  @inlinable @inline(__always)
  public init(state: Int, action: Int, reward: Double, next: Int, terminated: Bool, truncated: Bool = false) {
    self.state = state
    self.action = action
    self.reward = reward
    self.next = next
    self.terminated = terminated
    self.truncated = truncated
  }

  /// Whether the episode is over, for whatever reason.
  @inlinable @inline(__always)
  public var isLast: Bool { terminated || truncated }
}

/// What a learner finds out about its task before it starts.
public struct LearnerContext: Sendable {
  /// States and actions; observations in place of states where that is all that is seen (see ``Observations``).
  public let space: ActionSpace
  /// The model whose states are those of ``space``, for policies that are written for them; nil where nobody knows, or where states
  /// look alike.
  public let model: FiniteMDP?
  /// The features of what is observed, for linear methods; nil for all others.
  public let features: FeatureTable?

  /// What a learner finds out about its task.
  public init(space: ActionSpace, model: FiniteMDP? = nil, features: FeatureTable? = nil) {
    self.space = space
    self.model = model
    self.features = features
  }
}

/// A method that learns from one step after another, with tables over states and actions.
///
/// The loop that acts and counts is written once, in ``EpisodeLoop``: a learner chooses actions and learns from what follows.
public protocol TabularLearner: ~Copyable, Checkpointable, Configurable {
  /// Makes the learner as it is before its first step.
  ///
  /// - Throws: ``SettingProblem`` where settings do not fit the task.
  init(_ settings: Settings, context: LearnerContext) throws(SettingProblem)

  /// The discount rate γ, in `[0, 1]`: with which the exact columns discount, too.
  var gamma: Double { get }

  /// Whether episodes start anywhere, with any action (exploring starts).
  var exploringStarts: Bool { get }

  /// Whether some parameter changes with time; if so, ``adjust(to:)`` is called before every unit of time.
  var isScheduled: Bool { get }

  /// Whether it learns only when an episode is over, so that it has no use for a task that never ends.
  static var learnsAtEnd: Bool { get }

  /// Whether it looks into the model of the task.
  static var needsModel: Bool { get }

  /// Why it cannot go on, in one line with a remedy; nil while all is well. Looked at between slices of steps, never within.
  var failure: String? { get }

  /// Sets the parameters that change with time.
  ///
  /// - Parameter time: Finished units of the trial's budget.
  mutating func adjust(to time: Double)

  /// Begins an episode.
  ///
  /// - Returns: The first action.
  mutating func begin(in state: Int, using stream: inout RandomStream) -> Int

  /// Learns from one step, and chooses the next action.
  ///
  /// - Returns: The action for `transition.next`; of no meaning where the episode is over.
  mutating func learn(from transition: Transition, using stream: inout RandomStream) -> Int

  /// What has been learned, for the record. Off the hot path.
  func report(into report: inout LearnerReport)
}

extension TabularLearner where Self: ~Copyable {
  /// Episodes start where the task starts them.
  public var exploringStarts: Bool { false }
  /// Nothing changes with time.
  public var isScheduled: Bool { false }
  /// It learns from every step.
  public static var learnsAtEnd: Bool { false }
  /// It learns from samples.
  public static var needsModel: Bool { false }
  /// All is well.
  public var failure: String? { nil }
  /// Nothing changes with time.
  public mutating func adjust(to time: Double) {}
}

/// What a learner has learned, slot by slot (see ``ActionSpace``) or state by state. Whatever the method does not have stays empty.
public struct LearnerReport: Sendable {
  /// Action values, a number a slot.
  public var actionValues: [Double] = []
  /// State values, a number a state.
  public var stateValues: [Double] = []
  /// The policy that is learned or evaluated, a probability a slot.
  public var targetPolicy: [Double] = []
  /// The policy that acts, a probability a slot.
  public var behaviorPolicy: [Double] = []

  /// The reference policy of a method that has one, a probability a slot.
  public var referencePolicy: [Double] = []
  /// The weight β of the divergence from it.
  public var beta = 0.0
  /// The learned reward of a method that has one, a number a slot.
  public var proxyRewards: [Double] = []

  /// Whether `actionValues` and `targetPolicy` have a number for each state–action pair of the model instead of one for each slot.
  public var isByPair = false

  /// Which targets are to be held against the exact values; nil for none.
  public var diagnosis: Diagnosis?

  /// Targets that are to be held against the exact values.
  public struct Diagnosis: Sendable, Equatable {
    /// The states that they are targets of.
    public var states: [Int]
    /// How many rewards they hold before they bootstrap; nil for whole returns.
    public var steps: Int?

    /// Targets that are to be held against the exact values.
    public init(states: [Int], steps: Int?) {
      self.states = states
      self.steps = steps
    }
  }

  /// Nothing yet.
  public init() {}

  /// Makes the policies ready to be written into.
  public mutating func makeRoom(for space: ActionSpace) {
    if targetPolicy.count != space.slotCount { targetPolicy = [Double](repeating: 0, count: space.slotCount) }
    if behaviorPolicy.count != space.slotCount { behaviorPolicy = [Double](repeating: 0, count: space.slotCount) }
  }
}
