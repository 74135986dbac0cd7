import Foundation
import RLCore

extension Command {
  static let reproduce = Command(
    name: "reproduce",
    usage: "reproduce [FIGURE...] [--experiments DIR] [-o DIR] [--list] [--jobs N] [--quiet] [--json]",
    summary: "run the shipped experiments and hold them against the published numbers",
    flags: [
      .init("experiments", value: "DIR", "the folder of the experiments; default experiments"),
      .init("list", "show the figures and run nothing"),
      .init("output", short: "-o", value: "DIR", "keep each figure's results in DIR/FIGURE; default: keep nothing"),
      .init("jobs", value: "N", "how many trials run at once; default the machine's cores"),
      .init("quiet", "only what fails, and a line a figure"),
      .init("json", "one JSON object on standard output, nothing else"),
    ], positional: 0...1000
  ) { lab, arguments in
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let reproduction = Reproduction(
      lab: lab, folder: arguments.value("experiments") ?? "experiments",
      jobs: try arguments.whole("jobs", in: 1...4096, command: "reproduce") ?? cores)
    let figures = try reproduction.figures(named: arguments.positional)
    let isJSON = arguments.has("json")
    if arguments.has("list") {
      try list(figures, isJSON: isJSON)
      return
    }
    let clock = ContinuousClock.now
    var outcomes: [Reproduction.Outcome] = []
    for figure in figures {
      let outcome = try await reproduction.run(
        figure, results: arguments.value("output").map { "\($0)/\(figure.name)" },
        isQuiet: isJSON || arguments.has("quiet"))
      outcomes.append(outcome)
      if !isJSON {
        Terminal.print(ReproductionReport(outcome: outcome).text(onlyFailures: arguments.has("quiet")))
      }
    }
    let elapsed = (ContinuousClock.now - clock).components
    let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    let numbers = outcomes.flatMap(\.results)
    let failed = outcomes.filter { !$0.passes }
    if isJSON {
      let report = Setting.object([
        .init("passed", .boolean(failed.isEmpty)), .init("wall_time", .real(seconds)),
        .init("figures", .list(outcomes.map { ReproductionReport(outcome: $0).json })),
      ])
      Terminal.print(report.json)
    } else {
      Terminal.print(
        "\(numbers.count(where: \.passes)) of \(numbers.count) numbers of \(outcomes.count) figures agree, in "
          + RunSummary.seconds(seconds))
    }
    if let first = failed.first {
      throw LabError(
        .software,
        "\(failed.count) of \(outcomes.count) figures are not reproduced, the first of them \(first.figure.name)")
    }
  }

  private static func list(_ figures: [Reproduction.Figure], isJSON: Bool) throws(LabError) {
    var lines: [String] = []
    var entries: [Setting] = []
    let width = (figures.map(\.name.count).max() ?? 0) + 2
    for figure in figures {
      let numbers = try PublishedNumbers(file: figure.expectedPath)
      lines.append(
        figure.name + String(repeating: " ", count: width - figure.name.count)
          + "\(numbers.title) (\(numbers.checks.count))")
      entries.append(
        .object([
          .init("name", .text(figure.name)), .init("title", .text(numbers.title)),
          .init("experiment", .text(figure.experimentPath)), .init("numbers", .integer(numbers.checks.count)),
        ]))
    }
    Terminal.print(
      isJSON ? Setting.object([.init("figures", .list(entries))]).json : lines.joined(separator: "\n"))
  }
}
