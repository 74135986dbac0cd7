import RLCore

/// Sweeps and searches in the schema.
struct SchemaAxes {
  let components: [SchemaComponents]
  let budget: Setting
  let record: Setting

  private typealias Field = Setting.Field

  /// Defines one axis, the axes of a sweep, and the search.
  func define(in definitions: inout SchemaDefinitions) {
    definitions.define("law", law)
    definitions.define("grid", Schema.anyOf(grids))
    definitions.define("random", random)
    definitions.define("axis", axis(mayRepeat: false))
    definitions.define("axis.zip", axis(mayRepeat: true))
    definitions.define("bundle", bundle)
    definitions.define("axes", axes)
    definitions.define("search.parameters", parameters)
    definitions.define("search", search)
  }

  // MARK: One axis

  /// Numbers between two bounds, or above 0.
  private func end(_ size: Double, isPositive: Bool = false) -> Setting {
    .object(
      Schema.number.fields! + [
        .init(isPositive ? "exclusiveMinimum" : "minimum", isPositive ? .integer(0) : .real(-size)),
        .init("maximum", .real(size)),
      ])
  }

  /// `{log: [a, b]}` and its like.
  private var law: Setting {
    func kind(_ name: String, _ end: Setting) -> Field {
      .init(name, Schema.tuple([end, end], more: Schema.reference("rising").fields!))
    }
    let fields = Schema.object([
      kind("log", end(1e300, isPositive: true)), kind("linear", end(1e300)), kind("integer", end(0x1p53)),
    ]).fields!
    return .object(fields + [.init("minProperties", .integer(1)), .init("maxProperties", .integer(1))])
  }

  private var grids: [Setting] {
    ["linear", "log"].map { kind in
      let end = end(1e300, isPositive: kind == "log")
      return Schema.object([.init(kind, Schema.tuple([end, end, Schema.whole(1, 100_000)]))], required: [kind])
    }
  }

  /// Some numbers of a law; of whole numbers between two ends there are only so many.
  private var random: Setting {
    let rungs = [0, 1, 2].flatMap { low in
      (low + 1...low + 20).map { high -> Setting in
        let ends = [
          Setting.object([.init("minimum", .integer(low))]), .object([.init("maximum", .integer(high))]),
        ]
        return Schema.when(
          Schema.having(
            .init("random", Schema.having(.init("integer", .object([.init("prefixItems", .list(ends))]))))),
          Schema.properties(.init("n", .object([.init("maximum", .integer(high - low + 1))]))))
      }
    }
    return Schema.object(
      [.init("random", Schema.reference("law")), .init("n", Schema.whole(1, 100_000))], required: ["random", "n"],
      more: [.init("allOf", .list(rungs))])
  }

  /// A list of different values. On axes that move together a value may come again.
  private func values(mayRepeat: Bool) -> Setting {
    Schema.list(Schema.anything, from: 1, isUnique: !mayRepeat)
  }

  private func conditional(_ values: Setting) -> Setting {
    Schema.object(
      [.init("values", values), .init("when", .object([.init("type", .text("object"))]))],
      required: ["values", "when"])
  }

  private func axis(mayRepeat: Bool) -> Setting {
    let plain = [values(mayRepeat: mayRepeat), Schema.reference("grid"), Schema.reference("random")]
    return Schema.anyOf(plain + [conditional(Schema.anyOf(plain))])
  }

  // MARK: Axes together

  /// The paths that lead somewhere: to a parameter that some component has, and below it.
  private func path(_ roots: [String]) -> String {
    let choices = roots.map { root in
      let names: [String] =
        switch root {
        case "budget": Budget.Unit.allCases.map(\.rawValue)
        case "record": record["properties"]!.fields!.map(\.key)
        default:
          Set(components.first { $0.kind == root }!.abouts.flatMap { $0.parameters.map(\.name) } + ["id"]).sorted()
        }
      return "\(root)\\.(\(names.joined(separator: "|")))"
    }
    return "^(\(choices.joined(separator: "|")))(\\.[^.]+)*$"
  }

  /// Axes whose values are known without knowing a component: ids, budgets, what is recorded.
  private var known: [Field] {
    let ids = components.map { ("\($0.kind).id", Schema.words($0.ids)) }
    let others = [("budget", budget), ("record", record)].flatMap { root, schema in
      schema["properties"]!.fields!.map { ("\(root).\($0.key)", $0.value) }
    }
    return (ids + others).map { name, value in .init(name, .object([.init("items", value)])) }
      + components.flatMap(\.commonAxes)
  }

  private var bundle: Setting {
    .object([
      .init("type", .text("object")),
      .init(
        "patternProperties",
        .object([.init(path(["environment", "algorithm", "budget", "record"]), Schema.reference("axis.zip"))])),
      .init("properties", .object(known)), .init("additionalProperties", Schema.nothing),
      .init("minProperties", .integer(1)),
      .init("allOf", .list([Schema.equallyLong("additionalProperties", "Items", upTo: 32)])),
    ])
  }

  private var axes: Setting {
    let bundle = Schema.reference("bundle")
    let zip = Field("zip", Schema.anyOf([bundle, Schema.list(bundle)]))
    // A path stands in one axis.
    let names = components.flatMap { kind in
      Set(kind.abouts.flatMap { $0.parameters.map(\.name) } + ["id"]).sorted().map { "\(kind.kind).\($0)" }
    }
    let once = names.map { name in
      let absent = Setting.object([.init(name, Schema.nothing)])
      return Field(
        name,
        Schema.properties(
          .init("zip", .object([.init("properties", absent), .init("items", .object([.init("properties", absent)]))]))))
    }
    return .object([
      .init("type", .text("object")),
      .init(
        "patternProperties",
        .object([.init(path(["environment", "algorithm", "budget", "record"]), Schema.reference("axis"))])),
      .init("properties", .object(known + [zip])), .init("additionalProperties", Schema.nothing),
      .init("dependentSchemas", .object(once)), .init("allOf", .list(tooMany)),
    ])
  }

  /// Axes of which each has so many values that their product is too large.
  private var tooMany: [Setting] {
    [(2, 317), (3, 47), (4, 18), (5, 11), (6, 7), (7, 6), (8, 5)].map { axes, values in
      Schema.not(
        .object([
          .init("minProperties", .integer(axes)), .init("properties", .object([.init("zip", Schema.nothing)])),
          .init("additionalProperties", Self.long(values)),
        ]))
    }
  }

  /// An axis of at least so many values.
  static func long(_ count: Int) -> Setting {
    let third = Setting.object([
      .init("prefixItems", .list([Schema.anything, Schema.anything, .object([.init("minimum", .integer(count))])]))
    ])
    return Schema.anyOf([
      .object([.init("type", .text("array")), .init("minItems", .integer(count))]),
      Schema.table([.init("linear", third)]), Schema.table([.init("log", third)]),
      Schema.table([
        .init("n", .object([.init("minimum", .integer(count))])), .init("random", Schema.anything),
      ]),
    ])
  }

  // MARK: Search

  private var parameters: Setting {
    let plain = [values(mayRepeat: false), Schema.reference("grid"), Schema.reference("law")]
    return .object([
      .init("type", .text("object")), .init("minProperties", .integer(1)),
      .init(
        "patternProperties",
        .object([
          .init(path(["environment", "algorithm"]), Schema.anyOf(plain + [conditional(Schema.anyOf(plain))]))
        ])), .init("additionalProperties", Schema.nothing),
    ])
  }

  private var search: Setting {
    let most = Schema.whole(1, SearchPlan.most)
    let common: [Field] = [
      .init("metric", Schema.words(Metric.allCases.map(\.rawValue))),
      .init("direction", Schema.words(SearchPlan.directions)),
      .init("score", Schema.words(ScoreRules.Kind.allCases.map(\.rawValue))),
      .init("parameters", Schema.reference("search.parameters")),
    ]
    let halving: [Field] = [
      .init("eta", Schema.whole(2, 1000)), .init("min_budget", Schema.whole(1, Budget.mostUnits)),
    ]
    func kind(_ method: SearchPlan.Method, _ fields: [Field], _ required: [String]) -> Setting {
      Schema.object(
        [.init("method", Schema.const(.text(method.rawValue)))] + common + fields,
        required: ["method", "parameters"] + required)
    }
    return Schema.anyOf([
      kind(.random, [.init("configurations", most)], ["configurations"]),
      kind(.successiveHalving, [.init("configurations", most)] + halving, ["configurations"]),
      kind(.hyperband, halving, []),
    ])
  }
}
