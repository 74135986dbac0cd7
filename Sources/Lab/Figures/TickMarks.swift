/// Where an axis has its marks, and what it says there.
struct TickMarks: Equatable, Sendable {
  struct Mark: Equatable, Sendable {
    var value: Double
    var label: String
  }

  var major: [Mark] = []
  /// Small marks without labels: 2 to 9 of each decade of a logarithmic axis.
  var minor: [Double] = []

  /// Marks at multiples of 1, 2 or 5 times a power of ten within `[low, high]`.
  ///
  /// - Parameters:
  ///   - count: About how many marks are wanted; at most half as many again are given.
  ///   - integers: Never steps by less than 1 (episodes, states).
  static func linear(from low: Double, to high: Double, count: Int, integers: Bool = false) -> TickMarks {
    guard low.isFinite && high.isFinite && low <= high else { return TickMarks() }
    let span = high - low
    guard span > 0 && span.isFinite else {
      return TickMarks(major: [Mark(value: low, label: NumberLabels.short(low))])
    }
    let rough = span / Double(max(count, 1))
    var power = NumberLabels.exponent(rough)
    let fraction = NumberLabels.scaleByTen(rough, -power)
    // The 1-2-5 step nearest to the rough one on a logarithmic scale: the bounds are √2, √10, √50.
    var digit = 1.0
    if fraction >= 7.0710678 {
      power += 1
    } else if fraction >= 3.1622777 {
      digit = 5
    } else if fraction >= 1.4142136 {
      digit = 2
    }
    if integers && power < 0 { (digit, power) = (1, 0) }
    let step = NumberLabels.scaleByTen(digit, power)
    // A bound that misses a mark by rounding only still gets it.
    let slack = 1e-9 * span
    let first = ((low - slack) / step).rounded(.up)
    let last = ((high + slack) / step).rounded(.down)
    guard first <= last, last - first < 1000, first.magnitude < 9e15 else {
      return TickMarks(major: [low, high].map { Mark(value: $0, label: NumberLabels.short($0, digits: 4)) })
    }
    let values = (0...Int(last - first)).map { NumberLabels.scaleByTen((first + Double($0)) * digit, power) }
    let labels = NumberLabels.labels(of: values, step: step)
    return TickMarks(major: zip(values, labels).map { Mark(value: $0, label: $1) })
  }

  /// Marks at powers of ten within `[low, high]`, both positive, with 2 to 9 as minor marks.
  ///
  /// Fewer than three decades also label 2 and 5; less than one decade takes linear marks; very many decades label
  /// every second, fifth or tenth.
  static func decades(from low: Double, to high: Double, count: Int) -> TickMarks {
    guard low > 0 && high.isFinite && low <= high else { return TickMarks() }
    let slack = 1e-9
    let first = Int((FigureMath.decimalLogarithm(low) - slack).rounded(.up))
    let last = Int((FigureMath.decimalLogarithm(high) + slack).rounded(.down))
    if last - first < 0 || (last == first && high < 4.9 * low) {
      return linear(from: low, to: high, count: count)
    }
    var marks = TickMarks()
    let digits: [Int] = last - first < 2 && count >= 4 ? [1, 2, 5] : [1]
    let stride = [1, 2, 5, 10, 20, 50, 100].first { (last - first) / $0 + 1 <= max(count, 2) } ?? 100
    let plain = first >= -4 && last < 15
    for power in (first - 1)...last {
      for digit in 1...9 {
        let value = NumberLabels.scaleByTen(Double(digit), power)
        guard value >= low * (1 - slack) && value <= high * (1 + slack) else { continue }
        if digits.contains(digit) && power % stride == 0 {
          marks.major.append(Mark(value: value, label: NumberLabels.power(digit, power, plain: plain)))
        } else if stride == 1 || digit == 1 {
          marks.minor.append(value)
        }
      }
    }
    return marks
  }

  /// Marks at powers of two within `[low, high]`, both positive: `1/8`, `1/4`, `1/2`, `1`, `2`, ….
  static func octaves(from low: Double, to high: Double, count: Int) -> TickMarks {
    guard low > 0 && high.isFinite && low <= high else { return TickMarks() }
    let slack = 1e-9
    let first = Int((FigureMath.binaryLogarithm(low) - slack).rounded(.up))
    let last = Int((FigureMath.binaryLogarithm(high) + slack).rounded(.down))
    if last - first < 1 { return linear(from: low, to: high, count: count) }
    let stride = [1, 2, 4, 8, 16, 32, 64, 128, 256].first { (last - first) / $0 + 1 <= max(count, 2) } ?? 256
    var marks = TickMarks()
    for power in first...last {
      let value = Double(sign: .plus, exponent: power, significand: 1)
      if power % stride == 0 {
        let fraction = power < 0 && power >= -10
        let label = fraction ? "1/\(1 << -power)" : NumberLabels.short(value, digits: 4)
        marks.major.append(Mark(value: value, label: label))
      } else {
        marks.minor.append(value)
      }
    }
    return marks
  }

  /// A mark at each category, at 0, 1, 2, ….
  static func categories(_ labels: [String]) -> TickMarks {
    TickMarks(major: labels.enumerated().map { Mark(value: Double($0.offset), label: $0.element) })
  }
}

extension NumberLabels {
  /// `digit · 10^power` as a label: `0.01`, `200`, `10k`, `1M`, `1e−6`; with exponents from three digits on unless
  /// `plain`.
  static func power(_ digit: Int, _ power: Int, plain: Bool = true) -> String {
    if power < -4 || power >= 15 || (!plain && power.magnitude > 2) {
      return "\(digit)e" + (power < 0 ? "−\(-power)" : "\(power)")
    }
    if power < 0 { return "0." + String(repeating: "0", count: -power - 1) + "\(digit)" }
    if power < 4 { return "\(digit)" + String(repeating: "0", count: power) }
    return "\(digit)" + String(repeating: "0", count: power % 3) + ["", "k", "M", "G", "T"][power / 3]
  }
}
