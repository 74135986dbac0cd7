import RLCore

extension Command {
  static let schema = Command(
    name: "schema", usage: "schema [configuration|model]",
    summary: "print the JSON Schema of configurations, or of models' files, for editors and checkers",
    flags: [], positional: 0...1
  ) { lab, arguments in
    let kind = arguments.positional.first ?? "configuration"
    switch kind {
    case "configuration": Terminal.print(Schema.json(ConfigurationSchema(lab: lab).schema))
    case "model": Terminal.print(Schema.json(ModelSchema.schema))
    default:
      let hint = Spelling.hint(for: kind, among: ["configuration", "model"], otherwise: "write configuration or model")
      throw LabError(.usage, "schema: there is no schema of \"\(kind)\"; \(hint)")
    }
  }

  static let completions = Command(
    name: "completions", usage: "completions bash|zsh|fish", summary: "print completions for a shell",
    flags: [], positional: 1...1
  ) { lab, arguments in
    let name = arguments.positional[0]
    guard let shell = ShellCompletions.Shell(rawValue: name) else {
      let words = ShellCompletions.Shell.allCases.map(\.rawValue)
      let hint =
        Spelling.hint(for: name, among: words, otherwise: "write bash, zsh or fish")
      throw LabError(.usage, "completions: there is no shell \"\(name)\"; \(hint)")
    }
    Terminal.print(ShellCompletions(lab: lab, commands: Laboratory.commands).script(for: shell))
  }

  static let manual = Command(
    name: "man", usage: "man", summary: "print the manual page: rl-lab man | man -l -", flags: [], positional: 0...0
  ) { _, _ in
    Terminal.print(ManualPage(commands: Laboratory.commands).text)
  }
}
