/// What there is to know of the values along one axis in order to choose its limits, gathered in one pass.
struct AxisExtent: Sendable {
  private(set) var low = Double.infinity
  private(set) var high = -Double.infinity
  /// How many values have a place on the axis.
  private(set) var count = 0
  private(set) var infinite = 0
  /// How many finite values have no place on a logarithmic scale.
  private(set) var unplaceable = 0

  private let axis: FigureAxis
  private let positiveOnly: Bool
  private let stride: Int
  /// Every `stride`-th value, for quantiles.
  private var sample: [Double] = []

  /// - Parameter expected: How many values are to come; with more than 50 000 the quantiles are taken from an even
  ///   sample of them. The extremes are always exact.
  init(axis: FigureAxis, expected: Int) {
    self.axis = axis
    positiveOnly = axis.isLogarithmic
    stride = max(1, expected / 50_000)
  }

  mutating func add(_ value: Double) {
    guard value.isFinite else {
      if value.isInfinite { infinite += 1 }
      return
    }
    if positiveOnly && value <= 0 {
      unplaceable += 1
      return
    }
    let bounded = Self.bounded(value, positiveOnly: positiveOnly)
    low = min(low, bounded)
    high = max(high, bounded)
    if count % stride == 0 { sample.append(bounded) }
    count += 1
  }

  mutating func add(contentsOf values: [Double]) {
    for value in values { add(value) }
  }

  /// The limits that the axis asks for, always finite and of positive width.
  ///
  /// - Parameters:
  ///   - padding: The share of the range that is added on either side where a limit is not fixed.
  ///   - stopsAtZero: Whether the padding ends at zero where no value lies beyond.
  func limits(padding: Double, stopsAtZero: Bool = true) -> ClosedRange<Double> {
    if case .categories(let names) = axis.scale { return -0.5...(Double(max(names.count, 1)) - 0.5) }
    var range = count > 0 ? (low, high) : (positiveOnly ? (0.1, 1) : (0, 1))
    if case .robust(let tail) = axis.limits, let robust = robustRange(tail: tail) {
      range = padded(robust.from, robust.to, by: 0)
    } else {
      range = padded(range.0, range.1, by: padding, stopsAtZero: stopsAtZero)
    }
    if case .fixed(let from, let to) = axis.limits { range = fixed(from, to, otherwise: range) }
    // Neighbouring numbers may share a place on the axis's own scale.
    if !(axis.transformed(range.1) > axis.transformed(range.0)) { range = padded(range.0, range.0, by: 0) }
    return range.0...range.1
  }

  /// Robust limits, or none where they would not at least double the room for the bulk of the values.
  private func robustRange(tail: Double) -> (from: Double, to: Double)? {
    guard count > 0 else { return nil }
    let sorted = sample.sorted()
    func quantile(_ p: Double) -> Double {
      axis.transformed(sorted[Int((p * Double(sorted.count - 1)).rounded())])
    }
    let p = tail > 0 ? min(tail, 0.5) : 0
    let (a, b) = (quantile(p), quantile(1 - p))
    let margin = (b - a) / 2
    let (least, most) = (axis.transformed(low), axis.transformed(high))
    let (from, to) = (max(least, a - margin), min(most, b + margin))
    guard margin > 0, most - least > 2 * (to - from) else { return nil }
    return (axis.restored(from), axis.restored(to))
  }

  private func fixed(_ from: Double?, _ to: Double?, otherwise range: (Double, Double)) -> (Double, Double) {
    func usable(_ bound: Double?) -> Double? {
      guard let bound, axis.transformed(bound).isFinite else { return nil }
      return Self.bounded(bound, positiveOnly: positiveOnly)
    }
    switch (usable(from), usable(to)) {
    case (let a?, let b?): return a < b ? (a, b) : range
    case (let a?, nil): return (a, a < range.1 ? range.1 : padded(a, a, by: 0).1)
    case (nil, let b?): return (range.0 < b ? range.0 : padded(b, b, by: 0).0, b)
    case (nil, nil): return range
    }
  }

  /// A range widened by `padding` of its own width; a range without width gets some.
  private func padded(
    _ from: Double, _ to: Double, by padding: Double, stopsAtZero: Bool = true
  ) -> (Double, Double) {
    if positiveOnly {
      let (a, b) = (axis.transformed(from), axis.transformed(to))
      let margin = b - a < 1e-9 ? 0.5 : (b - a) * padding
      return (max(axis.restored(a - margin), 1e-300), min(axis.restored(b + margin), 1e300))
    }
    let largest = max(from.magnitude, to.magnitude)
    if to - from <= max(1e-12 * largest, 1e-290) {
      let margin = largest <= 1e-290 ? 1 : 0.1 * largest
      return (from - margin, to + margin)
    }
    let margin = (to - from) * padding
    return (
      stopsAtZero && from >= 0 && from < margin ? 0 : from - margin,
      stopsAtZero && to <= 0 && -to < margin ? 0 : to + margin
    )
  }

  /// Keeps magnitudes where differences and powers do not overflow; nothing of that shows on screen.
  private static func bounded(_ value: Double, positiveOnly: Bool) -> Double {
    positiveOnly ? min(max(value, 1e-290), 1e290) : min(max(value, -1e300), 1e300)
  }
}
