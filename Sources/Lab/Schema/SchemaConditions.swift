import RLCore

/// What of several values at once a schema can say of a whole configuration, beside which components go together.
struct SchemaConditions {
  let lab: Laboratory
  let components: [SchemaComponents]

  private typealias Field = Setting.Field

  /// The conditions.
  var all: [Setting] {
    let search = Schema.requires("search")
    return [
      Schema.when(Schema.reference("plain"), whole),
      // What is confirmed was chosen: from a sweep, or by a search; which are two things.
      Schema.when(
        Schema.having(.init("confirm", Schema.not(Schema.null))), Schema.anyOf([Schema.requires("sweep"), search])),
      Schema.not(Schema.requires("sweep", "search")),
      Schema.when(
        Schema.requires("record"),
        Schema.when(
          Schema.not(Schema.anyOf([Schema.requires("variants"), Schema.having(.init("sweep", swept("record")))])),
          Schema.allOf(spacings))),
    ] + components.flatMap(blocks) + components.flatMap(required) + complete + variants + trials
  }

  /// That some axis begins so.
  private func swept(_ root: String) -> Setting {
    Schema.not(
      .object([
        .init("propertyNames", Schema.not(.object([.init("pattern", .text("^(\(root)\\.|zip$)"))])))
      ]))
  }

  // MARK: Components

  /// Where nothing can be put in its place, a component has an id.
  private var whole: Setting {
    let rows = Schema.when(
      Schema.not(
        Schema.having(
          .init(
            "algorithm", SchemaFits.component(lab.algorithms.filter { $0.kind == .planner }.map(\.about.id))))),
      Schema.allOf(tooManyRows))
    return .object([
      .init("required", .list([.text("environment")])),
      .init(
        "anyOf", .list([Schema.having(.init("algorithm", Schema.reference("algorithm"))), Schema.requires("stages")])),
      .init("properties", .object([.init("environment", Schema.reference("environment"))])),
      .init("allOf", .list([rows])),
    ])
  }

  /// What must be given of a component stands in it, unless it comes from an axis.
  private func required(_ kind: SchemaComponents) -> [Setting] {
    kind.abouts.flatMap { about in
      about.parameters.filter { $0.defaultSetting == nil }.flatMap { parameter -> [Setting] in
        let path = "\(kind.kind).\(parameter.name)"
        let isAxis = Schema.having(.init("sweep", Schema.anyOf([Schema.requires(path), Schema.requires("zip")])))
        let isDrawn = Schema.having(.init("search", Schema.having(.init("parameters", Schema.requires(path)))))
        let isGiven = Schema.properties(
          .init(
            kind.kind, .object([.init("type", .text("object")), .init("required", .list([.text(parameter.name)]))])))
        let isSwept = Schema.allOf([Schema.not(Schema.requires("variants")), lists(kind, about.id)])
        return [
          Schema.when(
            Schema.anyOf([Schema.allOf([named(kind, about.id), Schema.reference("fixed.\(kind.kind).id")]), isSwept]),
            Schema.anyOf([isAxis, isDrawn, isGiven]))
        ]
      }
    }
  }

  /// That a sweep goes over ids of which one is this.
  private func lists(_ kind: SchemaComponents, _ id: String) -> Setting {
    let list = Setting.object([.init("type", .text("array")), .init("contains", Schema.const(.text(id)))])
    return Schema.having(.init("sweep", Schema.having(.init("\(kind.kind).id", list))))
  }

  /// Where no variant finds a component beside it, each has one; where it finds a part, each names the whole.
  private var complete: [Setting] {
    components.map { kind in
      let isPart = Setting.object([.init("type", .text("object")), .init("not", Schema.requires("id"))])
      var given = [Schema.having(.init(kind.kind, Schema.not(isPart)))]
      var has = Schema.having(.init(kind.kind, Schema.not(isPart)))
      if kind.kind == "algorithm" {
        given.append(Schema.requires("stages"))
        has = Schema.anyOf([has, Schema.requires("stages")])
      }
      return Schema.when(
        Schema.allOf([
          Schema.requires("variants"), Schema.reference("free.\(kind.kind).id"), Schema.not(Schema.anyOf(given)),
        ]), SchemaFits.each(has))
    }
  }

  /// What holds where a component's id is known.
  private func blocks(_ kind: SchemaComponents) -> [Setting] {
    let swept = kind.ids.map { id in
      Schema.when(named(kind, id), Schema.reference("\(kind.kind).\(id).swept"))
    }
    let listed = kind.ids.map { id in
      Schema.when(lists(kind, id), Schema.reference("\(kind.kind).\(id).swept"))
    }
    let related = kind.abouts.compactMap { about -> Setting? in
      let relations = SchemaRelations(about).all
      return relations.isEmpty
        ? nil
        : Schema.when(
          named(kind, about.id),
          Schema.properties(
            .init(
              kind.kind,
              Schema.when(.object([.init("type", .text("object"))]), .object([.init("allOf", .list(relations))])))))
    }
    let sweeps = Schema.anyOf([Schema.requires("sweep"), Schema.requires("search")])
    return [
      Schema.when(Schema.allOf([sweeps, Schema.reference("fixed.\(kind.kind).id")]), Schema.allOf(swept)),
      Schema.when(
        Schema.having(.init("sweep", Schema.having(.init("\(kind.kind).id", Schema.anything)))), Schema.allOf(listed)),
      Schema.when(Schema.reference("fixed.\(kind.kind)"), Schema.allOf(related)),
    ] + complete(kind)
  }

  /// Schedules have what they need.
  private func complete(_ kind: SchemaComponents) -> [Setting] {
    let blocks = kind.abouts.compactMap { about -> Setting? in
      let fields = about.parameters.compactMap { parameter in
        SchemaShapes.completeness(of: parameter).map { Field(parameter.name, $0) }
      }
      if fields.isEmpty { return nil }
      return Schema.when(
        named(kind, about.id), Schema.properties(.init(kind.kind, Schema.properties(fields))))
    }
    return blocks.isEmpty ? [] : [Schema.when(Schema.reference("whole.\(kind.kind)"), Schema.allOf(blocks))]
  }

  /// That a component has an id.
  private func named(_ kind: SchemaComponents, _ id: String) -> Setting {
    Schema.having(.init(kind.kind, Schema.reference("is.\(id)")))
  }

  // MARK: Variants

  /// Variants without names are called by their algorithms; what they lay over a component fits it.
  private var variants: [Setting] {
    let unnamed = Schema.not(Schema.requires("name"))
    func items(_ schema: Setting) -> Setting { Schema.properties(.init("variants", schema)) }
    func once(_ item: Setting) -> Setting {
      items(.object([.init("contains", item), .init("minContains", .integer(0)), .init("maxContains", .integer(1))]))
    }
    let ids = lab.algorithms.map(\.about.id)
    let twins = ids.map { id in
      once(Schema.allOf([unnamed, Schema.having(.init("algorithm", Schema.reference("is.\(id)")))]))
    }
    let heirs = once(
      Schema.allOf([unnamed, Schema.not(Schema.requires("algorithm")), Schema.not(Schema.requires("stages"))]))
    let isPlain = Schema.not(Schema.anyOf([Schema.requires("sweep"), Schema.requires("search")]))
    let parts = components.flatMap { kind in
      kind.abouts.map { about -> Setting in
        let part = Schema.when(Schema.not(Schema.requires("id")), Schema.reference("\(kind.kind).\(about.id)"))
        let object = Schema.when(.object([.init("type", .text("object"))]), part)
        return Schema.when(
          named(kind, about.id),
          items(.object([.init("items", Schema.properties(.init(kind.kind, object)))])))
      }
    }
    return [Schema.when(Schema.requires("variants"), Schema.when(isPlain, Schema.allOf(twins + [heirs] + parts)))]
  }

  // MARK: Numbers

  /// Exact columns and evaluations stand on recorded rows.
  private var spacings: [Setting] {
    SchemaRelations.multiples(of: ["every"], in: [["exact", "every"], ["evaluate", "every"]]).map {
      Schema.properties(.init("record", $0))
    }
  }

  /// Curves that would not fit into memory.
  private var tooManyRows: [Setting] {
    Schema.decades(0, 5).compactMap { Int(exactly: $0) }.map { every in
      let most = Setting.object([.init("maximum", .integer((Resolver.mostRows + 1) * every - 1))])
      return Schema.when(
        Schema.having(.init("record", Schema.having(.init("every", .object([.init("maximum", .integer(every))]))))),
        Schema.properties(.init("budget", .object([.init("additionalProperties", most)]))))
    }
  }

  /// Trials that would not fit into memory: so many variants, with so many seeds.
  private var trials: [Setting] {
    [2, 3, 4, 5, 6, 8, 10, 20, 50, 100, 1000, 10_000].map { count in
      let long = Schema.not(
        .object([
          .init("properties", .object([.init("zip", Schema.anything)])),
          .init("additionalProperties", Schema.not(SchemaAxes.long(count))),
        ]))
      let many = Schema.anyOf([
        Schema.having(.init("sweep", long)),
        Schema.allOf([
          Schema.having(.init("variants", .object([.init("minItems", .integer(count))]))),
          Schema.not(Schema.requires("search")),
        ]),
      ])
      let most = Setting.object([.init("maximum", .integer(Int(Resolver.mostTrials) / count))])
      return Schema.when(many, Schema.properties(.init("seeds", most)))
    }
  }
}
