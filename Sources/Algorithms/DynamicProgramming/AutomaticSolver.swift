import RLCore

/// Picks a solver that suits the task.
///
/// 1. A model that can be solved directly at little cost: policy iteration.
/// 2. One whose values mix within some 60 synchronous sweeps, which the first eight tell: synchronous sweeps with their span bounds.
/// 3. All others: sweeps in place from a lower bound, in the direction in which values are carried, with ten sweeps of the greedy policy
///    after each.
struct AutomaticSolver: ValueSolver {
  private let task: SolverTask
  private var solver: any ValueSolver
  private var stage: Stage
  private var sizes: [Double] = []

  private enum Stage: Int {
    case exact
    case trying
    case synchronous
    case ordered
  }

  init(_ task: SolverTask) {
    self.task = task
    stage = .ordered
    let model = task.total?.quotient ?? task.model
    if model.stateCount <= 20_000 && model.outcomeCount <= 1_000_000 {
      let evaluator = PolicyEvaluator(model, entryLimit: 1_000_000, operationLimit: 2e7)
      if evaluator.isDirect {
        solver = PolicySolver(task, evaluator)
        stage = .exact
        return
      }
    }
    if task.gamma < 1 && model.isContinuing {
      solver = SynchronousSolver(task)
      stage = .trying
      return
    }
    solver = Self.ordered(task)
  }

  private static func ordered(_ task: SolverTask) -> OrderedSolver {
    OrderedSolver(task, .best, evaluationSweeps: 10, isPessimistic: true)
  }

  mutating func iterate() -> PlannerProgress {
    let progress = solver.iterate()
    guard stage == .trying, !progress.isFinished, let trial = solver as? SynchronousSolver else { return progress }
    sizes.append(trial.lastSpan)
    if sizes.count == 8 {
      if trial.isFast(sizes) {
        stage = .synchronous
      } else {
        stage = .ordered
        solver = Self.ordered(task)
      }
    }
    return progress
  }

  var values: [Double] { solver.values }

  var quotientValues: (TotalRewardModel, values: [Double])? { solver.quotientValues }

  func save(to writer: inout StateWriter) {
    writer.write(stage.rawValue)
    writer.write(sizes)
    solver.save(to: &writer)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    guard let stored = Stage(rawValue: try reader.integer()) else { throw StateError("there is no such stage") }
    sizes = try reader.list(of: 0.0)
    if stored == .ordered && stage == .trying { solver = Self.ordered(task) }
    stage = stored
    try solver.restore(from: &reader)
  }
}

/// Policy iteration with direct evaluation, begun from the greedy policy of some sweeps.
struct PolicySolver: ValueSolver {
  private let task: SolverTask
  private var search: OptimalSearch
  private var hasBegun = false

  init(_ task: SolverTask, _ evaluator: PolicyEvaluator) {
    self.task = task
    search = OptimalSearch(evaluator, gamma: task.gamma, pairs: task.total?.properPairs)
  }

  mutating func iterate() -> PlannerProgress {
    if !hasBegun {
      hasBegun = true
      search.warmUp()
    }
    guard search.evaluate() == nil else {
      return PlannerProgress(residual: .infinity, errorBound: .infinity, isConverged: false, isFinished: true)
    }
    let residual = search.residual()
    let changed = search.improve()
    let bound = changed == 0 || task.gamma < 1 ? search.errorBound() : .infinity
    return PlannerProgress(
      residual: residual, errorBound: bound, isConverged: bound <= task.tolerance,
      isFinished: changed == 0 || bound <= task.tolerance, changedStates: changed)
  }

  var values: [Double] { task.total?.lift(search.values) ?? search.values }

  var quotientValues: (TotalRewardModel, values: [Double])? { task.total.map { ($0, values: search.values) } }

  func save(to writer: inout StateWriter) {
    writer.write(hasBegun)
    search.save(to: &writer)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    hasBegun = try reader.flag()
    try search.restore(from: &reader)
  }
}
