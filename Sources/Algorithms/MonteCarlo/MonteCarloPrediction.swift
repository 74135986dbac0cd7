import RLCore

/// Monte-Carlo prediction, first-visit or every-visit: averages the returns that follow the visits to a state.
///
///     G_t = R_{t+1} + γ G_{t+1}
///     V(S_t) ← V(S_t) + α [G_t − V(S_t)],   α = 1/N(S_t) unless given     Sutton & Barto (2018), section 5.1, eq. 6.1
///
/// Both kinds converge to V of the policy; the average over first visits is unbiased, that over every visit is biased, and has the smaller
/// mean squared error in the end (Singh & Sutton, 1996). Learns at the end of an episode, its last step first.
///
/// Departs from the book in one thing: an episode that is cut off has no return, so its last state's value stands for the rest, as
/// everywhere in this project.
public struct MonteCarloPrediction: TabularLearner, ~Copyable {
  /// Which visits count.
  public enum Visit: String, Sendable, CaseIterable {
    /// The first to a state in each episode.
    case first
    /// All.
    case every
  }

  static let visit = Parameter<Visit>.choice("visit", default: .first, "which visits to a state count in an episode")

  /// What configurations and readers see.
  public static let about = About(
    id: "monte-carlo-prediction", summary: "prediction: averages the returns that follow the visits to a state",
    source: "Sutton & Barto (2018), section 5.1; Singh & Sutton (1996)",
    equation: "V(S) ← V(S) + α [G − V(S)]",
    parameters: [
      PolicyTable.parameter.declaration, visit.declaration, ControlParameters.averagingAlpha.declaration,
      ControlParameters.gamma.declaration, PredictionParameters.initialValue.declaration,
      PredictionParameters.diagnose.declaration,
    ])

  /// The discount rate γ.
  public let gamma: Double
  /// The state values.
  public var v: StateValues
  @usableFromInline let policy: PolicyTable
  @usableFromInline var alpha: StepSize
  @usableFromInline var record: EpisodeRecord
  private let diagnosed: [Int]?

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    try self.init(
      gamma: settings[ControlParameters.gamma], policy: settings[PolicyTable.parameter],
      visit: settings[Self.visit], alpha: settings[ControlParameters.averagingAlpha],
      initialValue: settings[PredictionParameters.initialValue], diagnose: settings[PredictionParameters.diagnose],
      context: context)
  }

  init(
    gamma: Double, policy: PolicySpecification, visit: Visit, alpha: Schedule?, initialValue: Double,
    diagnose: DiagnosedStates, context: LearnerContext
  ) throws(SettingProblem) {
    let diagnosed = try diagnose.states(of: context)
    let table = try PolicyTable(policy, context: context)
    self.diagnosed = diagnosed
    self.gamma = gamma
    v = StateValues(context, initial: initialValue)
    self.policy = table
    let states = context.space.stateCount
    self.alpha = StepSize(Schedule(averagingUnless: alpha), entries: states)
    record = EpisodeRecord(entries: states, firstOnly: visit == .first)
  }

  /// Moves the values of the episode's states toward the returns that followed (eq. 6.1), last step first.
  ///
  /// - Parameter bootstrap: What stands for the return after the last step: 0 where the task ended.
  @inlinable
  public mutating func finishEpisode(_ bootstrap: Double) {
    var value = bootstrap
    var time = record.count - 1
    while time >= 0 {
      let step = record[time]
      value = step.reward + gamma * value
      if step.counts { v[step.entry] += alpha.next(for: step.entry) * (value - v[step.entry]) }
      time -= 1
    }
    record.removeAll()
  }

  /// Begins an episode.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    policy.action(in: state, using: &stream)
  }

  /// Keeps a step, learns at the episode's end, and follows the policy.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    record.append(t.state, reward: t.reward)
    if t.isLast {
      finishEpisode(t.terminated ? 0 : v[t.next])
      return 0
    }
    return policy.action(in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) { alpha.adjust(to: time) }

  /// Learns when an episode is over.
  public static var learnsAtEnd: Bool { true }

  /// Whether an episode has become too long to be kept.
  public var failure: String? { record.failure }

  /// The state values, the policy that is evaluated, and whose targets are asked for.
  public func report(into report: inout LearnerReport) {
    report.fill(v, policy)
    report.diagnosis = diagnosed.map { .init(states: $0, steps: nil) }
  }

  /// Appends the tables and the episode so far.
  public func save(to writer: inout StateWriter) {
    v.save(to: &writer)
    alpha.save(to: &writer)
    record.save(to: &writer)
  }

  /// Takes up the tables and the episode so far.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try v.restore(from: &reader)
    try alpha.restore(from: &reader)
    try record.restore(from: &reader)
  }
}
