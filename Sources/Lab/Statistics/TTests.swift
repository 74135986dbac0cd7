/// The t tests. Where a sample does not vary at all, a difference gives t = ±∞ and p = 0, as the model has
/// it, and no difference gives `nil`: 0/0 says nothing.
extension Statistics {
  /// Welch's t test of equal means, without the assumption of equal variances (Welch, *The Generalization of
  /// "Student's" Problem when Several Different Population Variances are Involved*, Biometrika 34, 1947). The
  /// one to prefer for independent seeds (Colas et al., *A Hitchhiker's Guide to Statistical Comparisons of
  /// Reinforcement Learning Algorithms*, 2019, arXiv:1904.06979).
  ///
  ///     t = (x̄ − ȳ) / √(s²ₓ/n + s²ᵧ/m),   ν = (s²ₓ/n + s²ᵧ/m)² / [(s²ₓ/n)²/(n−1) + (s²ᵧ/m)²/(m−1)]
  ///
  /// - Parameters:
  ///   - x: One sample.
  ///   - y: The other.
  ///   - alternative: What x̄ − ȳ is expected to be.
  ///   - level: The coverage of the difference's interval, in `(0, 1)`.
  /// - Returns: `nil` where a sample has fewer than two values or one that is not finite, and where nothing
  ///   varies or differs.
  public static func welchTTest(
    _ x: [Double], _ y: [Double], alternative: Alternative = .twoSided, level: Double = 0.95
  ) -> TestResult? {
    guard let (meanX, stdX) = finiteMoments(x), let (meanY, stdY) = finiteMoments(y) else { return nil }
    let errorX = stdX / Double(x.count).squareRoot()
    let errorY = stdY / Double(y.count).squareRoot()
    // Relative to the greater error, nothing can over- or underflow.
    let scale = max(errorX, errorY)
    guard scale > 0 else {
      return tTest(
        meanX - meanY, error: 0, degreesOfFreedom: Double(x.count + y.count - 2), alternative, level: level)
    }
    let u = (errorX / scale) * (errorX / scale)
    let v = (errorY / scale) * (errorY / scale)
    let degrees = (u + v) * (u + v) / (u * u / Double(x.count - 1) + v * v / Double(y.count - 1))
    return tTest(
      meanX - meanY, error: scale * (u + v).squareRoot(), degreesOfFreedom: degrees, alternative, level: level
    )
  }

  /// Student's t test of equal means, which assumes equal variances and pools them; n + m − 2 degrees of
  /// freedom (Student, Biometrika 6(1), 1908; Fisher, *Applications of "Student's" Distribution*, Metron 5,
  /// 1925).
  ///
  /// - Parameters:
  ///   - x: One sample.
  ///   - y: The other.
  ///   - alternative: What x̄ − ȳ is expected to be.
  ///   - level: The coverage of the difference's interval, in `(0, 1)`.
  /// - Returns: `nil` where a sample has fewer than two values or one that is not finite, and where nothing
  ///   varies or differs.
  public static func studentTTest(
    _ x: [Double], _ y: [Double], alternative: Alternative = .twoSided, level: Double = 0.95
  ) -> TestResult? {
    guard let (meanX, stdX) = finiteMoments(x), let (meanY, stdY) = finiteMoments(y) else { return nil }
    let (n, m) = (Double(x.count), Double(y.count))
    let scale = max(stdX, stdY, .leastNormalMagnitude)
    let (u, v) = (stdX / scale, stdY / scale)
    let pooled = scale * (((n - 1) * u * u + (m - 1) * v * v) / (n + m - 2)).squareRoot()
    return tTest(
      meanX - meanY, error: pooled * (1 / n + 1 / m).squareRoot(), degreesOfFreedom: n + m - 2, alternative,
      level: level)
  }

  /// The paired t test: whether the differences `x[i] − y[i]` have mean 0. The right test where both variants
  /// ran on common random numbers, seed by seed.
  ///
  /// - Parameters:
  ///   - x: One sample.
  ///   - y: The other, `y[i]` of the same seed as `x[i]`.
  ///   - alternative: What the mean difference is expected to be.
  ///   - level: The coverage of the difference's interval, in `(0, 1)`.
  /// - Returns: `nil` of fewer than two pairs, of values that are not finite, and where all pairs are equal.
  public static func pairedTTest(
    _ x: [Double], _ y: [Double], alternative: Alternative = .twoSided, level: Double = 0.95
  ) -> TestResult? {
    precondition(x.count == y.count, "\(x.count) values cannot be paired with \(y.count)")
    guard let (mean, std) = finiteMoments(zip(x, y).map { $0 - $1 }) else { return nil }
    let error = std / Double(x.count).squareRoot()
    return tTest(mean, error: error, degreesOfFreedom: Double(x.count - 1), alternative, level: level)
  }

  private static func finiteMoments(_ values: [Double]) -> (mean: Double, std: Double)? {
    let (mean, std) = moments(values.span)
    if let mean, let std { return (mean, std) }
    return nil
  }

  /// The outcome for an estimated difference with its standard error.
  private static func tTest(
    _ difference: Double, error: Double, degreesOfFreedom: Double, _ alternative: Alternative, level: Double
  ) -> TestResult? {
    check(level: level)
    let t = difference / error
    if t.isNaN || !difference.isFinite { return nil }
    let distribution = StudentT(degreesOfFreedom: degreesOfFreedom)
    let p =
      switch alternative {
      case .twoSided: distribution.twoSidedTail(t)
      case .greater: distribution.cdf(-t)
      case .less: distribution.cdf(t)
      }
    let halfWidth = distribution.quantile((1 + level) / 2) * error
    return TestResult(
      statistic: t, pValue: p, degreesOfFreedom: degreesOfFreedom, difference: difference,
      interval: interval(around: difference, halfWidth: halfWidth))
  }
}
