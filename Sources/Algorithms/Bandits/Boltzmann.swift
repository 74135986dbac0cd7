import RLCore

/// Boltzmann exploration: arms with probability proportional to the exponential of their estimates.
///
///     P(a) = exp(Q(a) / τ) / Σ_b exp(Q(b) / τ)
///     Q(A) ← Q(A) + α [R − Q(A)],   α = 1/N(A) unless given            Luce (1959); Sutton & Barto (2018), exercise 2.9
///
/// No constant temperature τ, and no schedule that is the same for all arms, has a small regret for every bandit (Cesa-Bianchi, Gentile,
/// Lugosi & Neu, 2017): it is here to be compared with.
///
/// A pull costs two exponentials for each arm.
public struct Boltzmann: TabularLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "boltzmann", summary: "bandits: a softmax of the estimates",
    source: "Luce (1959); Cesa-Bianchi et al. (2017)", equation: "P(a) ∝ exp(Q(a) / τ)",
    parameters: [
      Exploration.temperatureParameter.declaration, ControlParameters.averagingAlpha.declaration,
      BanditParameters.initialValue.declaration,
    ])

  /// Of no meaning: an episode is one pull.
  public var gamma: Double { 1 }
  /// The estimates.
  public var q: ActionValues
  private var alpha: StepSize
  private var exploration: Exploration

  /// Makes the learner as it is before its first pull.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    _ = try BanditParameters.arms(context, for: Self.id)
    q = ActionValues(context.space, initial: settings[BanditParameters.initialValue])
    alpha = StepSize(
      Schedule(averagingUnless: settings[ControlParameters.averagingAlpha]), entries: context.space.slotCount)
    exploration = Exploration(temperature: settings[Exploration.temperatureParameter])
  }

  /// Moves an arm's estimate toward the reward.
  ///
  /// - Returns: The error `R − Q(A)`, before the step.
  @discardableResult
  public mutating func update(_ t: Transition) -> Double {
    let error = t.reward - q[t.state, t.action]
    q[t.state, t.action] += alpha.next(for: t.state * q.space.width + t.action) * error
    return error
  }

  /// Draws an arm.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    exploration.action(q, in: state, using: &stream)
  }

  /// Learns from a pull; draws the next arm where the task goes on without end.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : exploration.action(q, in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || exploration.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    exploration.adjust(to: time)
  }

  /// The estimates, the greedy policy, and the policy that acts.
  public func report(into report: inout LearnerReport) { report.fill(q, exploration) }

  /// Appends the estimates.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    alpha.save(to: &writer)
  }

  /// Takes up the estimates.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try alpha.restore(from: &reader)
  }
}
