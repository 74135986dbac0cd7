import RLCore

/// Bands that hold a whole mean curve, not each of its points by itself: x̄_j ± c · s_j/√n at every point j,
/// with one critical value c for all points (Montiel Olea & Plagborg-Møller, *Simultaneous Confidence Bands:
/// Theory, Implementation, and an Application to SVARs*, Journal of Applied Econometrics 34(1), 2019).
///
/// A pointwise 95 % interval leaves out the true curve somewhere far more often than in one experiment of
/// twenty; these bands do not.
extension Statistics {
  /// A mean curve with its simultaneous band.
  public struct Band: Sendable, Hashable {
    /// The mean at each point; `nil` where it does not exist.
    public var mean: [Double?]
    /// The band at each point; `nil` where a value is not finite, of no width where all curves agree.
    public var intervals: [Interval?]
    /// c, by how many standard errors the band exceeds the mean to each side.
    public var criticalValue: Double
  }

  /// The sup-t band by the bootstrap: whole curves are redrawn, and c is the `level` quantile of the greatest
  /// |x̄*_j − x̄_j| / (s*_j/√n) over the points, each resample measured by its own standard error (the
  /// bootstrap-t of Efron & Tibshirani, section 12.5, applied to the maximum).
  ///
  /// The studentised form keeps its coverage for skewed returns and for 30 seeds, where the plain one covers
  /// far too seldom. The price is width: with fewer than about 15 seeds it is more than cautious, and
  /// `bonferroniBand` is the narrower choice for returns near normal.
  ///
  /// - Parameters:
  ///   - curves: `curves[seed][point]`, all of one length.
  ///   - level: The coverage of the whole curve, in `(0, 1)`.
  ///   - resamples: How often the seeds are redrawn; at least 1.
  ///   - stream: Where the draws come from; one word a seed and resample.
  /// - Returns: `nil` of fewer than two curves, and where there are no points.
  /// - Complexity: O(resamples · seeds · points).
  public static func simultaneousBand(
    _ curves: [[Double]], level: Double = 0.95, resamples: Int = 2000, using stream: inout RandomStream
  ) -> Band? {
    check(level: level)
    precondition(resamples >= 1, "\(resamples) resamples are too few")
    guard let points = pointMoments(curves) else { return nil }
    let count = Double(curves.count)
    let moving = points.indices.filter { (points[$0].std ?? 0) > 0 }
    guard !moving.isEmpty else { return band(points, count: curves.count, criticalValue: 0) }
    // The curves in standard units, so that every point has mean 0 and standard deviation 1.
    let standard = curves.map { curve in
      moving.map { (curve[$0] - (points[$0].mean ?? 0)) / (points[$0].std ?? 1) }
    }
    var greatest: [Double] = []
    greatest.reserveCapacity(resamples)
    var weights = [Double](repeating: 0, count: curves.count)
    var first = [Double](repeating: 0, count: moving.count)
    var second = first
    for _ in 0..<resamples {
      for i in weights.indices { weights[i] = 0 }
      for _ in weights.indices { weights[stream.uniform(below: curves.count)] += 1 }
      for j in first.indices { (first[j], second[j]) = (0, 0) }
      for i in weights.indices where weights[i] > 0 { accumulate(standard[i], weights[i], &first, &second) }
      var maximum = 0.0
      for j in first.indices {
        let mean = first[j] / count
        let variance = (second[j] / count - mean * mean) * (count / (count - 1))
        // A resample without any spread at a point cannot measure itself; the sample's deviation, 1, serves.
        maximum = max(maximum, abs(mean) / (variance > 1e-12 ? variance : 1).squareRoot())
      }
      greatest.append(maximum * count.squareRoot())
    }
    var span = greatest.mutableSpan
    // A band is never narrower than the pointwise intervals.
    let critical = max(span.selectQuantile(level) ?? 0, tQuantile(count: curves.count, level: level) ?? 0)
    return band(points, count: curves.count, criticalValue: critical)
  }

  /// The band of Bonferroni's inequality: c is Student's quantile at 1 − (1 − level)/(2 · points). Valid for
  /// normal returns at any number of seeds and wider than need be where neighbouring points are alike.
  ///
  /// - Parameters:
  ///   - curves: `curves[seed][point]`, all of one length.
  ///   - level: The coverage of the whole curve, in `(0, 1)`.
  /// - Returns: `nil` of fewer than two curves, and where there are no points.
  public static func bonferroniBand(_ curves: [[Double]], level: Double = 0.95) -> Band? {
    check(level: level)
    guard let points = pointMoments(curves) else { return nil }
    let moving = points.count { ($0.std ?? 0) > 0 }
    let tail = (1 - level) / Double(2 * max(1, moving))
    let critical = -StudentT(degreesOfFreedom: Double(curves.count - 1)).quantile(tail)
    return band(points, count: curves.count, criticalValue: critical)
  }

  /// Mean and standard deviation over the curves at each point; `nil` of fewer than two curves or no points.
  private static func pointMoments(_ curves: [[Double]]) -> [(mean: Double?, std: Double?)]? {
    guard curves.count >= 2, let length = curves.first?.count, length > 0 else { return nil }
    for curve in curves {
      precondition(
        curve.count == length, "curves of \(curve.count) and \(length) points do not belong together")
    }
    var column = [Double](repeating: 0, count: curves.count)
    return (0..<length).map { point in
      for i in curves.indices { column[i] = curves[i][point] }
      return moments(column.span)
    }
  }

  private static func accumulate(
    _ curve: [Double], _ weight: Double, _ first: inout [Double], _ second: inout [Double]
  ) {
    for j in curve.indices {
      let weighted = weight * curve[j]
      first[j] += weighted
      second[j] += weighted * curve[j]
    }
  }

  private static func band(_ points: [(mean: Double?, std: Double?)], count: Int, criticalValue: Double)
    -> Band
  {
    let intervals = points.map { point -> Interval? in
      guard let mean = point.mean, let std = point.std else { return nil }
      return interval(around: mean, halfWidth: criticalValue * (std / Double(count).squareRoot()))
    }
    return Band(mean: points.map(\.mean), intervals: intervals, criticalValue: criticalValue)
  }
}
