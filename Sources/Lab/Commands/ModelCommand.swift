import Foundation
import RLCore

extension Command {
  static let model = Command(
    name: "model",
    usage:
      "model ENV|FILE [--set environment.KEY=VALUE]... [--format json|csv|drn|prism|cassandra|mdpsolver] [-o NAME]",
    summary: "write an environment's exact MDP to standard output, or as files of other programs",
    flags: [
      EnvironmentArgument.set,
      .init("format", value: "FORMAT", "json, csv, drn, prism, cassandra or mdpsolver; default json"),
      .init("output", short: "-o", value: "NAME", "write files whose names begin so: NAME.tra, NAME.rew, NAME.lab"),
      .init("gamma", value: "G", "the discount that a Cassandra file names; default 1"),
    ], positional: 1...1
  ) { lab, arguments in
    let text = arguments.value("format") ?? "json"
    guard let format = ModelFormat(rawValue: text) else {
      let words = ModelFormat.allCases.map(\.rawValue)
      let hint = Spelling.hint(
        for: text, among: words, otherwise: "write one of: " + words.joined(separator: ", "))
      throw LabError(.usage, "model: there is no format \"\(text)\"; \(hint)")
    }
    let gamma = try arguments.number("gamma", in: 0...1, command: "model") ?? 1
    let (_, model) = try EnvironmentArgument(lab, arguments, command: "model").finiteTask()
    let files = model.files(as: format, gamma: gamma)
    let isUneven = Set(model.initial.map(\.probability)).count > 1
    let live = (0..<model.stateCount).filter { !model.isTerminal($0) }
    switch format {
    case .prism where isUneven:
      Terminal.error("note: the starts have different probabilities, which prism files cannot say\n")
    case .csv where isUneven || model.initial.map(\.state).sorted() != live,
      .mdpsolver where isUneven || model.initial.map(\.state).sorted() != live:
      Terminal.error(
        "note: \(format.rawValue) files cannot say where episodes begin: read again, in any state that offers an action; set environment.initial then\n"
      )
    default: break
    }
    guard let output = arguments.value("output") else {
      if files.count > 1 {
        let names = files.map { "NAME" + $0.suffix }.joined(separator: ", ")
        Terminal.error("note: these are the transitions alone; -o NAME writes \(names)\n")
      }
      Terminal.write(files[0].bytes, to: STDOUT_FILENO)
      return
    }
    if output.isEmpty { throw LabError(.usage, "model: --output is empty; name a file without its ending") }
    for file in files {
      // A name that has its ending already is taken as it stands.
      let suffix = "." + file.suffix.split(separator: ".").last!
      let path =
        files.count == 1 && output.lowercased().hasSuffix(suffix) ? output : output + file.suffix
      let writer = try FileWriter(path)
      try writer.write(file.bytes)
      try writer.commit()
      Terminal.print(path)
    }
  }
}
