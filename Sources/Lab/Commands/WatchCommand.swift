import RLCore

extension Command {
  static let watch = Command(
    name: "watch",
    usage:
      "watch [CONFIG | POLICY] [-e ENV] [-a ALGORITHM] [--episodes N | --steps N | --iterations N] [--frames N] [--delay MS] ...",
    summary: "draw a learner or a planner while it learns, or a trained policy while it acts",
    flags: [
      .init("env", short: "-e", value: "ENV", "the environment's id"),
      .init("algorithm", short: "-a", value: "ALGORITHM", "the algorithm's id"),
      .init("episodes", value: "N", "budget in episodes; of a policy, how many it plays; default 1"),
      .init("steps", value: "N", "budget in environment steps"),
      .init("iterations", value: "N", "budget in sweeps or updates"), .init("seed", value: "ROOT", "the root seed"),
      ConfigurationCommand.set,
      .init(
        "frames", value: "N",
        "how many pictures: of a learner 50 on a terminal, else 5; of an episode every step on a terminal, else 5"),
      .init("delay", value: "MS", "milliseconds between pictures on a terminal; default 100"),
      .init("sample", "a policy draws its actions as it did while it learned; default the likeliest or best"),
    ], positional: 0...1
  ) { lab, arguments in
    let frames = try arguments.whole("frames", in: 1...100_000, command: "watch")
    let screen = FrameScreen(delay: try arguments.whole("delay", in: 0...60_000, command: "watch") ?? 100)
    if let path = arguments.positional.first, try PolicyFile.isPolicy(path) {
      try await show(policy: path, lab, arguments).run(on: screen, frames: frames)
      return
    }
    if arguments.has("sample") {
      throw LabError(.usage, "watch: --sample goes with a policy file; a learner acts as it does while it learns")
    }
    let experiment = try ConfigurationCommand(lab: lab, arguments: arguments, command: "watch").experiment()
    guard let variant = experiment.variants.first else { return }
    let show = LearningShow(variant: variant, root: experiment.root, seed: experiment.seeds[0])
    do {
      try await show.run(on: screen, frames: frames)
    } catch let problem as SettingProblem {
      throw LabError(.data, "\(variant.name): \(problem.message)")
    }
  }

  private static func show(policy path: String, _ lab: Laboratory, _ arguments: Arguments) throws(LabError)
    -> PolicyShow
  {
    for flag in ["algorithm", "steps", "iterations"] where arguments.has(flag) {
      throw LabError(.usage, "watch: --\(flag) goes with a learner, and \(path) is a trained policy; leave it out")
    }
    let episodes = try arguments.whole("episodes", in: 1...1000, command: "watch") ?? 1
    let root = UInt64(try arguments.whole("seed", in: 0...Int.max, command: "watch") ?? 0)
    let rollouts = try PolicyRollouts(
      PolicyFile(reading: path), at: path, lab: lab, arguments: arguments, command: "watch")
    let request = RolloutRequest(
      episodes: episodes, maximumSteps: PolicyRollouts.maximumSteps, isGreedy: !arguments.has("sample"))
    return PolicyShow(rollouts: rollouts, request: request, root: root)
  }
}
