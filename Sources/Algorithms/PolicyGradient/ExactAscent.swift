import RLCore

/// A softmax policy that climbs on a known model: what exact methods share, whatever direction they take.
public struct ExactAscent: ~Copyable {
  static let alpha = Parameter<Schedule>.schedule("alpha", symbol: "α", default: 0.1, in: .positive, "step size")
  static let tolerance = Parameter.real(
    "tolerance", default: 0, in: .nonnegative, "where the gradient's norm is at most this, it is finished")
  static let parameters =
    [alpha.declaration, ControlParameters.gamma.declaration, tolerance.declaration] + SoftmaxPolicy.parameters.prefix(1)

  /// The discount rate γ.
  public let gamma: Double
  /// The policy.
  public var policy: SoftmaxPolicy
  var solver: PolicyGradientSolver
  let alpha: Schedule
  let tolerance: Double
  var measured = AscentMeasures()

  /// The policy as it is before its first update.
  ///
  /// - Throws: ``SettingProblem`` where the model is too entangled, or episodes need not end and γ is 1.
  public init(_ settings: Settings, task: PolicyTask) throws(SettingProblem) {
    let start = try SoftmaxPolicy.Start(settings[SoftmaxPolicy.initialPreferences], space: task.space)
    let solver = try task.solver()
    let gamma = settings[ControlParameters.gamma]
    try AscentMeasures.check(solver, SoftmaxPolicy(start).array, gamma: gamma)
    self.gamma = gamma
    self.solver = solver
    alpha = settings[Self.alpha]
    tolerance = settings[Self.tolerance]
    policy = SoftmaxPolicy(start)
  }

  /// Moves the preferences along a direction that is made of the exact gradient.
  mutating func update(
    at time: Int, along direction: (ExactPolicyGradient, PolicyGradientSolver) -> [Double]
  ) throws(SettingProblem) {
    let probabilities = policy.array
    guard let exact = solver.evaluate(probabilities, gamma: gamma) else {
      throw SettingProblem("update \(time + 1): the policy no longer ends; make alpha smaller, or gamma less than 1")
    }
    let step = alpha.value(at: Double(time))
    policy.move(by: step, along: direction(exact, solver))
    try measured.note(exact, solver, before: probabilities, after: policy.array, time: time, step: step)
  }
}

extension ExactAscent: Checkpointable {
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

/// A method whose every update is a step on a known model: its direction is all that sets it apart.
public protocol ExactAscentMethod: PolicyAscent, ~Copyable {
  /// The policy, the model, and what was measured.
  var ascent: ExactAscent { get set }

  /// Begins where an ascent stands.
  init(_ ascent: consuming ExactAscent)

  /// Where a step of size 1 goes, slot by slot.
  static func direction(_ exact: ExactPolicyGradient, _ solver: PolicyGradientSolver) -> [Double]
}

extension ExactAscentMethod where Self: ~Copyable {
  /// Makes it as it is before its first update.
  public init(_ settings: Settings, task: PolicyTask) throws(SettingProblem) {
    self.init(try ExactAscent(settings, task: task))
  }

  /// The discount rate γ.
  public var gamma: Double { ascent.gamma }

  /// Moves the preferences along the method's direction.
  public mutating func update(at time: Int, using streams: inout PolicyStreams) throws(SettingProblem) {
    try ascent.update(at: time, along: Self.direction)
  }

  /// Whether the gradient is small enough.
  public var isFinished: Bool { ascent.measured.gradientNorm <= ascent.tolerance }

  /// What is measured.
  public static var columns: [String] { AscentMeasures.columns }

  /// Entropy, divergence and norm of the last update.
  public func measure() -> [Double] { ascent.measured.values }

  /// The policy and its exact values.
  public func report(into report: inout LearnerReport) {
    ascent.solver.fill(&report, ascent.policy.array, gamma: gamma)
  }

  /// Appends the preferences.
  public func save(to writer: inout StateWriter) { ascent.save(to: &writer) }

  /// Takes up the preferences.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try ascent.restore(from: &reader)
  }
}
