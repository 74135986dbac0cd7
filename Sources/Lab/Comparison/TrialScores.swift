/// What a learning curve comes to: how scores are computed from the recorded points of one trial.
struct ScoreRules: Sendable, Equatable {
  /// Which number a trial is judged by.
  enum Kind: String, Sendable, CaseIterable {
    /// How it ends.
    case final
    /// How it does over the whole of training.
    case area
  }

  let metric: Metric?
  /// The share of a trial, at its end, that the final score averages.
  var finalShare = 0.1

  /// Whether less is better, whatever the metric says; nil for what it says.
  var minimizes: Bool?

  var lessIsBetter: Bool { minimizes ?? metric?.lessIsBetter ?? false }
  /// Whether a point says how things stand there, so that the last one counts and not a mean.
  var isState: Bool { metric?.isState ?? false }

  /// The mean of the points in the last share of the curve's x, at least of one; the last point of a metric that says
  /// how things stand.
  func final(x: [Double], y: [Double]) -> Double? {
    guard let end = x.last, let last = y.last else { return nil }
    if isState { return last }
    let border = end - finalShare * end
    let first = min(x.count - 1, x.firstIndex { $0 > border } ?? 0)
    return Statistics.mean(Array(y[first...]))
  }

  /// The area under the curve by the trapezoid rule over the range of x: its mean height. A single point's height is
  /// its own.
  func area(x: [Double], y: [Double]) -> Double? {
    x.count == 1 ? y[0] : Statistics.areaUnderCurve(x: x, y: y)
  }

  func score(_ kind: Kind, x: [Double], y: [Double]) -> Double? {
    switch kind {
    case .final: final(x: x, y: y)
    case .area: area(x: x, y: y)
    }
  }

  /// Where a curve reaches a level and keeps it for a fiftieth of its points, at least for one; infinite where it never
  /// does.
  func reach(_ level: Double, x: [Double], y: [Double]) -> Double {
    Statistics.placeReaching(
      level, goal: lessIsBetter ? .atMost : .atLeast, for: max(1, y.count / 50), x: x, y: y) ?? .infinity
  }

  /// A score on a scale where more is better.
  func oriented(_ score: Double) -> Double { lessIsBetter ? -score : score }
}

/// The scores of one variant's trials, seed by seed in rising order of the seeds.
struct TrialScores: Sendable, Equatable {
  let seeds: [UInt64]
  let final: [Double]
  let area: [Double]
  /// The first recorded value of each trial.
  let first: [Double]
  /// Trials whose curve has no value, or one without a score (infinities of both signs).
  let missing: Int

  init(_ curves: [StoredExperiment.Curve], rules: ScoreRules) {
    var rows: [(seed: UInt64, final: Double, area: Double, first: Double)] = []
    for curve in curves {
      guard let final = rules.final(x: curve.x, y: curve.y), let area = rules.area(x: curve.x, y: curve.y) else {
        continue
      }
      rows.append((curve.seed, final, area, curve.y[0]))
    }
    rows.sort { $0.seed < $1.seed }
    self.init(
      seeds: rows.map(\.seed), final: rows.map(\.final), area: rows.map(\.area), first: rows.map(\.first),
      missing: curves.count - rows.count)
  }

  init(seeds: [UInt64], final: [Double], area: [Double], first: [Double], missing: Int) {
    self.seeds = seeds
    self.final = final
    self.area = area
    self.first = first
    self.missing = missing
  }

  func values(_ kind: ScoreRules.Kind) -> [Double] {
    switch kind {
    case .final: final
    case .area: area
    }
  }

  /// The scores of some seeds only.
  func restricted(to wanted: Set<UInt64>) -> TrialScores {
    let places = seeds.indices.filter { wanted.contains(seeds[$0]) }
    return TrialScores(
      seeds: places.map { seeds[$0] }, final: places.map { final[$0] }, area: places.map { area[$0] },
      first: places.map { first[$0] }, missing: missing)
  }
}
