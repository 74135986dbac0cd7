import RLCore

/// Permutation tests: no model but that the labels could as well have been exchanged (Fisher, *The Design of
/// Experiments*, 1935, section 21; Good, *Permutation, Parametric and Bootstrap Tests of Hypotheses*, 2005).
///
/// Few relabelings are counted through, and the p-value is exact; of many, a sample is drawn, and p = (1 +
/// hits)/(1 + draws), which is never 0 and never too small on average (Phipson & Smyth, *Permutation P-values
/// Should Never Be Zero*, Statistical Applications in Genetics and Molecular Biology 9(1), 2010). A two-sided
/// p-value is twice the smaller tail, at most 1. Sums that differ only by rounding count as equal.
extension Statistics {
  /// The paired sign-flip test: whether the differences `x[i] − y[i]` are symmetric about 0. Exact for up to
  /// 20 differences other than 0.
  ///
  /// - Parameters:
  ///   - x: One sample.
  ///   - y: The other, `y[i]` of the same seed as `x[i]`.
  ///   - alternative: What the mean difference is expected to be.
  ///   - draws: How many sign patterns are drawn where there are too many to count; at least 1.
  ///   - stream: Where they come from: one word for each 64 differences other than 0. Untouched where the
  ///     test is exact.
  /// - Returns: The mean difference as statistic, and the p-value; `nil` of no pairs and of values that are
  ///   not finite.
  public static func pairedPermutationTest(
    _ x: [Double], _ y: [Double], alternative: Alternative = .twoSided, draws: Int = 100_000,
    using stream: inout RandomStream
  ) -> TestResult? {
    precondition(x.count == y.count, "\(x.count) values cannot be paired with \(y.count)")
    precondition(draws >= 1, "\(draws) draws are too few")
    let differences = zip(x, y).map { $0 - $1 }
    guard let mean = mean(differences), allFinite(differences) else { return nil }
    let moving = differences.filter { $0 != 0 }
    var count = PermutationCount(observed: moving.reduce(0, +), scale: moving.reduce(0) { $0 + abs($1) })
    let exact = moving.count <= 20
    if exact {
      flip(moving, from: 0, sum: 0, &count)
    } else {
      for _ in 0..<draws {
        var word: UInt64 = 0
        var sum = 0.0
        for i in moving.indices {
          if i % 64 == 0 { word = stream.next() }
          sum += word & 1 == 0 ? moving[i] : -moving[i]
          word >>= 1
        }
        count.add(sum)
      }
    }
    return TestResult(statistic: mean, pValue: count.pValue(alternative, exact: exact))
  }

  /// The two-sample permutation test of the difference of means. Exact where the samples can be divided in at
  /// most 2²⁰ ways.
  ///
  /// - Parameters:
  ///   - x: One sample.
  ///   - y: The other.
  ///   - alternative: What x̄ − ȳ is expected to be.
  ///   - draws: How many divisions are drawn where there are too many to count; at least 1.
  ///   - stream: Where they come from: as many words as the smaller sample has values, each division.
  ///     Untouched where the test is exact.
  /// - Returns: x̄ − ȳ as statistic, and the p-value; `nil` where a sample is empty or holds a value that is
  ///   not finite.
  public static func permutationTest(
    _ x: [Double], _ y: [Double], alternative: Alternative = .twoSided, draws: Int = 100_000,
    using stream: inout RandomStream
  ) -> TestResult? {
    precondition(draws >= 1, "\(draws) draws are too few")
    guard let meanX = mean(x), let meanY = mean(y), allFinite(x), allFinite(y) else { return nil }
    let difference = meanX - meanY
    // The sum of x decides the difference of means; so does, the other way round, the sum of y. The smaller
    // sample is less work. Values are counted from the common mean, so that sums are of the size of the
    // differences.
    let swapped = x.count > y.count
    let center = mean(x + y) ?? 0
    var pool = (swapped ? y + x : x + y).map { swapped ? center - $0 : $0 - center }
    let chosen = min(x.count, y.count)
    guard difference.isFinite && allFinite(pool) else { return nil }
    var count = PermutationCount(
      observed: pool[..<chosen].reduce(0, +), scale: pool.reduce(0) { $0 + abs($1) })
    let exact = divisions(pool.count, chosen, atMost: 1 << 20)
    if exact {
      divide(pool, from: 0, left: chosen, sum: 0, &count)
    } else {
      for _ in 0..<draws {
        var sum = 0.0
        for i in 0..<chosen {
          pool.swapAt(i, i + stream.uniform(below: pool.count - i))
          sum += pool[i]
        }
        count.add(sum)
      }
    }
    return TestResult(statistic: difference, pValue: count.pValue(alternative, exact: exact))
  }

  /// Adds up all 2ⁿ sign patterns of the differences from index `i` on.
  private static func flip(_ differences: [Double], from i: Int, sum: Double, _ count: inout PermutationCount) {
    if i == differences.count { return count.add(sum) }
    flip(differences, from: i + 1, sum: sum + differences[i], &count)
    flip(differences, from: i + 1, sum: sum - differences[i], &count)
  }

  /// Adds up all ways to choose `left` more values of the pool from index `i` on.
  private static func divide(
    _ pool: [Double], from i: Int, left: Int, sum: Double, _ count: inout PermutationCount
  ) {
    if left == 0 { return count.add(sum) }
    divide(pool, from: i + 1, left: left - 1, sum: sum + pool[i], &count)
    if pool.count - i > left { divide(pool, from: i + 1, left: left, sum: sum, &count) }
  }

  /// Whether n values have at most `limit` subsets of k values.
  private static func divisions(_ n: Int, _ k: Int, atMost limit: Int) -> Bool {
    var ways = 1
    for i in 0..<min(k, n - k) {
      // Binomial coefficients only grow up to the middle, so the product may stop early, long before it
      // overflows.
      let (product, overflow) = ways.multipliedReportingOverflow(by: n - i)
      ways = product / (i + 1)
      if overflow || ways > limit { return false }
    }
    return true
  }

  /// Counts how many relabeled sums are at least, and how many at most, the observed one.
  private struct PermutationCount {
    let lower: Double
    let upper: Double
    var total = 0
    var atLeast = 0
    var atMost = 0

    /// - Parameter scale: The sum of all sizes, to which rounding errors are proportional.
    init(observed: Double, scale: Double) {
      lower = observed - 1e-13 * scale
      upper = observed + 1e-13 * scale
    }

    @inline(__always)
    mutating func add(_ sum: Double) {
      total += 1
      atLeast += sum >= lower ? 1 : 0
      atMost += sum <= upper ? 1 : 0
    }

    func pValue(_ alternative: Alternative, exact: Bool) -> Double {
      let seen = exact ? 0 : 1
      let greater = Double(atLeast + seen) / Double(total + seen)
      let less = Double(atMost + seen) / Double(total + seen)
      switch alternative {
      case .greater: return greater
      case .less: return less
      case .twoSided: return min(1, 2 * min(greater, less))
      }
    }
  }
}
