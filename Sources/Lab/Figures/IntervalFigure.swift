/// Point estimates with intervals, one row a variant, in the order given, for one or several metrics side by side
/// (Agarwal et al., *Deep Reinforcement Learning at the Edge of the Statistical Precipice*, NeurIPS 2021).
public struct IntervalFigure: Figure {
  /// A point estimate with its interval.
  public struct Interval: Sendable, Equatable {
    /// The estimate; NaN for none.
    public var point: Double
    /// The lower end; NaN for none.
    public var low: Double
    /// The upper end; NaN for none.
    public var high: Double

    /// An estimate, without an interval unless it is given.
    public init(_ point: Double, low: Double = .nan, high: Double = .nan) {
      self.point = point
      self.low = low
      self.high = high
    }
  }

  /// One metric.
  public struct Metric: Sendable, Equatable {
    /// The metric's axis.
    public var axis: FigureAxis
    /// An interval a row.
    public var intervals: [Interval]
    /// A line at a known value, such as the optimum or the baseline's estimate.
    public var reference: ReferenceLine?

    /// A metric of all rows.
    public init(axis: FigureAxis, intervals: [Interval], reference: ReferenceLine? = nil) {
      self.axis = axis
      self.intervals = intervals
      self.reference = reference
    }
  }

  /// What stands above the figure.
  public var title: String
  /// A smaller line below the title.
  public var subtitle: String
  /// The names of the rows, the topmost first.
  public let names: [String]
  /// The metrics from left to right; each has one interval a name.
  public let metrics: [Metric]
  /// Where the names of the reference lines go; the rows carry their own names.
  public var legend: LegendPlacement

  /// A figure of intervals.
  ///
  /// - Parameters:
  ///   - title: What stands above the figure.
  ///   - subtitle: A smaller line below it.
  ///   - names: The names of the rows, the topmost first.
  ///   - metrics: The metrics from left to right, each with one interval a name.
  ///   - legend: Where the names of the reference lines go.
  public init(
    title: String, subtitle: String = "", names: [String], metrics: [Metric], legend: LegendPlacement = .below
  ) {
    for metric in metrics {
      precondition(
        metric.intervals.count == names.count,
        "\(metric.axis.title): \(names.count) names but \(metric.intervals.count) intervals")
    }
    self.title = title
    self.subtitle = subtitle
    self.names = names
    self.metrics = metrics
    self.legend = legend
  }

  /// The figure as one panel.
  public var panels: [FigurePanel] {
    let drawing = IntervalDrawing(self)
    return [
      FigurePanel(
        title: title, subtitle: subtitle, description: drawing.description, size: drawing.size,
        names: drawing.keys, entries: { _ in drawing.entries },
        draw: { canvas, frame, styles in drawing.draw(on: &canvas, in: frame, styles) })
    ]
  }
}

private struct IntervalDrawing: Sendable {
  private let figure: IntervalFigure
  let keys: [String]
  private let labels: [String]
  private let gutter: Double
  private let columnWidth: Double
  private let rowHeight: Double
  private static let gap = 14.0
  private static let labelSize = 11.5

  init(_ figure: IntervalFigure) {
    self.figure = figure
    keys = StyleBook.keys(figure.names)
    labels = TextMetrics.truncate(figure.names, to: 230, size: Self.labelSize)
    gutter = (labels.map { TextMetrics.width($0, size: Self.labelSize) }.max() ?? 0) + 4
    columnWidth = figure.metrics.count <= 1 ? 420 : figure.metrics.count == 2 ? 300 : 220
    rowHeight = figure.names.count <= 30 ? 23 : 17
  }

  var size: (width: Double, height: Double) {
    let count = Double(max(figure.metrics.count, 1))
    return (
      gutter + count * columnWidth + (count - 1) * Self.gap,
      Double(max(figure.names.count, 1)) * rowHeight + 62
    )
  }

  var description: String {
    var text = "Interval plot of \(figure.names.count) variants."
    for metric in figure.metrics {
      let rows = zip(figure.names, metric.intervals).prefix(30).map { name, interval in
        let point = "\(name) \(NumberLabels.short(interval.point))"
        if interval.low.isNaN || interval.high.isNaN { return point }
        return "\(point) [\(NumberLabels.short(interval.low)), \(NumberLabels.short(interval.high))]"
      }
      text += " \(metric.axis.caption): \(rows.joined(separator: "; "))."
    }
    return text
  }

  /// The distinct names of the reference lines.
  private var references: [String] {
    var names: [String] = []
    for metric in figure.metrics {
      if let name = metric.reference?.name, !names.contains(name) { names.append(name) }
    }
    return names
  }

  var entries: [LegendEntry] {
    references.enumerated().map { LegendEntry(key: .reference($0.offset), name: $0.element) }
  }

  func draw(on canvas: inout SVGCanvas, in frame: FigureRect, _ styles: StyleBook) {
    for (i, metric) in figure.metrics.enumerated() {
      let left = frame.x + gutter + Double(i) * (columnWidth + Self.gap)
      let column = FigureRect(x: left, y: frame.y, width: columnWidth, height: frame.height)
      draw(metric, in: column, first: i == 0, &canvas, styles)
    }
    if figure.metrics.isEmpty || figure.names.isEmpty {
      canvas.text("no data", frame.centerX, frame.centerY - 20, size: 14, anchor: .middle, paint: .muted)
    }
  }

  private func draw(
    _ metric: IntervalFigure.Metric, in frame: FigureRect, first: Bool, _ canvas: inout SVGCanvas,
    _ styles: StyleBook
  ) {
    var axis = metric.axis
    // An empty title would make this column's area higher than its neighbours'.
    if axis.caption.isEmpty { axis.title = " " }
    var extent = AxisExtent(axis: axis, expected: 3 * metric.intervals.count)
    for interval in metric.intervals {
      extent.add(contentsOf: [interval.point, interval.low, interval.high])
    }
    if let reference = metric.reference { extent.add(reference.value) }
    let rows = FigureAxis("", scale: .categories(figure.names.map { _ in "" }))
    let plot = PlotFrame(
      in: frame, xAxis: axis, xRange: extent.limits(padding: 0.06), yAxis: rows,
      yRange: AxisExtent(axis: rows, expected: 0).limits(padding: 0))
    func height(_ row: Int) -> Double { plot.y(Double(figure.names.count - 1 - row)) }
    plot.drawGrid(&canvas, horizontal: false)
    for row in figure.names.indices {
      let at = PlotFrame.crisp(height(row))
      canvas.line(plot.area.x, at, plot.area.right, at, stroke: .minorGrid)
    }
    if let reference = metric.reference {
      let x = plot.x(reference.value)
      if x >= plot.area.x && x <= plot.area.right {
        canvas.line(
          x, plot.area.y, x, plot.area.bottom, stroke: .muted, width: 1.2,
          dash: ReferenceLine.dash(references.firstIndex(of: reference.name) ?? 0))
      }
    }
    plot.drawAxes(&canvas)
    for (row, interval) in metric.intervals.enumerated() {
      let style = styles.style(of: keys[row])
      canvas.beginGroup(title: figure.names[row])
      draw(interval, at: height(row), style, plot, &canvas)
      if first {
        canvas.text(
          labels[row], plot.area.x - 7, height(row) + 0.36 * Self.labelSize, size: Self.labelSize,
          anchor: .end,
          fullText: figure.names[row])
      }
      canvas.endGroup()
    }
  }

  private func draw(
    _ interval: IntervalFigure.Interval, at y: Double, _ style: SeriesStyle, _ plot: PlotFrame,
    _ canvas: inout SVGCanvas
  ) {
    let (left, right) = (plot.area.x, plot.area.right)
    let (low, high) = (plot.x(interval.low), plot.x(interval.high))
    if !low.isNaN && !high.isNaN && min(low, high) <= right && max(low, high) >= left {
      canvas.line(
        max(min(low, high), left), y, min(max(low, high), right), y, stroke: style.paint, width: 2.6)
      for end in [low, high] where end >= left && end <= right {
        canvas.line(end, y - 4, end, y + 4, stroke: style.paint, width: 1.4)
      }
    }
    let point = plot.x(interval.point)
    if point >= left && point <= right {
      // Crosses would vanish in the bar.
      let shape = style.marker.outline.closed ? style.marker : .circle
      canvas.marker(shape, point, y, radius: 4.6, paint: style.paint)
    } else if interval.point.isNaN {
      canvas.text("no data", left + 6, y + 4, size: 10.5, paint: .muted)
    } else {
      drawOutside(interval.point, at: y, style, plot, &canvas)
    }
  }

  /// An arrowhead at the edge with the number, for an estimate beyond the axis.
  private func drawOutside(
    _ value: Double, at y: Double, _ style: SeriesStyle, _ plot: PlotFrame, _ canvas: inout SVGCanvas
  ) {
    let onTheLeft = value < plot.xRange.lowerBound
    let edge = onTheLeft ? plot.area.x + 1 : plot.area.right - 1
    let inward = onTheLeft ? 7.0 : -7.0
    var path = SVGPath()
    path.move(edge, y)
    path.line(edge + inward, y - 4.5)
    path.line(edge + inward, y + 4.5)
    path.close()
    canvas.path(path, fill: style.paint)
    canvas.text(
      NumberLabels.short(value), edge + inward * 1.6, y + 3.8, size: 10.5, anchor: onTheLeft ? .start : .end,
      paint: .muted)
  }
}
