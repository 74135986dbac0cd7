import RLCore

/// The words of JSON Schema (draft 2020-12), for schemas made in code.
enum Schema {
  typealias Field = Setting.Field

  static let string = Setting.object([.init("type", .text("string"))])
  static let text = Setting.object([.init("type", .text("string")), .init("minLength", .integer(1))])
  static let boolean = Setting.object([.init("type", .text("boolean"))])
  static let null = Setting.object([.init("type", .text("null"))])
  static let number = reference("number")
  static let anything = Setting.boolean(true)
  static let nothing = Setting.boolean(false)

  /// A number; NaN, which JSON5 has, is at once at least 1 and at most 0 for all who ask whether it is less or more.
  static let anyNumber = Setting.object([
    .init("type", .text("number")),
    .init("not", .object([.init("minimum", .integer(1)), .init("maximum", .integer(0))])),
  ])

  static func reference(_ name: String) -> Setting { .object([.init("$ref", .text("#/$defs/\(name)"))]) }
  static func const(_ value: Setting) -> Setting { .object([.init("const", value)]) }
  static func among(_ values: [Setting]) -> Setting {
    values.count == 1 ? const(values[0]) : .object([.init("enum", .list(values))])
  }
  static func words(_ words: [String]) -> Setting { .object([.init("enum", .list(words.map(Setting.text)))]) }
  static func anyOf(_ settings: [Setting]) -> Setting {
    settings.count == 1 ? settings[0] : .object([.init("anyOf", .list(settings))])
  }
  static func allOf(_ settings: [Setting]) -> Setting {
    settings.count == 1 ? settings[0] : .object([.init("allOf", .list(settings))])
  }
  static func not(_ setting: Setting) -> Setting { .object([.init("not", setting)]) }
  static func when(_ given: Setting, _ then: Setting) -> Setting {
    .object([.init("if", given), .init("then", then)])
  }
  static func requires(_ keys: String...) -> Setting {
    .object([.init("required", .list(keys.map(Setting.text)))])
  }
  /// What is under some keys, where it is there.
  static func properties(_ fields: Field...) -> Setting { properties(fields) }
  static func properties(_ fields: [Field]) -> Setting { .object([.init("properties", .object(fields))]) }
  /// What is under some keys, all of which are there.
  static func having(_ fields: Field...) -> Setting { having(fields) }
  static func having(_ fields: [Field]) -> Setting {
    .object([
      .init("properties", .object(fields)), .init("required", .list(fields.map { .text($0.key) })),
    ])
  }
  /// An object of a kind, with what is under some keys, all of which are there.
  static func table(_ fields: [Field]) -> Setting {
    .object(having(fields).fields! + [.init("type", .text("object"))])
  }

  /// An object that has no other keys.
  static func object(_ properties: [Field], required: [String] = [], more: [Field] = []) -> Setting {
    var fields = more
    fields.append(.init("type", .text("object")))
    fields.append(.init("properties", .object(properties)))
    if !required.isEmpty { fields.append(.init("required", .list(required.map(Setting.text)))) }
    fields.append(.init("additionalProperties", nothing))
    return .object(fields)
  }

  static func whole(_ low: Int, _ high: Int) -> Setting {
    .object([
      .init("type", .text("integer")), .init("minimum", .integer(low)), .init("maximum", .integer(high)),
    ])
  }

  static func list(_ items: Setting, from low: Int = 0, to high: Int? = nil, isUnique: Bool = false) -> Setting {
    var fields: [Field] = [.init("type", .text("array")), .init("items", items)]
    if low > 0 { fields.append(.init("minItems", .integer(low))) }
    if let high { fields.append(.init("maxItems", .integer(high))) }
    if isUnique { fields.append(.init("uniqueItems", .boolean(true))) }
    return .object(fields)
  }

  /// A list of just these.
  static func tuple(_ items: [Setting], more: [Field] = []) -> Setting {
    .object(
      more + [
        .init("type", .text("array")), .init("prefixItems", .list(items)), .init("minItems", .integer(items.count)),
        .init("maxItems", .integer(items.count)),
      ])
  }

  /// A number with the bounds of a range like "(0, 1]"; without them where the range is in words.
  ///
  /// - Parameter type: "number" or "integer".
  static func bounded(_ type: String, _ range: String?) -> Setting {
    var fields: [Field] = type == "number" ? number.fields! : [.init("type", .text(type))]
    guard let range, let first = range.first, let last = range.last, "([".contains(first), ")]".contains(last) else {
      if let range, type == "integer" {
        let words = range.split(separator: ",").map { Int($0.drop { $0 == " " }) }
        if words.count > 1, words.allSatisfy({ $0 != nil }) { return among(words.map { .integer($0!) }) }
      }
      return .object(fields)
    }
    let ends = range.dropFirst().dropLast().split(separator: ",").map { $0.drop { $0 == " " } }
    guard ends.count == 2 else { return .object(fields) }
    func end(_ text: Substring) -> Setting? { Int(text).map(Setting.integer) ?? Double(text).map(Setting.real) }
    // JSON5 has infinities, which no range holds whose end is open.
    let isWhole = type == "integer"
    if let low = end(ends[0]) {
      fields.append(.init(first == "[" ? "minimum" : "exclusiveMinimum", low))
    } else if first == "(" {
      fields.append(.init("minimum", isWhole ? .integer(.min) : .real(-.greatestFiniteMagnitude)))
    }
    if let high = end(ends[1]) {
      fields.append(.init(last == "]" ? "maximum" : "exclusiveMaximum", high))
    } else if last == ")" {
      fields.append(.init("maximum", isWhole ? .integer(.max) : .real(.greatestFiniteMagnitude)))
    }
    return .object(fields)
  }

  // MARK: What compares values

  /// Whole numbers from one to another: each at first, then about 1.5 times the one before. Where a schema cannot compare two values, it
  /// can compare both to such numbers.
  static func rungs(_ low: Int, _ high: Int) -> [Int] {
    var rungs: [Int] = []
    var rung = low
    while rung <= high {
      rungs.append(rung)
      rung = rung < low + 16 ? rung + 1 : max(rung + 1, rung + rung / 2)
    }
    return rungs
  }

  /// 1, 2, 5, 10, … between two powers of ten.
  static func decades(_ low: Int, _ high: Int) -> [Double] {
    (low...high).flatMap { power in [1, 2, 5].map { Double("\($0)e\(power)")! } }
  }

  /// Two numbers of which the first is less: no round number may lie on the wrong side of one of them.
  static let rising: Setting = {
    let sizes = decades(-5, 5)
    let rungs = sizes.reversed().map { -$0 } + [0] + sizes
    return allOf(
      rungs.map { rung in
        func first(_ word: String) -> [Setting] { [.object([.init(word, AxisLaw.simplified(rung))])] }
        return when(
          .object([.init("prefixItems", .list(first("minimum")))]),
          .object([.init("prefixItems", .list([anything] + first("exclusiveMinimum")))]))
      })
  }()

  /// Strings of one length, or lists of one length: where one is at most so long, all are.
  ///
  /// - Parameters:
  ///   - all: The word for what each of them is: "items" or "additionalProperties".
  ///   - unit: What is counted: "Length" or "Items".
  static func equallyLong(_ all: String, _ unit: String, upTo most: Int) -> Setting {
    allOf(
      (1...most).map { length in
        when(
          not(.object([.init(all, .object([.init("min\(unit)", .integer(length + 1))]))])),
          .object([.init(all, .object([.init("max\(unit)", .integer(length))]))]))
      })
  }

  /// Probabilities that may sum to 1: what is above a share leaves no room for another above the rest.
  static let distribution: Setting = {
    var fields = list(whole01, from: 0).fields!
    let rungs = stride(from: 50, through: 100, by: 5).map { percent -> Setting in
      let (share, rest) = (Double(percent) / 100 - 1e-8, Double(100 - percent) / 100 + 2e-8)
      return when(
        .object([.init("contains", .object([.init("minimum", .real(share))]))]),
        .object([
          .init("contains", .object([.init("minimum", .real(rest))])), .init("minContains", .integer(0)),
          .init("maxContains", .integer(1)),
        ]))
    }
    let sole = when(
      .object([.init("minItems", .integer(1)), .init("maxItems", .integer(1))]),
      .object([.init("items", nearly1)]))
    let some = when(
      .object([.init("minItems", .integer(1))]),
      .object([.init("contains", .object([.init("exclusiveMinimum", .integer(0))]))]))
    fields.append(.init("allOf", .list(rungs + [sole, some])))
    return .object(fields)
  }()

  /// A probability.
  static let whole01 = bounded("number", "[0, 1]")
  /// 1, but for rounding.
  static let nearly1 = Setting.object([.init("minimum", .real(1 - 1e-8)), .init("maximum", .real(1 + 1e-8))])

  /// As JSON, small objects on one line.
  static func json(_ schema: Setting, indent: String = "") -> String {
    let inner = indent + " "
    let (open, close, lines): (String, String, [String])
    switch schema {
    case .table(let fields):
      lines = fields.map { "\(Setting.text($0.key)): \(json($0.value, indent: inner))" }
      (open, close) = ("{", "}")
    case .list(let elements):
      lines = elements.map { json($0, indent: inner) }
      (open, close) = ("[", "]")
    default: return schema.json
    }
    let isWords = schema.elements?.contains { $0.fields != nil || $0.elements != nil } == false
    if isWords || lines.reduce(indent.utf8.count, { $0 + $1.utf8.count }) <= 140 && !lines.contains(where: \.isBroken) {
      return open + lines.joined(separator: ", ") + close
    }
    return open + "\n" + inner + lines.joined(separator: ",\n" + inner) + "\n" + indent + close
  }
}

extension String {
  /// Whether it has several lines.
  fileprivate var isBroken: Bool { utf8.contains(UInt8(ascii: "\n")) }
}
