/// Whether a number of ours agrees with a published one.
///
///     |ours − theirs| ≤ k √(se² + our se²) + rounding,   k = 4, or 5 where a whole table is compared
///
/// Where either mean rests on fewer than 15 runs, `k` is Student's quantile of the same probability, with Welch's degrees of freedom.
struct Agreement: Equatable {
  /// Our number.
  let ours: Double
  /// Its standard error; nil where it is exact.
  let ourError: Double?
  /// The published number.
  let theirs: Double
  /// Its standard error; nil where it is exact.
  let theirError: Double?
  /// The greatest difference allowed.
  let allowed: Double

  /// How far apart they are.
  var difference: Double { ours == theirs ? 0 : abs(ours - theirs) }
  /// Whether they agree.
  var holds: Bool { difference <= allowed }
  /// The difference as a share of what is allowed.
  var share: Double { difference == 0 ? 0 : difference / allowed }

  /// Compares a sample of ours, one number a run, with a published number.
  ///
  /// - Returns: nil where a sample of one number would need a standard error.
  init?(_ sample: [Double], _ theirs: Double, _ spread: PublishedNumbers.Spread) {
    let summary = Statistics.Summary(sample)
    guard let mean = summary.mean else { return nil }
    ours = mean
    self.theirs = theirs
    let runs = sample.count
    let error = summary.std.map { $0 / Double(runs).squareRoot() }
    switch spread {
    case .tolerance(let tolerance):
      ourError = runs > 1 ? error : nil
      theirError = nil
      allowed = tolerance
    case .exact(let rounding, let isTable):
      guard let error else { return nil }
      ourError = error
      theirError = nil
      allowed = Self.factor(isTable, runs: runs) { Double(runs - 1) } * error + rounding
    case .runs(let count, let given, let rounding, let isTable):
      guard let error, let std = summary.std else { return nil }
      let other = given ?? std / Double(count).squareRoot()
      ourError = error
      theirError = other
      let variances = (error * error, other * other)
      let total = variances.0 + variances.1
      let factor = Self.factor(isTable, runs: min(runs, count)) {
        if given == nil { return Double(runs - 1) }
        let parts =
          variances.0 * variances.0 / Double(runs - 1) + variances.1 * variances.1 / Double(max(1, count - 1))
        return parts > 0 ? total * total / parts : .infinity
      }
      allowed = factor * total.squareRoot() + rounding
    }
  }

  /// Compares a number without a spread.
  init(_ ours: Double, _ theirs: Double, tolerance: Double) {
    self.ours = ours
    self.theirs = theirs
    ourError = nil
    theirError = nil
    allowed = tolerance
  }

  /// How many standard errors are allowed.
  static func factor(_ isTable: Bool, runs: Int, degreesOfFreedom: () -> Double) -> Double {
    let factor: Double = isTable ? 5 : 4
    if runs >= 15 { return factor }
    let degrees = degreesOfFreedom()
    if !degrees.isFinite { return factor }
    return -Statistics.StudentT(degreesOfFreedom: degrees).quantile(Statistics.Normal.cdf(-factor))
  }
}
