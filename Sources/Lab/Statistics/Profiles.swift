import RLCore

/// Performance profiles: the whole distribution of scores at a glance (Agarwal et al., NeurIPS 2021, section
/// 4.2, after Dolan & Moré, *Benchmarking Optimization Software with Performance Profiles*, Mathematical
/// Programming 91, 2002).
extension Statistics.TaskScores {
  /// The run-score distribution: at each threshold τ, the share of runs and tasks with a score above τ.
  ///
  /// - Parameter thresholds: τ, in any order.
  /// - Returns: One share in `[0, 1]` a threshold.
  public func performanceProfile(_ thresholds: [Double]) -> [Double] {
    let sorted = values.sorted()
    return thresholds.map { Double(Self.count(above: $0, in: sorted)) / Double(sorted.count) }
  }

  /// The average-score distribution: at each threshold τ, the share of tasks whose mean score is above τ. It
  /// hides how runs differ; `performanceProfile` is the one to prefer.
  ///
  /// - Parameter thresholds: τ, in any order.
  /// - Returns: One share in `[0, 1]` a threshold. A task whose mean does not exist counts as not above.
  public func meanScoreProfile(_ thresholds: [Double]) -> [Double] {
    let means = (0..<tasks).compactMap { Statistics.mean(column($0)) }.sorted()
    return thresholds.map { Double(Self.count(above: $0, in: means)) / Double(tasks) }
  }

  /// Percentile intervals of the run-score distribution, each threshold by itself, from one stratified
  /// bootstrap.
  ///
  /// - Parameters:
  ///   - thresholds: τ, in any order.
  ///   - level: The coverage at each threshold, in `(0, 1)`.
  ///   - resamples: How often the table is redrawn; at least 1.
  ///   - stream: Where the draws come from; runs × tasks words a resample.
  /// - Returns: One interval a threshold; `nil` of fewer than two runs.
  /// - Complexity: O(resamples · (runs · tasks + thresholds)) time, O(resamples · thresholds) space.
  public func performanceProfileBands(
    _ thresholds: [Double], level: Double = 0.95, resamples: Int = 2000, using stream: inout RandomStream
  ) -> [Statistics.Interval]? {
    Statistics.check(level: level)
    precondition(resamples >= 1, "\(resamples) resamples are too few")
    guard runs >= 2 else { return nil }
    let order = thresholds.indices.sorted { thresholds[$0] < thresholds[$1] }
    let ascending = order.map { thresholds[$0] }
    // For each score, how many thresholds it is above: a resample is then a histogram of these.
    let passed = values.map { Self.count(below: $0, in: ascending) }
    var shares = [[Double]](repeating: [], count: thresholds.count)
    var histogram = [Int](repeating: 0, count: thresholds.count + 1)
    for _ in 0..<resamples {
      for k in histogram.indices { histogram[k] = 0 }
      for task in 0..<tasks {
        for _ in 0..<runs { histogram[passed[task * runs + stream.uniform(below: runs)]] += 1 }
      }
      var above = 0
      for k in order.indices.reversed() {
        above += histogram[k + 1]
        shares[order[k]].append(Double(above) / Double(values.count))
      }
    }
    // Shares are finite: the intervals exist.
    return shares.indices.map { Statistics.percentileInterval(&shares[$0], level: level)! }
  }

  /// How many of the ascending values are greater than `limit`.
  private static func count(above limit: Double, in ascending: [Double]) -> Int {
    ascending.count - firstIndex(in: ascending) { $0 > limit }
  }

  /// How many of the ascending values are less than `limit`.
  private static func count(below limit: Double, in ascending: [Double]) -> Int {
    firstIndex(in: ascending) { $0 >= limit }
  }

  /// The first index from which on `holds` is true, by bisection; the count where it never is.
  private static func firstIndex(in ascending: [Double], where holds: (Double) -> Bool) -> Int {
    var low = 0
    var high = ascending.count
    while low < high {
      let middle = (low + high) / 2
      if holds(ascending[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
