/// What an agent may do in a task that is observed as a vector.
public enum VectorActionSpace: Sendable, Equatable {
  /// One of as many actions, numbered `[0, count)`.
  case discrete(Int)
  /// As many numbers as the lists have entries, each between its bounds, ends included. A task clips what lies outside
  /// as its source does.
  case continuous(low: [Float], high: [Float])

  /// How many actions there are, or how many numbers one action has: the width of a policy's output.
  public var count: Int {
    switch self {
    case .discrete(let count): count
    case .continuous(let low, _): low.count
    }
  }

  /// Whether an action is a number in `[0, count)`.
  public var isDiscrete: Bool { if case .discrete = self { true } else { false } }
}

/// What a step of a task observed as a vector gives back; the observation is read where it is wanted, by
/// ``VectorEnvironment/observe(into:)``.
public struct VectorOutcome: Sendable, Equatable {
  /// The reward of the step, in the task's units.
  public var reward: Double
  /// Whether the task is over: nothing after it counts, and nothing is bootstrapped.
  public var terminated: Bool
  /// Whether the task itself cut the episode off, without being over.
  public var truncated: Bool

  /// What a step gives back.
  @inlinable @inline(__always)
  public init(reward: Double, terminated: Bool, truncated: Bool = false) {
    self.reward = reward
    self.terminated = terminated
    self.truncated = truncated
  }
}

/// A task that is observed as a vector of features: what policies and value functions over features act in.
///
/// An environment is a value: a copy shares nothing with the original that changes. It draws from the stream that it is
/// handed and from nothing else, and allocates nothing after it was made. Its state may be kept in more bits than its
/// observation shows. Time limits are not its business: whoever drives it truncates. Stepping on after an episode's
/// last step, without a reset, is meaningless.
///
/// A type answers the kind of action that its ``actionSpace`` names; the other method traps.
public protocol VectorEnvironment: Checkpointable, Sendable {
  /// How many numbers an observation has, at least 1.
  var observationCount: Int { get }

  /// Between which bounds each number of an observation lies, or is worth looking at where it has none; empty where nobody knows. May
  /// allocate: ask once.
  var observationRanges: [ClosedRange<Double>] { get }

  /// What an agent may do. May allocate: ask once.
  var actionSpace: VectorActionSpace { get }

  /// After how many steps an episode is truncated unless a configuration says otherwise; nil for never.
  var timeLimit: Int? { get }

  /// Whether episodes may end by themselves. The default is that they may.
  var terminates: Bool { get }

  /// Where the observation is a one-hot vector, the place of its 1, in `[0, observationCount)`; nil where it is none,
  /// in every state. Whoever uses the place never needs the vector.
  var stateIndex: Int? { get }

  /// How many of a discrete space's actions the current state offers: the first so many. The default is all of them.
  var availableActions: Int { get }

  /// Whether every state offers every action, so that ``availableActions`` need not be asked. The default is that it does.
  var offersAllActions: Bool { get }

  /// Begins an episode.
  mutating func reset(using stream: inout RandomStream)

  /// Begins an episode in the state in which another copy has just begun one; what happens then is drawn from `stream`. The default becomes
  /// that copy.
  mutating func begin(as other: Self, using stream: inout RandomStream)

  /// Why the task cannot go on, where it lives outside this program and has failed: from then on every episode is over at once. The default is
  /// that nothing fails.
  var failure: String? { get }

  /// Takes one of the numbered actions.
  ///
  /// - Parameter action: In `[0, availableActions)`.
  mutating func step(action: Int, using stream: inout RandomStream) -> VectorOutcome

  /// Takes an action of several numbers.
  ///
  /// - Parameter values: As many numbers as the space has; the task clips them.
  mutating func step(values: UnsafePointer<Float>, using stream: inout RandomStream) -> VectorOutcome

  /// Writes the observation of the current state: ``observationCount`` numbers, rounded from the state's own precision.
  func observe(into observation: UnsafeMutablePointer<Float>)

  /// How good the choices were, where the task is a bandit; nil elsewhere.
  mutating func takeStatistics() -> BanditStatistics?

  /// What the task looks like where it is observed so; nil where it has no looks, which is the default.
  ///
  /// - Parameter observation: ``observationCount`` numbers.
  func scene(of observation: [Float]) -> Scene?
}

extension VectorEnvironment {
  /// Episodes go on until they end.
  public var timeLimit: Int? { nil }
  /// Nobody knows the bounds.
  public var observationRanges: [ClosedRange<Double>] { [] }
  /// Episodes may end.
  public var terminates: Bool { true }
  /// The observation is no one-hot vector.
  @inlinable public var stateIndex: Int? { nil }
  /// Every state offers every action.
  public var availableActions: Int { actionSpace.count }
  /// Every state offers every action.
  public var offersAllActions: Bool { true }
  /// The task is no bandit.
  public mutating func takeStatistics() -> BanditStatistics? { nil }
  /// Nothing fails.
  public var failure: String? { nil }
  /// The task has no looks.
  public func scene(of observation: [Float]) -> Scene? { nil }
  /// Becomes the other copy.
  @inlinable public mutating func begin(as other: Self, using stream: inout RandomStream) { self = other }

  /// Traps: the task's actions are no single number.
  public mutating func step(action: Int, using stream: inout RandomStream) -> VectorOutcome {
    preconditionFailure("\(Self.self) takes continuous actions, not action \(action)")
  }

  /// Traps: the task's actions are numbered.
  public mutating func step(values: UnsafePointer<Float>, using stream: inout RandomStream) -> VectorOutcome {
    preconditionFailure("\(Self.self) takes numbered actions, not lists of numbers")
  }

  /// The observation of the current state, as a list of its own.
  public var observation: [Float] {
    [Float](unsafeUninitializedCapacity: observationCount) { buffer, count in
      observe(into: buffer.baseAddress!)
      count = observationCount
    }
  }
}

/// A task observed as a vector that configurations name: it gives samples, and no model of it is known.
public protocol SampledVectorEnvironment: VectorEnvironment, Configurable {
  /// Makes the task.
  ///
  /// - Throws: ``SettingProblem`` where settings contradict each other.
  init(_ settings: Settings) throws(SettingProblem)
}
