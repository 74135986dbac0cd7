import RLCore

/// Double Q-learning: two tables, of which one chooses the best action and the other says what it is worth, so that the maximum over noise
/// does not pass for value.
///
///     Q₁(S, A) ← Q₁(S, A) + α [R + γ Q₂(S′, argmax_a Q₁(S′, a)) − Q₁(S, A)]   with probability ½, else with Q₁ and Q₂ exchanged
///                                                                      Sutton & Barto (2018), eq. 6.10; van Hasselt (2010)
///
/// Converges to Q* as Q-learning does. The behaviour follows the mean of both tables, and the mean is what is reported. A step draws one word
/// for the coin, then one where the best actions tie, then the next action. A truncated episode bootstraps.
///
/// Two tables and a coin that cannot be foreseen make a step about twice as long as Q-learning's.
public struct DoubleQLearning: TabularLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "double-q-learning", summary: "off-policy control: Q-learning with two tables, without maximization bias",
    source: "van Hasselt (2010); Sutton & Barto (2018), section 6.7",
    equation: "Q₁(S,A) ← Q₁(S,A) + α [R + γ Q₂(S′, argmax_a Q₁(S′,a)) − Q₁(S,A)]",
    parameters: [ControlParameters.alpha.declaration, ControlParameters.gamma.declaration]
      + Exploration.offPolicyParameters + [ControlParameters.initialValue.declaration])

  /// The discount rate γ.
  public let gamma: Double
  /// The two tables.
  public var q: TwinActionValues
  @usableFromInline var alpha: StepSize
  @usableFromInline var exploration: Exploration

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    q = TwinActionValues(context.space, initial: settings[ControlParameters.initialValue])
    alpha = StepSize(settings[ControlParameters.alpha], entries: context.space.slotCount)
    exploration = try Exploration(offPolicy: settings, context: context)
  }

  /// Moves one table toward the other's value of its best next action (eq. 6.10).
  ///
  /// - Parameters:
  ///   - first: Whether it is the first table that moves.
  ///   - best: The best action of that table in the next state; of no meaning where the task ended.
  /// - Returns: The TD error δ, before the step.
  @inlinable @inline(__always) @discardableResult
  public mutating func update(_ t: Transition, first: Bool, best: Int) -> Double {
    let bootstrap = t.terminated ? 0 : q.value(first: !first, state: t.next, action: best)
    let slot = t.state * q.space.width + t.action
    return q.move(first: first, slot, toward: t.reward + gamma * bootstrap, stepSize: alpha.next(for: slot))
  }

  /// Begins an episode.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    exploration.action(q.mean, in: state, using: &stream)
  }

  /// Learns from a step, then chooses from the changed values.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    let first = stream.next() >> 63 == 0
    let best = t.terminated ? 0 : q.greedyAction(first: first, in: t.next, using: &stream)
    update(t, first: first, best: best)
    return t.isLast ? 0 : exploration.action(q.mean, in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || exploration.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    exploration.adjust(to: time)
  }

  /// The mean of both tables, the greedy policy in it, and the policy that acts.
  public func report(into report: inout LearnerReport) { report.fill(q.mean, exploration) }

  /// Appends the tables.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    alpha.save(to: &writer)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try alpha.restore(from: &reader)
  }
}

/// Two tables of action values, and their mean, which is kept up as they change.
public struct TwinActionValues: ~Copyable {
  /// The first table.
  public var first: ActionValues
  /// The second table.
  public var second: ActionValues
  /// The mean of both: changed by ``move(first:_:toward:stepSize:)`` only.
  public var mean: ActionValues

  /// Tables with the same value everywhere.
  public init(_ space: ActionSpace, initial: Double) {
    first = ActionValues(space, initial: initial)
    second = ActionValues(space, initial: initial)
    mean = ActionValues(space, initial: initial)
  }

  /// States and actions.
  @inlinable public var space: ActionSpace { mean.space }

  /// A value of one of the tables.
  @inlinable @inline(__always)
  public func value(first isFirst: Bool, state: Int, action: Int) -> Double {
    isFirst ? first[state, action] : second[state, action]
  }

  /// A best action of one of the tables, ties broken at random.
  @inlinable @inline(__always)
  public func greedyAction(first isFirst: Bool, in state: Int, using stream: inout RandomStream) -> Int {
    isFirst ? first.greedyAction(in: state, using: &stream) : second.greedyAction(in: state, using: &stream)
  }

  /// Moves a value of one of the tables.
  ///
  /// - Returns: The error, before the step.
  @inlinable @inline(__always)
  public mutating func move(first isFirst: Bool, _ slot: Int, toward target: Double, stepSize: Double) -> Double {
    let old = isFirst ? first[slot: slot] : second[slot: slot]
    let error = target - old
    let new = old + stepSize * error
    if isFirst { first[slot: slot] = new } else { second[slot: slot] = new }
    mean[slot: slot] = 0.5 * (first[slot: slot] + second[slot: slot])
    return error
  }
}

extension TwinActionValues: Checkpointable {
  /// Appends the tables.
  public func save(to writer: inout StateWriter) {
    first.save(to: &writer)
    second.save(to: &writer)
    mean.save(to: &writer)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try first.restore(from: &reader)
    try second.restore(from: &reader)
    try mean.restore(from: &reader)
  }
}
