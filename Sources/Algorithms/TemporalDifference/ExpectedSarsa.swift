import RLCore

/// Expected Sarsa, one-step or n-step: bootstraps from the expectation over the policy that it follows, not from one drawn action.
///
///     Q(S, A) ← Q(S, A) + α [R + γ Σ_a π(a|S′) Q(S′, a) − Q(S, A)]      Sutton & Barto (2018), eq. 6.9; 7.7 for n steps
///
/// Converges as Sarsa does, with less variance in its updates (van Seijen, van Hasselt, Whiteson & Wiering, 2009), which allows larger
/// steps. A truncated episode bootstraps from the state that it was cut off in. The next action is chosen after the update.
public struct ExpectedSarsa: OneStepLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "expected-sarsa", summary: "on-policy control, one-step or n-step: expects over the next action",
    source: "van Seijen et al. (2009); Sutton & Barto (2018), sections 6.6 and 7.2",
    equation: "Q(S,A) ← Q(S,A) + α [R + γ Σ_a π(a|S′) Q(S′,a) − Q(S,A)]",
    parameters: [ControlParameters.alpha.declaration, ControlParameters.gamma.declaration] + Exploration.parameters
      + [ControlParameters.n.declaration, ControlParameters.initialValue.declaration])

  /// The discount rate γ.
  public let gamma: Double
  /// How many rewards a target holds, at least 1.
  public let n: Int
  /// The action values.
  public var q: ActionValues
  @usableFromInline var alpha: StepSize
  @usableFromInline var exploration: Exploration
  @usableFromInline var returns: NStepReturns

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    n = settings[ControlParameters.n]
    q = ActionValues(context.space, initial: settings[ControlParameters.initialValue])
    alpha = StepSize(settings[ControlParameters.alpha], entries: context.space.slotCount)
    exploration = Exploration(settings)
    returns = NStepReturns(n: n, gamma: gamma)
  }

  /// Moves `Q(S, A)` toward the one-step target (eq. 6.9).
  ///
  /// - Returns: The TD error δ, before the step.
  @inlinable @inline(__always) @discardableResult
  public mutating func update(_ t: Transition) -> Double {
    let bootstrap = t.terminated ? 0 : exploration.expectation(q, in: t.next)
    return move(t.state * q.space.width + t.action, toward: t.reward + gamma * bootstrap)
  }

  /// Adds a step to the n-step returns and makes the updates that are due (eqs. 7.5, 7.7).
  @inlinable @inline(__always)
  public mutating func updateByReturns(_ t: Transition) {
    let bootstrap = t.terminated ? 0 : exploration.expectation(q, in: t.next)
    returns.append(t.state * q.space.width + t.action, reward: t.reward)
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
  mutating func move(_ slot: Int, toward target: Double) -> Double {
    let error = target - q[slot: slot]
    q[slot: slot] += alpha.next(for: slot) * error
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
    if n == 1 { update(t) } else { updateByReturns(t) }
    return t.isLast ? 0 : exploration.action(q, in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || exploration.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    exploration.adjust(to: time)
  }

  /// The step as plain numbers, where targets hold one reward.
  public var oneStepRule: OneStepRule? {
    n == 1 ? OneStepRule(.expectation, q, alpha: alpha, gamma: gamma, exploration: exploration) : nil
  }

  /// The action values, the greedy policy, and the policy that acts.
  public func report(into report: inout LearnerReport) { report.fill(q, exploration) }

  /// Appends the tables.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    alpha.save(to: &writer)
    returns.save(to: &writer)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try alpha.restore(from: &reader)
    try returns.restore(from: &reader)
  }
}
