import RLCore

/// Speedy Q-learning: keeps the estimates of one update ago, and makes a large step along what is sure to have changed.
///
///     Q(S, A) ← Q(S, A) + α [T′Q(S, A) − Q(S, A)] + (1 − α) [TQ(S, A) − T′Q(S, A)]
///     TQ = R + γ max_a Q(S′, a),   T′Q = R + γ max_a Q′(S′, a)         Azar, Munos, Ghavamzadeh & Kappen (2011), eq. 3
///
/// `Q′(s, a)` is what `Q(s, a)` was before its own last update. With `α = 1/N(s, a)`, the default, `Q` is near Q* after a number of steps
/// that grows with `(1 − γ)⁻⁴` instead of Q-learning's `(1 − γ)⁻⁵`. The paper proves it for updates of all pairs in turn, where this is its
/// algorithm exactly; here pairs are updated as they are visited.
public struct SpeedyQLearning: TabularLearner, ~Copyable {
  static let alpha = ControlParameters.alpha.with(default: .object([.init("schedule", .text("visits"))]))

  /// What configurations and readers see.
  public static let about = About(
    id: "speedy-q-learning", summary: "off-policy control: Q-learning sped up by the previous estimate",
    source: "Azar et al. (2011)",
    equation: "Q(S,A) ← Q(S,A) + α [T′Q − Q(S,A)] + (1 − α) [TQ − T′Q]",
    parameters: [alpha.declaration, ControlParameters.gamma.declaration]
      + Exploration.offPolicyParameters + [ControlParameters.initialValue.declaration])

  /// The discount rate γ.
  public let gamma: Double
  /// The action values.
  public var q: ActionValues
  /// What each value was before its last update.
  public var previous: ActionValues
  @usableFromInline var alpha: StepSize
  @usableFromInline var exploration: Exploration

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    q = ActionValues(context.space, initial: settings[ControlParameters.initialValue])
    previous = ActionValues(context.space, initial: settings[ControlParameters.initialValue])
    alpha = StepSize(settings[Self.alpha], entries: context.space.slotCount)
    exploration = try Exploration(offPolicy: settings, context: context)
  }

  /// Moves `Q(S, A)` along both targets (eq. 3).
  ///
  /// - Returns: By how much the value changed.
  @inlinable @inline(__always) @discardableResult
  public mutating func update(_ t: Transition) -> Double {
    let slot = t.state * q.space.width + t.action
    let now = t.reward + gamma * (t.terminated ? 0 : q.maximum(in: t.next))
    let before = t.reward + gamma * (t.terminated ? 0 : previous.maximum(in: t.next))
    let stepSize = alpha.next(for: slot)
    let old = q[slot: slot]
    let change = stepSize * (before - old) + (1 - stepSize) * (now - before)
    previous[slot: slot] = old
    q[slot: slot] = old + change
    return change
  }

  /// Begins an episode.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    exploration.action(q, in: state, using: &stream)
  }

  /// Learns from a step, then chooses from the changed values.
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

  /// The action values, the greedy policy, and the policy that acts.
  public func report(into report: inout LearnerReport) { report.fill(q, exploration) }

  /// Appends the tables.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    previous.save(to: &writer)
    alpha.save(to: &writer)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try previous.restore(from: &reader)
    try alpha.restore(from: &reader)
  }
}
