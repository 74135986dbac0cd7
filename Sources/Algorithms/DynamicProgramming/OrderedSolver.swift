import RLCore

/// Sweeps in place in an order, each using new values as soon as they are there.
///
/// Below gamma 1 a sweep that changes nothing by more than δ leaves an error of at most `γ δ / (1 − γ)`; at gamma 1 see
/// ``TotalRewardWatch``. At gamma 1 the solver works on the prepared model.
struct OrderedSolver: ValueSolver {
  /// Which order.
  enum Plan: Sendable {
    /// By the states' numbers.
    case rising
    /// By the states' numbers, up and down in turn.
    case alternating
    /// By distance from where value comes.
    case backward
    /// Whichever goes with the likeliest paths, as they are after a sweep down and a sweep up.
    case best
  }

  private let task: SolverTask
  private let plan: Plan
  private let evaluationSweeps: Int
  private var sweeper: OrderedSweeper
  private var order: OrderedSweeper.Order
  private var watch: TotalRewardWatch?
  private var errorBound = Double.infinity
  private var sweeps = 0
  private var choice = 0  // 0 not chosen, 1 rising, 2 falling, 3 in turn, 4 by distance

  /// - Parameters:
  ///   - evaluationSweeps: How many sweeps of the greedy policy come between two sweeps; none at gamma 1.
  ///   - isPessimistic: Whether values begin at a lower bound rather than 0, so that they only rise and what matters comes from where
  ///     there is something to gain.
  init(_ task: SolverTask, _ plan: Plan, evaluationSweeps: Int, isPessimistic: Bool) {
    self.task = task
    self.plan = plan
    self.evaluationSweeps = task.gamma < 1 ? evaluationSweeps : 0
    let model = task.total?.quotient ?? task.model
    let zeros = [Double](repeating: 0, count: model.stateCount)
    sweeper = OrderedSweeper(
      model, gamma: task.gamma,
      values: isPessimistic && task.gamma < 1 ? OrderedSweeper.lowerBound(model, gamma: task.gamma) : zeros)
    watch = task.total.map { TotalRewardWatch($0, tolerance: task.tolerance) }
    order =
      switch plan {
      case .rising: .rising
      case .alternating: .alternating
      case .best: .falling
      case .backward: .listed(PropagationOrder(model).states)
      }
  }

  mutating func iterate() -> PlannerProgress {
    if evaluationSweeps > 0 && sweeps > 0 {
      sweeps += sweeper.evaluate(sweeps: evaluationSweeps, until: task.goal / 2)
    }
    let change = sweeper.improve(order, keepingPolicy: evaluationSweeps > 0)
    sweeps += 1
    choose()
    let rounding = sweeper.rounding
    let isLast = change.size <= 2 * rounding
    if task.gamma < 1 {
      errorBound = (task.gamma * change.size + rounding) / (1 - task.gamma) * (1 + 8 * Double.ulpOfOne)
    } else {
      errorBound += rounding
      let (now, prepared) = (sweeper.values, task.total!)
      let bound = watch!.bound(of: { prepared.lift(now) }, change: change.size, isLast: isLast, sweeps: sweeps)
      if let bound { errorBound = min(errorBound, bound) }
    }
    return PlannerProgress(
      residual: change.size, errorBound: errorBound, isConverged: errorBound <= task.tolerance,
      isFinished: errorBound <= task.tolerance || isLast)
  }

  /// After a sweep down and a sweep up, looks along the likeliest paths from some 64 states, as far as values rise along them.
  ///
  /// A sweep down carries a value back along all steps to higher numbers, sweeps in turn along all steps that do not turn. By distance
  /// one sweep carries it all the way, but reads memory in no order, which costs as much as several.
  private mutating func choose() {
    guard case .best = plan, choice == 0 else { return }
    if case .falling = order {
      order = .rising
      return
    }
    var (rises, falls, turns) = (0, 0, 0)
    let count = sweeper.model.stateCount
    for sample in 0..<64 {
      let walk = sweeper.walk(from: (2 * sample + 1) * count / 128, limit: 10_000)
      rises += walk.rises
      falls += walk.falls
      turns += walk.turns
    }
    let steps = rises + falls
    choice = 20 * falls <= steps ? 2 : 20 * rises <= steps ? 1 : 10 * turns <= steps ? 3 : 4
    if steps < 64 { choice = 4 }
    apply()
  }

  private mutating func apply() {
    switch choice {
    case 1: order = .rising
    case 2: order = .falling
    case 3: order = .alternating
    case 4: order = .listed(PropagationOrder(sweeper.model).states)
    default: break
    }
  }

  var values: [Double] { task.total?.lift(sweeper.values) ?? sweeper.values }

  var quotientValues: (TotalRewardModel, values: [Double])? { task.total.map { ($0, values: sweeper.values) } }

  func save(to writer: inout StateWriter) {
    sweeper.save(to: &writer)
    writer.write(errorBound)
    writer.write(sweeps)
    writer.write(choice)
    if case .rising = order { writer.write(true) } else { writer.write(false) }
    watch?.save(to: &writer)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    try sweeper.restore(from: &reader)
    errorBound = try reader.number()
    sweeps = try reader.integer()
    choice = try reader.integer()
    let isRising = try reader.flag()
    if case .best = plan {
      order = isRising ? .rising : .falling
      apply()
    }
    try watch?.restore(from: &reader)
  }
}
