import RLCore

/// Holds the finished trials of an experiment against published numbers.
struct FigureCheck {
  let experiment: Experiment
  let numbers: PublishedNumbers
  /// The file of the published numbers, for messages.
  let file: String

  /// What came of one check: of a table, its worst entry.
  struct Result {
    let source: String
    let variant: String
    /// What was compared: "reward, steps 901–1000", "V of 25 states".
    let subject: String
    /// Our number beside the published one; nil where sets of actions are compared.
    let agreement: Agreement?
    let passes: Bool
    /// What failed, where it is not the numbers that say it.
    let note: String?
  }

  private typealias Check = PublishedNumbers.Check

  /// Compares everything, in the order of the file.
  ///
  /// - Throws: ``LabError`` where a check does not fit the experiment.
  func results(_ journal: Journal) throws(LabError) -> [Result] {
    var results = [Result?](repeating: nil, count: numbers.checks.count)
    for check in numbers.checks where !experiment.variants.contains(where: { $0.name == check.variant }) {
      throw LabError(.data, "\(file): \(experiment.name) has no variant \"\(check.variant)\"; correct the name")
    }
    for variant in experiment.variants {
      let places = numbers.checks.indices.filter { numbers.checks[$0].variant == variant.name }
      if places.isEmpty { continue }
      var samples = [[Double]](repeating: [], count: places.count)
      var tables: [TrialRecord.Tables] = []
      for seed in experiment.seeds {
        let record = try journal.record(.init(variant: variant.key, seed: seed))
        if let table = record.tables { tables.append(table) }
        for (index, place) in places.enumerated() {
          guard case .number(let window, _) = numbers.checks[place].content else { continue }
          do throws(LabError) {
            samples[index].append(try window.value(in: record, unit: variant.budget.unit))
          } catch { throw LabError(.data, "\(file): \(variant.name): \(error.message)") }
        }
      }
      for (index, place) in places.enumerated() {
        results[place] = try compare(numbers.checks[place], variant, sample: samples[index], tables: tables)
      }
    }
    return results.compactMap { $0 }
  }

  private func compare(
    _ check: Check, _ variant: Variant, sample: [Double], tables: [TrialRecord.Tables]
  ) throws(LabError) -> Result {
    switch check.content {
    case .number(let window, let expectation):
      let agreement = try agreement(sample, expectation.mean, expectation.spread, check)
      return result(check, window.subject(variant.budget.unit), agreement)
    case .squaredError(let state, let truth, let expectation):
      let values = tables.map { variant.task.stateValues(of: $0) }
      guard values.allSatisfy({ $0.indices.contains(state) }) else {
        throw LabError(.data, "\(file): \(variant.name): there is no V of state \(state)")
      }
      let errors = values.map { ($0[state] - truth) * ($0[state] - truth) }
      let agreement = try agreement(errors, expectation.mean, expectation.spread, check)
      return result(check, "squared error of V(\(state))", agreement)
    case .values(let values, let spread):
      return try table(check, "V", values, tables.map { variant.task.stateValues(of: $0) }, spread) { "state \($0)" }
    case .actionValues(let rows, let spread):
      let task = variant.task
      var flat: [Double?] = []
      var names: [String] = []
      for state in 0..<task.space.stateCount {
        let count = task.entries(of: state).count
        let row = state < rows.count ? rows[state] ?? [] : []
        guard row.count <= count else {
          throw LabError(.data, "\(file): \(variant.name): there is no action \(row.count - 1) in state \(state)")
        }
        for place in 0..<count {
          flat.append(place < row.count ? row[place] : nil)
          names.append("state \(state), action \(task.actionNumber(state: state, place: place))")
        }
      }
      return try table(check, "Q", flat, tables.map(\.actionValues), spread) { names[$0] }
    case .actions(let rows): return try actions(check, rows, variant, tables)
    case .constant(let name, let value, let tolerance):
      guard let ours = variant.truth.constants(for: variant)[name]?.number else {
        throw LabError(.data, "\(file): \(variant.name): the experiment has no constant \"\(name)\"")
      }
      return result(check, name, Agreement(ours, value, tolerance: tolerance))
    }
  }

  private func agreement(
    _ sample: [Double], _ mean: Double, _ spread: PublishedNumbers.Spread, _ check: Check
  ) throws(LabError) -> Agreement {
    guard let agreement = Agreement(sample, mean, spread) else {
      throw LabError(.data, "\(file): \(check.variant): one run has no standard error; give a tolerance or more seeds")
    }
    return agreement
  }

  private func result(_ check: Check, _ subject: String, _ agreement: Agreement) -> Result {
    Result(
      source: check.source, variant: check.variant, subject: subject, agreement: agreement, passes: agreement.holds,
      note: nil)
  }

  /// The entry of a table that is the furthest from what was published, relative to what is allowed.
  private func table(
    _ check: Check, _ symbol: String, _ published: [Double?], _ ours: [[Double]], _ spread: PublishedNumbers.Spread,
    name: (Int) -> String
  ) throws(LabError) -> Result {
    guard let first = ours.first, first.count == published.count else {
      throw LabError(
        .data,
        "\(file): \(check.variant): \(published.count) entries of \(symbol) are published, the experiment has \(ours.first?.count ?? 0)"
      )
    }
    var worst: (entry: Int, agreement: Agreement)?
    var count = 0
    for (entry, value) in published.enumerated() {
      guard let value else { continue }
      count += 1
      let agreement = try agreement(ours.map { $0[entry] }, value, spread, check)
      // A NaN is the worst of all.
      if worst == nil || !(agreement.share <= worst!.agreement.share) { worst = (entry, agreement) }
      if agreement.share.isNaN { break }
    }
    guard let worst else { throw LabError(.data, "\(file): \(check.variant): no entry of \(symbol) is published") }
    return result(check, "\(symbol), worst of \(count) entries, \(name(worst.entry)):", worst.agreement)
  }

  private func actions(
    _ check: Check, _ rows: [[Int]?], _ variant: Variant, _ tables: [TrialRecord.Tables]
  ) throws(LabError) -> Result {
    let task = variant.task
    guard let table = tables.first, !table.probabilities.isEmpty else {
      throw LabError(.data, "\(file): \(check.variant): the experiment has no policy; record the values of a seed")
    }
    guard rows.count == task.space.stateCount else {
      throw LabError(
        .data,
        "\(file): \(check.variant): actions of \(rows.count) states are published, the task has \(task.space.stateCount)"
      )
    }
    var wrong: [Int] = []
    for (state, row) in rows.enumerated() {
      guard let row else { continue }
      let entries = task.entries(of: state)
      let taken = entries.filter { table.probabilities[$0] > 0 }
      let numbers = taken.map { task.actionNumber(state: state, place: $0 - entries.lowerBound) }
      if numbers.sorted() != row.sorted() { wrong.append(state) }
    }
    let count = rows.count { $0 != nil }
    return Result(
      source: check.source, variant: check.variant, subject: "actions in \(count) states", agreement: nil,
      passes: wrong.isEmpty,
      note: wrong.isEmpty
        ? nil : "other actions in \(wrong.count), the first of them state \(wrong[0])")
  }
}

extension PublishedNumbers.Window {
  /// What is compared, for people.
  func subject(_ unit: Budget.Unit) -> String {
    let name = from == to ? String(unit.rawValue.dropLast()) : unit.rawValue
    return (isTotal ? "total \(metric)" : metric) + ", " + name + (from == to ? " \(from)" : " \(from)–\(to)")
  }
}

extension PreparedTask {
  /// Where the numbers of a state's actions stand in the tables of a finished trial.
  fileprivate func entries(of state: Int) -> Range<Int> {
    if let model { return model.pairs(of: state) }
    return state * space.width..<state * space.width + space.actions(in: state)
  }

  /// The number of the action at a place among those of a state.
  fileprivate func actionNumber(state: Int, place: Int) -> Int {
    guard let model else { return place }
    return Int(model.pairActions[model.pairs(of: state).lowerBound + place])
  }

  /// V, state by state: the method's own, else `Σ_a π(a|s) Q(s, a)`; empty where there is neither.
  fileprivate func stateValues(of tables: TrialRecord.Tables) -> [Double] {
    if !tables.stateValues.isEmpty { return tables.stateValues }
    if tables.actionValues.isEmpty || tables.probabilities.isEmpty { return [] }
    return (0..<space.stateCount).map { state in
      entries(of: state).reduce(0) { sum, entry in
        tables.probabilities[entry] > 0 ? sum + tables.probabilities[entry] * tables.actionValues[entry] : sum
      }
    }
  }
}
