import RLCore

/// The definitions of a schema: each shape once, under a name.
struct SchemaDefinitions {
  private(set) var fields: [Setting.Field] = []
  private var names: [String: String] = [:]
  private var counts: [String: Int] = [:]
  /// The shapes of values that were made before, by what they are made from.
  fileprivate var values: [String: Setting] = [:]

  /// Adds a definition.
  mutating func define(_ name: String, _ schema: Setting) { fields.append(.init(name, schema)) }

  /// A reference to a shape, which is defined if it is not yet; a small one stays where it is.
  mutating func share(_ schema: Setting, as name: String, above size: Int = 80) -> Setting {
    let text = schema.description
    if text.utf8.count <= size { return schema }
    if let known = names[text] { return Schema.reference(known) }
    counts[name, default: 0] += 1
    let unique = counts[name]! == 1 ? name : "\(name).\(counts[name]!)"
    names[text] = unique
    define(unique, schema)
    return Schema.reference(unique)
  }
}

/// Environments or algorithms in the schema: what each may hold, alone, as a part that is laid over another, and as axes of a sweep.
struct SchemaComponents {
  /// "environment" or "algorithm".
  let kind: String
  let abouts: [About]

  /// All ids.
  var ids: [String] { abouts.map(\.id) }

  /// The paths of parameters whose values are of one shape whatever the component, with their axes.
  private(set) var commonAxes: [Setting.Field] = []

  init(kind: String, abouts: [About]) {
    self.kind = kind
    self.abouts = abouts
  }

  /// Defines each component, the choice among them, their parts, and their axes.
  mutating func define(in definitions: inout SchemaDefinitions) {
    var shapes: [String: [Setting]] = [:]
    for about in abouts {
      for parameter in about.parameters {
        let value = Self.value(of: parameter, in: &definitions)
        if shapes[parameter.name]?.contains(value) != true { shapes[parameter.name, default: []].append(value) }
      }
    }
    func axis(_ name: String, _ value: Setting) -> Setting.Field {
      .init("\(kind).\(name)", definitions.share(Self.axis(of: value), as: "values", above: 40))
    }
    commonAxes = shapes.keys.sorted().filter { shapes[$0]!.count == 1 }.map { axis($0, shapes[$0]![0]) }
    for about in abouts {
      definitions.define("is.\(about.id)", SchemaFits.component([about.id]))
      definitions.define("\(kind).\(about.id)", Self.component(about, in: &definitions))
      let own = (about.parameters.map(\.name) + ["id"]).joined(separator: "|")
      let others = Setting.Field(
        "^\(kind)\\.(?!(\(own))(\\.|$))",
        .object([.init("type", .text("object")), .init("required", .list([.text("when")]))]))
      let names = Setting.object([.init("patternProperties", .object([others]))])
      var axes = Schema.reference("\(kind).\(about.id).names").fields!
      axes.append(
        .init(
          "properties",
          .object(
            about.parameters.filter { shapes[$0.name]!.count > 1 }.map {
              axis($0.name, Self.value(of: $0, in: &definitions))
            })))
      definitions.define("\(kind).\(about.id).names", names)
      definitions.define("\(kind).\(about.id).axes", .object(axes))
      let zip = Setting.object([
        .init("$ref", .text("#/$defs/\(kind).\(about.id).axes")),
        .init("items", Schema.reference("\(kind).\(about.id).axes")),
      ])
      definitions.define(
        "\(kind).\(about.id).swept",
        Schema.properties(
          .init(
            "sweep",
            .object([
              .init("$ref", .text("#/$defs/\(kind).\(about.id).axes")),
              .init("properties", .object([.init("zip", zip)])),
            ])),
          .init(
            "search", Schema.properties(.init("parameters", Schema.reference("\(kind).\(about.id).names"))))))
    }
    // What a sweep or a variant lays over another: which id it belongs to, the whole decides.
    let parts = shapes.keys.sorted().map { Setting.Field($0, Schema.anyOf(shapes[$0]!)) }
    definitions.define(
      "\(kind).part",
      Schema.object(parts, more: [.init("description", .text("some parameters, without an id"))]))
    definitions.define(kind, choice(abouts))
  }

  /// An id, or an object with an id and the parameters that go with it.
  private func choice(_ abouts: [About]) -> Setting {
    let ids = Schema.words(abouts.map(\.id))
    let cases = abouts.map { about in
      Schema.when(
        Schema.properties(.init("id", Schema.const(.text(about.id)))), Schema.reference("\(kind).\(about.id)"))
    }
    let object = Setting.object(Schema.table([.init("id", ids)]).fields! + [.init("allOf", .list(cases))])
    return .object([
      .init("description", .text("an id, or an object with \"id\" and parameters")),
      .init("anyOf", .list([ids, object])),
    ])
  }

  /// The axis of a parameter: values in a list, and the ends of a grid, are values of it. What stands under a condition may never be used.
  private static func axis(of value: Setting) -> Setting {
    let ends = Setting.object([.init("prefixItems", .list([value, value]))])
    return .object([
      .init("items", value), .init("properties", .object([.init("linear", ends), .init("log", ends)])),
    ])
  }

  // MARK: One component

  /// The shape of a parameter's value.
  private static func value(of parameter: ParameterDeclaration, in definitions: inout SchemaDefinitions) -> Setting {
    let key = [
      parameter.name, parameter.type, parameter.range ?? "", parameter.choices.joined(separator: ","),
      parameter.defaultSetting?.description ?? "",
    ].joined(separator: "|")
    if let known = definitions.values[key] { return known }
    let value = newValue(of: parameter, in: &definitions)
    definitions.values[key] = value
    return value
  }

  private static func newValue(of parameter: ParameterDeclaration, in definitions: inout SchemaDefinitions) -> Setting {
    var members: [Setting] = []
    for about in parameter.members {
      let schema = component(about, in: &definitions)
      let name = "\(parameter.name).\(about.id)"
      if !definitions.fields.contains(where: { $0.key == name }) { definitions.define(name, schema) }
      members.append(
        Schema.when(Schema.properties(.init("id", Schema.const(.text(about.id)))), Schema.reference(name)))
    }
    let shape = SchemaShapes.shape(of: parameter) { abouts in
      .object(Schema.table([.init("id", Schema.words(abouts.map(\.id)))]).fields! + [.init("allOf", .list(members))])
    }
    return definitions.share(shape, as: "value.\(parameter.name)")
  }

  /// An object with the parameters of a component; its id may be left out where it is a part.
  private static func component(_ about: About, in definitions: inout SchemaDefinitions) -> Setting {
    var properties: [Setting.Field] = [.init("id", Schema.const(.text(about.id)))]
    for parameter in about.parameters {
      var meaning = parameter.meaning
      if let symbol = parameter.symbol { meaning = symbol + ": " + meaning }
      if let range = parameter.range { meaning += "; " + range }
      var fields: [Setting.Field] = [.init("description", .text(meaning))]
      if let value = parameter.defaultSetting { fields.append(.init("default", value)) }
      let value = value(of: parameter, in: &definitions).fields!
      properties.append(
        .init(parameter.name, definitions.share(.object(fields + value), as: "parameter.\(parameter.name)")))
    }
    // What must be given may come from a sweep or a flag; see the conditions of the whole.
    return Schema.object(
      properties,
      more: [
        .init("title", .text(about.id)), .init("description", .text(about.summary + " (" + about.source + ")")),
      ])
  }
}
