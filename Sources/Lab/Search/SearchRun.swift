import Foundation
import RLCore

/// Runs a search into a results folder, rung by rung: the trials of all rungs together are one experiment, which grows. Which configurations go
/// on depends on the results alone, so that a search that was stopped, or runs in parts, comes to the same.
struct SearchRun {
  let experiment: Experiment
  let search: Search
  let path: String
  let jobs: Int
  let overwrite: Bool
  let isQuiet: Bool
  var shard = Engine.Shard.whole

  /// One rung of one bracket, with who is in it.
  struct Rung: Sendable {
    let base: Int
    let bracket: Int
    let rung: Int
    let budget: Int
    /// Places among the bracket's configurations, in their order.
    let candidates: [Int]
    /// What each came to, once it is known.
    var results: [Result] = []
    /// Places in `candidates` from best to worst.
    var ranking: [Int] = []
    /// How many of the best go on.
    var promoted = 0
  }

  /// What one configuration came to with one budget.
  struct Result: Sendable {
    let variant: Variant
    let scores: TrialScores
    let failed: Int
    let summary: Statistics.Summary
  }

  /// What came of it.
  struct Report: Sendable {
    let experiment: Experiment
    /// All trials of this call.
    let run: ExperimentRun.Report
    let rungs: [Rung]
    let metric: String
    let minimizes: Bool
    /// The best of each base at the whole budget: the rung and the place in it.
    let winners: [(rung: Int, place: Int)]
    /// Whether all rungs are done; if not, another part has to be done first.
    let isComplete: Bool

    func winner(_ index: Int) -> Result { rungs[winners[index].rung].results[winners[index].place] }
  }

  /// Runs what is missing.
  ///
  /// - Throws: ``LabError``: 130 where it was interrupted.
  func run() async throws -> Report {
    let depth = search.bases.flatMap(\.brackets).map(\.count).max() ?? 0
    var rungs = firstRungs()
    var level = 0
    var earlier: ExperimentRun.Report?
    while true {
      let current = try self.experiment(of: rungs)
      var run = ExperimentRun(
        experiment: current, path: path, jobs: jobs, overwrite: overwrite && level == 0, isQuiet: isQuiet, shard: shard)
      run.isPartOfSearch = true
      let report = try await run.run().following(earlier)
      earlier = report
      if report.outcome.wasInterrupted {
        throw LabError(.interrupted, "\(path): interrupted; run the same command again to go on")
      }
      if report.missing > report.outcome.failures.count {
        return Report(
          experiment: current, run: report, rungs: rungs, metric: "", minimizes: false, winners: [], isComplete: false)
      }
      let stored = try StoredExperiment(path)
      let metric = try search.metric(in: stored)
      var rules = ScoreRules(metric: Metric(rawValue: metric))
      rules.minimizes = search.plan.minimizes
      try await judge(&rungs, stored: stored, metric: metric, rules: rules, variants: current.variants)
      if level == depth - 1 {
        return Report(
          experiment: current, run: report, rungs: rungs, metric: metric, minimizes: rules.lessIsBetter,
          winners: winners(rungs, rules: rules), isComplete: true)
      }
      level += 1
      rungs = next(rungs, level: level)
    }
  }

  private func firstRungs() -> [Rung] {
    var rungs: [Rung] = []
    for (b, base) in search.bases.enumerated() {
      for (k, bracket) in base.brackets.enumerated() where !base.candidates[k].isEmpty {
        rungs.append(
          Rung(base: b, bracket: k, rung: 0, budget: bracket[0].budget, candidates: Array(base.candidates[k].indices)))
      }
    }
    return rungs
  }

  /// The experiment of all rungs so far, in the order of bases, brackets and rungs.
  private func experiment(of rungs: [Rung]) throws(LabError) -> Experiment {
    var variants: [Variant] = []
    for rung in rungs {
      for candidate in rung.candidates {
        variants.append(
          try search.variant(rung.base, bracket: rung.bracket, rung: rung.rung, candidate: candidate))
      }
    }
    return experiment.with(variants: variants)
  }

  /// Ranks the configurations of every rung.
  private func judge(
    _ rungs: inout [Rung], stored: StoredExperiment, metric: String, rules: ScoreRules, variants: [Variant]
  ) async throws {
    let curves = try await stored.curves(metric, workers: jobs)
    var failures: [String: Int] = [:]
    for trial in stored.failed { failures[trial.variant, default: 0] += 1 }
    var place = 0
    for r in rungs.indices {
      rungs[r].results = rungs[r].candidates.map { _ in
        let scores = TrialScores(curves[place], rules: rules)
        let variant = variants[place]
        place += 1
        return Result(
          variant: variant, scores: scores, failed: failures[variant.name] ?? 0,
          summary: Statistics.Summary(scores.values(search.plan.score)))
      }
      // Whoever has a trial that failed or has no score is worse than all others.
      let results = rungs[r].results
      let ranking = CellGroup.ranking(results.map(\.scores), search.plan.score, rules: rules)
      let isWhole = results.map { $0.failed == 0 && $0.scores.seeds.count == experiment.seeds.count }
      rungs[r].ranking = ranking.filter { isWhole[$0] } + ranking.filter { !isWhole[$0] }
      let bracket = search.bases[rungs[r].base].brackets[rungs[r].bracket]
      let isLast = rungs[r].rung == bracket.count - 1
      rungs[r].promoted = isLast ? 0 : min(results.count, bracket[rungs[r].rung + 1].count)
    }
  }

  /// The rungs so far and those of the next level.
  private func next(_ rungs: [Rung], level: Int) -> [Rung] {
    var all: [Rung] = []
    for (index, rung) in rungs.enumerated() {
      var kept = rung
      (kept.results, kept.ranking) = ([], [])
      all.append(kept)
      let bracket = search.bases[rung.base].brackets[rung.bracket]
      let isLastOfBracket =
        index + 1 == rungs.count || rungs[index + 1].bracket != rung.bracket || rungs[index + 1].base != rung.base
      guard isLastOfBracket, rung.rung == level - 1, level < bracket.count else { continue }
      let going = rung.ranking.prefix(rung.promoted).map { rung.candidates[$0] }.sorted()
      all.append(
        Rung(
          base: rung.base, bracket: rung.bracket, rung: level, budget: bracket[level].budget, candidates: going))
    }
    return all
  }

  /// Of each base the best with the whole budget, in whatever bracket.
  private func winners(_ rungs: [Rung], rules: ScoreRules) -> [(rung: Int, place: Int)] {
    search.bases.indices.compactMap { base in
      let last = rungs.indices.filter { r in
        rungs[r].base == base && rungs[r].rung == search.bases[base].brackets[rungs[r].bracket].count - 1
      }
      let firsts = last.compactMap { r in rungs[r].ranking.first.map { (rung: r, place: $0) } }
      let whole = firsts.filter { rungs[$0.rung].results[$0.place].failed == 0 }
      let field = whole.isEmpty ? firsts : whole
      guard !field.isEmpty else { return nil }
      let scores = field.map { rungs[$0.rung].results[$0.place].scores }
      return field[CellGroup.best(scores, search.plan.score, rules: rules)]
    }
  }
}

extension Experiment {
  /// The same experiment with other variants.
  func with(variants: [Variant]) -> Experiment {
    Experiment(
      name: name, root: root, seeds: seeds, variants: variants, columns: columns, configuration: configuration,
      confirm: confirm, launch: launch, search: search)
  }
}
