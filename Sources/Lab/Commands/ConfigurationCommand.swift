import Foundation
import RLCore

/// What the commands that take a configuration share: the file, the flags laid over it, and the experiment they give.
struct ConfigurationCommand {
  let lab: Laboratory
  let arguments: Arguments
  let command: String

  static let set = Arguments.Flag(
    "set", value: "PATH=VALUE", repeats: true, "set one value, by its dotted path: algorithm.alpha=0.5")

  /// Reads the file that stands alone on the command line, if one does, lays the flags over it, and resolves the whole.
  func experiment() throws(LabError) -> Experiment { try experiment(at: arguments.positional.first) }

  /// Reads a file, lays the flags over it, and resolves the whole; without a file the flags say everything.
  ///
  /// - Parameter algorithm: The algorithm's id, where it is no flag; prediction then evaluates the uniform policy unless another is set.
  func experiment(at path: String?, algorithm: String? = nil) throws(LabError) -> Experiment {
    let (root, resolver, name) = try configuration(at: path, algorithm: algorithm)
    return try resolver.experiment(root, defaultName: name)
  }

  /// Reads a file and lays the flags over it.
  ///
  /// - Returns: The configuration, who resolves it, and the experiment's name where it gives none.
  func configuration(
    at path: String?, algorithm: String? = nil
  ) throws(LabError) -> (root: Setting, resolver: Resolver, name: String) {
    var root = Setting.table([])
    var outline: JSON5Outline?
    var source: String?
    var folder = ""
    var name = ""
    if let path {
      let document = try ConfigurationFile.read(path)
      root = document.root
      outline = document.outline
      source = ConfigurationFile.displayName(path)
      let url = URL(fileURLWithPath: path)
      folder = url.deletingLastPathComponent().path
      name = url.deletingPathExtension().lastPathComponent
      if root.fields == nil {
        throw LabError(.data, "\(source!): \(root.kind) is no configuration; write an object { ... }")
      }
    }
    var overridden: Set<String> = []
    for (flag, path) in [("env", "environment"), ("algorithm", "algorithm")] {
      guard let id = flag == "algorithm" ? algorithm ?? arguments.value(flag) : arguments.value(flag) else { continue }
      root = replacing(root, path, with: id)
      overridden.insert(path)
    }
    if let algorithm, lab.algorithm(algorithm)?.kind == .prediction {
      // Prediction needs a policy; a demonstration takes the plainest.
      root = replacing(root, "algorithm", with: algorithm).setting(["algorithm", "policy"], to: .text("uniform"))
    }
    root = try layBudget(over: root)
    for (flag, key) in [("seeds", "seeds"), ("seed", "seed")] {
      guard let text = arguments.value(flag) else { continue }
      root = root.setting([key], to: try arguments.number(text, of: flag, command: command))
    }
    for assignment in arguments.all("set") {
      guard let equals = assignment.firstIndex(of: "="), equals > assignment.startIndex else {
        throw LabError(.usage, "\(command): --set \(assignment) has no value; write --set PATH=VALUE")
      }
      let path = String(assignment[..<equals])
      let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      if parts.contains("") || parts.count > SweepAxes.deepestPath {
        throw LabError(
          .usage, "\(command): --set \(assignment): this is no dotted path; write one like algorithm.alpha=0.5")
      }
      let value = ConfigurationFile.value(String(assignment[assignment.index(after: equals)...]))
      root =
        parts.count == 2 && parts[1] == "id" && value.text != nil
        ? replacing(root, parts[0], with: value.text!) : root.setting(parts[...], to: value)
      overridden.insert(path)
    }
    if name.isEmpty {
      let parts = [root["algorithm"], root["environment"]].map { $0?.withID["id"]?.text ?? "" }
      name = parts.filter { !$0.isEmpty }.joined(separator: "-on-")
    }
    let resolver = Resolver(lab: lab, source: source, folder: folder, overridden: overridden, outline: outline)
    return (root, resolver, name.isEmpty ? "experiment" : name)
  }

  /// Another id replaces the component: the parameters of the one before mean nothing to it. The same id keeps them.
  private func replacing(_ root: Setting, _ key: String, with id: String) -> Setting {
    if root[key]?.withID["id"]?.text == id { return root }
    return root.setting([key], to: .table([.init("id", .text(id))]))
  }

  private func layBudget(over root: Setting) throws(LabError) -> Setting {
    let units = ["episodes", "steps", "iterations"]
    let given = units.filter(arguments.has)
    if given.count > 1 {
      throw LabError(
        .usage,
        "\(command): a budget is exactly one of --episodes, --steps, --iterations; "
          + given.map { "--" + $0 }.joined(separator: " and ") + " are given")
    }
    guard let unit = given.first else { return root }
    let text = arguments.value(unit)!
    let number = try arguments.number(text, of: unit, command: command)
    return root.setting(["budget"], to: .table([.init(unit, number)]))
  }
}
