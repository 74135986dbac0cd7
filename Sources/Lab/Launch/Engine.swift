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
    private let isBroken = Atomic<Bool>(false)

    /// Whether something cannot be kept, so that there is no use in going on.
    var hasFailed: Bool { isBroken.load(ordering: .relaxed) }

    func fail(_ error: LabError) {
      result.withLock { $0.error = $0.error ?? error }
      isBroken.store(true, ordering: .relaxed)
    }
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

  /// What is done at once: places of trials of one variant, which take their steps in turn (``TrialGroup``), or of a single trial.
  func groups(of places: [Int]) -> [[Int]] {
    let seeds = experiment.seeds.count
    var runs: [ArraySlice<Int>] = []
    var first = 0
    for index in places.indices where index + 1 == places.count || places[index + 1] / seeds != places[index] / seeds {
      runs.append(places[first...index])
      first = index + 1
    }
    let sizes = runs.map { TrialGroup.size(for: experiment.variants[$0.first! / seeds]) }
    var counts = zip(runs, sizes).map { ($0.count + $1 - 1) / $1 }
    // Where groups are few, every core gets as many of them.
    if jobs > 1 && counts.reduce(0, +) < 8 * jobs {
      for (k, run) in runs.enumerated() { counts[k] = min(run.count, (counts[k] + jobs - 1) / jobs * jobs) }
    }
    return zip(runs, counts).flatMap { run, count in
      let (size, larger) = run.count.quotientAndRemainder(dividingBy: count)
      var rest = run
      return (0..<count).map { index in
        defer { rest = rest.dropFirst(size + (index < larger ? 1 : 0)) }
        return Array(rest.prefix(size + (index < larger ? 1 : 0)))
      }
    }
  }

  /// Runs them.
  ///
  /// - Throws: ``LabError`` (73) where a finished trial cannot be kept; the others are stopped at once.
  func run(_ places: [Int], progress: Progress?) async throws(LabError) -> Outcome {
    let shared = Shared()
    let groups = groups(of: places)
    let workers = min(jobs, max(1, groups.count))
    let threads = max(1, jobs / max(1, places.count))
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<workers {
        group.addTask {
          while !Interrupt.isRequested {
            let index = shared.next.wrappingAdd(1, ordering: .relaxed).oldValue
            if index >= groups.count || shared.hasFailed { return }
            let members = groups[index].map { place in
              var trial = self.trial(at: place)
              trial.threads = threads
              let name = "checkpoint-\(trial.variant.hash)-\(trial.seed)"
              return TrialGroup.Member(
                trial: trial, checkpoint: Checkpoint(path: self.folder + "/" + name, interval: .seconds(10)))
            }
            let variant = members[0].trial.variant
            TrialGroup(members: members).run(
              until: { Interrupt.isRequested || shared.hasFailed }, progress: { progress?.add($0, of: variant) },
              ended: { self.keep($1, of: members[$0], shared: shared, progress: progress) })
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

  /// Keeps what a trial has come to.
  private func keep(_ ending: TrialGroup.Ending, of member: TrialGroup.Member, shared: Shared, progress: Progress?) {
    let trial = member.trial
    do {
      guard case .finished(let record) = try ending.get() else { return }
      try journal.append(record, for: trial.key)
      member.checkpoint?.remove()
      let steps = record.rowCount > 0 ? record.rows[(record.rowCount - 1) * record.width + 2] : 0
      progress?.finishTrial()
      shared.result.withLock {
        $0.outcome.finished += 1
        $0.outcome.steps += steps.isFinite ? Int(steps) : 0
      }
    } catch let error as LabError where error.kind == .cannotWrite {
      shared.fail(error)
    } catch {
      var error = error
      if let failure = error as? Trial.Failure {
        error = failure.cause
        do throws(LabError) {
          try journal.append(failure.record, for: trial.key, isFailed: true)
        } catch {
          shared.fail(error)
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
