import Foundation
import RLCore

/// Pictures of a trial while it runs: one after another in the same place of a terminal, one below another elsewhere.
struct LearningShow {
  let variant: Variant
  let root: UInt64
  let seed: UInt64
  /// Milliseconds between pictures on a terminal.
  var delay = 100

  /// Runs the trial and draws it.
  ///
  /// - Parameter frames: How many pictures, the first before learning; nil for as many as suit the output.
  func run(frames given: Int?) async throws {
    guard let model = variant.task.model else {
      throw LabError(
        .data,
        "environment: \"\(variant.environment.id)\" has no finite model to draw values on; choose a task such as cliff-walking"
      )
    }
    if variant.entry.acceptsVectors {
      throw LabError(
        .data,
        "algorithm: \"\(variant.algorithm.id)\" keeps no table to draw; choose a tabular method such as q-learning")
    }
    let isTerminal = isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    let frames = given ?? (isTerminal ? 50 : 5)
    let log = StepLog()
    let isPlanner = variant.entry.kind == .planner
    let request = TrialRequest(
      task: isPlanner ? variant.task : try variant.task.traced(by: log), settings: variant.algorithm.settings,
      budget: variant.budget, root: root, seed: seed, truth: variant.truth, threads: 1)
    let process = try variant.entry.make(request)
    // A planner stops when it has converged, long before its budget.
    let total = isPlanner ? min(variant.budget.count, max(1, frames - 1)) : variant.budget.count
    var row = [Double](repeating: .nan, count: process.metrics.count)
    row.withUnsafeMutableBufferPointer { process.measure($0) }
    if isTerminal { Terminal.print("\u{1B}[2J") }
    Interrupt.catchSignals()
    for frame in 0..<frames {
      let goal = frames == 1 ? total : Int((Double(total) * Double(frame) / Double(frames - 1)).rounded())
      while process.counters()[variant.budget.unit] < goal && !process.isFinished() {
        if Interrupt.isRequested {
          throw LabError(.interrupted, "watch: interrupted; run the same command again to see it")
        }
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
      let picture = self.picture(process, model: model, agent: isPlanner ? nil : log.state)
      if isTerminal {
        // Each line is cleared to its end, and what is left below.
        let lines = (line + "\n\n" + picture).split(separator: "\n", omittingEmptySubsequences: false)
        Terminal.print("\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\n") + "\u{1B}[J")
        if frame + 1 < frames { try? await Swift.Task.sleep(for: .milliseconds(delay)) }
      } else {
        Terminal.print((frame == 0 ? "" : "\n") + line + "\n\n" + picture)
      }
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

  private func picture(_ process: TrialProcess, model: FiniteMDP, agent: Int?) -> String {
    let report = process.report()
    let space = variant.task.space
    func pairs(_ numbers: [Double]) -> [Double] {
      report.isByPair || numbers.isEmpty ? numbers : space.pairs(numbers, of: model)
    }
    let q = pairs(report.actionValues)
    let policy = pairs(report.targetPolicy)
    var values = report.stateValues
    if values.count != model.stateCount {
      values = (0..<model.stateCount).map { state in
        model.pairs(of: state).reduce(-Double.infinity) { max($0, q.isEmpty ? 0 : q[$1]) }
      }
      for state in values.indices where model.isTerminal(state) { values[state] = 0 }
    }
    let best = (0..<model.stateCount).map { state -> [Int] in
      let all = model.pairs(of: state)
      let numbers = policy.isEmpty ? q : policy
      if numbers.isEmpty { return Array(all) }
      let top = all.reduce(-Double.infinity) { max($0, numbers[$1]) }
      return all.filter { numbers[$0] >= top - 1e-12 }
    }
    var drawing = TaskDrawing(model: model, grid: variant.task.grid, values: values, best: best)
    drawing.agent = agent
    drawing.mostRows = 30
    return drawing.text
  }
}
