/// A task of numbered states and actions that gives samples and nothing else: no model is known. The least that a task of one's own has to be.
public protocol SampledEnvironment: TabularEnvironment, Configurable {
  /// Makes the task.
  ///
  /// - Throws: ``SettingProblem`` where settings contradict each other.
  init(_ settings: Settings) throws(SettingProblem)

  /// After how many steps an episode is truncated unless the configuration says otherwise; nil for never.
  var timeLimit: Int? { get }
}

extension SampledEnvironment {
  /// Episodes go on until they end.
  public var timeLimit: Int? { nil }
  /// Begins an episode where the task begins it: such a task knows no other way.
  public mutating func resetAnywhere(using stream: inout RandomStream) -> Int { reset(using: &stream) }
}

/// A bandit: a task of one state and steps that stand alone, which knows how good each choice was.
public protocol BanditEnvironment: SampledEnvironment {
  /// What was chosen since the last call, and the regret since the beginning.
  mutating func takeStatistics() -> BanditStatistics
}

/// A bandit whose choices depend on a context that it shows.
public protocol ContextualBanditEnvironment: BanditEnvironment {
  /// How many numbers a context has.
  var contextDimension: Int { get }

  /// The same bandit, which writes its contexts into row 0 of a table of its own, ``contextDimension`` numbers wide.
  func showing(in table: FeatureTable) -> Self
}

/// How good the choices of a bandit learner were.
public struct BanditStatistics: Sendable, Equatable {
  /// Choices since the last call.
  public var choices: Int
  /// How many of them were of an arm with the greatest mean at that time.
  public var optimal: Int
  /// The sum of (greatest mean − mean of the chosen arm) over all choices since the beginning, in units of reward.
  public var regret: Double

  /// How good the choices were.
  public init(choices: Int = 0, optimal: Int = 0, regret: Double = 0) {
    self.choices = choices
    self.optimal = optimal
    self.regret = regret
  }

  /// Counts the choice of an arm. Of tied best arms each counts as optimal; the regret is the random pseudo-regret of Lattimore & Szepesvári,
  /// *Bandit Algorithms*, 2020, section 4.8.
  ///
  /// - Parameters:
  ///   - mean: The arm's mean reward.
  ///   - best: The greatest mean of all arms.
  @inlinable @inline(__always)
  public mutating func count(mean: Double, best: Double) {
    choices &+= 1
    if mean == best { optimal &+= 1 }
    regret += best - mean
  }

  /// Gives the counts, and begins counting anew; the regret goes on.
  public mutating func take() -> BanditStatistics {
    defer { (choices, optimal) = (0, 0) }
    return self
  }
}

extension BanditStatistics: Checkpointable {
  /// Appends the counts.
  public func save(to writer: inout StateWriter) {
    writer.write(choices)
    writer.write(optimal)
    writer.write(regret)
  }

  /// Takes up the counts.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    choices = try reader.integer()
    optimal = try reader.integer()
    regret = try reader.number()
  }
}

/// Any tabular environment, for learners that were not compiled for its type. Every step goes through a table of functions, which costs a few
/// nanoseconds; a copy shares nothing with the original.
public struct AnyTabularEnvironment: TabularEnvironment, @unchecked Sendable {
  private var base: any TabularEnvironment

  /// Wraps an environment.
  public init(_ base: any TabularEnvironment) { self.base = base }

  /// States and actions.
  public var space: ActionSpace { base.space }
  /// Draws what is fixed for a whole trial.
  public mutating func prepare(using stream: inout RandomStream) { base.prepare(using: &stream) }
  /// Begins an episode.
  public mutating func reset(using stream: inout RandomStream) -> Int { base.reset(using: &stream) }
  /// Begins an episode anywhere.
  public mutating func resetAnywhere(using stream: inout RandomStream) -> Int { base.resetAnywhere(using: &stream) }
  /// Takes an action.
  public mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
    base.step(action, using: &stream)
  }
  /// What was chosen since the last call, where the wrapped environment is a bandit; nil elsewhere.
  public mutating func takeStatistics() -> BanditStatistics? {
    if var wrapped = base as? WrappedTask {
      let statistics = wrapped.takeStatistics()
      base = wrapped
      return statistics
    }
    guard var bandit = base as? any BanditEnvironment else { return nil }
    let statistics = bandit.takeStatistics()
    base = bandit
    return statistics
  }
  /// Why the wrapped environment cannot go on.
  public var failure: String? { base.failure }
  /// Appends the wrapped environment's state.
  public func save(to writer: inout StateWriter) { base.save(to: &writer) }
  /// Takes up the wrapped environment's state.
  public mutating func restore(from reader: inout StateReader) throws(StateError) { try base.restore(from: &reader) }
}
