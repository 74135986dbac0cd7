import RLCore

/// Figures of a whole comparison: intervals of scores, and performance profiles.
struct ScorePlot {
  let comparison: Comparison

  /// The scores of each variant with their intervals, final and area side by side.
  func intervals() -> any Figure {
    let metric = PlotOptions.title(comparison.metric)
    let panels = comparison.tables.map { table in
      IntervalFigure(
        title: table.label, subtitle: subtitle(table.rows),
        names: table.rows.map { PlotOptions.label($0.contestant.shortLabel) },
        metrics: [
          .init(axis: FigureAxis("final \(metric)"), intervals: table.rows.map { interval($0.final) }),
          .init(axis: FigureAxis("mean \(metric) over training"), intervals: table.rows.map { interval($0.area) }),
        ])
    }
    if panels.count == 1 { return panels[0] }
    return PanelFigure(title: metric, figures: panels, columns: 1)
  }

  private func interval(_ summary: ScoreSummary) -> IntervalFigure.Interval {
    IntervalFigure.Interval(
      summary.mean ?? .nan, low: summary.interval?.low ?? .nan, high: summary.interval?.high ?? .nan)
  }

  private func subtitle(_ rows: [Comparison.Row]) -> String {
    let counts = rows.map(\.final.count)
    guard let least = counts.min(), let most = counts.max() else { return "no data" }
    let seeds = least == most ? "\(least)" : "\(least) to \(most)"
    return "means of \(seeds) seeds, 95 % intervals (\(comparison.options.interval.title))"
  }

  /// The share of runs above each score: normalised over all environments where that is known, raw in each environment
  /// otherwise.
  func profile() -> any Figure {
    if let aggregate = comparison.aggregate {
      let series = zip(aggregate.lines, aggregate.scores).map { line, scores in self.series(line.method, scores) }
      return figure(
        title: "performance profile", "normalised final \(PlotOptions.title(comparison.metric))",
        subtitle: "\(aggregate.environments.count) environments, stratified bootstrap 95 % bands", series)
    }
    let panels = comparison.tables.map { table in
      let series = table.rows.compactMap { row -> LineFigure.Series? in
        guard let scores = Statistics.TaskScores(row.contestant.scores.final.map { [$0] }) else { return nil }
        return self.series(PlotOptions.label(row.contestant.shortLabel), scores)
      }
      return figure(
        title: table.label, "final \(PlotOptions.title(comparison.metric))",
        subtitle: "\(table.rows.map(\.final.count).max() ?? 0) seeds, bootstrap 95 % bands", series)
    }
    if panels.count == 1 { return panels[0] }
    return PanelFigure(title: "performance profiles", figures: panels)
  }

  private func figure(
    title: String, _ axis: String, subtitle: String, _ series: [LineFigure.Series]
  ) -> LineFigure {
    LineFigure(
      title: title, subtitle: subtitle, kind: .profile, xAxis: FigureAxis(axis),
      yAxis: FigureAxis("share of runs above"), series: series)
  }

  private func series(_ name: String, _ scores: Statistics.TaskScores) -> LineFigure.Series {
    let all = (0..<scores.tasks).flatMap { scores.column($0) }.filter(\.isFinite).sorted()
    guard let low = all.first, let high = all.last else { return .init(name: name, x: [], y: []) }
    // Every score is a place where the profile steps down; a little room shows both ends.
    let room = max(high - low, abs(high), 1e-9) * 0.02
    var places = [low - room]
    for value in all where value != places.last { places.append(value) }
    if places.count > 500 { places = (0..<500).map { places[$0 * (places.count - 1) / 499] } }
    let shares = scores.performanceProfile(places)
    var stream = RandomStream(root: Fingerprint.hash(name), index: 0, component: "profile")
    guard let bands = scores.performanceProfileBands(places, using: &stream) else {
      return .init(name: name, x: places, y: shares)
    }
    return .init(name: name, x: places, y: shares, low: bands.map(\.low), high: bands.map(\.high))
  }
}
