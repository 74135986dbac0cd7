/// How numbers become colours.
public enum FigureColorMap: Sendable, Equatable {
  /// From dark violet (least) over green to yellow (greatest): viridis (van der Walt & Smith, 2015), even in
  /// lightness and readable for the colour-blind.
  case sequential
  /// From blue (below) over white at `around` to vermilion (above).
  case diverging(around: Double)
}

/// The colours of a range of values, with the bar that explains them.
struct ValueColors: Sendable {
  private static let viridis: [UInt32] = [
    0x440154, 0x482878, 0x3E4989, 0x31688E, 0x26828E, 0x1F9E89, 0x35B779, 0x6DCD59, 0xB4DE2C, 0xFDE725,
  ]
  private static let blueToVermilion: [UInt32] = [0x0072B2, 0x7FB8DA, 0xF7F7F7, 0xEBA877, 0xD55E00]
  private static let barWidth = 14.0

  private let axis: FigureAxis
  private let map: FigureColorMap
  private let range: ClosedRange<Double>
  private let stops: [FigureColor]
  private let ticks: TickMarks
  /// What the colours do not show.
  let notes: [String]

  /// The colours of `values` under the limits and the scale of `axis`.
  init(axis: FigureAxis, map: FigureColorMap, values: [Double]) {
    self.axis = axis
    self.map = map
    var extent = AxisExtent(axis: axis, expected: values.count)
    extent.add(contentsOf: values)
    range = extent.limits(padding: 0)
    stops = (map == .sequential ? Self.viridis : Self.blueToVermilion).map { FigureColor($0) }
    ticks = axis.ticks(from: range.lowerBound, to: range.upperBound, count: 5)
    var tally = ClippingTally(axis: axis, range: range)
    for value in values where !value.isInfinite { tally.add(value) }
    notes = tally.notes
  }

  /// The colour of `value`, held at the ends of the range; none for what has no place on the scale.
  func color(of value: Double) -> FigureColor? {
    let place = axis.transformed(value)
    if place.isNaN { return nil }
    let (from, to) = (axis.transformed(range.lowerBound), axis.transformed(range.upperBound))
    var t = (place - from) / (to - from)
    if case .diverging(let center) = map, axis.transformed(center).isFinite {
      let middle = axis.transformed(center)
      let half = max((middle - from).magnitude, (to - middle).magnitude)
      t = 0.5 + 0.5 * (place - middle) / half
    }
    let position = min(max(t, 0), 1) * Double(stops.count - 1)
    let index = min(Int(position), stops.count - 2)
    return FigureColor(from: stops[index], to: stops[index + 1], at: position - Double(index))
  }

  /// The width of the bar with its labels and title, in pixels.
  var barRoom: Double {
    let widest = ticks.major.map { TextMetrics.width($0.label, size: PlotFrame.tickSize) }.max() ?? 0
    return 16 + Self.barWidth + 7 + widest + (axis.caption.isEmpty ? 4 : PlotFrame.titleSize + 12)
  }

  /// Draws the bar to the right of `area`, as tall as it, within the `barRoom` that starts there.
  func drawBar(on canvas: inout SVGCanvas, beside area: FigureRect) {
    let x = (area.right + 16).rounded()
    let scale = FigureScale(axis: axis, range: range, from: area.bottom.rounded(), to: area.y.rounded())
    let (bottom, top) = (scale(range.lowerBound), scale(range.upperBound))
    canvas.beginGroup(title: axis.caption.isEmpty ? nil : "Colour scale: \(axis.caption)")
    let steps = min(64, max(1, Int(bottom - top)))
    for i in 0..<steps {
      let upper = (bottom + (top - bottom) * Double(i + 1) / Double(steps)).rounded()
      let lower = (bottom + (top - bottom) * Double(i) / Double(steps)).rounded()
      let share = (Double(i) + 0.5) / Double(steps)
      let (from, to) = (axis.transformed(range.lowerBound), axis.transformed(range.upperBound))
      guard let color = color(of: axis.restored(from + share * (to - from))) else { continue }
      canvas.rect(
        FigureRect(x: x, y: upper, width: Self.barWidth, height: lower - upper), fill: .fixed(color),
        crisp: true)
    }
    let right = x + Self.barWidth
    var occupied = Double.infinity
    for mark in ticks.major {
      let at = PlotFrame.crisp(scale(mark.value))
      canvas.line(right, at, right + 4, at, stroke: .axis)
      guard at < occupied else { continue }
      occupied = at - PlotFrame.tickSize - 1
      canvas.text(mark.label, right + 7, at + 0.36 * PlotFrame.tickSize, size: PlotFrame.tickSize)
    }
    if !axis.caption.isEmpty {
      let caption = TextMetrics.truncate(axis.caption, to: max(area.height, 60), size: PlotFrame.titleSize)
      canvas.text(
        caption, area.right + barRoom - 4, area.centerY, size: PlotFrame.titleSize, anchor: .middle,
        rotation: -90, fullText: axis.caption)
    }
    canvas.endGroup()
  }
}

extension SVGCanvas {
  /// Fills a cell that has no value: the background with a diagonal.
  mutating func emptyCell(_ r: FigureRect) {
    line(r.x, r.bottom, r.right, r.y, stroke: .grid)
  }
}
