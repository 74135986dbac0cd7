/// A trial's place among ``StepsInTurn``: what changes from step to step, in its learner, its environment and its counters.
public struct StepLane: BitwiseCopyable {
  @usableFromInline var exploration: RandomStream
  @usableFromInline let values: UnsafeMutablePointer<Double>
  /// The slot of the state and the action to be taken there.
  @usableFromInline var slot: Int
  /// Steps until the episode is truncated.
  @usableFromInline var stepsLeft: Int
  @usableFromInline var reward = 0.0
  @usableFromInline var episodeReturn: Double
  @usableFromInline var alpha: Double
  @usableFromInline var threshold: UInt64
  @usableFromInline var epsilon: Double
  @usableFromInline var environment: RandomStream
  @usableFromInline var isInEpisode: Bool
  /// The state that an episode ended in.
  @usableFromInline var endState: Int
  @usableFromInline var returns = 0.0
  @usableFromInline var lengths = 0
  @usableFromInline var newEpisodes = 0
  @usableFromInline var newSteps = 0
  /// Episodes finished so far.
  public internal(set) var episode: Int
  /// Steps taken so far.
  public internal(set) var step: Int
  /// The trial stops when it has finished so many episodes.
  public var lastEpisode = Int.max
  /// Which of the trials this is, in the order in which they were added.
  var number = 0

  @usableFromInline
  init(
    _ rule: OneStepRule, values: UnsafeMutablePointer<Double>, slot: Int, stepsLeft: Int, isInEpisode: Bool,
    endState: Int, episodeReturn: Double, exploration: RandomStream, environment: RandomStream, episode: Int, step: Int
  ) {
    self.values = values
    self.slot = slot
    self.stepsLeft = stepsLeft
    self.isInEpisode = isInEpisode
    self.endState = endState
    self.episodeReturn = episodeReturn
    self.exploration = exploration
    self.environment = environment
    self.episode = episode
    self.step = step
    (alpha, threshold, epsilon) = (rule.alpha, rule.threshold, rule.epsilon)
  }

  mutating func take(_ rule: OneStepRule) {
    alpha = rule.alpha
    threshold = rule.threshold
    epsilon = rule.epsilon
  }
}

extension EpisodeLoop where Task == FiniteSimulation, Learner: OneStepLearner & ~Copyable {
  /// Whether the trial may take its steps in turn with others of its variant.
  @inlinable
  public var canTakeTurns: Bool {
    learner.oneStepRule != nil && environment.seen == nil && !learner.exploringStarts
      && !(learner.isScheduled && clock == .steps)
  }

  /// A loop for several trials like this one; see ``canTakeTurns``.
  public func turns(capacity: Int) -> StepsInTurn {
    precondition(canTakeTurns, "the learner's step is not of the kind that is taken in turn")
    return StepsInTurn(
      simulation: environment, rule: learner.oneStepRule!, isScheduled: learner.isScheduled, timeLimit: timeLimit,
      capacity: capacity)
  }

  /// The trial as it is now, to go on in ``StepsInTurn``; ``put(_:)`` takes it back. The tables stay here.
  @inlinable
  public func lane() -> StepLane {
    var lane = StepLane(
      learner.oneStepRule!, values: learner.q.values, slot: state * environment.width + action,
      stepsLeft: timeLimit - episodeLength, isInEpisode: isInEpisode, endState: state, episodeReturn: episodeReturn,
      exploration: explorationStream, environment: environmentStream, episode: episode, step: step)
    (lane.newSteps, lane.newEpisodes) = (tally.steps, tally.episodes)
    (lane.reward, lane.returns, lane.lengths) = (tally.reward, tally.returns, tally.lengths)
    return lane
  }

  /// Takes up the trial where it was left.
  @inlinable
  public mutating func put(_ lane: StepLane) {
    (environmentStream, explorationStream) = (lane.environment, lane.exploration)
    (step, episode, isInEpisode) = (lane.step, lane.episode, lane.isInEpisode)
    state = lane.isInEpisode ? lane.slot / environment.width : lane.endState
    action = lane.isInEpisode ? lane.slot % environment.width : 0
    environment.state = state
    episodeLength = timeLimit - lane.stepsLeft
    episodeReturn = lane.episodeReturn
    (tally.steps, tally.episodes) = (lane.newSteps, lane.newEpisodes)
    (tally.reward, tally.returns, tally.lengths) = (lane.reward, lane.returns, lane.lengths)
  }

  /// The learner's step in an episode, where parameters change from one to the next.
  @inlinable
  public mutating func adjust(toEpisode episode: Int) -> OneStepRule {
    learner.adjust(to: Double(episode))
    return learner.oneStepRule!
  }
}
