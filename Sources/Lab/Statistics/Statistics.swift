/// Statistics over trials: what `summary.csv`, `compare` and the figures compute from many seeds.
///
/// Every function is pure: numbers in, numbers out, sums in a fixed order, randomness only through a stream
/// that the caller passes. The conventions hold throughout:
///
/// - **No result is ever NaN.** A statistic that does not exist for the given data is `nil`: of too few
///   values, of data that contain a NaN (a diverged trial is never silently dropped), or of a form such as ∞
///   − ∞.
/// - **Infinite values are allowed where they mean something.** An exact optimality gap is infinite when a
///   policy never ends; then the mean is infinite, the median and the interquartile mean are whatever the
///   order of the values gives, rank tests work as usual, and the standard deviation, t tests and all
///   intervals are `nil`.
/// - A `level` is the nominal coverage of an interval, in `(0, 1)`; the default is 0.95.
/// - Wrong shapes and levels outside their range are errors of the program and stop it.
public enum Statistics {}

extension Statistics {
  /// A closed interval of the real line, as a confidence interval is reported.
  public struct Interval: Sendable, Hashable {
    /// The lower end.
    public var low: Double
    /// The upper end, not below `low`.
    public var high: Double

    /// The interval from `low` to `high`.
    ///
    /// - Precondition: `low <= high`.
    public init(low: Double, high: Double) {
      precondition(low <= high, "the interval's ends [\(low), \(high)] are out of order")
      self.low = low
      self.high = high
    }

    /// `high − low`.
    public var width: Double { high - low }

    /// Whether `value` lies between the ends or on one of them.
    public func contains(_ value: Double) -> Bool { low <= value && value <= high }
  }

  /// The interval `center ± halfWidth`; `nil` unless both ends are finite.
  static func interval(around center: Double, halfWidth: Double) -> Interval? {
    let low = center - halfWidth
    let high = center + halfWidth
    return low.isFinite && high.isFinite && low <= high ? Interval(low: low, high: high) : nil
  }

  /// Stops the program when `level` is not a coverage.
  static func check(level: Double) {
    precondition(level > 0 && level < 1, "the level \(level) is not in (0, 1)")
  }

  /// `value`, or `nil` for a NaN.
  @inline(__always)
  static func number(_ value: Double) -> Double? { value.isNaN ? nil : value }

  static func allFinite(_ values: [Double]) -> Bool { values.allSatisfy { $0.isFinite } }

  static func hasNaN(_ values: [Double]) -> Bool { values.contains { $0.isNaN } }
}
