/// Statistics that describe a sample. All take any order of the values, and none changes them.
extension Statistics {
  /// The arithmetic mean, correct to about one rounding; see `moments`.
  ///
  /// - Returns: `nil` of no values, of a NaN, and of infinities of both signs; one infinity among finite
  ///   values gives it.
  public static func mean(_ values: [Double]) -> Double? { moments(values.span).mean }

  /// The sample standard deviation, with denominator n − 1.
  ///
  /// - Returns: `nil` of fewer than two values and of values that are not finite.
  public static func std(_ values: [Double]) -> Double? { moments(values.span).std }

  /// The standard error of the mean, s/√n.
  ///
  /// - Returns: `nil` where `std` is.
  public static func standardError(_ values: [Double]) -> Double? {
    std(values).map { $0 / Double(values.count).squareRoot() }
  }

  /// The median: the middle value, or the mean of the two middle values.
  ///
  /// - Returns: `nil` of no values, of a NaN, and between −∞ and ∞.
  public static func median(_ values: [Double]) -> Double? {
    var scratch = values
    return median(reordering: &scratch)
  }

  /// The median of values that may be rearranged, which saves a copy.
  public static func median(reordering values: inout [Double]) -> Double? {
    if values.isEmpty || hasNaN(values) { return nil }
    var span = values.mutableSpan
    return span.selectMedian()
  }

  /// The quantile of order `p` by linear interpolation between order statistics: the value at position (n −
  /// 1)p of the sorted data, counted from 0. Definition 7 of Hyndman & Fan, *Sample Quantiles in Statistical
  /// Packages*, The American Statistician 50(4), 1996; the default of numpy and R.
  ///
  /// - Parameters:
  ///   - values: The sample.
  ///   - p: In `[0, 1]`; 0 gives the least value, 1 the greatest.
  /// - Returns: `nil` of no values, of a NaN, and between −∞ and ∞.
  public static func quantile(_ values: [Double], _ p: Double) -> Double? {
    precondition(p >= 0 && p <= 1, "the order \(p) of a quantile is not in [0, 1]")
    if values.isEmpty || hasNaN(values) { return nil }
    var scratch = values
    var span = scratch.mutableSpan
    return span.selectQuantile(p)
  }

  /// The mean of what is left when ⌊`proportion` · n⌋ values are cut at each end of the sorted sample, as
  /// `trim_mean` of scipy computes it.
  ///
  /// - Parameters:
  ///   - values: The sample.
  ///   - proportion: The share cut at each end, in `[0, 0.5)`.
  /// - Returns: `nil` of no values, of a NaN, and where infinities of both signs remain.
  public static func trimmedMean(_ values: [Double], proportion: Double) -> Double? {
    precondition(proportion >= 0 && proportion < 0.5, "the proportion \(proportion) is not in [0, 0.5)")
    if values.isEmpty || hasNaN(values) { return nil }
    var scratch = values
    return trimmedMean(reordering: &scratch, cut: Int(proportion * Double(values.count)))
  }

  /// The interquartile mean (IQM): the mean after ⌊n/4⌋ values are cut at each end. Robust against outliers
  /// as the median is, and nearly as efficient as the mean (Agarwal et al., *Deep Reinforcement Learning at
  /// the Edge of the Statistical Precipice*, NeurIPS 2021, section 4.3).
  ///
  /// - Returns: `nil` of no values, of a NaN, and where infinities of both signs remain.
  public static func interquartileMean(_ values: [Double]) -> Double? {
    var scratch = values
    return interquartileMean(reordering: &scratch)
  }

  /// The interquartile mean of values that may be rearranged, which saves a copy.
  public static func interquartileMean(reordering values: inout [Double]) -> Double? {
    if values.isEmpty || hasNaN(values) { return nil }
    return trimmedMean(reordering: &values, cut: values.count / 4)
  }

  /// The mean without the `cut` least and the `cut` greatest values.
  private static func trimmedMean(reordering values: inout [Double], cut: Int) -> Double? {
    let end = values.count - cut
    if cut > 0 {
      var span = values.mutableSpan
      span.select(cut, low: 0, high: span.count)
      span.select(end - 1, low: cut, high: span.count)
    }
    return moments(values.span.extracting(cut..<end)).mean
  }

  /// The amount by which scores fall short of a threshold, on average: γ − mean(min(x, γ)) (Agarwal et al.,
  /// NeurIPS 2021, section 4.3). Less is better; scores above the threshold count as the threshold.
  ///
  /// This is rliable's statistic over normalised scores, not the column `optimality_gap` of a learning curve,
  /// which is J* − J(π).
  ///
  /// - Parameters:
  ///   - scores: Normalised scores.
  ///   - threshold: γ, finite; 1 is the score of an optimal policy.
  /// - Returns: `nil` of no scores and of a NaN.
  public static func optimalityGap(_ scores: [Double], threshold: Double = 1) -> Double? {
    precondition(threshold.isFinite, "the threshold \(threshold) of the optimality gap is not finite")
    if hasNaN(scores) { return nil }
    return mean(scores.map { min($0, threshold) }).map { threshold - $0 }
  }

  /// A return on the scale where the uniformly random policy has 0 and the optimal policy 1: (J − J_uniform)
  /// / (J* − J_uniform). The analogue, with an exact optimum, of the human-normalised score of Mnih et al.,
  /// *Human-level Control through Deep Reinforcement Learning*, Nature 518, 2015.
  ///
  /// - Parameters:
  ///   - score: A policy's return.
  ///   - uniform: The return of the uniformly random policy.
  ///   - optimum: The optimal return.
  /// - Returns: `nil` where the two yardsticks are equal or not finite (a random policy that never ends), and
  ///   of a NaN.
  public static func normalizedScore(_ score: Double, uniform: Double, optimum: Double) -> Double? {
    guard uniform.isFinite && optimum.isFinite && uniform != optimum else { return nil }
    return number((score - uniform) / (optimum - uniform))
  }
}
