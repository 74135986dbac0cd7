import Foundation

extension Comparison {
  /// The level below which a corrected p-value counts as evidence.
  static let significance = 0.05

  /// What a duel shows, in one sentence that can be quoted.
  func verdict(_ duel: Duel) -> String {
    let table = tables[duel.environment]
    let (row, rival) = (table.rows[duel.row], table.rows[duel.baseline])
    let (ours, theirs) = (row.contestant.shortLabel, rival.contestant.shortLabel)
    let contest = duel.contest
    let place = "On \(table.label), "
    if contest.isIdentical {
      return place + "\(ours) and \(theirs) have the same \(scoreName(duel.kind)) on every seed."
    }
    let (summary, other) = (row.summary(duel.kind), rival.summary(duel.kind))
    guard let mean = summary.mean, let rivalMean = other.mean else {
      return place + "\(ours) and \(theirs) cannot be compared: one of them has no \(scoreName(duel.kind))."
    }
    let areFinite = mean.isFinite && rivalMean.isFinite
    let means =
      areFinite
      ? "\(Self.number(mean)) against \(Self.number(rivalMean))"
      : "a median of \(Self.number(summary.median)) against \(Self.number(other.median))"
    // Among very many comparisons no number of drawn permutations is enough, and Student's test stands alone.
    let asks = duel.contest.freeTestName == .mannWhitney || effort.resolves(mainDuels.count) || duel.tHolm == nil
    let pValues = [duel.tHolm, asks ? duel.freeHolm : nil].compactMap { $0 }
    guard let least = pValues.min(), let most = pValues.max() else {
      return place
        + "\(ours) has a \(scoreName(duel.kind)) of \(means) of \(theirs); there are too few runs for a test."
    }
    // A single infinite run makes a mean infinite, and says nothing of the others.
    let isBetter =
      areFinite
      ? contest.difference.map { rules.oriented($0) > 0 } ?? false : contest.improvement.map { $0 > 0.5 } ?? false
    let claim = "a \(isBetter ? "better" : "worse") \(scoreName(duel.kind)) than \(theirs)"
    let tests = "\(means), \(evidence(duel))."
    if most < Self.significance { return place + "\(ours) has \(claim): \(tests)" }
    if least < Self.significance { return place + "\(ours) may have \(claim), but the tests do not agree: \(tests)" }
    return place + "no difference in \(scoreName(duel.kind)) between \(ours) and \(theirs) is shown: \(tests)"
  }

  /// The numbers behind a verdict.
  private func evidence(_ duel: Duel) -> String {
    let contest = duel.contest
    var parts: [String] = []
    if let difference = contest.difference, difference.isFinite {
      parts.append("a difference of \(Self.number(difference))" + Self.bracket(contest.interval))
    }
    var tests: [String] = []
    if let p = duel.tHolm { tests.append("\(contest.isPaired ? "paired t" : "Welch's t") test \(Self.pValue(p))") }
    if let p = duel.freeHolm { tests.append("\(contest.freeTestName.title) \(Self.pValue(p))") }
    let count = mainDuels.count
    let correction = count > 1 ? ", Holm-corrected for \(count) comparisons" : ""
    let design =
      switch contest.design {
      case .paired(let pairs, _): "\(pairs) common seeds"
      case .independent: "independent runs"
      }
    parts.append("\(tests.joined(separator: ", ")) (\(design)\(correction))")
    if let improvement = contest.improvement {
      parts.append(
        "better in \(Self.percent(improvement))\(Self.percentBracket(contest.improvementInterval)) of pairs of runs")
    }
    return parts.joined(separator: "; ")
  }

  /// What a score is called in a sentence.
  func scoreName(_ kind: ScoreRules.Kind) -> String {
    switch kind {
    case .final: "final \(metric)"
    case .area: "mean \(metric) over the whole of training"
    }
  }

  /// What a method over all environments shows, in one sentence.
  func verdict(_ line: NormalizedAggregate.Line, _ aggregate: NormalizedAggregate) -> String? {
    guard let baseline, line.method != baseline, let improvement = line.improvement, let share = improvement.value,
      let rival = aggregate.lines.first(where: { $0.method == baseline })
    else { return nil }
    return
      "Over \(aggregate.environments.count) environments, \(line.method) has an interquartile mean of the normalised "
      + "final \(metric) of \(Self.score(line.iqm)) against \(Self.score(rival.iqm)) of \(baseline), and a run of it is "
      + "better in \(Self.percent(share))\(Self.percentBracket(improvement.interval)) of pairs of runs."
  }

  // MARK: Numbers

  /// Four significant digits; counts as they are.
  static func number(_ value: Double?) -> String {
    if let value, abs(value) < 1e9, let whole = Int(exactly: value) { return "\(whole)" }
    return RunSummary.number(value)
  }

  static func bracket(_ interval: Statistics.Interval?) -> String {
    interval.map { " [\(number($0.low)), \(number($0.high))]" } ?? ""
  }

  static func score(_ estimate: NormalizedAggregate.Estimate) -> String {
    number(estimate.value) + bracket(estimate.interval)
  }

  static func pValue(_ p: Double) -> String {
    p < 0.0001 ? "p < 0.0001" : p > 0.99995 ? "p = 1" : String(format: "p = %.4f", p)
  }

  static func percent(_ share: Double) -> String { String(format: "%.0f %%", 100 * share) }

  static func percentBracket(_ interval: Statistics.Interval?) -> String {
    interval.map { " [\(percent($0.low)), \(percent($0.high))]" } ?? ""
  }
}
