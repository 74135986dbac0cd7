import RLCore

/// Scores of one method over several tasks and runs, aggregated as Agarwal et al. (*Deep Reinforcement
/// Learning at the Edge of the Statistical Precipice*, NeurIPS 2021) advise and their library rliable
/// computes.
extension Statistics {
  /// A table of scores: the same number of runs on each of some tasks. Scores of different tasks should share
  /// a scale; see `normalizedScore`.
  public struct TaskScores: Sendable, Hashable {
    /// How many runs each task has; at least 1.
    public let runs: Int
    /// How many tasks there are; at least 1.
    public let tasks: Int
    /// The scores, one task after the other: score of run r on task k at `k * runs + r`.
    let values: [Double]

    /// The table from rows.
    ///
    /// - Parameter scores: `scores[run][task]`.
    /// - Returns: `nil` where there are no scores, the rows differ in length, or a score is NaN.
    public init?(_ scores: [[Double]]) {
      guard let tasks = scores.first?.count, tasks > 0, scores.allSatisfy({ $0.count == tasks }) else {
        return nil
      }
      if scores.contains(where: { Statistics.hasNaN($0) }) { return nil }
      self.runs = scores.count
      self.tasks = tasks
      values = (0..<tasks).flatMap { task in scores.map { $0[task] } }
    }

    /// The scores of all runs on one task.
    ///
    /// - Parameter task: In `[0, tasks)`.
    public func column(_ task: Int) -> [Double] {
      precondition(task >= 0 && task < tasks, "task \(task) is not in [0, \(tasks))")
      return Array(values[(task * runs)..<((task + 1) * runs)])
    }

    /// Redraws the runs within each task, each task by itself: one resample of the stratified bootstrap.
    func resample(into scratch: inout [Double], using stream: inout RandomStream) {
      for task in 0..<tasks {
        let base = task * runs
        for run in 0..<runs { scratch[base + run] = values[base + stream.uniform(below: runs)] }
      }
    }
  }

  /// One number for a whole table of scores.
  public enum Aggregate: Sendable, Hashable {
    /// The mean over tasks of the mean over runs.
    case mean
    /// The median over tasks of the mean over runs.
    case median
    /// The interquartile mean over all runs and tasks together.
    case interquartileMean
    /// γ − mean(min(score, γ)) over all runs and tasks together; γ is finite, and 1 the optimal policy's
    /// score.
    case optimalityGap(threshold: Double = 1)

    /// The aggregate of scores stored task by task; may rearrange them.
    fileprivate func value(_ values: inout [Double], runs: Int, tasks: Int) -> Double? {
      switch self {
      case .mean: return Self.taskMeans(values, runs: runs, tasks: tasks).flatMap { Statistics.mean($0) }
      case .median: return Self.taskMeans(values, runs: runs, tasks: tasks).flatMap { Statistics.median($0) }
      case .interquartileMean: return Statistics.interquartileMean(reordering: &values)
      case .optimalityGap(let threshold): return Statistics.optimalityGap(values, threshold: threshold)
      }
    }

    private static func taskMeans(_ values: [Double], runs: Int, tasks: Int) -> [Double]? {
      var means: [Double] = []
      means.reserveCapacity(tasks)
      for task in 0..<tasks {
        let column = values.span.extracting((task * runs)..<((task + 1) * runs))
        guard let mean = moments(column).mean else { return nil }
        means.append(mean)
      }
      return means
    }
  }
}

extension Statistics.TaskScores {
  /// An aggregate of the table.
  ///
  /// - Returns: `nil` where infinities of both signs meet.
  public func aggregate(_ aggregate: Statistics.Aggregate) -> Double? {
    var scratch = values
    return aggregate.value(&scratch, runs: runs, tasks: tasks)
  }

  /// The percentile interval of an aggregate by the stratified bootstrap: runs are redrawn within each task,
  /// tasks are fixed (Agarwal et al., section 4.1).
  ///
  /// - Parameters:
  ///   - aggregate: What the interval is of.
  ///   - level: The coverage, in `(0, 1)`.
  ///   - resamples: How often the table is redrawn; at least 1.
  ///   - stream: Where the draws come from; runs × tasks words a resample.
  /// - Returns: `nil` of fewer than two runs and of scores that are not finite.
  /// - Complexity: O(resamples · runs · tasks).
  public func interval(
    of aggregate: Statistics.Aggregate, level: Double = 0.95, resamples: Int = 10_000,
    using stream: inout RandomStream
  ) -> Statistics.Interval? {
    Statistics.check(level: level)
    precondition(resamples >= 1, "\(resamples) resamples are too few")
    guard runs >= 2 && Statistics.allFinite(values) else { return nil }
    var scratch = values
    var estimates: [Double] = []
    estimates.reserveCapacity(resamples)
    for _ in 0..<resamples {
      resample(into: &scratch, using: &stream)
      guard let estimate = aggregate.value(&scratch, runs: runs, tasks: tasks) else { return nil }
      estimates.append(estimate)
    }
    return Statistics.percentileInterval(&estimates, level: level)
  }
}
