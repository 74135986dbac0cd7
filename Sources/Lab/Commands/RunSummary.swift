import Foundation
import RLCore

/// What `run` says at its end: each variant's result with its interval, the pace, and where the files are.
struct RunSummary {
  let experiment: Experiment
  let path: String
  let report: ExperimentRun.Report

  /// The summary for people.
  func text() -> String {
    var lines: [String] = []
    let shown = experiment.variants.prefix(40)
    let width = min(48, shown.map(\.name.count).max() ?? 0)
    for (index, variant) in shown.enumerated() {
      let scores = report.scores.isEmpty ? [] : report.scores[index]
      let parts = scores.prefix(4).map { score in
        "\(score.metric) \(Self.number(score.summary.mean))" + Self.interval(score.summary)
      }
      let name = variant.name.padding(toLength: max(width, variant.name.count), withPad: " ", startingAt: 0)
      lines.append("\(name)  " + (parts.isEmpty ? "no finished trial" : parts.joined(separator: "   ")))
    }
    if experiment.variants.count > shown.count {
      lines.append("… and \(experiment.variants.count - shown.count) more variants; summary.csv has all")
    }
    let seeds = experiment.seeds.count
    lines.append(
      "means over the last tenth of each trial" + (seeds > 1 ? ", 95 % intervals over \(seeds) seeds" : ", one seed"))
    let outcome = report.outcome
    var pace = "\(outcome.finished) trials in \(Self.seconds(report.wallTime))"
    if outcome.steps > 0 {
      pace +=
        ", \(Self.count(outcome.steps)) environment steps, \(Self.count(Int(Double(outcome.steps) / max(1e-9, report.wallTime)))) a second"
    }
    if report.held > 0 { pace += "; \(report.held) were there already" }
    lines.append(pace)
    lines.append(
      report.missing > 0 ? "\(report.missing) trials are still missing in \(path)" : "curves: \(path)/curves.csv")
    return lines.joined(separator: "\n")
  }

  /// The summary for programs.
  func json() -> Setting {
    var variants: [Setting] = []
    for (index, variant) in experiment.variants.enumerated() {
      let metrics = (report.scores.isEmpty ? [] : report.scores[index]).map { score -> Setting.Field in
        let summary = score.summary
        func field(_ key: String, _ value: Double?) -> Setting.Field { .init(key, value.map(Setting.real) ?? .null) }
        return .init(
          score.metric,
          .object([
            .init("n", .integer(summary.count)), field("mean", summary.mean), field("std", summary.std),
            field("ci_low", summary.ciLow), field("ci_high", summary.ciHigh), field("median", summary.median),
            field("iqm", summary.iqm),
          ]))
      }
      variants.append(
        .object([
          .init("name", .text(variant.name)), .init("hash", .text(variant.hash)), .init("metrics", .object(metrics)),
        ]))
    }
    return .object([
      .init("name", .text(experiment.name)), .init("folder", .text(path)), .init("variants", .list(variants)),
      .init(
        "files", .list(ResultsFolder.files.map { .text(path + "/" + $0) })),
      .init(
        "trials",
        .object([
          .init("finished", .integer(report.outcome.finished)), .init("held", .integer(report.held)),
          .init("failed", .integer(report.outcome.failures.count)), .init("missing", .integer(report.missing)),
        ])),
      .init("steps", .integer(report.outcome.steps)), .init("wall_time", .real(report.wallTime)),
    ])
  }

  private static func interval(_ summary: Statistics.Summary) -> String {
    guard let low = summary.ciLow, let high = summary.ciHigh else { return "" }
    return " [\(number(low)), \(number(high))]"
  }

  /// Four significant digits.
  static func number(_ value: Double?) -> String {
    guard let x = value else { return "–" }
    if !x.isFinite { return x.isNaN ? "–" : x < 0 ? "-inf" : "inf" }
    if x == 0 { return "0" }
    let digits = Int(floor(log10(abs(x))))
    if digits < -4 || digits > 9 { return String(format: "%.3e", x) }
    return String(format: "%.\(max(0, 3 - digits))f", x)
  }

  /// "1.2 M".
  static func count(_ n: Int) -> String {
    let x = Double(n)
    return x < 1e4
      ? "\(n)"
      : x < 1e6
        ? String(format: "%.1f k", x / 1e3)
        : x < 1e9
          ? String(format: "%.1f M", x / 1e6) : String(format: "%.1f G", x / 1e9)
  }

  static func seconds(_ x: Double) -> String { x < 10 ? String(format: "%.2f s", x) : Progress.duration(x) }
}

extension Metric {
  /// Whether the column says how things stand at a point, so that the last row counts and not a mean of rows.
  var isState: Bool {
    switch self {
    case .valueError, .optimalityGap, .behaviorGap, .regret, .residual, .errorBound, .statesChanged, .agreement,
      .targetBias, .targetVariance, .optimumKL, .optimumKLReverse, .regularizedGap, .trueReturn, .proxyReturn:
      true
    default: false
    }
  }
}
