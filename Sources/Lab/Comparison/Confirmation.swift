import Foundation
import RLCore

/// Fresh seeds for the chosen cells of a sweep: run after it into a folder inside its own, so that a score does not
/// profit from the choice.
struct Confirmation {
  /// What a configuration's `confirm` asks for.
  struct Plan: Sendable, Equatable {
    /// How many fresh seeds.
    let seeds: Int
    /// By which metric cells are chosen; nil for the usual one.
    var metric: String?
    /// By which score.
    var score = ScoreRules.Kind.final

    /// Reads a number of seeds, or `{seeds: N, metric: M, score: "final" or "area"}`.
    ///
    /// - Throws: ``SettingProblem`` with the place below `confirm`.
    init(_ setting: Setting) throws(SettingProblem) {
      try setting.checkKeys(["seeds", "metric", "score"], of: "confirm")
      func count(_ setting: Setting) throws(SettingProblem) -> Int {
        try Interval.whole(setting, in: 1...10_000_000)
      }
      seeds =
        setting.fields == nil
        ? try count(setting)
        : try SettingProblem.at(".seeds") { () throws(SettingProblem) in try count(setting["seeds"] ?? .null) }
      if let given = setting["metric"] {
        let known = Metric.allCases.map(\.rawValue)
        guard let name = given.text, known.contains(name) else {
          let hint = Spelling.suggestion(for: given.text ?? "", among: known).map { "; did you mean \"\($0)\"?" } ?? ""
          throw SettingProblem("\(given) is no metric\(hint)", at: ".metric")
        }
        metric = name
      }
      if let given = setting["score"] {
        guard let kind = given.text.flatMap(ScoreRules.Kind.init(rawValue:)) else {
          throw SettingProblem("\(given) is neither \"final\" nor \"area\"", at: ".score")
        }
        score = kind
      }
    }
  }

  let experiment: Experiment
  let path: String
  let jobs: Int
  let isQuiet: Bool
  /// The hashes of what is confirmed, where it was chosen already.
  var chosen: [String]?

  /// Where the fresh seeds' results stand inside the sweep's folder.
  static let folder = "confirm"

  /// Runs what is missing, if the experiment asks for fresh seeds.
  ///
  /// - Returns: How many cells were chosen, how many seeds each has, and what was run; nil where nothing is asked for.
  @discardableResult
  func run() async throws -> (cells: Int, seeds: Int, report: ExperimentRun.Report)? {
    guard let plan = experiment.confirm else { return nil }
    let winners: [String]
    if let chosen { winners = chosen } else { winners = try await choose(plan) }
    let first = (experiment.seeds.max() ?? 0) + 1
    var hashes = Set(winners)
    var seeds = Set(first..<first + UInt64(plan.seeds))
    let folder = path + "/" + Self.folder
    var isStale = false
    // What was confirmed before is kept beside what is confirmed now, unless it belongs to another configuration.
    if let held = try? StoredExperiment(folder) {
      let known = Set(experiment.variants.map(\.hash))
      isStale = held.root != Int(experiment.root) || !Set(held.variants.map(\.hash)).isSubset(of: known)
      if !isStale {
        hashes.formUnion(held.variants.map(\.hash))
        seeds.formUnion(held.seeds)
      }
    }
    let chosen = Experiment(
      name: experiment.name + "-" + Self.folder, root: experiment.root, seeds: seeds.sorted(),
      variants: experiment.variants.filter { hashes.contains($0.hash) }, columns: experiment.columns,
      configuration: experiment.configuration)
    let run = ExperimentRun(experiment: chosen, path: folder, jobs: jobs, overwrite: isStale, isQuiet: isQuiet)
    let report = try await run.run()
    if report.outcome.wasInterrupted {
      throw LabError(.interrupted, "\(path): interrupted; run the same command again to go on")
    }
    if let failure = report.outcome.failures.first {
      throw LabError(.software, "\(folder): \(failure.variant), seed \(failure.seed): \(failure.message)")
    }
    return (winners.count, seeds.count, report)
  }

  /// The hashes of the best cell of each group.
  private func choose(_ plan: Plan) async throws(LabError) -> [String] {
    let stored = try StoredExperiment(path)
    let metric = try MetricChoice.metric(plan.metric, in: [stored])
    let rules = ScoreRules(metric: Metric(rawValue: metric))
    let scores = try await stored.curves(metric, workers: jobs).map { TrialScores($0, rules: rules) }
    return CellGroup.groups(of: stored, apart: []).map { group in
      stored.variants[group.members[CellGroup.best(group.members.map { scores[$0] }, plan.score, rules: rules)]].hash
    }
  }

  /// How the chosen ones do on the fresh seeds.
  func summaries(of metric: String, _ score: ScoreRules.Kind, hashes: [String]) async throws -> [Statistics.Summary?] {
    let stored = try StoredExperiment(path + "/" + Self.folder)
    let curves = try await stored.curves(metric, workers: jobs)
    let rules = ScoreRules(metric: Metric(rawValue: metric))
    return hashes.map { hash in
      stored.variants.firstIndex { $0.hash == hash }.map {
        Statistics.Summary(TrialScores(curves[$0], rules: rules).values(score))
      }
    }
  }
}
