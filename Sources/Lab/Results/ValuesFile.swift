import RLCore

/// Writes `values.csv`: `variant,seed,state,label,action,action_label,q,probability,value`, a row for each state and action that the task offers.
struct ValuesFile {
  let experiment: Experiment
  let journal: Journal
  let folder: String

  func write() throws(LabError) {
    let file = try FileWriter(folder + "/values.csv")
    try file.write(Array("variant,seed,state,label,action,action_label,q,probability,value\n".utf8))
    for variant in experiment.variants where variant.record.values != .none {
      for seed in variant.record.values == .first ? [experiment.seeds[0]] : experiment.seeds {
        let key = Journal.Key(variant: variant.key, seed: seed)
        guard journal.contains(key), let tables = try journal.record(key).tables else { continue }
        try write(tables, of: variant, seed: seed, to: file)
      }
    }
    try file.commit()
  }

  private func write(
    _ tables: TrialRecord.Tables, of variant: Variant, seed: UInt64, to file: FileWriter
  ) throws(LabError) {
    let task = variant.task
    let model = task.model
    let grid = ObservationGrid(task)
    let space = grid?.space ?? task.space
    var start = CSVBuffer()
    start.append(variant.name)
    start.comma()
    start.append(Int(seed))
    start.comma()
    let prefix = start.bytes
    var buffer = CSVBuffer()
    for state in 0..<space.stateCount {
      let pairs = model.map { $0.pairs(of: state) } ?? 0..<space.actions(in: state)
      let label = model?.stateLabels.label(of: state) ?? grid?.label(state) ?? "\(state)"
      let first = model == nil ? state * space.width : pairs.lowerBound
      let value = value(of: state, tables: tables, range: first..<first + pairs.count)
      for place in 0..<pairs.count {
        let slot = first + place
        let action = model.map { Int($0.pairActions[pairs.lowerBound + place]) } ?? place
        buffer.append(raw: prefix)
        buffer.append(state)
        buffer.comma()
        buffer.append(label)
        buffer.comma()
        buffer.append(action)
        buffer.comma()
        buffer.append(model?.actionLabels[action] ?? "\(action)")
        buffer.comma()
        if !tables.actionValues.isEmpty { buffer.append(tables.actionValues[slot]) }
        buffer.comma()
        if !tables.probabilities.isEmpty { buffer.append(tables.probabilities[slot]) }
        buffer.comma()
        buffer.append(value)
        buffer.newline()
      }
      if buffer.count > 1 << 20 {
        try buffer.withBytes { bytes throws(LabError) in try file.write(bytes) }
        buffer.removeAll()
      }
    }
    try buffer.withBytes { bytes throws(LabError) in try file.write(bytes) }
  }

  /// V of a state: the method's own where it has one, else `Σ_a π(a|s) Q(s, a)`.
  private func value(of state: Int, tables: TrialRecord.Tables, range: Range<Int>) -> Double {
    if !tables.stateValues.isEmpty { return tables.stateValues[state] }
    if tables.actionValues.isEmpty || tables.probabilities.isEmpty { return .nan }
    var sum = 0.0
    for slot in range where tables.probabilities[slot] > 0 {
      sum += tables.probabilities[slot] * tables.actionValues[slot]
    }
    return sum
  }
}
