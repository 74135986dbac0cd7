import RLCore

/// What a finished trial leaves behind: its curve, and its tables where they are wanted.
struct TrialRecord {
  /// The columns behind the three counters.
  let metrics: [String]
  /// Rows of `3 + metrics.count` numbers: iteration, episode, step, metrics. NaN marks what does not apply.
  var rows: [Double]
  /// The tables, if they are wanted.
  var tables: Tables?
  /// The policy's file, if it is wanted and there is one.
  var policy: [UInt8]?

  /// What was learned, pair by pair of the model (slot by slot where there is none) and state by state; empty where the method has none.
  struct Tables: Equatable {
    let actionValues: [Double]
    let probabilities: [Double]
    let stateValues: [Double]
  }

  /// The numbers of a row.
  var width: Int { 3 + metrics.count }
  /// The number of rows.
  var rowCount: Int { rows.count / width }

  /// The record's bytes, piece by piece and without a copy of what is large. The rows come last, so that they can be read from a file
  /// part by part.
  func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) {
    func put<T: BitwiseCopyable>(_ elements: [T]) {
      withUnsafeBytes(of: Int64(elements.count).littleEndian) { body($0) }
      elements.withUnsafeBytes { body($0) }
    }
    put(Array(metrics.joined(separator: ",").utf8))
    withUnsafeBytes(of: Int64((tables == nil ? 0 : 1) + (policy == nil ? 0 : 2)).littleEndian) { body($0) }
    if let tables {
      put(tables.actionValues)
      put(tables.probabilities)
      put(tables.stateValues)
    }
    if let policy { put(policy) }
    put(rows)
  }

  init(metrics: [String], rows: [Double] = [], tables: Tables? = nil) {
    self.metrics = metrics
    self.rows = rows
    self.tables = tables
  }

  /// Reads what ``forEachPiece(_:)`` gave, list by list and into place.
  init(from cursor: inout FileCursor) throws(StateError) {
    let names = String(decoding: try cursor.list(of: UInt8.self), as: UTF8.self)
    metrics = names.split(separator: ",").map(String.init)
    let parts = try cursor.integer()
    if parts & 1 != 0 {
      tables = Tables(
        actionValues: try cursor.list(of: Double.self), probabilities: try cursor.list(of: Double.self),
        stateValues: try cursor.list(of: Double.self))
    }
    policy = parts & 2 != 0 ? try cursor.list(of: UInt8.self) : nil
    rows = try cursor.list(of: Double.self)
  }
}

extension TrialRecord: Equatable {
  /// Records are equal when they have the same bits: a missing number equals a missing number.
  static func == (a: TrialRecord, b: TrialRecord) -> Bool {
    a.metrics == b.metrics && a.tables == b.tables && a.policy == b.policy && a.rows.count == b.rows.count
      && zip(a.rows, b.rows).allSatisfy { $0.bitPattern == $1.bitPattern }
  }
}

extension TrialRecord.Tables {
  init(_ report: LearnerReport, space: ActionSpace, model: FiniteMDP?) {
    func pairs(_ numbers: [Double]) -> [Double] {
      guard let model, !report.isByPair, !numbers.isEmpty else { return numbers }
      return space.pairs(numbers, of: model)
    }
    self.init(
      actionValues: pairs(report.actionValues), probabilities: pairs(report.targetPolicy),
      stateValues: report.stateValues)
  }
}
