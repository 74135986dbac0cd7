import Environments
import RLCore

/// The JSON Schema of a model's file, the format `rl-lab-mdp/1`.
///
/// Numbers of states beside each other are compared as far as round ones lie between them, and what belongs together by its number (the outcomes of
/// one state and action) for the first few numbers.
enum ModelSchema {
  private typealias Field = Setting.Field

  /// The schema.
  static var schema: Setting {
    let state = Schema.whole(0, MDPFile.mostStates - 1)
    let chance = Schema.whole01
    let reward = Schema.bounded("number", Interval.finite.description)
    let row = Schema.tuple([state, Schema.whole(0, MDPFile.mostActions - 1), chance, state, reward, Schema.boolean])
    return Schema.object(
      [
        .init("format", Schema.const(.text("rl-lab-mdp/1"))),
        .init("states", described(Schema.whole(1, MDPFile.mostStates), "how many states there are")),
        .init("actions", described(Schema.whole(1, MDPFile.mostActions), "how many actions there are")),
        .init(
          "initial",
          described(
            Schema.list(Schema.tuple([state, chance]), from: 1), "the start distribution: [state, probability]")),
        .init("state_labels", described(Schema.list(Schema.string), "a name for each state")),
        .init("action_labels", described(Schema.list(Schema.string), "a name for each action")),
        .init(
          "transitions",
          described(Schema.list(row), "[state, action, probability, next_state, reward, terminated]")),
      ], required: ["format", "states", "actions", "transitions"],
      more: [
        .init("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
        .init("title", .text("rl-lab model")),
        .init("$defs", .object([.init("number", Schema.anyNumber)])),
        .init("allOf", .list(sizes + sums)),
      ])
  }

  private static func described(_ schema: Setting, _ words: String) -> Setting {
    .object(schema.fields! + [.init("description", .text(words))])
  }

  /// What has a number lies below how many there are.
  private static var sizes: [Setting] {
    func at(_ place: Int, _ number: Int) -> Setting {
      let bound = Setting.object([.init("maximum", .integer(number - 1))])
      return .object([.init("prefixItems", .list([Setting](repeating: Schema.anything, count: place) + [bound]))])
    }
    func all(_ items: Setting) -> Setting { .object([.init("items", items)]) }
    func few(_ key: String, _ number: Int, _ then: [Field]) -> Setting {
      Schema.when(
        Schema.having(.init(key, .object([.init("type", .text("integer")), .init("maximum", .integer(number))]))),
        Schema.properties(then))
    }
    func labels(_ key: String, _ list: String, _ number: Int) -> Setting {
      Schema.when(
        Schema.having(.init(key, .object([.init("type", .text("integer")), .init("minimum", .integer(number))]))),
        Schema.properties([.init(list, .object([.init("minItems", .integer(number))]))]))
    }
    let states = Schema.rungs(1, MDPFile.mostStates).flatMap { number -> [Setting] in
      let rows = all(Schema.allOf([at(0, number), at(3, number)]))
      return [
        few(
          "states", number,
          [
            .init("transitions", rows), .init("initial", all(at(0, number))),
            .init("state_labels", .object([.init("maxItems", .integer(number))])),
          ]), labels("states", "state_labels", number),
      ]
    }
    let actions = Schema.rungs(1, MDPFile.mostActions).flatMap { number in
      [
        few(
          "actions", number,
          [
            .init("transitions", all(at(1, number))),
            .init("action_labels", .object([.init("maxItems", .integer(number))])),
          ]), labels("actions", "action_labels", number),
      ]
    }
    return states + actions
  }

  /// Probabilities sum to 1: of the only start, and of the only or the likely outcomes of a state and action.
  private static var sums: [Setting] {
    let half = Setting.object([.init("minimum", .real(0.5 + 1e-8))])
    func likely(_ head: [Setting]) -> Setting {
      .object([
        .init("contains", .object([.init("prefixItems", .list(head + [half]))])), .init("minContains", .integer(0)),
        .init("maxContains", .integer(1)),
      ])
    }
    func sole(_ head: [Setting]) -> Setting {
      Schema.when(
        .object([.init("maxItems", .integer(1))]),
        .object([.init("items", .object([.init("prefixItems", .list(head + [Schema.nearly1]))]))]))
    }
    let pairs = (0..<8).flatMap { state in
      (0..<4).map { likely([Schema.const(.integer(state)), Schema.const(.integer($0))]) }
    }
    return [
      Schema.properties(
        .init("initial", Schema.allOf([sole([Schema.anything]), likely([Schema.anything])])),
        .init("transitions", Schema.allOf([sole([Schema.anything, Schema.anything])] + pairs)))
    ]
  }
}
