import RLCore

/// Computes the values of a given policy.
///
///     v_{k+1}(s) = Σ_a π(a|s) [r(s, a) + γ Σ_s′ p(s′|s, a) v_k(s′)]      Sutton & Barto (2018), eq. 4.5
///
/// Begins at `v_0 = 0`. `synchronous` sweeps compute `v_{k+1}` from `v_k` alone, as Figure 4.1 does; `in-place` sweeps, in the order of
/// the states, use new values as soon as they are there, as the box in sec. 4.1 does; `direct` solves the linear system (eq. 4.4) in
/// one iteration. Departure from the box: sweeps stop on a certified bound on the error, not on the last change.
///
/// The bound: let `w(s)` be the expected discounted steps to the end, `w = 1 + γ P_π w`. If the last change was at most δ, the error is at
/// most `δ max(w − 1)`, which is at most `δ γ / (1 − γ)`. For synchronous sweeps below gamma 1, MacQueen's and Porteus' bounds are used
/// where they are better; then, when they are within the tolerance, the values move to the middle between both.
public struct PolicyEvaluation: Planner {
  static let policy = Parameter<PolicySpecification>.policy(
    "policy", default: .uniform, "the policy to evaluate: uniform, probabilities or actions, state by state")
  static let method = Parameter<Method>.choice(
    "method", default: .synchronous, "sweeps from old values, sweeps in place, or a direct solve")
  static let gamma = PlanningParameters.gamma
  static let tolerance = PlanningParameters.tolerance

  /// How the values are computed.
  enum Method: String, CaseIterable {
    case synchronous
    case inPlace = "in-place"
    case direct
  }

  /// What configurations and readers see.
  public static let about = About(
    id: "policy-evaluation",
    summary: "the values of a given policy, by sweeps or by solving the linear system",
    source: "Sutton & Barto (2018), sec. 4.1",
    equation: "v_{k+1}(s) = Σ_a π(a|s) [r(s,a) + γ Σ_s' p(s'|s,a) v_k(s')]",
    parameters: [policy.declaration, method.declaration, gamma.declaration, tolerance.declaration])

  private let gamma: Double
  private let tolerance: Double
  private let method: Method
  /// The policy that is evaluated.
  public let policy: StationaryPolicy
  private var sweeper: ModelSweeper
  private var evaluator: PolicyEvaluator?
  /// The greatest of `w − 1`, with what rounding may add to it.
  private let longest: Double

  /// Begins at `v_0 = 0`.
  public init(_ settings: Settings, model: FiniteMDP, threads: Int) throws {
    gamma = settings[Self.gamma]
    tolerance = settings[Self.tolerance]
    method = settings[Self.method]
    do throws(SettingProblem) {
      policy = try settings[Self.policy].policy(for: model)
    } catch { throw SettingProblem(error.message, at: ".policy" + error.place) }
    sweeper = ModelSweeper(model, threads: threads)
    // For the bound of sweeps below gamma 1, γ / (1 − γ) will do where an evaluator would be dear.
    if method != .direct && gamma < 1 && model.outcomeCount > 1_000_000 {
      longest = gamma / (1 - gamma)
      return
    }
    var evaluator = PolicyEvaluator(model)
    if gamma == 1, let infinite = try evaluator.infiniteValues(of: policy) { sweeper.replaceValues(with: infinite) }
    if method == .direct {
      self.evaluator = evaluator
      longest = .infinity
    } else if gamma == 1 || evaluator.isDirect {
      longest = evaluator.longestAhead(policy, gamma: gamma)
    } else {
      longest = gamma / (1 - gamma)
    }
  }

  /// One sweep, or the direct solve.
  public mutating func iterate() -> PlannerProgress {
    switch method {
    case .direct: solve()
    case .inPlace: progress(sweeper.sweepPolicyInPlace(policy, gamma: gamma), isSynchronous: false)
    case .synchronous: progress(sweeper.sweepPolicy(policy, gamma: gamma), isSynchronous: true)
    }
  }

  private mutating func progress(_ change: BellmanSweep.Change, isSynchronous: Bool) -> PlannerProgress {
    let rounding = sweeper.rounding(gamma: gamma)
    let stretch = (longest + 1) * (1 + 8 * Double.ulpOfOne)
    var error = change.size * longest * (1 + 8 * Double.ulpOfOne) + rounding * stretch
    var isAsGoodAsItGets = change.size <= 2 * rounding
    if isSynchronous && gamma < 1 {
      let bounds = DiscountedBounds(
        change, gamma: gamma, canEnd: !sweeper.sweep.isContinuing, rounding: rounding)
      isAsGoodAsItGets = isAsGoodAsItGets || bounds.centeredError <= 2 * bounds.rounding
      if bounds.centeredError < error && (bounds.centeredError <= tolerance || isAsGoodAsItGets) {
        sweeper.shift(by: bounds.center)
        error = bounds.centeredError
      } else {
        error = min(error, bounds.error)
      }
    }
    return PlannerProgress(
      residual: change.size, errorBound: error, isConverged: error <= tolerance,
      isFinished: error <= tolerance || isAsGoodAsItGets)
  }

  private mutating func solve() -> PlannerProgress {
    sweeper.replaceValues(with: evaluator!.evaluate(policy, gamma: gamma).values)
    let (residual, error) = evaluator!.certify(sweeper.values, of: policy, gamma: gamma)
    return PlannerProgress(residual: residual, errorBound: error, isConverged: error <= tolerance, isFinished: true)
  }

  /// `v_k`.
  public var values: [Double] { sweeper.values }

  /// `q_π`, one backup of ``values``.
  public var actionValues: [Double] { sweeper.actionValues(gamma: gamma) }

  /// Stores the values.
  public func save(to writer: inout StateWriter) { sweeper.save(to: &writer) }

  /// Takes up the values.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try sweeper.restore(from: &reader)
  }
}

extension PolicyEvaluator {
  /// Where undiscounted values are infinite, with 0 elsewhere; nil where none is.
  ///
  /// - Throws: ``SettingProblem`` where the policy comes to such a state from the start.
  fileprivate mutating func infiniteValues(of policy: StationaryPolicy) throws(SettingProblem) -> [Double]? {
    let evaluation = evaluate(policy, gamma: 1)
    guard let state = evaluation.values.firstIndex(where: { !$0.isFinite }) else { return nil }
    if evaluation.startValue.isFinite { return evaluation.values.map { $0.isFinite ? 0 : $0 } }
    if model.isContinuing { throw SettingProblem(PlanningError.continuing.description, at: ".gamma") }
    let label = model.stateLabels.label(of: state)
    throw SettingProblem(
      "the policy may never end from state \(state)\(label == "\(state)" ? "" : " (\(label))"), so undiscounted values "
        + "are infinite: give gamma below 1 or another policy", at: ".gamma")
  }
}
