import RLCore

/// Learning curves: the mean over seeds with its interval, one line a variant, one panel an environment.
struct CurvePlot {
  let inputs: [ComparisonInput]
  let options: PlotOptions

  /// Many curves as one.
  struct Summary: Sendable {
    var x: [Double] = []
    var center: [Double] = []
    var low: [Double] = []
    var high: [Double] = []
    /// Whether the trials were recorded at different places, so that their curves were interpolated.
    var isInterpolated = false
  }

  /// Draws the figure.
  ///
  /// - Parameter most: How many points its lines have at most; beyond that every line is thinned alike.
  func figure(mostPoints most: Int = .max) async throws -> any Figure {
    var panels = try await panels()
    let stride = LineFigure.stride(toKeep: most, of: panels)
    if stride > 1 { panels = panels.map { $0.keeping(every: stride) } }
    if panels.count == 1 { return panels[0] }
    let metric = try MetricChoice.metric(options.comparison.metric, in: inputs.map(\.experiment))
    return PanelFigure(title: PlotOptions.title(metric), figures: panels, columns: min(2, panels.count))
  }

  /// One figure an environment.
  func panels() async throws -> [LineFigure] {
    let experiments = inputs.map(\.experiment)
    let metric = try MetricChoice.metric(options.comparison.metric, in: experiments)
    let rules = ScoreRules(metric: Metric(rawValue: metric), finalShare: options.comparison.finalShare)
    var field = Comparison.Field(rules: rules, options: options.comparison)
    for (index, input) in inputs.enumerated() { try await field.add(input, source: index, metric: metric) }
    field.nameApart(experiments)
    let axis = options.axis ?? commonAxis(field.contestants)
    let contestants = try await onAxis(axis, field.contestants, metric: metric)
    let groups = field.environments
    let labels = Comparison.Field.environmentLabels(groups.map(\.setting), of: experiments)
    var panels: [LineFigure] = []
    for (group, label) in zip(groups, labels) {
      let lines = group.contestants.map { contestants[$0] }.filter { !$0.curves.isEmpty }
      let summaries = await parallel(lines.count) { summary(of: lines[$0]) }
      let series = zip(lines, summaries).map { line, summary in
        LineFigure.Series(
          name: PlotOptions.label(line.shortLabel), x: summary.x, y: summary.center, low: summary.low,
          high: summary.high)
      }
      panels.append(
        LineFigure(
          title: label, subtitle: subtitle(lines, summaries), xAxis: xAxis(axis), yAxis: yAxis(metric, rules),
          series: series,
          references: references(lines, metric: rules.metric)))
    }
    return panels
  }

  /// What the budgets of all contestants count, or steps where they count different things.
  private func commonAxis(_ contestants: [Contestant]) -> String {
    let axes = Set(contestants.compactMap { $0.variant.budget?.axis })
    return axes.count == 1 ? axes.first! : "step"
  }

  /// The contestants with curves along one axis.
  private func onAxis(_ axis: String, _ contestants: [Contestant], metric: String) async throws -> [Contestant] {
    if contestants.allSatisfy({ $0.variant.budget?.axis == axis }) { return contestants.map(scoredCurves) }
    var moved: [Contestant] = []
    var cache: [Int: [[StoredExperiment.Curve]]] = [:]
    for contestant in contestants {
      let input = inputs[contestant.source]
      let isFresh = contestant.choice?.basis == .fresh
      let experiment = isFresh ? input.confirmation! : input.experiment
      let key = 2 * contestant.source + (isFresh ? 1 : 0)
      if cache[key] == nil {
        cache[key] = try await experiment.curves(metric, axis: axis, workers: options.comparison.workers)
      }
      let place = experiment.variants.firstIndex { $0.name == contestant.variant.name }!
      moved.append(scoredCurves(contestant.with(curves: cache[key]![place])))
    }
    if moved.allSatisfy({ $0.curves.allSatisfy(\.x.isEmpty) }) {
      throw LabError(.usage, "plot: --x \(axis): these trials do not count \(axis)s; give another axis")
    }
    return moved
  }

  /// The curves of the seeds on which a chosen cell is scored; all curves of others.
  private func scoredCurves(_ contestant: Contestant) -> Contestant {
    guard contestant.choice != nil else { return contestant }
    let seeds = Set(contestant.scores.seeds)
    return contestant.with(curves: contestant.curves.filter { seeds.contains($0.seed) })
  }

  private func summary(of contestant: Contestant) -> Summary {
    let curves = contestant.curves.filter { !$0.x.isEmpty }.map { curve in
      (x: curve.x, y: Self.smoothed(curve.y, over: options.smooth))
    }
    guard let first = curves.first else { return Summary() }
    if curves.allSatisfy({ $0.x == first.x }) { return summary(x: first.x, rows: curves.map(\.y)) }
    let places = Self.commonPlaces(curves.map(\.x))
    var result = summary(x: places, rows: curves.map { Self.interpolated($0.x, $0.y, at: places) })
    result.isInterpolated = true
    return result
  }

  private func summary(x: [Double], rows: [[Double]]) -> Summary {
    var result = Summary(x: x)
    var sample = [Double](repeating: 0, count: rows.count)
    let quantile = Statistics.tQuantile(count: rows.count, level: 0.95)
    var hasBand = rows.count > 1 && options.band != .none
    for point in x.indices {
      for row in rows.indices { sample[row] = rows[row][point] }
      switch options.center {
      case .mean:
        var span = sample.mutableSpan
        let summary = Statistics.Summary(reordering: &span, tQuantile: quantile)
        result.center.append(summary.mean ?? .nan)
        result.low.append(summary.ciLow ?? .nan)
        result.high.append(summary.ciHigh ?? .nan)
      case .median:
        result.center.append(Statistics.median(sample) ?? .nan)
        result.low.append(Statistics.quantile(sample, 0.25) ?? .nan)
        result.high.append(Statistics.quantile(sample, 0.75) ?? .nan)
      }
    }
    if hasBand && options.band == .simultaneous && options.center == .mean {
      var stream = RandomStream(root: 0, index: 0, component: "band")
      if let band = Statistics.simultaneousBand(rows, using: &stream) {
        result.low = band.intervals.map { $0?.low ?? .nan }
        result.high = band.intervals.map { $0?.high ?? .nan }
      } else {
        hasBand = false
      }
    }
    if !hasBand { (result.low, result.high) = ([], []) }
    return result
  }

  /// The mean of each value and those before it, as many as asked for and as there are.
  static func smoothed(_ values: [Double], over count: Int) -> [Double] {
    if count <= 1 { return values }
    return values.indices.map { index in
      let window = values[max(0, index - count + 1)...index]
      return window.reduce(0, +) / Double(window.count)
    }
  }

  /// Where all of some trials have a value: from the latest start to the earliest end, at no more than 500 places.
  static func commonPlaces(_ curves: [[Double]]) -> [Double] {
    guard let low = curves.compactMap(\.first).max(), let high = curves.compactMap(\.last).min(), low <= high else {
      return []
    }
    let count = max(2, min(500, curves.map(\.count).max() ?? 2))
    return low == high ? [low] : (0..<count).map { low + (high - low) * Double($0) / Double(count - 1) }
  }

  /// Heights of a curve at rising places inside its range, on the straight lines between its points.
  static func interpolated(_ x: [Double], _ y: [Double], at places: [Double]) -> [Double] {
    var index = 0
    return places.map { place in
      while index + 1 < x.count && x[index + 1] < place { index += 1 }
      if index + 1 >= x.count || place <= x[index] { return y[index] }
      let t = (place - x[index]) / (x[index + 1] - x[index])
      return t == 1 ? y[index + 1] : y[index] + t * (y[index + 1] - y[index])
    }
  }

  // MARK: Words

  private func xAxis(_ axis: String) -> FigureAxis {
    FigureAxis(PlotOptions.units(axis), scale: options.isLogX == true ? .log10 : .linear, isInteger: true)
  }

  private func yAxis(_ metric: String, _ rules: ScoreRules) -> FigureAxis {
    let smooth = options.smooth > 1 ? "mean of \(options.smooth) recorded points" : ""
    // Exact columns have few points, and what they are before learning would flatten all the rest.
    return FigureAxis(
      PlotOptions.title(metric), unit: smooth, scale: options.isLogY ? .log10 : .linear,
      limits: rules.isState && !options.isLogY ? .robust(tail: 0.1) : .automatic)
  }

  private func subtitle(_ lines: [Contestant], _ summaries: [Summary]) -> String {
    let counts = lines.map(\.curves.count)
    guard let least = counts.min(), let most = counts.max() else { return "no data" }
    var parts: [String] = []
    let seeds = least == most ? "\(least)" : "\(least) to \(most)"
    if most == 1 {
      parts.append("one seed")
    } else {
      parts.append("\(options.center.rawValue) of \(seeds) seeds")
      switch (options.center, options.band) {
      case (_, .none): break
      case (.median, _): parts.append("quartiles")
      case (.mean, .pointwise): parts.append("95 % intervals")
      case (.mean, .simultaneous): parts.append("simultaneous 95 % bands")
      }
    }
    let cells = lines.compactMap { $0.choice?.cells }
    if let least = cells.min(), let most = cells.max() {
      let score = options.comparison.score.rawValue
      let number = least == most ? "\(most)" : "\(least) to \(most)"
      let bases = Set(lines.compactMap { $0.choice?.basis })
      let words: [(CellChoice.Basis, String)] = [
        (.fresh, "drawn on fresh seeds"), (.otherHalf, "on the other half of the seeds"),
        (.sameSeed, "on the same seed"),
      ]
      let said = words.filter { bases.contains($0.0) }.map(\.1).joined(separator: " or ")
      parts.append("best of \(number) cells by the \(score) score, \(said)")
    }
    if summaries.contains(where: \.isInterpolated) { parts.append("interpolated between recorded points") }
    return parts.joined(separator: "; ")
  }

  private func references(_ lines: [Contestant], metric: Metric?) -> [ReferenceLine] {
    guard metric == .episodeReturn || metric == .evaluationReturn else { return [] }
    let optima = Set(lines.map { $0.variant.gamma == 1 ? $0.variant.optimalReturn : nil })
    guard optima.count == 1, let optimum = optima.first! else { return [] }
    return [ReferenceLine(name: "optimal policy", value: optimum)]
  }
}

extension Contestant {
  /// The same contestant with other curves.
  func with(curves: [StoredExperiment.Curve]) -> Contestant {
    Contestant(
      variant: variant, source: source, label: label, method: method, curves: curves, scores: scores, choice: choice)
  }
}
