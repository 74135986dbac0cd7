import RLCore

/// Pictures of episodes that a trained policy plays, moment by moment.
struct PolicyShow {
  let rollouts: PolicyRollouts
  let request: RolloutRequest
  let root: UInt64

  /// Plays the episodes and draws them: each moment on a terminal, evenly spaced ones elsewhere.
  ///
  /// - Parameter frames: How many pictures of an episode at most, its first and last moments among them; nil for as many as suit the output.
  func run(on screen: FrameScreen, frames: Int?) async throws(LabError) {
    var screen = screen
    let most = frames ?? (screen.isTerminal ? Int.max : 5)
    let episodes = try rollouts.episodes(request, root: root)
    let known = try report()
    var picture = TaskPicture(
      rollouts.task, gamma: rollouts.file.algorithm["gamma"]?.number ?? 1, mostRows: screen.tableRows)
    Interrupt.catchSignals()
    for (number, episode) in episodes.enumerated() {
      let last = episode.moments.count - 1
      for moment in Self.chosen(most, of: last + 1) {
        try screen.checkForInterrupt()
        var line = "\(rollouts.file.variant) on \(rollouts.environmentID): episode \(number + 1), step \(moment)"
        line += caption(episode.moments[moment])
        if moment == last { line += episode.isTerminated ? ", over" : ", cut off" }
        await screen.show(line, picture.text(known, at: episode.moments[moment].place))
      }
    }
  }

  /// Places evenly spaced from the first to the last; the last alone where there is to be one.
  static func chosen(_ most: Int, of count: Int) -> [Int] {
    if most >= count { return Array(0..<count) }
    if most == 1 { return [count - 1] }
    return (0..<most).map { Int((Double($0) * Double(count - 1) / Double(most - 1)).rounded()) }
  }

  private func caption(_ moment: PlayedEpisode.Moment) -> String {
    guard let step = moment.step else { return "" }
    let action: String
    switch step.action {
    case .values(let values): action = values.map { "\($0)" }.joined(separator: " ")
    case .number(let place):
      let model = rollouts.task.model
      let label = step.from.state.flatMap { state in
        model.flatMap { model in
          model.pairs(of: state).count > place
            ? model.actionLabels[Int(model.pairActions[model.pairs(of: state).lowerBound + place])] : nil
        }
      }
      action = label ?? "\(place)"
    }
    return ", action \(action), reward \(RunSummary.plain(step.reward)), return \(RunSummary.plain(moment.total))"
  }

  /// What the policy does in each state of a finite task; nothing elsewhere.
  private func report() throws(LabError) -> LearnerReport {
    var report = LearnerReport()
    switch rollouts.file.content {
    case .linear: break
    case .table(let target, let behavior, _): report.targetPolicy = rollouts.played(target, behavior, request)
    case .network(let archive):
      let view = try rollouts.view(of: archive)
      guard let model = rollouts.task.model, let all = rollouts.task.allObservations(view) else { break }
      var policy = ArchivedPolicy(archive)
      var actions = ActionStore(count: all.count, for: archive.actionSpace)
      var stream = RandomStream(root: root, index: 0, component: "evaluation actions")
      policy.act(on: all, rows: all.count, isGreedy: true, into: &actions, using: &stream)
      let space = rollouts.task.space
      report.targetPolicy = [Double](repeating: 0, count: space.slotCount)
      for state in 0..<space.stateCount where !model.isTerminal(state) {
        report.targetPolicy[state * space.width + Int(actions.numbers[state])] = 1
      }
    }
    return report
  }
}
