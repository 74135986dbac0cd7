import RLCore

/// Sarsa(λ): every pair visited lately shares in each TD error, by its eligibility trace; on-policy.
///
///     δ = R + γ Q(S′, A′) − Q(S, A)
///     z(s, a) ← γλ z(s, a);   z(S, A) ← z(S, A) + 1 (or 1, or (1 − α) z(S, A) + 1)
///     Q(s, a) ← Q(s, a) + α δ z(s, a)   for all s, a                   Sutton & Barto (2018), section 12.7
///
/// With `true_online` it is true online Sarsa(λ), with dutch traces:
///
///     Q(s, a) ← Q(s, a) + α (δ + Q(S, A) − Q_old) z(s, a)   for all s, a
///     Q(S, A) ← Q(S, A) − α (Q(S, A) − Q_old);   Q_old ← Q(S′, A′)     Sutton & Barto (2018), section 12.7, box
///
/// λ = 0 is one-step Sarsa. A truncated episode bootstraps from the action that would have come next.
///
/// A step costs as much as there are living traces.
public struct SarsaLambda: TabularLearner, ~Copyable {
  static let trueOnline = Parameter.flag(
    "true_online", default: false, "whether it equals the online λ-return algorithm at every step (dutch traces)")

  /// What configurations and readers see.
  public static let about = About(
    id: "sarsa-lambda", summary: "on-policy control: Sarsa with eligibility traces, true online on request",
    source: "Rummery & Niranjan (1994); van Seijen et al. (2016); Sutton & Barto (2018), section 12.7",
    equation: "Q(s,a) ← Q(s,a) + α [R + γ Q(S′,A′) − Q(S,A)] z(s,a) for all s, a",
    parameters: [ControlParameters.alpha.declaration, ControlParameters.gamma.declaration] + Exploration.parameters
      + [
        ControlParameters.lambda.declaration, EligibilityTraces.parameter.declaration, trueOnline.declaration,
        ControlParameters.initialValue.declaration,
      ])

  /// The discount rate γ.
  public let gamma: Double
  /// The trace decay λ.
  public let lambda: Double
  /// Whether it equals the online λ-return algorithm at every step.
  public let isTrueOnline: Bool
  /// The action values.
  public var q: ActionValues
  @usableFromInline var alpha: StepSize
  @usableFromInline var exploration: Exploration
  @usableFromInline var traces: EligibilityTraces
  @usableFromInline var entered: Double?

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    lambda = settings[ControlParameters.lambda]
    isTrueOnline = settings[Self.trueOnline]
    q = ActionValues(context.space, initial: settings[ControlParameters.initialValue])
    alpha = StepSize(settings[ControlParameters.alpha], entries: context.space.slotCount)
    exploration = Exploration(settings)
    traces = EligibilityTraces(
      entries: context.space.slotCount, rule: isTrueOnline ? .dutch : settings[EligibilityTraces.parameter])
  }

  /// Moves all values by their traces toward the one-step target of the pair left.
  ///
  /// - Parameter nextAction: `A′`; of no meaning where the task ended.
  /// - Returns: The TD error δ, before the step.
  @inlinable @inline(__always) @discardableResult
  public mutating func update(_ t: Transition, nextAction: Int) -> Double {
    let slot = t.state * q.space.width + t.action
    let value = q[slot: slot]
    let nextValue = t.terminated ? 0 : q[t.next, nextAction]
    let error = t.reward + gamma * nextValue - value
    let change = isTrueOnline ? value - (entered ?? value) : 0
    let stepSize = alpha.next(for: slot)
    traces.learn(q, error: error + change, visiting: slot, stepSize: stepSize, decay: gamma * lambda)
    if isTrueOnline {
      q[slot: slot] -= stepSize * change
      entered = t.isLast ? nil : nextValue
    }
    if t.isLast { traces.clear() }
    return error
  }

  /// Begins an episode.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    exploration.action(q, in: state, using: &stream)
  }

  /// Chooses the next action, then learns from the step and that choice.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    let next = t.terminated ? 0 : exploration.action(q, in: t.next, using: &stream)
    update(t, nextAction: next)
    return next
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
    alpha.save(to: &writer)
    traces.save(to: &writer)
    writer.write(entered != nil)
    writer.write(entered ?? 0)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try alpha.restore(from: &reader)
    try traces.restore(from: &reader)
    let isInEpisode = try reader.flag()
    let value = try reader.number()
    entered = isInEpisode ? value : nil
  }
}
