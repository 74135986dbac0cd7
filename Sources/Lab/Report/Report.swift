import Foundation
import RLCore

/// What a page about results shows: gathered once from the folders, as plain data for ``ReportPage``.
struct Report: Sendable {
  /// One chart that the reader can work with: the curves of one metric in one environment.
  struct Chart: Sendable {
    let metric: String
    let figure: LineFigure
    /// The lines that are shown at first.
    let shown: Set<String>
  }

  /// The charts of one environment.
  struct Panel: Sendable {
    let title: String
    var charts: [Chart]
  }

  var title: String
  /// What the experiment asks, if its configuration says so.
  var question: String?
  var panels: [Panel] = []
  /// Figures for readers without scripts, in place of the panels.
  var staticCurves: [any Figure] = []
  var comparison: Comparison
  /// Figures below the table, with their headings.
  var figures: [(heading: String, figure: any Figure)] = []
  var notes: [String] = []
  var inputs: [ComparisonInput]

  /// How many points of curves a page holds: some 4 MB.
  static let mostPoints = 220_000
  /// How many points a figure for readers without scripts has: some 0.2 MB.
  static let mostStaticPoints = 1500

  /// Gathers a report.
  ///
  /// - Parameters:
  ///   - metrics: The columns to show, the first of them for the table; none for all that fit, the usual one first.
  ///   - options: How variants are compared.
  /// - Throws: ``LabError``, as ``Comparison`` and ``CurvePlot`` do.
  init(lab: Laboratory, inputs: [ComparisonInput], metrics wanted: [String], options: ComparisonOptions) async throws {
    var options = options
    let experiments = inputs.map(\.experiment)
    let first = try MetricChoice.metric(wanted.first, in: experiments)
    options.metric = first
    comparison = try await Comparison(inputs, options: options)
    self.inputs = inputs
    title = inputs.map(\.experiment.name).joined(separator: ", ")
    let questions = experiments.compactMap { $0.configuration["question"]?.text }
    question = questions.isEmpty ? nil : questions.joined(separator: "\n")

    var metrics = wanted.isEmpty ? [first] : wanted
    if wanted.isEmpty {
      var common = try experiments[0].reader().metrics
      for experiment in experiments.dropFirst() { common = common.filter(try experiment.reader().metrics.contains) }
      metrics += common.filter { $0 != first }
    }
    try await gatherCurves(metrics, mustFit: wanted.isEmpty, options: options)
    await gatherFigures(lab: lab, options: options)
  }

  private mutating func gatherCurves(_ metrics: [String], mustFit: Bool, options: ComparisonOptions) async throws {
    let chosen = Set(comparison.tables.flatMap(\.rows).map { PlotOptions.label($0.contestant.shortLabel) })
    var room = Self.mostPoints
    var left: [String] = []
    for metric in metrics {
      var plot = PlotOptions()
      plot.comparison = options
      plot.comparison.metric = metric
      plot.comparison.everyCell = true
      let figures = try await CurvePlot(inputs: inputs, options: plot).panels()
      let points = LineFigure.points(of: figures)
      // What alone is too much is thinned; what is too much beside the others is left to `plot`.
      let stride = LineFigure.stride(toKeep: Self.mostPoints, of: figures)
      if mustFit && !panels.isEmpty && points > room {
        left.append(metric)
        continue
      }
      if stride > 1 {
        notes.append("Of the curves of \(metric), one recorded point in \(stride) is shown; curves.csv has them all.")
      }
      room -= points / max(1, stride)
      for figure in figures {
        let thin = stride > 1 ? figure.keeping(every: stride) : figure
        let names = Set(thin.series.map(\.name))
        let chart = Chart(metric: metric, figure: thin, shown: names.isDisjoint(with: chosen) ? names : chosen)
        if let place = panels.firstIndex(where: { $0.title == figure.title }) {
          panels[place].charts.append(chart)
        } else {
          panels.append(Panel(title: figure.title, charts: [chart]))
        }
      }
      if staticCurves.count < 4 {
        plot.comparison.everyCell = options.everyCell
        staticCurves.append(
          try await CurvePlot(inputs: inputs, options: plot).figure(mostPoints: Self.mostStaticPoints))
      }
    }
    if !left.isEmpty {
      notes.append(
        "Not shown, to keep the page small: \(left.joined(separator: ", ")); name them with --metric to have them here."
      )
    }
  }

  /// What there is of studies, intervals and tables of values.
  private mutating func gatherFigures(lab: Laboratory, options: ComparisonOptions) async {
    var plot = PlotOptions()
    plot.comparison = options
    plot.comparison.metric = comparison.metric
    if comparison.tables.contains(where: { $0.rows.count > 1 }) {
      figures.append(("Intervals", ScorePlot(comparison: comparison).intervals()))
    }
    plot.kind = .parameterStudy
    if let study = try? await StudyPlot(inputs: inputs, options: plot).study() {
      figures.append(("Parameter study", study))
      plot.kind = .heatMap
      if let map = try? await StudyPlot(inputs: inputs, options: plot).heatMap() { figures.append(("Heat map", map)) }
    }
    let names = comparison.tables.flatMap(\.rows).map(\.contestant.variant.name)
    if let values = try? ValuePlot(lab: lab, inputs: inputs, names: names).figure() {
      figures.append(("Values and policies", values))
    }
  }
}

extension LineFigure {
  /// How many points the lines of some figures have.
  static func points(of figures: [LineFigure]) -> Int {
    figures.reduce(0) { $0 + $1.series.reduce(0) { $0 + $1.x.count } }
  }

  /// Which points are left out so that no more than so many stay: all but one in this many.
  static func stride(toKeep most: Int, of figures: [LineFigure]) -> Int { max(1, (points(of: figures) - 1) / most + 1) }

  /// The figure with every n-th point of its lines, and the last.
  func keeping(every stride: Int) -> LineFigure {
    var figure = self
    figure.series = series.map { line in
      let places = line.x.indices.filter { $0 % stride == 0 || $0 == line.x.count - 1 }
      func pick(_ values: [Double]) -> [Double] { values.isEmpty ? [] : places.map { values[$0] } }
      return Series(name: line.name, x: pick(line.x), y: pick(line.y), low: pick(line.low), high: pick(line.high))
    }
    return figure
  }
}
