import RLCore

/// A way to compute V*, behind ``ValueIteration``.
protocol ValueSolver: Checkpointable, Sendable {
  /// One step: a sweep, or what the solver counts as one.
  mutating func iterate() -> PlannerProgress
  /// The values that the last progress spoke of, of the task's states.
  var values: [Double] { get }
  /// Undiscounted, the prepared model and the values of its quotient, for the greedy policy.
  var quotientValues: (TotalRewardModel, values: [Double])? { get }
}

/// What a solver needs to know.
struct SolverTask: Sendable {
  let model: FiniteMDP
  let gamma: Double
  let tolerance: Double
  let threads: Int
  /// The prepared model at gamma 1.
  let total: TotalRewardModel?

  /// - Throws: ``SettingProblem`` where the task has no undiscounted values.
  init(_ model: FiniteMDP, gamma: Double, tolerance: Double, threads: Int) throws(SettingProblem) {
    self.model = model
    self.gamma = gamma
    self.tolerance = tolerance
    self.threads = threads
    total = gamma == 1 ? try TotalRewardModel(planning: model) : nil
  }

  /// The change of a sweep at which the error is within the tolerance, below gamma 1.
  var goal: Double { gamma > 0 ? tolerance * (1 - gamma) / gamma : .infinity }
}

/// Synchronous sweeps from `v_0 = 0`.
struct SynchronousSolver: ValueSolver {
  private let task: SolverTask
  private var sweeper: ModelSweeper
  private var watch: TotalRewardWatch?
  private var errorBound = Double.infinity
  private var sweeps = 0
  /// The distance of the bounds, in units of change, after the last sweep.
  private(set) var lastSpan = Double.infinity

  init(_ task: SolverTask) {
    self.task = task
    sweeper = ModelSweeper(task.model, threads: task.threads)
    if let total = task.total {
      watch = TotalRewardWatch(total, tolerance: task.tolerance)
      if total.isHopeless.contains(true) { sweeper.replaceValues(with: total.isHopeless.map { $0 ? -.infinity : 0 }) }
    }
  }

  mutating func iterate() -> PlannerProgress {
    let change = sweeper.sweepOptimal(gamma: task.gamma)
    sweeps += 1
    lastSpan = max(0, change.greatest - change.least)
    let isFinished = task.gamma < 1 ? finishDiscounted(change) : finishUndiscounted(change)
    return PlannerProgress(
      residual: change.size, errorBound: errorBound, isConverged: errorBound <= task.tolerance, isFinished: isFinished)
  }

  private mutating func finishDiscounted(_ change: BellmanSweep.Change) -> Bool {
    let bounds = DiscountedBounds(
      change, gamma: task.gamma, canEnd: !sweeper.sweep.isContinuing, rounding: sweeper.rounding(gamma: task.gamma))
    let isAsGoodAsItGets = bounds.centeredError <= 2 * bounds.rounding
    errorBound = bounds.error
    guard bounds.centeredError <= task.tolerance || isAsGoodAsItGets else { return false }
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
    return errorBound <= task.tolerance || isLast
  }

  /// Whether the sweeps mix values so fast that no order could do better: judged by how the distance of the bounds shrinks.
  ///
  /// - Parameter spans: The distance after each of the last sweeps.
  func isFast(_ spans: [Double]) -> Bool {
    guard let last = spans.last, spans.count > 1, last > 0, task.tolerance > 0 else { return spans.last == 0 }
    let rate = last / spans[spans.count - 2]
    guard rate < 1 else { return false }
    // r^n last ≤ goal for some n ≤ 60
    var rest = last
    for _ in 0..<60 {
      if rest <= task.goal { return true }
      rest *= rate
    }
    return false
  }

  var values: [Double] { sweeper.values }

  var quotientValues: (TotalRewardModel, values: [Double])? {
    watch.map { ($0.total, values: $0.classValues(sweeper.values)) }
  }

  func save(to writer: inout StateWriter) {
    sweeper.save(to: &writer)
    writer.write(errorBound)
    writer.write(sweeps)
    watch?.save(to: &writer)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    try sweeper.restore(from: &reader)
    errorBound = try reader.number()
    sweeps = try reader.integer()
    try watch?.restore(from: &reader)
  }
}
