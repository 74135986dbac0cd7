import RLCore

/// True online TD(λ) prediction: after every step exactly what the online λ-return algorithm would have, which learns anew from all returns
/// at each step.
///
///     δ = R + γ V(S′) − V(S)
///     z(s) ← γλ z(s);   z(S) ← (1 − α) z(S) + 1
///     V(s) ← V(s) + α (δ + V(S) − V_old) z(s)   for all s
///     V(S) ← V(S) − α (V(S) − V_old);   V_old ← V(S′)                    Sutton & Barto (2018), section 12.5, box; van Seijen et al. (2016)
///
/// Values on the right are those from before the step; `V_old` is what `V(S)` was when `S` was entered. λ = 0 is one-step TD. A truncated
/// episode bootstraps from the state that it was cut off in.
///
/// A step costs as much as there are living traces.
public struct TrueOnlineTDLambda: TabularLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "true-online-td-lambda", summary: "prediction: TD(λ) that equals the online λ-return algorithm at every step",
    source: "van Seijen & Sutton (2014); van Seijen et al. (2016); Sutton & Barto (2018), section 12.5",
    equation: "V(s) ← V(s) + α (δ + V(S) − V_old) z(s) − α (V(S) − V_old) 1[s = S]",
    parameters: [
      PolicyTable.parameter.declaration, ControlParameters.alpha.declaration, ControlParameters.gamma.declaration,
      ControlParameters.lambda.declaration, PredictionParameters.initialValue.declaration,
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
  @usableFromInline var entered: Double?

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    lambda = settings[ControlParameters.lambda]
    v = StateValues(context, initial: settings[PredictionParameters.initialValue])
    policy = try PolicyTable(settings[PolicyTable.parameter], context: context)
    alpha = StepSize(settings[ControlParameters.alpha], entries: context.space.stateCount)
    traces = EligibilityTraces(entries: context.space.stateCount, rule: .dutch)
  }

  /// Moves all values by their traces, as the box of section 12.5 has it.
  ///
  /// - Returns: The TD error δ, before the step.
  @inlinable @inline(__always) @discardableResult
  public mutating func update(_ t: Transition) -> Double {
    let value = v[t.state]
    let nextValue = t.terminated ? 0 : v[t.next]
    let error = t.reward + gamma * nextValue - value
    // At the beginning of an episode the choice of V_old cancels out; this one leaves no rounding.
    let change = value - (entered ?? value)
    let stepSize = alpha.next(for: t.state)
    traces.learn(v, error: error + change, visiting: t.state, stepSize: stepSize, decay: gamma * lambda)
    v[t.state] -= stepSize * change
    entered = nextValue
    if t.isLast {
      traces.clear()
      entered = nil
    }
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
    writer.write(entered != nil)
    writer.write(entered ?? 0)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try v.restore(from: &reader)
    try alpha.restore(from: &reader)
    try traces.restore(from: &reader)
    let isInEpisode = try reader.flag()
    let value = try reader.number()
    entered = isInEpisode ? value : nil
  }
}
