import RLCore

/// Retrace(λ): learns about a target policy from whatever behaviour, with traces cut no more than safety asks.
///
///     δ = R + γ Σ_a π(a|S′) Q(S′, a) − Q(S, A)
///     z(s, a) ← γ c z(s, a),   c = λ min(1, π(A|S) / b(A|S));   z(S, A) ← z(S, A) + 1
///     Q(s, a) ← Q(s, a) + α δ z(s, a)   for all s, a                   Munos, Stepleton, Harutyunyan & Bellemare (2016), eqs. 3, 7
///
/// Converges to the values of π whatever the behaviour, and to Q* with a target that becomes greedy. The target is epsilon-greedy with
/// `target_epsilon`, ties split evenly: 0, the default, is greedy, and λ = 0 is then Q-learning. Where target and behaviour are one,
/// `c = λ`. π and b are those of the values that the action was chosen from. A truncated episode bootstraps.
///
/// A step costs as much as there are living traces.
public struct Retrace: TabularLearner, ~Copyable {
  static let targetEpsilon = ControlParameters.targetEpsilon.with(default: .integer(0))

  /// What configurations and readers see.
  public static let about = About(
    id: "retrace", summary: "off-policy control: Retrace(λ), safe and efficient for any behaviour",
    source: "Munos et al. (2016)",
    equation: "Q(s,a) ← Q(s,a) + α [R + γ Σ_a π(a|S′) Q(S′,a) − Q(S,A)] z(s,a);  z ← γλ min(1, π/b) z",
    parameters: [ControlParameters.alpha.declaration, ControlParameters.gamma.declaration]
      + Exploration.offPolicyParameters + [
        ControlParameters.lambda.declaration, targetEpsilon.declaration, EligibilityTraces.parameter.declaration,
        ControlParameters.initialValue.declaration,
      ])

  /// The discount rate γ.
  public let gamma: Double
  /// The trace decay λ.
  public let lambda: Double
  /// The action values.
  public var q: ActionValues
  @usableFromInline var alpha: StepSize
  @usableFromInline var exploration: Exploration
  @usableFromInline var target: Exploration
  @usableFromInline var traces: EligibilityTraces
  /// `min(1, π/b)` of the action taken.
  @usableFromInline var ratio = 1.0

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    lambda = settings[ControlParameters.lambda]
    q = ActionValues(context.space, initial: settings[ControlParameters.initialValue])
    alpha = StepSize(settings[ControlParameters.alpha], entries: context.space.slotCount)
    exploration = try Exploration(offPolicy: settings, context: context)
    target = Exploration(targetOf: settings, Self.targetEpsilon)
    traces = EligibilityTraces(entries: context.space.slotCount, rule: settings[EligibilityTraces.parameter])
  }

  /// Moves all values by their traces toward the expected target of the pair left.
  ///
  /// - Parameter ratio: `min(1, π(A|S) / b(A|S))` when the action was chosen.
  /// - Returns: The TD error δ, before the step.
  @inlinable @inline(__always) @discardableResult
  public mutating func update(_ t: Transition, ratio: Double) -> Double {
    let slot = t.state * q.space.width + t.action
    let bootstrap = t.terminated ? 0 : target.expectation(q, in: t.next)
    let error = t.reward + gamma * bootstrap - q[slot: slot]
    let stepSize = alpha.next(for: slot)
    traces.learn(q, error: error, visiting: slot, stepSize: stepSize, decay: gamma * lambda * ratio)
    if t.isLast { traces.clear() }
    return error
  }

  /// Begins an episode.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    choose(in: state, using: &stream)
  }

  @inlinable @inline(__always)
  mutating func choose(in state: Int, using stream: inout RandomStream) -> Int {
    let action = exploration.action(q, in: state, using: &stream)
    let taken = exploration.probability(of: action, q, in: state)
    ratio = min(1, target.probability(of: action, q, in: state) / taken)
    return action
  }

  /// Learns from a step, then chooses from the changed values.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t, ratio: ratio)
    return t.isLast ? 0 : choose(in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || exploration.isScheduled || target.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    exploration.adjust(to: time)
    target.adjust(to: time)
  }

  /// The action values, the greedy policy, and the policy that acts.
  public func report(into report: inout LearnerReport) { report.fill(q, exploration) }

  /// Appends the tables.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    alpha.save(to: &writer)
    traces.save(to: &writer)
    writer.write(ratio)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try alpha.restore(from: &reader)
    try traces.restore(from: &reader)
    ratio = try reader.number()
  }
}
