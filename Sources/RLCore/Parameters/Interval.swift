/// An interval of real numbers, as readers see it and checkers use it.
public struct Interval: Sendable, CustomStringConvertible {
  let lower: Double
  let upper: Double
  let includesLower: Bool
  let includesUpper: Bool

  /// Every finite number.
  public static let finite = Interval(-.infinity, .infinity, false, false)
  /// `[0, 1]`, a probability.
  public static let unit = Interval(0, 1, true, true)
  /// `[0, ∞)`.
  public static let nonnegative = Interval(0, .infinity, true, false)
  /// `(0, ∞)`.
  public static let positive = Interval(0, .infinity, false, false)

  /// `[lower, upper]`.
  public static func closed(_ lower: Double, _ upper: Double) -> Interval { Interval(lower, upper, true, true) }
  /// `(lower, upper)`.
  public static func open(_ lower: Double, _ upper: Double) -> Interval { Interval(lower, upper, false, false) }
  /// `[lower, upper)`.
  public static func halfOpen(_ lower: Double, _ upper: Double) -> Interval { Interval(lower, upper, true, false) }
  /// `(0, upper]`.
  public static func positive(through upper: Double) -> Interval { Interval(0, upper, false, true) }

  private init(_ lower: Double, _ upper: Double, _ includesLower: Bool, _ includesUpper: Bool) {
    self.lower = lower
    self.upper = upper
    self.includesLower = includesLower
    self.includesUpper = includesUpper
  }

  /// Whether a number lies inside; never true for NaN or an infinity.
  public func contains(_ x: Double) -> Bool {
    x.isFinite && (includesLower ? x >= lower : x > lower) && (includesUpper ? x <= upper : x < upper)
  }

  /// "(0, 1]".
  public var description: String {
    let from = lower.isInfinite ? "(-∞" : (includesLower ? "[" : "(") + Setting.real(lower).description
    let to = upper.isInfinite ? "∞)" : Setting.real(upper).description + (includesUpper ? "]" : ")")
    return from + ", " + to
  }

  /// Reads a number that must lie inside.
  public func number(_ setting: Setting) throws(SettingProblem) -> Double {
    guard let x = setting.number else {
      throw SettingProblem("\(setting) is \(setting.kind); write a number in \(self)")
    }
    if !contains(x) { throw SettingProblem("\(setting) is out of range; give a number in \(self)") }
    return x
  }

  /// Reads a whole number that must lie in a range, ends included.
  public static func whole(_ setting: Setting, in range: ClosedRange<Int>) throws(SettingProblem) -> Int {
    if let n = setting.whole, range.contains(n) { return n }
    guard let x = setting.number else {
      throw SettingProblem("\(setting) is \(setting.kind); write a whole number in \(describe(range))")
    }
    // Whole, though perhaps too large for an integer.
    let what = x == x.rounded() && x.isFinite ? "is out of range" : "is not a whole number"
    throw SettingProblem("\(setting) \(what); give a whole number in \(describe(range))")
  }

  /// "[1, ∞)" for a range of whole numbers.
  public static func describe(_ range: ClosedRange<Int>) -> String {
    "[\(range.lowerBound), " + (range.upperBound == .max ? "∞)" : "\(range.upperBound)]")
  }
}
