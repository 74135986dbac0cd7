import Foundation
import RLCore

/// What a search says at its end: `search.csv` with a row for every configuration and budget, `sensitivity.csv` with the curve of every parameter,
/// and the lines for people and programs.
struct SearchReport {
  static let files = ["search.csv", "sensitivity.csv"]
  /// Into how many parts the range of a law is cut.
  static let bins = 8

  let search: Search
  let report: SearchRun.Report
  let path: String

  func write() throws(LabError) {
    try Output.write(configurations(), to: path + "/search.csv")
    try Output.write(sensitivity(), to: path + "/sensitivity.csv")
  }

  // MARK: Files

  /// A row a configuration and budget.
  private func configurations() -> String {
    var csv = Rows(
      ["search", "bracket", "rung", "configuration", "budget", "variant", "algorithm", "environment"]
        + search.columns.map(\.name)
        + ["trials", "failed", "mean", "std", "ci_low", "ci_high", "rank", "promoted", "chosen"])
    for (r, rung) in report.rungs.enumerated() {
      for (place, candidate) in rung.candidates.enumerated() {
        let result = rung.results[place]
        let rank = rung.ranking.firstIndex(of: place)!
        let isChosen = report.winners.contains { $0.rung == r && $0.place == place }
        csv.add(
          [
            label(rung.base), "\(rung.bracket)", "\(rung.rung)", "\(candidate)", "\(rung.budget)", result.variant.name,
            result.variant.algorithm.id, result.variant.environment.id,
          ] + result.variant.swept.map { $0.map { $0.text ?? $0.description } ?? "" } + [
            "\(result.scores.seeds.count)", "\(result.failed)", Rows.number(result.summary.mean),
            Rows.number(result.summary.std), Rows.number(result.summary.ciLow), Rows.number(result.summary.ciHigh),
            "\(rank + 1)", rank < rung.promoted ? "1" : "0", isChosen ? "1" : "0",
          ])
      }
    }
    return csv.text
  }

  /// For every parameter and rung: how the configurations do that have a value, or one between two bounds.
  private func sensitivity() -> String {
    var csv = Rows([
      "search", "bracket", "rung", "budget", "parameter", "value", "low", "high", "configurations", "mean", "std",
      "median",
      "best",
    ])
    for rung in report.rungs {
      let candidates = search.bases[rung.base].candidates[rung.bracket]
      for (d, dimension) in search.space.dimensions.enumerated() {
        let values = rung.candidates.map { candidates[$0].values[d] }
        func row(_ value: String, _ low: String, _ high: String, _ members: [Int]) {
          let scores = members.filter { rung.results[$0].failed == 0 }.compactMap { rung.results[$0].summary.mean }
          let summary = Statistics.Summary(scores)
          let best = report.minimizes ? scores.min() : scores.max()
          csv.add([
            label(rung.base), "\(rung.bracket)", "\(rung.rung)", "\(rung.budget)", dimension.path, value, low, high,
            "\(members.count)", Rows.number(summary.mean), Rows.number(summary.std), Rows.number(summary.median),
            Rows.number(best),
          ])
        }
        if let law = dimension.law {
          for bin in 0..<Self.bins {
            let members = values.indices.filter { k in
              guard let value = values[k]?.number else { return false }
              return min(Self.bins - 1, Int(law.place(of: value) * Double(Self.bins))) == bin
            }
            let ends = [bin, bin + 1].map { law.value(at: Double($0) / Double(Self.bins)) }
            row("", Rows.number(ends[0]), Rows.number(ends[1]), members)
          }
        } else {
          for value in dimension.values {
            let members = values.indices.filter { values[$0]?.description == value.description }
            row(value.text ?? value.description, "", "", members)
          }
        }
      }
    }
    return csv.text
  }

  private func label(_ base: Int) -> String {
    let owner = search.bases[base]
    return owner.name ?? (search.bases.count > 1 ? "\(base)" : "")
  }

  // MARK: Words

  /// The summary for people.
  func text(confirmed: [Statistics.Summary?]) -> String {
    var lines = report.winners.indices.map { index -> String in
      let winner = report.winner(index)
      var line = "best: \(winner.variant.name)  \(report.metric) \(Self.interval(winner.summary))"
      line += " on the \(winner.scores.seeds.count) seeds that chose it"
      if index < confirmed.count, let fresh = confirmed[index] {
        line += "\n      \(Self.interval(fresh)) on \(fresh.count) fresh seeds"
      }
      return line
    }
    let failed = report.rungs.reduce(0) { $0 + $1.results.count { $0.failed > 0 } }
    if failed > 0 { lines.append("\(failed) configurations had trials that failed, and rank last") }
    if confirmed.isEmpty {
      lines.append("a score on the seeds that chose it flatters; add confirm: 30 for fresh ones")
    }
    lines.append("all configurations: \(path)/search.csv, each parameter's curve: \(path)/sensitivity.csv")
    return lines.joined(separator: "\n")
  }

  private static func interval(_ summary: Statistics.Summary) -> String {
    guard let low = summary.ciLow, let high = summary.ciHigh else { return RunSummary.number(summary.mean) }
    return "\(RunSummary.number(summary.mean)) [\(RunSummary.number(low)), \(RunSummary.number(high))]"
  }

  /// What programs get under the key `search`.
  func json(confirmed: [Statistics.Summary?]) -> Setting {
    func numbers(_ summary: Statistics.Summary) -> Setting {
      func field(_ key: String, _ value: Double?) -> Setting.Field { .init(key, value.map(Setting.real) ?? .null) }
      return .object([
        .init("n", .integer(summary.count)), field("mean", summary.mean), field("std", summary.std),
        field("ci_low", summary.ciLow), field("ci_high", summary.ciHigh),
      ])
    }
    let best = report.winners.indices.map { index -> Setting in
      let winner = report.winner(index)
      let place = report.winners[index]
      let rung = report.rungs[place.rung]
      let values = search.bases[rung.base].candidates[rung.bracket][rung.candidates[place.place]].values
      let parameters = zip(search.space.dimensions, values).map { Setting.Field($0.path, $1 ?? .null) }
      return .object([
        .init("variant", .text(winner.variant.name)), .init("hash", .text(winner.variant.hash)),
        .init("parameters", .object(parameters)), .init("selection", numbers(winner.summary)),
        .init("fresh", index < confirmed.count ? confirmed[index].map(numbers) ?? .null : .null),
      ])
    }
    return .object([
      .init("method", .text(search.plan.method.rawValue)), .init("metric", .text(report.metric)),
      .init("direction", .text(report.minimizes ? "minimize" : "maximize")), .init("best", .list(best)),
      .init("complete", .boolean(report.isComplete)),
      .init("files", .list(Self.files.map { .text(path + "/" + $0) })),
    ])
  }
}

/// Rows of a small CSV file.
private struct Rows {
  private var buffer = ""

  init(_ header: [String]) { add(header) }

  var text: String { buffer }

  mutating func add(_ cells: [String]) {
    buffer += cells.map(Self.quoted).joined(separator: ",") + "\n"
  }

  private static func quoted(_ text: String) -> String {
    let isPlain = !text.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" }
    return isPlain ? text : "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }

  /// Shortest digits that read back the same; empty for none.
  static func number(_ value: Double?) -> String {
    guard let value, !value.isNaN else { return "" }
    return value.isInfinite ? (value < 0 ? "-inf" : "inf") : Setting.real(value).description
  }
}
