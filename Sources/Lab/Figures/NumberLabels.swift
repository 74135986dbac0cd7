/// Short spellings of numbers for axes, cells and notes: `0.05`, `10k`, `1.5M`, `−100`, `2e−7`.
///
/// The minus is U+2212, as wide as a plus. Nothing depends on a locale.
enum NumberLabels {
  /// The suffixes of powers of 1000, largest first.
  private static let suffixes: [(power: Int, letter: String)] = [(12, "T"), (9, "G"), (6, "M"), (3, "k")]

  /// `value` with exactly `places` decimals in `0...15`.
  static func fixed(_ value: Double, places: Int) -> String {
    let scaled = (value.magnitude * powerOfTen(places)).rounded()
    guard scaled < 9e15 else { return scientific(value, digits: 3) }
    var digits = String(UInt64(scaled))
    if places > 0 {
      if digits.count <= places { digits = String(repeating: "0", count: places + 1 - digits.count) + digits }
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -places))
    }
    return value < 0 && scaled > 0 ? "−" + digits : digits
  }

  /// `fixed` without zeros at the end of the decimals.
  static func trimmed(_ value: Double, places: Int) -> String {
    var text = fixed(value, places: places)
    guard text.contains(".") else { return text }
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// A number alone, to `digits` significant digits: for cells, notes and descriptions.
  ///
  /// Integers under 10 000 are written in full; larger numbers take `k`, `M`, `G`, `T`.
  static func short(_ value: Double, digits: Int = 3) -> String {
    if value.isNaN { return "–" }
    if value.isInfinite { return value < 0 ? "−∞" : "∞" }
    if value == 0 { return "0" }
    let magnitude = value.magnitude
    if magnitude < 1e-4 || magnitude >= 1e15 { return scientific(value, digits: digits) }
    if magnitude < 9999.5 {
      if value == value.rounded() { return fixed(value, places: 0) }
      return trimmed(value, places: max(0, digits - 1 - exponent(magnitude)))
    }
    let suffix = suffixes.first { magnitude >= 0.9995 * powerOfTen($0.power) } ?? suffixes[3]
    let scaled = value / powerOfTen(suffix.power)
    return trimmed(scaled, places: max(0, digits - 1 - exponent(scaled.magnitude))) + suffix.letter
  }

  /// `mantissa e exponent`, the mantissa to at most `digits` significant digits.
  static func scientific(_ value: Double, digits: Int) -> String {
    var power = exponent(value.magnitude)
    var mantissa = scaleByTen(value, -power)
    if mantissa.magnitude >= 10 - 0.5 / powerOfTen(digits - 1) {
      power += 1
      mantissa /= 10
    }
    let text = trimmed(mantissa, places: digits - 1)
    return text + "e" + (power < 0 ? "−\(-power)" : "\(power)")
  }

  /// Labels of evenly spaced ticks, with the decimals that their `step` needs.
  ///
  /// From 10 000 on, thousands take `k`, `M`, `G`, `T`; a zero is "0".
  static func labels(of values: [Double], step: Double) -> [String] {
    let largest = values.reduce(0) { max($0, $1.magnitude) }
    if largest < 1e-4 || largest >= 1e15 {
      let digits = max(1, exponent(largest) - exponent(step) + 1)
      return values.map { $0 == 0 ? "0" : scientific($0, digits: min(digits, 15)) }
    }
    // An exact power of ten may come out of log10 a hair low; the nudge keeps its exponent.
    let stepPower = exponent(step * (1 + 1e-9))
    let places = max(0, -stepPower)
    if largest >= 10_000 && stepPower >= -3 {
      return values.map { value in
        guard let suffix = suffixes.first(where: { value.magnitude >= powerOfTen($0.power) }) else {
          return trimmed(value, places: places)
        }
        let needed = max(0, suffix.power - stepPower)
        if needed > 3 { return trimmed(value, places: places) }
        return trimmed(value / powerOfTen(suffix.power), places: needed) + suffix.letter
      }
    }
    return values.map { $0 == 0 ? "0" : fixed($0, places: min(places, 15)) }
  }

  /// The decimal exponent of a positive number: `floor(log10(x))`, and 0 for what has none.
  static func exponent(_ magnitude: Double) -> Int {
    guard magnitude > 0 && magnitude.isFinite else { return 0 }
    var power = Int(FigureMath.decimalLogarithm(magnitude).rounded(.down))
    // log10 is not exact near powers of ten; the comparison is.
    if power < 300 && magnitude >= scaleByTen(1, power + 1) { power += 1 }
    if power > -300 && magnitude < scaleByTen(1, power) { power -= 1 }
    return power
  }

  /// 10 to `power` in `0...22`, exact.
  static func powerOfTen(_ power: Int) -> Double {
    var result = 1.0
    for _ in 0..<max(power, 0) { result *= 10 }
    return result
  }

  /// `value · 10^power`, by one exact power of ten where |power| ≤ 22, so that 3 · 10⁻¹ is the double 0.3.
  static func scaleByTen(_ value: Double, _ power: Int) -> Double {
    var (result, left) = (value, power)
    while left > 0 {
      let piece = min(left, 22)
      result *= powerOfTen(piece)
      left -= piece
    }
    while left < 0 {
      let piece = min(-left, 22)
      result /= powerOfTen(piece)
      left += piece
    }
    return result
  }
}
