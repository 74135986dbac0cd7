import RLCore

/// The JSON Schema (draft 2020-12) of configurations, made from the declarations: for completion and checks in editors.
///
/// What no schema can say `rl-lab check` says: whether a file is there and what it holds, whether a goal can be reached, whether two names
/// are the same, exact sums and products. Numbers beside numbers are compared as far as round ones lie between them.
struct ConfigurationSchema {
  let lab: Laboratory

  private typealias Field = Setting.Field

  /// The schema.
  var schema: Setting {
    var components = [
      SchemaComponents(kind: "environment", abouts: lab.environments.map(\.about)),
      SchemaComponents(kind: "algorithm", abouts: lab.algorithms.map(\.about)),
    ]
    var definitions = SchemaDefinitions()
    for field in SchemaShapes.shared { definitions.define(field.key, field.value) }
    definitions.define("budget", budget)
    definitions.define("record", record)
    for index in components.indices { components[index].define(in: &definitions) }
    SchemaAxes(components: components, budget: budget, record: record).define(in: &definitions)
    for field in gates { definitions.define(field.key, field.value) }

    let reference = Schema.reference
    func part(_ kind: String) -> Field {
      .init(kind, Schema.anyOf([reference(kind), reference("\(kind).part")]))
    }
    var parts: [Field] = [
      part("environment"), part("algorithm"), .init("budget", reference("budget")),
      .init("record", reference("record")),
    ]
    if let stages = stages(in: definitions) { parts.append(.init("stages", stages)) }
    let variant = Schema.object(parts + [.init("name", name(isFile: false))])
    let properties =
      parts + [
        .init("name", name(isFile: true)), .init("seeds", seeds), .init("seed", Schema.whole(0, .max)),
        .init("sweep", reference("axes")), .init("variants", Schema.list(variant, from: 1, isUnique: true)),
        .init("search", reference("search")), .init("confirm", confirm), .init("question", Schema.string),
        .init("audit", SchemaOptions.audit), .init("launch", SchemaOptions.launch),
      ]
    let conditions =
      SchemaConditions(lab: lab, components: components).all + SchemaFits(lab: lab).all(in: &definitions)
    return Schema.object(
      properties,
      more: [
        .init("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
        .init("title", .text("rl-lab configuration")), .init("$defs", .object(definitions.fields)),
        .init("allOf", .list(conditions)),
      ])
  }

  // MARK: Gates

  /// What says that nothing can be put in the place of what stands in the file.
  private var gates: [Field] {
    let alone = Schema.not(Schema.requires("variants"))
    let ids = free(of: "^(environment\\.|budget\\.|algorithm\\.(id|gamma|policy|behavior|features)$)")
    let kinds = ["environment", "algorithm"].flatMap { kind -> [Field] in
      let free = free(of: "^\(kind)\\.id$")
      return [
        .init("free.\(kind).id", free), .init("fixed.\(kind).id", Schema.allOf([alone, free])),
        .init("fixed.\(kind)", Schema.allOf([alone, self.free(of: "^\(kind)\\.")])),
        .init("whole.\(kind)", Schema.allOf([alone, self.free(of: "^\(kind)\\.[^.]+\\.")])),
      ]
    }
    return kinds + [
      .init("free", ids), .init("fixed", Schema.allOf([alone, ids])),
      .init(
        "plain",
        Schema.not(Schema.anyOf([Schema.requires("variants"), Schema.requires("sweep"), Schema.requires("search")]))),
    ]
  }

  /// That no axis of a sweep, nor what a search draws, has such a path.
  private func free(of pattern: String) -> Setting {
    let names = Setting.object([.init("propertyNames", Schema.not(.object([.init("pattern", .text(pattern))])))])
    let zip = Setting.object(names.fields! + [.init("items", names)])
    let axes = Setting.object(names.fields! + [.init("properties", .object([.init("zip", zip)]))])
    return Schema.properties(.init("sweep", axes), .init("search", Schema.properties(.init("parameters", names))))
  }

  // MARK: What belongs to no component

  /// A name of 1 to 200 bytes: letters beyond ASCII have two or more.
  private func name(isFile: Bool) -> Setting {
    let slash = isFile ? "/" : ""
    let bytes = stride(from: 10, through: 100, by: 10).map { count in
      Schema.when(
        .object([.init("pattern", .text("^([\\u0000-\\u007f]*[^\\u0000-\\u007f]){\(count)}"))]),
        .object([.init("maxLength", .integer(200 - count))]))
    }
    var fields: [Field] = [
      .init("type", .text("string")), .init("minLength", .integer(1)), .init("maxLength", .integer(200)),
      .init("pattern", .text("^[^\(slash)\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$")),
      .init("allOf", .list(bytes)),
    ]
    if isFile { fields.append(.init("not", Schema.words([".", ".."]))) }
    return .object(fields)
  }

  private var seeds: Setting {
    Schema.anyOf([Schema.whole(1, 10_000_000), Schema.list(Schema.whole(0, .max), from: 1, isUnique: true)])
  }

  /// The stages at the top of a configuration are those of the algorithm that has stages.
  private func stages(in definitions: SchemaDefinitions) -> Setting? {
    let fields = definitions.fields
    let value = fields.compactMap { $0.key.hasPrefix("algorithm.") ? $0.value["properties"]?["stages"] : nil }.first
    return value
  }

  private var confirm: Setting {
    let count = Schema.whole(1, 10_000_000)
    return Schema.anyOf([
      Schema.null, count,
      Schema.object(
        [
          .init("seeds", count), .init("metric", Schema.words(Metric.allCases.map(\.rawValue))),
          .init("score", Schema.words(ScoreRules.Kind.allCases.map(\.rawValue))),
        ], required: ["seeds"]),
    ])
  }

  private var units: Setting { Schema.whole(1, Budget.mostUnits) }

  private var budget: Setting {
    let fields = Schema.object(Budget.Unit.allCases.map { .init($0.rawValue, units) }).fields!
    return .object(fields + [.init("minProperties", .integer(1)), .init("maxProperties", .integer(1))])
  }

  private var record: Setting {
    let exact = Schema.anyOf([
      Schema.boolean, Schema.null, Schema.object([.init("every", units)], required: ["every"]),
    ])
    let evaluate = Schema.anyOf([
      Schema.null, Schema.const(.boolean(false)),
      Schema.object([
        .init("episodes", Schema.whole(1, 1_000_000)), .init("every", units),
        .init("maximum_steps", Schema.whole(1, 1_000_000_000)),
        .init("policy", Schema.words(["greedy", "sampled"])),
      ]),
    ])
    let whose = Schema.words(RecordOptions.Values.allCases.map(\.rawValue))
    return Schema.object([
      .init("every", units), .init("exact", exact), .init("values", whose), .init("policy", whose),
      .init("evaluate", evaluate),
    ])
  }
}
