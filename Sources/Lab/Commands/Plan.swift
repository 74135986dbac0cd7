import RLCore

/// What would be run: variants, trials, budgets.
struct Plan {
  let experiment: Experiment

  init(_ experiment: Experiment) { self.experiment = experiment }

  /// The plan for people.
  var text: String {
    var lines = [
      "\(experiment.name): \(experiment.variants.count) variants × \(experiment.seeds.count) seeds = \(experiment.trialCount) trials, root seed \(experiment.root)"
    ]
    for variant in experiment.variants {
      lines.append(
        "  \(variant.hash)  \(variant.name)  on \(variant.environment.id), \(variant.budget.count) \(variant.budget.unit.rawValue), recorded every \(variant.record.every)"
      )
    }
    lines.append("in all " + total)
    return lines.joined(separator: "\n")
  }

  private var total: String {
    let parts = Budget.Unit.allCases.compactMap { unit -> String? in
      let sum = experiment.variants.filter { $0.budget.unit == unit }.reduce(0) { $0 + $1.budget.count }
      return sum > 0 ? "\(RunSummary.count(sum * experiment.seeds.count)) \(unit.rawValue)" : nil
    }
    return parts.joined(separator: ", ")
  }

  /// The plan for programs.
  var json: Setting {
    .object([
      .init("name", .text(experiment.name)), .init("seed", .integer(Int(experiment.root))),
      .init("seeds", .list(experiment.seeds.map { .integer(Int($0)) })),
      .init("trials", .integer(experiment.trialCount)),
      .init(
        "variants",
        .list(
          experiment.variants.map { variant in
            .object([
              .init("name", .text(variant.name)), .init("hash", .text(variant.hash)),
              .init("environment", variant.environment.resolved), .init("algorithm", variant.algorithm.resolved),
              .init("budget", .object([.init(variant.budget.unit.rawValue, .integer(variant.budget.count))])),
              .init("record", variant.record.resolved),
            ])
          })),
    ])
  }
}
