import Foundation
import RLCore
import Synchronization

/// Runs the trials of an experiment that are missing, side by side, and keeps each as soon as it is finished.
struct Engine {
  let experiment: Experiment
  let journal: Journal
  /// Where checkpoints stand.
  let folder: String
  /// How many trials run at once.
  let jobs: Int
  /// Which part of the trials is this process's.
  var shard = Shard.whole

  /// A part of the trials: number `index` of `count`, by position in the plan.
  struct Shard: Equatable {
    let index: Int
    let count: Int
    static let whole = Shard(index: 1, count: 1)

    func contains(_ position: Int) -> Bool { position % count == index - 1 }
  }

  /// What came of it.
  struct Outcome: Sendable {
    var finished = 0
    var failures: [Failure] = []
    var wasInterrupted = false
    /// Environment steps of the trials run now.
    var steps = 0
  }

  /// A trial that failed.
  struct Failure: Sendable {
    let variant: String
    let seed: UInt64
    let message: String
  }

  /// What the workers share.
  private final class Shared: Sendable {
    let next = Atomic<Int>(0)
    let result = Mutex<(outcome: Outcome, error: LabError?)>((Outcome(), nil))
  }

  /// The trials to do now, as places in the plan, which has all seeds of a variant side by side.
  func pending() -> [Int] {
    var places: [Int] = []
    let held = journal.keys
    var place = 0
    for variant in experiment.variants {
      for seed in experiment.seeds {
        if shard.contains(place) && !held.contains(.init(variant: variant.key, seed: seed)) { places.append(place) }
        place += 1
      }
    }
    return places
  }

  /// The trial at a place of the plan; made when its turn comes, for there may be millions.
  private func trial(at place: Int) -> Trial {
    let (number, index) = place.quotientAndRemainder(dividingBy: experiment.seeds.count)
    let variant = experiment.variants[number]
    let (tables, policy) = (variant.record.values, variant.record.policy)
    var trial = Trial(
      variant: variant, root: experiment.root, seed: experiment.seeds[index],
      wantsTables: tables == .all || (tables == .first && index == 0))
    trial.wantsPolicy = policy == .all || (policy == .first && index == 0)
    return trial
  }

  /// Runs them.
  ///
  /// - Throws: ``LabError`` (73) where a finished trial cannot be kept; the others are stopped at once.
  func run(_ places: [Int], progress: Progress?) async throws(LabError) -> Outcome {
    let shared = Shared()
    let workers = min(jobs, max(1, places.count))
    let threads = max(1, jobs / max(1, places.count))
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<workers {
        group.addTask {
          while !Interrupt.isRequested {
            let index = shared.next.wrappingAdd(1, ordering: .relaxed).oldValue
            if index >= places.count || shared.result.withLock({ $0.error != nil }) { return }
            var trial = self.trial(at: places[index])
            trial.threads = threads
            self.run(trial, shared: shared, progress: progress)
          }
        }
      }
    }
    let result = shared.result.withLock { $0 }
    if let error = result.error { throw error }
    var outcome = result.outcome
    outcome.wasInterrupted = Interrupt.isRequested
    outcome.failures.sort { ($0.variant, $0.seed) < ($1.variant, $1.seed) }
    return outcome
  }

  private func run(_ trial: Trial, shared: Shared, progress: Progress?) {
    let name = "checkpoint-\(trial.variant.hash)-\(trial.seed)"
    let checkpoint = Checkpoint(path: folder + "/" + name, interval: .seconds(10))
    do {
      let ending = try trial.run(checkpoint: checkpoint) { progress?.add($0, of: trial.variant) }
      guard case .finished(let record) = ending else { return }
      try journal.append(record, for: trial.key)
      checkpoint.remove()
      let steps = record.rowCount > 0 ? record.rows[(record.rowCount - 1) * record.width + 2] : 0
      progress?.finishTrial()
      shared.result.withLock {
        $0.outcome.finished += 1
        $0.outcome.steps += steps.isFinite ? Int(steps) : 0
      }
    } catch let error as LabError where error.kind == .cannotWrite {
      shared.result.withLock { $0.error = $0.error ?? error }
    } catch {
      var error = error
      if let failure = error as? Trial.Failure {
        error = failure.cause
        do {
          try journal.append(failure.record, for: trial.key, isFailed: true)
        } catch {
          shared.result.withLock { $0.error = $0.error ?? error }
          return
        }
      }
      let message = (error as? SettingProblem)?.message ?? (error as? LabError)?.message ?? "\(error)"
      shared.result.withLock {
        $0.outcome.failures.append(Failure(variant: trial.variant.name, seed: trial.seed, message: message))
      }
    }
  }
}
