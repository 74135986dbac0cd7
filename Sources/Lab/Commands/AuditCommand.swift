import Foundation
import RLCore

extension Command {
  static let audit = Command(
    name: "audit", usage: "audit [CONFIG] [-e ENV] [-a ALGORITHM] [--set PATH=VALUE]... [-o DIR] [--json]",
    summary: "hold estimators of the policy gradient against the exact one: bias, variance, direction",
    flags: [
      .init("env", short: "-e", value: "ENV", "the environment's id"),
      .init("algorithm", short: "-a", value: "ALGORITHM", "the algorithm whose gamma and first policy are used"),
      .init("seed", value: "ROOT", "the root seed"), ConfigurationCommand.set,
      .init("output", short: "-o", value: "DIR", "the folder of audit.csv; default results/NAME"),
      .init("overwrite", "replace another audit in the folder"),
      .init("quiet", "no table"), .init("json", "one JSON object on standard output, nothing else"),
    ], positional: 0...1
  ) { lab, arguments in
    let command = ConfigurationCommand(lab: lab, arguments: arguments, command: "audit")
    let (root, resolver, defaultName) = try command.configuration(at: arguments.positional.first)
    let audits = try audits(of: root, resolver: resolver, name: defaultName)
    let name = try resolver.name(root, default: defaultName)
    let path = arguments.value("output") ?? "results/" + name
    if path.isEmpty { throw LabError(.usage, "audit: --output is empty; name a folder") }
    var buffer = CSVBuffer()
    for (index, column) in Audit.columns.enumerated() {
      if index > 0 { buffer.comma() }
      buffer.append(column)
    }
    buffer.newline()
    for audit in audits { audit.write(to: &buffer) }
    try Output.makeFolder(path)
    let file = path + "/audit.csv"
    let bytes = buffer.bytes
    if !arguments.has("overwrite"), let held = FileManager.default.contents(atPath: file), held != Data(bytes) {
      throw LabError(
        .cannotWrite, "\(path): the folder holds another audit; choose another with -o, or replace it with --overwrite")
    }
    let writer = try FileWriter(file)
    try writer.write(bytes)
    try writer.commit()
    if arguments.has("json") {
      let report = Setting.object([
        .init("name", .text(name)), .init("file", .text(file)), .init("audits", .list(audits.map(\.json))),
      ])
      Terminal.print(report.json)
    } else if !arguments.has("quiet") {
      Terminal.print((audits.map(\.text) + ["audit: \(file)"]).joined(separator: "\n\n"))
    }
  }

  /// An audit for each variant of a configuration; without an algorithm, one of the environment.
  private static func audits(of root: Setting, resolver: Resolver, name: String) throws(LabError) -> [Audit] {
    let plan = try resolver.mend("audit") { () throws(SettingProblem) in
      try root["audit"].map { setting throws(SettingProblem) in try AuditPlan(setting) } ?? AuditPlan()
    }
    var audits: [Audit] = []
    if root["algorithm"] == nil && root["variants"] == nil {
      try resolver.checkKeys(root)
      guard let environment = root["environment"] else {
        throw LabError(.usage, "audit: no environment is given; add -e short-corridor, or name a configuration")
      }
      let task = try resolver.task(environment)
      let seed = try resolver.mend("seed") { () throws(SettingProblem) in
        UInt64(try Interval.whole(root["seed"] ?? .integer(0), in: 0...Int.max))
      }
      let id = environment.withID["id"]?.text ?? ""
      try resolver.mend("audit") { () throws(SettingProblem) in
        audits.append(
          try Audit(plan, variant: id, environment: id, task: task, algorithm: nil, root: seed))
      }
      return audits
    }
    let experiment = try resolver.experiment(root, defaultName: name)
    for variant in experiment.variants {
      let form = variant.algorithm.resolved[PolicyForm.parameter.declaration.name]?.text
      if let form, ["linear", "mlp", "ngram"].contains(form) {
        throw LabError(
          .data,
          "\(variant.name): algorithm.policy: estimators are held against the gradient of a table, not of \"\(form)\"; write \"tabular\""
        )
      }
      try resolver.mend("audit") { () throws(SettingProblem) in
        audits.append(
          try Audit(
            plan, variant: variant.name, environment: variant.environment.id, task: variant.task,
            algorithm: (variant.algorithm.id, variant.algorithm.settings), root: experiment.root))
      }
    }
    return audits
  }
}
