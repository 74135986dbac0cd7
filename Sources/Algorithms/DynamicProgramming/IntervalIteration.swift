import RLCore

/// Sweeps a lower and an upper bound on V* toward each other; what is reported is the middle, and half the distance bounds its error.
///
///     l_{k+1} = max(l_k, T l_k),    u_{k+1} = min(u_k, T u_k),    l_k ≤ V* ≤ u_k
///
/// Haddad & Monmege (2014), "Reachability in MDPs: refining convergence of value iteration"; Baier et al. (2017), "Ensuring the
/// reliability of your model checker". Below gamma 1 the bounds begin at the least and the greatest that rewards for ever can be.
///
/// At gamma 1 the model is prepared (``TotalRewardModel``), without which the upper bound would stop too high. The lower bound begins at
/// the values of a policy that ends. The upper one begins at 0 where no reward is positive; else it is ∞ until the lower one has come so
/// far that a bound can be certified from it (``TotalRewardCertificate``; the idea of Hartmanns & Kaminski, 2020, "Optimistic value
/// iteration"), and falls from there.
public struct IntervalIteration: Planner {
  static let gamma = PlanningParameters.gamma
  static let tolerance = PlanningParameters.tolerance

  /// What configurations and readers see.
  public static let about = About(
    id: "interval-iteration",
    summary: "value iteration from below and from above at once, with sound bounds",
    source: "Haddad & Monmege (2014); Baier et al. (2017)",
    equation: "l_{k+1} = T l_k, u_{k+1} = T u_k, l_k ≤ V* ≤ u_k",
    parameters: [gamma.declaration, tolerance.declaration] + PlanningParameters.greedy)

  private let task: SolverTask
  private let greedy: GreedyRule
  private var lower: ModelSweeper
  private var upper: ModelSweeper
  private var watch: TotalRewardWatch?
  private var hasUpper: Bool
  private var slack = 0.0
  private var errorBound = Double.infinity
  private var sweeps = 0
  private var nextAttempt = Double.infinity

  /// Begins with bounds that surely hold.
  public init(_ settings: Settings, model: FiniteMDP, threads: Int) throws {
    greedy = GreedyRule(settings)
    task = try SolverTask(
      model, gamma: settings[Self.gamma], tolerance: settings[Self.tolerance], threads: threads)
    let inner = task.total?.quotient ?? model
    lower = ModelSweeper(inner, threads: threads)
    upper = lower
    hasUpper = true
    if let total = task.total {
      watch = TotalRewardWatch(total, tolerance: task.tolerance)
      var evaluator = PolicyEvaluator(inner)
      let ending = StationaryPolicy(
        pairs: (0..<inner.stateCount).map { max(0, total.properPairs[$0]) }, of: inner)
      let values = evaluator.evaluate(ending, gamma: 1).values
      slack = evaluator.certify(values, of: ending, gamma: 1).errorBound
      lower.replaceValues(with: values)
      hasUpper = !inner.expectedRewards.contains { $0 > 0 }
    } else {
      lower.replaceValues(with: OrderedSweeper.lowerBound(inner, gamma: task.gamma))
      upper.replaceValues(with: OrderedSweeper.upperBound(inner, gamma: task.gamma))
    }
  }

  /// One sweep of each bound.
  public mutating func iterate() -> PlannerProgress {
    let change = lower.sweepRising(gamma: task.gamma)
    sweeps += 1
    var residual = change.size
    var rounding = lower.rounding(gamma: task.gamma)
    if hasUpper {
      residual = max(residual, upper.sweepFalling(gamma: task.gamma).size)
      rounding = max(rounding, upper.rounding(gamma: task.gamma))
    } else {
      findUpper(change.size)
    }
    slack = task.gamma * slack + rounding
    if hasUpper {
      var most = 0.0
      for state in 0..<lower.model.stateCount { most = max(most, upper.value(of: state) - lower.value(of: state)) }
      errorBound = (most / 2 + slack) * (1 + 4 * Double.ulpOfOne)
    }
    let isLast = residual <= 2 * rounding
    return PlannerProgress(
      residual: residual, errorBound: errorBound, isConverged: errorBound <= task.tolerance,
      isFinished: errorBound <= task.tolerance || isLast)
  }

  /// Tries to certify an upper bound each time the lower one moves half as fast as at the last try.
  private mutating func findUpper(_ change: Double) {
    guard change <= nextAttempt else { return }
    nextAttempt = change / 2
    let values = lower.values
    guard let bound = watch!.certificate(of: values, change: change, sweeps: sweeps) else { return }
    upper.replaceValues(with: zip(values, bound.above).map { $0 + $1 })
    hasUpper = true
  }

  private var middle: [Double] { hasUpper ? zip(lower.values, upper.values).map { ($0 + $1) / 2 } : lower.values }

  /// The middle between the bounds.
  public var values: [Double] { task.total?.lift(middle) ?? middle }

  /// One backup of ``values``.
  public var actionValues: [Double] { BellmanSweep(task.model).actionValues(of: values, gamma: task.gamma) }

  /// Greedy in ``actionValues``.
  public var policy: StationaryPolicy {
    greedy.policy(
      actionValues, task.model, errorBound: errorBound, total: task.total.map { ($0, values: middle) })
  }

  /// Stores both bounds.
  public func save(to writer: inout StateWriter) {
    lower.save(to: &writer)
    upper.save(to: &writer)
    writer.write(hasUpper)
    writer.write(slack)
    writer.write(errorBound)
    writer.write(sweeps)
    writer.write(nextAttempt)
    watch?.save(to: &writer)
  }

  /// Takes up both bounds.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try lower.restore(from: &reader)
    try upper.restore(from: &reader)
    hasUpper = try reader.flag()
    slack = try reader.number()
    errorBound = try reader.number()
    sweeps = try reader.integer()
    nextAttempt = try reader.number()
    try watch?.restore(from: &reader)
  }
}
