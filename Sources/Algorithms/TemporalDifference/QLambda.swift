import RLCore

/// Q(λ), Watkins's or Peng's: Q-learning with eligibility traces, off-policy.
///
/// Watkins's cuts the traces at each exploratory action, so that only greedy stretches are learned from:
///
///     δ = R + γ max_a Q(S′, a) − Q(S, A)
///     z(s, a) ← γλ z(s, a), or 0 where A was not greedy;   z(S, A) ← z(S, A) + 1
///     Q(s, a) ← Q(s, a) + α δ z(s, a)   for all s, a                   Watkins (1989); Sutton & Barto (2018), section 12.10
///
/// Peng's never cuts, and treats what follows the first action as if it were greedy:
///
///     δ′ = R + γ max_a Q(S′, a) − max_a Q(S, a);   δ as above
///     Q(s, a) ← Q(s, a) + α δ′ γλ z(s, a)   for all s, a;   then Q(S, A) ← Q(S, A) + α δ;   z(S, A) ← z(S, A) + 1      Peng & Williams (1996)
///
/// Watkins's converges to Q* (Munos et al., 2016); Peng's, under a behaviour that stays soft, to a mixture of Q* and the behaviour's values.
/// As long as all actions are greedy the two are one. λ = 0 is Q-learning. A truncated episode bootstraps. Whether an action is
/// greedy is judged by the values that it was chosen from.
///
/// A step costs as much as there are living traces.
public struct QLambda: TabularLearner, ~Copyable {
  /// Who devised it.
  public enum Variant: String, Sendable, CaseIterable {
    /// Cuts traces at exploratory actions.
    case watkins
    /// Never cuts.
    case peng
  }

  static let variant = Parameter<Variant>.choice(
    "variant", default: .watkins, "whether exploratory actions cut the traces (watkins) or not (peng)")

  /// What configurations and readers see.
  public static let about = About(
    id: "q-lambda", summary: "off-policy control: Q-learning with Watkins's or Peng's eligibility traces",
    source: "Watkins (1989); Peng & Williams (1996); Sutton & Barto (2018), section 12.10",
    equation: "Q(s,a) ← Q(s,a) + α [R + γ max_a Q(S′,a) − Q(S,A)] z(s,a) for all s, a",
    parameters: [ControlParameters.alpha.declaration, ControlParameters.gamma.declaration]
      + Exploration.offPolicyParameters + [
        ControlParameters.lambda.declaration, variant.declaration, EligibilityTraces.parameter.declaration,
        ControlParameters.initialValue.declaration,
      ])

  /// The discount rate γ.
  public let gamma: Double
  /// The trace decay λ.
  public let lambda: Double
  /// The action values.
  public var q: ActionValues
  @usableFromInline let isPeng: Bool
  @usableFromInline var alpha: StepSize
  @usableFromInline var exploration: Exploration
  @usableFromInline var traces: EligibilityTraces
  /// Whether the action taken was greedy.
  @usableFromInline var isGreedy = true

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    lambda = settings[ControlParameters.lambda]
    q = ActionValues(context.space, initial: settings[ControlParameters.initialValue])
    isPeng = settings[Self.variant] == .peng
    alpha = StepSize(settings[ControlParameters.alpha], entries: context.space.slotCount)
    exploration = try Exploration(offPolicy: settings, context: context)
    traces = EligibilityTraces(entries: context.space.slotCount, rule: settings[EligibilityTraces.parameter])
  }

  /// Moves all values by their traces toward the greedy target of the pair left.
  ///
  /// - Parameter isGreedy: Whether the action was greedy when it was chosen.
  /// - Returns: The TD error δ, before the step.
  @inlinable @inline(__always) @discardableResult
  public mutating func update(_ t: Transition, isGreedy: Bool) -> Double {
    let slot = t.state * q.space.width + t.action
    let target = t.reward + gamma * (t.terminated ? 0 : q.maximum(in: t.next))
    let error = target - q[slot: slot]
    let stepSize = alpha.next(for: slot)
    traces.learn(
      q, error: isPeng ? target - q.maximum(in: t.state) : error, freshError: error, visiting: slot,
      stepSize: stepSize, decay: isPeng || isGreedy ? gamma * lambda : 0)
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
    isGreedy = q[state, action] == q.maximum(in: state)
    return action
  }

  /// Learns from a step, then chooses from the changed values.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t, isGreedy: isGreedy)
    return t.isLast ? 0 : choose(in: t.next, using: &stream)
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
    writer.write(isGreedy)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try alpha.restore(from: &reader)
    try traces.restore(from: &reader)
    isGreedy = try reader.flag()
  }
}
