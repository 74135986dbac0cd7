/// Sums over the steps and the finished episodes of a while.
public struct EpisodeTally: Sendable, Equatable {
  /// Steps taken.
  public var steps = 0
  /// The sum of their rewards.
  public var reward = 0.0
  /// Episodes finished.
  public var episodes = 0
  /// The sum of their undiscounted returns.
  public var returns = 0.0
  /// The sum of their lengths.
  public var lengths = 0

  /// Nothing has happened.
  public init() {}
}

/// What has happened in copies of an environment, all together.
public struct EpisodeLedger: Sendable, Equatable {
  /// Steps taken since the beginning.
  public var steps = 0
  /// Episodes finished since the beginning.
  public var episodes = 0
  /// How many episodes ended in the last step.
  public var endings = 0
  /// What has happened since somebody last took note and emptied it.
  public var tally = EpisodeTally()
  /// Choices in bandits that have become copies of others since.
  var overwritten = BanditStatistics(choices: 0, optimal: 0, regret: 0)

  /// Nothing has happened.
  public init() {}
}

extension EpisodeLedger: Checkpointable {
  /// Appends all counts and sums.
  public func save(to writer: inout StateWriter) {
    for number in [steps, episodes, endings, tally.steps, tally.episodes, tally.lengths] { writer.write(number) }
    writer.write(tally.reward)
    writer.write(tally.returns)
    writer.write(overwritten.choices)
    writer.write(overwritten.optimal)
    writer.write(overwritten.regret)
  }

  /// Takes up all counts and sums.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    steps = try reader.integer()
    episodes = try reader.integer()
    endings = try reader.integer()
    tally.steps = try reader.integer()
    tally.episodes = try reader.integer()
    tally.lengths = try reader.integer()
    tally.reward = try reader.number()
    tally.returns = try reader.number()
    overwritten = BanditStatistics(
      choices: try reader.integer(), optimal: try reader.integer(), regret: try reader.number())
  }
}

/// Copies of one environment that are stepped together, each with a random stream of its own: where policy methods
/// collect their experience.
///
/// A copy whose episode ends is reset within the same step (Gymnasium's `AutoresetMode.SAME_STEP`, which is
/// Stable-Baselines3's): then ``observations`` holds the first observation of the next episode and
/// ``finalObservations`` the one that the episode ended in, from which a truncated episode bootstraps. Results lie side
/// by side, a row a copy, in memory that belongs to this value; nothing is allocated after it was made. The pointers
/// are valid as long as the value lives.
///
/// Copy `k` of the trial with seed index `i` draws from `RandomStream(root: r, index: i + k * 0x9FB21C651E98DF25 mod
/// 2⁶⁴, component: c)`: the first copy has the trial's own stream, other copies differ from those of every trial that
/// anyone will number, and no copy's stream depends on how many there are.
public struct VectorizedEnvironments<Base: VectorEnvironment>: ~Copyable {
  /// How many copies there are.
  public let count: Int
  /// How many numbers one observation has.
  public let observationCount: Int
  /// What an agent may do.
  public let actionSpace: VectorActionSpace
  /// Whether observations are places in a one-hot vector (``stateIndices``), which is then never built.
  public let usesStateIndices: Bool
  /// Whether every state offers every action; if not, ``availableActions`` says how many.
  public let offersAllActions: Bool
  /// Steps taken so far, all copies together.
  public var steps: Int { ledger.pointee.steps }
  /// Episodes finished so far, all copies together.
  public var episodes: Int { ledger.pointee.episodes }
  /// How many episodes ended in the last step.
  public var endings: Int { ledger.pointee.endings }

  /// The current observations: ``count`` rows of ``observationCount`` numbers; no memory where ``usesStateIndices``
  /// holds.
  public let observations: UnsafeMutablePointer<Float>
  /// For each copy whose episode ended in the last step, the observation that it ended in; other rows hold older ones.
  public let finalObservations: UnsafeMutablePointer<Float>
  /// The current places of the observations' 1; meaningful where ``usesStateIndices`` holds.
  public let stateIndices: UnsafeMutablePointer<Int32>
  /// The same for the observations that episodes ended in.
  public let finalStateIndices: UnsafeMutablePointer<Int32>
  /// How many actions each current state offers: the first so many; meaningful where ``offersAllActions`` does not hold.
  public let availableActions: UnsafeMutablePointer<Int32>
  /// The same for the states that episodes ended in.
  public let finalAvailableActions: UnsafeMutablePointer<Int32>
  /// The rewards of the last step, in the task's units.
  public let rewards: UnsafeMutablePointer<Double>
  /// Whether the last step ended the task: nothing is bootstrapped.
  public let terminated: UnsafeMutablePointer<Bool>
  /// Whether the last step reached the time limit, or was cut off by the task, without ending the task: learners
  /// bootstrap from the final observation. Never true beside ``terminated``.
  public let truncated: UnsafeMutablePointer<Bool>
  /// The undiscounted return of the current episode, or of the one that ended in the last step.
  public let episodeReturns: UnsafeMutablePointer<Double>
  /// The number of steps of the current episode, or of the one that ended in the last step.
  public let episodeLengths: UnsafeMutablePointer<Int>
  /// The copies themselves, for what only they know.
  public let environments: UnsafeMutablePointer<Base>
  /// What has happened so far.
  public let ledger: UnsafeMutablePointer<EpisodeLedger>

  @usableFromInline let streams: UnsafeMutablePointer<RandomStream>
  @usableFromInline let timeLimit: Int

  /// Makes the copies and begins an episode in each.
  ///
  /// - Parameters:
  ///   - environment: What is copied.
  ///   - count: How many copies, at least 1.
  ///   - timeLimit: After how many steps an episode is truncated; nil for never.
  ///   - usesStateIndices: Whether observations are taken as places in a one-hot vector; the environment must offer
  ///     them.
  ///   - root: The experiment's root seed.
  ///   - seed: The trial's seed index.
  ///   - component: What the streams are for: "environment", "evaluation".
  public init(
    _ environment: Base, count: Int, timeLimit: Int?, usesStateIndices: Bool = false, root: UInt64, seed: UInt64,
    component: StaticString = "environment"
  ) {
    precondition(count > 0, "\(count) copies of an environment")
    precondition((timeLimit ?? 1) > 0, "a time limit of \(timeLimit!) steps")
    precondition(!usesStateIndices || environment.stateIndex != nil, "the observations are no one-hot vectors")
    self.count = count
    self.usesStateIndices = usesStateIndices
    self.timeLimit = timeLimit ?? .max
    observationCount = environment.observationCount
    actionSpace = environment.actionSpace
    offersAllActions = environment.offersAllActions
    let numbers = usesStateIndices ? 0 : count * observationCount
    observations = Self.memory(numbers, of: 0)
    finalObservations = Self.memory(numbers, of: 0)
    stateIndices = Self.memory(count, of: 0)
    finalStateIndices = Self.memory(count, of: 0)
    availableActions = Self.memory(count, of: 0)
    finalAvailableActions = Self.memory(count, of: 0)
    ledger = .allocate(capacity: 1)
    ledger.initialize(to: EpisodeLedger())
    rewards = Self.memory(count, of: 0)
    terminated = Self.memory(count, of: false)
    truncated = Self.memory(count, of: false)
    episodeReturns = Self.memory(count, of: 0)
    episodeLengths = Self.memory(count, of: 0)
    environments = Self.memory(count, of: environment)
    streams = .allocate(capacity: count)
    for copy in 0..<count {
      let index = seed &+ UInt64(copy) &* 0x9fb2_1c65_1e98_df25
      (streams + copy).initialize(to: RandomStream(root: root, index: index, component: component))
    }
    reset()
  }

  private static func memory<Element>(_ count: Int, of element: Element) -> UnsafeMutablePointer<Element> {
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: count)
    memory.initialize(repeating: element, count: count)
    return memory
  }

  deinit {
    observations.deallocate()
    finalObservations.deallocate()
    stateIndices.deallocate()
    finalStateIndices.deallocate()
    availableActions.deallocate()
    finalAvailableActions.deallocate()
    ledger.deallocate()
    rewards.deallocate()
    terminated.deallocate()
    truncated.deallocate()
    episodeReturns.deallocate()
    episodeLengths.deallocate()
    environments.deinitialize(count: count)
    environments.deallocate()
    streams.deallocate()
  }

  /// Begins a new episode in every copy, whatever state it is in; an episode broken off counts as none.
  public mutating func reset() { reset(groupsOf: 1) }

  /// Begins a new episode in every copy, where copies of a group begin in the same state: number 0 of each group is reset, the others
  /// become its copies. Each goes on with its own stream.
  ///
  /// - Parameter size: How many copies a group has; a divisor of ``count``.
  public mutating func reset(groupsOf size: Int) {
    precondition(size > 0 && count % size == 0, "groups of \(size) among \(count) copies")
    ledger.pointee.endings = 0
    for copy in 0..<count {
      if copy % size == 0 {
        environments[copy].reset(using: &streams[copy])
      } else {
        keepStatistics(of: copy, replacedBy: copy - copy % size)
        environments[copy].begin(as: environments[copy - copy % size], using: &streams[copy])
      }
      episodeReturns[copy] = 0
      episodeLengths[copy] = 0
      terminated[copy] = false
      truncated[copy] = false
      rewards[copy] = 0
      observe(copy)
    }
  }

  /// Takes a step in every copy.
  ///
  /// - Parameter actions: ``count`` numbers of actions, each in `[0, availableActions)` of its copy.
  @inlinable
  public mutating func step(actions: UnsafePointer<Int32>) {
    var endings = 0
    for copy in 0..<count {
      let outcome = environments[copy].step(action: Int(actions[copy]), using: &streams[copy])
      if finish(copy, outcome) { endings += 1 }
    }
    note(endings: endings)
  }

  /// Takes a step in some copies; the others stay as they are, and nothing of them is counted.
  ///
  /// - Parameters:
  ///   - actions: ``count`` numbers of actions; those of copies that stay mean nothing.
  ///   - moves: For each copy whether it moves.
  @inlinable
  public mutating func step(actions: UnsafePointer<Int32>, where moves: UnsafePointer<Bool>) {
    var (endings, steps) = (0, 0)
    for copy in 0..<count where moves[copy] {
      let outcome = environments[copy].step(action: Int(actions[copy]), using: &streams[copy])
      if finish(copy, outcome) { endings += 1 }
      steps += 1
    }
    note(endings: endings, steps: steps)
  }

  /// Takes a step in some copies; see ``step(actions:where:)``.
  @inlinable
  public mutating func step(values: UnsafePointer<Float>, where moves: UnsafePointer<Bool>) {
    let width = actionSpace.count
    var (endings, steps) = (0, 0)
    for copy in 0..<count where moves[copy] {
      let outcome = environments[copy].step(values: values + copy * width, using: &streams[copy])
      if finish(copy, outcome) { endings += 1 }
      steps += 1
    }
    note(endings: endings, steps: steps)
  }

  /// Takes a step in every copy.
  ///
  /// - Parameter values: ``count`` rows of as many numbers as an action has.
  @inlinable
  public mutating func step(values: UnsafePointer<Float>) {
    let width = actionSpace.count
    var endings = 0
    for copy in 0..<count {
      let outcome = environments[copy].step(values: values + copy * width, using: &streams[copy])
      if finish(copy, outcome) { endings += 1 }
    }
    note(endings: endings)
  }

  /// Notes what a step gave, and begins the next episode where one has ended.
  ///
  /// - Returns: Whether an episode has ended.
  @inlinable @inline(__always)
  func finish(_ copy: Int, _ outcome: VectorOutcome) -> Bool {
    // Whether the step before ended an episode is still in the flags.
    let begins = terminated[copy] || truncated[copy]
    let length = begins ? 1 : episodeLengths[copy] + 1
    episodeLengths[copy] = length
    episodeReturns[copy] = (begins ? 0 : episodeReturns[copy]) + outcome.reward
    rewards[copy] = outcome.reward
    terminated[copy] = outcome.terminated
    let isCut = !outcome.terminated && (outcome.truncated || length >= timeLimit)
    truncated[copy] = isCut
    let isOver = outcome.terminated || isCut
    ledger.pointee.tally.reward += outcome.reward
    if isOver {
      ledger.pointee.tally.returns += episodeReturns[copy]
      ledger.pointee.tally.lengths += length
      observeEnd(copy)
      environments[copy].reset(using: &streams[copy])
    }
    observe(copy)
    return isOver
  }

  @inlinable @inline(__always)
  func observe(_ copy: Int) {
    if usesStateIndices {
      stateIndices[copy] = Int32(truncatingIfNeeded: environments[copy].stateIndex!)
    } else {
      environments[copy].observe(into: observations + copy * observationCount)
    }
    if !offersAllActions { availableActions[copy] = Int32(truncatingIfNeeded: environments[copy].availableActions) }
  }

  @inlinable @inline(__always)
  func observeEnd(_ copy: Int) {
    if usesStateIndices {
      finalStateIndices[copy] = Int32(truncatingIfNeeded: environments[copy].stateIndex!)
    } else {
      environments[copy].observe(into: finalObservations + copy * observationCount)
    }
    if !offersAllActions {
      finalAvailableActions[copy] = Int32(truncatingIfNeeded: environments[copy].availableActions)
    }
  }

  /// How good the choices in all copies were, where the task is a bandit; nil elsewhere.
  public func takeStatistics() -> BanditStatistics? {
    var sum = ledger.pointee.overwritten
    for copy in 0..<count {
      guard let statistics = environments[copy].takeStatistics() else { return nil }
      sum.choices += statistics.choices
      sum.optimal += statistics.optimal
      sum.regret += statistics.regret
    }
    ledger.pointee.overwritten.choices = 0
    ledger.pointee.overwritten.optimal = 0
    return sum
  }

  /// Keeps what a copy has counted before it becomes a copy of another, which goes on counting from what that one has counted.
  private func keepStatistics(of copy: Int, replacedBy other: Int) {
    guard let own = environments[copy].takeStatistics(), let its = environments[other].takeStatistics() else { return }
    ledger.pointee.overwritten.choices += own.choices + its.choices
    ledger.pointee.overwritten.optimal += own.optimal + its.optimal
    ledger.pointee.overwritten.regret += own.regret - its.regret
  }

  @usableFromInline
  func note(endings: Int) { note(endings: endings, steps: count) }

  @usableFromInline
  func note(endings: Int, steps: Int) {
    ledger.pointee.endings = endings
    ledger.pointee.episodes += endings
    ledger.pointee.steps += steps
    ledger.pointee.tally.episodes += endings
    ledger.pointee.tally.steps += steps
  }
}

extension VectorizedEnvironments: Checkpointable {
  /// Appends every copy, its stream and the results of the last step.
  public func save(to writer: inout StateWriter) {
    writer.write(count)
    ledger.pointee.save(to: &writer)
    for copy in 0..<count {
      environments[copy].save(to: &writer)
      writer.write(streams[copy])
      writer.write(rewards[copy])
      writer.write(terminated[copy])
      writer.write(truncated[copy])
      writer.write(episodeReturns[copy])
      writer.write(episodeLengths[copy])
      writer.write(Int(finalStateIndices[copy]))
      writer.write(Int(finalAvailableActions[copy]))
    }
    let numbers = usesStateIndices ? 0 : count * observationCount
    writer.write(UnsafeBufferPointer(start: finalObservations, count: numbers))
  }

  /// Takes up every copy, its stream and the results of the last step.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let copies = try reader.integer()
    guard copies == count else { throw StateError("the checkpoint has \(copies) environments where \(count) belong") }
    try ledger.pointee.restore(from: &reader)
    for copy in 0..<count {
      try environments[copy].restore(from: &reader)
      streams[copy] = try reader.stream()
      rewards[copy] = try reader.number()
      terminated[copy] = try reader.flag()
      truncated[copy] = try reader.flag()
      episodeReturns[copy] = try reader.number()
      episodeLengths[copy] = try reader.integer()
      let index = try reader.integer()
      guard index >= 0 && index < observationCount else {
        throw StateError("place \(index) is not in [0, \(observationCount))")
      }
      finalStateIndices[copy] = Int32(truncatingIfNeeded: index)
      finalAvailableActions[copy] = Int32(truncatingIfNeeded: try reader.integer())
      observe(copy)
    }
    let numbers = usesStateIndices ? 0 : count * observationCount
    try reader.read(into: UnsafeMutableBufferPointer(start: finalObservations, count: numbers))
  }
}
