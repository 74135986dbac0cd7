/// What `summary.csv` says of one variant, point and metric across seeds.
extension Statistics {
  /// Count, mean, spread, interval of the mean, median and interquartile mean of one sample, from one
  /// rearrangement of it.
  public struct Summary: Sendable, Hashable {
    /// How many values there were, those that are not finite included.
    public var count: Int
    /// The arithmetic mean; `nil` of no values, of a NaN and of infinities of both signs.
    public var mean: Double?
    /// The sample standard deviation (n − 1); `nil` of fewer than two values or values that are not finite.
    public var std: Double?
    /// The lower end of Student's interval of the mean; `nil` where `std` is, or without a quantile.
    public var ciLow: Double?
    /// The upper end of Student's interval of the mean; `nil` where `std` is, or without a quantile.
    public var ciHigh: Double?
    /// The median; `nil` of no values, of a NaN and between −∞ and ∞.
    public var median: Double?
    /// The interquartile mean; `nil` of no values, of a NaN and where infinities of both signs remain after
    /// the cuts.
    public var iqm: Double?

    /// Summarises values that may be rearranged: the fast path, for millions of points.
    ///
    /// Nothing is allocated and nothing is sorted. The numbers are those of `Statistics.mean`, `std`,
    /// `median` and `tInterval` to the bit; the interquartile mean may differ from the separate function's by
    /// a rounding, its sum running in another order.
    ///
    /// - Parameters:
    ///   - values: The sample; afterwards in another order.
    ///   - tQuantile: `Statistics.tQuantile(count:level:)` for this count, which the caller keeps for all
    ///     samples of one size; `nil` leaves the interval out.
    /// - Complexity: O(n) on average.
    public init(reordering values: inout MutableSpan<Double>, tQuantile: Double?) {
      count = values.count
      (mean, std) = Statistics.moments(values.span)
      if let mean, let std, let tQuantile {
        let halfWidth = tQuantile * (std / Double(values.count).squareRoot())
        let interval = Statistics.interval(around: mean, halfWidth: halfWidth)
        ciLow = interval?.low
        ciHigh = interval?.high
      }
      if values.isEmpty { return }
      if mean == nil {
        for i in values.indices where values[i].isNaN { return }
      }
      median = values.selectMedian()
      // The median's selection has separated the halves: each cut needs to look at its own half only.
      let cut = count / 4
      let middle = count / 2
      if cut > 0 {
        values.select(cut, low: 0, high: middle)
        values.select(count - cut - 1, low: middle, high: count)
      }
      iqm = Statistics.moments(values.span.extracting(cut..<(count - cut))).mean
    }

    /// Summarises values that are left as they are.
    ///
    /// - Parameters:
    ///   - values: The sample.
    ///   - level: The coverage of the mean's interval, in `(0, 1)`.
    public init(_ values: [Double], level: Double = 0.95) {
      var scratch = values
      var span = scratch.mutableSpan
      self.init(reordering: &span, tQuantile: Statistics.tQuantile(count: values.count, level: level))
    }
  }
}
