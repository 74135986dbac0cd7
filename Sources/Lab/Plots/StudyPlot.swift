import RLCore

/// Scores over swept parameters: a line an algorithm over one, a heat map over two.
struct StudyPlot {
  let inputs: [ComparisonInput]
  let options: PlotOptions

  /// One cell of a sweep with its scores.
  private struct Cell {
    let variant: StoredExperiment.Variant
    let experiment: Int
    let scores: TrialScores
  }

  private func cells(_ metric: String, rules: ScoreRules) async throws -> [Cell] {
    var cells: [Cell] = []
    for (index, input) in inputs.enumerated() {
      let curves = try await input.experiment.curves(metric, workers: options.comparison.workers)
      for (variant, curves) in zip(input.experiment.variants, curves) where !curves.isEmpty {
        cells.append(Cell(variant: variant, experiment: index, scores: TrialScores(curves, rules: rules)))
      }
    }
    return cells
  }

  /// The swept columns of all inputs.
  private var columns: [Experiment.SweptColumn] {
    var columns: [Experiment.SweptColumn] = []
    for column in inputs.flatMap(\.experiment.columns) where !columns.contains(where: { $0.name == column.name }) {
      columns.append(column)
    }
    return columns
  }

  /// The columns along the axes: those that were asked for, else those with the most values.
  private func axes(_ count: Int, cells: [Cell], numeric: Bool) throws(LabError) -> [Experiment.SweptColumn] {
    let columns = self.columns
    var chosen: [Experiment.SweptColumn] = []
    for name in options.parameters {
      guard let column = columns.first(where: { $0.name == name || $0.path == name }) else {
        let names = columns.map(\.name)
        let hint = Spelling.hint(
          for: name, among: names,
          otherwise: names.isEmpty ? "nothing is swept" : "swept are: " + names.joined(separator: ", "))
        throw LabError(.usage, "plot: --parameter \(name): there is no such swept column; \(hint)")
      }
      if !chosen.contains(column) { chosen.append(column) }
    }
    let rest = columns.filter { column in
      !chosen.contains(column)
        && (!numeric || cells.allSatisfy { ($0.variant.value(at: column.path) ?? .null).number != nil })
    }
    let order = rest.enumerated().sorted { a, b in
      (-values(of: a.element, cells).count, a.offset) < (-values(of: b.element, cells).count, b.offset)
    }
    for (_, column) in order where chosen.count < count { chosen.append(column) }
    guard chosen.count >= count else {
      let kind = options.kind.rawValue
      throw LabError(
        .data,
        "\(inputs[0].experiment.path): a \(kind) needs \(count) swept \(numeric ? "numbers" : "parameters"), and "
          + (columns.isEmpty ? "nothing is swept" : "swept are: " + columns.map(\.name).joined(separator: ", "))
          + "; choose another --kind")
    }
    return Array(chosen.prefix(count))
  }

  private func values(of column: Experiment.SweptColumn, _ cells: [Cell]) -> [Setting] {
    var values: [Setting] = []
    for cell in cells {
      if let value = cell.variant.value(at: column.path), !values.contains(value) { values.append(value) }
    }
    let numbers = values.compactMap(\.number)
    return numbers.count == values.count ? values.sorted { $0.number! < $1.number! } : values
  }

  /// What a cell is apart from the parameters along the axes.
  private func label(_ cell: Cell, without axes: [Experiment.SweptColumn]) -> String {
    let experiment = inputs[cell.experiment].experiment
    var parts = [cell.variant.givenName ?? cell.variant.algorithmID]
    if cell.variant.givenName != nil && experiment.sweepsAlgorithms { parts.append(cell.variant.algorithmID) }
    for column in experiment.columns where !axes.contains(column) && !column.path.hasPrefix("environment.") {
      guard let value = cell.variant.value(at: column.path) else { continue }
      parts.append("\(column.name)=\(value.text ?? value.description)")
    }
    return PlotOptions.label(parts.joined(separator: " "))
  }

  /// The cells of each environment, under its name.
  private func byEnvironment(_ cells: [Cell], without axes: [Experiment.SweptColumn]) -> [(
    label: String, cells: [Cell]
  )] {
    var groups: [(setting: Setting, cells: [Cell])] = []
    for cell in cells {
      // A swept option of the environment along an axis does not part cells.
      var setting = cell.variant.environment
      for axis in axes where axis.path.hasPrefix("environment.") {
        setting = .object((setting.fields ?? []).filter { "environment." + $0.key != axis.path })
      }
      if let place = groups.firstIndex(where: { $0.setting == setting }) {
        groups[place].cells.append(cell)
      } else {
        groups.append((setting, [cell]))
      }
    }
    let labels = Comparison.Field.environmentLabels(groups.map(\.setting), of: inputs.map(\.experiment))
    return Array(zip(labels, groups.map(\.cells)))
  }

  /// A score against one swept parameter.
  func study() async throws -> any Figure {
    let (metric, rules) = try self.metric()
    let cells = try await self.cells(metric, rules: rules)
    let axis = try axes(1, cells: cells, numeric: true)[0]
    let isLogarithmic = options.isLogX ?? axis.isLogarithmic
    let xAxis = FigureAxis(axis.name, scale: isLogarithmic ? .log10 : .linear)
    var panels: [LineFigure] = []
    for (label, members) in byEnvironment(cells, without: [axis]) {
      for kind in options.scores {
        var lines: [(name: String, cells: [Cell])] = []
        for cell in members {
          let name = self.label(cell, without: [axis])
          if let place = lines.firstIndex(where: { $0.name == name }) {
            lines[place].cells.append(cell)
          } else {
            lines.append((name, [cell]))
          }
        }
        let series = lines.map { line in
          let sorted = line.cells.sorted {
            $0.variant.value(at: axis.path)!.number! < $1.variant.value(at: axis.path)!.number!
          }
          let intervals = sorted.map { Statistics.tInterval($0.scores.values(kind)) }
          let hasIntervals = intervals.contains { $0 != nil }
          return LineFigure.Series(
            name: line.name, x: sorted.map { $0.variant.value(at: axis.path)!.number! },
            y: sorted.map { Statistics.mean($0.scores.values(kind)) ?? .nan },
            low: hasIntervals ? intervals.map { $0?.low ?? .nan } : [],
            high: hasIntervals ? intervals.map { $0?.high ?? .nan } : [])
        }
        panels.append(
          LineFigure(
            title: label, subtitle: subtitle(members), kind: .study, xAxis: xAxis,
            yAxis: FigureAxis(Self.scoreTitle(kind, metric, rules), scale: options.isLogY ? .log10 : .linear),
            series: series, best: rules.lessIsBetter ? .lowest : .highest))
      }
    }
    if panels.count == 1 { return panels[0] }
    return PanelFigure(title: "\(PlotOptions.title(metric)) against \(axis.name)", figures: panels)
  }

  /// A score over two swept parameters, one map a line of a study.
  func heatMap() async throws -> any Figure {
    let (metric, rules) = try self.metric()
    let cells = try await self.cells(metric, rules: rules)
    let axes = try axes(2, cells: cells, numeric: false)
    let kind = options.scores[0]
    var panels: [HeatMapFigure] = []
    for (label, members) in byEnvironment(cells, without: axes) {
      var groups: [(name: String, cells: [Cell])] = []
      for cell in members {
        let name = self.label(cell, without: axes)
        if let place = groups.firstIndex(where: { $0.name == name }) {
          groups[place].cells.append(cell)
        } else {
          groups.append((name, [cell]))
        }
      }
      for group in groups {
        let x = values(of: axes[0], group.cells)
        let y = values(of: axes[1], group.cells)
        let table = y.map { row in
          x.map { column -> Double in
            let cell = group.cells.first {
              $0.variant.value(at: axes[0].path) == column && $0.variant.value(at: axes[1].path) == row
            }
            return cell.flatMap { Statistics.mean($0.scores.values(kind)) } ?? .nan
          }
        }
        panels.append(
          HeatMapFigure(
            title: "\(group.name) on \(label)", subtitle: subtitle(group.cells), xTitle: axes[0].name,
            xLabels: x.map(Self.text), yTitle: axes[1].name, yLabels: y.map(Self.text), values: table,
            valueAxis: FigureAxis(
              Self.scoreTitle(kind, metric, rules), scale: options.isLogY ? .log10 : .linear),
            best: rules.lessIsBetter ? .lowest : .highest))
      }
    }
    if panels.count == 1 { return panels[0] }
    return PanelFigure(title: Self.scoreTitle(kind, metric, rules), figures: panels)
  }

  private func metric() throws(LabError) -> (String, ScoreRules) {
    let metric = try MetricChoice.metric(options.comparison.metric, in: inputs.map(\.experiment))
    return (metric, ScoreRules(metric: Metric(rawValue: metric), finalShare: options.comparison.finalShare))
  }

  private func subtitle(_ cells: [Cell]) -> String {
    let counts = cells.map(\.scores.seeds.count)
    guard let least = counts.min(), let most = counts.max() else { return "no data" }
    if most == 1 { return "one seed" }
    let seeds = least == most ? "\(least)" : "\(least) to \(most)"
    return options.kind == .heatMap ? "mean of \(seeds) seeds" : "mean of \(seeds) seeds, 95 % intervals"
  }

  private static func text(_ value: Setting) -> String {
    if let number = value.number { return NumberLabels.short(number, digits: 4) }
    return value.text ?? value.description
  }

  static func scoreTitle(_ kind: ScoreRules.Kind, _ metric: String, _ rules: ScoreRules) -> String {
    let name = PlotOptions.title(metric)
    switch kind {
    case .final:
      return rules.isState ? "final \(name)" : "\(name), last \(Comparison.percent(rules.finalShare)) of training"
    case .area: return "mean \(name) over training"
    }
  }
}
