import Foundation
import Testing

/// Something wrong that a user may give, and what the program has to say about it.
struct WrongInput: Sendable, CustomTestStringConvertible {
  /// What is wrong, for readers of the test's report.
  let name: String
  /// The words of the command line.
  let arguments: [String]
  /// The files that stand in the working folder, by name.
  let files: [String: [UInt8]]
  /// The exit code.
  let code: Int32
  /// What the line says, of place, cause and remedy.
  let says: [String]
  /// Why the JSON Schema of configurations cannot reject it; nil where it does.
  private(set) var beyondSchemas: Beyond?

  /// What a schema cannot know.
  enum Beyond: String, Sendable {
    case disk = "needs the disk"
    case model = "needs the model itself"
    case comparison = "needs two texts to be compared"
    case command = "right for another command"
  }

  var testDescription: String { name }

  init(_ name: String, _ arguments: [String], files: [String: [UInt8]] = [:], code: Int32, says: [String]) {
    self.name = name
    self.arguments = arguments
    self.files = files
    self.code = code
    self.says = says
  }

  /// The same input, which no schema can reject.
  func beyondSchemas(_ reason: Beyond) -> WrongInput {
    var input = self
    input.beyondSchemas = reason
    return input
  }

  /// The configuration, where the words of the command line alone are not what is wrong.
  var configuration: [UInt8]? {
    arguments.count == 2 && ["run", "sweep", "check"].contains(arguments[0]) ? files["c.json5"] : nil
  }

  /// A wrong configuration in `c.json5`.
  init(
    _ name: String, config: String, command: String = "run", files: [String: String] = [:], code: Int32 = 65,
    _ says: String...
  ) {
    var all = files.mapValues { Array($0.utf8) }
    all["c.json5"] = Array(config.utf8)
    self.init(name, [command, "c.json5"], files: all, code: code, says: ["c.json5: "] + says)
  }

  /// Some fields added to a configuration that is right without them.
  init(_ name: String, fields: String, command: String = "run", _ says: String...) {
    let config = "{environment: 'cliff-walking', algorithm: 'q-learning', budget: {episodes: 5}, \(fields)}"
    self.init(
      name, [command, "c.json5"], files: ["c.json5": Array(config.utf8)], code: 65, says: ["error: c.json5: "] + says)
  }

  /// A wrong algorithm for the cliff.
  init(_ name: String, algorithm: String, _ says: String...) {
    let config = "{environment: 'cliff-walking', algorithm: \(algorithm)}"
    self.init(
      name, ["run", "c.json5"], files: ["c.json5": Array(config.utf8)], code: 65,
      says: ["error: c.json5: algorithm"] + says)
  }

  /// A wrong environment for Q-learning, or for another algorithm.
  init(
    _ name: String, environment: String, algorithm: String = "'q-learning'", files: [String: String] = [:],
    code: Int32 = 65, _ says: String...
  ) {
    let config = "{environment: \(environment), algorithm: \(algorithm), budget: {steps: 50}}"
    var all = files.mapValues { Array($0.utf8) }
    all["c.json5"] = Array(config.utf8)
    self.init(name, ["run", "c.json5"], files: all, code: code, says: ["error: c.json5: "] + says)
  }

  /// A wrong command line after a right run's words.
  init(_ name: String, flags: String..., code: Int32 = 64, says: [String]) {
    self.init(
      name, ["run", "-e", "cliff-walking", "-a", "q-learning", "--episodes", "5"] + flags, code: code, says: says)
  }

  /// Every case.
  static let all =
    syntax + configuration + variantsAndAxes + recording + algorithms + environments + sizes + models + commandLines
    + outputs
}
