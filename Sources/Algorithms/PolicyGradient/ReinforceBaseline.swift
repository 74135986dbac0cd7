import RLCore

/// REINFORCE with a baseline: the return is compared with a learned value of the state, which lowers the variance and leaves the mean.
///
///     δ ← G − v(S_t, w)
///     w ← w + α^w δ ∇ v(S_t, w)
///     θ ← θ + α^θ γᵗ δ ∇ ln π(A_t|S_t, θ)    for t = 0, …, T − 1      Sutton & Barto (2018), section 13.4 (Williams, 1992)
///
/// The values are a table, one a state. As in the book's box, w and θ have moved when the next step of the same episode is learned from. A
/// truncated episode bootstraps from the value of the state that it was cut off in.
///
/// Departures: as those of ``Reinforce``.
public struct ReinforceBaseline: TabularLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "reinforce-baseline", summary: "Monte-Carlo policy gradient with a learned state value as baseline",
    source: "Williams (1992); Sutton & Barto (2018), section 13.4",
    equation: "θ ← θ + α^θ γᵗ (G − v(S_t, w)) ∇ ln π(A_t|S_t, θ)",
    parameters: [
      PolicyParameters.alpha.declaration, PolicyParameters.alphaW.declaration, ControlParameters.gamma.declaration,
      PolicyParameters.discountUpdates.declaration, PredictionParameters.initialValue.declaration,
    ] + SoftmaxPolicy.parameters)

  /// The discount rate γ.
  public let gamma: Double
  /// The policy.
  public var policy: SoftmaxPolicy
  /// The state values w.
  public var v: StateValues
  @usableFromInline var alpha: StepSize
  @usableFromInline var alphaW: StepSize
  @usableFromInline let updateDiscount: Double
  @usableFromInline var episode = PolicyEpisode()
  @usableFromInline let width: Int

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    let start = try SoftmaxPolicy.Start(settings, space: context.space)
    gamma = settings[ControlParameters.gamma]
    policy = SoftmaxPolicy(start)
    v = StateValues(context, initial: settings[PredictionParameters.initialValue])
    alpha = StepSize(settings[PolicyParameters.alpha], entries: context.space.slotCount)
    alphaW = StepSize(settings[PolicyParameters.alphaW], entries: context.space.stateCount)
    updateDiscount = settings[PolicyParameters.discountUpdates] ? gamma : 1
    width = context.space.width
  }

  /// Learns from the episode that is over.
  ///
  /// - Parameter last: What follows its last step: 0 where the task ended.
  @inlinable
  public mutating func update(bootstrap last: Double) {
    episode.formReturns(gamma: gamma, last: last)
    var discount = 1.0
    for time in 0..<episode.steps.count {
      let step = episode.steps[time]
      let (state, action) = (Int(step.state), Int(step.action))
      let error = step.value - v[state]
      v[state] += alphaW.next(for: state) * error
      policy.ascend(state, action, by: alpha.next(for: state &* width &+ action) * discount * error)
      discount *= updateDiscount
    }
    episode.steps.removeAll()
  }

  /// Begins an episode.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    policy.action(in: state, using: &stream)
  }

  /// Notes a step; learns where it is the last.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    episode.append(t)
    if t.isLast {
      update(bootstrap: t.terminated ? 0 : v[t.next])
      return 0
    }
    return policy.action(in: t.next, using: &stream)
  }

  /// It learns when an episode is over.
  public static var learnsAtEnd: Bool { true }

  /// What is wrong where an update was no number, or an episode does not fit.
  public var failure: String? { policy.failure ?? episode.failure }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || alphaW.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    alphaW.adjust(to: time)
  }

  /// The policy and the state values.
  public func report(into report: inout LearnerReport) {
    report.fill(policy)
    report.stateValues = v.array
  }

  /// Appends the tables and the episode.
  public func save(to writer: inout StateWriter) {
    policy.save(to: &writer)
    v.save(to: &writer)
    alpha.save(to: &writer)
    alphaW.save(to: &writer)
    episode.steps.save(to: &writer)
  }

  /// Takes up the tables and the episode.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try policy.restore(from: &reader)
    try v.restore(from: &reader)
    try alpha.restore(from: &reader)
    try alphaW.restore(from: &reader)
    try episode.steps.restore(from: &reader)
  }
}
