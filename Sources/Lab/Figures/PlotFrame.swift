/// A place in the figure, in pixels.
struct FigurePoint: Equatable, Sendable {
  var x: Double
  var y: Double
}

/// Maps values of an axis to pixels.
struct FigureScale: Sendable {
  private let axis: FigureAxis
  private let origin: Double
  private let factor: Double
  private let start: Double

  /// The scale that puts `range.lowerBound` at pixel `start` and `range.upperBound` at pixel `end`.
  init(axis: FigureAxis, range: ClosedRange<Double>, from start: Double, to end: Double) {
    self.axis = axis
    origin = axis.transformed(range.lowerBound)
    factor = (end - start) / (axis.transformed(range.upperBound) - origin)
    self.start = start
  }

  /// The pixel of `value`; NaN where it has no place. What lies absurdly far outside is held at ±10⁷ pixels.
  func callAsFunction(_ value: Double) -> Double {
    let place = axis.transformed(value)
    if place.isNaN { return .nan }
    return min(max(start + (place - origin) * factor, -1e7), 1e7)
  }
}

/// The axes of a panel: the area where the data goes, its scales, and everything that is written around it.
struct PlotFrame: Sendable {
  static let tickSize = 11.0
  static let titleSize = 12.5
  static let noteSize = 10.5
  private static let longestLabel = 150.0

  let xAxis: FigureAxis
  let yAxis: FigureAxis
  let xRange: ClosedRange<Double>
  let yRange: ClosedRange<Double>
  /// Where the data is drawn.
  let area: FigureRect
  let x: FigureScale
  let y: FigureScale
  let xTicks: TickMarks
  let yTicks: TickMarks
  /// Lines of small print above the area.
  let notes: [String]
  private let frame: FigureRect
  private let xLabels: CategoryLabels

  /// Lays the axes out within `frame`.
  init(
    in frame: FigureRect, xAxis: FigureAxis, xRange: ClosedRange<Double>, yAxis: FigureAxis,
    yRange: ClosedRange<Double>, notes: [String] = []
  ) {
    self.frame = frame
    self.xAxis = xAxis
    self.yAxis = yAxis
    self.xRange = xRange
    self.yRange = yRange
    let titleRoom = Self.titleSize + 8
    let lines = notes.flatMap { TextMetrics.wrap($0, to: frame.width - 60, size: Self.noteSize) }
    let top = 8 + Double(lines.count) * (Self.noteSize + 4)

    // The marks depend on the area, the margins on the marks' labels: the second round settles it.
    var bottom = 22 + titleRoom
    var left = 40.0
    var right = 12.0
    var labels = CategoryLabels(room: 0, labels: [])
    var (across, up) = (TickMarks(), TickMarks())
    for _ in 0..<2 {
      let width = max(frame.width - left - right, 10)
      let height = max(frame.height - top - bottom, 10)
      up = yAxis.ticks(from: yRange.lowerBound, to: yRange.upperBound, count: Self.count(height, every: 48))
      across = xAxis.ticks(
        from: xRange.lowerBound, to: xRange.upperBound, count: Self.count(width, every: 74))
      let widest = up.major.map { min(Self.width($0.label), Self.longestLabel) }.max() ?? 0
      left = (yAxis.caption.isEmpty ? 4 : titleRoom) + widest + 9
      if case .categories = xAxis.scale {
        labels = CategoryLabels(
          room: width / Double(max(across.major.count, 1)), labels: across.major.map(\.label))
      } else {
        right = max(12, Self.width(across.major.last?.label ?? "") / 2 + 2)
      }
      bottom = labels.height + 10 + (xAxis.caption.isEmpty ? 0 : titleRoom)
    }
    xTicks = across
    yTicks = up
    xLabels = labels
    self.notes = lines
    area = FigureRect(
      x: frame.x + left, y: frame.y + top, width: max(frame.width - left - right, 10),
      height: max(frame.height - top - bottom, 10))
    x = FigureScale(axis: xAxis, range: xRange, from: area.x, to: area.right)
    y = FigureScale(axis: yAxis, range: yRange, from: area.bottom, to: area.y)
  }

  private static func count(_ length: Double, every pixels: Double) -> Int { max(2, Int(length / pixels)) }

  private static func width(_ label: String) -> Double { TextMetrics.width(label, size: tickSize) }

  /// The lines behind the data.
  func drawGrid(_ canvas: inout SVGCanvas, vertical: Bool = true, horizontal: Bool = true) {
    canvas.beginGroup()
    for (isVertical, axis, ticks) in [(true, xAxis, xTicks), (false, yAxis, yTicks)] {
      guard isVertical ? vertical : horizontal else { continue }
      if case .categories = axis.scale { continue }
      for value in ticks.minor { gridLine(&canvas, at: value, vertical: isVertical, paint: .minorGrid) }
      for mark in ticks.major { gridLine(&canvas, at: mark.value, vertical: isVertical, paint: .grid) }
    }
    canvas.endGroup()
  }

  private func gridLine(_ canvas: inout SVGCanvas, at value: Double, vertical: Bool, paint: Paint) {
    if vertical {
      let at = Self.crisp(x(value))
      canvas.line(at, area.y, at, area.bottom, stroke: paint)
    } else {
      let at = Self.crisp(y(value))
      canvas.line(area.x, at, area.right, at, stroke: paint)
    }
  }

  /// A one-pixel line is sharp in the middle of a pixel.
  static func crisp(_ position: Double) -> Double { position.rounded(.down) + 0.5 }

  /// Axis lines, marks, labels, titles and notes.
  func drawAxes(_ canvas: inout SVGCanvas) {
    canvas.beginGroup()
    let (left, bottom) = (Self.crisp(area.x), Self.crisp(area.bottom))
    canvas.line(left, area.y, left, bottom, stroke: .axis)
    canvas.line(left, bottom, area.right, bottom, stroke: .axis)
    for value in xTicks.minor {
      canvas.line(Self.crisp(x(value)), bottom, Self.crisp(x(value)), bottom + 2.5, stroke: .axis)
    }
    for value in yTicks.minor {
      canvas.line(left - 2.5, Self.crisp(y(value)), left, Self.crisp(y(value)), stroke: .axis)
    }
    for mark in shownRows {
      let at = Self.crisp(y(mark.value))
      canvas.line(left - 4, at, left, at, stroke: .axis)
      let label = TextMetrics.truncate(mark.label, to: Self.longestLabel, size: Self.tickSize)
      canvas.text(
        label, left - 7, at + 0.36 * Self.tickSize, size: Self.tickSize, anchor: .end, fullText: mark.label)
    }
    drawXLabels(&canvas, bottom: bottom)
    drawTitles(&canvas)
    canvas.endGroup()
  }

  /// The marks of the y axis; of crowded categories only as many as have room.
  private var shownRows: [TickMarks.Mark] {
    guard case .categories = yAxis.scale, !yTicks.major.isEmpty else { return yTicks.major }
    let room = area.height / Double(yTicks.major.count)
    let stride = max(1, Int(((Self.tickSize + 2) / room).rounded(.up)))
    return yTicks.major.enumerated().filter { $0.offset % stride == 0 && !$0.element.label.isEmpty }.map(
      \.element)
  }

  private func drawXLabels(_ canvas: inout SVGCanvas, bottom: Double) {
    if case .categories = xAxis.scale {
      for (index, label) in xLabels.shown {
        let at = x(Double(index))
        canvas.line(Self.crisp(at), bottom, Self.crisp(at), bottom + 4, stroke: .axis)
        if xLabels.slanted {
          canvas.text(
            label, at + 4, bottom + 14, size: Self.tickSize, anchor: .end, rotation: -40,
            fullText: xTicks.major[index].label)
        } else {
          canvas.text(label, at, bottom + 17, size: Self.tickSize, anchor: .middle)
        }
      }
      return
    }
    var occupied = -Double.infinity
    for mark in xTicks.major {
      let at = x(mark.value)
      canvas.line(Self.crisp(at), bottom, Self.crisp(at), bottom + 4, stroke: .axis)
      let half = Self.width(mark.label) / 2
      guard at - half > occupied else { continue }
      occupied = at + half + 6
      canvas.text(mark.label, at, bottom + 17, size: Self.tickSize, anchor: .middle)
    }
  }

  private func drawTitles(_ canvas: inout SVGCanvas) {
    if !xAxis.caption.isEmpty {
      canvas.text(
        TextMetrics.truncate(xAxis.caption, to: frame.width, size: Self.titleSize), area.centerX,
        frame.bottom - 5,
        size: Self.titleSize, anchor: .middle, fullText: xAxis.caption)
    }
    if !yAxis.caption.isEmpty {
      let caption = TextMetrics.truncate(yAxis.caption, to: frame.height, size: Self.titleSize)
      let fits = TextMetrics.width(caption, size: Self.titleSize) <= area.height
      canvas.text(
        caption, frame.x + Self.titleSize, fits ? area.centerY : frame.centerY, size: Self.titleSize,
        anchor: .middle, rotation: -90, fullText: yAxis.caption)
    }
    for (i, note) in notes.enumerated() {
      let baseline = frame.y + Self.noteSize + Double(i) * (Self.noteSize + 4)
      canvas.text(note, area.x, baseline, size: Self.noteSize, paint: .muted)
    }
  }
}

/// Labels below a row of categories: level where they fit, else slanted, and thinned out where even those collide.
struct CategoryLabels: Sendable {
  let slanted: Bool
  /// The labels that are shown, with their category's number.
  let shown: [(index: Int, label: String)]
  /// The room they take below the axis, in pixels.
  let height: Double

  /// - Parameters:
  ///   - room: The width of one category in pixels.
  ///   - labels: All labels, in order.
  init(room: Double, labels: [String]) {
    let size = PlotFrame.tickSize
    let widest = labels.map { TextMetrics.width($0, size: size) }.max() ?? 0
    let numeric = labels.allSatisfy {
      $0.unicodeScalars.allSatisfy { "0123456789.−-ekM".unicodeScalars.contains($0) }
    }
    let every = room > 0 ? Int(((widest + 6) / room).rounded(.up)) : 1
    // Numbers in a row stay readable when only some are written; names do not.
    slanted = widest + 6 > room && !(numeric && every <= 8 && labels.count > 12)
    let stride = slanted ? max(1, Int((15 / max(room, 0.01)).rounded(.up))) : max(1, every)
    let limit = slanted ? 120 : Double.infinity
    let short = TextMetrics.truncate(labels, to: limit, size: size)
    shown = short.indices.filter { $0 % stride == 0 }.map { ($0, short[$0]) }
    let longest = shown.map { TextMetrics.width($0.label, size: size) }.max() ?? 0
    height = slanted ? 0.643 * longest + 16 : 16  // sin 40°
  }
}
