import RLCore

/// Writes `curves.csv`, `summary.csv` and `values.csv` from the journal: in the order of variants and seeds, whatever order the trials
/// finished in, and piece by piece, so that memory does not grow with the number of rows.
struct Merger {
  let experiment: Experiment
  let journal: Journal
  let folder: String

  /// The metrics that some trial has, in the order of the contract.
  private func presentMetrics() throws(LabError) -> [String] {
    var present: Set<String> = []
    for variant in experiment.variants {
      for seed in experiment.seeds {
        guard journal.contains(.init(variant: variant.key, seed: seed)) else { continue }
        present.formUnion(try journal.record(.init(variant: variant.key, seed: seed)).metrics)
        break
      }
    }
    let known = Metric.allCases.map(\.rawValue)
    return known.filter(present.contains) + present.subtracting(known).sorted()
  }

  /// Writes all three files.
  func write() async throws {
    let metrics = try presentMetrics()
    let curves = try FileWriter(folder + "/curves.csv")
    let summary = try FileWriter(folder + "/summary.csv")
    try curves.write(header(["seed", "iteration", "episode", "step"] + metrics))
    try summary.write(
      header(["iteration", "episode", "step", "metric", "n", "mean", "std", "ci_low", "ci_high", "median", "iqm"]))
    for variant in experiment.variants {
      try await write(variant, metrics: metrics, curves: curves, summary: summary)
    }
    try curves.commit()
    try summary.commit()
    try ValuesFile(experiment: experiment, journal: journal, folder: folder).write()
  }

  private func header(_ columns: [String]) -> [UInt8] {
    var buffer = CSVBuffer()
    let names = ["variant", "environment", "algorithm"] + experiment.columns.map(\.name) + columns
    for (index, name) in names.enumerated() {
      if index > 0 { buffer.comma() }
      buffer.append(name)
    }
    buffer.newline()
    return buffer.bytes
  }

  private func prefix(_ variant: Variant) -> [UInt8] {
    var buffer = CSVBuffer()
    buffer.append(variant.name)
    buffer.comma()
    buffer.append(variant.environment.id)
    buffer.comma()
    buffer.append(variant.algorithm.id)
    for value in variant.swept {
      buffer.comma()
      guard let value else { continue }
      if let number = value.number { buffer.append(number) } else { buffer.append(value.text ?? value.description) }
    }
    buffer.comma()
    return buffer.bytes
  }

  private func write(_ variant: Variant, metrics: [String], curves: FileWriter, summary: FileWriter) async throws {
    let keys = experiment.seeds.map { Journal.Key(variant: variant.key, seed: $0) }.filter(journal.contains)
    let prefix = prefix(variant)
    var matrix = SeedMatrix(unit: variant.budget.unit)
    // As many trials at a time as fit some megabytes; formatted side by side, written in order.
    var place = 0
    while place < keys.count {
      var batch: [(seed: UInt64, record: TrialRecord)] = []
      var numbers = 0
      while place < keys.count && numbers < 1 << 21 {
        let record = try journal.record(keys[place])
        numbers += record.rows.count
        batch.append((keys[place].seed, record))
        place += 1
      }
      let trials = batch
      let texts = await parallel(trials.count) { index in
        format(trials[index].record, seed: trials[index].seed, prefix: prefix, metrics: metrics)
      }
      for text in texts { try curves.write(text) }
      for trial in trials { matrix.add(trial.record) }
    }
    for text in await matrix.summaries(prefix: prefix, metrics: metrics) { try summary.write(text) }
  }

  private func format(_ record: TrialRecord, seed: UInt64, prefix: [UInt8], metrics: [String]) -> [UInt8] {
    let places = metrics.map { record.metrics.firstIndex(of: $0) }
    var buffer = CSVBuffer(capacity: record.rowCount * (prefix.count + 12 * (metrics.count + 2)))
    for row in 0..<record.rowCount {
      let start = row * record.width
      buffer.append(raw: prefix)
      buffer.append(Int(seed))
      for k in 0..<3 {
        buffer.comma()
        buffer.append(record.rows[start + k])
      }
      for place in places {
        buffer.comma()
        if let place { buffer.append(record.rows[start + 3 + place]) }
      }
      buffer.newline()
    }
    return buffer.bytes
  }
}

/// The curves of one variant's seeds, side by side.
struct SeedMatrix {
  private let unit: Budget.Unit
  private var records: [TrialRecord] = []

  init(unit: Budget.Unit) { self.unit = unit }

  mutating func add(_ record: TrialRecord) { records.append(record) }

  private var unitColumn: Int {
    switch unit {
    case .iterations: 0
    case .episodes: 1
    case .steps: 2
    }
  }

  /// The lines of `summary.csv`, in pieces: for each point in rising order and each metric, the statistics across the seeds that have a number
  /// there.
  func summaries(prefix: [UInt8], metrics: [String]) async -> [[UInt8]] {
    let rows = records.map(\.rowCount).max() ?? 0
    let piece = max(1, (1 << 17) / max(1, records.count * max(1, metrics.count)))
    return await parallel((rows + piece - 1) / piece) { index in
      var buffer = CSVBuffer()
      var sample: [Double] = []
      var quantiles: [Int: Double?] = [:]
      for row in index * piece..<min(rows, (index + 1) * piece) {
        // A trial that ended early has its last row at a point of its own.
        let present = records.filter { row < $0.rowCount }
        let points = Set(present.map { $0.rows[row * $0.width + unitColumn] }).sorted()
        for point in points {
          for metric in metrics {
            sample.removeAll(keepingCapacity: true)
            for record in present where record.rows[row * record.width + unitColumn] == point {
              guard let column = record.metrics.firstIndex(of: metric) else { continue }
              let value = record.rows[row * record.width + 3 + column]
              if !value.isNaN { sample.append(value) }
            }
            if sample.isEmpty { continue }
            if quantiles[sample.count] == nil {
              quantiles[sample.count] = .some(Statistics.tQuantile(count: sample.count, level: 0.95))
            }
            append(point, metric, &sample, quantiles[sample.count]!, prefix: prefix, to: &buffer)
          }
        }
      }
      return buffer.bytes
    }
  }

  private func append(
    _ point: Double, _ metric: String, _ sample: inout [Double], _ quantile: Double?, prefix: [UInt8],
    to buffer: inout CSVBuffer
  ) {
    var span = sample.mutableSpan
    let summary = Statistics.Summary(reordering: &span, tQuantile: quantile)
    buffer.append(raw: prefix)
    for column in 0..<3 {
      if column == unitColumn { buffer.append(point) }
      buffer.comma()
    }
    buffer.append(metric)
    buffer.comma()
    buffer.append(summary.count)
    for number in [summary.mean, summary.std, summary.ciLow, summary.ciHigh, summary.median, summary.iqm] {
      buffer.comma()
      if let number { buffer.append(number) }
    }
    buffer.newline()
  }
}

/// Does `count` independent pieces of work side by side, and gives their results in order.
func parallel<R: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> R) async -> [R] {
  if count == 1 { return [body(0)] }
  return await withTaskGroup(of: (Int, R).self) { group in
    for index in 0..<count { group.addTask { (index, body(index)) } }
    var results = [R?](repeating: nil, count: count)
    for await (index, result) in group { results[index] = result }
    return results.map { $0! }
  }
}
