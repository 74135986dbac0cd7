import RLCore

/// Sweeps over all states, each time replacing every value by the best one-step backup.
///
///     v_{k+1}(s) = max_a [r(s, a) + γ Σ_s′ p(s′|s, a) v_k(s′)]      Sutton & Barto (2018), eq. 4.10
///
/// Converges to V* from any start below gamma 1. Departures from the box in sec. 4.4: sweeps are synchronous, so that `v_k` is the
/// book's and does not depend on the order of the states; and they stop on a certified bound on the error, not on the last change.
///
/// Below gamma 1 the bound is MacQueen's and Porteus', from the least and the greatest change of a sweep (see ``DiscountedBounds``).
/// When half their distance is within the tolerance, the values are moved to the middle between both bounds, and the planner has
/// converged; until then they are `v_k` itself.
public struct ValueIteration: Planner {
  static let gamma = PlanningParameters.gamma
  static let tolerance = PlanningParameters.tolerance

  /// What configurations and readers see.
  public static let about = About(
    id: "value-iteration",
    summary: "synchronous sweeps of the optimality backup, stopped by a certified bound",
    source: "Sutton & Barto (2018), sec. 4.4; Puterman (1994), sec. 6.3 and 6.6.2",
    equation: "v_{k+1}(s) = max_a [r(s,a) + γ Σ_s' p(s'|s,a) v_k(s')]",
    parameters: [
      gamma.declaration, tolerance.declaration, PlanningParameters.tieTolerance.declaration,
      PlanningParameters.ties.declaration,
    ])

  private let gamma: Double
  private let tolerance: Double
  private let greedy: GreedyRule
  private var sweeper: ModelSweeper

  /// Begins at `v_0 = 0`.
  public init(_ settings: Settings, model: FiniteMDP, threads: Int) throws {
    gamma = settings[Self.gamma]
    tolerance = settings[Self.tolerance]
    greedy = GreedyRule(settings)
    sweeper = ModelSweeper(model, threads: threads)
  }

  /// One sweep.
  public mutating func iterate() -> PlannerProgress {
    let change = sweeper.sweepOptimal(gamma: gamma)
    guard gamma < 1 else {
      return PlannerProgress(residual: change.size, errorBound: .infinity, isConverged: false)
    }
    let bounds = DiscountedBounds(
      change, gamma: gamma, canEnd: !sweeper.sweep.isContinuing, rounding: sweeper.rounding(gamma: gamma))
    let isAsGoodAsItGets = bounds.centeredError <= 2 * bounds.rounding
    if bounds.centeredError <= tolerance || isAsGoodAsItGets {
      sweeper.shift(by: bounds.center)
      return PlannerProgress(
        residual: change.size, errorBound: bounds.centeredError, isConverged: bounds.centeredError <= tolerance,
        isFinished: true)
    }
    return PlannerProgress(residual: change.size, errorBound: bounds.error, isConverged: false)
  }

  /// `v_k`.
  public var values: [Double] { sweeper.values }

  /// One backup of ``values``.
  public var actionValues: [Double] { sweeper.actionValues(gamma: gamma) }

  /// Greedy in ``actionValues``.
  public var policy: StationaryPolicy { greedy.policy(actionValues, sweeper.model) }

  /// Stores the values.
  public func save(to writer: inout StateWriter) { sweeper.save(to: &writer) }

  /// Takes up the values.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try sweeper.restore(from: &reader)
  }
}
