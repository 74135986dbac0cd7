import RLCore

/// The epsilon-greedy bandit method: a random arm with probability ε, the best by its estimate otherwise, ties broken at random.
///
///     Q(A) ← Q(A) + α [R − Q(A)],   α = 1/N(A) unless given          Sutton & Barto (2018), section 2.4, eqs. 2.3 and 2.5
///
/// Sample averages converge to the arms' means; a constant step follows means that move. With ε 0 and a high `initial_value` it is the
/// optimistic greedy method (section 2.6).
public struct EpsilonGreedyBandit: TabularLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "epsilon-greedy", summary: "bandits: a random arm now and then, the best by its estimate otherwise",
    source: "Sutton & Barto (2018), sections 2.2 to 2.6", equation: "Q(A) ← Q(A) + α [R − Q(A)]",
    parameters: [
      Exploration.epsilonParameter.declaration, ControlParameters.averagingAlpha.declaration,
      BanditParameters.initialValue.declaration,
    ])

  /// Of no meaning: an episode is one pull.
  public var gamma: Double { 1 }
  /// The estimates.
  public var q: ActionValues
  @usableFromInline var alpha: StepSize
  @usableFromInline var exploration: Exploration

  /// Makes the learner as it is before its first pull.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    _ = try BanditParameters.arms(context, for: Self.id)
    q = ActionValues(context.space, initial: settings[BanditParameters.initialValue])
    alpha = StepSize(
      Schedule(averagingUnless: settings[ControlParameters.averagingAlpha]), entries: context.space.slotCount)
    exploration = Exploration(epsilon: settings[Exploration.epsilonParameter])
  }

  /// Moves an arm's estimate toward the reward (eqs. 2.3, 2.5).
  ///
  /// - Returns: The error `R − Q(A)`, before the step.
  @inlinable @inline(__always) @discardableResult
  public mutating func update(_ t: Transition) -> Double {
    let error = t.reward - q[t.state, t.action]
    q[t.state, t.action] += alpha.next(for: t.state * q.space.width + t.action) * error
    return error
  }

  /// Chooses an arm.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    exploration.action(q, in: state, using: &stream)
  }

  /// Learns from a pull; chooses the next arm where the task goes on without end.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : exploration.action(q, in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || exploration.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    exploration.adjust(to: time)
  }

  /// The estimates, the greedy policy, and the policy that acts.
  public func report(into report: inout LearnerReport) { report.fill(q, exploration) }

  /// Appends the estimates.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    alpha.save(to: &writer)
  }

  /// Takes up the estimates.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try alpha.restore(from: &reader)
  }
}
