import Foundation
import RLCore

/// Runs an experiment into its folder: claims it, runs what is missing, and merges when everything is there.
struct ExperimentRun {
  let experiment: Experiment
  /// The results folder.
  let path: String
  let jobs: Int
  let overwrite: Bool
  /// Whether a terminal gets a bar.
  let isQuiet: Bool
  var shard = Engine.Shard.whole
  /// Whether it may be fewer variants than the folder holds: the first of a search that has gone further before.
  var isPartOfSearch = false

  /// What came of it.
  struct Report {
    let outcome: Engine.Outcome
    /// Trials that were there already.
    let held: Int
    /// Trials that are not there yet: those of other shards, and those that failed.
    let missing: Int
    let wallTime: Double
    /// The final scores of each variant; empty where nothing was merged.
    let scores: [[FinalScores.Score]]

    /// This report together with that of a run just before it, whose trials are among these.
    func following(_ earlier: Report?) -> Report {
      var whole = outcome
      whole.finished += earlier?.outcome.finished ?? 0
      whole.steps += earlier?.outcome.steps ?? 0
      return Report(
        outcome: whole, held: held - (earlier?.outcome.finished ?? 0), missing: missing,
        wallTime: wallTime + (earlier?.wallTime ?? 0), scores: scores)
    }

    /// What a search says at its end: this report of its trials, of which those that failed are ranked and not awaited, together with that of
    /// the fresh seeds.
    func ending(with confirmation: Report?) -> Report {
      var whole = outcome
      whole.finished += confirmation?.outcome.finished ?? 0
      whole.steps += confirmation?.outcome.steps ?? 0
      return Report(
        outcome: whole, held: held + (confirmation?.held ?? 0), missing: missing - outcome.failures.count,
        wallTime: wallTime + (confirmation?.wallTime ?? 0), scores: scores)
    }
  }

  /// Runs what is missing.
  func run() async throws -> Report {
    try experiment.checkAvailable()
    let start = Date()
    let clock = ContinuousClock.now
    let folder = ResultsFolder(path: path, experiment: experiment)
    let journal = try folder.claim(overwrite: overwrite, start: start, isPartOfSearch: isPartOfSearch)
    Interrupt.catchSignals()
    var engine = Engine(experiment: experiment, journal: journal, folder: folder.trialsPath, jobs: jobs)
    engine.shard = shard
    let trials = engine.pending()
    func count(_ keys: Set<Journal.Key>) -> Int {
      experiment.variants.reduce(0) { sum, variant in
        sum + experiment.seeds.count { keys.contains(.init(variant: variant.key, seed: $0)) }
      }
    }
    let held = count(journal.keys)
    let outcome = try await withProgress(of: trials.count) { progress throws(LabError) in
      try await engine.run(trials, progress: progress)
    }
    if shard.count > 1 { try journal.refresh() }
    let missing = experiment.trialCount - count(journal.keys)
    let isOthers = missing > 0 && outcome.failures.isEmpty && !outcome.wasInterrupted && shard.count > 1
    var scores: [[FinalScores.Score]] = []
    if !isOthers {
      let lock = FolderLock(folder.trialsPath)
      defer { lock?.release() }
      scores = try await Merger(experiment: experiment, journal: journal, folder: path).write()
    }
    let elapsed = ContinuousClock.now - clock
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    if !isOthers { try folder.writeDescription(start: start, wallTime: seconds, failures: outcome.failures) }
    return Report(outcome: outcome, held: held, missing: missing, wallTime: seconds, scores: scores)
  }

  private func withProgress<R: Sendable>(
    of trials: Int, _ body: (Progress?) async throws(LabError) -> R
  ) async throws -> R {
    guard !isQuiet, Progress.isWanted, trials > 0 else { return try await body(nil) }
    let progress = Progress(trials: trials)
    let drawing = Swift.Task.detached { await progress.draw() }
    do {
      let result = try await body(progress)
      progress.stop()
      await drawing.value
      return result
    } catch {
      progress.stop()
      await drawing.value
      throw error
    }
  }
}

/// Keeps two processes from merging one folder at the same time.
struct FolderLock {
  private let file: Int32

  /// Waits for the lock; nil where the file system has none.
  init?(_ folder: String) {
    file = open(folder + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    if file < 0 { return nil }
    while flock(file, LOCK_EX) != 0 && errno == EINTR {}
  }

  func release() { close(file) }
}
