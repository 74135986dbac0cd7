/// Values of states that do not lie on a grid: bars for up to 40 states, beyond that points joined by lines.
public struct StateValueFigure: Figure {
  /// One set of values, such as the estimate or the exact solution.
  public struct Values: Sendable, Equatable {
    /// The name in the legend.
    public var name: String
    /// A value a state; NaN where there is none.
    public var values: [Double]

    /// Values of all states, in their order.
    public init(name: String, values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  /// What stands above the figure.
  public var title: String
  /// A smaller line below the title.
  public var subtitle: String
  /// What the states are, such as "capital".
  public var stateTitle: String
  /// The labels of the states, in order.
  public let labels: [String]
  /// What the values are: title, unit, scale and limits.
  public var valueAxis: FigureAxis
  /// The sets of values; each has one value a label.
  public let series: [Values]
  /// Where the legend goes.
  public var legend: LegendPlacement
  /// Width and height of the panel with its axes, in pixels.
  public var size: (width: Double, height: Double)

  /// A figure of state values.
  ///
  /// - Parameters:
  ///   - title: What stands above the figure.
  ///   - subtitle: A smaller line below it.
  ///   - stateTitle: What the states are.
  ///   - labels: The labels of the states, in order.
  ///   - valueAxis: What the values are.
  ///   - series: The sets of values, each with one value a label.
  ///   - legend: Where the legend goes.
  ///   - size: The panel's size in pixels, at least 120 by 100.
  public init(
    title: String, subtitle: String = "", stateTitle: String = "state", labels: [String],
    valueAxis: FigureAxis = FigureAxis("value"), series: [Values], legend: LegendPlacement = .automatic,
    size: (width: Double, height: Double) = (600, 330)
  ) {
    for set in series {
      precondition(
        set.values.count == labels.count, "\(set.name): \(labels.count) states but \(set.values.count) values"
      )
    }
    self.title = title
    self.subtitle = subtitle
    self.stateTitle = stateTitle
    self.labels = labels
    self.valueAxis = valueAxis
    self.series = series
    self.legend = legend
    self.size = size
  }

  private var showsBars: Bool {
    labels.count <= 40 && labels.count * series.count <= 120 && !valueAxis.isLogarithmic
  }

  /// The figure as one panel.
  public var panels: [FigurePanel] {
    if showsBars {
      let drawing = BarDrawing(self)
      return [
        FigurePanel(
          title: title, subtitle: subtitle, description: drawing.description,
          size: FigurePanel.usable(size), stretches: true, names: drawing.keys,
          entries: { drawing.entries($0) },
          draw: { canvas, frame, styles in drawing.draw(on: &canvas, in: frame, styles) })
      ]
    }
    let places = labels.indices.map(Double.init)
    let isNumbered = labels.enumerated().allSatisfy { $0.element == String($0.offset) }
    let lines = LineFigure(
      title: title, subtitle: subtitle, kind: .study,
      xAxis: FigureAxis(stateTitle, scale: isNumbered ? .linear : .categories(labels), isInteger: true),
      yAxis: valueAxis, series: series.map { LineFigure.Series(name: $0.name, x: places, y: $0.values) },
      size: size)
    return lines.panels
  }
}

/// Draws the bars of a `StateValueFigure`.
private struct BarDrawing: Sendable {
  private let figure: StateValueFigure
  let keys: [String]
  private let yRange: ClosedRange<Double>
  private let notes: [String]

  init(_ figure: StateValueFigure) {
    self.figure = figure
    keys = StyleBook.keys(figure.series.map(\.name))
    var extent = AxisExtent(axis: figure.valueAxis, expected: 0)
    for set in figure.series { extent.add(contentsOf: set.values) }
    if case .fixed = figure.valueAxis.limits {} else { extent.add(0) }
    yRange = extent.limits(padding: 0.08)
    var tally = ClippingTally(axis: figure.valueAxis, range: yRange)
    for set in figure.series { for value in set.values { tally.add(value) } }
    notes = tally.notes
  }

  var description: String {
    var text =
      "Bar chart: \(figure.valueAxis.caption) of \(figure.labels.count) states (\(figure.stateTitle))."
    for set in figure.series {
      let finite = set.values.filter(\.isFinite)
      guard let low = finite.min(), let high = finite.max() else { continue }
      text += " \(set.name): from \(NumberLabels.short(low)) to \(NumberLabels.short(high))."
    }
    return ([text] + notes).joined(separator: " ")
  }

  func entries(_ styles: StyleBook) -> [LegendEntry] {
    zip(figure.series, keys).filter { !$0.0.name.isEmpty }.map {
      LegendEntry(key: .swatch(styles.style(of: $1).paint), name: $0.name)
    }
  }

  func draw(on canvas: inout SVGCanvas, in frame: FigureRect, _ styles: StyleBook) {
    let xAxis = FigureAxis(figure.stateTitle, scale: .categories(figure.labels))
    let plot = PlotFrame(
      in: frame, xAxis: xAxis, xRange: AxisExtent(axis: xAxis, expected: 0).limits(padding: 0),
      yAxis: figure.valueAxis, yRange: yRange, notes: notes)
    plot.drawGrid(&canvas)
    let room = plot.area.width / Double(max(figure.labels.count, 1))
    let width = min(room * 0.78 / Double(max(figure.series.count, 1)), 46)
    func height(_ value: Double) -> Double { min(max(plot.y(value), plot.area.y), plot.area.bottom) }
    for (i, set) in figure.series.enumerated() {
      let paint = styles.style(of: keys[i]).paint
      canvas.beginGroup(title: set.name)
      for (state, value) in set.values.enumerated() where value.isFinite {
        let left = plot.x(Double(state)) + (Double(i) - Double(figure.series.count) / 2) * width
        let (zero, end) = (height(0), height(value))
        canvas.rect(
          FigureRect(x: left + 0.5, y: min(zero, end), width: width - 1, height: (zero - end).magnitude),
          fill: paint)
        let label = NumberLabels.short(value)
        if figure.series.count == 1, TextMetrics.width(label, size: 10) <= room - 3 {
          let baseline = value < 0 ? min(end + 11, plot.area.bottom - 2) : max(end - 3, plot.area.y + 9)
          canvas.text(label, left + width / 2, baseline, size: 10, anchor: .middle)
        }
      }
      canvas.endGroup()
    }
    plot.drawAxes(&canvas)
    if yRange.contains(0) {
      let zero = PlotFrame.crisp(plot.y(0))
      canvas.line(plot.area.x, zero, plot.area.right, zero, stroke: .axis)
    }
    if !figure.series.contains(where: { $0.values.contains(where: \.isFinite) }) {
      canvas.text(
        "no data", plot.area.centerX, plot.area.centerY + 5, size: 14, anchor: .middle, paint: .muted)
    }
  }
}
