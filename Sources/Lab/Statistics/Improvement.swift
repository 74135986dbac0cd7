import RLCore

/// The probability of improvement: how likely a run of one method beats a run of another (Agarwal et al.,
/// NeurIPS 2021, section 4.3).
extension Statistics {
  /// P(X > Y) + ½ P(X = Y) for a run of each sample drawn at random: the Mann–Whitney U statistic over n·m.
  ///
  /// - Parameters:
  ///   - x: Scores of the method that may be better.
  ///   - y: Scores of the other; not necessarily as many.
  /// - Returns: In `[0, 1]`; `nil` where a sample is empty or holds a NaN. Infinite scores compare as usual.
  public static func probabilityOfImprovement(_ x: [Double], over y: [Double]) -> Double? {
    guard let pair = RankedPair(x, y) else { return nil }
    return pair.share(pair.countsX, pair.countsY)
  }

  /// The same averaged over tasks.
  ///
  /// - Parameters:
  ///   - x: Scores of the method that may be better.
  ///   - y: Scores of the other, on the same tasks in the same order; not necessarily as many runs.
  public static func probabilityOfImprovement(_ x: TaskScores, over y: TaskScores) -> Double {
    let pairs = rankedTasks(x, y)
    return pairs.reduce(0) { $0 + $1.share($1.countsX, $1.countsY) } / Double(pairs.count)
  }

  /// The percentile interval of the probability of improvement by the stratified bootstrap; the runs of both
  /// methods are redrawn independently within each task.
  ///
  /// - Parameters:
  ///   - x: Scores of the method that may be better.
  ///   - y: Scores of the other, on the same tasks in the same order.
  ///   - level: The coverage, in `(0, 1)`.
  ///   - resamples: How often both tables are redrawn; at least 1.
  ///   - stream: Where the draws come from; a resample goes through the tasks and draws x's runs, then y's.
  /// - Returns: `nil` where a method has fewer than two runs.
  /// - Complexity: O(resamples · tasks · (runs of x + runs of y)).
  public static func probabilityOfImprovementInterval(
    _ x: TaskScores, over y: TaskScores, level: Double = 0.95, resamples: Int = 10_000,
    using stream: inout RandomStream
  ) -> Interval? {
    check(level: level)
    precondition(resamples >= 1, "\(resamples) resamples are too few")
    let pairs = rankedTasks(x, y)
    guard x.runs >= 2 && y.runs >= 2 else { return nil }
    var estimates: [Double] = []
    estimates.reserveCapacity(resamples)
    for _ in 0..<resamples {
      var total = 0.0
      for pair in pairs {
        let countsX = pair.redrawn(pair.ranksX, using: &stream)
        let countsY = pair.redrawn(pair.ranksY, using: &stream)
        total += pair.share(countsX, countsY)
      }
      estimates.append(total / Double(pairs.count))
    }
    return percentileInterval(&estimates, level: level)
  }

  private static func rankedTasks(_ x: TaskScores, _ y: TaskScores) -> [RankedPair] {
    precondition(x.tasks == y.tasks, "\(x.tasks) tasks cannot be compared with \(y.tasks)")
    // A table holds no NaN and no empty column: the pairs exist.
    return (0..<x.tasks).map { RankedPair(x.column($0), y.column($0))! }
  }

  /// Two samples reduced to what ranks need: which distinct value each number is, and how often each distinct
  /// value occurs.
  struct RankedPair {
    /// For each number of the first sample, the index of its value among the distinct values of both,
    /// ascending.
    let ranksX: [Int]
    let ranksY: [Int]
    /// For each distinct value, how often the first sample has it.
    let countsX: [Int]
    let countsY: [Int]

    /// `nil` where a sample is empty or holds a NaN.
    init?(_ x: [Double], _ y: [Double]) {
      if x.isEmpty || y.isEmpty || hasNaN(x) || hasNaN(y) { return nil }
      let all = x + y
      var ranks = [Int](repeating: 0, count: all.count)
      var distinct = -1
      var last = Double.nan
      for i in all.indices.sorted(by: { all[$0] < all[$1] }) {
        if all[i] != last { distinct += 1 }
        last = all[i]
        ranks[i] = distinct
      }
      ranksX = Array(ranks[..<x.count])
      ranksY = Array(ranks[x.count...])
      countsX = Self.histogram(ranksX, of: distinct + 1)
      countsY = Self.histogram(ranksY, of: distinct + 1)
    }

    private static func histogram(_ ranks: [Int], of distinct: Int) -> [Int] {
      var counts = [Int](repeating: 0, count: distinct)
      for rank in ranks { counts[rank] += 1 }
      return counts
    }

    /// The histogram of a sample redrawn with replacement.
    func redrawn(_ ranks: [Int], using stream: inout RandomStream) -> [Int] {
      var counts = [Int](repeating: 0, count: countsX.count)
      for _ in ranks.indices { counts[ranks[stream.uniform(below: ranks.count)]] += 1 }
      return counts
    }

    /// Twice the Mann–Whitney U of the first sample: over all pairs, 2 where x > y and 1 where x = y. Exact.
    func doubleU(_ countsX: [Int], _ countsY: [Int]) -> Int {
      var total = 0
      var below = 0
      for k in countsX.indices {
        total += countsX[k] * (2 * below + countsY[k])
        below += countsY[k]
      }
      return total
    }

    /// U over the number of pairs.
    func share(_ countsX: [Int], _ countsY: [Int]) -> Double {
      Double(doubleU(countsX, countsY)) / Double(2 * ranksX.count * ranksY.count)
    }
  }
}
