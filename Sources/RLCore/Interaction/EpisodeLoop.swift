/// Lets a tabular learner act in an environment, one step after another: the only such loop there is.
///
/// It owns all that changes while a trial runs, counts steps and episodes, cuts episodes off at the time limit, and can be stored and taken
/// up again. It allocates nothing while it runs.
public struct EpisodeLoop<Learner: TabularLearner & ~Copyable, Task: TabularEnvironment>: ~Copyable {
  /// What learns.
  public var learner: Learner
  /// What it acts in.
  public var environment: Task
  /// What has happened since ``takeTally()`` was called last.
  public var tally = Tally()
  /// Steps taken so far.
  public var step = 0
  /// Episodes finished so far.
  public var episode = 0

  @usableFromInline let timeLimit: Int
  @usableFromInline let clock: Clock
  @usableFromInline var environmentStream: RandomStream
  @usableFromInline var explorationStream: RandomStream
  @usableFromInline var state = 0
  @usableFromInline var action = 0
  @usableFromInline var isInEpisode = false
  @usableFromInline var episodeLength = 0
  @usableFromInline var episodeReturn = 0.0

  /// The unit in which schedules count time.
  public enum Clock: Sendable {
    /// Finished episodes.
    case episodes
    /// Steps taken.
    case steps
  }

  /// Sums over the steps and the finished episodes of a while.
  public struct Tally: Sendable, Equatable {
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
    @inlinable public init() {}
  }

  /// Makes everything ready; nothing has happened yet.
  ///
  /// - Parameters:
  ///   - learner: What learns.
  ///   - environment: What it acts in; `prepare` is called here.
  ///   - timeLimit: After how many steps an episode is truncated; nil for never.
  ///   - clock: The unit in which schedules count time.
  ///   - root: The experiment's root seed.
  ///   - seed: The trial's seed.
  @inlinable
  public init(
    learner: consuming Learner, environment: Task, timeLimit: Int?, clock: Clock, root: UInt64, seed: UInt64
  ) {
    self.learner = learner
    self.environment = environment
    self.timeLimit = timeLimit ?? .max
    self.clock = clock
    environmentStream = RandomStream(root: root, index: seed, component: "environment")
    explorationStream = RandomStream(root: root, index: seed, component: "exploration")
    var stream = RandomStream(root: root, index: seed, component: "initialisation")
    self.environment.prepare(using: &stream)
  }

  /// Gives what has happened since the last call, and starts counting anew.
  @inlinable
  public mutating func takeTally() -> Tally {
    let result = tally
    tally = Tally()
    return result
  }

  /// Goes on until as many steps have been taken in all, or as many episodes finished, whichever comes first.
  @inlinable
  public mutating func run(untilStep lastStep: Int, episode lastEpisode: Int) {
    while step < lastStep && episode < lastEpisode {
      if !isInEpisode { beginEpisode() }
      let isScheduledByStep = learner.isScheduled && clock == .steps
      let left = min(lastStep - step, timeLimit - episodeLength)
      let isOver = advance(atMost: isScheduledByStep ? 1 : left)
      if isScheduledByStep { learner.adjust(to: Double(step)) }
      if isOver { finishEpisode() }
    }
  }

  /// Whether the episode at hand has had so many steps and is not over.
  public func isStuck(after steps: Int) -> Bool { isInEpisode && episodeLength >= steps }

  @inlinable
  mutating func beginEpisode() {
    if learner.isScheduled && (clock == .episodes || step == 0) {
      learner.adjust(to: clock == .episodes ? Double(episode) : Double(step))
    }
    if learner.exploringStarts {
      state = environment.resetAnywhere(using: &environmentStream)
    } else {
      state = environment.reset(using: &environmentStream)
    }
    action = learner.begin(in: state, using: &explorationStream)
    episodeLength = 0
    episodeReturn = 0
    isInEpisode = true
  }

  @inlinable
  mutating func finishEpisode() {
    episode += 1
    tally.episodes += 1
    tally.returns += episodeReturn
    tally.lengths += episodeLength
    isInEpisode = false
  }

  /// Takes up to `limit` steps within the episode; the hot path.
  ///
  /// - Returns: Whether the episode is over.
  @inlinable
  mutating func advance(atMost limit: Int) -> Bool {
    let lastAllowed = timeLimit - episodeLength
    var taken = 0
    var rewards = tally.reward
    var episodeRewards = episodeReturn
    var isOver = false
    repeat {
      let outcome = environment.step(action, using: &environmentStream)
      taken += 1
      rewards += outcome.reward
      episodeRewards += outcome.reward
      let truncated = outcome.truncated || taken == lastAllowed
      let transition = Transition(
        state: state, action: action, reward: outcome.reward, next: outcome.observation,
        terminated: outcome.terminated, truncated: truncated && !outcome.terminated)
      action = learner.learn(from: transition, using: &explorationStream)
      state = outcome.observation
      isOver = outcome.terminated || truncated
    } while !isOver && taken < limit
    step += taken
    episodeLength += taken
    episodeReturn = episodeRewards
    tally.steps += taken
    tally.reward = rewards
    return isOver
  }
}

extension EpisodeLoop: Checkpointable where Learner: ~Copyable {
  /// Appends all that changes while the trial runs.
  @inlinable
  public func save(to writer: inout StateWriter) {
    learner.save(to: &writer)
    environment.save(to: &writer)
    writer.write(environmentStream)
    writer.write(explorationStream)
    for number in [step, episode, state, action, episodeLength, tally.steps, tally.episodes, tally.lengths] {
      writer.write(number)
    }
    for number in [episodeReturn, tally.reward, tally.returns] { writer.write(number) }
    writer.write(isInEpisode)
  }

  /// Takes up all that changes while the trial runs.
  @inlinable
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try learner.restore(from: &reader)
    try environment.restore(from: &reader)
    environmentStream = try reader.stream()
    explorationStream = try reader.stream()
    step = try reader.integer()
    episode = try reader.integer()
    state = try reader.integer()
    action = try reader.integer()
    episodeLength = try reader.integer()
    tally.steps = try reader.integer()
    tally.episodes = try reader.integer()
    tally.lengths = try reader.integer()
    episodeReturn = try reader.number()
    tally.reward = try reader.number()
    tally.returns = try reader.number()
    isInEpisode = try reader.flag()
    if learner.isScheduled { learner.adjust(to: clock == .episodes ? Double(episode) : Double(step)) }
  }
}
