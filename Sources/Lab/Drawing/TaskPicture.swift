import RLCore

/// Pictures of a task with an agent in it and with what is known of its states: a drawing of finite tasks, the scene of tasks that are observed as
/// vectors, a table of all others.
struct TaskPicture {
  private let task: PreparedTask
  private let gamma: Double
  /// Evaluates policies of which no values are known; nil where the task has no model, or one too large for a picture.
  private var evaluator: PolicyEvaluator?
  private static let mostStates = 20_000
  private let mostRows: Int

  /// - Parameters:
  ///   - gamma: The discount rate of values that are not learned but computed.
  ///   - mostRows: How many rows a table has at most.
  init(_ task: PreparedTask, gamma: Double, mostRows: Int = 30) {
    self.task = task
    self.gamma = gamma
    self.mostRows = mostRows
  }

  /// A picture.
  ///
  /// - Parameter report: What is known, slot by slot of the task's space or pair by pair of its model; it may be nothing.
  mutating func text(_ report: LearnerReport, at place: AgentPlace) -> String {
    if task.vector != nil { return scene(of: place.observation) }
    guard let model = task.model, task.space == ActionSpace(model) else { return table(report, at: place) }
    return drawing(of: model, report, at: place)
  }

  private func scene(of observation: [Float]) -> String {
    guard !observation.isEmpty else { return "nothing observed yet" }
    let numbers = observation.map { "\(($0 * 1e4).rounded() / 1e4)" }.joined(separator: ", ")
    let seen = "observation \(numbers)"
    guard observation.allSatisfy(\.isFinite), let scene = task.vector?.prototype.scene(of: observation) else {
      return seen
    }
    return TextCanvas(scene).text + "\n\n" + seen
  }

  private mutating func drawing(of model: FiniteMDP, _ report: LearnerReport, at place: AgentPlace) -> String {
    func pairs(_ numbers: [Double]) -> [Double] {
      report.isByPair || numbers.isEmpty ? numbers : task.space.pairs(numbers, of: model)
    }
    let q = pairs(report.actionValues)
    let policy = pairs(report.targetPolicy)
    var values = report.stateValues
    var isExact = false
    if values.count != model.stateCount && q.isEmpty, !policy.isEmpty, model.stateCount <= Self.mostStates {
      if evaluator == nil { evaluator = PolicyEvaluator(model) }
      values = evaluator!.evaluate(StationaryPolicy(unchecked: policy), gamma: gamma).values
      isExact = true
    } else if values.count != model.stateCount {
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
    var drawing = TaskDrawing(model: model, grid: task.grid, values: values, best: best)
    if isExact { drawing.valuesTitle = "values of the policy, exact" }
    drawing.agent = place.state
    drawing.mostRows = mostRows
    return drawing.text
  }

  /// A row a state; of a task of one state, a row an action.
  private func table(_ report: LearnerReport, at place: AgentPlace) -> String {
    let space = task.space
    func number(_ numbers: [Double], _ slot: Int) -> String {
      numbers.count == space.slotCount ? RunSummary.plain(numbers[slot]) : "–"
    }
    if space.stateCount == 1 {
      let rows = (0..<min(space.width, mostRows)).map { action in
        ["\(action)", number(report.actionValues, action), number(report.targetPolicy, action)]
      }
      return Self.table([["action", "value", "probability"]] + rows, more: space.width - rows.count, of: "actions")
    }
    let states = TaskDrawing.rows(Array(0..<space.stateCount), most: mostRows, agent: place.state)
    let rows = states.map { state -> [String] in
      let slots = (0..<space.actions(in: state)).map { state * space.width + $0 }
      let numbers = report.targetPolicy.count == space.slotCount ? report.targetPolicy : report.actionValues
      let mark = (state == place.state ? "@" : "") + "\(state)"
      guard numbers.count == space.slotCount else { return [mark, "–", "–"] }
      let top = slots.reduce(-Double.infinity) { max($0, numbers[$1]) }
      let best = slots.filter { numbers[$0] >= top - 1e-12 }.map { "\($0 - state * space.width)" }
      let value: Double? =
        report.stateValues.count == space.stateCount
        ? report.stateValues[state]
        : report.actionValues.count == space.slotCount
          ? slots.reduce(-Double.infinity) { max($0, report.actionValues[$1]) } : nil
      return [mark, value.map(RunSummary.plain) ?? "–", best.joined(separator: ", ")]
    }
    return Self.table([["state", "value", "best action"]] + rows, more: space.stateCount - rows.count, of: "states")
  }

  private static func table(_ rows: [[String]], more: Int, of what: String) -> String {
    TaskDrawing.columns(rows) + (more > 0 ? "\n… and \(more) more \(what)" : "")
  }
}
