import Foundation
import RLCore

extension Command {
  static let evaluate = Command(
    name: "evaluate",
    usage: "evaluate FILE [-e ENV] [--episodes N] [--seed ROOT] [--greedy | --sample] [--set environment.KEY=VALUE]...",
    summary: "play a trained policy that record.policy has stored",
    flags: [
      .init("env", short: "-e", value: "ENV", "the environment's id; default the one that it was trained on"),
      .init("episodes", value: "N", "how many episodes; default 100"),
      .init("seed", value: "ROOT", "the root seed; default 0"),
      .init("greedy", "take the likeliest or best action: the default"),
      .init("sample", "draw actions from the policy that acted"),
      .init("maximum-steps", value: "N", "cut off episodes of tasks without a time limit; default 10000"),
      .init("set", value: "PATH=VALUE", repeats: true, "set one option: environment.is_slippery=false"),
      .init("json", "one JSON object on standard output, nothing else"),
    ], positional: 1...1
  ) { lab, arguments in
    let path = arguments.positional[0]
    if arguments.has("greedy") && arguments.has("sample") {
      throw LabError(.usage, "evaluate: --greedy and --sample exclude each other; give one")
    }
    let episodes = try arguments.whole("episodes", in: 1...10_000_000, command: "evaluate") ?? 100
    let seed = UInt64(try arguments.whole("seed", in: 0...Int.max, command: "evaluate") ?? 0)
    let steps =
      try arguments.whole("maximum-steps", in: 1...1_000_000_000, command: "evaluate") ?? PolicyRollouts.maximumSteps
    let file = try PolicyFile(reading: path)
    let rollouts = try PolicyRollouts(file, at: path, lab: lab, arguments: arguments, command: "evaluate")
    let request = RolloutRequest(episodes: episodes, maximumSteps: steps, isGreedy: !arguments.has("sample"))
    let returns = try rollouts.play(request, root: seed)
    let summary = Statistics.Summary(returns)
    if arguments.has("json") {
      func number(_ value: Double?) -> Setting { value.map(Setting.real) ?? .null }
      Terminal.print(
        Setting.object([
          .init("policy", .text(path)), .init("environment", .text(rollouts.environmentID)),
          .init("episodes", .integer(returns.count)), .init("seed", .integer(Int(seed))),
          .init("actions", .text(request.isGreedy ? "greedy" : "sample")), .init("mean", number(summary.mean)),
          .init("std", number(summary.std)), .init("ci_low", number(summary.ciLow)),
          .init("ci_high", number(summary.ciHigh)), .init("median", number(summary.median)),
          .init("min", number(returns.min())), .init("max", number(returns.max())),
          .init("returns", .list(returns.map(Setting.real))),
        ]).json)
      return
    }
    var line =
      "\(file.variant) on \(rollouts.environmentID), \(request.isGreedy ? "greedy" : "sampled")"
    line += " actions: return \(RunSummary.number(summary.mean))"
    if let low = summary.ciLow, let high = summary.ciHigh {
      line += " [\(RunSummary.number(low)), \(RunSummary.number(high))]"
    }
    line += ", std \(RunSummary.number(summary.std)), from \(RunSummary.number(returns.min()))"
    line += " to \(RunSummary.number(returns.max())) in \(returns.count) episodes"
    Terminal.print(line)
  }
}
