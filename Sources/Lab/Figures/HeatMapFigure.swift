/// A score over two swept parameters: a coloured cell a combination, with a colour bar.
///
/// Cells are labelled with their numbers where these fit. A missing value (NaN) is an empty cell with a diagonal, an
/// infinite one a grey cell that says so.
public struct HeatMapFigure: Figure {
  /// What stands above the figure.
  public var title: String
  /// A smaller line below the title.
  public var subtitle: String
  /// The swept parameter from left to right.
  public var xTitle: String
  /// The settings of the horizontal parameter, from left to right.
  public let xLabels: [String]
  /// The swept parameter from bottom to top.
  public var yTitle: String
  /// The settings of the vertical parameter, from bottom to top.
  public let yLabels: [String]
  /// `values[row][column]`, with `yLabels.count` rows of `xLabels.count` columns each; row 0 is the lowest.
  public let values: [[Double]]
  /// What the colours mean: title, unit, scale and limits.
  public var valueAxis: FigureAxis
  /// How values become colours.
  public var colors: FigureColorMap
  /// Which cell is framed.
  public var best: BestMark
  /// Always empty: the colour bar explains the figure.
  public var legend: LegendPlacement { .none }

  /// A heat map.
  ///
  /// - Parameters:
  ///   - title: What stands above the figure.
  ///   - subtitle: A smaller line below it.
  ///   - xTitle: The swept parameter from left to right.
  ///   - xLabels: Its settings.
  ///   - yTitle: The swept parameter from bottom to top.
  ///   - yLabels: Its settings.
  ///   - values: `yLabels.count` rows of `xLabels.count` values, the lowest row first.
  ///   - valueAxis: What the colours mean.
  ///   - colors: How values become colours.
  ///   - best: Which cell is framed.
  public init(
    title: String, subtitle: String = "", xTitle: String, xLabels: [String], yTitle: String,
    yLabels: [String],
    values: [[Double]], valueAxis: FigureAxis, colors: FigureColorMap = .sequential, best: BestMark = .none
  ) {
    precondition(
      values.count == yLabels.count, "\(yLabels.count) y labels but \(values.count) rows of values")
    for (i, row) in values.enumerated() {
      precondition(
        row.count == xLabels.count, "\(xLabels.count) x labels but \(row.count) values in row \(i)")
    }
    self.title = title
    self.subtitle = subtitle
    self.xTitle = xTitle
    self.xLabels = xLabels
    self.yTitle = yTitle
    self.yLabels = yLabels
    self.values = values
    self.valueAxis = valueAxis
    self.colors = colors
    self.best = best
  }

  /// The figure as one panel.
  public var panels: [FigurePanel] {
    let drawing = HeatMapDrawing(self)
    return [
      FigurePanel(
        title: title, subtitle: subtitle, description: drawing.description, size: drawing.size, names: [],
        entries: { _ in [] }, draw: { canvas, frame, _ in drawing.draw(on: &canvas, in: frame) })
    ]
  }
}

private struct HeatMapDrawing: Sendable {
  private let figure: HeatMapFigure
  private let colors: ValueColors
  private let xAxis: FigureAxis
  private let yAxis: FigureAxis
  let size: (width: Double, height: Double)
  private static let infinitePaint = Paint.fixed(FigureColor(0x9A9A9A))

  init(_ figure: HeatMapFigure) {
    self.figure = figure
    colors = ValueColors(axis: figure.valueAxis, map: figure.colors, values: figure.values.flatMap { $0 })
    xAxis = FigureAxis(figure.xTitle, scale: .categories(figure.xLabels))
    yAxis = FigureAxis(figure.yTitle, scale: .categories(figure.yLabels))
    let columns = Double(max(figure.xLabels.count, 1))
    let rows = Double(max(figure.yLabels.count, 1))
    let area = (
      width: max(columns * min(max(440 / columns, 1), 64), 60),
      height: max(rows * min(max(320 / rows, 1), 40), 40)
    )
    // Margins follow from the labels, and those from the room: two rounds settle it.
    var size = (width: area.width + 60, height: area.height + 60)
    for _ in 0..<2 {
      let plot = Self.plot(
        FigureRect(x: 0, y: 0, width: size.width, height: size.height), xAxis, yAxis, colors)
      size.width += area.width - plot.area.width
      size.height += area.height - plot.area.height
    }
    self.size = (size.width + colors.barRoom, size.height)
  }

  private static func plot(
    _ frame: FigureRect, _ xAxis: FigureAxis, _ yAxis: FigureAxis, _ colors: ValueColors
  ) -> PlotFrame {
    let whole = { (axis: FigureAxis) in AxisExtent(axis: axis, expected: 0).limits(padding: 0) }
    return PlotFrame(
      in: frame, xAxis: xAxis, xRange: whole(xAxis), yAxis: yAxis, yRange: whole(yAxis), notes: colors.notes)
  }

  private var bestCell: (row: Int, column: Int)? {
    let columns = figure.xLabels.count
    return figure.best.index(in: figure.values.flatMap { $0 }).map { ($0 / columns, $0 % columns) }
  }

  var description: String {
    var text =
      "Heat map of \(figure.valueAxis.caption) over \(figure.xTitle) (across) and \(figure.yTitle) (up)."
    if let (row, column) = bestCell {
      let value = NumberLabels.short(figure.values[row][column])
      text += " Best: \(value) at \(figure.xTitle) \(figure.xLabels[column]), "
      text += "\(figure.yTitle) \(figure.yLabels[row])."
    }
    return ([text] + colors.notes).joined(separator: " ")
  }

  func draw(on canvas: inout SVGCanvas, in frame: FigureRect) {
    var inner = frame
    inner.width -= colors.barRoom
    let plot = Self.plot(inner, xAxis, yAxis, colors)
    func cell(_ row: Int, _ column: Int) -> FigureRect {
      let left = plot.x(Double(column) - 0.5).rounded()
      let top = plot.y(Double(row) + 0.5).rounded()
      return FigureRect(
        x: left, y: top, width: plot.x(Double(column) + 0.5).rounded() - left,
        height: plot.y(Double(row) - 0.5).rounded() - top)
    }
    for (row, values) in figure.values.enumerated() {
      for (column, value) in values.enumerated() { draw(value, in: cell(row, column), &canvas) }
    }
    if let (row, column) = bestCell {
      let rim = cell(row, column)
      canvas.rect(rim, fill: nil, stroke: .fixed(FigureColor(0xFFFFFF)), width: 4.5)
      canvas.rect(rim, fill: nil, stroke: .fixed(FigureColor(0x000000)), width: 2)
    }
    plot.drawAxes(&canvas)
    if figure.values.allSatisfy(\.isEmpty) {
      canvas.text(
        "no data", plot.area.centerX, plot.area.centerY + 5, size: 14, anchor: .middle, paint: .muted)
    } else {
      colors.drawBar(on: &canvas, beside: plot.area)
    }
  }

  private func draw(_ value: Double, in cell: FigureRect, _ canvas: inout SVGCanvas) {
    let color = colors.color(of: value)
    if let color {
      canvas.rect(cell, fill: .fixed(color), crisp: true)
    } else if value.isInfinite {
      canvas.rect(cell, fill: Self.infinitePaint, crisp: true)
    } else {
      canvas.emptyCell(cell)
      if value.isNaN { return }
    }
    let label = NumberLabels.short(value)
    let size = min(11, cell.height - 4)
    guard size >= 8, TextMetrics.width(label, size: size) <= cell.width - 4 else { return }
    let dark = color?.isLight ?? true
    canvas.text(
      label, cell.centerX, cell.centerY + 0.36 * size, size: size, anchor: .middle,
      paint: color == nil && !value.isInfinite ? .ink : .fixed(FigureColor(dark ? 0x000000 : 0xFFFFFF)))
  }
}
