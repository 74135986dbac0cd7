import RLCore

/// Off-policy Monte-Carlo prediction: the values of one policy from the episodes of another, by importance sampling.
///
///     ρ_{t:T−1} = Π_{k=t}^{T−1} π(A_k|S_k) / b(A_k|S_k)                    Sutton & Barto (2018), eq. 5.3
///     ordinary       V(s) = Σ ρ G / N                                 eq. 5.5
///     weighted       V(s) = Σ ρ G / Σ ρ                               eq. 5.6; box of section 5.6
///     per-decision   V(s) = Σ G̃ / N,   G̃_t = ρ_{t:t} (R_{t+1} + γ G̃_{t+1})      eqs. 5.13 to 5.15; Precup et al. (2000)
///
/// with sums over the visits that count. Ordinary and per-decision are unbiased where first visits count, with a variance that may be infinite;
/// weighted is biased and consistent, and bounded by the returns. The behaviour must take every action that the policy may take.
///
/// A truncated episode is completed by the value of the state that it was cut off in.
public struct ImportanceSampling: TabularLearner, ~Copyable {
  /// How returns are weighted.
  public enum Method: String, Sendable, CaseIterable {
    /// By their ratio.
    case ordinary
    /// By their ratio, over the sum of the ratios.
    case weighted
    /// Each reward by the ratio of what led to it.
    case perDecision = "per-decision"
  }

  static let method = Parameter<Method>.choice("method", default: .weighted, "how returns are weighted")
  static let behavior = Parameter<PolicySpecification>.policy(
    "behavior", default: .uniform, "the policy that acts; it takes every action that the policy may take")

  /// What configurations and readers see.
  public static let about = About(
    id: "importance-sampling",
    summary: "off-policy prediction: Monte Carlo with ordinary, weighted or per-decision ratios",
    source: "Precup, Sutton & Singh (2000); Sutton & Barto (2018), sections 5.5, 5.6 and 5.9",
    equation: "V(s) = Σ ρ G / N, or Σ ρ G / Σ ρ",
    parameters: [
      PolicyTable.parameter.declaration, behavior.declaration, method.declaration,
      MonteCarloPrediction.visit.declaration, ControlParameters.gamma.declaration,
      PredictionParameters.initialValue.declaration,
    ])

  /// The discount rate γ.
  public let gamma: Double
  /// The state values.
  public var v: StateValues
  @usableFromInline let policy: PolicyTable
  @usableFromInline let behavior: PolicyTable
  @usableFromInline let method: Method
  @usableFromInline let width: Int
  @usableFromInline let ratios: Table<Double>
  @usableFromInline var weights: Table<Double>
  @usableFromInline var record: EpisodeRecord

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    let space = context.space
    let policy = try PolicyTable(settings[PolicyTable.parameter], context: context)
    let behavior = try PolicyTable(settings[Self.behavior], context: context, name: "behavior")
    ratios = try policy.ratios(to: behavior, context)
    self.policy = policy
    self.behavior = behavior
    gamma = settings[ControlParameters.gamma]
    method = settings[Self.method]
    width = space.width
    v = StateValues(context, initial: settings[PredictionParameters.initialValue])
    weights = Table(space.stateCount, repeating: 0)
    record = EpisodeRecord(
      entries: space.stateCount, firstOnly: settings[MonteCarloPrediction.visit] == .first)
  }

  /// Takes the returns of an episode into the averages, last step first.
  ///
  /// - Parameter bootstrap: What stands for the return after the last step: 0 where the task ended.
  public mutating func finishEpisode(_ bootstrap: Double) {
    var value = bootstrap
    var ratio = 1.0
    for time in stride(from: record.count - 1, through: 0, by: -1) {
      let step = record[time]
      let own = ratios[step.entry]
      value = step.reward + gamma * value
      ratio *= own
      if method == .perDecision { value *= own }
      guard step.counts else { continue }
      let state = step.entry / width
      switch method {
      case .ordinary:
        weights[state] += 1
        v[state] += (ratio * value - v[state]) / weights[state]
      case .weighted:
        if ratio == 0 { continue }
        weights[state] += ratio
        v[state] += ratio / weights[state] * (value - v[state])
      case .perDecision:
        weights[state] += 1
        v[state] += (value - v[state]) / weights[state]
      }
    }
    record.removeAll()
  }

  /// Begins an episode.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    behavior.action(in: state, using: &stream)
  }

  /// Keeps a step, learns at the episode's end, and follows the behaviour.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    record.append(t.state * width + t.action, of: t.state, reward: t.reward)
    if t.isLast {
      finishEpisode(t.terminated ? 0 : v[t.next])
      return 0
    }
    return behavior.action(in: t.next, using: &stream)
  }

  /// Learns when an episode is over.
  public static var learnsAtEnd: Bool { true }

  /// Whether an episode has become too long to be kept.
  public var failure: String? { record.failure }

  /// The state values, the policy that is evaluated, and the policy that acts.
  public func report(into report: inout LearnerReport) {
    report.fill(v, policy)
    report.behaviorPolicy = behavior.array
  }

  /// Appends the averages and the episode so far.
  public func save(to writer: inout StateWriter) {
    v.save(to: &writer)
    weights.save(to: &writer)
    record.save(to: &writer)
  }

  /// Takes up the averages and the episode so far.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try v.restore(from: &reader)
    try weights.restore(from: &reader)
    try record.restore(from: &reader)
  }
}
