import RLCore

/// R-learning: control for tasks that go on for ever, by the average reward a step instead of a discounted sum.
///
///     Q(S, A) ← Q(S, A) + α [R − R̄ + max_a Q(S′, a) − Q(S, A)]
///     R̄ ← R̄ + β [R − R̄ + max_a Q(S′, a) − max_a Q(S, a)]   if Q(S, A) = max_a Q(S, a) then        Schwartz (1993); Sutton & Barto (1998), fig. 6.16
///
/// Values are differences to the average; there is no proof of convergence. In a task that ends, the end counts as a state of value 0.
public struct RLearning: TabularLearner, ~Copyable {
  static let beta = Parameter<Schedule>.schedule(
    "beta", symbol: "β", default: 0.01, in: .positive(through: 1), "step size of the average reward")

  /// What configurations and readers see.
  public static let about = About(
    id: "r-learning", summary: "off-policy control of continuing tasks by the average reward",
    source: "Schwartz (1993); Sutton & Barto (1998), section 6.7",
    equation: "Q(S,A) ← Q(S,A) + α [R − R̄ + max_a Q(S′,a) − Q(S,A)]",
    parameters: [ControlParameters.alpha.declaration, beta.declaration] + Exploration.offPolicyParameters
      + [ControlParameters.initialValue.declaration])

  /// There is no discounting.
  public var gamma: Double { 1 }
  /// The differential action values.
  public var q: ActionValues
  /// The average reward a step of the greedy policy, R̄.
  public var averageReward = 0.0
  @usableFromInline var alpha: StepSize
  @usableFromInline var beta: StepSize
  @usableFromInline var exploration: Exploration

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    q = ActionValues(context.space, initial: settings[ControlParameters.initialValue])
    alpha = StepSize(settings[ControlParameters.alpha], entries: context.space.slotCount)
    beta = StepSize(settings[Self.beta], entries: 1)
    exploration = try Exploration(offPolicy: settings, context: context)
  }

  /// Moves `Q(S, A)`, then the average reward where the action is greedy.
  ///
  /// - Returns: The TD error δ, before the step.
  @inlinable @inline(__always) @discardableResult
  public mutating func update(_ t: Transition) -> Double {
    let slot = t.state * q.space.width + t.action
    let target = t.reward - averageReward + (t.terminated ? 0 : q.maximum(in: t.next))
    let error = target - q[slot: slot]
    q[slot: slot] += alpha.next(for: slot) * error
    let best = q.maximum(in: t.state)
    if q[slot: slot] == best {
      // Where the step stayed in its state, the next state's value has just changed.
      let next = t.terminated ? 0 : q.maximum(in: t.next)
      averageReward += beta.next(for: 0) * (t.reward - averageReward + next - best)
    }
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
    update(t)
    return t.isLast ? 0 : exploration.action(q, in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || beta.isScheduled || exploration.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    beta.adjust(to: time)
    exploration.adjust(to: time)
  }

  /// The differential action values, the greedy policy, and the policy that acts.
  public func report(into report: inout LearnerReport) { report.fill(q, exploration) }

  /// Appends the tables.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    alpha.save(to: &writer)
    beta.save(to: &writer)
    writer.write(averageReward)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try alpha.restore(from: &reader)
    try beta.restore(from: &reader)
    averageReward = try reader.number()
  }
}
