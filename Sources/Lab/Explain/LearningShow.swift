import RLCore

/// Pictures of a trial while it runs.
struct LearningShow {
  let variant: Variant
  let root: UInt64
  let seed: UInt64

  /// Runs the trial and draws it.
  ///
  /// - Parameter frames: How many pictures, the first before learning; nil for as many as suit the output.
  func run(on screen: FrameScreen, frames given: Int?) async throws {
    var screen = screen
    let frames = given ?? (screen.isTerminal ? 50 : 5)
    let log = StepLog()
    let isTraced = variant.isStepped && variant.task.vector == nil
    let request = TrialRequest(
      task: isTraced ? try variant.task.traced(by: log) : variant.task, settings: variant.algorithm.settings,
      budget: variant.budget, root: root, seed: seed, truth: variant.truth, threads: 1)
    let process = try variant.entry.make(request)
    var picture = TaskPicture(variant.task, gamma: process.gamma, mostRows: screen.tableRows)
    // A planner stops when it has converged, long before its budget.
    let total = variant.entry.kind == .planner ? min(variant.budget.count, max(1, frames - 1)) : variant.budget.count
    var row = [Double](repeating: .nan, count: process.metrics.count)
    row.withUnsafeMutableBufferPointer { process.measure($0) }
    Interrupt.catchSignals()
    for frame in 0..<frames {
      let goal = frames == 1 ? total : Int((Double(total) * Double(frame) / Double(frames - 1)).rounded())
      while process.counters()[variant.budget.unit] < goal && !process.isFinished() {
        try screen.checkForInterrupt()
        try process.advance(goal)
        log.clear()
      }
      var line = self.line(process.counters())
      if frame > 0 {
        for index in row.indices { row[index] = .nan }
        row.withUnsafeMutableBufferPointer { process.measure($0) }
        for (metric, value) in zip(process.metrics, row) where !value.isNaN {
          line += ", \(metric.rawValue) \(RunSummary.plain(value))"
        }
      }
      let place = isTraced ? AgentPlace(state: log.state) : process.place()
      await screen.show(line, picture.text(process.report(), at: place))
      if frame > 0 && process.isFinished() { break }
    }
  }

  private func line(_ counters: TrialCounters) -> String {
    let counts = [
      counters.iteration.map { "iteration \($0)" }, counters.episode.map { "episode \($0)" },
      counters.step.map { "step \($0)" },
    ].compactMap { $0 }
    return "\(variant.name) on \(variant.environment.id): " + counts.joined(separator: ", ")
  }
}
