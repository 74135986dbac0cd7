import RLCore

/// A sample of scores, one a seed, in numbers that a table shows.
struct ScoreSummary: Sendable, Equatable {
  /// Which interval of the mean a table shows first.
  enum IntervalMethod: String, Sendable, CaseIterable {
    /// Bias-corrected and accelerated bootstrap.
    case bca
    /// Percentile bootstrap.
    case percentile
    /// Student's.
    case student

    var title: String {
      switch self {
      case .bca: "BCa bootstrap"
      case .percentile: "percentile bootstrap"
      case .student: "Student"
      }
    }
  }

  let count: Int
  let mean: Double?
  let std: Double?
  let median: Double?
  let iqm: Double?
  /// 95 % intervals of the mean; nil where they do not exist.
  let student: Statistics.Interval?
  let percentile: Statistics.Interval?
  let bca: Statistics.Interval?
  /// The percentile bootstrap interval of the interquartile mean.
  let iqmInterval: Statistics.Interval?
  /// The interval of the mean that was asked for, or Student's where the sample has none of that kind.
  let interval: Statistics.Interval?

  /// Describes a sample.
  ///
  /// - Parameters:
  ///   - values: The scores.
  ///   - method: Which interval of the mean is shown.
  ///   - resamples: How often the bootstrap redraws the sample.
  ///   - key: What the sample is of; the bootstrap's draws depend on it and on nothing else.
  init(_ values: [Double], method: IntervalMethod, resamples: Int, key: String) {
    let summary = Statistics.Summary(values)
    count = summary.count
    mean = summary.mean
    std = summary.std
    median = summary.median
    iqm = summary.iqm
    student = Statistics.tInterval(values)
    func draw(_ estimator: Statistics.Estimator, _ method: Statistics.BootstrapMethod) -> Statistics.Interval? {
      // Each interval begins its stream anew: the two of the mean come from the same resamples.
      var stream = RandomStream(root: Fingerprint.hash(key), index: 0, component: "bootstrap")
      return Statistics.bootstrapInterval(
        values, of: estimator, method: method, resamples: resamples, using: &stream)
    }
    percentile = draw(.mean, .percentile)
    bca = draw(.mean, .bca)
    iqmInterval = draw(.interquartileMean, .percentile)
    switch method {
    case .bca: interval = bca ?? student
    case .percentile: interval = percentile ?? student
    case .student: interval = student
    }
  }
}

/// How much is drawn for bootstrap intervals and permutation tests: less where there are very many lines.
struct ComparisonEffort: Sendable, Equatable {
  let resamples: Int
  let draws: Int

  init(lines: Int) {
    resamples = lines <= 100 ? 10_000 : 2_000
    draws = lines <= 100 ? 100_000 : 20_000
  }

  /// Whether the least p-value that drawn permutations can give stays significant among so many comparisons.
  func resolves(_ comparisons: Int) -> Bool {
    2 * Double(comparisons) / Double(draws + 1) < Comparison.significance
  }
}

/// When the trials of a variant reach a threshold.
struct ReachSummary: Sendable, Equatable {
  /// How many trials reach it, of how many.
  let reached: Int
  let count: Int
  /// The median over all trials, those that never reach it counted as infinite; nil of none.
  let median: Double?
  /// The quartiles, likewise.
  let lowerQuartile: Double?
  let upperQuartile: Double?

  init(_ places: [Double]) {
    count = places.count
    reached = places.count { $0.isFinite }
    median = Statistics.median(places)
    lowerQuartile = Statistics.quantile(places, 0.25)
    upperQuartile = Statistics.quantile(places, 0.75)
  }
}
