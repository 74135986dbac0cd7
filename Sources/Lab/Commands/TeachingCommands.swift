import Foundation
import RLCore

extension Command {
  static let assignment = Command(
    name: "assignment",
    usage:
      "assignment [gridworld|garnet] [--seed N] [--rows N --columns N | --states N --actions N] [--gamma G] [-o DIR]",
    summary: "make a seeded exercise with exactly one optimal policy, and its answers",
    flags: [
      .init("seed", value: "N", "which exercise; default 0"), .init("rows", value: "N", "rows of the grid; default 4"),
      .init("columns", value: "N", "columns of the grid; default 4"),
      .init("states", value: "N", "states of the random MDP; default 5"),
      .init("actions", value: "N", "actions of the random MDP; default 3"),
      .init("gamma", value: "G", "the discount; default 0.9"),
      .init("output", short: "-o", value: "DIR", "the folder; default assignment-SEED"),
      .init("overwrite", "write over another exercise"),
    ], positional: 0...1
  ) { _, arguments in
    let name = arguments.positional.first ?? "gridworld"
    guard let kind = Assignment.Kind(rawValue: name) else {
      let words = Assignment.Kind.allCases.map(\.rawValue)
      let hint =
        Spelling.hint(for: name, among: words, otherwise: "write gridworld or garnet")
      throw LabError(.usage, "assignment: there is no exercise \"\(name)\"; \(hint)")
    }
    for flag in kind == .gridworld ? ["states", "actions"] : ["rows", "columns"] where arguments.has(flag) {
      throw LabError(
        .usage,
        "assignment: --\(flag) does not belong to \(kind.rawValue); give "
          + (kind == .gridworld ? "--rows and --columns" : "--states and --actions"))
    }
    let seed = try arguments.whole("seed", in: 0...Int.max, command: "assignment") ?? 0
    let gamma = try arguments.number("gamma", in: 0.01...0.999, command: "assignment") ?? 0.9
    let size =
      kind == .gridworld
      ? (
        try arguments.whole("rows", in: 1...30, command: "assignment") ?? 4,
        try arguments.whole("columns", in: 2...30, command: "assignment") ?? 4
      )
      : (
        try arguments.whole("states", in: 2...200, command: "assignment") ?? 5,
        try arguments.whole("actions", in: 2...50, command: "assignment") ?? 3
      )
    let assignment = Assignment(kind: kind, seed: UInt64(seed), gamma: gamma, size: size)
    let folder = arguments.value("output") ?? "assignment-\(seed)"
    if folder.isEmpty { throw LabError(.usage, "assignment: --output is empty; name a folder") }
    let exercise = try assignment.exercise()
    let description = folder + "/assignment.json"
    if let old = FileManager.default.contents(atPath: description), !arguments.has("overwrite"),
      String(decoding: old, as: UTF8.self) != assignment.description(exercise).prettyJSON() + "\n"
    {
      throw LabError(.cannotWrite, "\(folder): another exercise is there; give another -o, or --overwrite")
    }
    try assignment.write(exercise, to: folder)
    Terminal.print("\(folder)/exercise.md for students, \(folder)/answer for teachers")
  }

  static let grade = Command(
    name: "grade", usage: "grade ASSIGNMENT|ENV|FILE SUBMISSION [--gamma G] [--tolerance T] [--json]",
    summary: "score submitted values or a submitted policy (.csv, .npy) exactly",
    flags: [
      EnvironmentArgument.set,
      .init("gamma", value: "G", "the discount; default the assignment's, else 1 where values exist, else 0.99"),
      .init("tolerance", value: "T", "how far a value may be off, in units of return; default 0.001"),
      .init("json", "one JSON object on standard output, nothing else"),
    ], positional: 2...2
  ) { lab, arguments in
    var gamma = try arguments.number("gamma", in: 0...1, command: "grade")
    let tolerance = try arguments.number("tolerance", in: 0...1e12, command: "grade") ?? 1e-3
    var name = arguments.positional[0]
    let description = name + "/assignment.json"
    if lab.environment(name) == nil, FileManager.default.fileExists(atPath: description) {
      let root = try ConfigurationFile.read(description).root
      guard root["format"] == .text("rl-lab-assignment/1"), let file = root["task"]?.text,
        let discount = root["gamma"]?.number, discount >= 0, discount <= 1
      else {
        throw LabError(.data, "\(description): this is no assignment; make one with \"rl-lab assignment\"")
      }
      gamma = gamma ?? discount
      name += "/" + file
    } else if lab.environment(name) == nil, !name.contains("."), FileManager.default.fileExists(atPath: name) {
      throw LabError(.noInput, "\(description): there is no such file; name the folder that \"rl-lab assignment\" made")
    }
    let argument = try EnvironmentArgument(lab, arguments, command: "grade", name: name)
    let (_, model) = try argument.finiteTask()
    let solution = try solve(model, gamma: gamma, name: name)
    let submission = try Submission(arguments.positional[1], model: model)
    let grade = Grade(submission, solution: solution, tolerance: tolerance)
    Terminal.print(arguments.has("json") ? grade.json.json : grade.text)
  }
}
