import RLCore

/// What a parameter's value may be, by its declaration: its type, its range, its choices, its default.
enum SchemaShapes {
  private typealias Field = Setting.Field

  /// The schema of a value.
  ///
  /// - Parameter members: Makes the schema of an object with an id, for lists that hold such.
  static func shape(of parameter: ParameterDeclaration, members: ([About]) -> Setting) -> Setting {
    if !parameter.members.isEmpty { return Schema.list(members(parameter.members), from: 1) }
    var kinds = kinds(of: parameter)
    let isNullable = parameter.type.contains("null") || parameter.defaultSetting == .null
    if isNullable && !kinds.isEmpty { kinds.append(Schema.null) }
    return kinds.isEmpty ? .object([]) : Schema.anyOf(kinds)
  }

  /// What a value may be beside null; empty where the type is too free to be said.
  private static func kinds(of parameter: ParameterDeclaration) -> [Setting] {
    let range = parameter.range
    let number = Schema.bounded("number", range)
    let whole = Schema.bounded("integer", range)
    let quoted = quoted(range ?? "")
    let finite = Schema.bounded("number", Interval.finite.description)
    if !parameter.choices.isEmpty { return [Schema.words(parameter.choices)] }
    switch parameter.type {
    case "number", "number or null": return [number]
    case "whole number", "whole number or null": return [whole]
    case "whole number, null or \"default\"": return [whole, Schema.const(.text("default"))]
    case "boolean": return [Schema.boolean]
    case "path", "path or null", "string": return [Schema.text]
    case "object": return [.object([.init("type", .text("object"))])]
    case "list of numbers", "list of numbers or null":
      // The defaults of lists of a fixed length say how long they are.
      if case .list(let items)? = parameter.defaultSetting, parameter.isOfFixedLength {
        return [Schema.list(number, from: items.count, to: items.count)]
      }
      return [Schema.list(number, from: parameter.problem(.list([])) == nil ? 0 : 1)]
    case "list of 3 numbers": return [Schema.list(number, from: 3, to: 3)]
    case "list of two numbers or null": return [Schema.list(finite, from: 2, to: 2)]
    case "list of probabilities or null": return [Schema.list(number)]
    case "list of pairs or null":
      return [
        Schema.list(Schema.tuple([finite, finite], more: Schema.reference("rising").fields!), from: 1)
      ]
    case "number or list of numbers": return [number, Schema.list(number, from: 1)]
    case "number, list of numbers, or rows of numbers":
      let row = Schema.anyOf([Schema.list(number), Schema.null])
      return [number, Schema.list(number, from: 1), Schema.list(row, from: 1)]
    case "list of widths, or {pi: [...], vf: [...]}":
      let widths = Schema.list(whole, to: 8)
      return [widths, Schema.object([.init("pi", widths), .init("vf", widths)])]
    case "list of rows, path of a text file, or null", "list of rows or null":
      let rows = rows(of: letters(range ?? ""))
      return parameter.isFile ? [rows, Schema.text] : [rows]
    case "object of numbers":
      let keys = (parameter.defaultSetting?.fields ?? []).map(\.key)
      let number = Schema.anyOf([finite, Schema.null])
      return [Schema.object(keys.map { .init($0, number) })]
    case "list of cells": return [Schema.list(Schema.among(quoted))]
    case "list of [row, column]": return [Schema.list(cell)]
    case "[row, column]", "[row, column] or null": return [cell]
    case "list of [state, probability] or null":
      return [Schema.list(Schema.tuple([Schema.whole(0, 10_000_000), Schema.whole01]), from: 1)]
    case "one row of numbers an arm, or null": return [Schema.list(Schema.list(finite, from: 1), from: 1)]
    case "word, rows of numbers, or null":
      return [Schema.among(quoted), Schema.list(Schema.list(finite, from: 1), from: 1)]
    case "word or boolean": return [Schema.among(quoted), Schema.boolean]
    case "word or null", "word": return quoted.isEmpty ? [Schema.string] : [Schema.among(quoted)]
    case "whole number, list, {rows, columns} or null": return groups
    case "list of states, \"all\" or null":
      return [
        Schema.const(.text("all")), Schema.list(Schema.whole(0, .max), isUnique: true),
      ]
    default: break
    }
    if parameter.type.contains("rows of probabilities") {
      return [Schema.among(quoted), Schema.reference("probabilities"), Schema.reference("actions")]
    }
    if parameter.type.hasPrefix("number or schedule") || parameter.type.hasPrefix("number, schedule") {
      let long = parameter.type.contains("over the budget") ? [fading] : []
      return [number, schedule(of: parameter)] + long
    }
    return words(parameter.type)
  }

  /// Shapes that many parameters have, by their names among the schema's definitions.
  static var shared: [Setting.Field] {
    // A state that offers no action has null.
    let row = Schema.anyOf([Schema.distribution, Schema.null])
    let action = Schema.anyOf([Schema.whole(0, .max), Schema.null])
    return [
      .init("number", Schema.anyNumber), .init("rising", Schema.rising),
      .init("probabilities", Schema.list(row, from: 1)), .init("actions", Schema.list(action, from: 1)),
      .init("schedule", complete(["over"])), .init("schedule.long", complete([])),
      .init("rows", Schema.equallyLong("items", "Length", upTo: 64)),
    ]
  }

  // MARK: Parts

  /// "lin_0.001" falls to 0 over the budget.
  private static let fading = Setting.object([
    .init("type", .text("string")), .init("pattern", .text("^lin_[0-9.eE+-]+$")),
  ])

  private static let cell = Schema.list(Schema.whole(1, .max), from: 2, to: 2)

  /// Which states look alike: how many in a row, the group of each, the states of each group, or the blocks of a grid.
  private static let groups: [Setting] = {
    let group = Schema.whole(0, 1_000_000_000)
    let side = Schema.whole(1, 1_000_000)
    return [
      Schema.whole(1, 1_000_000_000), Schema.list(group, from: 1), Schema.list(Schema.list(group), from: 1),
      Schema.object([.init("rows", side), .init("columns", side)], more: [.init("minProperties", .integer(1))]),
    ]
  }()

  /// Rows of letters, all of one length, with a start in one of them.
  private static func rows(of letters: String) -> Setting {
    let row = Setting.object([.init("type", .text("string")), .init("pattern", .text("^[\(letters)]+$"))])
    var fields = Schema.list(row, from: 1).fields! + Schema.reference("rows").fields!
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

  /// A type in words: at least the kinds of values that it speaks of.
  private static func words(_ type: String) -> [Setting] {
    var names: [String] = []
    func add(_ name: String, _ words: String...) { if words.contains(where: type.contains) { names.append(name) } }
    add("array", "list", "rows", "[", "actions")
    add("string", "path", "word", "\"", "string")
    add("number", "number ", "number,", "number or")
    add("object", "object", "{")
    return names.isEmpty ? [] : [.object([.init("type", .list((names + ["null"]).map(Setting.text)))])]
  }

  /// What a schedule needs, if a parameter takes one: what is laid over another, or has an axis over a part of it, may lack something.
  static func completeness(of parameter: ParameterDeclaration) -> Setting? {
    if !parameter.type.contains("schedule") { return nil }
    return Schema.reference(isLong(parameter) ? "schedule.long" : "schedule")
  }

  /// Whether a schedule counts its length in the budget where none is given.
  private static func isLong(_ parameter: ParameterDeclaration) -> Bool {
    parameter.type.contains("over the budget") || parameter.type.hasSuffix("schedule or null")
  }

  private static func complete(_ length: [String]) -> Setting {
    let kinds = [
      ("linear", ["from", "to"] + length), ("exponential", ["from", "to"] + length),
      ("inverse-time", ["from"] + length),
      ("visits", []),
    ].map { name, keys in
      Setting.object([
        .init("properties", .object([.init("schedule", Schema.const(.text(name)))])),
        .init("required", .list((["schedule"] + keys).map(Setting.text))),
      ])
    }
    return Schema.when(.object([.init("type", .text("object"))]), Schema.anyOf(kinds))
  }

  /// The schedules that a parameter takes: their ends lie within its range.
  private static func schedule(of parameter: ParameterDeclaration) -> Setting {
    let number = Schema.bounded("number", parameter.range)
    let positive = Schema.bounded("number", Interval.positive.description)
    func kind(_ name: String, _ fields: [Field]) -> Setting {
      Schema.object([.init("schedule", Schema.const(.text(name)))] + fields)
    }
    let ends: [Field] = [.init("from", number), .init("to", number), .init("over", positive)]
    // What falls by a factor never reaches 0.
    let above = Setting.object(number.fields! + [.init("not", Schema.const(.integer(0)))])
    let far: [Field] = [.init("from", above), .init("to", above), .init("over", positive)]
    var kinds = [
      kind("linear", ends), kind("exponential", far), kind("inverse-time", ends),
    ]
    if parameter.type.contains("visits") || parameter.type.contains("null") {
      let power = Schema.bounded("number", "(0, 1]")
      kinds.append(kind("visits", [.init("from", number), .init("power", power)]))
    }
    return Schema.anyOf(kinds)
  }
}

extension ParameterDeclaration {
  /// Whether a list has as many elements as its default, whatever they are: the declaration itself refuses another number of them.
  fileprivate var isOfFixedLength: Bool {
    guard case .list(let items)? = defaultSetting, let first = items.first else { return false }
    return problem(.list(items + [first])) != nil && problem(.list(Array(items.dropLast()))) != nil
  }
}
