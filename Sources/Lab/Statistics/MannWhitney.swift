/// The Mann–Whitney U test (Mann & Whitney, *On a Test of Whether one of Two Random Variables is
/// Stochastically Larger than the Other*, Annals of Mathematical Statistics 18(1), 1947), also known as
/// Wilcoxon's rank-sum test.
extension Statistics {
  /// How the p-value of U is computed.
  public enum RankTestMethod: String, Sendable, CaseIterable {
    /// Exact where a sample has at most 8 values and no value occurs twice, else asymptotic.
    case automatic
    /// From the exact distribution of U without ties. With ties it is not exact.
    case exact
    /// From the normal distribution, with the variance corrected for ties and a correction of ½ for
    /// continuity.
    case asymptotic
  }

  /// Tests whether values of `x` tend to be greater or less than values of `y`.
  ///
  /// - Parameters:
  ///   - x: One sample.
  ///   - y: The other.
  ///   - alternative: What x is expected to be.
  ///   - method: How the p-value is computed. The exact way takes O(n·m·min(U, nm − U)) time.
  /// - Returns: U of the first sample (the number of pairs with x > y, ties counted half) and the p-value;
  ///   `nil` where a sample is empty or holds a NaN. Infinite values have their rank.
  public static func mannWhitneyUTest(
    _ x: [Double], _ y: [Double], alternative: Alternative = .twoSided, method: RankTestMethod = .automatic
  ) -> TestResult? {
    guard let pair = RankedPair(x, y) else { return nil }
    let pairs = Double(x.count) * Double(y.count)
    let u = Double(pair.doubleU(pair.countsX, pair.countsY)) / 2
    let exact =
      switch method {
      case .exact: true
      case .asymptotic: false
      case .automatic: min(x.count, y.count) <= 8 && pair.countsX.count == x.count + y.count
      }
    // Every alternative asks for an upper tail: of U, of the other sample's U, or twice that of the greater
    // one.
    let tailed: Double =
      switch alternative {
      case .greater: u
      case .less: pairs - u
      case .twoSided: max(u, pairs - u)
      }
    let tail =
      exact ? exactUpperTail(tailed, x.count, y.count) : asymptoticUpperTail(tailed, pair, x.count, y.count)
    return TestResult(statistic: u, pValue: min(1, alternative == .twoSided ? 2 * tail : tail))
  }

  /// P(U ≥ u) by the normal distribution: mean nm/2, variance nm/12 · (N + 1 − Σ(t³ − t)/(N(N − 1))) with t
  /// the sizes of the groups of ties (Hollander & Wolfe, *Nonparametric Statistical Methods*, eq. 4.13).
  private static func asymptoticUpperTail(_ u: Double, _ pair: RankedPair, _ n: Int, _ m: Int) -> Double {
    let (n, m) = (Double(n), Double(m))
    let total = n + m
    var ties = 0.0
    for k in pair.countsX.indices {
      let size = Double(pair.countsX[k] + pair.countsY[k])
      ties += size * size * size - size
    }
    let variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    // All values equal: U cannot but have its mean.
    guard variance > 0 else { return 1 }
    return Normal.cdf(-(u - n * m / 2 - 0.5) / variance.squareRoot())
  }

  /// P(U ≥ u) without ties, from the lower tail by symmetry: P(U ≥ u) = P(U ≤ nm − u).
  ///
  /// Whichever sample the greatest of all values comes from, with probability i/(i + j) the first of i, it
  /// has U grow by j or not at all: P_{i,j}(U = u) = i/(i+j) · P_{i−1,j}(u − j) + j/(i+j) · P_{i,j−1}(u)
  /// (Mann & Whitney, eq. 4). All terms are positive, so nothing cancels.
  private static func exactUpperTail(_ u: Double, _ n: Int, _ m: Int) -> Double {
    let product = n * m
    // Ties leave halves, which are rounded to the greater tail.
    let limit = Int((Double(product) - u).rounded(.up))
    if limit < 0 { return 0 }
    if limit >= product { return 1 }
    // Of the two tails the one of fewer terms.
    if 2 * limit > product { return 1 - lowerTail(upTo: product - limit - 1, min(n, m), max(n, m)) }
    return lowerTail(upTo: limit, min(n, m), max(n, m))
  }

  /// P(U ≤ limit) for samples of `n` and `m` values; U is symmetric in the two.
  private static func lowerTail(upTo limit: Int, _ n: Int, _ m: Int) -> Double {
    if limit < 0 { return 0 }
    // rows[i][u] is P_{i,j}(U = u), for the j reached so far.
    var rows = [[Double]](repeating: [Double](repeating: 0, count: limit + 1), count: n + 1)
    for i in 0...n { rows[i][0] = 1 }
    for j in 1...m {
      for i in 1...n {
        let fromFirst = Double(i) / Double(i + j)
        let fromSecond = Double(j) / Double(i + j)
        let previous = rows[i - 1]
        let reach = min(limit, i * j)
        for u in 0...reach {
          rows[i][u] = fromSecond * rows[i][u] + (u >= j ? fromFirst * previous[u - j] : 0)
        }
      }
    }
    return min(1, rows[n].reversed().reduce(0, +))
  }
}
