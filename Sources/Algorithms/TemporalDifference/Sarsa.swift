import RLCore

/// Sarsa, one-step or n-step: learns the values of the policy that it follows, on-policy.
///
///     G_{t:t+n} = R_{t+1} + γ R_{t+2} + … + γ^{n−1} R_{t+n} + γ^n Q(S_{t+n}, A_{t+n})
///     Q(S_t, A_t) ← Q(S_t, A_t) + α [G_{t:t+n} − Q(S_t, A_t)]           Sutton & Barto (2018), eqs. 7.4, 7.5; 6.7 for n = 1
///
/// With one step it converges to Q* if every pair is visited for ever, the policy becomes greedy in the limit and α falls by the conditions of
/// Robbins and Monro (Singh, Jaakkola, Littman & Szepesvári, 2000). A truncated episode bootstraps from the action that would have
/// come next; a terminated one does not.
public struct Sarsa: OneStepLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "sarsa", summary: "on-policy control, one-step or n-step: learns the values of the policy that explores",
    source: "Rummery & Niranjan (1994); Sutton & Barto (2018), sections 6.4 and 7.2",
    equation: "Q(S,A) ← Q(S,A) + α [R + γ Q(S′,A′) − Q(S,A)]",
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

  /// Moves `Q(S, A)` toward the one-step target (eq. 6.7).
  ///
  /// - Parameter nextAction: `A′`; of no meaning where the task ended.
  /// - Returns: The TD error δ, before the step.
  @inlinable @inline(__always) @discardableResult
  public mutating func update(_ t: Transition, nextAction: Int) -> Double {
    let bootstrap = t.terminated ? 0 : q[t.next, nextAction]
    return move(t.state * q.space.width + t.action, toward: t.reward + gamma * bootstrap)
  }

  /// Adds a step to the n-step returns and makes the updates that are due (eqs. 7.4, 7.5).
  @inlinable @inline(__always)
  public mutating func updateByReturns(_ t: Transition, nextAction: Int) {
    let bootstrap = t.terminated ? 0 : q[t.next, nextAction]
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

  /// Chooses the next action, then learns from the step and that choice.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    let next = t.terminated ? 0 : exploration.action(q, in: t.next, using: &stream)
    if n == 1 { update(t, nextAction: next) } else { updateByReturns(t, nextAction: next) }
    return next
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
    n == 1 ? OneStepRule(.action, q, alpha: alpha, gamma: gamma, exploration: exploration) : nil
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
