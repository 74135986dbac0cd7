import RLCore

/// Trials of methods that improve a policy update by update: a ``PolicyAscent`` behind a ``TrialProcess``.
enum AscentTrial<Method: PolicyAscent & ~Copyable> {
  private final class Box {
    var method: Method
    var iteration = 0
    var streams: PolicyStreams

    init(_ method: consuming Method, _ streams: PolicyStreams) {
      self.method = method
      self.streams = streams
    }
  }

  /// The task as such methods see it.
  ///
  /// - Throws: ``SettingProblem`` where the task has no finite model.
  static func task(_ task: PreparedTask, evaluator: PolicyEvaluator? = nil) throws(SettingProblem) -> PolicyTask {
    guard let model = task.model, let simulation = task.finite else {
      throw SettingProblem(
        "\"\(Method.about.id)\" needs a finite model, and the task gives only samples; choose reinforce or actor-critic"
      )
    }
    return PolicyTask(
      model: model, observations: task.observations, simulation: simulation, timeLimit: task.timeLimit,
      evaluator: evaluator)
  }

  static func process(for request: TrialRequest) throws -> TrialProcess {
    let method = try Method(
      request.settings, task: try task(request.task, evaluator: request.truth.evaluator))
    let gamma = method.gamma
    let box = Box(method, PolicyStreams(root: request.root, seed: request.seed))
    var process = TrialProcess(
      metrics: Method.columns.map { Metric(rawValue: $0)! }, gamma: gamma,
      advance: { _ in
        try box.method.update(at: box.iteration, using: &box.streams)
        box.iteration += 1
      },
      counters: { TrialCounters(iteration: box.iteration, episode: box.method.episodes, step: box.method.steps) },
      isFinished: { box.method.isFinished },
      measure: { row in for (place, number) in box.method.measure().enumerated() { row[place] = number } },
      report: {
        var report = LearnerReport()
        box.method.report(into: &report)
        return report
      },
      save: { writer in
        box.method.save(to: &writer)
        writer.write(box.iteration)
        writer.write(box.streams.environment)
        writer.write(box.streams.exploration)
      },
      restore: { reader in
        try box.method.restore(from: &reader)
        box.iteration = try reader.integer()
        box.streams.environment = try reader.stream()
        box.streams.exploration = try reader.stream()
      })
    // Without samples its values are exact: there is nothing to hold them against.
    process.hasValues = Method.takesSteps
    return process
  }
}
