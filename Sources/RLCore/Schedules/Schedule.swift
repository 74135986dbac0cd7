#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A number that may change over time. Time is counted in the unit of the trial's budget: finished episodes, environment steps or updates.
public enum Schedule: Sendable, Equatable {
  /// Always the same.
  case constant(Double)
  /// From `from` to `to` in a straight line over `over` units, `to` afterwards.
  case linear(from: Double, to: Double, over: Double)
  /// From `from` to `to` by a constant factor a unit over `over` units, `to` afterwards.
  case exponential(from: Double, to: Double, over: Double)
  /// `from / (1 + t / over)`, never below `to`.
  case inverseTime(from: Double, to: Double, over: Double)
  /// `from / N(s, a)^power`, by the number of visits of what is updated; the owner counts them.
  case visits(from: Double, power: Double)

  /// The value at a time.
  ///
  /// - Parameter time: Units since the start of the trial, not negative.
  /// - Returns: The value; for ``visits(from:power:)`` the first visit's.
  public func value(at time: Double) -> Double {
    switch self {
    case .constant(let value): value
    case .linear(let from, let to, let over): time >= over ? to : from + (to - from) * (time / over)
    case .exponential(let from, let to, let over):
      // Kept between both ends: the quotient of extreme ends is infinite or 0.
      time >= over ? to : min(max(from * pow(to / from, time / over), min(from, to)), max(from, to))
    case .inverseTime(let from, let to, let over): max(to, from / (1 + time / over))
    case .visits(let from, _): from
    }
  }

  /// Whether the value never changes with time.
  public var isConstant: Bool {
    switch self {
    case .constant, .visits: true
    default: false
    }
  }

  /// Reads `0.1` or `{schedule: "linear", from: 1.0, to: 0.05, over: 1000}`.
  ///
  /// - Throws: What is wrong: an unknown schedule or key, a value outside the interval, a missing key.
  public init(_ setting: Setting, in interval: Interval, allowingVisits: Bool = false) throws(SettingProblem) {
    guard let fields = setting.fields else {
      guard setting.number != nil else {
        throw SettingProblem("\(setting) is \(setting.kind); write a number in \(interval) or a schedule object")
      }
      self = .constant(try interval.number(setting))
      return
    }
    let kinds = ["linear", "exponential", "inverse-time"] + (allowingVisits ? ["visits"] : [])
    let listed = kinds.map { "\"\($0)\"" }.joined(separator: ", ")
    guard let kind = setting["schedule"]?.text else {
      throw SettingProblem("a schedule needs its kind; write \"schedule\": one of \(listed)", at: ".schedule")
    }
    guard kinds.contains(kind) else {
      let hint = Spelling.hint(for: kind, among: kinds, otherwise: "write one of them")
      throw SettingProblem("\"\(kind)\" is none of \(listed); \(hint)", at: ".schedule")
    }
    let allowed = kind == "visits" ? ["schedule", "from", "power"] : ["schedule", "from", "to", "over"]
    let name = (kind == "inverse-time" ? "an " : "a ") + "\(kind) schedule"
    try setting.checkKeys(allowed, of: name)
    func read(_ key: String, _ interval: Interval, default: Double? = nil) throws(SettingProblem) -> Double {
      guard let given = setting[key] else {
        if let `default` { return `default` }
        throw SettingProblem("\(name) needs \"\(key)\"; give a number in \(interval)", at: ".\(key)")
      }
      do throws(SettingProblem) {
        return try interval.number(given)
      } catch { throw SettingProblem(error.message, at: ".\(key)") }
    }
    switch kind {
    case "visits":
      self = .visits(
        from: try read("from", interval, default: 1), power: try read("power", .positive(through: 1), default: 1))
    case "inverse-time":
      self = .inverseTime(
        from: try read("from", interval), to: try read("to", interval, default: 0), over: try read("over", .positive))
    case "exponential":
      let from = try read("from", interval)
      let to = try read("to", interval)
      if from <= 0 || to <= 0 {
        throw SettingProblem("an exponential schedule needs \"from\" and \"to\" above 0; give positive numbers")
      }
      self = .exponential(from: from, to: to, over: try read("over", .positive))
    default:
      self = .linear(from: try read("from", interval), to: try read("to", interval), over: try read("over", .positive))
    }
  }
}
