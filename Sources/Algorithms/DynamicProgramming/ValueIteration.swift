import RLCore

/// Sweeps over all states, each time replacing every value by the best one-step backup.
///
///     v_{k+1}(s) = max_a [r(s, a) + γ Σ_s′ p(s′|s, a) v_k(s′)]      Sutton & Barto (2018), eq. 4.10
///
/// Begins at `v_0 = 0` and converges to V*. Departures from the box in sec. 4.4: sweeps are synchronous, so that `v_k` is the book's
/// and does not depend on the order of the states; and they stop on a certified bound on the error, not on the last change.
///
/// Below gamma 1 the bound is MacQueen's and Porteus', from the least and the greatest change of a sweep (``DiscountedBounds``). When
/// half their distance is within the tolerance, the values move to the middle between both, and the planner has converged; until then
/// they are `v_k` itself. At gamma 1 the bound comes from the expected steps to the end (``TotalRewardWatch``); it is computed when the
/// last change gives hope that it is within the tolerance, and is ∞ before. It holds for later values too, for a sweep never moves
/// away from V*.
public struct ValueIteration: Planner {
  static let gamma = PlanningParameters.gamma
  static let tolerance = PlanningParameters.tolerance

  /// What configurations and readers see.
  public static let about = About(
    id: "value-iteration",
    summary: "synchronous sweeps of the optimality backup, stopped by a certified bound",
    source: "Sutton & Barto (2018), sec. 4.4; Puterman (1994), sec. 6.3 and 6.6.2",
    equation: "v_{k+1}(s) = max_a [r(s,a) + γ Σ_s' p(s'|s,a) v_k(s')]",
    parameters: [gamma.declaration, tolerance.declaration] + PlanningParameters.greedy)

  private let gamma: Double
  private let tolerance: Double
  private let greedy: GreedyRule
  private var sweeper: ModelSweeper
  private var watch: TotalRewardWatch?
  private var errorBound = Double.infinity
  private var sweeps = 0

  /// Begins at `v_0 = 0`.
  public init(_ settings: Settings, model: FiniteMDP, threads: Int) throws {
    gamma = settings[Self.gamma]
    tolerance = settings[Self.tolerance]
    greedy = GreedyRule(settings)
    sweeper = ModelSweeper(model, threads: threads)
    if gamma == 1 {
      let total = try TotalRewardModel(planning: model)
      watch = TotalRewardWatch(total, tolerance: tolerance)
      if total.isHopeless.contains(true) { sweeper.replaceValues(with: total.isHopeless.map { $0 ? -.infinity : 0 }) }
    }
  }

  /// One sweep.
  public mutating func iterate() -> PlannerProgress {
    let change = sweeper.sweepOptimal(gamma: gamma)
    sweeps += 1
    let isFinished = gamma < 1 ? finishDiscounted(change) : finishUndiscounted(change)
    return PlannerProgress(
      residual: change.size, errorBound: errorBound, isConverged: errorBound <= tolerance, isFinished: isFinished)
  }

  private mutating func finishDiscounted(_ change: BellmanSweep.Change) -> Bool {
    let bounds = DiscountedBounds(
      change, gamma: gamma, canEnd: !sweeper.sweep.isContinuing, rounding: sweeper.rounding(gamma: gamma))
    let isAsGoodAsItGets = bounds.centeredError <= 2 * bounds.rounding
    errorBound = bounds.error
    guard bounds.centeredError <= tolerance || isAsGoodAsItGets else { return false }
    sweeper.shift(by: bounds.center)
    errorBound = bounds.centeredError
    return true
  }

  private mutating func finishUndiscounted(_ change: BellmanSweep.Change) -> Bool {
    let rounding = sweeper.rounding(gamma: 1)
    errorBound += rounding
    let isLast = change.size <= 2 * rounding
    let bound = watch!.bound(of: { sweeper.values }, change: change.size, isLast: isLast, sweeps: sweeps)
    if let bound { errorBound = min(errorBound, bound) }
    return errorBound <= tolerance || isLast
  }

  /// `v_k`.
  public var values: [Double] { sweeper.values }

  /// One backup of ``values``.
  public var actionValues: [Double] { sweeper.actionValues(gamma: gamma) }

  /// Greedy in ``actionValues``; at gamma 1 it leaves sets of states that can be stayed in for nothing where that is worth more.
  public var policy: StationaryPolicy {
    let total = watch.map { ($0.total, values: $0.classValues(values)) }
    return greedy.policy(actionValues, sweeper.model, errorBound: errorBound, total: total)
  }

  /// Stores the values and what is known of their error.
  public func save(to writer: inout StateWriter) {
    sweeper.save(to: &writer)
    writer.write(errorBound)
    writer.write(sweeps)
    watch?.save(to: &writer)
  }

  /// Takes up the values and what is known of their error.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try sweeper.restore(from: &reader)
    errorBound = try reader.number()
    sweeps = try reader.integer()
    try watch?.restore(from: &reader)
  }
}
