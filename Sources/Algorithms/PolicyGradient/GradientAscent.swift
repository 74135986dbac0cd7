import RLCore

/// Gradient ascent with the true gradient: what every policy-gradient method would do if it had infinitely many samples.
///
///     θ ← θ + α ∇J(θ),   ∂J/∂H(o, a) = Σ_{s looks like o} η(s) π(a|o) [q_π(s, a) − v_π(s)]
///                                                     Sutton & Barto (2018), eqs. 13.1 and 13.5; η are discounted visits
///
/// Both η and q come from linear solves (``PolicyGradientSolver``). Where the states look alike, the policy is one for all of them. With a
/// small step J never falls; with softmax and states that are told apart, it tends to the optimum (Agarwal et al., 2021; Mei et al., 2020),
/// slowly where the start seldom comes.
public struct GradientAscent: PolicyAscent, ~Copyable {
  static let alpha = Parameter<Schedule>.schedule("alpha", symbol: "α", default: 0.1, in: .positive, "step size")
  static let tolerance = Parameter.real(
    "tolerance", default: 0, in: .nonnegative, "where the gradient's norm is at most this, it is finished")

  /// What configurations and readers see.
  public static let about = About(
    id: "exact-policy-gradient", summary: "gradient ascent on a known model with the true policy gradient",
    source: "Sutton, McAllester, Singh & Mansour (2000); Sutton & Barto (2018), section 13.2",
    equation: "θ ← θ + α ∇J(θ)",
    parameters: [alpha.declaration, ControlParameters.gamma.declaration, tolerance.declaration]
      + SoftmaxPolicy.parameters.prefix(1))

  /// The discount rate γ.
  public let gamma: Double
  /// The policy.
  public var policy: SoftmaxPolicy
  /// The gradient before the last update; nil before the first.
  public private(set) var last: ExactPolicyGradient?
  private var solver: PolicyGradientSolver
  private let alpha: Schedule
  private let tolerance: Double
  private var measured = AscentMeasures()

  /// Makes it as it is before its first update.
  public init(_ settings: Settings, task: PolicyTask) throws(SettingProblem) {
    let start = try SoftmaxPolicy.Start(settings[SoftmaxPolicy.initialPreferences], space: task.space)
    let solver = try task.solver()
    let gamma = settings[ControlParameters.gamma]
    let probabilities = SoftmaxPolicy(start).array
    try AscentMeasures.check(solver, probabilities, gamma: gamma)
    self.gamma = gamma
    self.solver = solver
    alpha = settings[Self.alpha]
    tolerance = settings[Self.tolerance]
    policy = SoftmaxPolicy(start)
  }

  /// Moves the preferences along the gradient.
  public mutating func update(at time: Int, using streams: inout PolicyStreams) throws(SettingProblem) {
    let probabilities = policy.array
    guard let exact = solver.evaluate(probabilities, gamma: gamma) else {
      throw SettingProblem("update \(time + 1): the policy no longer ends; make alpha smaller, or gamma less than 1")
    }
    let step = alpha.value(at: Double(time))
    policy.move(by: step, along: exact.gradient)
    try measured.note(exact, solver, before: probabilities, after: policy.array, time: time, step: step)
    last = exact
  }

  /// Whether the gradient is small enough.
  public var isFinished: Bool { measured.gradientNorm <= tolerance }

  /// What is measured.
  public static var columns: [String] { AscentMeasures.columns }

  /// Entropy, divergence and norm of the last update.
  public func measure() -> [Double] { measured.values }

  /// The policy and its exact values.
  public func report(into report: inout LearnerReport) { solver.fill(&report, policy.array, gamma: gamma) }

  /// Appends the preferences.
  public func save(to writer: inout StateWriter) {
    policy.save(to: &writer)
    measured.save(to: &writer)
  }

  /// Takes up the preferences.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try policy.restore(from: &reader)
    try measured.restore(from: &reader)
  }
}
