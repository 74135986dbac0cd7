import RLCore

extension Command {
  static let lint = Command(
    name: "lint", usage: "lint ENV|FILE [--set environment.KEY=VALUE]... [--gamma G] [--strict] [--json]",
    summary: "look for what is wrong or peculiar in a finite MDP",
    flags: [
      EnvironmentArgument.set,
      .init("gamma", value: "G", "the discount of optimal values; default 1 where they exist, else 0.99"),
      .init("strict", "warnings are errors: exit 65"),
      .init("json", "one JSON object on standard output, nothing else"),
    ], positional: 1...1
  ) { lab, arguments in
    let gamma = try arguments.number("gamma", in: 0...1, command: "lint")
    let argument = try EnvironmentArgument(lab, arguments, command: "lint")
    let report: LintReport
    if let draft = try argument.draft() {
      report = LintReport(argument.name, draft: draft, gamma: gamma)
    } else {
      report = LintReport(argument.name, model: try argument.finiteTask().model, gamma: gamma)
    }
    Terminal.print(arguments.has("json") ? report.json.json : report.text)
    let wrong = report.findings.first { finding in
      finding.severity == .error || (arguments.has("strict") && finding.severity == .warning)
    }
    if let wrong {
      let count = report.count(.error) + (arguments.has("strict") ? report.count(.warning) : 0)
      let all = count == 1 ? "" : " (the first of \(count) findings)"
      throw LabError(.data, "\(argument.name): \(wrong.message)\(all)")
    }
  }
}
