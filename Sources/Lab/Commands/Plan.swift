import RLCore

/// What would be run: variants, trials, budgets.
struct Plan {
  let experiment: Experiment
  /// What it will take, where that was measured.
  var estimate: Calibration?
  /// How many of its trials are finished already.
  var held = 0
  /// How many cores the estimate is for.
  var jobs = 1

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
    lines.append((experiment.search == nil ? "in all " : "to begin with ") + total)
    if let search = experiment.search { lines += Self.lines(of: search) }
    if let confirm = experiment.confirm {
      lines.append("then \(confirm.seeds) fresh seeds of each algorithm's best cell")
    }
    if held > 0 { lines.append("\(held) of \(experiment.trialCount) trials are finished already") }
    if let estimate {
      lines.append(held < experiment.trialCount ? text(of: estimate) : "nothing is left to run")
    }
    return lines.joined(separator: "\n")
  }

  /// How a search goes on after its first budgets.
  private static func lines(of search: Search) -> [String] {
    search.bases.flatMap { base in
      base.brackets.enumerated().map { index, rungs in
        let steps = rungs.map { "\($0.count) × \($0.budget) \(base.unit.rawValue)" }
        let owner = base.name.map { "\($0), " } ?? ""
        return "  \(search.plan.method.rawValue), \(owner)bracket \(index): " + steps.joined(separator: " → ")
      }
    }
  }

  private var total: String {
    let parts = Budget.Unit.allCases.compactMap { unit -> String? in
      let sum = experiment.variants.filter { $0.budget.unit == unit }.reduce(0) { $0 + $1.budget.count }
      return sum > 0 ? "\(RunSummary.count(sum * experiment.seeds.count)) \(unit.rawValue)" : nil
    }
    return parts.joined(separator: ", ")
  }

  private func text(of estimate: Calibration) -> String {
    let left = Double(experiment.trialCount - held) / Double(max(1, experiment.trialCount))
    let steps = estimate.steps.map { "\(RunSummary.count(Int($0 * left))) environment steps, " } ?? ""
    let time = RunSummary.seconds(estimate.seconds * left / Double(jobs))
    let how = (estimate.isWhole ? "whole trials" : "the first moments") + " of \(estimate.sampled) variants"
    return "estimated \(steps)\(time) on \(jobs) \(jobs == 1 ? "core" : "cores"), from \(how)"
  }

  /// The plan for programs.
  var json: Setting {
    let estimated: Setting =
      estimate.map { estimate in
        .object([
          .init("steps", estimate.steps.map { .real($0.rounded()) } ?? .null),
          .init("core_seconds", .real(estimate.seconds)), .init("jobs", .integer(jobs)),
          .init("variants_sampled", .integer(estimate.sampled)),
        ])
      } ?? .null
    return .object([
      .init("estimate", estimated), .init("held", .integer(held)),
      .init("confirm", experiment.confirm.map { .integer($0.seeds) } ?? .null),
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
