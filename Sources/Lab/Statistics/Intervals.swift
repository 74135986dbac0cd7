/// Intervals of a mean under the normal model, and how many seeds a wanted width takes.
extension Statistics {
  /// Student's interval of the mean: x̄ ± t_{n−1, (1+level)/2} · s/√n (Student, *The Probable Error of a
  /// Mean*, Biometrika 6(1), 1908).
  ///
  /// - Parameters:
  ///   - values: The sample.
  ///   - level: The coverage, in `(0, 1)`.
  /// - Returns: `nil` of fewer than two values and of values that are not finite. Constant values give an
  ///   interval of no width.
  public static func tInterval(_ values: [Double], level: Double = 0.95) -> Interval? {
    check(level: level)
    guard let mean = mean(values), let error = standardError(values) else { return nil }
    guard let quantile = tQuantile(count: values.count, level: level) else { return nil }
    return interval(around: mean, halfWidth: quantile * error)
  }

  /// The interval of the mean by the central limit theorem: x̄ ± z_{(1+level)/2} · s/√n. Too narrow for few
  /// values; `tInterval` is the one to report.
  ///
  /// - Parameters:
  ///   - values: The sample.
  ///   - level: The coverage, in `(0, 1)`.
  /// - Returns: `nil` of fewer than two values and of values that are not finite.
  public static func normalInterval(_ values: [Double], level: Double = 0.95) -> Interval? {
    check(level: level)
    guard let mean = mean(values), let error = standardError(values) else { return nil }
    return interval(around: mean, halfWidth: Normal.quantile((1 + level) / 2) * error)
  }

  /// The least number of seeds whose Student interval has at most the given half-width, when their standard
  /// deviation is that of a pilot: the least n ≥ 2 with t_{n−1, (1+level)/2} · s/√n ≤ h.
  ///
  /// The pilot's deviation is itself uncertain, by about s/√(2(n − 1)): plan with some reserve (Colas, Sigaud
  /// & Oudeyer, *How Many Random Seeds?*, 2018, arXiv:1806.08295).
  ///
  /// - Parameters:
  ///   - std: The pilot's sample standard deviation, finite and not negative.
  ///   - halfWidth: h, positive, in the same units.
  ///   - level: The coverage, in `(0, 1)`.
  /// - Returns: `nil` where more than 10¹⁵ seeds would be needed.
  public static func seedsNeeded(std: Double, halfWidth: Double, level: Double = 0.95) -> Int? {
    check(level: level)
    precondition(std >= 0 && std.isFinite, "the standard deviation \(std) is negative or not finite")
    precondition(halfWidth > 0, "the half-width \(halfWidth) is not positive")
    // Student's quantile exceeds the normal one: no fewer seeds than this can do, and few more are needed.
    let root = Normal.quantile((1 + level) / 2) * (std / halfWidth)
    guard root * root <= 1e15 else { return nil }
    var count = max(2, Int((root * root).rounded(.down)))
    while StudentT(degreesOfFreedom: Double(count - 1)).quantile((1 + level) / 2) * std
      > halfWidth * Double(count).squareRoot()
    {
      count += 1
    }
    return count
  }
}
