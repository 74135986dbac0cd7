#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import RLCore

/// Bootstrap intervals of one sample (Efron & Tibshirani, *An Introduction to the Bootstrap*, 1993, chapters
/// 13 and 14).
///
/// Everything is deterministic given the stream: resample b draws its n indices, in order, with
/// `uniform(below: n)`.
extension Statistics {
  /// A number computed from a sample: what a bootstrap repeats.
  public struct Estimator: Sendable {
    /// The statistic's name, as reports say it.
    public let name: String
    /// Computes it from values that may be rearranged but not resized; `nil` where it does not exist.
    public let compute: @Sendable (inout [Double]) -> Double?

    /// An estimator of one's own.
    ///
    /// - Parameters:
    ///   - name: As reports shall say it.
    ///   - compute: May rearrange the values but not resize them. The order of the values must not matter.
    public init(_ name: String, _ compute: @escaping @Sendable (inout [Double]) -> Double?) {
      self.name = name
      self.compute = compute
    }

    /// The arithmetic mean.
    public static let mean = Estimator("mean") { Statistics.mean($0) }
    /// The median.
    public static let median = Estimator("median") { Statistics.median(reordering: &$0) }
    /// The interquartile mean.
    public static let interquartileMean = Estimator("iqm") { Statistics.interquartileMean(reordering: &$0) }
    /// The sample standard deviation.
    public static let std = Estimator("std") { Statistics.std($0) }
  }

  /// How the resampled estimates become an interval. α is 1 − level, G the distribution of the resampled
  /// estimates.
  public enum BootstrapMethod: String, Sendable, CaseIterable {
    /// G⁻¹(α/2) to G⁻¹(1 − α/2) (Efron & Tibshirani, section 13.3).
    case percentile
    /// The percentile interval reflected at the estimate: 2θ̂ − G⁻¹(1 − α/2) to 2θ̂ − G⁻¹(α/2) (Davison &
    /// Hinkley, *Bootstrap Methods and their Application*, 1997, eq. 5.6).
    case basic
    /// Percentiles shifted for bias and skewness, BCa (Efron & Tibshirani, section 14.3, eqs. 14.9 to 14.15).
    case bca
  }

  /// A bootstrap interval of a statistic of one sample.
  ///
  /// - Parameters:
  ///   - values: The sample.
  ///   - estimator: The statistic.
  ///   - method: How the ends are chosen.
  ///   - level: The coverage, in `(0, 1)`.
  ///   - resamples: How often the sample is redrawn; at least 1.
  ///   - stream: Where the draws come from; n words a resample.
  /// - Returns: `nil` of fewer than two values, of values that are not finite, where the statistic does not
  ///   exist for the sample or a resample, and, for BCa, where every resampled estimate lies on one side of
  ///   the sample's.
  /// - Complexity: `resamples` evaluations of the statistic, n more for BCa.
  public static func bootstrapInterval(
    _ values: [Double], of estimator: Estimator = .mean, method: BootstrapMethod = .percentile,
    level: Double = 0.95, resamples: Int = 10_000, using stream: inout RandomStream
  ) -> Interval? {
    check(level: level)
    precondition(resamples >= 1, "\(resamples) resamples are too few")
    guard values.count >= 2 && allFinite(values) else { return nil }
    var scratch = values
    guard let estimate = estimator.compute(&scratch) else { return nil }
    var estimates: [Double] = []
    estimates.reserveCapacity(resamples)
    for _ in 0..<resamples {
      for i in 0..<values.count { scratch[i] = values[stream.uniform(below: values.count)] }
      guard let resampled = estimator.compute(&scratch) else { return nil }
      estimates.append(resampled)
    }
    switch method {
    case .percentile:
      return percentileInterval(&estimates, level: level)
    case .basic:
      guard let ends = percentileInterval(&estimates, level: level) else { return nil }
      return Interval(low: 2 * estimate - ends.high, high: 2 * estimate - ends.low)
    case .bca:
      guard let acceleration = acceleration(values, estimator) else { return nil }
      return correctedInterval(&estimates, estimate: estimate, acceleration: acceleration, level: level)
    }
  }

  /// The central interval of resampled estimates, which are rearranged; `nil` unless its ends are finite.
  static func percentileInterval(_ estimates: inout [Double], level: Double) -> Interval? {
    interval(ofOrders: (1 - level) / 2, (1 + level) / 2, in: &estimates)
  }

  private static func interval(ofOrders a: Double, _ b: Double, in estimates: inout [Double]) -> Interval? {
    if hasNaN(estimates) { return nil }
    var span = estimates.mutableSpan
    guard let low = span.selectQuantile(a), let high = span.selectQuantile(b) else { return nil }
    // Interpolation may round two equal ends into the wrong order.
    return low.isFinite && high.isFinite ? Interval(low: min(low, high), high: max(low, high)) : nil
  }

  /// The percentiles that BCa chooses: Φ(z₀ + (z₀ + z)/(1 − a(z₀ + z))) at z = ∓z_{(1+level)/2}; z₀ from the
  /// share of resampled estimates below the estimate, equal ones counted half.
  private static func correctedInterval(
    _ estimates: inout [Double], estimate: Double, acceleration: Double, level: Double
  ) -> Interval? {
    var halves = 0
    for value in estimates { halves += value < estimate ? 2 : value == estimate ? 1 : 0 }
    let share = Double(halves) / Double(2 * estimates.count)
    guard share > 0 && share < 1 else { return nil }
    let bias = Normal.quantile(share)
    func order(_ z: Double) -> Double? {
      let shifted = bias + z
      let scale = 1 - acceleration * shifted
      // Beyond this pole the formula turns round and means nothing.
      return scale > 0 ? Normal.cdf(bias + shifted / scale) : nil
    }
    let z = Normal.quantile((1 + level) / 2)
    guard let low = order(-z), let high = order(z) else { return nil }
    return interval(ofOrders: low, high, in: &estimates)
  }

  /// The acceleration â by the jackknife: Σ d³ / (6 (Σ d²)^{3/2}), d the mean of the leave-one-out estimates
  /// minus each (eq. 14.15); 0 where they are all equal.
  private static func acceleration(_ values: [Double], _ estimator: Estimator) -> Double? {
    var leftOut: [Double] = []
    leftOut.reserveCapacity(values.count)
    var scratch = [Double](repeating: 0, count: values.count - 1)
    for omitted in 0..<values.count {
      for i in 0..<omitted { scratch[i] = values[i] }
      for i in (omitted + 1)..<max(values.count, omitted + 1) { scratch[i - 1] = values[i] }
      guard let estimate = estimator.compute(&scratch) else { return nil }
      leftOut.append(estimate)
    }
    guard let center = mean(leftOut) else { return nil }
    let differences = leftOut.map { center - $0 }
    guard let scale = differences.map({ abs($0) }).max(), scale > 0 else { return 0 }
    let squares = sum(differences.span) { ($0 / scale) * ($0 / scale) }
    let cubes = sum(differences.span) { ($0 / scale) * ($0 / scale) * ($0 / scale) }
    return cubes / (6 * squares * squares.squareRoot())
  }
}
