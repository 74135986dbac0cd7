import RLCore

/// The shapes of parameters whose type is said in words: maps, rewards, policies, cells. What words list, the schema lists.
enum SchemaShapes {
  private typealias Field = Setting.Field

  /// What a value of such a type may be; nil for other types.
  static func kinds(of parameter: ParameterDeclaration) -> [Setting]? {
    let range = parameter.range ?? ""
    switch parameter.type {
    case "list of rows, path of a text file, or null":
      return [rows(of: letters(range)), text, null]
    case "list of rows or null": return [rows(of: letters(range)), null]
    case "object of numbers":
      let names = range.prefix { $0 != ":" }.split(separator: ",").map { String($0.drop { $0 == " " }) }
      let number = Setting.object([.init("type", .list([.text("number"), .text("null")]))])
      return [
        .object([
          .init("type", .text("object")), .init("properties", .object(names.map { .init($0, number) })),
          .init("additionalProperties", .boolean(false)),
        ])
      ]
    case "list of 3 numbers": return [list(number, from: 3, to: 3)]
    case "list of cells": return [list(.object([.init("enum", .list(quoted(range)))]))]
    case "list of [row, column]": return [list(cell)]
    case "[row, column] or null": return [cell, null]
    case "word or null" where !quoted(range).isEmpty: return [.object([.init("enum", .list(quoted(range) + [.null]))])]
    case "\"uniform\", rows of probabilities, or actions":
      let chance = Setting.object([
        .init("type", .text("number")), .init("minimum", .integer(0)), .init("maximum", .integer(1)),
      ])
      // A state that offers no action has null.
      func orNull(_ setting: Setting) -> Setting { .object([.init("anyOf", .list([setting, null]))]) }
      return [
        .object([.init("const", .text("uniform"))]), list(orNull(list(chance)), from: 1),
        list(orNull(.object([.init("type", .text("integer")), .init("minimum", .integer(0))])), from: 1),
      ]
    case "list of numbers" where parameter.meaning.contains("the two locations"):
      return [list(.object([.init("type", .text("number")), .init("minimum", .integer(0))]), from: 2, to: 2)]
    default: return nil
    }
  }

  private static let number = Setting.object([.init("type", .text("number"))])
  private static let null = Setting.object([.init("type", .text("null"))])
  private static let text = Setting.object([.init("type", .text("string")), .init("minLength", .integer(1))])
  private static let cell = list(
    .object([.init("type", .text("integer")), .init("minimum", .integer(1))]), from: 2, to: 2)

  private static func list(_ items: Setting, from low: Int = 0, to high: Int? = nil) -> Setting {
    var fields: [Field] = [.init("type", .text("array")), .init("items", items)]
    if low > 0 { fields.append(.init("minItems", .integer(low))) }
    if let high { fields.append(.init("maxItems", .integer(high))) }
    return .object(fields)
  }

  /// Rows of letters, with a start in one of them.
  private static func rows(of letters: String) -> Setting {
    let row = Setting.object([.init("type", .text("string")), .init("pattern", .text("^[\(letters)]+$"))])
    var fields = list(row, from: 1).fields!
    if letters.contains("S") { fields.append(.init("contains", .object([.init("pattern", .text("S"))]))) }
    return .object(fields)
  }

  /// The letters of "S start, G goal, # wall".
  private static func letters(_ range: String) -> String {
    String(range.split(separator: ",").compactMap { $0.first { $0 != " " } })
  }

  /// The words in quotes.
  private static func quoted(_ range: String) -> [Setting] {
    range.split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
      .text(String($0.element))
    }
  }
}

/// What of several values at once a schema can say: which method counts what, plans with which task, must be given what. It holds where neither
/// variants nor a sweep nor a search can change what stands in the file.
struct SchemaConditions {
  let lab: Laboratory

  private typealias Field = Setting.Field

  /// The conditions.
  var all: [Setting] { required + units + fits }

  private var required: [Setting] {
    let entries = [("environment", lab.environments.map(\.about)), ("algorithm", lab.algorithms.map(\.about))]
    return entries.flatMap { kind, abouts in
      abouts.compactMap { about in
        let names = about.parameters.filter { $0.defaultSetting == nil }.map { Setting.text($0.name) }
        if names.isEmpty { return nil }
        return Self.condition(
          Self.names(kind, [about.id]),
          [.init(kind, .object([.init("type", .text("object")), .init("required", .list(names))]))])
      }
    }
  }

  private var units: [Setting] {
    var groups: [(units: [Budget.Unit], ids: [String])] = []
    for entry in lab.algorithms where entry.units.count < Budget.Unit.allCases.count {
      if let place = groups.firstIndex(where: { $0.units == entry.units }) {
        groups[place].ids.append(entry.about.id)
      } else {
        groups.append((entry.units, [entry.about.id]))
      }
    }
    return groups.map { units, ids in
      let words = Setting.object([.init("enum", .list(units.map { .text($0.rawValue) }))])
      return Self.condition(
        Self.names("algorithm", ids), [.init("budget", .object([.init("propertyNames", words)]))])
    }
  }

  private var fits: [Setting] {
    let planners = lab.algorithms.filter { $0.kind == .planner }.map(\.about.id)
    let samples = lab.environments.filter { $0.gives != "model" }.map(\.about.id)
    let tables = lab.algorithms.filter { !$0.acceptsVectors }.map(\.about.id)
    let vectors = lab.environments.filter { $0.gives == EnvironmentEntry.vectors }.map(\.about.id)
    func excluding(_ algorithms: [String], _ environments: [String]) -> Setting? {
      if algorithms.isEmpty || environments.isEmpty { return nil }
      return Self.condition(
        Self.names("algorithm", algorithms),
        [.init("environment", .object([.init("not", Self.component(environments))]))])
    }
    return [excluding(planners, samples), excluding(tables, vectors)].compactMap { $0 }
  }

  private static func condition(_ given: Setting, _ properties: [Field]) -> Setting {
    .object([.init("if", given), .init("then", .object([.init("properties", .object(properties))]))])
  }

  /// That a component has one of some ids.
  private static func names(_ kind: String, _ ids: [String]) -> Setting {
    .object([
      .init("properties", .object([.init(kind, component(ids))])), .init("required", .list([.text(kind)])),
    ])
  }

  /// An id among some, alone or in an object.
  private static func component(_ ids: [String]) -> Setting {
    let words = Setting.object([.init("enum", .list(ids.map(Setting.text)))])
    return .object([
      .init(
        "anyOf",
        .list([
          words,
          .object([
            .init("type", .text("object")), .init("properties", .object([.init("id", words)])),
            .init("required", .list([.text("id")])),
          ]),
        ]))
    ])
  }
}
