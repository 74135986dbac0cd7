import Foundation
import RLCore

extension Command {
  private static let shared: [Arguments.Flag] = [
    ConfigurationCommand.set,
    .init("output", short: "-o", value: "DIR", "the results folder; default results/NAME"),
    .init("jobs", value: "N", "how many trials run at once; default the machine's cores"),
    .init("overwrite", "throw away other results in the folder"),
    .init("tensorboard", "write the curves for TensorBoard, too: DIR/tensorboard"),
    .init("quiet", "no progress and no summary"),
    .init("json", "one JSON object on standard output, nothing else"),
  ]

  static let runExperiment = Command(
    name: "run",
    usage: "run [CONFIG] [-e ENV] [-a ALGORITHM] [--episodes N | --steps N | --iterations N] [--seeds N] ...",
    summary: "run an algorithm on an environment, or the variants of a configuration",
    flags: [
      .init("env", short: "-e", value: "ENV", "the environment's id"),
      .init("algorithm", short: "-a", value: "ALGORITHM", "the algorithm's id"),
      .init("episodes", value: "N", "budget in episodes"), .init("steps", value: "N", "budget in environment steps"),
      .init("iterations", value: "N", "budget in sweeps or updates"),
      .init("seeds", value: "N", "how many seeds"), .init("seed", value: "ROOT", "the root seed"),
    ] + shared, positional: 0...1
  ) { lab, arguments in
    let command = ConfigurationCommand(lab: lab, arguments: arguments, command: "run")
    let experiment = try command.experiment()
    for key in ["sweep", "search"] where experiment.configuration[key] != nil {
      let source = arguments.positional.first.map { ConfigurationFile.displayName($0) + ": " } ?? ""
      throw LabError(.data, "\(source)\(key): \"run\" takes no \(key); use \"rl-lab sweep\"")
    }
    try await execute(experiment, arguments: arguments, command: "run", overwrite: arguments.has("overwrite"))
  }

  static let sweep = Command(
    name: "sweep", usage: "sweep CONFIG [--set PATH=VALUE]... [-o DIR] [--jobs N] [--shard I/N] [--dry-run]",
    summary: "run every point of a configuration's sweep, or its search",
    flags: [
      .init("seeds", value: "N", "how many seeds"), .init("seed", value: "ROOT", "the root seed"),
      .init("shard", value: "I/N", "do part I of N of the trials; whoever finishes last merges"),
      .init("launcher", value: "local|slurm", "where trials run; default local"),
      .init("dry-run", "print the plan and run nothing"),
    ] + shared, positional: 1...1
  ) { lab, arguments in
    let command = ConfigurationCommand(lab: lab, arguments: arguments, command: "sweep")
    let launcher = arguments.value("launcher") ?? "local"
    guard ["local", "slurm"].contains(launcher) else {
      throw LabError(.usage, "sweep: --launcher \(launcher) is not known; give local or slurm")
    }
    let experiment = try command.experiment()
    if arguments.has("dry-run") {
      try dryRun(experiment, arguments: arguments)
      return
    }
    if let search = experiment.search {
      if launcher == "slurm" {
        throw LabError(
          .usage,
          "sweep: --launcher slurm takes no search, whose budgets wait for each other; use --shard, see docs/search.md")
      }
      try await execute(search, of: experiment, arguments: arguments)
      return
    }
    if launcher == "slurm" {
      if arguments.has("shard") {
        throw LabError(.usage, "sweep: --shard is the launcher's business; leave it out, or give --launcher local")
      }
      let path = try folder(arguments, experiment, command: "sweep")
      try await SlurmLauncher(
        experiment: experiment, path: URL(fileURLWithPath: path).path, options: experiment.launch,
        words: taskWords(arguments), overwrite: arguments.has("overwrite"),
        isQuiet: arguments.has("quiet") || arguments.has("json")
      ).finishTrials()
    }
    // What a cluster has finished is only merged here.
    try await execute(
      experiment, arguments: arguments, command: "sweep",
      overwrite: arguments.has("overwrite") && launcher == "local")
  }

  /// The words with which a task of a cluster runs the same sweep.
  private static func taskWords(_ arguments: Arguments) -> [String] {
    var words = ["sweep", URL(fileURLWithPath: arguments.positional[0]).path]
    for flag in ["seeds", "seed"] { if let value = arguments.value(flag) { words += ["--" + flag, value] } }
    for assignment in arguments.all("set") { words += ["--set", assignment] }
    return words
  }

  private static func folder(
    _ arguments: Arguments, _ experiment: Experiment, command: String
  ) throws(LabError) -> String {
    let path = arguments.value("output") ?? "results/" + experiment.name
    if path.isEmpty { throw LabError(.usage, "\(command): --output is empty; name a folder") }
    return path
  }

  /// Prints the plan with what it will take, and runs nothing but a moment of some variants.
  private static func dryRun(_ experiment: Experiment, arguments: Arguments) throws {
    var plan = Plan(experiment)
    plan.jobs =
      try arguments.whole("jobs", in: 1...4096, command: "sweep") ?? ProcessInfo.processInfo.activeProcessorCount
    let trials = (arguments.value("output") ?? "results/" + experiment.name) + "/.trials"
    if FileManager.default.fileExists(atPath: trials) {
      let held = try Journal(folder: trials).keys
      plan.held = experiment.variants.reduce(0) { sum, variant in
        sum + experiment.seeds.count { held.contains(.init(variant: variant.key, seed: $0)) }
      }
    }
    plan.estimate = try Calibration.measure(experiment)
    Terminal.print(arguments.has("json") ? plan.json.json : plan.text)
  }

  private static func execute(
    _ experiment: Experiment, arguments: Arguments, command: String, overwrite: Bool
  ) async throws {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let jobs = try arguments.whole("jobs", in: 1...4096, command: command) ?? cores
    let path = try folder(arguments, experiment, command: command)
    let isQuiet = arguments.has("quiet") || arguments.has("json")
    let run = ExperimentRun(
      experiment: experiment, path: path, jobs: jobs, overwrite: overwrite, isQuiet: isQuiet,
      shard: try shard(arguments.value("shard"), command: command))
    let report = try await run.run()
    let failures = report.outcome.failures.map { failure in
      LabError(.software, "\(failure.variant), seed \(failure.seed): \(failure.message)")
    }
    if failures.count > 1 { for failure in failures.prefix(20) { Terminal.error("failed: \(failure.message)\n") } }
    let summary = RunSummary(experiment: experiment, path: path, report: report)
    if arguments.has("tensorboard") { try EventFolder(experiment: experiment, path: path).write() }
    if arguments.has("json") {
      Terminal.print(summary.json().json)
    } else if !isQuiet {
      Terminal.print(summary.text())
    }
    if report.missing == 0 {
      let confirmation = Confirmation(experiment: experiment, path: path, jobs: jobs, isQuiet: isQuiet)
      if let (cells, seeds, _) = try await confirmation.run(), !isQuiet {
        Terminal.print("confirmed: \(cells) chosen cells on \(seeds) fresh seeds, in \(path)/\(Confirmation.folder)")
      }
    }
    if report.outcome.wasInterrupted {
      throw LabError(.interrupted, "\(path): interrupted; run the same command again to go on")
    }
    if let first = failures.first {
      let count = failures.count == 1 ? "a trial" : "\(failures.count) trials"
      throw LabError(.software, "\(path): \(count) of \(experiment.trialCount) failed, the first: \(first.message)")
    }
  }

  private static func execute(_ search: Search, of experiment: Experiment, arguments: Arguments) async throws {
    let jobs =
      try arguments.whole("jobs", in: 1...4096, command: "sweep") ?? ProcessInfo.processInfo.activeProcessorCount
    let path = try folder(arguments, experiment, command: "sweep")
    let isQuiet = arguments.has("quiet") || arguments.has("json")
    let run = SearchRun(
      experiment: experiment, search: search, path: path, jobs: jobs, overwrite: arguments.has("overwrite"),
      isQuiet: isQuiet, shard: try shard(arguments.value("shard"), command: "sweep"))
    let found = try await run.run()
    if arguments.has("tensorboard"), found.isComplete {
      try EventFolder(experiment: found.experiment, path: path).write()
    }
    let report = SearchReport(search: search, report: found, path: path)
    var confirmed: [Statistics.Summary?] = []
    var fresh: ExperimentRun.Report?
    if found.isComplete {
      try report.write()
      var confirmation = Confirmation(experiment: found.experiment, path: path, jobs: jobs, isQuiet: isQuiet)
      let hashes = found.winners.indices.map { found.winner($0).variant.hash }
      confirmation.chosen = hashes
      if let run = try await confirmation.run() {
        fresh = run.report
        confirmed = try await confirmation.summaries(of: found.metric, search.plan.score, hashes: hashes)
      }
    }
    let summary = RunSummary(experiment: found.experiment, path: path, report: found.run.ending(with: fresh))
    if arguments.has("json") {
      let fields = summary.json().fields! + [.init("search", report.json(confirmed: confirmed))]
      Terminal.print(Setting.object(fields).json)
    } else if !isQuiet {
      Terminal.print(summary.text())
      Terminal.print(
        found.isComplete
          ? report.text(confirmed: confirmed)
          : "the next budgets wait for these trials; run the same command again when the other shards are done")
    }
  }

  private static func shard(_ text: String?, command: String) throws(LabError) -> Engine.Shard {
    guard let text else { return .whole }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1], count >= 1, (1...count).contains(index) else {
      throw LabError(.usage, "\(command): --shard \(text) is no part; write I/N with 1 ≤ I ≤ N, such as 2/7")
    }
    return .init(index: index, count: count)
  }
}
