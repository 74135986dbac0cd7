import RLCore

/// Double Sarsa: Sarsa with two tables, each bootstrapping from the other; on-policy.
///
///     Q₁(S, A) ← Q₁(S, A) + α [R + γ Q₂(S′, A′) − Q₁(S, A)]   with probability ½, else with Q₁ and Q₂ exchanged
///                                                                      Ganger, Duryea & Hu (2016)
///
/// With `expected` it is double Expected Sarsa, of Sutton & Barto (2018), exercise 6.13: `Σ_a π(a|S′) Q₂(S′, a)` in place of `Q₂(S′, A′)`.
/// The behaviour follows the mean of both tables, and the mean is what is reported. A step draws the next action, then one word for the
/// coin. A truncated episode bootstraps from the action that would have come next.
///
/// Two tables and a coin that cannot be foreseen make a step about twice as long as Sarsa's.
public struct DoubleSarsa: TabularLearner, ~Copyable {
  static let expected = Parameter.flag("expected", default: false, "whether it expects over the next action")

  /// What configurations and readers see.
  public static let about = About(
    id: "double-sarsa", summary: "on-policy control: Sarsa or Expected Sarsa with two tables",
    source: "Ganger, Duryea & Hu (2016); Sutton & Barto (2018), exercise 6.13",
    equation: "Q₁(S,A) ← Q₁(S,A) + α [R + γ Q₂(S′,A′) − Q₁(S,A)]",
    parameters: [ControlParameters.alpha.declaration, ControlParameters.gamma.declaration]
      + Exploration.parameters + [expected.declaration, ControlParameters.initialValue.declaration])

  /// The discount rate γ.
  public let gamma: Double
  /// The two tables.
  public var q: TwinActionValues
  @usableFromInline let isExpected: Bool
  @usableFromInline var alpha: StepSize
  @usableFromInline var exploration: Exploration

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    q = TwinActionValues(context.space, initial: settings[ControlParameters.initialValue])
    isExpected = settings[Self.expected]
    alpha = StepSize(settings[ControlParameters.alpha], entries: context.space.slotCount)
    exploration = Exploration(settings)
  }

  /// Moves one table toward the other's value of the next action.
  ///
  /// - Parameters:
  ///   - first: Whether it is the first table that moves.
  ///   - nextAction: `A′`; of no meaning where the task ended.
  /// - Returns: The TD error δ, before the step.
  @inlinable @inline(__always) @discardableResult
  public mutating func update(_ t: Transition, first: Bool, nextAction: Int) -> Double {
    var bootstrap = 0.0
    if !t.terminated {
      bootstrap =
        isExpected
        ? expectation(first: !first, in: t.next) : q.value(first: !first, state: t.next, action: nextAction)
    }
    let slot = t.state * q.space.width + t.action
    return q.move(first: first, slot, toward: t.reward + gamma * bootstrap, stepSize: alpha.next(for: slot))
  }

  /// The expectation of one table's values over the policy that acts.
  @usableFromInline
  func expectation(first: Bool, in state: Int) -> Double {
    var sum = 0.0
    for action in 0..<q.mean.actions(in: state) {
      let probability = exploration.probability(of: action, q.mean, in: state)
      sum += probability * q.value(first: first, state: state, action: action)
    }
    return sum
  }

  /// Begins an episode.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    exploration.action(q.mean, in: state, using: &stream)
  }

  /// Chooses the next action, then learns from the step and that choice.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    let next = t.terminated ? 0 : exploration.action(q.mean, in: t.next, using: &stream)
    update(t, first: stream.next() >> 63 == 0, nextAction: next)
    return next
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || exploration.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    exploration.adjust(to: time)
  }

  /// The mean of both tables, the greedy policy in it, and the policy that acts.
  public func report(into report: inout LearnerReport) { report.fill(q.mean, exploration) }

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
