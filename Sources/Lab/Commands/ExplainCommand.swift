import RLCore

extension Command {
  static let explain = Command(
    name: "explain",
    usage: "explain ALGORITHM -e ENV [--set PATH=VALUE]... [--steps N | --episodes N | --iterations N] [--seed ROOT]",
    summary: "step through the first updates of an algorithm, with the numbers put into the formula",
    flags: [
      .init("env", short: "-e", value: "ENV", "the environment's id"), ConfigurationCommand.set,
      .init("steps", value: "N", "how many steps of a learner"),
      .init("episodes", value: "N", "how many episodes of a learner"),
      .init("iterations", value: "N", "how many sweeps of a planner"),
      .init("seed", value: "ROOT", "the root seed; the updates are those of the first trial of \"run\""),
    ], positional: 1...1
  ) { lab, arguments in
    let name = arguments.positional[0]
    let command = ConfigurationCommand(lab: lab, arguments: arguments, command: "explain")
    let experiment = try command.experiment(at: nil, algorithm: name)
    guard let variant = experiment.variants.first else { return }
    var count: (unit: Budget.Unit, count: Int)?
    for unit in Budget.Unit.allCases where arguments.has(unit.rawValue) { count = (unit, variant.budget.count) }
    if let (unit, given) = count, given > 10_000 {
      throw LabError(.usage, "explain: --\(unit.rawValue) \(given) is more than anybody reads; give at most 10000")
    }
    do {
      Terminal.print(try Explanation(variant: variant, root: experiment.root, seed: experiment.seeds[0]).text(count))
    } catch let problem as SettingProblem {
      throw LabError(.data, "\(name): \(problem.message)")
    }
  }
}
