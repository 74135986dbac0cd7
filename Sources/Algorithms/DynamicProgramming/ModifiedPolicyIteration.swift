import RLCore

/// Policy iteration whose evaluation is only a few sweeps: between value iteration (`sweeps` 0) and policy iteration.
///
///     π_{k+1} greedy in v_k,    v_{k+1} = (T_{π_{k+1}})^m T v_k      Puterman & Shin (1978); Puterman (1994), sec. 6.5
///
/// Begins at `v_0 = 0`; at gamma 1 at the values of a policy that ends, on the prepared model (``TotalRewardModel``), so that values only
/// rise and no greedy policy goes on for ever. One iteration is one improvement and `sweeps` sweeps of evaluation, synchronous both. The
/// bounds are those of ``ValueIteration``, taken at the improvement; what the evaluation changes is added until the next.
public struct ModifiedPolicyIteration: Planner {
  static let sweeps = Parameter.integer(
    "sweeps", symbol: "m", default: 20, in: 0...1_000_000, "sweeps of evaluation after each improvement")
  static let gamma = PlanningParameters.gamma
  static let tolerance = PlanningParameters.tolerance

  /// What configurations and readers see.
  public static let about = About(
    id: "modified-policy-iteration",
    summary: "policy iteration that evaluates each policy by a few sweeps",
    source: "Puterman & Shin (1978); Puterman (1994), sec. 6.5; Sutton & Barto (2018), sec. 4.6",
    equation: "v_{k+1} = (T_π)^m T v_k, π greedy in v_k",
    parameters: [sweeps.declaration, gamma.declaration, tolerance.declaration] + PlanningParameters.greedy)

  private let model: FiniteMDP
  private let gamma: Double
  private let tolerance: Double
  private let evaluationSweeps: Int
  private let greedy: GreedyRule
  private var sweeper: ModelSweeper
  private var watch: TotalRewardWatch?
  private var pairs: [Int32]
  private var errorBound = Double.infinity
  private var sweepsDone = 0

  /// Begins at `v_0`.
  public init(_ settings: Settings, model: FiniteMDP, threads: Int) throws {
    self.model = model
    gamma = settings[Self.gamma]
    tolerance = settings[Self.tolerance]
    evaluationSweeps = settings[Self.sweeps]
    greedy = GreedyRule(settings)
    if gamma == 1 {
      let total = try TotalRewardModel(planning: model)
      watch = TotalRewardWatch(total, tolerance: tolerance)
      sweeper = ModelSweeper(total.quotient, threads: threads)
    } else {
      sweeper = ModelSweeper(model, threads: threads)
    }
    pairs = [Int32](repeating: -1, count: sweeper.model.stateCount)
  }

  /// One improvement and the sweeps of its evaluation.
  public mutating func iterate() -> PlannerProgress {
    if let watch, sweepsDone == 0 {
      let total = watch.total
      let ending = StationaryPolicy(
        pairs: (0..<total.quotient.stateCount).map { max(0, total.properPairs[$0]) }, of: total.quotient)
      var evaluator = PolicyEvaluator(total.quotient)
      sweeper.replaceValues(with: evaluator.evaluate(ending, gamma: 1).values)
    }
    let before = pairs
    let change = sweeper.sweepGreedy(pairs: &pairs, gamma: gamma)
    sweepsDone += 1
    var changed = 0
    for state in 0..<pairs.count where pairs[state] != before[state] { changed += 1 }
    var isFinished: Bool
    if gamma < 1 {
      isFinished = evaluateDiscounted(change)
    } else {
      isFinished = evaluateUndiscounted(change)
    }
    if errorBound <= tolerance { isFinished = true }
    return PlannerProgress(
      residual: change.size, errorBound: errorBound, isConverged: errorBound <= tolerance, isFinished: isFinished,
      changedStates: changed)
  }

  private mutating func evaluateDiscounted(_ change: BellmanSweep.Change) -> Bool {
    let bounds = DiscountedBounds(
      change, gamma: gamma, canEnd: !sweeper.sweep.isContinuing, rounding: sweeper.rounding(gamma: gamma))
    if bounds.centeredError <= tolerance || bounds.centeredError <= 2 * bounds.rounding {
      sweeper.shift(by: bounds.center)
      errorBound = bounds.centeredError
      return true
    }
    var (least, greatest) = (bounds.least, bounds.greatest)
    for _ in 0..<evaluationSweeps {
      let step = sweeper.sweepPolicy(pairs: pairs, gamma: gamma)
      sweepsDone += 1
      if step.least > step.greatest { break }
      // V* − v moves against the change of v.
      least -= step.greatest
      greatest -= step.least
    }
    errorBound = max(abs(least), abs(greatest)) * (1 + Double(evaluationSweeps + 8) * Double.ulpOfOne)
    return false
  }

  private mutating func evaluateUndiscounted(_ change: BellmanSweep.Change) -> Bool {
    let rounding = sweeper.rounding(gamma: 1)
    errorBound += rounding
    let isLast = change.size <= 2 * rounding
    let (now, total) = (sweeper.values, watch!.total)
    let bound = watch!.bound(of: { total.lift(now) }, change: change.size, isLast: isLast, sweeps: sweepsDone)
    if let bound { errorBound = min(errorBound, bound) }
    if errorBound <= tolerance || isLast { return true }
    for _ in 0..<evaluationSweeps {
      _ = sweeper.sweepPolicy(pairs: pairs, gamma: 1)
      sweepsDone += 1
      errorBound += rounding
    }
    return false
  }

  /// `v_k`.
  public var values: [Double] { watch?.total.lift(sweeper.values) ?? sweeper.values }

  /// One backup of ``values``.
  public var actionValues: [Double] { BellmanSweep(model).actionValues(of: values, gamma: gamma) }

  /// Greedy in ``actionValues``.
  public var policy: StationaryPolicy {
    greedy.policy(
      actionValues, model, errorBound: errorBound, total: watch.map { ($0.total, values: sweeper.values) })
  }

  /// Stores the values and what is known of their error.
  public func save(to writer: inout StateWriter) {
    sweeper.save(to: &writer)
    writer.write(pairs)
    writer.write(errorBound)
    writer.write(sweepsDone)
    watch?.save(to: &writer)
  }

  /// Takes up the values and what is known of their error.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try sweeper.restore(from: &reader)
    let stored = try reader.list(of: 0 as Int32)
    guard stored.count == pairs.count else { throw StateError("\(stored.count) pairs do not fit") }
    for state in 0..<stored.count
    where stored[state] >= 0 && !sweeper.model.pairs(of: state).contains(Int(stored[state])) {
      throw StateError("pair \(stored[state]) does not fit state \(state)")
    }
    pairs = stored
    errorBound = try reader.number()
    sweepsDone = try reader.integer()
    try watch?.restore(from: &reader)
  }
}
