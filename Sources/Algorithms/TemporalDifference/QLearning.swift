import RLCore

/// Q-learning: learns the optimal action values while it follows another policy, off-policy.
///
///     Q(S, A) ← Q(S, A) + α [R + γ max_a Q(S′, a) − Q(S, A)]      Sutton & Barto (2018), eq. 6.8 (Watkins, 1989)
///
/// Converges to Q* if every pair is visited for ever and α falls by the conditions of Robbins and Monro (Watkins & Dayan, 1992). A truncated
/// episode bootstraps from the state that it was cut off in.
public struct QLearning: OneStepLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "q-learning", summary: "off-policy control: learns the greedy policy's values while it explores",
    source: "Watkins (1989); Sutton & Barto (2018), section 6.5",
    equation: "Q(S,A) ← Q(S,A) + α [R + γ max_a Q(S′,a) − Q(S,A)]",
    parameters: [ControlParameters.alpha.declaration, ControlParameters.gamma.declaration]
      + Exploration.offPolicyParameters + [ControlParameters.initialValue.declaration])

  /// The discount rate γ.
  public let gamma: Double
  /// The action values.
  public var q: ActionValues
  @usableFromInline var alpha: StepSize
  @usableFromInline var exploration: Exploration

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    q = ActionValues(context.space, initial: settings[ControlParameters.initialValue])
    alpha = StepSize(settings[ControlParameters.alpha], entries: context.space.slotCount)
    exploration = try Exploration(offPolicy: settings, context: context)
  }

  /// Moves `Q(S, A)` toward the greedy one-step target (eq. 6.8).
  ///
  /// - Returns: The TD error δ, before the step.
  @inlinable @inline(__always) @discardableResult
  public mutating func update(_ t: Transition) -> Double {
    let bootstrap = t.terminated ? 0 : q.maximum(in: t.next)
    let error = t.reward + gamma * bootstrap - q[t.state, t.action]
    q[t.state, t.action] += stepSize(t) * error
    return error
  }

  @inlinable @inline(__always)
  mutating func stepSize(_ t: Transition) -> Double { alpha.next(for: t.state * q.space.width + t.action) }

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

  /// The step as plain numbers.
  public var oneStepRule: OneStepRule? {
    OneStepRule(.maximum, q, alpha: alpha, gamma: gamma, exploration: exploration)
  }

  /// The action values, the greedy policy, and the policy that acts.
  public func report(into report: inout LearnerReport) { report.fill(q, exploration) }

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
