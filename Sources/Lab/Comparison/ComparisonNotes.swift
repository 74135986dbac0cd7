import RLCore

/// What a reader must know to judge a comparison, and what would mislead if it were not said.
struct ComparisonNotes {
  let inputs: [ComparisonInput]
  let tables: [Comparison.Table]
  let rules: ScoreRules
  let options: ComparisonOptions
  let metric: String
  let baseline: String?

  /// Every note, the weightiest first.
  var all: [String] { budgets + discounts + seeds + missing + choices + origins + baselines }

  private var contestants: [Contestant] { tables.flatMap { $0.rows.map(\.contestant) } }

  /// Unequal budgets make unequal chances.
  private var budgets: [String] {
    tables.compactMap { table in
      var budgets: [(text: String, labels: [String])] = []
      for row in table.rows {
        let budget = row.contestant.variant.budget
        let text = budget.map { "\($0.count) \($0.unit.rawValue)" } ?? "an unknown budget"
        if let place = budgets.firstIndex(where: { $0.text == text }) {
          budgets[place].labels.append(row.contestant.label)
        } else {
          budgets.append((text, [row.contestant.label]))
        }
      }
      if budgets.count < 2 { return nil }
      let parts = budgets.map { "\(Self.list($0.labels)) had \($0.text)" }
      return "unequal budgets on \(table.label): " + parts.joined(separator: "; ")
    }
  }

  /// Exact gaps and values under different discounts are different quantities.
  private var discounts: [String] {
    guard [.optimalityGap, .behaviorGap, .valueError].contains(rules.metric) else { return [] }
    return tables.compactMap { table in
      let gammas = Set(table.rows.compactMap(\.contestant.variant.gamma)).sorted()
      if gammas.count < 2 { return nil }
      let list = gammas.map { "\($0)" }.joined(separator: ", ")
      return
        "\(metric) on \(table.label) is discounted by different gammas (\(list)): the values are on different scales"
    }
  }

  private var seeds: [String] {
    var notes: [String] = []
    for table in tables {
      let counts = table.rows.map { ($0.contestant.label, $0.final.count) }
      if Set(counts.map(\.1)).count > 1 {
        let parts = counts.map { "\($0.0) \($0.1)" }
        notes.append("unequal numbers of seeds on \(table.label): " + Self.list(parts))
      }
    }
    let few = contestants.filter { $0.scores.seeds.count == 1 }
    if !few.isEmpty { notes.append("one seed of \(Self.list(few.map(\.label))): no interval and no test") }
    return notes
  }

  private var missing: [String] {
    var notes: [String] = []
    for (source, input) in inputs.enumerated() {
      let planned = input.experiment.seeds.count
      for contestant in contestants where contestant.source == source && contestant.choice?.basis != .fresh {
        let there = contestant.curves.count
        if there < planned {
          notes.append(
            "\(contestant.label): \(planned - there) of \(planned) trials are missing; run the experiment again")
        }
      }
    }
    for contestant in contestants where contestant.scores.missing > 0 {
      let count = contestant.scores.missing
      notes.append(
        "\(contestant.label): \(count) "
          + (count == 1 ? "trial has no \(metric) and is left out" : "trials have no \(metric) and are left out")
      )
    }
    return notes
  }

  private var choices: [String] {
    var notes: [String] = []
    let chosen = contestants.filter { $0.choice != nil }
    for contestant in chosen where contestant.choice!.basis == .sameSeed {
      notes.append(
        "\(contestant.label) was chosen and scored on the same single seed, which makes its score too good; "
          + "sweep at least 2 seeds"
      )
    }
    for contestant in chosen where !contestant.choice!.edges.isEmpty {
      notes.append(
        "\(contestant.label): \(contestant.choice!.edges.joined(separator: ", ")) is at the end of its axis; "
          + "the best value may lie beyond"
      )
    }
    return notes
  }

  private var origins: [String] {
    var notes: [String] = []
    let experiments = inputs.map(\.experiment)
    if Set(experiments.compactMap(\.root)).count > 1 {
      notes.append(
        "the folders have different root seeds: equal seeds are not the same random numbers, and nothing is paired")
    }
    let programs = Set(experiments.compactMap(\.program)).sorted()
    if programs.count > 1 {
      notes.append("the folders were made by different versions: " + programs.joined(separator: ", "))
    }
    for experiment in experiments where !experiment.isComplete {
      notes.append("\(experiment.path): the run was not finished when its files were written")
    }
    return notes
  }

  private var baselines: [String] {
    guard let baseline else { return contestants.count < 2 ? ["one variant: there is nothing to compare it with"] : [] }
    return tables.filter { table in !table.rows.contains { $0.contestant.method == baseline } }.map {
      "\(baseline) was not run on \($0.label): no tests there"
    }
  }

  /// "a, b and 3 more".
  static func list(_ words: [String], limit: Int = 4) -> String {
    words.count <= limit
      ? words.joined(separator: ", ")
      : words.prefix(limit).joined(separator: ", ") + " and \(words.count - limit) more"
  }
}
