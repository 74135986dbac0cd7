#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import RLCore

/// What the values of an axis are drawn from: `{log: [a, b]}`, `{linear: [a, b]}` or `{integer: [a, b]}`.
struct AxisLaw: Sendable, Equatable {
  /// Between its ends, what is uniform.
  enum Kind: String, Sendable, CaseIterable {
    /// The logarithm.
    case log
    /// The number itself.
    case linear
    /// The whole number, ends included.
    case integer
  }

  let kind: Kind
  let low: Double
  let high: Double

  /// Reads a law.
  init(_ setting: Setting) throws(SettingProblem) {
    guard let fields = setting.fields, fields.count == 1, let kind = Kind(rawValue: fields[0].key),
      let ends = fields[0].value.elements, ends.count == 2, let a = ends[0].number, let b = ends[1].number, a.isFinite,
      b.isFinite, a < b
    else {
      throw SettingProblem(
        "\(setting) is nothing to draw from; write {random: {log: [a, b]}, n: 20}, or linear or integer, with a below b"
      )
    }
    let isTooLarge = max(a.magnitude, b.magnitude) > (kind == .integer ? 0x1p53 : 1e300)
    if isTooLarge { throw SettingProblem("the ends \(a) and \(b) are too far out; give smaller ones") }
    if kind == .log && a <= 0 {
      throw SettingProblem("a log axis needs ends above 0; it has \(a) and \(b)")
    }
    self.kind = kind
    low = a
    high = b
  }

  /// Draws a value.
  func draw(using stream: inout RandomStream) -> Setting {
    switch kind {
    case .log:
      return Self.simplified(Self.rounded(exp(logarithm(low) + (logarithm(high) - logarithm(low)) * stream.uniform())))
    case .linear: return Self.simplified(Self.rounded(low + (high - low) * stream.uniform()))
    case .integer:
      let first = Int(low.rounded(.up))
      return .integer(first + stream.uniform(below: max(1, Int(high.rounded(.down)) - first + 1)))
    }
  }

  /// Where a value lies between the ends, in `[0, 1]`, on the scale on which the law is uniform.
  func place(of value: Double) -> Double {
    let place =
      kind == .log
      ? (logarithm(value) - logarithm(low)) / (logarithm(high) - logarithm(low)) : (value - low) / (high - low)
    return min(1, max(0, place))
  }

  /// The value at a place between the ends.
  func value(at place: Double) -> Double {
    kind == .log
      ? Self.rounded(exp(logarithm(low) + (logarithm(high) - logarithm(low)) * place))
      : Self.rounded(low + (high - low) * place)
  }

  /// Ten significant digits: an axis that names 0.1 should hold 0.1, not 0.09999999999999999.
  static func rounded(_ x: Double) -> Double {
    if x == 0 || !x.isFinite { return x }
    let exponent = Int(floor(log10(abs(x)))) - 9
    let scale = pow(10, Double(abs(exponent)))
    if !scale.isFinite { return x }
    return exponent < 0 ? (x * scale).rounded() / scale : (x / scale).rounded() * scale
  }

  static func simplified(_ x: Double) -> Setting {
    if let n = Int(exactly: x), abs(x) < 0x1p53 { .integer(n) } else { .real(x) }
  }
}

/// The natural logarithm, whatever else is called `log`.
private func logarithm(_ x: Double) -> Double { log(x) }
