import RLCore

extension Command {
  static let schema = Command(
    name: "schema", usage: "schema", summary: "print the JSON Schema of configurations, for editors and checkers",
    flags: [], positional: 0...0
  ) { lab, _ in
    Terminal.print(ConfigurationSchema(lab: lab).schema.prettyJSON())
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
