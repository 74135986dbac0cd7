import Algorithms
import Foundation
import RLCore

/// A trained policy as a file: see docs/policy-file.md.
///
/// What acts is a network (``PolicyArchive``), linear in features of what is observed (``LinearArchive``) or, for methods that keep tables, the
/// probabilities of every state's actions.
struct PolicyFile {
  /// What acts.
  enum Content {
    /// A network.
    case network(PolicyArchive)
    /// Linear in features.
    case linear(LinearArchive)
    /// Probabilities, slot by slot: of the policy that is learned, and of the one that acts.
    case table(target: [Double], behavior: [Double], width: Int)
  }

  static let format = "rl-lab-policy/1"

  let content: Content
  /// How a network sees the states of a finite task; nil where it sees a vector of the task's own, and for tables.
  let features: StateView?
  /// The task that it was trained on, with all options.
  let environment: Setting
  /// What trained it, with all parameters.
  let algorithm: Setting
  /// The variant's name.
  let variant: String
  let root: UInt64
  let seed: UInt64
  /// Environment steps of its training.
  let steps: Int

  /// The policy of a finished trial; nil where the method has none that can be stored.
  init?(_ process: TrialProcess, trial: Trial) {
    let task = trial.variant.task
    switch process.archive() {
    case .network(let archive):
      content = .network(archive)
      features = task.vector == nil ? task.stateView(trial.variant.algorithm.settings) : nil
    case .linear(let archive):
      content = .linear(archive)
      features = nil
    case nil:
      guard task.vector == nil else { return nil }
      features = nil
      let report = process.report()
      let space = task.space
      let count = report.isByPair ? task.model?.pairCount ?? -1 : space.slotCount
      guard report.targetPolicy.count == count, count > 0 else { return nil }
      func slots(_ policy: [Double]) -> [Double] {
        guard report.isByPair, let model = task.model else { return policy }
        return space.slots(policy, of: model)
      }
      let behavior = report.behaviorPolicy.isEmpty ? report.targetPolicy : report.behaviorPolicy
      content = .table(target: slots(report.targetPolicy), behavior: slots(behavior), width: space.width)
    }
    environment = trial.variant.environment.resolved
    algorithm = trial.variant.algorithm.resolved
    variant = trial.variant.name
    root = trial.root
    seed = trial.seed
    steps = process.counters().step ?? 0
  }

  // MARK: Writing

  /// The file's bytes. Numbers are written so that reading them back gives the same bits.
  var bytes: [UInt8] {
    var fields: [(String, String)] = [
      ("format", Setting.text(Self.format).json), ("variant", Setting.text(variant).json),
      ("environment", environment.json), ("algorithm", algorithm.json), ("root_seed", "\(root)"), ("seed", "\(seed)"),
      ("steps", "\(steps)"),
    ]
    switch content {
    case .table(let target, let behavior, let width):
      fields.append(("kind", "\"table\""))
      fields.append(("states", "\(target.count / width)"))
      fields.append(("actions", "\(width)"))
      fields.append(("target", Self.rows(target, width: width)))
      fields.append(("behavior", Self.rows(behavior, width: width)))
    case .linear(let archive): fields += Self.fields(of: archive)
    case .network(let archive):
      fields.append(("kind", "\"network\""))
      fields.append(("head", Setting.text(archive.head.rawValue).json))
      switch archive.actionSpace {
      case .discrete(let count): fields.append(("actions", "{\"discrete\": \(count)}"))
      case .continuous(let low, let high):
        fields.append(("actions", "{\"low\": \(Self.list(low)), \"high\": \(Self.list(high))}"))
      }
      if let features { fields.append(("features", Setting.text(features.rawValue).json)) }
      fields.append(("one_hot", "\(archive.usesStateIndices)"))
      fields.append(("epsilon", "\(archive.epsilon)"))
      let hasRows = archive.head == .stateDependentGaussian
      let deviations = archive.logDeviations
      fields.append(
        ("log_std", hasRows ? Self.rows(deviations, width: archive.actionSpace.count) : Self.list(deviations)))
      let normalization = archive.normalization.map {
        "{\"mean\": \(Self.list($0.mean)), \"variance\": \(Self.list($0.variance)), \"epsilon\": \($0.epsilon), \"clip\": \($0.clip)}"
      }
      fields.append(("normalization", normalization ?? "null"))
      fields.append(("activation", archive.shape.activation == .tanh ? "\"tanh\"" : "\"relu\""))
      fields.append(("widths", "[" + archive.shape.widths.map(String.init).joined(separator: ", ") + "]"))
      let layers = (0..<archive.shape.layerCount).map { layer in
        let weights = Self.rows(
          Array(archive.parameters[archive.shape.weights(layer)]), width: archive.shape.widths[layer])
        let biases = Self.list(Array(archive.parameters[archive.shape.biases(layer)]))
        return "{\"weights\": \(weights),\n   \"biases\": \(biases)}"
      }
      fields.append(("layers", "[\n  " + layers.joined(separator: ",\n  ") + "]"))
    }
    let lines = fields.map { "  \(Setting.text($0.0).json): \($0.1)" }
    return Array(("{\n" + lines.joined(separator: ",\n") + "\n}\n").utf8)
  }

  private static func list<Number: BinaryFloatingPoint & LosslessStringConvertible>(_ numbers: [Number]) -> String {
    "[" + numbers.map(\.description).joined(separator: ", ") + "]"
  }

  static func rows<Number: BinaryFloatingPoint & LosslessStringConvertible>(
    _ numbers: [Number], width: Int
  ) -> String {
    let rows = stride(from: 0, to: numbers.count, by: width).map { list(Array(numbers[$0..<$0 + width])) }
    return "[" + rows.joined(separator: ",\n    ") + "]"
  }

  // MARK: Reading

  /// Reads a file.
  ///
  /// - Throws: ``LabError``: 66 where there is no such file, 65 where it holds no policy.
  init(reading path: String) throws(LabError) {
    let tree = try ConfigurationFile.read(path).root
    do throws(SettingProblem) {
      try self.init(tree)
    } catch {
      let place = error.place.isEmpty ? "" : String(error.place.drop { $0 == "." }) + ": "
      throw LabError(.data, "\(path): \(place)\(error.message)")
    }
  }

  /// Whether a file says that it holds a policy.
  ///
  /// - Throws: ``LabError``: 66 where there is no such file, 65 where it is no JSON5.
  static func isPolicy(_ path: String) throws(LabError) -> Bool {
    try ConfigurationFile.read(path).root["format"] == .text(format)
  }

  private init(_ tree: Setting) throws(SettingProblem) {
    guard tree["format"] == .text(Self.format) else {
      throw SettingProblem("this is no \(Self.format) file; name one that record.policy has written", at: ".format")
    }
    environment = tree["environment"] ?? .null
    algorithm = tree["algorithm"] ?? .null
    variant = tree["variant"]?.text ?? ""
    root = UInt64(max(0, tree["root_seed"]?.whole ?? 0))
    seed = UInt64(max(0, tree["seed"]?.whole ?? 0))
    steps = tree["steps"]?.whole ?? 0
    switch tree["kind"] {
    case .text("table"):
      content = try Self.table(tree)
      features = nil
    case .text("network"):
      content = .network(try Self.network(tree))
      features = try Self.features(tree)
    case .text("linear"):
      content = .linear(try Self.linear(tree))
      features = nil
    default: throw SettingProblem("write \"table\", \"network\" or \"linear\"", at: ".kind")
    }
  }

  private static func features(_ tree: Setting) throws(SettingProblem) -> StateView? {
    guard let given = tree["features"] else { return nil }
    guard let view = given.text.flatMap(StateView.init(rawValue:)) else {
      let words = StateView.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
      throw SettingProblem("write one of \(words)", at: ".features")
    }
    return view
  }

  private static func table(_ tree: Setting) throws(SettingProblem) -> Content {
    let width = try whole(tree, "actions", in: 1...1_000_000)
    let states = try whole(tree, "states", in: 1...100_000_000)
    func policy(_ key: String) throws(SettingProblem) -> [Double] {
      let rows = try numbers(tree, key, rows: states, width: width)
      for state in 0..<states {
        let row = rows[state * width..<(state + 1) * width]
        if row.contains(where: { $0 < 0 }) {
          throw SettingProblem("a probability is negative", at: ".\(key)[\(state)]")
        }
      }
      return rows
    }
    return .table(target: try policy("target"), behavior: try policy("behavior"), width: width)
  }

  private static func network(_ tree: Setting) throws(SettingProblem) -> PolicyArchive {
    guard let head = tree["head"]?.text.flatMap(PolicyArchive.Head.init(rawValue:)) else {
      let words = PolicyArchive.Head.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
      throw SettingProblem("write one of \(words)", at: ".head")
    }
    guard let list = tree["widths"]?.elements, (2...10).contains(list.count) else {
      throw SettingProblem("write the layers' widths, a list of 2 to 10 numbers", at: ".widths")
    }
    var widths: [Int] = []
    for element in list {
      do throws(SettingProblem) {
        widths.append(try Interval.whole(element, in: 1...10_000_000))
      } catch { throw SettingProblem(error.message, at: ".widths") }
    }
    let space: VectorActionSpace
    if let low = tree["actions"]?["low"]?.elements {
      space = .continuous(
        low: try numbers(tree["actions"]!, "low", rows: 1, width: low.count).map { Float($0) },
        high: try numbers(tree["actions"]!, "high", rows: 1, width: low.count).map { Float($0) })
    } else {
      space = .discrete(try whole(tree["actions"] ?? .null, "discrete", in: 1...1_000_000))
    }
    let isDueling = head == .dueling
    guard space.isDiscrete == (head != .gaussian && head != .stateDependentGaussian) else {
      throw SettingProblem("a \(head.rawValue) head does not fit these actions", at: ".head")
    }
    // A shared network puts out a value beside its logits or means.
    let extra = widths.last! - space.count
    guard isDueling ? extra == 1 : head == .values ? extra == 0 : (0...1).contains(extra), space.count > 0 else {
      throw SettingProblem("\(widths.last!) outputs do not fit \(space.count) actions", at: ".widths")
    }
    let activation = tree["activation"]?.text ?? "tanh"
    guard activation == "tanh" || activation == "relu" else {
      throw SettingProblem("write \"tanh\" or \"relu\"", at: ".activation")
    }
    let shape = PerceptronShape(
      inputs: widths[0], hidden: Array(widths.dropFirst().dropLast()), outputs: widths.last!,
      activation: activation == "tanh" ? .tanh : .relu)
    guard let layers = tree["layers"]?.elements, layers.count == shape.layerCount else {
      throw SettingProblem("write \(shape.layerCount) layers, each with weights and biases", at: ".layers")
    }
    var parameters: [Float] = []
    for (index, layer) in layers.enumerated() {
      do throws(SettingProblem) {
        parameters += try floats(layer, "weights", rows: widths[index + 1], width: widths[index])
        parameters += try floats(layer, "biases", rows: 1, width: widths[index + 1])
      } catch { throw SettingProblem(error.message, at: ".layers[\(index)]\(error.place)") }
    }
    var logDeviations: [Float] = []
    if !space.isDiscrete {
      let rows = head == .gaussian ? 1 : widths[widths.count - 2]
      logDeviations = try floats(tree, "log_std", rows: rows, width: space.count)
    }
    var normalization: PolicyArchive.Normalization?
    if let given = tree["normalization"], given != .null {
      normalization = try SettingProblem.at(".normalization") { () throws(SettingProblem) in
        let variance = try numbers(given, "variance", rows: 1, width: widths[0])
        let (epsilon, clip) = (given["epsilon"]?.number ?? 1e-8, given["clip"]?.number ?? 10)
        guard variance.allSatisfy({ $0 >= 0 }), epsilon >= 0, clip > 0 else {
          throw SettingProblem("variances and epsilon are at least 0, and clip is above 0")
        }
        let mean = try numbers(given, "mean", rows: 1, width: widths[0])
        return .init(mean: mean, variance: variance, epsilon: epsilon, clip: clip)
      }
    }
    return PolicyArchive(
      head: head, actionSpace: space, usesStateIndices: tree["one_hot"] == .boolean(true), shape: shape,
      parameters: parameters, logDeviations: logDeviations, normalization: normalization,
      epsilon: min(1, max(0, tree["epsilon"]?.number ?? 0)))
  }

  static func whole(_ tree: Setting, _ key: String, in range: ClosedRange<Int>) throws(SettingProblem) -> Int {
    let number = try tree.read(key) { setting throws(SettingProblem) in try Interval.whole(setting, in: range) }
    guard let number else { throw SettingProblem("it is missing", at: ".\(key)") }
    return number
  }

  /// The same in single precision.
  private static func floats(
    _ tree: Setting, _ key: String, rows: Int, width: Int
  ) throws(SettingProblem) -> [Float] {
    let floats = try numbers(tree, key, rows: rows, width: width).map { Float($0) }
    guard floats.allSatisfy(\.isFinite) else {
      throw SettingProblem("a number is too large for single precision", at: ".\(key)")
    }
    return floats
  }

  /// A list of finite numbers, or a list of such lists, one a row.
  static func numbers(
    _ tree: Setting, _ key: String, rows: Int, width: Int
  ) throws(SettingProblem) -> [Double] {
    guard let elements = tree[key]?.elements else { throw SettingProblem("it is missing", at: ".\(key)") }
    let isFlat = elements.first.map { $0.elements == nil } ?? true
    let lists = isFlat ? [elements] : elements.map { $0.elements ?? [] }
    guard lists.count == rows, lists.allSatisfy({ $0.count == width }) else {
      throw SettingProblem("it has the wrong size; \(rows) rows of \(width) numbers belong here", at: ".\(key)")
    }
    var numbers: [Double] = []
    numbers.reserveCapacity(rows * width)
    for list in lists {
      for element in list {
        guard let number = element.number, number.isFinite else {
          throw SettingProblem("\(element) is no finite number", at: ".\(key)")
        }
        numbers.append(number)
      }
    }
    return numbers
  }
}

/// Writes the trained policies of an experiment: `policies/VARIANT-seed-N.json`, each whole or not at all.
struct PolicyFiles {
  let experiment: Experiment
  let journal: Journal
  let folder: String

  /// The folder within the results.
  static let folder = "policies"

  func write() throws(LabError) {
    var names: [String] = []
    var without: [String] = []
    for variant in experiment.variants {
      var name = String(variant.name.map { $0.isLetter || $0.isNumber || "-_.=+".contains($0) ? $0 : "_" }.prefix(120))
      if names.contains(name) || name.hasPrefix(".") { name = variant.hash }
      names.append(name)
      guard variant.record.policy != .none else { continue }
      for seed in variant.record.policy == .first ? [experiment.seeds[0]] : experiment.seeds {
        let key = Journal.Key(variant: variant.key, seed: seed)
        guard journal.contains(key) else { continue }
        guard let bytes = try journal.record(key).policy else {
          without.append(variant.name)
          break
        }
        try Output.makeFolder(folder + "/" + Self.folder)
        let file = try FileWriter("\(folder)/\(Self.folder)/\(name)-seed-\(seed).json")
        try file.write(bytes)
        try file.commit()
      }
    }
    if let first = without.first {
      let more = without.count > 1 ? " and \(without.count - 1) more" : ""
      Terminal.error("note: record.policy: no file can hold the policy of \(first)\(more) (docs/policy-file.md)\n")
    }
  }
}
