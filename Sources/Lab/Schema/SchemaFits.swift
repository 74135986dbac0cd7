import RLCore

/// Which algorithms go with which environments and budgets, as schemas of a whole configuration.
///
/// Each rule says what cannot stand side by side. It holds where neither variants nor a sweep nor a search can put something else in place.
struct SchemaFits {
  private let lab: Laboratory
  private let facts: [TaskFacts]

  /// What cannot stand side by side.
  private struct Clash {
    let algorithm: Setting
    var environment: Setting?
    var budget: Setting?
  }

  init(lab: Laboratory) {
    self.lab = lab
    facts = lab.environments.map(TaskFacts.init)
  }

  // MARK: Components by id

  /// A component with one of some ids, alone or in an object.
  ///
  /// - Parameters:
  ///   - options: The only other keys that it may have; nil for any.
  ///   - fields: What must hold of its fields, where they are given.
  ///   - required: The fields that must be given; with any, an id alone is none.
  static func component(
    _ ids: [String], options: [String]? = nil, _ fields: [Setting.Field] = [], required: [String] = []
  ) -> Setting {
    let words = ids.count == 1 ? Schema.const(.text(ids[0])) : Schema.words(ids)
    var object: [Setting.Field] = [
      .init("type", .text("object")), .init("properties", .object([.init("id", words)] + fields)),
      .init("required", .list((["id"] + required).map(Setting.text))),
    ]
    if let options { object.append(.init("propertyNames", Schema.words(["id"] + options))) }
    return required.isEmpty ? Schema.anyOf([words, .object(object)]) : .object(object)
  }

  /// The environments of some kind, so far as options do not change it.
  private func environments(_ options: [String]? = nil, where holds: (TaskFacts) -> Bool) -> Setting? {
    let ids = facts.filter(holds).map(\.about.id)
    return ids.isEmpty ? nil : Self.component(ids, options: options)
  }

  private func algorithms(_ holds: (AlgorithmEntry) -> Bool) -> Setting? {
    let ids = lab.algorithms.filter(holds).map(\.about.id)
    return ids.isEmpty ? nil : Self.component(ids)
  }

  // MARK: Rules

  private var clashes: [Clash] {
    var clashes: [Clash] = []
    func add(_ algorithm: Setting?, _ environment: Setting?, budget: Setting? = nil) {
      guard let algorithm, let environment else { return }
      clashes.append(Clash(algorithm: algorithm, environment: environment, budget: budget))
    }
    add(algorithms { $0.kind == .planner }, environments { $0.gives != "model" })
    add(algorithms { $0.needs.model }, environments { $0.hasModel == false })
    add(algorithms { !$0.acceptsVectors }, environments { $0.gives == EnvironmentEntry.vectors })
    add(
      algorithms { $0.kind == .bandit },
      environments(TaskFacts.mild) { $0.task?.vector == nil && $0.task?.space.stateCount ?? 1 > 1 })
    for (option, most) in [("history", 1), ("sticky_actions", 0)] {
      let more = [Setting.Field(option, .object([.init("exclusiveMinimum", .integer(most))]))]
      let bandits = facts.filter { facts in
        facts.gives == "bandit" && facts.about.parameters.contains { $0.name == option }
      }
      add(
        algorithms { $0.kind == .bandit },
        group(bandits) { Self.component($0, more, required: [option]) })
    }
    add(algorithms { $0.needs.numberedActions }, environments { $0.hasContinuousActions })
    add(
      algorithms { $0.needs.continuing },
      environments(TaskFacts.mild) { $0.task?.model != nil && $0.task?.isContinuing == false })
    for endless in endless {
      add(algorithms { $0.needs.ends }, endless)
      add(.object([]), endless, budget: Schema.requires(Budget.Unit.episodes.rawValue))
    }
    for (algorithms, ids) in undiscounted { add(algorithms, Self.component(ids, options: TaskFacts.harmless)) }
    let views = StateView.allCases.filter { $0 != .oneHot && $0 != .ngram }.map { Setting.text($0.rawValue) }
    let seeing = lab.algorithms.filter { entry in
      entry.about.parameters.contains { $0.name == "features" && $0.range?.contains("\"coordinates\"") == true }
    }
    if !seeing.isEmpty {
      let algorithm = Self.component(
        seeing.map(\.about.id), [.init("features", Schema.among(views))], required: ["features"])
      let merged = lab.environments.filter {
        $0.about.parameters.contains { $0.name == TaskOptions.aggregate.declaration.name }
      }
      add(
        algorithm,
        Self.component(
          merged.map(\.about.id), [.init("aggregate", Schema.not(Schema.null))], required: ["aggregate"]))
      add(algorithm, environments { [EnvironmentEntry.vectors, "bandit", "samples"].contains($0.gives) })
    }
    return clashes
  }

  /// Environments of which no episode ends, neither by itself nor by a time limit.
  private var endless: [Setting] {
    let none = Setting.Field("time_limit", Schema.not(.object([.init("type", .text("integer"))])))
    let null = Setting.Field("time_limit", Schema.null)
    let never = facts.filter(\.neverEnds)
    let declared = never.filter(\.about.neverEnds)
    let found = never.filter { !$0.about.neverEnds && $0.task?.timeLimit == nil }
    let groups: [Setting?] = [
      group(declared.filter { $0.task != nil && $0.task?.timeLimit == nil }) { Self.component($0, [none]) },
      group(declared.filter { $0.task?.timeLimit != nil }) { Self.component($0, [null], required: ["time_limit"]) },
      group(found) { Self.component($0, options: TaskFacts.mild, [none]) },
    ]
    return groups.compactMap { $0 }
  }

  private func group(_ facts: [TaskFacts], _ make: ([String]) -> Setting) -> Setting? {
    facts.isEmpty ? nil : make(facts.map(\.about.id))
  }

  /// Planners that have no answer at gamma 1, with the environments for which they refuse it themselves.
  private var undiscounted: [(Setting, [String])] {
    lab.algorithms.compactMap { entry in
      // What a policy earns for ever depends on the policy, which a configuration may give.
      guard entry.kind == .planner, !entry.about.parameters.contains(where: { $0.name == "policy" }),
        let check = entry.check,
        let gamma = entry.about.parameters.first(where: { $0.name == "gamma" }),
        let settings = try? Settings([.init("gamma", .integer(1))], for: entry.about.parameters, owner: entry.about.id)
      else { return nil }
      let ids = facts.filter { facts in
        guard facts.neverEnds, let task = facts.task, task.model != nil else { return false }
        do {
          try check(settings, task)
          return false
        } catch { return true }
      }
      if ids.isEmpty { return nil }
      let isOne = gamma.defaultSetting?.number == 1
      let one = [Setting.Field("gamma", Schema.const(.integer(1)))]
      return (
        Self.component([entry.about.id], one, required: isOne ? [] : ["gamma"]), ids.map(\.about.id)
      )
    }
  }

  /// What holds of a whole configuration.
  func all(in definitions: inout SchemaDefinitions) -> [Setting] {
    let clashes = self.clashes.map { clash in
      Clash(
        algorithm: definitions.share(clash.algorithm, as: "algorithms"),
        environment: clash.environment.map { definitions.share($0, as: "environments") }, budget: clash.budget)
    }
    let gate = Schema.reference("fixed")
    let plain = clashes.map { clash -> Setting in
      var fields: [Setting.Field] = [.init("algorithm", clash.algorithm)]
      if let environment = clash.environment { fields.append(.init("environment", environment)) }
      if let budget = clash.budget { fields.append(.init("budget", budget)) }
      return Schema.not(Schema.having(fields))
    }
    let ofVariants = Schema.when(
      Schema.allOf([Schema.requires("variants"), Schema.reference("free")]), Schema.allOf(variantUnits))
    return [Schema.when(gate, Schema.allOf(plain + units + tables + forms)), ofVariants] + sweptUnits
      + variants(clashes)
  }

  /// Algorithms that count the same units, where they do not count all.
  private var counts: [(units: [Budget.Unit], ids: [String])] {
    var groups: [(units: [Budget.Unit], ids: [String])] = []
    for entry in lab.algorithms where entry.units.count < Budget.Unit.allCases.count {
      if let place = groups.firstIndex(where: { $0.units == entry.units }) {
        groups[place].ids.append(entry.about.id)
      } else {
        groups.append((entry.units, [entry.about.id]))
      }
    }
    return groups
  }

  /// Where an algorithm is among those that count some units, the budget is in one of them.
  private var units: [Setting] {
    counts.map { units, ids in
      Schema.when(Schema.having(.init("algorithm", Self.component(ids))), Self.budget(in: units))
    }
  }

  private static func budget(in units: [Budget.Unit]) -> Setting {
    Schema.properties(.init("budget", .object([.init("propertyNames", Schema.words(units.map(\.rawValue)))])))
  }

  /// The same where a sweep goes over algorithms.
  private var sweptUnits: [Setting] {
    counts.map { units, ids in
      let list = Setting.object([.init("type", .text("array")), .init("contains", Schema.words(ids))])
      return Schema.when(
        Schema.allOf([
          Schema.not(Schema.requires("variants")),
          Schema.having(.init("sweep", Schema.having(.init("algorithm.id", list)))),
        ]), Self.budget(in: units))
    }
  }

  /// The same for variants, with budgets of their own or all with the same.
  private var variantUnits: [Setting] {
    let own = units
    let common = counts.flatMap { units, ids in
      Budget.Unit.allCases.filter { !units.contains($0) }.map { unit in
        Schema.when(
          Schema.having(.init("budget", Schema.requires(unit.rawValue))),
          Self.each(
            Schema.not(
              Schema.allOf([
                Schema.having(.init("algorithm", Self.component(ids))), Schema.not(Schema.requires("budget")),
              ]))))
      }
    }
    return [Self.each(Schema.allOf(own))] + common
  }

  /// What holds of every variant.
  static func each(_ items: Setting) -> Setting {
    Schema.properties(.init("variants", .object([.init("items", items)])))
  }

  /// Methods of several forms take the parameters of the one that is named, or of a table where states are numbered and no features are given.
  private var forms: [Setting] {
    let key = PolicyForm.parameter.declaration.name
    let features = PolicyForm.features.declaration.name
    let numbered = environments { ["model", "bandit", "samples"].contains($0.gives) }
    return lab.algorithms.flatMap { entry -> [Setting] in
      guard let forms = entry.forms, let numbered else { return [] }
      func named(_ form: PolicyForm) -> Setting { Schema.const(.text(form.rawValue)) }
      func only(_ names: [String]) -> Setting {
        let names = Schema.words(["id", key] + names.filter { $0 != key })
        return Schema.properties(.init("algorithm", .object([.init("propertyNames", names)])))
      }
      let choices = [(PolicyForm.tabular, forms.tabular), (.linear, forms.linear), (.mlp, forms.network ?? [])]
      let said = choices.map { form, names in
        Schema.when(
          Schema.having(
            .init("algorithm", Self.component([entry.about.id], [.init(key, named(form))], required: [key]))),
          only(names))
      }
      let plain = Self.component([entry.about.id], [.init(key, named(.automatic)), .init(features, Schema.null)])
      return said + [
        Schema.when(
          Schema.having(.init("algorithm", plain), .init("environment", numbered)), only(forms.tabular))
      ]
    }
  }

  /// Policies as tables have a row for each state, as wide as it has actions.
  private var tables: [Setting] {
    let names = Set(
      lab.algorithms.flatMap { $0.about.parameters.filter { $0.type.contains("rows of probabilities") }.map(\.name) }
    ).sorted()
    return facts.compactMap { facts in
      guard let space = facts.space, space.stateCount <= 100_000 else { return nil }
      let counts = (0..<space.stateCount).map { space.actions(in: $0) }
      let width = Setting.object([
        .init("minItems", .integer(counts.min()!)), .init("maxItems", .integer(counts.max()!)),
        .init("maximum", .integer(counts.max()! - 1)),
      ])
      let table = Setting.object([
        .init("minItems", .integer(space.stateCount)), .init("maxItems", .integer(space.stateCount)),
        .init("items", width),
      ])
      return Schema.when(
        Schema.having(
          .init("environment", Self.component([facts.about.id], options: TaskFacts.harmless))),
        Schema.properties(
          .init("algorithm", .object([.init("properties", .object(names.map { .init($0, table) }))]))))
    }
  }

  /// The same in variants: where both components stand in one, or one of them in all. What a variant's object is merged with stands in the
  /// configuration itself, so that only what is given whole is judged.
  private func variants(_ clashes: [Clash]) -> [Setting] {
    let clashes = clashes.filter { $0.budget == nil }
    let isWhole = Schema.not(Schema.having(.init("environment", .object([.init("type", .text("object"))]))))
    let isWholeAlgorithm = Schema.not(Schema.having(.init("algorithm", .object([.init("type", .text("object"))]))))
    let items = Schema.allOf(
      clashes.map { clash in
        Schema.not(Schema.having(.init("algorithm", clash.algorithm), .init("environment", clash.environment!)))
      })
    let mixed = clashes.flatMap { clash in
      [
        Schema.when(
          Schema.having(.init("environment", clash.environment!)),
          Self.each(
            Schema.not(
              Schema.allOf([
                Schema.having(.init("algorithm", clash.algorithm)), Schema.not(Schema.requires("environment")),
              ])))),
        Schema.when(
          Schema.having(.init("algorithm", clash.algorithm)),
          Self.each(
            Schema.not(
              Schema.allOf([
                Schema.having(.init("environment", clash.environment!)), Schema.not(Schema.requires("algorithm")),
              ])))),
      ]
    }
    let some = Schema.allOf([Schema.requires("variants"), Schema.reference("free"), isWhole, isWholeAlgorithm])
    return [Schema.when(some, Schema.allOf([Self.each(items)] + mixed))]
  }
}
