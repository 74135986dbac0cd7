import Foundation
import RLCore

extension Command {
  static let compare = Command(
    name: "compare",
    usage: "compare DIR|CONFIG... [--metric M] [--baseline VARIANT] [--score final|area] [--csv FILE] [--json] ...",
    summary: "set variants side by side: scores with intervals, tests against a baseline, verdicts",
    flags: [
      .init("metric", value: "M", "a column of curves.csv; default return, reward, ..., of prediction value_error"),
      .init("baseline", value: "VARIANT", "the variant that the others are tested against; default the first"),
      .init("score", value: "final|area", "which score chooses cells of a sweep and is tested; default final"),
      .init("last", value: "SHARE", "the share of a trial that the final score averages; default 0.1"),
      .init("threshold", value: "X|P%", "the level to reach, or a share of the way to the best; default 90%"),
      .init("interval", value: "bca|percentile|student", "the 95 % interval of means; default bca"),
      .init(
        "apart", value: "COLUMN", repeats: true, "keep the values of a swept column apart, choose among the others"),
      .init("every-cell", "make every cell of a sweep a line of its own, and choose none"),
      .init("csv", value: "FILE", "write the table as CSV"),
    ] + ResultsInputs.flags + [.init("json", "one JSON object on standard output, nothing else")],
    positional: 1...10_000
  ) { lab, arguments in
    var options = ComparisonOptions()
    options.metric = arguments.value("metric")
    options.baseline = arguments.value("baseline")
    options.score = try arguments.choice("score", of: ScoreRules.Kind.self, command: "compare") ?? options.score
    options.interval =
      try arguments.choice("interval", of: ScoreSummary.IntervalMethod.self, command: "compare") ?? options.interval
    options.threshold = try threshold(arguments.value("threshold")) ?? options.threshold
    options.finalShare = try arguments.number("last", in: 0...1, command: "compare") ?? options.finalShare
    options.apart = arguments.all("apart")
    options.everyCell = arguments.has("every-cell")
    let inputs = try ResultsInputs(lab: lab, arguments: arguments, command: "compare")
    options.workers = inputs.jobs
    let comparison = try await Comparison(try await inputs.load(), options: options)
    if let path = arguments.value("csv") {
      let file = try FileWriter(path)
      try file.write(comparison.csv)
      try file.commit()
    }
    if arguments.has("json") {
      Terminal.print(comparison.json.json)
    } else if !arguments.has("quiet") {
      Terminal.print(comparison.text)
    }
  }

  private static func threshold(_ text: String?) throws(LabError) -> ComparisonOptions.Threshold? {
    guard let text else { return nil }
    if text.hasSuffix("%"), let share = Double(text.dropLast()), share.isFinite { return .share(share / 100) }
    if let level = Double(text), level.isFinite { return .level(level) }
    throw LabError(.usage, "compare: --threshold \(text) is no level; give a number, or a share such as 90%")
  }
}

/// The folders and configurations that `compare` and `plot` are given. A configuration whose folder lacks trials is run
/// first.
struct ResultsInputs {
  let lab: Laboratory
  let arguments: Arguments
  let command: String
  let jobs: Int

  static let flags: [Arguments.Flag] = [
    ConfigurationCommand.set,
    .init("results", value: "DIR", "the results folder of the one configuration given; default results/NAME"),
    .init("jobs", value: "N", "how many threads; default the machine's cores"),
    .init("quiet", "no progress and no summary"),
  ]

  init(lab: Laboratory, arguments: Arguments, command: String) throws(LabError) {
    self.lab = lab
    self.arguments = arguments
    self.command = command
    jobs = try arguments.whole("jobs", in: 1...4096, command: command) ?? ProcessInfo.processInfo.activeProcessorCount
  }

  /// Every input, in the order given.
  func load() async throws -> [ComparisonInput] {
    var inputs: [ComparisonInput] = []
    var seen: Set<String> = []
    let configurations = arguments.positional.filter { Self.folder($0) == nil }
    if arguments.has("results") && configurations.count != 1 {
      throw LabError(.usage, "\(command): --results belongs to one configuration; \(configurations.count) are given")
    }
    if arguments.has("set") && configurations.isEmpty {
      throw LabError(.usage, "\(command): --set belongs to a configuration; only results folders are given")
    }
    for word in arguments.positional {
      let path: String
      if let folder = Self.folder(word) { path = folder } else { path = try await run(word) }
      let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
      if !seen.insert(real).inserted { throw LabError(.usage, "\(command): \(path) is given twice; give it once") }
      var input = ComparisonInput(experiment: try StoredExperiment(path))
      let fresh = path + "/" + Confirmation.folder
      if FileManager.default.fileExists(atPath: fresh + "/experiment.json") {
        input.confirmation = try StoredExperiment(fresh)
      }
      inputs.append(input)
    }
    return inputs
  }

  /// The results folder that a word names: the folder itself, or the one that an `experiment.json` stands in; nil for a
  /// configuration.
  private static func folder(_ word: String) -> String? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: word, isDirectory: &isFolder) else { return nil }
    if isFolder.boolValue { return word }
    let url = URL(fileURLWithPath: word)
    guard url.lastPathComponent == "experiment.json" else { return nil }
    return word.contains("/") ? String(word.dropLast("/experiment.json".count)) : "."
  }

  /// Runs what a configuration's folder lacks, and gives the folder.
  private func run(_ file: String) async throws -> String {
    let experiment = try ConfigurationCommand(lab: lab, arguments: arguments, command: command).experiment(at: file)
    let path = arguments.value("results") ?? "results/" + experiment.name
    let isQuiet = arguments.has("quiet") || arguments.has("json")
    if try await !isComplete(experiment, path) {
      let run = ExperimentRun(experiment: experiment, path: path, jobs: jobs, overwrite: false, isQuiet: isQuiet)
      let report = try await run.run()
      for failure in report.outcome.failures.prefix(20) {
        Terminal.error("error: \(failure.variant), seed \(failure.seed): \(failure.message)\n")
      }
      if report.outcome.wasInterrupted {
        throw LabError(.interrupted, "\(path): interrupted; run the same command again to go on")
      }
    }
    try await Confirmation(experiment: experiment, path: path, jobs: jobs, isQuiet: isQuiet).run()
    return path
  }

  /// Whether a folder holds every trial of an experiment already.
  private func isComplete(_ experiment: Experiment, _ path: String) async throws -> Bool {
    guard let stored = try? StoredExperiment(path), stored.isComplete, let reader = try? stored.reader(),
      Set(experiment.variants.map(\.hash)) == Set(stored.variants.map(\.hash)), experiment.seeds == stored.seeds,
      let trials = try? await reader.trials([], workers: jobs)
    else { return false }
    return trials.count == experiment.trialCount
  }
}
