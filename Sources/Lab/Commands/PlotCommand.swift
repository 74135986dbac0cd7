import Foundation
import RLCore

extension Command {
  static let plot = Command(
    name: "plot",
    usage: "plot DIR... [--metric M] [--x episode|step|iteration] [--kind KIND] [-o FILE.svg] ...",
    summary: "draw results as SVG: learning curves, parameter studies, heat maps, values, profiles, intervals",
    flags: [
      .init("metric", value: "M", "a column of curves.csv; default return, reward, ..., of prediction value_error"),
      .init("x", value: "episode|step|iteration", "the axis of learning curves; default what the budget counts"),
      .init("output", short: "-o", value: "FILE.svg", "the file; default DIR/plot-KIND-METRIC.svg"),
      .init(
        "kind", value: "KIND", "curves, parameter-study, heat-map, values, profile or intervals; default curves"),
      .init("smooth", value: "N", "average each trial's curve over N recorded points; the axis says so"),
      .init("center", value: "mean|median", "what stands for the seeds of a curve; default mean"),
      .init("band", value: "pointwise|simultaneous|none", "what surrounds a mean curve; default pointwise"),
      .init("parameter", value: "COLUMN", repeats: true, "the swept column along the axis; twice for a heat map"),
      .init(
        "score", value: "final|area", repeats: true, "the score of studies and of the choice of cells; twice: both"),
      .init("last", value: "SHARE", "the share of a trial that the final score averages; default 0.1"),
      .init(
        "apart", value: "COLUMN", repeats: true, "keep the values of a swept column apart, choose among the others"),
      .init("every-cell", "draw every cell of a sweep, and choose none"),
      .init("theme", value: "auto|light|dark", "the colours; auto follows the viewer; default auto"),
      .init("log-x", "a logarithmic horizontal axis"), .init("log-y", "a logarithmic vertical axis"),
    ] + ResultsInputs.flags, positional: 1...10_000
  ) { lab, arguments in
    let (options, theme) = try options(arguments)
    let inputs = try await ResultsInputs(lab: lab, arguments: arguments, command: "plot").load()
    let figure: any Figure
    switch options.kind {
    case .curves: figure = try await CurvePlot(inputs: inputs, options: options).figure()
    case .parameterStudy: figure = try await StudyPlot(inputs: inputs, options: options).study()
    case .heatMap: figure = try await StudyPlot(inputs: inputs, options: options).heatMap()
    case .profile: figure = ScorePlot(comparison: try await Comparison(inputs, options: options.comparison)).profile()
    case .intervals:
      figure = ScorePlot(comparison: try await Comparison(inputs, options: options.comparison)).intervals()
    case .values:
      var names: [String]?
      // Of a sweep, the chosen cells; where there are no curves to choose by, all.
      if !options.comparison.everyCell, let metric = try? MetricChoice.metric(nil, in: inputs.map(\.experiment)) {
        var field = Comparison.Field(rules: ScoreRules(metric: Metric(rawValue: metric)), options: options.comparison)
        for (index, input) in inputs.enumerated() { try await field.add(input, source: index, metric: metric) }
        names = field.contestants.map(\.variant.name)
      }
      figure = try ValuePlot(lab: lab, inputs: inputs, names: names).figure()
    }
    let path = try arguments.value("output") ?? defaultPath(options, inputs)
    let file = try FileWriter(path)
    try file.write(figure.svgBytes(theme: theme))
    try file.commit()
    if !arguments.has("quiet") { Terminal.print(path) }
  }

  private static func options(_ arguments: Arguments) throws(LabError) -> (PlotOptions, FigureTheme) {
    var options = PlotOptions()
    options.kind = try arguments.choice("kind", of: PlotOptions.Kind.self, command: "plot") ?? options.kind
    options.center = try arguments.choice("center", of: PlotOptions.Center.self, command: "plot") ?? options.center
    options.band = try arguments.choice("band", of: PlotOptions.Band.self, command: "plot") ?? options.band
    options.smooth = try arguments.whole("smooth", in: 1...1_000_000, command: "plot") ?? options.smooth
    options.isLogX = arguments.has("log-x") ? true : nil
    options.isLogY = arguments.has("log-y")
    options.parameters = arguments.all("parameter")
    if let axis = arguments.value("x") {
      let axes = ["episode", "step", "iteration"]
      guard let found = axes.first(where: { $0 == axis || $0 + "s" == axis }) else {
        throw LabError(.usage, "plot: --x \(axis) is no axis; give one of: " + axes.joined(separator: ", "))
      }
      options.axis = found
    }
    var scores: [ScoreRules.Kind] = []
    for word in arguments.all("score") {
      guard let score = ScoreRules.Kind(rawValue: word) else {
        throw LabError(.usage, "plot: --score \(word) is not known; give final or area")
      }
      if !scores.contains(score) { scores.append(score) }
    }
    if !scores.isEmpty { options.scores = scores }
    options.comparison.score = options.scores[0]
    options.comparison.metric = arguments.value("metric")
    options.comparison.finalShare =
      try arguments.number("last", in: 0...1, command: "plot") ?? options.comparison.finalShare
    options.comparison.apart = arguments.all("apart")
    options.comparison.everyCell = arguments.has("every-cell")
    options.comparison.workers =
      try arguments.whole("jobs", in: 1...4096, command: "plot") ?? ProcessInfo.processInfo.activeProcessorCount
    return (options, try arguments.choice("theme", of: FigureTheme.self, command: "plot") ?? .auto)
  }

  private static func defaultPath(_ options: PlotOptions, _ inputs: [ComparisonInput]) throws(LabError) -> String {
    let folder = inputs[0].experiment.path
    if options.kind == .values { return folder + "/plot-values.svg" }
    let metric = try MetricChoice.metric(options.comparison.metric, in: inputs.map(\.experiment))
    return folder + "/plot-\(options.kind.rawValue)-\(metric).svg"
  }
}
