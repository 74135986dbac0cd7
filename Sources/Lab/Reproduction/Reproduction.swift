import Foundation
import RLCore

/// The published figures and tables that a folder of experiments holds: `NAME.json5` with its numbers in `expected/NAME.json`.
struct Reproduction {
  let lab: Laboratory
  /// The folder of the experiments.
  let folder: String
  /// How many trials run at once.
  let jobs: Int

  /// A figure or table.
  struct Figure {
    let name: String
    let experimentPath: String
    let expectedPath: String
  }

  /// What came of one figure.
  struct Outcome {
    let figure: Figure
    let title: String
    let results: [FigureCheck.Result]
    let trials: Int
    let steps: Int
    let wallTime: Double

    /// Whether every number agrees.
    var passes: Bool { results.allSatisfy(\.passes) }
  }

  /// All figures of the folder, in the order of their numbers.
  ///
  /// - Throws: ``LabError`` (66) where there is no such folder or nothing in it.
  func figures() throws(LabError) -> [Figure] {
    let expected = folder + "/expected"
    guard let files = try? FileManager.default.contentsOfDirectory(atPath: expected) else {
      throw LabError(
        .noInput, "\(expected): there is no such folder; give the folder of the experiments with --experiments")
    }
    let names = files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
    if names.isEmpty { throw LabError(.noInput, "\(expected): there are no published numbers; add NAME.json") }
    return names.sorted { Self.parts($0).lexicographicallyPrecedes(Self.parts($1)) { $0 < $1 } }.map { name in
      Figure(name: name, experimentPath: "\(folder)/\(name).json5", expectedPath: "\(expected)/\(name).json")
    }
  }

  /// The figures of the given names: whole names, or their ends with points for dashes, "7.2" for "sutton-barto-7-2", "example-6.5" for
  /// "sutton-barto-example-6-5".
  ///
  /// - Throws: ``LabError`` (64) where there is none of that name, or several.
  func figures(named names: [String]) throws(LabError) -> [Figure] {
    let all = try figures()
    if names.isEmpty { return all }
    var chosen: [Figure] = []
    for name in names {
      let ending = name.split(separator: ".").joined(separator: "-")
      let alike = all.filter { $0.name == ending || $0.name.hasSuffix("-" + ending) }
      // A number alone is a figure's, not an example's.
      let found =
        alike.first { $0.name == ending }.map { [$0] }
        ?? (alike.count > 1 ? alike.filter { !$0.name.hasSuffix("-example-" + ending) } : alike)
      guard let figure = found.first else {
        let hint =
          Spelling.hint(for: name, among: all.map(\.name), otherwise: "\"rl-lab reproduce --list\" shows all")
        throw LabError(.usage, "reproduce: there is no figure \"\(name)\"; \(hint)")
      }
      if found.count > 1 {
        throw LabError(
          .usage, "reproduce: \"\(name)\" may be \(found.map(\.name).joined(separator: " or ")); write the whole name")
      }
      if !chosen.contains(where: { $0.name == figure.name }) { chosen.append(figure) }
    }
    return chosen
  }

  /// Text and numbers of a name, so that 2-10 comes after 2-9.
  private static func parts(_ name: String) -> [Part] {
    name.split(separator: "-").map { part in Int(part).map { Part(text: "", number: $0) } ?? Part(text: part, number: 0)
    }
  }

  private struct Part: Comparable {
    let text: Substring
    let number: Int

    static func < (a: Part, b: Part) -> Bool { (a.text, a.number) < (b.text, b.number) }
  }

  /// The experiment of a figure.
  func experiment(_ figure: Figure) throws(LabError) -> Experiment {
    let arguments = try Arguments([figure.experimentPath], flags: [], command: "reproduce", positional: 1...1)
    return try ConfigurationCommand(lab: lab, arguments: arguments, command: "reproduce").experiment()
  }

  /// Runs a figure's experiment and compares it with what was published.
  ///
  /// - Parameters:
  ///   - results: A folder for the whole results, which stay, and are taken up again; nil to keep nothing.
  ///   - isQuiet: Whether a terminal gets no bar.
  func run(_ figure: Figure, results: String?, isQuiet: Bool) async throws -> Outcome {
    let numbers = try PublishedNumbers(file: figure.expectedPath)
    let experiment = try experiment(figure)
    let clock = ContinuousClock.now
    let check = FigureCheck(experiment: experiment, numbers: numbers, file: figure.name + ".json")
    let compared: [FigureCheck.Result]
    let outcome: Engine.Outcome
    if let results {
      let run = ExperimentRun(
        experiment: experiment, path: results, jobs: jobs, overwrite: false, isQuiet: isQuiet)
      outcome = try await run.run().outcome
      try Self.refuse(outcome, of: figure)
      compared = try check.results(Journal(folder: ResultsFolder(path: results, experiment: experiment).trialsPath))
    } else {
      let scratch = try Scratch(figure.name)
      defer { scratch.remove() }
      Interrupt.catchSignals()
      let journal = try Journal(folder: scratch.path)
      let engine = Engine(experiment: experiment, journal: journal, folder: scratch.path, jobs: jobs)
      outcome = try await engine.run(engine.pending(), progress: nil)
      try Self.refuse(outcome, of: figure)
      compared = try check.results(journal)
    }
    let elapsed = (ContinuousClock.now - clock).components
    return Outcome(
      figure: figure, title: numbers.title, results: compared, trials: experiment.trialCount, steps: outcome.steps,
      wallTime: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
  }

  /// Without all trials there is nothing to compare.
  private static func refuse(_ outcome: Engine.Outcome, of figure: Figure) throws(LabError) {
    if outcome.wasInterrupted {
      throw LabError(.interrupted, "\(figure.name): interrupted; run the same command again")
    }
    guard let failure = outcome.failures.first else { return }
    throw LabError(.software, "\(figure.name): \(failure.variant), seed \(failure.seed): \(failure.message)")
  }
}

/// A folder of its own among the system's temporary files.
private struct Scratch {
  let path: String

  init(_ name: String) throws(LabError) {
    path =
      FileManager.default.temporaryDirectory.path + "/rl-lab-\(name)-\(UInt64.random(in: 0 ... .max))"
    try Output.makeFolder(path)
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
