/// How a variant stands at its end: each metric's mean over the last tenth of a trial's rows (of a metric that says how things stand, its last
/// number), across seeds.
struct FinalScores {
  /// One metric.
  struct Score {
    let metric: String
    let summary: Statistics.Summary
  }

  private var order: [String] = []
  private var samples: [String: [Double]] = [:]

  /// Adds a trial.
  mutating func add(_ record: TrialRecord) {
    if order.isEmpty { order = record.metrics }
    let rows = record.rowCount
    let first = min(rows - 1, max(1, rows - max(1, (rows - 1) / 10)))
    for (column, metric) in record.metrics.enumerated() {
      let isState = Metric(rawValue: metric)?.isState ?? false
      var sum = 0.0
      var count = 0
      var last = Double.nan
      for row in first..<rows {
        let value = record.rows[row * record.width + 3 + column]
        if value.isNaN { continue }
        sum += value
        count += 1
        last = value
      }
      if count > 0 { samples[metric, default: []].append(isState ? last : sum / Double(count)) }
    }
  }

  /// The scores, in the order of the columns.
  var scores: [Score] {
    order.compactMap { metric in samples[metric].map { Score(metric: metric, summary: .init($0)) } }
  }
}
