import Foundation
import RLCore

/// A seeded exercise: a random task with exactly one optimal policy.
struct Assignment {
  /// What kind of task it is.
  enum Kind: String, CaseIterable {
    /// A grid with walls, a goal and a cost a cell, on which moves slip.
    case gridworld
    /// A random MDP (Archibald, McKinnon & Thomas, 1995).
    case garnet
  }

  let kind: Kind
  let seed: UInt64
  let gamma: Double
  /// Rows and columns of a grid; states of a random MDP and its actions.
  let size: (Int, Int)

  /// The exercise and its answer.
  struct Exercise {
    let model: FiniteMDP
    let grid: GridLayout?
    /// The cost of entering each cell.
    let costs: [Int]
    let solution: OptimalSolution
    /// By how much the best action is better than any other, in every state.
    let gap: Double
    let slip: Double
  }

  /// By how much the best action must be better, in units of return: far above rounding, and enough to be told apart by hand.
  static let leastGap = 1e-3
  private static let mostAttempts = 2000

  /// Draws tasks until one has exactly one optimal policy; the same seed always gives the same one.
  func exercise() throws(LabError) -> Exercise {
    for attempt in 0..<UInt64(Self.mostAttempts) {
      var stream = RandomStream(root: seed, index: attempt, component: "assignment")
      guard let drawn = kind == .gridworld ? grid(using: &stream) : garnet(using: &stream) else { continue }
      guard let solution = try? OptimalSolution(drawn.model, gamma: gamma) else { continue }
      var gap = Double.infinity
      for state in 0..<drawn.model.stateCount {
        let values = drawn.model.pairs(of: state).map { solution.actionValues[$0] }.sorted(by: >)
        if values.count > 1 { gap = min(gap, values[0] - values[1]) }
      }
      if gap >= Self.leastGap {
        return Exercise(
          model: drawn.model, grid: drawn.grid, costs: drawn.costs, solution: solution, gap: gap, slip: 0.2)
      }
    }
    throw LabError(
      .data, "assignment: no task of this size with one optimal policy was found; give a smaller size or another --seed"
    )
  }

  private typealias Drawn = (model: FiniteMDP, grid: GridLayout?, costs: [Int])

  private func garnet(using stream: inout RandomStream) -> Drawn? {
    let (states, actions) = size
    let branching = min(3, states)
    var builder = FiniteMDPBuilder(states: states, actions: actions)
    for state in 0..<states {
      for action in 0..<actions {
        builder.addPair(state: state, action: action)
        var left = Array(0..<states)
        // Tenths, so that they can be written down: cut points of ten among the next states.
        var tenths = [Int](repeating: 1, count: branching)
        for _ in 0..<(10 - branching) { tenths[stream.uniform(below: branching)] += 1 }
        for k in 0..<branching {
          let next = left.remove(at: stream.uniform(below: left.count))
          let reward = Double(stream.uniform(below: 11))
          builder.addOutcome(probability: Double(tenths[k]) / 10, next: next, reward: reward)
        }
      }
    }
    guard let model = try? builder.build(initial: [.init(state: 0, probability: 1)]) else { return nil }
    return (model, nil, [])
  }

  private func grid(using stream: inout RandomStream) -> Drawn? {
    let (rows, columns) = size
    let count = rows * columns
    var cells = [GridLayout.Cell](repeating: .free, count: count)
    for _ in 0..<(count / 6) { cells[stream.uniform(below: count)] = .wall }
    let start = stream.uniform(below: count)
    let goal = stream.uniform(below: count)
    if start == goal { return nil }
    cells[start] = .start
    cells[goal] = .goal
    let costs = (0..<count).map { _ in 1 + stream.uniform(below: 9) }
    let moves = [(-1, 0), (0, 1), (1, 0), (0, -1)]
    func target(_ state: Int, _ move: (Int, Int)) -> Int {
      let row = state / columns + move.0
      let column = state % columns + move.1
      guard (0..<rows).contains(row), (0..<columns).contains(column) else { return state }
      let next = row * columns + column
      return cells[next] == .wall ? state : next
    }
    var builder = FiniteMDPBuilder(states: count, actions: 4)
    for state in 0..<count where cells[state] != .wall && state != goal {
      for action in 0..<4 {
        builder.addPair(state: state, action: action)
        for (turn, probability) in [(0, 0.8), (1, 0.1), (3, 0.1)] {
          let next = target(state, moves[(action + turn) % 4])
          let reward = next == goal ? 10 : -Double(costs[next])
          builder.addOutcome(probability: probability, next: next, reward: reward, terminated: next == goal)
        }
      }
    }
    guard
      let model = try? builder.build(
        initial: [.init(state: start, probability: 1)], stateLabels: .cells(columns: columns),
        actionLabels: ["up", "right", "down", "left"])
    else { return nil }
    // Every free cell must be part of the exercise, and the goal within reach of each.
    let diagnosis = model.reachableStates()
    for state in 0..<count where cells[state] != .wall && state != goal && !diagnosis[state] { return nil }
    let reachesGoal = (0..<model.outcomeCount).contains { model.targets[$0] < 0 }
    let layout = GridLayout(
      rows: rows, columns: columns, cells: cells, moves: moves.map { .init(rows: $0.0, columns: $0.1) })
    return reachesGoal ? (model, layout, costs) : nil
  }

  // MARK: Files

  /// The sheet for students.
  func sheet(_ exercise: Exercise) -> String {
    var lines = ["# Exercise \(seed)", ""]
    let discount = "The discount is γ = \(RunSummary.plain(gamma))."
    if let grid = exercise.grid {
      lines += [
        "A grid of \(grid.rows) × \(grid.columns) cells: S is the start, G the goal, # a wall. A move goes where it is meant to with",
        "probability 0.8, and to either side with probability 0.1; into a wall or out of the grid, one stays. Entering the goal pays 10",
        "and ends the episode; entering any other cell (staying, too) costs the number that stands in it. " + discount,
        "",
        "```", TaskDrawing(exercise.solution, grid: grid).map(of: grid), "```", "", "```",
      ]
      for row in 0..<grid.rows {
        lines.append(
          (0..<grid.columns).map { column in
            let cell = row * grid.columns + column
            return grid.cells[cell] == .wall ? "#" : grid.cells[cell] == .goal ? "G" : "\(exercise.costs[cell])"
          }.joined(separator: " "))
      }
      lines += [
        "```", "", "States are numbered row by row from 0 at the top left; actions are 0 up, 1 right, 2 down, 3 left.",
      ]
    } else {
      let model = exercise.model
      lines += [
        "An MDP of \(model.stateCount) states and \(model.actionCount) actions that never ends. \(discount)", "",
        "| state | action | next state (probability, reward) |", "|---|---|---|",
      ]
      for state in 0..<model.stateCount {
        for pair in model.pairs(of: state) {
          let outcomes = model.outcomes(of: pair).map { k -> String in
            let outcome = model.outcome(k)
            return "\(outcome.next) (\(RunSummary.plain(outcome.probability)), \(RunSummary.plain(outcome.reward)))"
          }
          lines.append("| \(state) | \(model.pairActions[pair]) | \(outcomes.joined(separator: ", ")) |")
        }
      }
    }
    lines += [
      "", "There is exactly one optimal policy. Hand in one of", "",
      "- `policy.csv` with the columns `state,action`: the best action of every state;",
      "- `values.csv` with the columns `state,value`: the optimal value of every state, to three decimals at least.",
      "",
      "The exact task is in `task.mdp.json`: `rl-lab run -e mdp-file --set environment.path=task.mdp.json -a q-learning` learns it.",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// What `grade` needs to know.
  func description(_ exercise: Exercise) -> Setting {
    .object([
      .init("format", .text("rl-lab-assignment/1")), .init("kind", .text(kind.rawValue)),
      .init("seed", .integer(Int(seed))), .init("gamma", .real(gamma)), .init("task", .text("task.mdp.json")),
      .init("least_gap", .real(exercise.gap)), .init("start_value", .real(exercise.solution.startValue)),
    ])
  }

  /// Writes the exercise and, in a folder of its own, the answers.
  func write(_ exercise: Exercise, to folder: String) throws(LabError) {
    try Output.makeFolder(folder + "/answer")
    let model = exercise.model
    try Output.write(sheet(exercise), to: folder + "/exercise.md")
    try SolutionFiles.write(model.exported(as: .json), to: folder + "/task.mdp.json")
    try Output.write(description(exercise).prettyJSON() + "\n", to: folder + "/assignment.json")
    let values = SolutionFiles.values(exercise.solution.values, of: model, path: "values.csv")
    try SolutionFiles.write(values, to: folder + "/answer/values.csv")
    var policy = "state,label,action,action_label\n"
    for state in 0..<model.stateCount where !model.isTerminal(state) {
      let action = Int(model.pairActions[Int(exercise.solution.pairs[state])])
      policy += "\(state),\"\(model.stateLabels.label(of: state))\",\(action),\(model.actionLabels[action])\n"
    }
    try Output.write(policy, to: folder + "/answer/policy.csv")
    try Output.write(
      TaskDrawing(exercise.solution, grid: exercise.grid).text + "\n", to: folder + "/answer/drawing.txt")
  }
}
