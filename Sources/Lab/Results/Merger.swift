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
        let key = Journal.Key(variant: variant.key, seed: seed)
        guard journal.contains(key) || journal.holdsFailed(key) else { continue }
        present.formUnion(try journal.record(.init(variant: variant.key, seed: seed)).metrics)
        break
      }
    }
    let known = Metric.allCases.map(\.rawValue)
    return known.filter(present.contains) + present.subtracting(known).sorted()
  }

  /// Writes all three files.
  ///
  /// - Returns: The final scores of each variant.
  @discardableResult
  func write() async throws -> [[FinalScores.Score]] {
    let metrics = try presentMetrics()
    let curves = try FileWriter(folder + "/curves.csv")
    let summary = try FileWriter(folder + "/summary.csv")
    try curves.write(header(["seed", "iteration", "episode", "step"] + metrics))
    try summary.write(
      header(["iteration", "episode", "step", "metric", "n", "mean", "std", "ci_low", "ci_high", "median", "iqm"]))
    var scores: [[FinalScores.Score]] = []
    for variant in experiment.variants {
      scores.append(try await write(variant, metrics: metrics, curves: curves, summary: summary))
    }
    try curves.commit()
    try summary.commit()
    try ValuesFile(experiment: experiment, journal: journal, folder: folder).write()
    try PolicyFiles(experiment: experiment, journal: journal, folder: folder).write()
    return scores
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

  private func write(
    _ variant: Variant, metrics: [String], curves: FileWriter, summary: FileWriter
  ) async throws -> [FinalScores.Score] {
    // A failed trial keeps its curve up to there; the statistics are of finished ones.
    let keys = experiment.seeds.map { Journal.Key(variant: variant.key, seed: $0) }
      .filter { journal.contains($0) || journal.holdsFailed($0) }
    let prefix = prefix(variant)
    var points = PointSummaries(unit: variant.budget.unit, journal: journal)
    var scores = FinalScores()
    // As many trials at a time as fit some megabytes; formatted side by side, written in order.
    var place = 0
    while place < keys.count {
      var batch: [(key: Journal.Key, record: TrialRecord)] = []
      var numbers = 0
      while place < keys.count && numbers < 1 << 21 {
        let record = try journal.record(keys[place])
        numbers += record.rows.count
        if !journal.holdsFailed(keys[place]) { scores.add(record) }
        batch.append((keys[place], record))
        place += 1
      }
      let trials = batch
      let pieces = min(trials.count, 8)
      let texts = await parallel(pieces) { piece in
        let range = trials.count * piece / pieces..<trials.count * (piece + 1) / pieces
        return format(trials[range], prefix: prefix, metrics: metrics)
      }
      for text in texts { try curves.write(text) }
      for trial in trials where !journal.holdsFailed(trial.key) { points.add(trial.record, key: trial.key) }
    }
    try await points.write(prefix: prefix, metrics: metrics, to: summary)
    return scores.scores
  }

  private func format(
    _ trials: ArraySlice<(key: Journal.Key, record: TrialRecord)>, prefix: [UInt8], metrics: [String]
  ) -> [UInt8] {
    let rows = trials.reduce(0) { $0 + $1.record.rowCount }
    var buffer = CSVBuffer(capacity: rows * (prefix.count + 14 * (metrics.count + 2)))
    for (key, record) in trials {
      let places = metrics.map { record.metrics.firstIndex(of: $0) ?? -1 }
      let width = record.width
      record.rows.withUnsafeBufferPointer { rows in
        for start in stride(from: 0, to: rows.count, by: width) {
          buffer.append(raw: prefix)
          buffer.append(Int(key.seed))
          for k in 0..<3 {
            buffer.comma()
            buffer.append(rows[start + k])
          }
          for place in places {
            buffer.comma()
            if place >= 0 { buffer.append(rows[start + 3 + place]) }
          }
          buffer.newline()
        }
      }
    }
    return buffer.bytes
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
