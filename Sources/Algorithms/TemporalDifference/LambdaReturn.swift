import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The off-line λ-return algorithm: when an episode is over, each of its states moves toward the mix of all n-step returns that followed it.
///
///     G^λ_t = R_{t+1} + γ [(1 − λ) V(S_{t+1}) + λ G^λ_{t+1}]
///     V(S_t) ← V(S_t) + α [G^λ_t − V(S_t)]   for t = 0, 1, …, T − 1    Sutton & Barto (2018), eqs. 12.2 to 12.4, 12.18
///
/// The pass goes from the first state to the last, and each return is computed with the values as they are at its turn: so are the published
/// figures. With `frozen` all returns use the values from before the pass, and the changes are added up: λ = 1 is then every-visit Monte
/// Carlo, and off-line TD(λ) with accumulating traces is the same for every λ. A truncated episode ends in the value of the state that
/// it was cut off in.
///
/// Not frozen, an episode of `T` steps costs up to `T²` additions, less where `(γλ)^n` falls below 10⁻¹⁸ earlier: that is the method.
public struct LambdaReturn: TabularLearner, ~Copyable {
  static let frozen = Parameter.flag(
    "frozen", default: false, "whether the returns of an episode all use the values from before its pass")

  /// What configurations and readers see.
  public static let about = About(
    id: "lambda-return", summary: "prediction: the off-line λ-return algorithm, which learns when an episode is over",
    source: "Watkins (1989); Sutton & Barto (2018), section 12.1",
    equation: "V(S) ← V(S) + α [G^λ − V(S)]",
    parameters: [
      PolicyTable.parameter.declaration, ControlParameters.alpha.declaration, ControlParameters.gamma.declaration,
      ControlParameters.lambda.declaration, frozen.declaration, PredictionParameters.initialValue.declaration,
    ])

  /// The discount rate γ.
  public let gamma: Double
  /// The trace decay λ.
  public let lambda: Double
  /// The state values.
  public var v: StateValues
  @usableFromInline let policy: PolicyTable
  @usableFromInline var alpha: StepSize
  @usableFromInline var record: EpisodeRecord
  private let isFrozen: Bool
  private let horizon: Int
  private let changes: Table<Double>

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    lambda = settings[ControlParameters.lambda]
    v = StateValues(context, initial: settings[PredictionParameters.initialValue])
    policy = try PolicyTable(settings[PolicyTable.parameter], context: context)
    alpha = StepSize(settings[ControlParameters.alpha], entries: context.space.stateCount)
    record = EpisodeRecord(entries: context.space.stateCount, firstOnly: false)
    isFrozen = settings[Self.frozen]
    changes = Table(isFrozen ? context.space.stateCount : 0, repeating: 0)
    let decay = gamma * lambda
    horizon = decay >= 1 ? .max : decay <= 0 ? 1 : Int((log(1e-18) / log(decay)).rounded(.up))
  }

  /// Moves the values of the episode's states toward their λ-returns (eq. 12.4), first state first.
  ///
  /// - Parameter last: The state that the episode was cut off in; nil where the task ended.
  public mutating func finishEpisode(_ last: Int?) {
    let count = record.count
    if isFrozen {
      var value = last.map { v[$0] } ?? 0
      var after = value
      for time in stride(from: count - 1, through: 0, by: -1) {
        let step = record[time]
        value = step.reward + gamma * ((1 - lambda) * after + lambda * value)
        after = v[step.entry]
        changes[step.entry] += alpha.next(for: step.entry) * (value - after)
      }
      for time in 0..<count {
        let state = record[time].entry
        v[state] += changes[state]
        changes[state] = 0
      }
    } else {
      for time in 0..<count {
        let end = horizon < count - time ? time + horizon : count
        var after = end < count ? v[record[end].entry] : last.map { v[$0] } ?? 0
        var value = after
        for k in stride(from: end - 1, through: time, by: -1) {
          value = record[k].reward + gamma * ((1 - lambda) * after + lambda * value)
          after = v[record[k].entry]
        }
        let state = record[time].entry
        v[state] += alpha.next(for: state) * (value - after)
      }
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
      finishEpisode(t.terminated ? nil : t.next)
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

  /// The state values, and the policy that is evaluated.
  public func report(into report: inout LearnerReport) { report.fill(v, policy) }

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
