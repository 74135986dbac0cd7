import RLCore

/// The scale on which the uniformly random policy has 0 and the optimal one 1, where both are known exactly.
struct NormalizedScale: Sendable {
  /// Scores on that scale; nil where there is none.
  let scale: (@Sendable (Double) -> Double)?
  /// Why there is none.
  let reason: String?

  init(_ variant: StoredExperiment.Variant, metric: Metric?) {
    func none(_ reason: String) -> (scale: (@Sendable (Double) -> Double)?, reason: String?) { (nil, reason) }
    func found() -> (scale: (@Sendable (Double) -> Double)?, reason: String?) {
      switch metric {
      case .episodeReturn, .evaluationReturn, .optimalityGap, .behaviorGap: break
      default: return none("the metric is no return")
      }
      guard let optimum = variant.optimalReturn else { return none("the optimal return is not known") }
      guard let uniform = variant.uniformReturn else {
        return none("the uniformly random policy has no finite return there, or it is not known")
      }
      guard Statistics.normalizedScore(uniform, uniform: uniform, optimum: optimum) != nil else {
        return none("the uniformly random policy is as good as any")
      }
      if metric == .optimalityGap || metric == .behaviorGap { return ({ 1 - $0 / (optimum - uniform) }, nil) }
      if variant.gamma != 1 {
        return none(
          "the exact returns are discounted by gamma, the recorded ones are not; optimality_gap is on one scale")
      }
      return ({ Statistics.normalizedScore($0, uniform: uniform, optimum: optimum) ?? .nan }, nil)
    }
    (scale, reason) = found()
  }
}

/// Normalised final scores of each method over several environments, with stratified bootstrap intervals (Agarwal et
/// al., *Deep Reinforcement Learning at the Edge of the Statistical Precipice*, NeurIPS 2021).
struct NormalizedAggregate: Sendable {
  /// A number with its interval.
  struct Estimate: Sendable, Equatable {
    let value: Double?
    let interval: Statistics.Interval?
  }

  /// One method over all environments.
  struct Line: Sendable {
    let method: String
    let runs: Int
    let iqm: Estimate
    let mean: Estimate
    let median: Estimate
    let optimalityGap: Estimate
    /// How likely it is better than the baseline, on average over the environments; nil for the baseline itself.
    let improvement: Estimate?
  }

  let environments: [String]
  let lines: [Line]
  /// The scores behind the lines.
  let scores: [Statistics.TaskScores]

  private static let resamples = 5_000

  /// The aggregate of all methods that stand in every environment; what keeps others out is said.
  static func make(
    _ tables: [Comparison.Table], metric: String, baseline: String?
  ) -> (aggregate: NormalizedAggregate?, notes: [String]) {
    if tables.count < 2 { return (nil, []) }
    var notes = ["scores of different environments are not compared with each other, only their normalised values are"]
    for table in tables {
      for row in table.rows where row.normalized == nil {
        let reason = NormalizedScale(row.contestant.variant, metric: Metric(rawValue: metric)).reason ?? "unknown"
        return (nil, notes + ["no normalised scores: \(row.contestant.label) on \(table.label): \(reason)"])
      }
    }
    var methods: [String] = []
    for row in tables.flatMap(\.rows) where !methods.contains(row.contestant.method) {
      methods.append(row.contestant.method)
    }
    let everywhere = methods.filter { method in
      tables.allSatisfy { $0.rows.contains { $0.contestant.method == method } }
    }
    for method in methods where !everywhere.contains(method) {
      notes.append("\(method) is not in every environment, and left out of the scores over all of them")
    }
    if everywhere.isEmpty { return (nil, notes) }
    var table: [Statistics.TaskScores] = []
    for method in everywhere {
      let columns = tables.map { table -> [Double] in
        let contestant = table.rows.first { $0.contestant.method == method }!.contestant
        let scale = NormalizedScale(contestant.variant, metric: Metric(rawValue: metric)).scale!
        return contestant.scores.final.map(scale)
      }
      let runs = columns.map(\.count).min() ?? 0
      if columns.contains(where: { $0.count > runs }) {
        notes.append("\(method) has unequal seeds; its first \(runs) in each environment count over all of them")
      }
      guard let scores = Statistics.TaskScores((0..<runs).map { run in columns.map { $0[run] } }) else {
        return (nil, notes + ["no scores over all environments: \(method) has no runs in one of them"])
      }
      table.append(scores)
    }
    let rival = baseline.flatMap { everywhere.firstIndex(of: $0) }
    let lines = zip(everywhere, table).enumerated().map { index, entry in
      let (method, scores) = entry
      func estimate(_ aggregate: Statistics.Aggregate) -> Estimate {
        var stream = RandomStream(root: Fingerprint.hash(method), index: 0, component: "stratified")
        return Estimate(
          value: scores.aggregate(aggregate),
          interval: scores.interval(of: aggregate, resamples: resamples, using: &stream))
      }
      let improvement = rival.flatMap { rival -> Estimate? in
        if rival == index { return nil }
        var stream = RandomStream(root: Fingerprint.hash(method), index: 0, component: "improvement")
        return Estimate(
          value: Statistics.probabilityOfImprovement(scores, over: table[rival]),
          interval: Statistics.probabilityOfImprovementInterval(
            scores, over: table[rival], resamples: resamples, using: &stream))
      }
      return Line(
        method: method, runs: scores.runs, iqm: estimate(.interquartileMean), mean: estimate(.mean),
        median: estimate(.median), optimalityGap: estimate(.optimalityGap()), improvement: improvement)
    }
    return (NormalizedAggregate(environments: tables.map(\.label), lines: lines, scores: table), notes)
  }
}
