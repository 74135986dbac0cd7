import Foundation

extension Comparison {
  /// The comparison for people.
  var text: String {
    var blocks = [heading]
    for (index, table) in tables.enumerated() { blocks.append(block(table, index)) }
    if let aggregate { blocks.append(block(aggregate)) }
    let verdicts = verdicts
    if !verdicts.isEmpty { blocks.append(verdicts.joined(separator: "\n")) }
    if !notes.isEmpty { blocks.append(notes.map { "note: " + $0 }.joined(separator: "\n")) }
    return blocks.joined(separator: "\n\n")
  }

  /// One sentence for each comparison.
  var verdicts: [String] {
    mainDuels.map(verdict) + (aggregate.map { all in all.lines.compactMap { verdict($0, all) } } ?? [])
  }

  private var heading: String {
    var lines = [
      "\(metric), \(rules.lessIsBetter ? "less" : "more") is better; "
        + "95 % intervals of the mean (\(options.interval.title))"
    ]
    lines.append("final: \(finalDefinition); area: \(Self.areaDefinition)")
    lines += choiceLines
    return lines.joined(separator: "\n")
  }

  /// What the final score is.
  var finalDefinition: String {
    rules.isState
      ? "the last value of a trial" : "mean over the last \(Self.percent(rules.finalShare)) of a trial"
  }

  /// What the area is.
  static let areaDefinition = "mean height of the learning curve (trapezoid rule)"

  /// How the cells of sweeps were chosen, one line for each way.
  var choiceLines: [String] {
    var lines: [String] = []
    for row in tables.flatMap(\.rows) {
      guard let choice = row.contestant.choice else { continue }
      let how = "chosen by the \(options.score.rawValue) score on \(Self.seedList(choice.chosenOn))"
      let then =
        switch choice.basis {
        case .otherHalf: "scored on the other seeds, \(Self.seedList(row.contestant.scores.seeds))"
        case .fresh: "scored on fresh seeds, \(Self.seedList(row.contestant.scores.seeds))"
        case .sameSeed: "scored on the same"
        }
      let line = "the best of each sweep's cells: \(how), \(then)"
      if !lines.contains(line) { lines.append(line) }
    }
    return lines
  }

  /// "seeds 0 to 49", or the seeds themselves.
  static func seedList(_ seeds: [UInt64]) -> String {
    guard let first = seeds.first, let last = seeds.last else { return "no seeds" }
    if seeds.count == 1 { return "seed \(first)" }
    if last - first == UInt64(seeds.count - 1) { return "seeds \(first) to \(last)" }
    return "seeds " + ComparisonNotes.list(seeds.map { "\($0)" }, limit: 8)
  }

  private func block(_ table: Table, _ environment: Int) -> String {
    var header = ["", "n", "final", "area", "median", "IQM"]
    if let threshold = table.threshold { header.append("reaches \(Self.number(threshold))") }
    let hasNormalized = aggregate != nil
    if hasNormalized { header.append("normalised") }
    let chosen = table.rows.contains { $0.contestant.choice != nil }
    if chosen { header.append("of cells") }
    var lines = [header]
    for row in table.rows {
      let main = row.summary(options.score)
      var line = [
        row.contestant.shortLabel, "\(row.final.count)", Self.number(row.final.mean) + Self.bracket(row.final.interval),
        Self.number(row.area.mean) + Self.bracket(row.area.interval), Self.number(main.median), Self.number(main.iqm),
      ]
      if table.threshold != nil { line.append(row.reach.map { reach($0, row.contestant.variant.budget) } ?? "") }
      if hasNormalized { line.append(Self.number(row.normalized?.mean)) }
      if chosen { line.append(row.contestant.choice.map { "\($0.cells)" } ?? "") }
      lines.append(line)
    }
    var text = table.label + "\n" + Self.aligned(lines)
    let duels = mainDuels.filter { $0.environment == environment }
    if let first = duels.first {
      text += "\n" + block(duels, against: table.rows[first.baseline].contestant.shortLabel, table)
    }
    return text
  }

  private func block(_ duels: [Duel], against baseline: String, _ table: Table) -> String {
    let isDefault = options.baseline == nil
    var lines = [["", "difference", "t test", "distribution-free", "runs better"]]
    for duel in duels {
      let contest = duel.contest
      let t = duel.tHolm.map { (contest.isPaired ? "paired, " : "Welch, ") + Self.pValue($0) } ?? "–"
      let free = duel.freeHolm.map { "\(contest.freeTestName.rawValue), " + Self.pValue($0) } ?? "–"
      lines.append([
        table.rows[duel.row].contestant.shortLabel, Self.number(contest.difference) + Self.bracket(contest.interval), t,
        free,
        contest.improvement.map { Self.percent($0) + Self.percentBracket(contest.improvementInterval) } ?? "–",
      ])
    }
    let reasons = Set(
      duels.compactMap { duel -> String? in
        if case .independent(let reason) = duel.contest.design { reason } else { nil }
      }
    ).sorted()
    let title =
      "\(options.score.rawValue) score against \(baseline)"
      + (isDefault ? " (the first; --baseline names another)" : "")
      + (mainDuels.count > 1 ? ", p corrected by Holm's method for \(mainDuels.count) comparisons" : "")
      + (reasons.isEmpty ? "" : "; not paired: " + reasons.joined(separator: ", "))
    return title + "\n" + Self.aligned(lines)
  }

  private func block(_ aggregate: NormalizedAggregate) -> String {
    var lines = [["", "n", "IQM", "mean", "median", "optimality gap", "runs better"]]
    for line in aggregate.lines {
      lines.append([
        line.method, "\(line.runs)", Self.score(line.iqm), Self.score(line.mean), Self.score(line.median),
        Self.score(line.optimalityGap),
        line.improvement.map { estimate in
          (estimate.value.map(Self.percent) ?? "–") + Self.percentBracket(estimate.interval)
        } ?? "",
      ])
    }
    return
      "normalised final \(metric) over \(aggregate.environments.count) environments: "
      + "uniformly random policy 0, optimal policy 1; stratified bootstrap\n" + Self.aligned(lines)
  }

  private func reach(_ reach: ReachSummary, _ budget: Budget?) -> String {
    let unit = budget?.unit.rawValue ?? ""
    guard let median = reach.median, reach.reached > 0 else { return "never" }
    let share = reach.reached == reach.count ? "" : " (\(reach.reached) of \(reach.count))"
    return (median.isFinite ? "after \(Self.number(median)) \(unit)" : "mostly never") + share
  }

  /// Columns under each other, the first to the left and two spaces between.
  static func aligned(_ lines: [[String]]) -> String {
    let columns = lines.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      lines.compactMap { $0.count > column ? $0[column].count : nil }.max() ?? 0
    }
    return lines.map { line in
      let cells = line.enumerated().map { column, text in
        text + String(repeating: " ", count: widths[column] - text.count)
      }
      var text = "  " + cells.joined(separator: "  ")
      while text.hasSuffix(" ") { text.removeLast() }
      return text
    }.joined(separator: "\n")
  }
}
