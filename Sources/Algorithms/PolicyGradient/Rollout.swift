import RLCore

/// The experience of one update: so many steps of every copy, step by step, the copies of a step side by side; with what the policy and the critic said
/// when it was made, and the advantages.
///
/// Observations and rewards are normalised here, as they come, where that is asked for. Nothing is allocated after it was made.
public struct Rollout: Sendable {
  /// How many steps of each copy.
  public let steps: Int
  /// How many copies.
  public let copies: Int
  /// After how many steps noise that is a function of the state is drawn anew; once an update where it is not positive.
  public let noiseInterval: Int
  /// What was seen; a last block of rows holds what is seen after the last step.
  public private(set) var observations: ObservationStore
  /// What was done, as drawn: continuous actions are cut to their bounds for the task only.
  public private(set) var actions: ActionStore
  /// log π(a) of what was done.
  public private(set) var logProbabilities: [Double]
  /// The rewards that followed, normalised where that is asked for.
  public private(set) var rewards: [Double]
  /// V of what was seen.
  public private(set) var values: [Double]
  /// Whether each step ended the task.
  public private(set) var terminated: [Bool]
  /// Whether each step reached the time limit.
  public private(set) var truncated: [Bool]
  /// V of the observation in which a truncated episode was cut off.
  public private(set) var finalValues: [Double]
  /// Advantages, after ``estimate(_:)``.
  public private(set) var advantages: [Double]
  /// What the critic learns, after ``estimate(_:)``.
  public private(set) var returns: [Double]
  /// The normaliser of observations, where they are normalised.
  public private(set) var observationNormalizer: ObservationNormalizer?
  /// The normaliser of rewards, where they are normalised.
  public private(set) var rewardNormalizer: RewardNormalizer?

  private var lastValues: [Double]
  private var final: ObservationStore
  private var clipped: ActionStore
  private var scaledRewards: [Double]
  private var hasBegun = false

  /// Makes room.
  ///
  /// - Parameters:
  ///   - normalizesObservations: Whether observations are scaled by their running moments; not where they are places.
  ///   - rewardGamma: The discount rate by which rewards are scaled; nil where they are not.
  ///   - noiseInterval: See ``noiseInterval``.
  public init(
    steps: Int, copies: Int, context: BatchContext, normalizesObservations: Bool = false, rewardGamma: Double? = nil,
    noiseInterval: Int = -1
  ) {
    self.noiseInterval = noiseInterval
    self.steps = steps
    self.copies = copies
    let count = steps * copies
    observations = ObservationStore(count: count + copies, for: context)
    final = ObservationStore(count: copies, for: context)
    actions = ActionStore(count: count, for: context.actionSpace)
    clipped = ActionStore(count: copies, for: context.actionSpace)
    logProbabilities = [Double](repeating: 0, count: count)
    rewards = logProbabilities
    values = logProbabilities
    finalValues = logProbabilities
    advantages = logProbabilities
    returns = logProbabilities
    terminated = [Bool](repeating: false, count: count)
    truncated = terminated
    lastValues = [Double](repeating: 0, count: copies)
    scaledRewards = lastValues
    if normalizesObservations && !context.usesStateIndices {
      observationNormalizer = ObservationNormalizer(width: context.observationCount)
    }
    rewardNormalizer = rewardGamma.map { RewardNormalizer(environments: copies, gamma: $0) }
  }

  /// How many steps there are, all copies together.
  public var count: Int { steps * copies }

  /// Collects the experience of one update.
  ///
  /// - Parameters:
  ///   - batch: The copies.
  ///   - policy: Acts, and tells values where it has a critic.
  ///   - stream: Draws the actions, copy by copy.
  public mutating func collect(
    in batch: EnvironmentBatch, by policy: inout PolicyNetwork, using stream: inout RandomStream
  ) {
    let hasCritic = policy.hasCritic
    if hasBegun {
      // What was seen after the last step is normalised already, by the moments that held then.
      for k in 0..<copies { observations.copyRow(count + k, to: k) }
    } else {
      observe(batch, at: 0)
      hasBegun = true
    }
    for step in 0..<steps {
      let first = step * copies
      if step == 0 || (noiseInterval > 0 && step % noiseInterval == 0) {
        policy.drawNoise(copies: copies, using: &stream)
      }
      policy.forward(observations, rows: first..<first + copies, wantsValues: hasCritic)
      policy.sample(
        rows: copies, into: &actions, logProbabilities: &logProbabilities, at: first, using: &stream)
      if hasCritic { for k in 0..<copies { values[first + k] = policy.values[k] } }
      if policy.actionSpace.isDiscrete {
        actions.numbers.withUnsafeBufferPointer { batch.step(actions: $0.baseAddress! + first) }
      } else {
        let width = actions.width
        for k in 0..<copies * width { clipped.values[k] = actions.values[first * width + k] }
        policy.clip(&clipped, rows: 0..<copies)
        clipped.values.withUnsafeBufferPointer { batch.step(values: $0.baseAddress!) }
      }
      take(batch, at: first)
      if batch.endings > 0 && hasCritic { valueEnds(batch, at: first, by: &policy) }
    }
    if hasCritic {
      policy.forward(observations, rows: count..<count + copies, wantsPolicy: false, wantsValues: true)
      for k in 0..<copies { lastValues[k] = policy.values[k] }
    }
  }

  private mutating func observe(_ batch: EnvironmentBatch, at row: Int) {
    observations.record(batch, at: row)
    guard observationNormalizer != nil else { return }
    let copies = copies
    let place = row * observations.width
    observations.numbers.withUnsafeMutableBufferPointer { numbers in
      let rows = numbers.baseAddress! + place
      observationNormalizer!.update(rows, rows: copies)
      observationNormalizer!.normalize(rows, rows: copies, into: rows)
    }
  }

  /// Notes what a step of all copies gave.
  private mutating func take(_ batch: EnvironmentBatch, at first: Int) {
    observe(batch, at: first + copies)
    if rewardNormalizer != nil {
      rewardNormalizer!.update(batch.rewards, terminated: batch.terminated, truncated: batch.truncated)
      let copies = copies
      scaledRewards.withUnsafeMutableBufferPointer {
        rewardNormalizer!.normalize(batch.rewards, count: copies, into: $0.baseAddress!)
      }
      for k in 0..<copies { rewards[first + k] = scaledRewards[k] }
    } else {
      for k in 0..<copies { rewards[first + k] = batch.rewards[k] }
    }
    for k in 0..<copies {
      terminated[first + k] = batch.terminated[k]
      truncated[first + k] = batch.truncated[k]
    }
  }

  /// Asks the critic what truncated episodes would have been worth.
  private mutating func valueEnds(_ batch: EnvironmentBatch, at first: Int, by policy: inout PolicyNetwork) {
    var rows = 0
    for k in 0..<copies where batch.truncated[k] {
      final.recordFinal(batch, copy: k, at: rows)
      rows += 1
    }
    if rows == 0 { return }
    if let observationNormalizer {
      final.numbers.withUnsafeMutableBufferPointer {
        observationNormalizer.normalize($0.baseAddress!, rows: rows, into: $0.baseAddress!)
      }
    }
    policy.forward(final, rows: 0..<rows, wantsPolicy: false, wantsValues: true)
    rows = 0
    for k in 0..<copies where batch.truncated[k] {
      finalValues[first + k] = policy.values[rows]
      rows += 1
    }
  }

  /// Observations as the policy sees them: normalised by the moments as they are, where they are normalised.
  public func normalized(_ observations: ObservationStore, rows: Int) -> ObservationStore {
    guard let observationNormalizer else { return observations }
    var result = observations
    result.numbers.withUnsafeMutableBufferPointer {
      observationNormalizer.normalize($0.baseAddress!, rows: rows, into: $0.baseAddress!)
    }
    return result
  }

  /// Computes advantages and returns.
  public mutating func estimate(_ estimator: GeneralizedAdvantage) {
    estimator.compute(
      rewards: rewards, values: values, terminated: terminated, truncated: truncated, finalValues: finalValues,
      lastValues: lastValues, advantages: &advantages, returns: &returns)
  }
}

extension Rollout: Checkpointable {
  /// Appends what the next update starts from: what is seen now, and the normalisers.
  public func save(to writer: inout StateWriter) {
    writer.write(hasBegun)
    observations.save(to: &writer)
    observationNormalizer?.save(to: &writer)
    rewardNormalizer?.save(to: &writer)
  }

  /// Takes up what the next update starts from.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    hasBegun = try reader.flag()
    try observations.restore(from: &reader)
    try observationNormalizer?.restore(from: &reader)
    try rewardNormalizer?.restore(from: &reader)
  }
}

/// A learner of rollouts: it acts as its policy does, on observations as the rollout normalises them.
public protocol RolloutLearner: BatchLearner, ~Copyable {
  /// The policy and its critic.
  var policy: PolicyNetwork { get set }
  /// The experience of the last update.
  var rollout: Rollout { get }
  /// Whether states are numbered.
  var usesStateIndices: Bool { get }
}

extension RolloutLearner where Self: ~Copyable {
  /// Chooses actions; observations are normalised as they were last.
  public mutating func act(
    on observations: ObservationStore, rows: Int, isGreedy: Bool, into actions: inout ActionStore,
    using stream: inout RandomStream
  ) {
    policy.act(
      on: rollout.normalized(observations, rows: rows), rows: rows, isGreedy: isGreedy, into: &actions, using: &stream)
  }

  /// Tells probabilities and values.
  public mutating func appraise(_ observations: ObservationStore, rows: Int, into appraisal: inout PolicyAppraisal) {
    policy.appraise(rollout.normalized(observations, rows: rows), rows: rows, into: &appraisal)
  }

  /// The policy, without its critic.
  public func archive() -> PolicyArchive? {
    PolicyArchive(policy, usesStateIndices: usesStateIndices, normalizer: rollout.observationNormalizer)
  }
}
