import Foundation
import RLCore

/// What `reproduce` says of a figure: a line a number, PASS or FAIL.
struct ReproductionReport {
  let outcome: Reproduction.Outcome

  /// The lines for people.
  ///
  /// - Parameter onlyFailures: Whether numbers that agree are left out.
  func text(onlyFailures: Bool) -> String {
    let time = RunSummary.seconds(outcome.wallTime)
    var lines = ["\(outcome.figure.name)  \(outcome.title)"]
    var source: String?
    for result in outcome.results where !(onlyFailures && result.passes) {
      if result.source != source {
        source = result.source
        lines.append("  published: \(result.source)")
      }
      lines.append("    " + Self.line(result))
    }
    let passed = outcome.results.count(where: \.passes)
    lines.append(
      "  \(outcome.passes ? "PASS" : "FAIL")  \(passed) of \(outcome.results.count) numbers agree; "
        + "\(outcome.trials) trials in \(time)")
    return lines.joined(separator: "\n")
  }

  private static func line(_ result: FigureCheck.Result) -> String {
    var line = "\(result.passes ? "PASS" : "FAIL")  \(result.variant): \(result.subject)"
    if let agreement = result.agreement {
      line +=
        " \(number(agreement.ours, agreement.ourError)), published \(number(agreement.theirs, agreement.theirError))"
      line += ", apart \(short(agreement.difference)), allowed \(short(agreement.allowed))"
    }
    if let note = result.note { line += ": \(note)" }
    return line
  }

  /// A number with as many digits as mean something, and its standard error.
  private static func number(_ value: Double, _ error: Double?) -> String {
    guard let error, error > 0, error.isFinite, value.isFinite else {
      return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(format: "%.7g", value)
    }
    let digits = max(0, min(12, 1 - Int(floor(log10(error)))))
    return String(format: "%.\(digits)f ± %.\(digits)f", value, error)
  }

  private static func short(_ value: Double) -> String { String(format: "%.2g", value) }

  /// The same for programs.
  var json: Setting {
    .object([
      .init("name", .text(outcome.figure.name)), .init("title", .text(outcome.title)),
      .init("experiment", .text(outcome.figure.experimentPath)), .init("trials", .integer(outcome.trials)),
      .init("steps", .integer(outcome.steps)), .init("wall_time", .real(outcome.wallTime)),
      .init("passed", .boolean(outcome.passes)),
      .init(
        "numbers",
        .list(
          outcome.results.map { result in
            let agreement = result.agreement
            func field(_ key: String, _ value: Double?) -> Setting.Field {
              .init(key, value.map(Setting.real) ?? .null)
            }
            return .object([
              .init("variant", .text(result.variant)), .init("subject", .text(result.subject)),
              .init("source", .text(result.source)), .init("passed", .boolean(result.passes)),
              .init("note", result.note.map(Setting.text) ?? .null), field("value", agreement?.ours),
              field("standard_error", agreement?.ourError), field("published", agreement?.theirs),
              field("published_standard_error", agreement?.theirError), field("difference", agreement?.difference),
              field("allowed", agreement?.allowed),
            ])
          })),
    ])
  }
}
