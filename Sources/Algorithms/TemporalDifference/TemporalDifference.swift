import RLCore

/// TD prediction, one-step or n-step: learns the values of a given policy while following it.
///
///     G_{t:t+n} = R_{t+1} + γ R_{t+2} + … + γ^{n−1} R_{t+n} + γ^n V(S_{t+n})
///     V(S_t) ← V(S_t) + α [G_{t:t+n} − V(S_t)]                          Sutton & Barto (2018), eqs. 7.1, 7.2; 6.2 for n = 1
///
/// Converges to V of the policy if every state is visited for ever and α falls by the conditions of Robbins and Monro (Sutton, 1988; Dayan,
/// 1992). A truncated episode bootstraps from the state that it was cut off in; a terminated one does not.
public struct TemporalDifference: TabularLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "td", summary: "prediction: n-step temporal-difference learning of a policy's state values",
    source: "Sutton (1988); Sutton & Barto (2018), sections 6.1 and 7.1",
    equation: "V(S) ← V(S) + α [R + γ V(S′) − V(S)]",
    parameters: [
      PolicyTable.parameter.declaration, ControlParameters.alpha.declaration, ControlParameters.gamma.declaration,
      ControlParameters.n.declaration, PredictionParameters.initialValue.declaration,
      PredictionParameters.diagnose.declaration,
    ])

  /// The discount rate γ.
  public let gamma: Double
  /// How many rewards a target holds, at least 1.
  public let n: Int
  /// The state values.
  public var v: StateValues
  @usableFromInline let policy: PolicyTable
  @usableFromInline var alpha: StepSize
  @usableFromInline var returns: NStepReturns
  private let diagnosed: [Int]?

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    let diagnosed = try settings[PredictionParameters.diagnose].states(of: context)
    let table = try PolicyTable(settings[PolicyTable.parameter], context: context)
    self.diagnosed = diagnosed
    gamma = settings[ControlParameters.gamma]
    n = settings[ControlParameters.n]
    v = StateValues(context, initial: settings[PredictionParameters.initialValue])
    policy = table
    alpha = StepSize(settings[ControlParameters.alpha], entries: context.space.stateCount)
    returns = NStepReturns(n: n, gamma: gamma)
  }

  /// Moves `V(S)` toward the one-step target (eq. 6.2).
  ///
  /// - Returns: The TD error δ, before the step.
  @inlinable @inline(__always) @discardableResult
  public mutating func update(_ t: Transition) -> Double {
    move(t.state, toward: t.reward + gamma * (t.terminated ? 0 : v[t.next]))
  }

  /// Adds a step to the n-step returns and makes the updates that are due (eqs. 7.1, 7.2).
  @inlinable @inline(__always)
  public mutating func updateByReturns(_ t: Transition) {
    let bootstrap = t.terminated ? 0 : v[t.next]
    returns.append(t.state, reward: t.reward)
    if t.isLast {
      returns.finish(bootstrap)
      for k in 0..<returns.count { move(returns.entry(k), toward: returns.value(k)) }
      returns.removeAll()
    } else {
      if returns.isFull { move(returns.oldest, toward: returns.value(bootstrap: bootstrap)) }
      returns.advance()
    }
  }

  @inlinable @inline(__always) @discardableResult
  mutating func move(_ state: Int, toward target: Double) -> Double {
    let error = target - v[state]
    v[state] += alpha.next(for: state) * error
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
    if n == 1 { update(t) } else { updateByReturns(t) }
    return t.isLast ? 0 : policy.action(in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) { alpha.adjust(to: time) }

  /// The state values, the policy that is evaluated, and whose targets are asked for.
  public func report(into report: inout LearnerReport) {
    report.fill(v, policy)
    report.diagnosis = diagnosed.map { .init(states: $0, steps: n) }
  }

  /// Appends the tables.
  public func save(to writer: inout StateWriter) {
    v.save(to: &writer)
    alpha.save(to: &writer)
    returns.save(to: &writer)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try v.restore(from: &reader)
    try alpha.restore(from: &reader)
    try returns.restore(from: &reader)
  }
}
