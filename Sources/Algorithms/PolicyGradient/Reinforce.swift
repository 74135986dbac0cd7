import RLCore

/// REINFORCE: Monte-Carlo policy gradient with a tabular softmax policy.
///
///     G ← Σ_{k=t+1}^T γ^{k−t−1} R_k
///     θ ← θ + α γᵗ G ∇ ln π(A_t|S_t, θ)      for t = 0, …, T − 1      Sutton & Barto (2018), section 13.3 (Williams, 1992)
///
/// As in the book's box, θ has moved when the next step of the same episode is learned from, and ∇ ln π is that of the new θ; the mean
/// over episodes is the true gradient for steps that are small. Without the factor γᵗ (`discount_updates: false`), as most programs have
/// it, the mean is the gradient of nothing unless γ is 1 (Nota & Thomas, 2020). Converges to a local optimum if α falls by the
/// conditions of Robbins and Monro; the variance is large, and steps that are too large end in a policy that no longer tries anything.
///
/// Departures: `min_probability` keeps every action alive, as the public code of the book's figures does (0.05 there). Of a truncated
/// episode the return is what was collected, for there is no value to bootstrap from.
public struct Reinforce: TabularLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "reinforce", summary: "Monte-Carlo policy gradient with a tabular softmax policy",
    source: "Williams (1992); Sutton & Barto (2018), section 13.3",
    equation: "θ ← θ + α γᵗ G ∇ ln π(A_t|S_t, θ)",
    parameters: [
      PolicyParameters.alpha.with(default: .real(0.0001)).declaration, ControlParameters.gamma.declaration,
      PolicyParameters.discountUpdates.declaration,
    ] + SoftmaxPolicy.parameters)

  /// The discount rate γ.
  public let gamma: Double
  /// The policy.
  public var policy: SoftmaxPolicy
  @usableFromInline var alpha: StepSize
  @usableFromInline let updateDiscount: Double
  @usableFromInline var episode = PolicyEpisode()
  @usableFromInline let width: Int

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    let start = try SoftmaxPolicy.Start(settings, space: context.space)
    gamma = settings[ControlParameters.gamma]
    policy = SoftmaxPolicy(start)
    alpha = StepSize(settings[PolicyParameters.alpha], entries: context.space.slotCount)
    updateDiscount = settings[PolicyParameters.discountUpdates] ? gamma : 1
    width = context.space.width
  }

  /// Learns from the episode that is over.
  @inlinable
  public mutating func update() {
    episode.formReturns(gamma: gamma, last: 0)
    var discount = 1.0
    for time in 0..<episode.steps.count {
      let step = episode.steps[time]
      let (state, action) = (Int(step.state), Int(step.action))
      policy.ascend(state, action, by: alpha.next(for: state &* width &+ action) * discount * step.value)
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
      update()
      return 0
    }
    return policy.action(in: t.next, using: &stream)
  }

  /// It learns when an episode is over.
  public static var learnsAtEnd: Bool { true }

  /// What is wrong where an update was no number, or an episode does not fit.
  public var failure: String? { policy.failure ?? episode.failure }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) { alpha.adjust(to: time) }

  /// The policy.
  public func report(into report: inout LearnerReport) { report.fill(policy) }

  /// Appends the policy and the episode.
  public func save(to writer: inout StateWriter) {
    policy.save(to: &writer)
    alpha.save(to: &writer)
    episode.steps.save(to: &writer)
  }

  /// Takes up the policy and the episode.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try policy.restore(from: &reader)
    try alpha.restore(from: &reader)
    try episode.steps.restore(from: &reader)
  }
}
