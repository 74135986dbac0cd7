/// What a state of a task looks like, as lines in the task's own plane; whoever shows it chooses size and strokes.
public struct Scene: Sendable, Equatable {
  /// A place in the plane; y points upwards.
  public struct Point: Sendable, Equatable {
    /// To the right.
    public var x: Double
    /// Upwards.
    public var y: Double

    /// A place in the plane.
    public init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// What can be seen from left to right.
  public let horizontal: ClosedRange<Double>
  /// What can be seen from bottom to top, in the same unit.
  public let vertical: ClosedRange<Double>
  /// Lines, each through its points in turn.
  public private(set) var lines: [[Point]] = []

  /// A plane with nothing in it.
  public init(horizontal: ClosedRange<Double>, vertical: ClosedRange<Double>) {
    self.horizontal = horizontal
    self.vertical = vertical
  }

  /// Draws a line through some points.
  public mutating func line(_ points: Point...) { lines.append(points) }

  /// Draws a line through a list of points.
  public mutating func line(through points: [Point]) { lines.append(points) }

  /// Draws a circle as a line of 24 parts.
  public mutating func circle(_ centre: Point, radius: Double) {
    // A turn by 15 degrees at a time: cos 15° and sin 15°.
    let (cosine, sine) = (0.9659258262890683, 0.25881904510252074)
    var (x, y) = (radius, 0.0)
    lines.append(
      (0...24).map { _ in
        defer { (x, y) = (cosine * x - sine * y, sine * x + cosine * y) }
        return Point(centre.x + x, centre.y + y)
      })
  }
}
