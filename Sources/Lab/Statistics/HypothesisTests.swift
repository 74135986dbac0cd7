/// What the hypothesis tests share, and the correction for making several of them.
extension Statistics {
  /// What a test holds against the null hypothesis.
  public enum Alternative: String, Sendable, CaseIterable {
    /// The first sample differs from the second.
    case twoSided = "two-sided"
    /// The first sample is greater.
    case greater
    /// The first sample is less.
    case less
  }

  /// The outcome of a hypothesis test.
  public struct TestResult: Sendable, Hashable {
    /// The test statistic: t, U, or the difference of means; see each test.
    public var statistic: Double
    /// The probability, under the null hypothesis, of a statistic at least as extreme; in `[0, 1]`.
    public var pValue: Double
    /// The degrees of freedom of a t test; `nil` for other tests.
    public var degreesOfFreedom: Double?
    /// The estimated difference of means of a t test; `nil` for other tests.
    public var difference: Double?
    /// The two-sided interval of that difference; `nil` for other tests.
    public var interval: Interval?

    /// An outcome with the given parts.
    public init(
      statistic: Double, pValue: Double, degreesOfFreedom: Double? = nil, difference: Double? = nil,
      interval: Interval? = nil
    ) {
      self.statistic = statistic
      self.pValue = pValue
      self.degreesOfFreedom = degreesOfFreedom
      self.difference = difference
      self.interval = interval
    }
  }

  /// p-values corrected for their number by Holm's step-down method: the k-th smallest of m, counted from 0,
  /// becomes (m − k) p, not less than the one before it and at most 1. Rejecting where the result is at most
  /// α keeps the chance of any false rejection at most α, whatever the dependence (Holm, *A Simple
  /// Sequentially Rejective Multiple Test Procedure*, Scandinavian Journal of Statistics 6(2), 1979).
  ///
  /// - Parameter pValues: Each in `[0, 1]`.
  /// - Returns: The corrected p-values, in the order given.
  public static func holm(_ pValues: [Double]) -> [Double] {
    for p in pValues { precondition(p >= 0 && p <= 1, "the p-value \(p) is not in [0, 1]") }
    var corrected = pValues
    var least = 0.0
    let ascending = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    for (k, index) in ascending.enumerated() {
      least = max(least, min(1, Double(pValues.count - k) * pValues[index]))
      corrected[index] = least
    }
    return corrected
  }
}
