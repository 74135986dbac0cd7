/// What a learning curve comes to in one number. A curve is given by the x of its points, strictly increasing
/// (steps, episodes or iterations), and their y.
extension Statistics {
  /// The area under a curve by the trapezoid rule, divided by the range of x: the curve's mean height, in the
  /// units of y.
  ///
  /// - Parameters:
  ///   - x: Where the points are, strictly increasing and finite.
  ///   - y: Their heights; as many.
  /// - Returns: `nil` of fewer than two points, where x does not increase or is not finite, of a NaN, and
  ///   where infinities of both signs meet.
  public static func areaUnderCurve(x: [Double], y: [Double]) -> Double? {
    precondition(x.count == y.count, "\(x.count) places do not fit \(y.count) heights")
    guard x.count >= 2, allFinite(x) else { return nil }
    let range = x[x.count - 1] - x[0]
    guard range.isFinite else { return nil }
    var area = 0.0
    for i in 1..<x.count {
      guard x[i] > x[i - 1] else { return nil }
      area += (x[i] - x[i - 1]) / range * (0.5 * y[i] + 0.5 * y[i - 1])
    }
    return number(area)
  }

  /// Which side of a threshold is the goal.
  public enum Goal: String, Sendable, CaseIterable {
    /// Values of the threshold or more: returns, success rates.
    case atLeast = "at-least"
    /// Values of the threshold or less: errors, lengths, gaps.
    case atMost = "at-most"
  }

  /// Where a curve first reaches a threshold and stays there for a number of points: the steps, episodes or
  /// iterations it took.
  ///
  /// - Parameters:
  ///   - threshold: The value to reach.
  ///   - goal: Whether it is reached from below or from above.
  ///   - points: How many points in a row must reach it, at least 1; more than one keeps a lucky point from
  ///     counting.
  ///   - x: Where the points are, in increasing order.
  ///   - y: Their heights; as many. A NaN does not reach anything.
  /// - Returns: The x of the first of those points; `nil` where the curve never gets there, a result that
  ///   must not be dropped when several seeds are averaged.
  public static func placeReaching(
    _ threshold: Double, goal: Goal = .atLeast, for points: Int = 1, x: [Double], y: [Double]
  ) -> Double? {
    precondition(x.count == y.count, "\(x.count) places do not fit \(y.count) heights")
    precondition(points >= 1, "\(points) points are too few")
    var inARow = 0
    for i in y.indices {
      let reached =
        switch goal {
        case .atLeast: y[i] >= threshold
        case .atMost: y[i] <= threshold
        }
      inARow = reached ? inARow + 1 : 0
      if inARow == points { return x[i - points + 1] }
    }
    return nil
  }
}
