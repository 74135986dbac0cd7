/// Thins the points of one unbroken curve to what a screen can show: the lowest and the highest of each pixel column,
/// in the order in which they came, and the first and the last of all.
///
/// At most two points lie in a column of a sparse curve, which therefore passes unchanged. The data is left alone.
struct CurveThinner {
  private(set) var points: [FigurePoint] = []
  private var column = Double.nan
  private var first = FigurePoint(x: 0, y: 0)
  private var last = FigurePoint(x: 0, y: 0)
  private var lowest = FigurePoint(x: 0, y: 0)
  private var highest = FigurePoint(x: 0, y: 0)
  private var lowestIsFirst = true
  private var count = 0

  /// Takes the next point, in pixels, x not decreasing.
  mutating func add(_ point: FigurePoint) {
    let itsColumn = point.x.rounded(.down)
    if itsColumn != column {
      flush()
      column = itsColumn
      first = point
      lowest = point
      highest = point
      lowestIsFirst = true
      count = 0
    } else {
      if point.y < lowest.y {
        lowest = point
        lowestIsFirst = false
      }
      if point.y > highest.y {
        highest = point
        lowestIsFirst = true
      }
    }
    last = point
    count += 1
  }

  /// The thinned curve; the thinner is empty afterwards.
  mutating func finish() -> [FigurePoint] {
    flush()
    if count > 0 { append(last) }
    let result = points
    self = CurveThinner()
    return result
  }

  private mutating func flush() {
    if count == 0 { return }
    if points.isEmpty { append(first) }
    if count <= 2 {
      append(first)
      append(last)
    } else {
      append(lowestIsFirst ? lowest : highest)
      append(lowestIsFirst ? highest : lowest)
    }
  }

  private mutating func append(_ point: FigurePoint) {
    if points.last != point { points.append(point) }
  }
}

/// Thins the band around a curve: per pixel column the lowest low and the highest high.
struct BandThinner {
  private var lows: [FigurePoint] = []
  private var highs: [FigurePoint] = []
  private var column = Double.nan
  private var firstX = 0.0
  private var lastX = 0.0
  private var firstEdge = (low: 0.0, high: 0.0)
  private var lastEdge = (low: 0.0, high: 0.0)
  private var low = 0.0
  private var high = 0.0
  private var count = 0
  private let keepsSteps: Bool

  /// A thinner that has seen nothing; of a band of steps if it has to keep them.
  init(keepsSteps: Bool = false) { self.keepsSteps = keepsSteps }

  /// Takes the next point of both edges, in pixels, x not decreasing; `low` and `high` may come in either order.
  mutating func add(x: Double, low edgeA: Double, high edgeB: Double) {
    let edge = (low: min(edgeA, edgeB), high: max(edgeA, edgeB))
    let itsColumn = x.rounded(.down)
    if itsColumn != column {
      flush()
      column = itsColumn
      firstX = x
      firstEdge = edge
      (low, high) = edge
      count = 0
    } else {
      low = min(low, edge.low)
      high = max(high, edge.high)
    }
    lastX = x
    lastEdge = edge
    count += 1
  }

  /// The outline of the band, from its first low around to its first high; the thinner is empty afterwards.
  mutating func finish() -> [FigurePoint] {
    flush()
    let outline = lows + highs.reversed()
    self = BandThinner(keepsSteps: keepsSteps)
    return outline
  }

  private mutating func flush() {
    if count == 0 { return }
    if count <= 2 {
      append(x: firstX, firstEdge)
      if count == 2 { append(x: lastX, lastEdge) }
    } else {
      // Steps go in and out at the edges themselves, so that they stay level.
      if keepsSteps { append(x: firstX, firstEdge) }
      append(x: firstX, (low, high))
      append(x: lastX, (low, high))
      if keepsSteps { append(x: lastX, lastEdge) }
    }
  }

  private mutating func append(x: Double, _ edge: (low: Double, high: Double)) {
    lows.append(FigurePoint(x: x, y: edge.low))
    highs.append(FigurePoint(x: x, y: edge.high))
  }
}

/// Cuts shapes to a rectangle by arithmetic, so that the SVG needs no clip paths (which are referred to by id).
enum Clipping {
  /// The part of a segment inside `area` (Liang & Barsky, *A New Concept and Method for Line Clipping*, ACM TOG 3(1),
  /// 1984); none if it passes by.
  static func segment(
    _ a: FigurePoint, _ b: FigurePoint, to area: FigureRect
  ) -> (from: FigurePoint, to: FigurePoint)? {
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    var (enter, leave) = (0.0, 1.0)
    for (step, room) in [
      (-dx, a.x - area.x), (dx, area.right - a.x), (-dy, a.y - area.y), (dy, area.bottom - a.y),
    ] {
      if step == 0 {
        if room < 0 { return nil }
      } else if step < 0 {
        enter = max(enter, room / step)
      } else {
        leave = min(leave, room / step)
      }
    }
    if enter > leave { return nil }
    func at(_ t: Double) -> FigurePoint { FigurePoint(x: a.x + t * dx, y: a.y + t * dy) }
    return (enter == 0 ? a : at(enter), leave == 1 ? b : at(leave))
  }

  /// The part of a polygon inside `area` (Sutherland & Hodgman, *Reentrant Polygon Clipping*, CACM 17(1), 1974).
  static func polygon(_ points: [FigurePoint], to area: FigureRect) -> [FigurePoint] {
    var result = points
    let sides: [(FigurePoint) -> Double] = [
      { $0.x - area.x }, { area.right - $0.x }, { $0.y - area.y }, { area.bottom - $0.y },
    ]
    for room in sides {
      guard var previous = result.last else { return [] }
      if result.allSatisfy({ room($0) >= 0 }) { continue }
      var kept: [FigurePoint] = []
      for point in result {
        let (a, b) = (room(previous), room(point))
        if (a < 0) != (b < 0) {
          let t = a / (a - b)
          kept.append(
            FigurePoint(
              x: previous.x + t * (point.x - previous.x), y: previous.y + t * (point.y - previous.y)))
        }
        if b >= 0 { kept.append(point) }
        previous = point
      }
      result = kept
    }
    return result
  }
}

extension PlotFrame {
  /// The curve through `(x, y)`, thinned and cut to the area; it is interrupted where a value has no place.
  ///
  /// - Parameters:
  ///   - xs: x values, not decreasing.
  ///   - ys: As many y values.
  ///   - steps: Whether each value holds until the next x.
  ///   - shift: How far the curve is moved to the right, in pixels.
  /// - Returns: The path, and the positions of the points that stand alone between gaps, where a path shows nothing.
  func curve(
    _ xs: [Double], _ ys: [Double], steps: Bool = false, shift: Double = 0
  ) -> (path: SVGPath, alone: [Int]) {
    var path = SVGPath()
    var alone: [Int] = []
    var thinner = CurveThinner()
    func trace(_ points: [FigurePoint], endingAt last: Int) {
      if points.count == 1, inside(points[0]) { alone.append(last) }
      var end: FigurePoint?
      for (a, b) in zip(points, points.dropFirst()) {
        guard let piece = Clipping.segment(a, b, to: area) else { continue }
        if end != piece.from { path.move(piece.from.x, piece.from.y) }
        path.line(piece.to.x, piece.to.y)
        end = piece.to
      }
    }
    var previous: FigurePoint?
    for i in xs.indices {
      let point = FigurePoint(x: x(xs[i]) + shift, y: y(ys[i]))
      guard !point.x.isNaN && !point.y.isNaN else {
        trace(thinner.finish(), endingAt: i - 1)
        previous = nil
        continue
      }
      if steps, let previous { thinner.add(FigurePoint(x: point.x, y: previous.y)) }
      thinner.add(point)
      previous = point
    }
    trace(thinner.finish(), endingAt: xs.count - 1)
    return (path, alone)
  }

  /// The band between two curves, thinned and cut to the area; it is interrupted where either has no place.
  func band(_ xs: [Double], low: [Double], high: [Double], steps: Bool = false) -> SVGPath {
    var path = SVGPath()
    var thinner = BandThinner(keepsSteps: steps)
    func trace(_ outline: [FigurePoint]) {
      let points = Clipping.polygon(outline, to: area)
      if points.count < 3 { return }
      for (i, point) in points.enumerated() {
        if i == 0 { path.move(point.x, point.y) } else { path.line(point.x, point.y) }
      }
      path.close()
    }
    var previous: (low: Double, high: Double)?
    for i in xs.indices {
      let at = x(xs[i])
      let edge = (low: y(low[i]), high: y(high[i]))
      guard !at.isNaN && !edge.low.isNaN && !edge.high.isNaN else {
        trace(thinner.finish())
        previous = nil
        continue
      }
      if steps, let previous { thinner.add(x: at, low: previous.low, high: previous.high) }
      thinner.add(x: at, low: edge.low, high: edge.high)
      previous = edge
    }
    trace(thinner.finish())
    return path
  }

  /// Whether a place is within the area, its rim included.
  func inside(_ point: FigurePoint) -> Bool {
    point.x >= area.x && point.x <= area.right && point.y >= area.y && point.y <= area.bottom
  }
}
