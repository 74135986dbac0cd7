/// A named, typed parameter of an environment or an algorithm, declared once by the type that uses it. Checking of configurations, `describe`, help
/// and documentation come from this one declaration.
///
///     static let alpha = Parameter.real("alpha", symbol: "α", default: 0.1, in: .positive(through: 1), "step size")
///     ...
///     let alpha = settings[Self.alpha]
public struct Parameter<Value: Sendable>: Sendable {
  /// The declaration without its type, for lists and checks.
  public let declaration: ParameterDeclaration
  let decode: @Sendable (Setting) throws(SettingProblem) -> Value

  /// Declares a parameter whose values are read by a rule of its own.
  ///
  /// - Parameters:
  ///   - name: The key in configurations, snake_case.
  ///   - symbol: How books write it, "α".
  ///   - type: What a value looks like, for readers: "number", "list of rows".
  ///   - default: The value that holds where none is given; nil where one must be given.
  ///   - range: The values allowed, for readers: "(0, 1]".
  ///   - meaning: One line.
  ///   - isFile: Whether a string names a file whose content the lab attaches (see ``Settings/attachment(_:)``).
  ///   - decode: Reads a value, or throws what is wrong with it and how to mend it.
  public init(
    _ name: String, symbol: String? = nil, type: String, default: Setting?, range: String? = nil, _ meaning: String,
    isFile: Bool = false, decode: @escaping @Sendable (Setting) throws(SettingProblem) -> Value
  ) {
    self.decode = decode
    declaration = ParameterDeclaration(
      name: name, symbol: symbol, type: type, defaultSetting: `default`, range: range, choices: [], meaning: meaning,
      isFile: isFile,
      problem: { setting in
        do throws(SettingProblem) {
          _ = try decode(setting)
          return nil
        } catch { return error }
      })
  }

  private init(declaration: ParameterDeclaration, decode: @escaping @Sendable (Setting) throws(SettingProblem) -> Value)
  {
    self.declaration = declaration
    self.decode = decode
  }

  /// The same parameter with another default and, if given, another meaning, for a type that shares a declaration.
  public func with(default setting: Setting, _ meaning: String? = nil) -> Parameter {
    var copy = declaration
    copy.defaultSetting = setting
    if let meaning { copy.meaning = meaning }
    return Parameter(declaration: copy, decode: decode)
  }

  /// The same parameter with what its list holds: objects, each with the id of one of these and its parameters.
  public func holding(_ members: [About]) -> Parameter {
    var copy = declaration
    copy.members = members
    return Parameter(declaration: copy, decode: decode)
  }

  fileprivate func listing(_ choices: [String]) -> Parameter {
    var copy = declaration
    copy.choices = choices
    return Parameter(declaration: copy, decode: decode)
  }
}

/// A parameter as readers and checkers see it.
public struct ParameterDeclaration: Sendable {
  /// The key in configurations.
  public let name: String
  /// How books write it.
  public let symbol: String?
  /// What a value looks like.
  public let type: String
  /// The value that holds where none is given; nil where one must be given.
  public internal(set) var defaultSetting: Setting?
  /// The values allowed, as an interval or in words.
  public let range: String?
  /// The words allowed, where it is a choice.
  public internal(set) var choices: [String]
  /// One line that says what it is.
  public internal(set) var meaning: String
  /// Whether a string names a file.
  public let isFile: Bool
  /// Of a list of objects with ids: what each may be.
  public internal(set) var members: [About] = []
  /// What is wrong with a value, or nil.
  public let problem: @Sendable (Setting) -> SettingProblem?
}

/// What is wrong with one value of a configuration, and how to mend it; the place is added by whoever knows it.
public struct SettingProblem: Error, Sendable, Equatable {
  /// Says what is wrong and how to mend it.
  public let message: String
  /// Where below the value it is: ".from", "[2]", or empty.
  public var place: String

  /// Says what is wrong, and where below the value.
  public init(_ message: String, at place: String = "") {
    self.message = message
    self.place = place
  }
}

extension Parameter where Value == Double {
  /// A real number within an interval.
  public static func real(
    _ name: String, symbol: String? = nil, default: Double?, in interval: Interval = .finite, _ meaning: String
  ) -> Parameter {
    Parameter(
      name, symbol: symbol, type: "number", default: `default`.map(Setting.real), range: interval.description, meaning
    ) { setting throws(SettingProblem) in try interval.number(setting) }
  }
}

extension Parameter where Value == Double? {
  /// A real number within an interval, or `null`.
  public static func optionalReal(
    _ name: String, symbol: String? = nil, default: Double? = nil, in interval: Interval = .finite, _ meaning: String
  ) -> Parameter {
    Parameter(
      name, symbol: symbol, type: "number or null", default: `default`.map(Setting.real) ?? .null,
      range: interval.description, meaning
    ) { setting throws(SettingProblem) in setting == .null ? nil : try interval.number(setting) }
  }
}

extension Parameter where Value == Int {
  /// A whole number within a range, ends included.
  public static func integer(
    _ name: String, symbol: String? = nil, default: Int?, in range: ClosedRange<Int>, _ meaning: String
  ) -> Parameter {
    let text = Interval.describe(range)
    return Parameter(
      name, symbol: symbol, type: "whole number", default: `default`.map(Setting.integer), range: text, meaning
    ) { setting throws(SettingProblem) in try Interval.whole(setting, in: range) }
  }
}

extension Parameter where Value == Int? {
  /// A whole number within a range, ends included, or `null`.
  public static func optionalInteger(
    _ name: String, symbol: String? = nil, default: Int? = nil, in range: ClosedRange<Int>, _ meaning: String
  ) -> Parameter {
    let text = Interval.describe(range)
    return Parameter(
      name, symbol: symbol, type: "whole number or null", default: `default`.map(Setting.integer) ?? .null, range: text,
      meaning
    ) { setting throws(SettingProblem) in setting == .null ? nil : try Interval.whole(setting, in: range) }
  }
}

extension Parameter where Value == Bool {
  /// `true` or `false`.
  public static func flag(_ name: String, default: Bool, _ meaning: String) -> Parameter {
    Parameter(name, type: "boolean", default: .boolean(`default`), range: "true, false", meaning) {
      setting throws(SettingProblem) in
      guard case .boolean(let flag) = setting else {
        throw SettingProblem("\(setting) is \(setting.kind); write true or false")
      }
      return flag
    }
  }
}

extension Parameter where Value == [Double] {
  /// A list of numbers within an interval.
  public static func reals(
    _ name: String, symbol: String? = nil, default: [Double]?, in interval: Interval = .finite,
    count: ClosedRange<Int>? = nil,
    _ meaning: String
  ) -> Parameter {
    Parameter(
      name, symbol: symbol, type: "list of numbers", default: `default`.map { .list($0.map(Setting.real)) },
      range: interval.description, meaning
    ) { setting throws(SettingProblem) in
      guard let elements = setting.elements else {
        throw SettingProblem("\(setting) is \(setting.kind); write a list of numbers")
      }
      if let count, !count.contains(elements.count) {
        let wanted = count.lowerBound == count.upperBound ? "\(count.lowerBound)" : Interval.describe(count)
        throw SettingProblem("the list has \(elements.count) numbers; give \(wanted)")
      }
      var numbers: [Double] = []
      for (index, element) in elements.enumerated() {
        do throws(SettingProblem) {
          numbers.append(try interval.number(element))
        } catch { throw SettingProblem(error.message, at: "[\(index)]") }
      }
      return numbers
    }
  }
}

extension Parameter where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of a few words.
  public static func choice(_ name: String, symbol: String? = nil, default: Value?, _ meaning: String) -> Parameter {
    let words = Value.allCases.map(\.rawValue)
    let listed = words.map { "\"\($0)\"" }.joined(separator: ", ")
    return Parameter(
      name, symbol: symbol, type: "word", default: (`default`?.rawValue).map(Setting.text), range: listed, meaning
    ) { setting throws(SettingProblem) in
      guard let text = setting.text else {
        throw SettingProblem("\(setting) is \(setting.kind); write one of \(listed)")
      }
      guard let value = Value(rawValue: text) else {
        let hint = Spelling.hint(for: text, among: words, otherwise: "write one of them")
        throw SettingProblem("\"\(text)\" is none of \(listed); \(hint)")
      }
      return value
    }.listing(words)
  }
}

extension Parameter where Value == Schedule {
  /// A number that may change over time: a number, or a schedule object.
  public static func schedule(
    _ name: String, symbol: String? = nil, default: Double?, in interval: Interval, visits: Bool = false,
    _ meaning: String
  ) -> Parameter {
    Parameter(
      name, symbol: symbol, type: visits ? "number or schedule (\"visits\" too)" : "number or schedule",
      default: `default`.map(Setting.real), range: interval.description, meaning
    ) { setting throws(SettingProblem) in try Schedule(setting, in: interval, allowingVisits: visits) }
  }
}

extension Parameter where Value == Schedule? {
  /// A number that may change over time, or `null`.
  public static func optionalSchedule(
    _ name: String, symbol: String? = nil, default: Double? = nil, in interval: Interval, visits: Bool = false,
    _ meaning: String
  ) -> Parameter {
    Parameter(
      name, symbol: symbol, type: "number, schedule or null", default: `default`.map(Setting.real) ?? .null,
      range: interval.description, meaning
    ) { setting throws(SettingProblem) in
      setting == .null ? nil : try Schedule(setting, in: interval, allowingVisits: visits)
    }
  }
}
