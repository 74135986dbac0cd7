import RLCore

/// Synchronous sweeps with Anderson acceleration: the next values are the mixture of the last few that makes the mixed residual least.
///
///     f_k = T v_k − v_k,    v_{k+1} = T v_k − Σ_i θ_i (T v_{i+1} − T v_i),    θ = argmin ‖f_k − Σ_i θ_i (f_{i+1} − f_i)‖₂
///
/// Anderson (1965); Geist & Scherrer (2018), "Anderson acceleration for reinforcement learning". Where a mixture makes the residual
/// larger, it is dropped for a plain sweep from the best values so far, so that convergence is never lost (Zhang, O'Donoghue & Boyd,
/// 2020). Values and bounds are those of the best sweep.
struct AndersonSolver: ValueSolver {
  private let task: SolverTask
  private var sweeper: ModelSweeper
  private var watch: TotalRewardWatch?
  /// `T v_i` and `f_i` of the last sweeps, the oldest first.
  private var images: [[Double]] = []
  private var residuals: [[Double]] = []
  private var best: [Double]
  private var bestSize = Double.infinity
  private var errorBound = Double.infinity
  private var sweeps = 0
  private static let memory = 5

  init(_ task: SolverTask) {
    self.task = task
    sweeper = ModelSweeper(task.total?.quotient ?? task.model, threads: task.threads)
    watch = task.total.map { TotalRewardWatch($0, tolerance: task.tolerance) }
    best = sweeper.values
  }

  mutating func iterate() -> PlannerProgress {
    let before = sweeper.values
    let change = sweeper.sweepOptimal(gamma: task.gamma)
    sweeps += 1
    let image = sweeper.values
    let rounding = sweeper.rounding(gamma: task.gamma)
    let isLast = change.size <= 2 * rounding
    if change.size < bestSize {
      bestSize = change.size
      best = image
      if task.gamma < 1 {
        let bounds = DiscountedBounds(
          change, gamma: task.gamma, canEnd: !sweeper.sweep.isContinuing, rounding: rounding)
        errorBound = bounds.error
        if bounds.centeredError <= task.tolerance || isLast {
          for state in 0..<best.count where !sweeper.model.isTerminal(state) { best[state] += bounds.center }
          errorBound = bounds.centeredError
        }
      } else {
        errorBound = .infinity
        let (now, prepared) = (best, task.total!)
        let bound = watch!.bound(of: { prepared.lift(now) }, change: change.size, isLast: isLast, sweeps: sweeps)
        if let bound { errorBound = bound }
      }
      images.append(image)
      residuals.append(zip(image, before).map { $0 - $1 })
      if images.count > Self.memory + 1 {
        images.removeFirst()
        residuals.removeFirst()
      }
      sweeper.replaceValues(with: mixture() ?? image)
    } else {
      // The mixture was no good.
      images.removeAll()
      residuals.removeAll()
      sweeper.replaceValues(with: best)
      bestSize = max(bestSize, change.size.nextUp)
    }
    return PlannerProgress(
      residual: change.size, errorBound: errorBound, isConverged: errorBound <= task.tolerance,
      isFinished: errorBound <= task.tolerance || isLast)
  }

  /// The mixture with the least residual, from the normal equations by Cholesky's method; nil where they are singular.
  private func mixture() -> [Double]? {
    let count = images.count - 1
    guard count > 0 else { return nil }
    let n = residuals[0].count
    var columns: [[Double]] = []
    for i in 0..<count { columns.append((0..<n).map { residuals[i + 1][$0] - residuals[i][$0] }) }
    func dot(_ a: [Double], _ b: [Double]) -> Double {
      var sum = 0.0
      for k in 0..<n { sum += a[k] * b[k] }
      return sum
    }
    var matrix = (0..<count).map { i in (0..<count).map { j in dot(columns[i], columns[j]) } }
    var theta = columns.map { dot($0, residuals[count]) }
    let scale = (0..<count).reduce(0) { max($0, matrix[$1][$1]) }
    guard scale > 0 else { return nil }
    for i in 0..<count { matrix[i][i] += 1e-12 * scale }
    for i in 0..<count {
      for j in 0...i {
        var sum = matrix[i][j]
        for k in 0..<j { sum -= matrix[i][k] * matrix[j][k] }
        if i == j {
          guard sum > 0 else { return nil }
          matrix[i][i] = sum.squareRoot()
        } else {
          matrix[i][j] = sum / matrix[j][j]
        }
      }
    }
    for i in 0..<count {
      for k in 0..<i { theta[i] -= matrix[i][k] * theta[k] }
      theta[i] /= matrix[i][i]
    }
    for i in (0..<count).reversed() {
      for k in i + 1..<count { theta[i] -= matrix[k][i] * theta[k] }
      theta[i] /= matrix[i][i]
    }
    guard theta.allSatisfy({ abs($0) < 1e4 }) else { return nil }
    var mixed = images[count]
    for i in 0..<count {
      for k in 0..<n { mixed[k] -= theta[i] * (images[i + 1][k] - images[i][k]) }
    }
    return mixed
  }

  var values: [Double] { task.total?.lift(best) ?? best }

  var quotientValues: (TotalRewardModel, values: [Double])? { task.total.map { ($0, values: best) } }

  func save(to writer: inout StateWriter) {
    sweeper.save(to: &writer)
    writer.write(best)
    writer.write(bestSize)
    writer.write(errorBound)
    writer.write(sweeps)
    writer.write(images.count)
    for k in 0..<images.count {
      writer.write(images[k])
      writer.write(residuals[k])
    }
    watch?.save(to: &writer)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    try sweeper.restore(from: &reader)
    best = try reader.list(of: 0.0)
    bestSize = try reader.number()
    errorBound = try reader.number()
    sweeps = try reader.integer()
    let count = try reader.integer()
    guard best.count == sweeper.model.stateCount, (0...Self.memory + 1).contains(count) else {
      throw StateError("\(best.count) values and \(count) sweeps do not fit")
    }
    images = []
    residuals = []
    for _ in 0..<count {
      images.append(try reader.list(of: 0.0))
      residuals.append(try reader.list(of: 0.0))
      guard images.last!.count == best.count, residuals.last!.count == best.count else {
        throw StateError("\(images.last!.count) values do not fit")
      }
    }
    try watch?.restore(from: &reader)
  }
}
