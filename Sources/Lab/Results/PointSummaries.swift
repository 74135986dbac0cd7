import RLCore

/// The lines of `summary.csv` of one variant: for each point in rising order and each metric, the statistics across the seeds that have a
/// number there.
///
/// Rows are gathered block by block: from memory while the variant's trials fit there, read again from the journal otherwise.
struct PointSummaries {
  private struct Curve {
    let key: Journal.Key
    let metrics: [String]
    let rowCount: Int
    var rows: [Double]
    var width: Int { 3 + metrics.count }
  }

  /// How many numbers are held in memory at a time.
  private static let limit = 1 << 24

  private let unit: Budget.Unit
  private let journal: Journal
  private var curves: [Curve] = []
  private var held = 0

  init(unit: Budget.Unit, journal: Journal) {
    self.unit = unit
    self.journal = journal
  }

  /// Adds a trial.
  mutating func add(_ record: TrialRecord, key: Journal.Key) {
    held += record.rows.count
    if held > Self.limit {
      for index in curves.indices { curves[index].rows = [] }
    }
    curves.append(
      Curve(
        key: key, metrics: record.metrics, rowCount: record.rowCount, rows: held > Self.limit ? [] : record.rows))
  }

  private var unitColumn: Int {
    switch unit {
    case .iterations: 0
    case .episodes: 1
    case .steps: 2
    }
  }

  /// Writes all lines.
  func write(prefix: [UInt8], metrics: [String], to file: FileWriter) async throws {
    let rows = curves.map(\.rowCount).max() ?? 0
    let width = curves.map(\.width).max() ?? 3
    let block = max(1, Self.limit / max(1, curves.count * width))
    for first in stride(from: 0, to: rows, by: block) {
      let range = first..<min(rows, first + block)
      let slices = try curves.map { curve throws(LabError) in try slice(curve, range) }
      let pieces = min(range.count, 8)
      let texts = await parallel(pieces) { piece in
        let part = range.count * piece / pieces..<range.count * (piece + 1) / pieces
        return lines(of: part, in: slices, prefix: prefix, metrics: metrics)
      }
      for text in texts { try file.write(text) }
    }
  }

  /// The rows of a curve that lie in a range, from its beginning.
  private func slice(_ curve: Curve, _ range: Range<Int>) throws(LabError) -> Curve {
    let mine = range.clamped(to: 0..<curve.rowCount)
    let numbers = mine.lowerBound * curve.width..<mine.upperBound * curve.width
    let rows: [Double]
    if held <= Self.limit {
      rows = numbers == 0..<curve.rows.count ? curve.rows : Array(curve.rows[numbers])
    } else {
      rows = try journal.numbers(of: curve.key, in: numbers, of: curve.rowCount * curve.width)
    }
    return Curve(key: curve.key, metrics: curve.metrics, rowCount: mine.count, rows: rows)
  }

  private func lines(of part: Range<Int>, in slices: [Curve], prefix: [UInt8], metrics: [String]) -> [UInt8] {
    var buffer = CSVBuffer(capacity: part.count * metrics.count * (prefix.count + 100))
    var sample: [Double] = []
    sample.reserveCapacity(slices.count)
    var quantiles: [Int: Double?] = [:]
    let columns = metrics.map { metric in slices.map { $0.metrics.firstIndex(of: metric) ?? -1 } }
    for row in part {
      for point in points(of: row, in: slices) {
        for (metric, columns) in zip(metrics, columns) {
          sample.removeAll(keepingCapacity: true)
          for index in slices.indices where columns[index] >= 0 && row < slices[index].rowCount {
            let start = row * slices[index].width
            let value = slices[index].rows[start + 3 + columns[index]]
            if !value.isNaN && slices[index].rows[start + unitColumn] == point { sample.append(value) }
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

  /// The points at which some trial has its row of this number: one, unless a trial ended early and has its last row at a point of its
  /// own.
  private func points(of row: Int, in slices: [Curve]) -> [Double] {
    var points: [Double] = []
    for index in slices.indices where row < slices[index].rowCount {
      let point = slices[index].rows[row * slices[index].width + unitColumn]
      if points.last != point && !points.contains(point) { points.append(point) }
    }
    return points.sorted()
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
