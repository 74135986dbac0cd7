import RLCore

/// Trials of planners: sweeps behind a ``TrialProcess``.
enum PlannerTrial<P: Planner> {
  private final class Box {
    var planner: P
    var iteration = 0
    var progress = PlannerProgress(residual: .nan, errorBound: .nan, isConverged: false, isFinished: false)

    init(_ planner: P) { self.planner = planner }
  }

  static func process(for request: TrialRequest, gamma: Double) throws -> TrialProcess {
    guard let model = request.task.model else { throw SettingProblem("a planner needs a model") }
    let box = Box(try P(request.settings, model: model, threads: request.threads))
    return TrialProcess(
      metrics: [.residual, .errorBound, P.findsAverageReward ? .averageReward : .statesChanged], gamma: gamma,
      advance: { _ in
        box.progress = box.planner.iterate()
        box.iteration += 1
      },
      counters: { TrialCounters(iteration: box.iteration) },
      isFinished: { box.progress.isFinished },
      measure: { row in
        row[0] = box.progress.residual
        row[1] = box.progress.errorBound
        row[2] = box.progress.averageReward ?? box.progress.changedStates.map(Double.init) ?? .nan
      },
      report: {
        var report = LearnerReport()
        report.isByPair = true
        report.stateValues = box.planner.values
        report.actionValues = box.planner.actionValues
        report.targetPolicy = box.planner.policy.probabilities
        return report
      },
      save: { writer in
        box.planner.save(to: &writer)
        writer.write(box.iteration)
        writer.write(box.progress.isFinished)
      },
      restore: { reader in
        try box.planner.restore(from: &reader)
        box.iteration = try reader.integer()
        box.progress.isFinished = try reader.flag()
      })
  }
}
