import RLCore

/// Natural policy gradient on a known model: steepest ascent where distance is measured between policies and not between parameters.
///
///     θ ← θ + α F(θ)⁺ ∇J(θ),   F = Σ_s η(s) Σ_a π(a|s) ∇ ln π(a|s) ∇ ln π(a|s)ᵀ                        Kakade (2001), eqs. 2 and 3
///
/// With η the discounted visits of which the gradient is made, the solution for a tabular softmax is the advantage itself,
///
///     H(s, a) ← H(s, a) + α [q_π(s, a) − v_π(s)]                     Agarwal, Kakade, Lee & Mahajan (2021), lemma 15, with α = η / (1 − γ)
///
/// so that a step does not depend on how often a state is seen, J never falls whatever α, and α → ∞ is policy iteration. Where states look alike,
/// it is the mean advantage of an action over the states as they are visited; states that are never visited stay as they are.
public struct NaturalPolicyGradient: PolicyAscent, ~Copyable {
  static let alpha = Parameter<Schedule>.schedule("alpha", symbol: "α", default: 0.1, in: .positive, "step size")

  /// What configurations and readers see.
  public static let about = About(
    id: "natural-policy-gradient",
    summary: "natural gradient ascent on a known model, with the exact Fisher information",
    source: "Kakade (2001); Agarwal, Kakade, Lee & Mahajan (2021)",
    equation: "θ ← θ + α F(θ)⁺ ∇J(θ)",
    parameters: [alpha.declaration, ControlParameters.gamma.declaration, GradientAscent.tolerance.declaration]
      + SoftmaxPolicy.parameters.prefix(1))

  /// The discount rate γ.
  public let gamma: Double
  /// The policy.
  public var policy: SoftmaxPolicy
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
    tolerance = settings[GradientAscent.tolerance]
    policy = SoftmaxPolicy(start)
  }

  /// `F⁺ ∇J`: the mean advantage of each slot over the states behind it, as they are visited.
  public static func direction(_ exact: ExactPolicyGradient, _ solver: PolicyGradientSolver) -> [Double] {
    var sums = [Double](repeating: 0, count: solver.space.slotCount)
    var weights = sums
    for state in 0..<solver.model.stateCount where exact.visits[state] > 0 {
      for pair in solver.model.pairs(of: state) {
        let slot = Int(solver.slots[pair])
        sums[slot] += exact.visits[state] * exact.advantages[pair]
        weights[slot] += exact.visits[state]
      }
    }
    for slot in sums.indices where weights[slot] > 0 { sums[slot] /= weights[slot] }
    return sums
  }

  /// Moves the preferences along the natural gradient.
  public mutating func update(at time: Int, using streams: inout PolicyStreams) throws(SettingProblem) {
    let probabilities = policy.array
    guard let exact = solver.evaluate(probabilities, gamma: gamma) else {
      throw SettingProblem("update \(time + 1): the policy no longer ends; make alpha smaller, or gamma less than 1")
    }
    let step = alpha.value(at: Double(time))
    policy.move(by: step, along: Self.direction(exact, solver))
    try measured.note(exact, solver, before: probabilities, after: policy.array, time: time, step: step)
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
