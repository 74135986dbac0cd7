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
    let steps = try arguments.whole("maximum-steps", in: 1...1_000_000_000, command: "evaluate") ?? 10_000
    let file = try PolicyFile(reading: path)
    let task = try environment(lab, arguments, file)
    let rollouts = PolicyRollouts(file: file, task: task, path: path)
    let request = RolloutRequest(episodes: episodes, maximumSteps: steps, isGreedy: !arguments.has("sample"))
    let returns = try rollouts.play(request, root: seed)
    let summary = Statistics.Summary(returns)
    if arguments.has("json") {
      func number(_ value: Double?) -> Setting { value.map(Setting.real) ?? .null }
      Terminal.print(
        Setting.object([
          .init("policy", .text(path)), .init("environment", .text(rollouts.environmentID(arguments.value("env")))),
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
      "\(file.variant) on \(rollouts.environmentID(arguments.value("env"))), \(request.isGreedy ? "greedy" : "sampled")"
    line += " actions: return \(RunSummary.number(summary.mean))"
    if let low = summary.ciLow, let high = summary.ciHigh {
      line += " [\(RunSummary.number(low)), \(RunSummary.number(high))]"
    }
    line += ", std \(RunSummary.number(summary.std)), from \(RunSummary.number(returns.min()))"
    line += " to \(RunSummary.number(returns.max())) in \(returns.count) episodes"
    Terminal.print(line)
  }

  /// The task to play: the one that was trained on, or the one that is named.
  private static func environment(
    _ lab: Laboratory, _ arguments: Arguments, _ file: PolicyFile
  ) throws(LabError) -> PreparedTask {
    var tree = file.environment
    if let id = arguments.value("env"), tree["id"]?.text != id { tree = .object([.init("id", .text(id))]) }
    var overridden: Set<String> = []
    for assignment in arguments.all("set") {
      let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let path = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, path.count >= 2, path.count <= SweepAxes.deepestPath, path[0] == "environment",
        !path.contains(""), path[1] != "id"
      else {
        throw LabError(.usage, "evaluate: --set \(assignment): write environment.KEY=VALUE")
      }
      tree = tree.setting(path.dropFirst(), to: ConfigurationFile.value(parts[1]))
      overridden.insert(parts[0])
    }
    // A file's content hash stands beside its path; it is no option.
    if let fields = tree.fields { tree = .object(fields.filter { !$0.key.hasSuffix("_hash") }) }
    return try Resolver(lab: lab, source: nil, folder: "", overridden: overridden, outline: nil).task(tree)
  }
}

/// Plays what a policy file holds.
struct PolicyRollouts {
  let file: PolicyFile
  let task: PreparedTask
  /// The file's name, for messages.
  let path: String

  func environmentID(_ given: String?) -> String { given ?? file.environment["id"]?.text ?? "" }

  /// The returns of episodes.
  ///
  /// - Throws: ``LabError`` (65) where the policy does not fit the task, (70) where a task outside this program has failed.
  func play(_ request: RolloutRequest, root: UInt64) throws(LabError) -> [Double] {
    switch file.content {
    case .network(let archive): try play(archive, request, root: root)
    case .table(let target, let behavior, let width):
      try play(request.isGreedy ? target : behavior, width: width, request, root: root)
    }
  }

  private func misfit(_ what: String) -> LabError {
    LabError(.data, "\(path): the policy does not fit the task: \(what); name the task that it was trained on")
  }

  private func play(
    _ archive: PolicyArchive, _ request: RolloutRequest, root: UInt64
  ) throws(LabError) -> [Double] {
    let view: VectorTask
    do throws(SettingProblem) {
      view = try task.vectorTask(seen: task.vector == nil ? file.features ?? .oneHot : .oneHot)
    } catch { throw misfit(error.message) }
    guard view.observationCount == archive.shape.inputs, view.usesStateIndices == archive.usesStateIndices else {
      throw misfit("it sees \(archive.shape.inputs) numbers, the task shows \(view.observationCount)")
    }
    guard view.actionSpace == archive.actionSpace else {
      throw misfit("the actions are others")
    }
    let batch = view.make(
      .init(
        copies: min(request.episodes, 16), timeLimit: task.timeLimit ?? request.maximumSteps, root: root, seed: 0,
        isEvaluation: true))
    var policy = ArchivedPolicy(archive)
    var stream = RandomStream(root: root, index: 0, component: "evaluation actions")
    do throws(SettingProblem) {
      return try EpisodeRollouts.play(request, in: batch) { store, actions in
        policy.act(on: store, rows: batch.count, isGreedy: request.isGreedy, into: &actions, using: &stream)
      }
    } catch { throw LabError(.software, "environment: \(error.message)") }
  }

  private func play(
    _ policy: [Double], width: Int, _ request: RolloutRequest, root: UInt64
  ) throws(LabError) -> [Double] {
    guard task.vector == nil else { throw misfit("it is a table of states, and the task is observed as a vector") }
    guard task.space.width == width, task.space.slotCount == policy.count else {
      throw misfit("it has \(policy.count / width) states, the task \(task.space.stateCount)")
    }
    let options = RecordOptions.Evaluation(episodes: request.episodes, every: 1, maximumSteps: request.maximumSteps)
    guard var evaluator = Evaluator(options: options, task: task, root: root, seed: 0) else { return [] }
    do throws(SettingProblem) {
      return try evaluator.returns(of: policy)
    } catch { throw LabError(.software, "environment: \(error.message)") }
  }
}
