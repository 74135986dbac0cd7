extension PublishedNumbers.Window {
  /// The mean (or the total) of the column over the window, in one trial.
  ///
  /// Columns that average what came since the last row are weighted by how much came: episodes for `return` and `length`, steps for the others.
  /// The rows must tile the window. Of columns that say how things stand at a point, every point of the window must have its row.
  ///
  /// - Throws: ``LabError`` where the trial has no such column or the rows do not fit the window.
  func value(in record: TrialRecord, unit: Budget.Unit) throws(LabError) -> Double {
    guard let column = record.metrics.firstIndex(of: metric) else {
      throw LabError(.data, "there is no column \"\(metric)\"; there are: " + record.metrics.joined(separator: ", "))
    }
    let place = unit == .iterations ? 0 : unit == .episodes ? 1 : 2
    let isState = Metric(rawValue: metric)?.isState ?? true
    let counter = metric == Metric.episodeReturn.rawValue || metric == Metric.length.rawValue ? 1 : 2
    var sum = 0.0
    var weight = 0.0
    var reached = from - 1
    for row in 0..<record.rowCount {
      let start = row * record.width
      let point = Int(record.rows[start + place])
      if point < from { continue }
      if point > to { break }
      let value = record.rows[start + 3 + column]
      if isState {
        if point != reached + 1 || value.isNaN { throw misfit }
        sum += value
        weight += 1
      } else {
        if row == 0 { throw misfit }
        if reached == from - 1 && Int(record.rows[start - record.width + place]) != reached { throw misfit }
        let share = record.rows[start + counter] - record.rows[start - record.width + counter]
        if share > 0 {
          if value.isNaN { throw misfit }
          sum += share * value
          weight += share
        }
      }
      reached = point
    }
    // A total of nothing is 0; a mean of nothing is none.
    if reached != to || (weight == 0 && !isTotal) { throw misfit }
    return isTotal ? sum : sum / weight
  }

  private var misfit: LabError {
    LabError(.data, "the recorded rows of \"\(metric)\" do not fill \(from)–\(to); lower record.every")
  }
}
