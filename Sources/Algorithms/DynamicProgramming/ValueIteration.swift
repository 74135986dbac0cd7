import RLCore

/// Sweeps over all states, each time replacing every value by the best one-step backup.
///
///     v_{k+1}(s) = max_a [r(s, a) + γ Σ_s′ p(s′|s, a) v_k(s′)]      Sutton & Barto (2018), eq. 4.10
///
/// Begins at `v_0 = 0` and converges to V*. Departures from the box in sec. 4.4: sweeps are synchronous unless `solver` says
/// otherwise, so that `v_k` is the book's and does not depend on the order of the states; and they stop on a certified bound on the
/// error, not on the last change.
///
/// Below gamma 1 the bound is MacQueen's and Porteus', from the least and the greatest change of a sweep (``DiscountedBounds``). When
/// half their distance is within the tolerance, the values move to the middle between both, and the planner has converged; until then
/// they are `v_k` itself. At gamma 1 the bound comes from the expected steps to the end (``TotalRewardWatch``); it is computed when the
/// last change gives hope that it is within the tolerance, and is ∞ before. It holds for later values too, for a sweep never moves
/// away from V*.
///
/// Other solvers give the same values in less time, each with its own bound: see ``OrderedSolver``, ``TopologicalSolver``,
/// ``AndersonSolver`` and ``AutomaticSolver``. Those that sweep backward, and the automatic one, begin at a lower bound.
public struct ValueIteration: Planner {
  static let gamma = PlanningParameters.gamma
  static let tolerance = PlanningParameters.tolerance
  static let solver = Parameter<Solver>.choice(
    "solver", default: .synchronous,
    "how sweeps go: from old values; in place by number; in place backward from where value comes; up and down in turn; "
      + "component by component; with Anderson's acceleration; or whatever suits the task")

  /// How the values are computed.
  enum Solver: String, CaseIterable {
    case synchronous
    case inPlace = "in-place"
    case backward
    case alternating
    case topological
    case anderson
    case auto
  }

  /// What configurations and readers see.
  public static let about = About(
    id: "value-iteration",
    summary: "sweeps of the optimality backup, stopped by a certified bound",
    source: "Sutton & Barto (2018), sec. 4.4; Puterman (1994), sec. 6.3 and 6.6.2",
    equation: "v_{k+1}(s) = max_a [r(s,a) + γ Σ_s' p(s'|s,a) v_k(s')]",
    parameters: [gamma.declaration, tolerance.declaration, solver.declaration] + PlanningParameters.greedy)

  private let model: FiniteMDP
  private let gamma: Double
  private let greedy: GreedyRule
  private var solver: any ValueSolver
  private var errorBound = Double.infinity

  /// Begins.
  public init(_ settings: Settings, model: FiniteMDP, threads: Int) throws {
    self.model = model
    gamma = settings[Self.gamma]
    greedy = GreedyRule(settings)
    let task = try SolverTask(model, gamma: gamma, tolerance: settings[Self.tolerance], threads: threads)
    solver =
      switch settings[Self.solver] {
      case .synchronous: SynchronousSolver(task)
      case .inPlace: OrderedSolver(task, .rising, evaluationSweeps: 0, isPessimistic: false)
      case .backward: OrderedSolver(task, .backward, evaluationSweeps: 0, isPessimistic: true)
      case .alternating: OrderedSolver(task, .alternating, evaluationSweeps: 0, isPessimistic: false)
      case .topological: TopologicalSolver(task)
      case .anderson: AndersonSolver(task)
      case .auto: AutomaticSolver(task)
      }
  }

  /// One sweep.
  public mutating func iterate() -> PlannerProgress {
    let progress = solver.iterate()
    errorBound = progress.errorBound
    return progress
  }

  /// `v_k`.
  public var values: [Double] { solver.values }

  /// One backup of ``values``.
  public var actionValues: [Double] { BellmanSweep(model).actionValues(of: values, gamma: gamma) }

  /// Greedy in ``actionValues``; at gamma 1 it leaves sets of states that can be stayed in for nothing where that is worth more.
  public var policy: StationaryPolicy {
    greedy.policy(actionValues, model, errorBound: errorBound, total: solver.quotientValues)
  }

  /// Stores the values and what is known of their error.
  public func save(to writer: inout StateWriter) {
    writer.write(errorBound)
    solver.save(to: &writer)
  }

  /// Takes up the values and what is known of their error.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    errorBound = try reader.number()
    try solver.restore(from: &reader)
  }
}
