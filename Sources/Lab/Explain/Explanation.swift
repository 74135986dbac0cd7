import Foundation
import RLCore

/// The first updates of a trial in words and numbers.
struct Explanation {
  let variant: Variant
  let root: UInt64
  let seed: UInt64

  private var id: String { variant.algorithm.id }
  private var model: FiniteMDP? { variant.task.model }

  /// The text.
  ///
  /// - Parameter count: How many steps, episodes or sweeps; nil for a few.
  func text(_ count: (unit: Budget.Unit, count: Int)?) throws -> String {
    var lines = heading
    if variant.entry.kind == .planner {
      lines += try sweeps(count?.count ?? 3)
    } else if !variant.isStepped {
      throw LabError(
        .data,
        "algorithm: \"\(id)\" learns by batches and gradients, which are not stepped through; choose a tabular method such as q-learning"
      )
    } else {
      lines += try steps(count)
    }
    return lines.joined(separator: "\n")
  }

  private var heading: [String] {
    let about = variant.entry.about
    let settings = variant.algorithm.settings.resolved
    var lines = ["\(about.id) on \(variant.environment.id): \(about.summary)"]
    if let equation = about.equation { lines.append("  " + equation) }
    let form = settings.first { $0.key == PolicyForm.parameter.declaration.name }?.value.text
    let known = variant.entry.forms?.parameters(of: form.flatMap(PolicyForm.init(rawValue:)) ?? .automatic)
    let shown = about.parameters.compactMap { parameter -> String? in
      if let known, !known.contains(parameter.name) { return nil }
      guard let value = settings.first(where: { $0.key == parameter.name })?.value,
        value != .null
      else { return nil }
      return "\(parameter.symbol ?? parameter.name) = \(value.text ?? String(value.description.prefix(60)))"
    }
    lines += ["  " + shown.joined(separator: ", "), "  " + about.source]
    if owners != nil { lines.append("  states that look alike have one value, named after where the step was taken") }
    return lines + [""]
  }

  // MARK: Learners

  private func steps(_ count: (unit: Budget.Unit, count: Int)?) throws -> [String] {
    let log = StepLog()
    let task = try variant.task.traced(by: log)
    let request = TrialRequest(
      task: task, settings: variant.algorithm.settings, budget: Budget(.steps, 100_000), root: root, seed: seed,
      truth: variant.truth, threads: 1, clock: variant.budget.unit)
    let process = try variant.entry.make(request)
    let space = task.space
    func snapshot() -> LearnerReport {
      var report = process.report()
      if report.isByPair, let model { report = report.bySlot(space, model) }
      return report
    }
    var lines: [String] = []
    var before = snapshot()
    var snapshots = [before]
    var visits: [Int: Int] = [:]
    let limit = count?.unit == .steps ? count!.count : 2000
    // What is learned at the end of an episode needs one; everything else a few steps.
    while log.steps.count < limit {
      let done = log.steps.count
      try process.advance(done + 1)
      if log.steps.count == done { break }
      let now = snapshot()
      snapshots.append(now)
      let isOver = process.counters().episode ?? 0
      if count?.unit == .episodes, isOver >= count!.count { break }
      if count == nil, done + 1 >= 10, isOver >= 1 || snapshots.contains(where: { Self.differs($0, snapshots[0]) }) {
        break
      }
    }
    // One step more tells which action was chosen in the last state.
    let shown = log.steps.count
    try process.advance(shown + 1)
    let owners = self.owners
    var episode: [StepLog.Step] = []
    var number = 0
    var silent = 0
    var rewards: [Double] = []
    for index in 0..<shown {
      let step = log.steps[index]
      rewards.append(step.reward)
      if step.isFirst {
        number += 1
        episode = []
      }
      episode.append(step)
      before = snapshots[index]
      let after = snapshots[index + 1]
      let isEnd = step.terminated || log.next(after: index) == nil && index + 1 < log.steps.count
      if isEnd && !step.terminated {
        episode[episode.count - 1] = .init(
          state: step.state, action: step.action, reward: step.reward, next: step.next, terminated: false,
          truncated: true,
          isFirst: step.isFirst)
      }
      let context = UpdateFormula.Context(
        settings: variant.algorithm.settings.resolved, space: space, owners: owners, before: before, after: after,
        episode: episode, next: log.next(after: index), rewards: rewards,
        time: variant.budget.unit == .steps ? index : number - 1,
        visits: visits, stateName: stateName, actionName: actionName)
      let formula = UpdateFormula.lines(id, context)
      for entry in formula?.entries ?? [] { visits[entry, default: 0] += 1 }
      // Long episodes without an update are cut in the middle.
      if !Self.differs(before, after) && !isEnd && count == nil {
        silent += 1
        if silent > 5 { continue }
      } else if silent > 5 {
        lines += ["… \(silent - 5) steps more without an update …", ""]
        silent = 0
      }
      let end = step.terminated ? ", the episode is over" : isEnd ? ", the episode is cut off" : ""
      lines.append(
        "episode \(number), step \(episode.count): S = \(stateName(step.state)), A = \(actionName(step.state, step.action)), "
          + "R = \(UpdateFormula.n(step.reward)), S′ = \(stateName(step.next))\(end)")
      lines += (formula?.lines ?? changes(before, after, space, in: step.state)).map { "  " + $0 } + [""]
    }
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  private static func differs(_ a: LearnerReport, _ b: LearnerReport) -> Bool {
    a.actionValues != b.actionValues || a.stateValues != b.stateValues || a.targetPolicy != b.targetPolicy
  }

  /// The first state that looks as each one does; nil where all look different.
  private var owners: [Int]? {
    guard let observations = variant.task.observations, let model else { return nil }
    var first = [Int](repeating: -1, count: observations.count)
    for state in 0..<model.stateCount where first[observations[state]] < 0 && !model.isTerminal(state) {
      first[observations[state]] = state
    }
    return (0..<model.stateCount).map { first[observations[$0]] < 0 ? $0 : first[observations[$0]] }
  }

  /// What a step changed, whatever the method is. Of states that look alike one is named: where the step was taken, if it is among them.
  private func changes(
    _ before: LearnerReport, _ after: LearnerReport, _ space: ActionSpace, in current: Int
  ) -> [String] {
    var lines: [String] = []
    let owners = owners
    func isShown(_ state: Int) -> Bool {
      guard let owners else { return true }
      return owners[state] == owners[current] ? state == current : owners[state] == state
    }
    for (slot, value) in after.actionValues.enumerated()
    where slot < before.actionValues.count && value != before.actionValues[slot] && isShown(slot / space.width)
      && slot % space.width < space.actions(in: slot / space.width)
    {
      let state = slot / space.width
      lines.append(
        "Q(\(stateName(state)), \(actionName(state, slot % space.width))): \(UpdateFormula.n(before.actionValues[slot])) → "
          + UpdateFormula.n(value))
    }
    for (state, value) in after.stateValues.enumerated()
    where state < before.stateValues.count && value != before.stateValues[state] && isShown(state) {
      lines.append("V(\(stateName(state))): \(UpdateFormula.n(before.stateValues[state])) → \(UpdateFormula.n(value))")
    }
    if lines.isEmpty {
      for (slot, value) in after.targetPolicy.enumerated()
      where slot < before.targetPolicy.count && value != before.targetPolicy[slot] && isShown(slot / space.width)
        && slot % space.width < space.actions(in: slot / space.width)
      {
        let state = slot / space.width
        lines.append(
          "π(\(actionName(state, slot % space.width))|\(stateName(state))): \(UpdateFormula.n(before.targetPolicy[slot])) → "
            + UpdateFormula.n(value))
      }
    }
    if lines.isEmpty { return ["no value changed"] }
    if lines.count > 8 { lines = lines.prefix(7) + ["… \(lines.count - 7) more entries changed"] }
    return lines
  }

  private func stateName(_ state: Int) -> String { UpdateFormula.name(state, model) }

  private func actionName(_ state: Int, _ place: Int) -> String {
    guard let model else { return "\(place)" }
    let pairs = model.pairs(of: state)
    guard place < pairs.count else { return "\(place)" }
    return model.actionLabels[Int(model.pairActions[pairs.lowerBound + place])]
  }

  // MARK: Planners

  private func sweeps(_ count: Int) throws -> [String] {
    let request = TrialRequest(
      task: variant.task, settings: variant.algorithm.settings, budget: Budget(.iterations, count), root: root,
      seed: seed, truth: variant.truth, threads: 1)
    let process = try variant.entry.make(request)
    guard let model else { return [] }
    var lines: [String] = []
    var before = process.report().stateValues
    for sweep in 1...count {
      if process.isFinished() { break }
      try process.advance(sweep)
      let after = process.report().stateValues
      guard before.count == after.count else {
        before = after
        continue
      }
      let changed = after.indices.filter { after[$0] != before[$0] && !model.isTerminal($0) }
      lines.append("iteration \(sweep): \(changed.count) of \(after.count) values change")
      for state in changed.prefix(3) {
        let isEvaluation = id == "policy-evaluation"
        let backup =
          isEvaluation || id == "value-iteration"
          ? UpdateFormula.backup(
            state, model: model, gamma: process.gamma, before: before, after: after,
            policy: isEvaluation ? process.report().targetPolicy : nil) : nil
        lines +=
          (backup ?? ["v(\(stateName(state))): \(UpdateFormula.n(before[state])) → \(UpdateFormula.n(after[state]))"])
          .map { "  " + $0 }
      }
      if changed.count > 3 { lines.append("  … \(changed.count - 3) more") }
      lines.append("")
      before = after
    }
    if process.isFinished() { lines.append("the planner has converged") }
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}

extension Variant {
  /// Whether its learner takes one step after another in one copy of a task, by states or their features, and not batches on a network.
  var isStepped: Bool { entry.kind != .planner && !entry.units.contains(.iterations) && !usesNetwork }

  private var usesNetwork: Bool {
    algorithm.settings.resolved.first { $0.key == PolicyForm.parameter.declaration.name }?.value == .text("mlp")
  }
}

extension LearnerReport {
  /// Numbers by pair of the model, laid out slot by slot.
  fileprivate func bySlot(_ space: ActionSpace, _ model: FiniteMDP) -> LearnerReport {
    func slots(_ pairs: [Double]) -> [Double] {
      pairs.count == model.pairCount ? space.slots(pairs, of: model) : pairs
    }
    var copy = self
    copy.actionValues = slots(actionValues)
    copy.targetPolicy = slots(targetPolicy)
    copy.isByPair = false
    return copy
  }
}

extension RunSummary {
  /// Six significant digits, without zeros behind them.
  static func six(_ x: Double) -> String {
    if !x.isFinite { return x.isNaN ? "–" : x < 0 ? "-inf" : "inf" }
    return String(format: "%.6g", x == 0 ? 0 : x)
  }

  static func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }

  static func exponential(_ x: Double) -> Double { exp(x) }

  static func logarithm(_ x: Double) -> Double { log(x) }
}
