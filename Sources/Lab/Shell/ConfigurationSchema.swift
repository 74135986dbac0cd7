import RLCore

/// The JSON Schema (draft 2020-12) of configurations, made from the declarations: for completion and checks in editors.
///
/// A schema says nothing of what depends on several values at once: whether an algorithm fits a task, whether a sweep is too large, whether a
/// file is there. `rl-lab check` says all of it.
struct ConfigurationSchema {
  let lab: Laboratory

  private typealias Field = Setting.Field

  /// The schema.
  var schema: Setting {
    var definitions: [Field] = [
      .init("budget", Self.budget), .init("record", Self.record),
      .init("axis", Self.axis), .init("axes", axes), .init("search", search),
    ]
    for (kind, entries) in [
      ("environment", lab.environments.map(\.about)), ("algorithm", lab.algorithms.map(\.about)),
    ] {
      for about in entries { definitions.append(.init("\(kind).\(about.id)", component(about))) }
      let ids = Setting.list(entries.map { .text($0.id) })
      var names: [String: Setting] = [:]
      for about in entries { for parameter in about.parameters { names[parameter.name] = .boolean(true) } }
      // A part of a component: what a sweep or a variant lays over another. Which id it belongs to, the whole decides.
      definitions.append(
        .init(
          "\(kind).part",
          Self.object(
            names.keys.sorted().map { .init($0, .boolean(true)) }, required: [],
            more: [.init("description", .text("some parameters, without an id"))])))
      definitions.append(
        .init(
          kind,
          .object([
            .init("description", .text("an id, or an object with \"id\" and parameters")),
            .init(
              "anyOf",
              .list(
                [.object([.init("enum", ids)])]
                  + entries.map { .object([.init("$ref", .text("#/$defs/\(kind).\($0.id)"))]) })),
          ])))
    }
    func reference(_ name: String) -> Setting { .object([.init("$ref", .text("#/$defs/\(name)"))]) }
    func anyOf(_ names: String...) -> Setting { .object([.init("anyOf", .list(names.map(reference)))]) }
    let name = Setting.object([
      .init("type", .text("string")), .init("minLength", .integer(1)), .init("maxLength", .integer(200)),
      .init("pattern", .text("^[^/\\u0000-\\u001f\\u007f]*$")),
      .init("not", .object([.init("enum", .list([.text("."), .text("..")]))])),
    ])
    let variantName = Setting.object([
      .init("type", .text("string")), .init("minLength", .integer(1)), .init("maxLength", .integer(200)),
      .init("pattern", .text("^[^\\u0000-\\u001f\\u007f]*$")),
    ])
    let whole: (Int, Int) -> Setting = { low, high in
      .object([
        .init("type", .text("integer")), .init("minimum", .integer(low)), .init("maximum", .integer(high)),
      ])
    }
    let seeds = Setting.object([
      .init(
        "anyOf",
        .list([
          whole(1, 10_000_000),
          .object([
            .init("type", .text("array")), .init("items", whole(0, .max)), .init("minItems", .integer(1)),
            .init("uniqueItems", .boolean(true)),
          ]),
        ]))
    ])
    let stages = Setting.object([
      .init("type", .text("array")), .init("minItems", .integer(1)),
      .init("items", .object([.init("type", .text("object")), .init("required", .list([.text("id")]))])),
    ])
    let variant = Self.object(
      [
        .init("name", variantName), .init("environment", anyOf("environment", "environment.part")),
        .init("algorithm", anyOf("algorithm", "algorithm.part")), .init("stages", stages),
        .init("budget", reference("budget")), .init("record", reference("record")),
      ], required: [])
    let metrics = Setting.list(Metric.allCases.map { .text($0.rawValue) })
    let confirm = Setting.object([
      .init(
        "anyOf",
        .list([
          .object([.init("type", .text("null"))]), whole(1, 10_000_000),
          Self.object(
            [
              .init("seeds", whole(1, 10_000_000)), .init("metric", .object([.init("enum", metrics)])),
              .init("score", .object([.init("enum", .list([.text("final"), .text("area")]))])),
            ], required: ["seeds"]),
        ]))
    ])
    func requires(_ keys: String...) -> Setting { .object([.init("required", .list(keys.map(Setting.text)))]) }
    // Components without an id, where neither variants nor a sweep can name it, are none.
    let whenPlain = Setting.object([
      .init(
        "if",
        .object([
          .init(
            "not",
            .object([.init("anyOf", .list([requires("variants"), requires("sweep"), requires("search")]))]))
        ])),
      .init(
        "then",
        .object([
          .init("required", .list([.text("environment")])),
          .init("anyOf", .list([requires("algorithm"), requires("stages")])),
          .init(
            "properties",
            .object([.init("environment", reference("environment")), .init("algorithm", reference("algorithm"))])),
          .init("allOf", .list(SchemaConditions(lab: lab).all)),
        ])),
    ])
    // What is confirmed was chosen: from a sweep, or by a search; which are two things.
    let confirms = Setting.object([
      .init("if", requires("confirm")),
      .init("then", .object([.init("anyOf", .list([requires("sweep"), requires("search")]))])),
    ])
    let either = Setting.object([.init("not", requires("sweep", "search"))])
    return Self.object(
      [
        .init("name", name), .init("environment", anyOf("environment", "environment.part")),
        .init("algorithm", anyOf("algorithm", "algorithm.part")), .init("stages", stages),
        .init("budget", reference("budget")), .init("seeds", seeds), .init("seed", whole(0, .max)),
        .init("record", reference("record")),
        .init("sweep", reference("axes")),
        .init(
          "variants",
          .object([
            .init("type", .text("array")), .init("items", variant), .init("minItems", .integer(1)),
            .init("uniqueItems", .boolean(true)),
          ])), .init("search", reference("search")),
        .init("confirm", confirm), .init("question", .object([.init("type", .text("string"))])),
        .init("audit", Self.object(AuditPlan.keys.map { .init($0, .boolean(true)) }, required: [])),
        .init("launch", Self.object(LaunchOptions.keys.map { .init($0, .boolean(true)) }, required: [])),
      ], required: [],
      more: [
        .init("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
        .init("title", .text("rl-lab configuration")), .init("$defs", .object(definitions)),
        .init("allOf", .list([whenPlain, confirms, either])),
      ])
  }

  private func component(_ about: About) -> Setting {
    var properties: [Field] = [.init("id", .object([.init("const", .text(about.id))]))]
    for parameter in about.parameters { properties.append(.init(parameter.name, Self.schema(of: parameter))) }
    // What must be given may come from a sweep or a flag; where it cannot, `check` says so.
    return Self.object(
      properties, required: ["id"],
      more: [.init("title", .text(about.id)), .init("description", .text(about.summary + " (" + about.source + ")"))])
  }

  /// The schema of one parameter's value, from its type, range, choices and default.
  static func schema(of parameter: ParameterDeclaration) -> Setting {
    var meaning = parameter.meaning
    if let symbol = parameter.symbol { meaning = symbol + ": " + meaning }
    if let range = parameter.range { meaning += "; " + range }
    var fields: [Field] = [.init("description", .text(meaning))]
    if let value = parameter.defaultSetting { fields.append(.init("default", value)) }
    let kinds = kinds(of: parameter)
    if kinds.count == 1 { return .object(fields + kinds[0].fields!) }
    if !kinds.isEmpty { fields.append(.init("anyOf", .list(kinds))) }
    return .object(fields)
  }

  /// What a value may be; empty where the type is too free to be said.
  private static func kinds(of parameter: ParameterDeclaration) -> [Setting] {
    let type = parameter.type
    let number = bounded("number", parameter.range)
    let whole = bounded("integer", parameter.range)
    let null = Setting.object([.init("type", .text("null"))])
    let schedule = schedule(of: parameter)
    if !parameter.choices.isEmpty {
      let words = Setting.object([.init("enum", .list(parameter.choices.map(Setting.text)))])
      return type.contains("null") ? [words, null] : [words]
    }
    if let shapes = SchemaShapes.kinds(of: parameter) { return shapes }
    switch type {
    case "number": return [number]
    case "whole number": return [whole]
    case "boolean": return [.object([.init("type", .text("boolean"))])]
    case "number or null": return [number, null]
    case "whole number or null": return [whole, null]
    case "whole number, null or \"default\"": return [whole, null, .object([.init("const", .text("default"))])]
    case "path": return [.object([.init("type", .text("string")), .init("minLength", .integer(1))])]
    case "list of numbers":
      return [.object([.init("type", .text("array")), .init("items", number)])]
    case "list of numbers or null":
      return [.object([.init("type", .text("array")), .init("items", number)]), null]
    default: break
    }
    if type.contains("over the budget") {
      // "lin_0.001" falls to 0 over the budget.
      let text = Setting.object([.init("type", .text("string")), .init("pattern", .text("^lin_[0-9.eE+-]+$"))])
      return type.contains("null") ? [number, schedule, text, null] : [number, schedule, text]
    }
    if type.hasPrefix("number or schedule") { return [number, schedule] }
    if type.hasPrefix("number, schedule or null") { return [number, schedule, null] }
    // A type in words: at least the kinds of values that it speaks of.
    var names: [String] = []
    func add(_ name: String, _ words: String...) { if words.contains(where: type.contains) { names.append(name) } }
    add("array", "list", "rows", "[", "actions")
    add("string", "path", "word", "\"")
    add("number", "number ", "number,", "number or")
    add("object", "object", "{")
    add("null", "null")
    if type.hasPrefix("whole number") { return type == "whole number" ? [whole] : [] }
    return names.isEmpty ? [] : [.object([.init("type", .list(names.map(Setting.text)))])]
  }

  /// A number with the bounds of a range like "(0, 1]" or "4, 8"; without them where the range is in words.
  private static func bounded(_ type: String, _ range: String?) -> Setting {
    var fields: [Field] = [.init("type", .text(type))]
    guard let range, let first = range.first, let last = range.last, "([".contains(first), ")]".contains(last) else {
      if let range, type == "integer" {
        let words = range.split(separator: ",").map { Int($0.drop { $0 == " " }) }
        if words.count > 1, words.allSatisfy({ $0 != nil }) {
          return .object([.init("enum", .list(words.map { .integer($0!) }))])
        }
      }
      return .object(fields)
    }
    let ends = range.dropFirst().dropLast().split(separator: ",").map { $0.drop { $0 == " " } }
    guard ends.count == 2 else { return .object(fields) }
    func end(_ text: Substring) -> Setting? { Int(text).map(Setting.integer) ?? Double(text).map(Setting.real) }
    // JSON5 has infinities, which no range holds whose end is open.
    let greatest = Setting.real(.greatestFiniteMagnitude)
    if let low = end(ends[0]) {
      fields.append(.init(first == "[" ? "minimum" : "exclusiveMinimum", low))
    } else if first == "(" && type == "number" {
      fields.append(.init("minimum", .real(-.greatestFiniteMagnitude)))
    }
    if let high = end(ends[1]) {
      fields.append(.init(last == "]" ? "maximum" : "exclusiveMaximum", high))
    } else if last == ")" && type == "number" {
      fields.append(.init("maximum", greatest))
    }
    return .object(fields)
  }

  // MARK: What belongs to no component

  private static func object(_ properties: [Field], required: [String], more: [Field] = []) -> Setting {
    var fields = more
    fields.append(.init("type", .text("object")))
    fields.append(.init("properties", .object(properties)))
    if !required.isEmpty { fields.append(.init("required", .list(required.map(Setting.text)))) }
    fields.append(.init("additionalProperties", .boolean(false)))
    return .object(fields)
  }

  private static func whole(_ low: Int, _ high: Int) -> Setting {
    .object([
      .init("type", .text("integer")), .init("minimum", .integer(low)), .init("maximum", .integer(high)),
    ])
  }

  private static let number = Setting.object([.init("type", .text("number"))])
  private static let positive = Setting.object([.init("type", .text("number")), .init("exclusiveMinimum", .integer(0))])
  private static let units = whole(1, 1_000_000_000_000)

  /// The schedules that a parameter takes: their ends lie within its range.
  private static func schedule(of parameter: ParameterDeclaration) -> Setting {
    let number = bounded("number", parameter.range)
    func kind(_ name: String, _ fields: [Field], required: [String]) -> Setting {
      object(
        [.init("schedule", .object([.init("const", .text(name))]))] + fields, required: ["schedule"] + required)
    }
    let ends: [Field] = [.init("from", number), .init("to", number), .init("over", positive)]
    // Some count their length in the budget where none is given.
    let isLong = parameter.type.contains("over the budget") || parameter.type.hasSuffix("schedule or null")
    // What falls by a factor never reaches 0.
    let above = Setting.object([
      .init("allOf", .list([number, .object([.init("exclusiveMinimum", .integer(0))])]))
    ])
    let far: [Field] = [.init("from", above), .init("to", above), .init("over", positive)]
    var kinds = [
      kind("linear", ends, required: isLong ? ["from", "to"] : ["from", "to", "over"]),
      kind("exponential", far, required: isLong ? ["from", "to"] : ["from", "to", "over"]),
      kind("inverse-time", ends, required: isLong ? ["from"] : ["from", "over"]),
    ]
    if parameter.type.contains("visits") || parameter.type.contains("null") {
      let power = Setting.object([
        .init("type", .text("number")), .init("exclusiveMinimum", .integer(0)), .init("maximum", .integer(1)),
      ])
      kinds.append(kind("visits", [.init("from", number), .init("power", power)], required: []))
    }
    return .object([.init("anyOf", .list(kinds))])
  }

  private static var budget: Setting {
    var budget = object(Budget.Unit.allCases.map { .init($0.rawValue, units) }, required: []).fields!
    budget.append(.init("minProperties", .integer(1)))
    budget.append(.init("maxProperties", .integer(1)))
    return .object(budget)
  }

  private static var record: Setting {
    let boolean = Setting.object([.init("type", .text("boolean"))])
    let null = Setting.object([.init("type", .text("null"))])
    let exact = Setting.object([
      .init("anyOf", .list([boolean, null, object([.init("every", units)], required: ["every"])]))
    ])
    let evaluate = Setting.object([
      .init(
        "anyOf",
        .list([
          null, .object([.init("const", .boolean(false))]),
          object(
            [
              .init("episodes", whole(1, 1_000_000)), .init("every", units),
              .init("maximum_steps", whole(1, 1_000_000_000)),
              .init("policy", .object([.init("enum", .list([.text("greedy"), .text("sampled")]))])),
            ], required: []),
        ]))
    ])
    let values = RecordOptions.Values.allCases.map { Setting.text($0.rawValue) }
    return object(
      [
        .init("every", units), .init("exact", exact), .init("values", .object([.init("enum", .list(values))])),
        .init("policy", .object([.init("enum", .list(values))])),
        .init("evaluate", evaluate),
      ], required: [])
  }

  private static func list(_ items: [Setting]) -> Setting {
    .object([
      .init("type", .text("array")), .init("prefixItems", .list(items)), .init("minItems", .integer(items.count)),
      .init("maxItems", .integer(items.count)),
    ])
  }

  /// Numbers between two bounds, or above 0.
  private static func end(_ size: Double, isPositive: Bool = false) -> Setting {
    .object([
      .init("type", .text("number")),
      .init(isPositive ? "exclusiveMinimum" : "minimum", isPositive ? .integer(0) : .real(-size)),
      .init("maximum", .real(size)),
    ])
  }

  /// `{log: [a, b]}` and its like.
  private static let law: Setting = {
    let far = 1e300
    var law = object(
      [
        .init("log", list([end(far, isPositive: true), end(far, isPositive: true)])),
        .init("linear", list([end(far), end(far)])), .init("integer", list([end(0x1p53), end(0x1p53)])),
      ], required: []
    ).fields!
    law.append(.init("minProperties", .integer(1)))
    law.append(.init("maxProperties", .integer(1)))
    return .object(law)
  }()

  private static let grids: [Setting] = [
    object([.init("linear", list([end(1e300), end(1e300), whole(1, 100_000)]))], required: ["linear"]),
    object(
      [.init("log", list([end(1e300, isPositive: true), end(1e300, isPositive: true), whole(1, 100_000)]))],
      required: ["log"]),
  ]

  private static func conditional(_ values: Setting) -> Setting {
    object(
      [.init("values", values), .init("when", .object([.init("type", .text("object"))]))],
      required: ["values", "when"])
  }

  /// A list of different values. On axes that move together a value may come again.
  private static func values(mayRepeat: Bool) -> Setting {
    var fields: [Field] = [.init("type", .text("array")), .init("minItems", .integer(1))]
    if !mayRepeat { fields.append(.init("uniqueItems", .boolean(true))) }
    return .object(fields)
  }

  private static func anyOf(_ settings: [Setting]) -> Setting { .object([.init("anyOf", .list(settings))]) }

  private static var axis: Setting { axis(mayRepeat: false) }

  private static func axis(mayRepeat: Bool) -> Setting {
    let random = object([.init("random", law), .init("n", whole(1, 100_000))], required: ["random", "n"])
    let plain = [values(mayRepeat: mayRepeat)] + grids + [random]
    return anyOf(plain + [conditional(anyOf(plain))])
  }

  /// The paths that lead somewhere: to a parameter that some component has, and below it.
  private func path(_ parts: [String]) -> String {
    func names(_ abouts: [About]) -> String {
      Set(abouts.flatMap { $0.parameters.map(\.name) } + ["id"]).sorted().joined(separator: "|")
    }
    let words = [
      "environment": names(lab.environments.map(\.about)), "algorithm": names(lab.algorithms.map(\.about)),
      "budget": Budget.Unit.allCases.map(\.rawValue).joined(separator: "|"),
      "record": "every|exact|values|policy|evaluate",
    ]
    let choices = parts.map { "\($0)\\.(\(words[$0]!))" }
    return "^(\(choices.joined(separator: "|")))(\\.[^.]+)*$"
  }

  private var axes: Setting {
    let axis = Setting.object([.init("$ref", .text("#/$defs/axis"))])
    let path = path(["environment", "algorithm", "budget", "record"])
    let bundle = Setting.object([
      .init("type", .text("object")), .init("patternProperties", .object([.init(path, Self.axis(mayRepeat: true))])),
      .init("additionalProperties", .boolean(false)), .init("minProperties", .integer(1)),
    ])
    return .object([
      .init("type", .text("object")), .init("patternProperties", .object([.init(path, axis)])),
      .init(
        "properties",
        .object([
          .init("zip", Self.anyOf([bundle, .object([.init("type", .text("array")), .init("items", bundle)])]))
        ])), .init("additionalProperties", .boolean(false)),
    ])
  }

  private var search: Setting {
    let plain = [Self.values(mayRepeat: false)] + Self.grids + [Self.law]
    let parameters = Setting.object([
      .init("type", .text("object")), .init("minProperties", .integer(1)),
      .init(
        "patternProperties",
        .object([
          .init(path(["environment", "algorithm"]), Self.anyOf(plain + [Self.conditional(Self.anyOf(plain))]))
        ])), .init("additionalProperties", .boolean(false)),
    ])
    func words(_ words: [String]) -> Setting { .object([.init("enum", .list(words.map(Setting.text)))]) }
    let most = Self.whole(1, SearchPlan.most)
    let common: [Field] = [
      .init("metric", words(Metric.allCases.map(\.rawValue))), .init("direction", words(SearchPlan.directions)),
      .init("score", words(ScoreRules.Kind.allCases.map(\.rawValue))), .init("parameters", parameters),
    ]
    let halving: [Field] = [.init("eta", Self.whole(2, 1000)), .init("min_budget", Self.units)]
    func kind(_ method: SearchPlan.Method, _ fields: [Field], _ required: [String]) -> Setting {
      Self.object(
        [.init("method", .object([.init("const", .text(method.rawValue))]))] + common + fields,
        required: ["method", "parameters"] + required)
    }
    return Self.anyOf([
      kind(.random, [.init("configurations", most)], ["configurations"]),
      kind(.successiveHalving, [.init("configurations", most)] + halving, ["configurations"]),
      kind(.hyperband, halving, []),
    ])
  }
}
