import Foundation
import RLCore

extension Command {
  static let show = Command(
    name: "show",
    usage: "show ENV|FILE [--set environment.KEY=VALUE]... [--gamma G] [--values FILE] [--policy FILE] [--json]",
    summary: "draw a task with its exact optimal values and policy",
    flags: [
      EnvironmentArgument.set,
      .init("gamma", value: "G", "the discount; default 1 where undiscounted values exist, else 0.99"),
      .init("values", value: "FILE", "write V* as .csv or .npy"),
      .init("action-values", value: "FILE", "write Q* as .csv or .npy"),
      .init("policy", value: "FILE", "write an optimal policy as .csv or .npy"),
      .init("all", "every state of a table, not the first 60"),
      .init("json", "one JSON object on standard output, nothing else"),
    ], positional: 1...1
  ) { lab, arguments in
    let argument = try EnvironmentArgument(lab, arguments, command: "show")
    let (task, model) = try argument.finiteTask()
    let solution = try solve(
      model, gamma: try arguments.number("gamma", in: 0...1, command: "show"), name: argument.name)
    if let path = arguments.value("values") {
      try SolutionFiles.write(SolutionFiles.values(solution.values, of: model, path: path), to: path)
    }
    if let path = arguments.value("action-values") {
      try SolutionFiles.write(
        SolutionFiles.table(solution.actionValues, name: "q", missing: .nan, of: model, path: path), to: path)
    }
    if let path = arguments.value("policy") {
      try SolutionFiles.write(
        SolutionFiles.table(
          solution.policy.probabilities, name: "probability", missing: 0, of: model, path: path), to: path)
    }
    if arguments.has("json") {
      let tolerance = solution.tieTolerance
      let actions = (0..<model.stateCount).map { state in
        Setting.list(solution.optimalActions(of: state, tolerance: tolerance).map(Setting.integer))
      }
      Terminal.print(
        Setting.object([
          .init("environment", .text(argument.name)), .init("gamma", .real(solution.gamma)),
          .init("start_value", .real(solution.startValue)), .init("error_bound", .real(solution.errorBound)),
          .init("values", .list(solution.values.map(Setting.real))), .init("optimal_actions", .list(actions)),
          .init(
            "labels", .list((0..<model.stateCount).map { .text(model.stateLabels.label(of: $0)) })),
          .init("action_labels", .list(model.actionLabels.map(Setting.text))),
        ]).json)
      return
    }
    var drawing = TaskDrawing(solution, grid: task.grid)
    if arguments.has("all") { drawing.mostRows = .max }
    drawing.hint = "; --all shows them, --values FILE and --policy FILE write them"
    var lines = [
      "\(argument.name): \(model.stateCount) states, \(model.actionCount) actions, gamma \(RunSummary.plain(solution.gamma)), "
        + "J* = \(RunSummary.plain(solution.startValue))"
    ]
    if let grid = task.grid, grid.cells.count == model.stateCount, grid.columns <= 40 {
      lines += ["", "map", drawing.map(of: grid)]
    }
    lines += ["", drawing.text]
    Terminal.print(lines.joined(separator: "\n"))
  }

  /// Optimal values at a discount, or at 1 where they exist, else at 0.99.
  static func solve(_ model: FiniteMDP, gamma: Double?, name: String) throws(LabError) -> OptimalSolution {
    do throws(PlanningError) {
      return try OptimalSolution(model, gamma: gamma ?? 1)
    } catch {
      if gamma == nil, let solution = try? OptimalSolution(model, gamma: 0.99) { return solution }
      throw LabError(.data, "\(name): \(error); write --gamma 0.99")
    }
  }
}
