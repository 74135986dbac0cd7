import RLCore

/// TD(λ) prediction: every state visited lately shares in each TD error, by its eligibility trace.
///
///     δ = R + γ V(S′) − V(S)
///     z(s) ← γλ z(s);   z(S) ← z(S) + 1 (or 1, or (1 − α) z(S) + 1)
///     V(s) ← V(s) + α δ z(s)   for all s                                Sutton & Barto (2018), eqs. 12.5 to 12.7 with one feature a state
///
/// Converges to V of the policy with λ in [0, 1] under the conditions of Robbins and Monro (Dayan & Sejnowski, 1994). λ = 0 is one-step TD. A
/// truncated episode bootstraps from the state that it was cut off in.
///
/// A step costs as much as there are living traces.
public struct TDLambda: TabularLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "td-lambda", summary: "prediction: TD(λ) with accumulating, replacing or dutch traces",
    source: "Sutton (1988); Singh & Sutton (1996); Sutton & Barto (2018), section 12.2",
    equation: "V(s) ← V(s) + α [R + γ V(S′) − V(S)] z(s) for all s",
    parameters: [
      PolicyTable.parameter.declaration, ControlParameters.alpha.declaration, ControlParameters.gamma.declaration,
      ControlParameters.lambda.declaration, EligibilityTraces.parameter.declaration,
      PredictionParameters.initialValue.declaration,
    ])

  /// The discount rate γ.
  public let gamma: Double
  /// The trace decay λ.
  public let lambda: Double
  /// The state values.
  public var v: StateValues
  @usableFromInline let policy: PolicyTable
  @usableFromInline var alpha: StepSize
  @usableFromInline var traces: EligibilityTraces

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    lambda = settings[ControlParameters.lambda]
    v = StateValues(context, initial: settings[PredictionParameters.initialValue])
    policy = try PolicyTable(settings[PolicyTable.parameter], context: context)
    alpha = StepSize(settings[ControlParameters.alpha], entries: context.space.stateCount)
    traces = EligibilityTraces(entries: context.space.stateCount, rule: settings[EligibilityTraces.parameter])
  }

  /// Moves all values by their traces toward the one-step target of the state left (eqs. 12.5 to 12.7).
  ///
  /// - Returns: The TD error δ, before the step.
  @inlinable @inline(__always) @discardableResult
  public mutating func update(_ t: Transition) -> Double {
    let error = t.reward + gamma * (t.terminated ? 0 : v[t.next]) - v[t.state]
    let stepSize = alpha.next(for: t.state)
    traces.learn(v, error: error, visiting: t.state, stepSize: stepSize, decay: gamma * lambda)
    if t.isLast { traces.clear() }
    return error
  }

  /// Begins an episode.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    policy.action(in: state, using: &stream)
  }

  /// Learns from a step, then follows the policy.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : policy.action(in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) { alpha.adjust(to: time) }

  /// The state values, and the policy that is evaluated.
  public func report(into report: inout LearnerReport) { report.fill(v, policy) }

  /// Appends the tables.
  public func save(to writer: inout StateWriter) {
    v.save(to: &writer)
    alpha.save(to: &writer)
    traces.save(to: &writer)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try v.restore(from: &reader)
    try alpha.restore(from: &reader)
    try traces.restore(from: &reader)
  }
}
