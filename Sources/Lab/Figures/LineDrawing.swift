/// Draws a `LineFigure`: limits from the data, then grid, bands, lines, markers and axes in this order.
struct LineDrawing: Sendable {
  private let figure: LineFigure
  private let series: [LineFigure.Series]
  /// The names under which the lines have their styles.
  let keys: [String]
  private let xAxis: FigureAxis
  private let yAxis: FigureAxis
  private let xRange: ClosedRange<Double>
  private let yRange: ClosedRange<Double>
  private let notes: [String]
  /// Whether values lie below or above what is shown.
  private let cut: (below: Bool, above: Bool)

  /// From how many lines on curves carry markers.
  private static let markersFrom = SeriesStyle.palette.count + 1

  init(_ figure: LineFigure) {
    self.figure = figure
    series = figure.series.map { $0.sorted() }
    keys = StyleBook.keys(series.map(\.name))
    xAxis = figure.xAxis
    var yAxis = figure.yAxis
    if yAxis.limits == .automatic {
      yAxis.limits =
        switch figure.kind {
        case .curves: .robust(tail: FigureAxis.standardTail)
        case .profile: .fixed(from: 0, to: 1)
        case .study: .data
        }
    }
    self.yAxis = yAxis

    var xs = AxisExtent(axis: xAxis, expected: series.reduce(0) { $0 + $1.x.count })
    for line in series { xs.add(contentsOf: line.x) }
    // Markers at either end, moved aside for their error bars, need room.
    let xRange = xs.limits(padding: figure.kind == .study ? 0.04 : 0, stopsAtZero: figure.kind != .study)
    self.xRange = xRange

    var ys = AxisExtent(axis: yAxis, expected: series.reduce(0) { $0 + $1.y.count + 2 * $1.low.count })
    for line in series {
      for i in line.x.indices where xRange.contains(line.x[i]) {
        ys.add(line.y[i])
        if line.low.isEmpty { continue }
        ys.add(line.low[i])
        ys.add(line.high[i])
      }
    }
    if figure.kind != .profile { for line in figure.references { ys.add(line.value) } }
    yRange = ys.limits(padding: 0.05)

    var tally = ClippingTally(axis: yAxis, range: yRange)
    for line in series {
      for i in line.x.indices where xRange.contains(line.x[i]) { tally.add(line.y[i]) }
    }
    cut = (tally.below > 0, tally.above > 0)
    notes = tally.notes
  }

  /// The figure in words: the axes, and where each line ends.
  var description: String {
    let kind: String =
      switch figure.kind {
      case .curves: "Line chart"
      case .study: "Parameter study"
      case .profile: "Performance profile"
      }
    var text = "\(kind): \(yAxis.caption) against \(xAxis.caption)."
    let shown = series.prefix(30).map { line in
      guard let last = line.y.last(where: \.isFinite) else { return "\(line.name) has no finite values" }
      let best = figure.best.index(in: line.y).map { line.y[$0] }
      if let best { return "\(line.name) is best at \(NumberLabels.short(best))" }
      return "\(line.name) ends at \(NumberLabels.short(last))"
    }
    if !shown.isEmpty { text += " " + shown.joined(separator: "; ") + "." }
    if series.count > 30 { text += " And \(series.count - 30) more." }
    return ([text] + notes).joined(separator: " ")
  }

  private var showsMarkers: Bool { figure.kind == .study || series.count >= Self.markersFrom }

  func entries(_ styles: StyleBook) -> [LegendEntry] {
    let lines = zip(series, keys).map { line, key in
      LegendEntry(
        key: .line(
          styles.style(of: key), marker: showsMarkers, band: figure.kind != .study && !line.low.isEmpty),
        name: line.name)
    }
    return lines.filter { !$0.name.isEmpty }
      + figure.references.enumerated().map { LegendEntry(key: .reference($0.offset), name: $0.element.name) }
  }

  func draw(on canvas: inout SVGCanvas, in frame: FigureRect, _ styles: StyleBook) {
    let plot = PlotFrame(
      in: frame, xAxis: xAxis, xRange: xRange, yAxis: yAxis, yRange: yRange, notes: notes)
    plot.drawGrid(&canvas)
    for (i, line) in figure.references.enumerated() {
      let at = plot.y(line.value)
      guard at >= plot.area.y && at <= plot.area.bottom else { continue }
      canvas.line(
        plot.area.x, at, plot.area.right, at, stroke: .muted, width: 1.2, dash: ReferenceLine.dash(i))
    }
    let steps = figure.kind == .profile
    if figure.kind != .study {
      let opacity = series.count <= 4 ? 0.2 : series.count <= 10 ? 0.13 : 0.08
      for (line, key) in zip(series, keys) where !line.low.isEmpty {
        let band = plot.band(line.x, low: line.low, high: line.high, steps: steps)
        canvas.path(band, fill: styles.style(of: key).paint, opacity: opacity)
      }
    }
    for (i, line) in series.enumerated() {
      let style = styles.style(of: keys[i])
      canvas.beginGroup(title: line.name)
      let shift = figure.kind == .study ? dodge(i, plot) : 0
      if figure.kind == .study { drawErrorBars(line, style, plot, shift, &canvas) }
      drawLine(line, style, plot, shift, steps, &canvas)
      if figure.kind == .study {
        drawPoints(line, style, plot, shift, &canvas)
      } else if showsMarkers {
        drawSparseMarkers(line, style, number: i, plot, &canvas)
      }
      canvas.endGroup()
    }
    plot.drawAxes(&canvas)
    drawCutMarks(plot, &canvas)
    if series.allSatisfy({ !$0.y.contains(where: \.isFinite) }) {
      canvas.text(
        "no data", plot.area.centerX, plot.area.centerY + 5, size: 14, anchor: .middle, paint: .muted)
    }
  }

  private func drawLine(
    _ line: LineFigure.Series, _ style: SeriesStyle, _ plot: PlotFrame, _ shift: Double, _ steps: Bool,
    _ canvas: inout SVGCanvas
  ) {
    let curve = plot.curve(line.x, line.y, steps: steps, shift: shift)
    let width = series.count <= 7 ? 1.8 : 1.5
    canvas.path(curve.path, stroke: style.paint, width: width, dash: style.dash, roundJoin: true)
    if figure.kind == .study { return }
    for i in curve.alone {
      let x = plot.x(line.x[i])
      canvas.circle(x, plot.y(line.y[i]), radius: 2.5, fill: style.paint)
      // A band needs two points; the interval of one is a bar.
      guard !line.low.isEmpty, line.low[i].isFinite, line.high[i].isFinite else { continue }
      let ends = [line.low[i], line.high[i]].map { FigurePoint(x: x, y: plot.y($0)) }
      if let bar = Clipping.segment(ends[0], ends[1], to: plot.area) {
        canvas.line(bar.from.x, bar.from.y, bar.to.x, bar.to.y, stroke: style.paint, width: 1.1)
      }
    }
  }

  /// How far a line is moved aside, in pixels, so that error bars at the same x stand next to each other.
  private func dodge(_ index: Int, _ plot: PlotFrame) -> Double {
    guard series.count > 1, series.contains(where: { !$0.low.isEmpty }) else { return 0 }
    var positions = series.flatMap { $0.x.map { plot.x($0) } }.filter { !$0.isNaN }
    positions.sort()
    let spacing = zip(positions, positions.dropFirst()).map { $1 - $0 }.filter { $0 > 1 }.min() ?? 60
    let span = min(3 * Double(series.count - 1), 0.2 * spacing, 14)
    return (Double(index) / Double(series.count - 1) - 0.5) * span
  }

  private func drawErrorBars(
    _ line: LineFigure.Series, _ style: SeriesStyle, _ plot: PlotFrame, _ shift: Double,
    _ canvas: inout SVGCanvas
  ) {
    var bars = SVGPath()
    var lastX = -Double.infinity
    for i in line.low.indices {
      let x = plot.x(line.x[i]) + shift
      let ends = [plot.y(line.low[i]), plot.y(line.high[i])]
      guard !x.isNaN, !ends[0].isNaN, !ends[1].isNaN, x - lastX >= 4 else { continue }
      lastX = x
      let piece = Clipping.segment(
        FigurePoint(x: x, y: ends[0]), FigurePoint(x: x, y: ends[1]), to: plot.area)
      guard let piece else { continue }
      bars.move(piece.from.x, piece.from.y)
      bars.line(piece.to.x, piece.to.y)
      for end in ends where plot.inside(FigurePoint(x: x, y: end)) {
        bars.move(x - 2.5, end)
        bars.line(x + 2.5, end)
      }
    }
    canvas.path(bars, stroke: style.paint, width: 1.1)
  }

  private func drawPoints(
    _ line: LineFigure.Series, _ style: SeriesStyle, _ plot: PlotFrame, _ shift: Double,
    _ canvas: inout SVGCanvas
  ) {
    let best = figure.best.index(in: line.y)
    let places = line.x.map { plot.x($0) }
    let spacing = zip(places, places.dropFirst()).map { $1 - $0 }.filter { $0 > 0 }.min() ?? 10
    let radius = min(3.8, max(1.6, 0.4 * spacing))
    var lastX = -Double.infinity
    for i in line.x.indices {
      let point = FigurePoint(x: places[i] + shift, y: plot.y(line.y[i]))
      guard !point.x.isNaN, !point.y.isNaN, plot.inside(point), i == best || point.x - lastX >= 4 else {
        continue
      }
      lastX = point.x
      canvas.marker(style.marker, point.x, point.y, radius: radius, paint: style.paint)
      if i == best { canvas.circle(point.x, point.y, radius: 7, fill: nil, stroke: style.paint, width: 1.3) }
    }
  }

  /// A marker at a data point every eighth of the width, each line at places of its own.
  private func drawSparseMarkers(
    _ line: LineFigure.Series, _ style: SeriesStyle, number: Int, _ plot: PlotFrame, _ canvas: inout SVGCanvas
  ) {
    let interval = plot.area.width / 8
    let offset = interval * (Double(number % series.count) + 0.5) / Double(series.count)
    var next = plot.area.x + offset
    for i in line.x.indices {
      let point = FigurePoint(x: plot.x(line.x[i]), y: plot.y(line.y[i]))
      guard !point.x.isNaN, !point.y.isNaN, point.x >= next, plot.inside(point) else { continue }
      canvas.marker(style.marker, point.x, point.y, radius: 3.4, paint: style.paint)
      while next <= point.x { next += interval }
    }
  }

  /// Small triangles at the end of the y axis beyond which values are cut off.
  private func drawCutMarks(_ plot: PlotFrame, _ canvas: inout SVGCanvas) {
    let x = PlotFrame.crisp(plot.area.x)
    if cut.below {
      canvas.marker(.triangleDown, x, plot.area.bottom - 1, radius: 4.5, paint: .ink)
    }
    if cut.above {
      canvas.marker(.triangleUp, x, plot.area.y + 1, radius: 4.5, paint: .ink)
    }
  }
}

/// Counts what an axis does not show, and says so.
struct ClippingTally {
  private let axis: FigureAxis
  private let range: ClosedRange<Double>
  private(set) var below = 0
  private(set) var above = 0
  private(set) var infinite = 0
  private(set) var unplaceable = 0
  private var total = 0
  private var lowest = Double.infinity
  private var highest = -Double.infinity

  init(axis: FigureAxis, range: ClosedRange<Double>) {
    self.axis = axis
    self.range = range
  }

  mutating func add(_ value: Double) {
    if value.isNaN { return }
    total += 1
    if value.isInfinite {
      infinite += 1
    } else if axis.isLogarithmic && value <= 0 {
      unplaceable += 1
    } else if value < range.lowerBound {
      below += 1
      lowest = min(lowest, value)
    } else if value > range.upperBound {
      above += 1
      highest = max(highest, value)
    }
  }

  /// One sentence for each thing that is not shown.
  var notes: [String] {
    func short(_ value: Double) -> String { NumberLabels.short(value) }
    var notes: [String] = []
    if below > 0 {
      notes.append(
        "Clipped: \(below) of \(total) values lie below \(short(range.lowerBound)), down to \(short(lowest))."
      )
    }
    if above > 0 {
      notes.append(
        "Clipped: \(above) of \(total) values lie above \(short(range.upperBound)), up to \(short(highest)).")
    }
    if unplaceable > 0 {
      notes.append("Not shown: \(unplaceable) of \(total) values are not positive (logarithmic axis).")
    }
    if infinite > 0 { notes.append("Not shown: \(infinite) of \(total) values are infinite.") }
    return notes
  }
}
