/// Mean and standard deviation, carefully: four passes over the data instead of one.
///
/// The first sum gives a provisional mean `m₀`; the mean of the residuals `x − m₀` corrects it, which leaves
/// an error of about one rounding however long the data (the corrected two-pass algorithm; Chan, Golub &
/// LeVeque, *Algorithms for Computing the Sample Variance*, The American Statistician 37(3), 1983). Constant
/// data therefore have exactly their value as mean and exactly 0 as standard deviation. Each sum runs in four
/// lanes of fixed order, which the processor adds at once.
extension Statistics {
  /// The mean and the sample standard deviation (denominator n − 1) of `values`; each `nil` where it does not
  /// exist.
  ///
  /// - Complexity: O(n), without allocation for data of ordinary size (sums and squares neither over- nor
  ///   underflow).
  static func moments(_ values: Span<Double>) -> (mean: Double?, std: Double?) {
    let count = Double(values.count)
    if values.isEmpty { return (nil, nil) }
    let total = sum(values) { $0 }
    if !total.isFinite { return unusualMoments(values) }
    let provisional = total / count
    let correction = sum(values) { $0 - provisional } / count
    if !correction.isFinite { return unusualMoments(values) }
    let mean = provisional + correction
    if values.count == 1 { return (mean, nil) }
    let rough = sum(values) { ($0 - mean) * ($0 - mean) }
    if rough == .infinity { return unusualMoments(values) }
    // What the mean's own rounding adds to the squares is known from the residuals that are left.
    let rest = sum(values) { $0 - mean }
    let squares = max(0, rough - rest * (rest / count))
    if squares < 0x1p-900 { return (mean, smallDeviation(values)) }
    return (mean, (squares / (count - 1)).squareRoot())
  }

  /// The sum of `term` over `values`: four lanes, then the rest, in a fixed order.
  @inline(__always)
  static func sum(_ values: Span<Double>, _ term: (Double) -> Double) -> Double {
    var lanes = SIMD4<Double>.zero
    let whole = values.count & ~3
    var i = 0
    while i < whole {
      lanes += SIMD4(term(values[i]), term(values[i + 1]), term(values[i + 2]), term(values[i + 3]))
      i += 4
    }
    var total = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
    while i < values.count {
      total += term(values[i])
      i += 1
    }
    return total
  }

  /// Data with a value that is not finite, or so large that sums overflow.
  private static func unusualMoments(_ values: Span<Double>) -> (mean: Double?, std: Double?) {
    var positive = false
    var negative = false
    for i in values.indices where !values[i].isFinite {
      if values[i].isNaN { return (nil, nil) }
      if values[i] > 0 { positive = true } else { negative = true }
    }
    if positive || negative {
      return (positive && negative ? nil : positive ? .infinity : -.infinity, nil)
    }
    let scaled = moments(scaling: values, by: 0x1p-600)
    let std = scaled.std.map { $0 * 0x1p600 }
    return (scaled.mean.map { $0 * 0x1p600 }, std?.isFinite == true ? std : nil)
  }

  /// The standard deviation of data so close together that the squares of their differences underflow.
  private static func smallDeviation(_ values: Span<Double>) -> Double? {
    var constant = true
    var largest = 0.0
    for i in values.indices {
      constant = constant && values[i] == values[0]
      largest = max(largest, abs(values[i]))
    }
    // Values of size 2⁻³⁰⁰ or more that differ at all have squares that do not underflow.
    if constant || largest > 0x1p-300 { return 0 }
    return moments(scaling: values, by: 0x1p600).std.map { $0 * 0x1p-600 }
  }

  private static func moments(scaling values: Span<Double>, by factor: Double) -> (
    mean: Double?, std: Double?
  ) {
    let scaled = values.indices.map { values[$0] * factor }
    return moments(scaled.span)
  }
}
