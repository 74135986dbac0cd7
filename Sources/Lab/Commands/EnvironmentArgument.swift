import Environments
import Foundation
import RLCore

/// What the commands share that take one environment by its id, or a model by its file.
struct EnvironmentArgument {
  let lab: Laboratory
  let arguments: Arguments
  let command: String

  static let set = Arguments.Flag(
    "set", value: "PATH=VALUE", repeats: true, "set one option: environment.is_slippery=false")

  /// The word that names the environment or file.
  let name: String
  private let resolver: Resolver
  private let tree: Setting

  /// Reads the word and the settings.
  ///
  /// - Parameter name: The environment's id, or the path of a model's file; nil for the first word that stands alone.
  init(_ lab: Laboratory, _ arguments: Arguments, command: String, name: String? = nil) throws(LabError) {
    self.lab = lab
    self.arguments = arguments
    self.command = command
    let name = name ?? arguments.positional[0]
    self.name = name
    var overridden: Set<String> = []
    var tree: Setting
    if lab.environment(name) == nil && Self.isPath(name) {
      tree = .object([.init("id", .text(MDPFile.id)), .init("path", .text(name))])
      overridden.insert("environment.path")
    } else {
      tree = .object([.init("id", .text(name))])
    }
    for assignment in arguments.all("set") {
      guard let equals = assignment.firstIndex(of: "="), equals > assignment.startIndex else {
        throw LabError(.usage, "\(command): --set \(assignment) has no value; write --set environment.KEY=VALUE")
      }
      let path = String(assignment[..<equals])
      let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard parts.count >= 2, parts.count <= SweepAxes.deepestPath, parts[0] == "environment", !parts.contains("")
      else {
        throw LabError(
          .usage,
          "\(command): --set \(assignment): only options of the environment can be set; write environment.KEY=VALUE")
      }
      if parts[1] == "id" {
        throw LabError(
          .usage, "\(command): --set \(assignment): the environment is \"\(name)\"; name another in its place")
      }
      tree = tree.setting(
        parts.dropFirst(), to: ConfigurationFile.value(String(assignment[assignment.index(after: equals)...])))
      overridden.insert(path)
    }
    self.tree = tree
    resolver = Resolver(lab: lab, source: nil, folder: "", overridden: overridden, outline: nil)
  }

  /// Whether a word looks like a file: ids have neither dots nor slashes.
  private static func isPath(_ word: String) -> Bool { word.contains(".") || word.contains("/") }

  /// The task.
  func task() throws(LabError) -> PreparedTask { try resolver.task(tree) }

  /// The task and its model.
  func finiteTask() throws(LabError) -> (task: PreparedTask, model: FiniteMDP) {
    let task = try task()
    guard let model = task.model else {
      throw LabError(
        .data, "environment: \"\(name)\" has no finite model, it gives only samples; \"rl-lab list\" shows the tasks")
    }
    return (task, model)
  }

  /// What a model's file holds before it is checked; nil for every other environment.
  func draft() throws(LabError) -> ModelDraft? {
    let (entry, component) = try resolver.entry(of: tree)
    if entry.about.id != MDPFile.id { return nil }
    do throws(SettingProblem) {
      return try MDPFile.draft(component.settings)
    } catch { throw resolver.fail("environment" + error.place, error.message) }
  }
}
