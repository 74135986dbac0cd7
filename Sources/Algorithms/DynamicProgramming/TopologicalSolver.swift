import RLCore

/// Solves one strongly connected component after the other, those first that lead nowhere else (Dai & Goldsmith, 2007): where a task
/// cannot go round in circles, every state is backed up once.
///
/// One iteration passes over the components that are not settled, with up to 20 sweeps in place in each. The last sweeps of all
/// components together are one sweep in place over all states, whence the bound (``OrderedSolver``).
struct TopologicalSolver: ValueSolver {
  private let task: SolverTask
  private let order: PropagationOrder
  private let isAcyclic: [Bool]
  private var sweeper: OrderedSweeper
  private var watch: TotalRewardWatch?
  private var changes: [Double]
  private var firstOpen = 0
  private var goal: Double
  private var errorBound = Double.infinity
  private var sweeps = 0

  init(_ task: SolverTask) {
    self.task = task
    let model = task.total?.quotient ?? task.model
    order = PropagationOrder(model)
    sweeper = OrderedSweeper(
      model, gamma: task.gamma,
      values: task.gamma < 1
        ? OrderedSweeper.lowerBound(model, gamma: task.gamma) : [Double](repeating: 0, count: model.stateCount))
    watch = task.total.map { TotalRewardWatch($0, tolerance: task.tolerance) }
    let count = order.componentOffsets.count - 1
    changes = [Double](repeating: .infinity, count: count)
    goal = task.gamma < 1 ? task.goal / 2 : task.tolerance / 64
    isAcyclic = (0..<count).map { [order] c in
      let first = Int(order.componentOffsets[c])
      guard Int(order.componentOffsets[c + 1]) == first + 1 else { return false }
      let state = Int(order.states[first])
      return !model.pairs(of: state).contains { pair in
        model.outcomes(of: pair).contains { Int(model.targets[$0]) == state }
      }
    }
  }

  mutating func iterate() -> PlannerProgress {
    var isLast = true
    sweeps += 1
    for c in firstOpen..<changes.count {
      let range = Int(order.componentOffsets[c])..<Int(order.componentOffsets[c + 1])
      if isAcyclic[c] {
        _ = sweeper.improve(.listed(order.states), range: range)
        changes[c] = 0
        continue
      }
      for _ in 0..<20 {
        changes[c] = sweeper.improve(.listed(order.states), range: range).size
        if changes[c] <= goal { break }
      }
      if changes[c] > 2 * sweeper.rounding { isLast = false }
    }
    while firstOpen < changes.count && changes[firstOpen] <= goal { firstOpen += 1 }
    let residual = changes.reduce(0) { max($0, $1) }
    let rounding = sweeper.rounding
    if task.gamma < 1 {
      errorBound = (task.gamma * residual + rounding) / (1 - task.gamma) * (1 + 8 * Double.ulpOfOne)
    } else {
      errorBound += rounding
      let (now, prepared) = (sweeper.values, task.total!)
      let bound = watch!.bound(
        of: { prepared.lift(now) }, change: residual, isLast: isLast || firstOpen == changes.count,
        sweeps: 20 * sweeps)
      if let bound { errorBound = min(errorBound, bound) }
      if firstOpen == changes.count && errorBound > task.tolerance && !isLast {
        goal /= 64
        firstOpen = 0
      }
    }
    return PlannerProgress(
      residual: residual, errorBound: errorBound, isConverged: errorBound <= task.tolerance,
      isFinished: errorBound <= task.tolerance || isLast)
  }

  var values: [Double] { task.total?.lift(sweeper.values) ?? sweeper.values }

  var quotientValues: (TotalRewardModel, values: [Double])? { task.total.map { ($0, values: sweeper.values) } }

  func save(to writer: inout StateWriter) {
    sweeper.save(to: &writer)
    writer.write(errorBound)
    writer.write(sweeps)
    writer.write(goal)
    writer.write(firstOpen)
    writer.write(changes)
    watch?.save(to: &writer)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    try sweeper.restore(from: &reader)
    errorBound = try reader.number()
    sweeps = try reader.integer()
    goal = try reader.number()
    firstOpen = try reader.integer()
    let stored = try reader.list(of: 0.0)
    guard stored.count == changes.count, (0...changes.count).contains(firstOpen) else {
      throw StateError("\(stored.count) components do not fit")
    }
    changes = stored
    try watch?.restore(from: &reader)
  }
}
