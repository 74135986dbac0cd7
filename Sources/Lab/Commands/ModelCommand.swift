import Foundation
import RLCore

extension Command {
  static let model = Command(
    name: "model", usage: "model ENV [--set environment.KEY=VALUE]... [--format json|csv]",
    summary: "write an environment's exact MDP to standard output",
    flags: [
      .init("set", value: "PATH=VALUE", repeats: true, "set one option: environment.is_slippery=false"),
      .init("format", value: "json|csv", "the format; default json"),
    ], positional: 1...1
  ) { lab, arguments in
    let text = arguments.value("format") ?? "json"
    guard let format = ModelFormat(rawValue: text) else {
      throw LabError(.usage, "model: there is no format \"\(text)\"; write json or csv")
    }
    var tree = Setting.object([.init("id", .text(arguments.positional[0]))])
    var overridden: Set<String> = []
    for assignment in arguments.all("set") {
      guard let equals = assignment.firstIndex(of: "="), equals > assignment.startIndex else {
        throw LabError(.usage, "model: --set \(assignment) has no value; write --set environment.KEY=VALUE")
      }
      let path = String(assignment[..<equals])
      let parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard parts.count >= 2, parts.count <= SweepAxes.deepestPath, parts[0] == "environment", !parts.contains("")
      else {
        throw LabError(
          .usage, "model: --set \(assignment): only options of the environment can be set; write environment.KEY=VALUE")
      }
      if parts[1] == "id" {
        throw LabError(
          .usage,
          "model: --set \(assignment): the environment is \"\(arguments.positional[0])\"; name another in its place")
      }
      tree = tree.setting(
        parts.dropFirst(), to: ConfigurationFile.value(String(assignment[assignment.index(after: equals)...])))
      overridden.insert(path)
    }
    let resolver = Resolver(lab: lab, source: nil, folder: "", overridden: overridden, outline: nil)
    let task = try resolver.task(tree)
    guard let model = task.model else {
      throw LabError(
        .data,
        "environment: \"\(arguments.positional[0])\" has no finite model, it gives only samples; \"rl-lab list\" shows the tasks"
      )
    }
    Terminal.write(model.exported(as: format), to: STDOUT_FILENO)
  }
}
