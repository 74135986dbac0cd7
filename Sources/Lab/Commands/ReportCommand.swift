import Foundation

extension Command {
  static let report = Command(
    name: "report",
    usage: "report DIR|CONFIG... [-o FILE.html] [--metric M]... [--baseline VARIANT] ...",
    summary: "one page for a browser: curves to zoom and hide, the comparison, studies, values, how to run it again",
    flags: [
      .init("output", short: "-o", value: "FILE.html", "the page; default DIR/report.html"),
      .init(
        "metric", value: "M", repeats: true, "columns of curves.csv; default the usual one first, then all that fit"),
      .init("baseline", value: "VARIANT", "the variant that the others are tested against; default the first"),
      .init("score", value: "final|area", "which score chooses cells of a sweep and is tested; default final"),
      .init("last", value: "SHARE", "the share of a trial that the final score averages; default 0.1"),
      .init(
        "apart", value: "COLUMN", repeats: true, "keep the values of a swept column apart, choose among the others"),
      .init("every-cell", "make every cell of a sweep a line of its own, and choose none"),
    ] + ResultsInputs.flags, positional: 1...10_000
  ) { lab, arguments in
    var options = ComparisonOptions()
    options.baseline = arguments.value("baseline")
    options.score = try arguments.choice("score", of: ScoreRules.Kind.self, command: "report") ?? options.score
    options.finalShare = try arguments.number("last", in: 0...1, command: "report") ?? options.finalShare
    options.apart = arguments.all("apart")
    options.everyCell = arguments.has("every-cell")
    let inputs = try ResultsInputs(lab: lab, arguments: arguments, command: "report")
    options.workers = inputs.jobs
    let loaded = try await inputs.load()
    let report = try await Report(lab: lab, inputs: loaded, metrics: arguments.all("metric"), options: options)
    let path = arguments.value("output") ?? loaded[0].experiment.path + "/report.html"
    let file = try FileWriter(path)
    try file.write(ReportPage(report: report).bytes)
    try file.commit()
    if !arguments.has("quiet") { Terminal.print(path) }
  }
}
