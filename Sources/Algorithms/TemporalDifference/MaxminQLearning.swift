import RLCore

/// Maxmin Q-learning: several tables, of which the least value of each pair is trusted; their number sets the bias between over- and
/// underestimation.
///
///     Q_min(s, a) = min_i Q_i(s, a)
///     Q_i(S, A) ← Q_i(S, A) + α [R + γ max_a Q_min(S′, a) − Q_i(S, A)]   for one i drawn uniformly        Lan, Pan, Fyshe & White (2020)
///
/// One table is Q-learning. The behaviour follows `Q_min`, and that is what is reported. A step draws one word for the table, then the next
/// action. A truncated episode bootstraps.
public struct MaxminQLearning: TabularLearner, ~Copyable {
  static let tables = Parameter<Int>.integer(
    "tables", symbol: "N", default: 2, in: 1...64, "how many tables there are")

  /// What configurations and readers see.
  public static let about = About(
    id: "maxmin-q-learning", summary: "off-policy control: Q-learning that trusts the least of several estimates",
    source: "Lan et al. (2020)",
    equation: "Q_i(S,A) ← Q_i(S,A) + α [R + γ max_a min_j Q_j(S′,a) − Q_i(S,A)]",
    parameters: [ControlParameters.alpha.declaration, ControlParameters.gamma.declaration]
      + Exploration.offPolicyParameters + [tables.declaration, ControlParameters.initialValue.declaration])

  /// The discount rate γ.
  public let gamma: Double
  /// The least values, `Q_min`.
  public var q: ActionValues
  /// How many tables there are.
  public let tableCount: Int
  /// The tables, interleaved: table `i` of a slot is at `slot * tableCount + i`.
  public var estimates: Table<Double>
  @usableFromInline var alpha: StepSize
  @usableFromInline var exploration: Exploration

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    tableCount = settings[Self.tables]
    let initial = settings[ControlParameters.initialValue]
    q = ActionValues(context.space, initial: initial)
    estimates = Table(context.space.slotCount * tableCount, repeating: initial)
    alpha = StepSize(settings[ControlParameters.alpha], entries: context.space.slotCount)
    exploration = try Exploration(offPolicy: settings, context: context)
  }

  /// Moves one table's value toward the best of the least next values.
  ///
  /// - Parameter table: Which, in `[0, tableCount)`.
  /// - Returns: The TD error δ, before the step.
  @inlinable @inline(__always) @discardableResult
  public mutating func update(_ t: Transition, table: Int) -> Double {
    let slot = t.state * q.space.width + t.action
    let place = slot * tableCount + table
    let error = t.reward + gamma * (t.terminated ? 0 : q.maximum(in: t.next)) - estimates[place]
    estimates[place] += alpha.next(for: slot) * error
    var least = estimates[slot * tableCount]
    for other in 1..<max(1, tableCount) { least = min(least, estimates[slot * tableCount + other]) }
    q[slot: slot] = least
    return error
  }

  /// Begins an episode.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    exploration.action(q, in: state, using: &stream)
  }

  /// Learns from a step, then chooses from the changed values.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t, table: tableCount == 1 ? 0 : stream.uniform(below: tableCount))
    return t.isLast ? 0 : exploration.action(q, in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || exploration.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    exploration.adjust(to: time)
  }

  /// The least values, the greedy policy in them, and the policy that acts.
  public func report(into report: inout LearnerReport) { report.fill(q, exploration) }

  /// Appends the tables.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    estimates.save(to: &writer)
    alpha.save(to: &writer)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try estimates.restore(from: &reader)
    try alpha.restore(from: &reader)
  }
}
