import RLCore

/// Trials of one variant, which take their steps in turn where their learner and their task allow it: the same bytes as one by one, in less
/// time. See ``StepsInTurn``.
struct TrialGroup {
  /// A trial, and where it keeps its state while it runs.
  struct Member {
    let trial: Trial
    let checkpoint: Checkpoint?
  }

  /// How a trial ended, or why it cannot go on.
  typealias Ending = Result<Trial.Ending, any Error>

  /// Trials of one variant.
  let members: [Member]

  /// The most bytes that the tables of a group may have: beyond it they crowd each other out of the processor's caches.
  private static let mostBytes = 32 << 20

  /// How many trials of a variant are worth being put together; 1 where they go on alone.
  static func size(for variant: Variant) -> Int {
    guard variant.entry.takesTurns, variant.task.finite != nil else { return 1 }
    let fitting = mostBytes / (variant.task.space.slotCount * MemoryLayout<Double>.stride)
    return fitting < StepsInTurn.leastCount ? 1 : min(StepsInTurn.bestCount, fitting)
  }

  /// The members still running, and their places.
  private typealias Running = [(place: Int, trial: RunningTrial)]

  /// Runs the trials from their checkpoints, or from the start.
  ///
  /// - Parameters:
  ///   - isStopped: Whether a stop has been asked for.
  ///   - progress: Called now and then with the units finished since the last call.
  ///   - ended: Called once for each member that ended; not for those that never began because of a stop.
  func run(until isStopped: () -> Bool, progress: (Int) -> Void, ended: (Int, Ending) -> Void) {
    if members.count < StepsInTurn.leastCount {
      for (place, member) in members.enumerated() where !isStopped() {
        ended(
          place,
          Ending {
            let running = try RunningTrial(member.trial, checkpoint: member.checkpoint)
            progress(running.done)
            return try running.finish(until: isStopped, progress: progress)
          })
      }
      return
    }
    var running: Running = []
    for (place, member) in members.enumerated() {
      do {
        let trial = try RunningTrial(member.trial, checkpoint: member.checkpoint)
        progress(trial.done)
        running.append((place, trial))
      } catch { ended(place, .failure(error)) }
    }
    let over = running.filter(\.trial.isOver)
    for (place, trial) in over { ended(place, .success(.finished(trial.wholeRecord()))) }
    running.removeAll(where: \.trial.isOver)
    takeTurns(&running, until: isStopped, progress: progress, ended: ended)
    for (place, trial) in running {
      ended(place, Ending { try trial.finish(until: isStopped, progress: progress) })
    }
  }

  /// Lets trials take their steps in turn until too few are left, or until a stop.
  private func takeTurns(
    _ running: inout Running, until isStopped: () -> Bool, progress: (Int) -> Void, ended: (Int, Ending) -> Void
  ) {
    guard running.count >= StepsInTurn.leastCount, running.allSatisfy({ $0.trial.process.turns != nil }) else { return }
    let turns = running[0].trial.process.turns!.together(running.count)
    for (_, trial) in running { turns.append(lane(of: trial), rule: trial.process.turns!.rule) }
    let slice = (1 << 21) / running.count  // steps between looks at the clock and at signals: some 15 ms
    while running.count >= StepsInTurn.leastCount && !isStopped() {
      var rounds = slice
      if !countsEpisodes {
        for place in running.indices { rounds = min(rounds, running[place].trial.target - turns[place].step) }
      }
      turns.run(rounds: rounds)
      for place in running.indices.reversed() {
        let (number, trial) = running[place]
        let lane = turns[place]
        if (countsEpisodes ? lane.episode : lane.step) < trial.target {
          trial.saveNowAndThen { trial.process.turns!.put(lane) }
          continue
        }
        trial.process.turns!.put(lane)
        do {
          // It has come there already: this asks whether it can go on.
          try trial.advance(to: trial.target)
          progress(try trial.record())
          if !trial.isOver {
            turns[place] = self.lane(of: trial)
            continue
          }
          ended(number, .success(.finished(trial.wholeRecord())))
        } catch { ended(number, .failure(error)) }
        turns.remove(at: place)
        running.remove(at: place)
      }
    }
    for place in running.indices { running[place].trial.process.turns!.put(turns[place]) }
  }

  private var countsEpisodes: Bool { members[0].trial.variant.budget.unit == .episodes }

  /// A trial as it is now, on its way to its next row.
  private func lane(of trial: RunningTrial) -> StepLane {
    var lane = trial.process.turns!.lane()
    if countsEpisodes { lane.lastEpisode = trial.target }
    return lane
  }
}
