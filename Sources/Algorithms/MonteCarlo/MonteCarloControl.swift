import RLCore

/// On-policy first-visit Monte-Carlo control: averages the returns of each state and action under a policy that stays soft, and follows the
/// policy that is nearly greedy in them.
///
///     Q(S_t, A_t) ← Q(S_t, A_t) + α [G_t − Q(S_t, A_t)],   α = 1/N(S_t, A_t) unless given   Sutton & Barto (2018), section 5.4
///
/// Converges to the best among the ε-soft policies. With `exploring_starts` every episode starts in a state and with an action drawn
/// uniformly; together with `epsilon: 0` that is the book's Monte Carlo ES (section 5.3), whose episodes may then never end in
/// tasks where a deterministic policy can go round in circles: give such a task a time limit.
///
/// Departs from the book in two things: ties of greedy actions are broken at random, and an episode that is cut off is completed by the
/// expected value, under the policy that acts, of the state that it was cut off in.
public struct MonteCarloControl: TabularLearner, ~Copyable {
  static let startsAnywhere = Parameter.flag(
    "exploring_starts", default: false, "whether episodes start in any state, with any action, all equally likely")

  /// What configurations and readers see.
  public static let about = About(
    id: "monte-carlo-control", summary: "on-policy control: averages first-visit returns of a policy that stays soft",
    source: "Sutton & Barto (2018), sections 5.3 and 5.4",
    equation: "Q(S,A) ← Q(S,A) + α [G − Q(S,A)]",
    parameters: [ControlParameters.averagingAlpha.declaration, ControlParameters.gamma.declaration]
      + Exploration.parameters + [startsAnywhere.declaration, ControlParameters.initialValue.declaration])

  /// The discount rate γ.
  public let gamma: Double
  /// Whether episodes start anywhere, with any action.
  public let exploringStarts: Bool
  /// The action values.
  public var q: ActionValues
  @usableFromInline var alpha: StepSize
  @usableFromInline var exploration: Exploration
  @usableFromInline var record: EpisodeRecord

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    exploringStarts = settings[Self.startsAnywhere]
    q = ActionValues(context.space, initial: settings[ControlParameters.initialValue])
    let slots = context.space.slotCount
    alpha = StepSize(Schedule(averagingUnless: settings[ControlParameters.averagingAlpha]), entries: slots)
    exploration = Exploration(settings)
    record = EpisodeRecord(entries: slots, firstOnly: true)
  }

  /// Moves the values of the episode's first visits toward the returns that followed, last step first.
  ///
  /// - Parameter bootstrap: What stands for the return after the last step: 0 where the task ended.
  @inlinable
  public mutating func finishEpisode(_ bootstrap: Double) {
    var value = bootstrap
    var time = record.count - 1
    while time >= 0 {
      let step = record[time]
      value = step.reward + gamma * value
      if step.counts { q[slot: step.entry] += alpha.next(for: step.entry) * (value - q[slot: step.entry]) }
      time -= 1
    }
    record.removeAll()
  }

  /// Begins an episode.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    if exploringStarts { return stream.uniform(below: q.actions(in: state)) }
    return exploration.action(q, in: state, using: &stream)
  }

  /// Keeps a step, learns at the episode's end, and chooses the next action.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    record.append(t.state * q.space.width + t.action, reward: t.reward)
    if t.isLast {
      finishEpisode(t.terminated ? 0 : exploration.expectation(q, in: t.next))
      return 0
    }
    return exploration.action(q, in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || exploration.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    exploration.adjust(to: time)
  }

  /// Learns when an episode is over.
  public static var learnsAtEnd: Bool { true }

  /// Whether an episode has become too long to be kept.
  public var failure: String? { record.failure }

  /// The action values, the greedy policy, and the policy that acts.
  public func report(into report: inout LearnerReport) { report.fill(q, exploration) }

  /// Appends the tables and the episode so far.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    alpha.save(to: &writer)
    record.save(to: &writer)
  }

  /// Takes up the tables and the episode so far.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try alpha.restore(from: &reader)
    try record.restore(from: &reader)
  }
}
