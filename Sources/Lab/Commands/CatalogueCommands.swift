import RLCore

extension Command {
  static let list = Command(
    name: "list", usage: "list [environments|algorithms] [--json]", summary: "show every environment and algorithm",
    flags: [.init("json", "one JSON object on standard output, nothing else")], positional: 0...1
  ) { lab, arguments in
    let what = arguments.positional.first
    if let what, what != "environments" && what != "algorithms" {
      throw LabError(.usage, "list: there is no list of \"\(what)\"; write environments or algorithms")
    }
    let groups = [
      ("environments", lab.environments.map { ($0.about, $0.gives) }),
      ("algorithms", lab.algorithms.map { ($0.about, $0.kind.rawValue) }),
    ].filter { what == nil || what == $0.0 }
    if arguments.has("json") {
      let fields = groups.map { name, entries in
        Setting.Field(
          name,
          .list(
            entries.map { about, kind in
              .object([
                .init("id", .text(about.id)), .init("summary", .text(about.summary)),
                .init("source", .text(about.source)),
                .init("kind", .text(kind)),
              ])
            }))
      }
      Terminal.print(Setting.object(fields).json)
      return
    }
    var lines: [String] = []
    for (name, entries) in groups {
      if !lines.isEmpty { lines.append("") }
      lines.append(name)
      let width = (entries.map(\.0.id.count).max() ?? 0) + 2
      for (about, _) in entries {
        lines.append("  " + about.id + String(repeating: " ", count: width - about.id.count) + about.summary)
      }
    }
    Terminal.print(lines.joined(separator: "\n"))
  }

  static let describe = Command(
    name: "describe", usage: "describe ID [--json]",
    summary: "explain an environment or an algorithm and its parameters",
    flags: [.init("json", "one JSON object on standard output, nothing else")], positional: 1...1
  ) { lab, arguments in
    let id = arguments.positional[0]
    let kind: String
    let about: About
    if let entry = lab.algorithm(id) {
      kind = entry.kind.rawValue
      about = entry.about
    } else if let entry = lab.environment(id) {
      kind = "environment"
      about = entry.about
    } else {
      let ids = lab.algorithms.map(\.about.id) + lab.environments.map(\.about.id)
      let hint =
        Spelling.hint(for: id, among: ids, otherwise: "\"rl-lab list\" shows all")
      throw LabError(.usage, "describe: there is no environment or algorithm \"\(id)\"; \(hint)")
    }
    Terminal.print(
      arguments.has("json") ? Description(about, kind: kind).json.json : Description(about, kind: kind).text)
  }

  static let check = Command(
    name: "check", usage: "check CONFIG", summary: "validate a configuration and print the expanded plan; run nothing",
    flags: [ConfigurationCommand.set, .init("json", "one JSON object on standard output, nothing else")],
    positional: 1...1
  ) { lab, arguments in
    let experiment = try ConfigurationCommand(lab: lab, arguments: arguments, command: "check").experiment()
    do throws(LabError) {
      try experiment.checkAvailable()
    } catch { Terminal.error("note: whether everything fits could not be checked: \(error.message)\n") }
    Terminal.print(arguments.has("json") ? Plan(experiment).json.json : Plan(experiment).text)
  }
}

/// The page of one environment or algorithm.
struct Description {
  private let about: About
  private let kind: String

  init(_ about: About, kind: String) {
    self.about = about
    self.kind = kind
  }

  var text: String {
    var lines = ["\(about.id) (\(kind)): \(about.summary)"]
    if let equation = about.equation { lines.append("  " + equation) }
    lines.append("source: \(about.source)")
    lines.append(about.parameters.isEmpty ? "no parameters" : "parameters")
    for parameter in about.parameters {
      let symbol = parameter.symbol.map { " (\($0))" } ?? ""
      lines.append("  \(parameter.name)\(symbol): \(parameter.meaning)")
      let range = parameter.range.map { ", in \($0)" } ?? ""
      lines.append(
        "      \(parameter.type)\(range); default \(parameter.defaultSetting?.description ?? "none, must be given")")
    }
    return lines.joined(separator: "\n")
  }

  var json: Setting {
    .object([
      .init("id", .text(about.id)), .init("kind", .text(kind)), .init("summary", .text(about.summary)),
      .init("source", .text(about.source)), .init("equation", about.equation.map(Setting.text) ?? .null),
      .init(
        "parameters",
        .list(
          about.parameters.map { parameter in
            .object([
              .init("name", .text(parameter.name)), .init("symbol", parameter.symbol.map(Setting.text) ?? .null),
              .init("type", .text(parameter.type)), .init("default", parameter.defaultSetting ?? .null),
              .init("required", .boolean(parameter.defaultSetting == nil)),
              .init("range", parameter.range.map(Setting.text) ?? .null),
              .init("choices", .list(parameter.choices.map(Setting.text))), .init("meaning", .text(parameter.meaning)),
            ])
          })),
    ])
  }
}
