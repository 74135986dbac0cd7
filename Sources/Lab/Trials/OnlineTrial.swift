import Environments
import RLCore

/// Trials of tabular learners: an ``EpisodeLoop`` behind a ``TrialProcess``.
@usableFromInline
enum OnlineTrial<Learner: TabularLearner & ~Copyable> {
  /// Makes a trial of the learner on whatever the task gives.
  @inlinable
  static func process(for request: TrialRequest) throws -> TrialProcess {
    switch request.task.shape {
    case .finite(let simulation, let model):
      return try process(on: simulation, model: model, request: request) { _, _ in }
    case .armed(let bandit):
      return try process(onBandit: bandit, request: request)
    case .bandit(let bandit):
      return try process(onBandit: bandit, request: request)
    case .sampled(let environment):
      return try process(on: environment, model: nil, request: request) { _, _ in }
    }
  }

  @inlinable
  static func process<B: BanditEnvironment>(onBandit bandit: B, request: TrialRequest) throws -> TrialProcess {
    try process(on: bandit, model: nil, request: request) { environment, row in
      let statistics = environment.takeStatistics()
      row[1] = statistics.choices > 0 ? Double(statistics.optimal) / Double(statistics.choices) : .nan
      row[2] = statistics.regret
    }
  }

  /// Holds the loop in one place while closures work on it.
  @usableFromInline final class Box<E: TabularEnvironment> {
    @usableFromInline var loop: EpisodeLoop<Learner, E>

    @inlinable init(_ loop: consuming EpisodeLoop<Learner, E>) { self.loop = loop }
  }

  @inlinable
  static func process<E: TabularEnvironment>(
    on environment: E, model: FiniteMDP?, request: TrialRequest,
    extra: @escaping (inout E, UnsafeMutableBufferPointer<Double>) -> Void
  ) throws -> TrialProcess {
    let learner = try Learner(request.settings, context: LearnerContext(space: environment.space, model: model))
    let gamma = learner.gamma
    let unit = request.budget.unit
    let hasEpisodes = request.task.onlineMetrics.contains(.episodeReturn)
    let box = Box(
      EpisodeLoop(
        learner: learner, environment: environment, timeLimit: request.task.timeLimit,
        clock: unit == .steps ? .steps : .episodes, root: request.root, seed: request.seed))
    let slice = 1 << 21  // steps between looks at the clock and at signals: some 30 ms
    return TrialProcess(
      metrics: request.task.onlineMetrics, gamma: gamma,
      advance: { count in
        let last = box.loop.step + slice
        if unit == .steps {
          box.loop.run(untilStep: min(count, last), episode: .max)
        } else {
          box.loop.run(untilStep: last, episode: count)
        }
      },
      counters: { TrialCounters(episode: box.loop.episode, step: box.loop.step) },
      measure: { row in
        box.loop.takeTally().write(hasEpisodes: hasEpisodes, into: row)
        extra(&box.loop.environment, row)
      },
      report: {
        var report = LearnerReport()
        box.loop.learner.report(into: &report)
        return report
      },
      save: { box.loop.save(to: &$0) },
      restore: { try box.loop.restore(from: &$0) })
  }
}

extension EpisodeLoop.Tally where Learner: ~Copyable {
  /// Writes mean return and length of the episodes, or the mean reward of the steps, NaN where there were none.
  @inlinable
  func write(hasEpisodes: Bool, into row: UnsafeMutableBufferPointer<Double>) {
    if hasEpisodes {
      row[0] = episodes > 0 ? returns / Double(episodes) : .nan
      row[1] = episodes > 0 ? Double(lengths) / Double(episodes) : .nan
    } else {
      row[0] = steps > 0 ? reward / Double(steps) : .nan
    }
  }
}

extension PreparedTask {
  /// What learners can be compiled for.
  @usableFromInline enum Shape {
    case finite(FiniteSimulation, FiniteMDP)
    case armed(KArmedBandit)
    case bandit(any BanditEnvironment)
    case sampled(AnyTabularEnvironment)
  }

  @usableFromInline var shape: Shape {
    switch content {
    case .finite(let task): .finite(simulation(of: task.model), task.model)
    case .bandit(let bandit): if let armed = bandit as? KArmedBandit { .armed(armed) } else { .bandit(bandit) }
    case .sampled(let sampled): .sampled(AnyTabularEnvironment(sampled.environment))
    }
  }

  /// The columns of a learner on this task: episodes have returns, bandits and continuing tasks a reward a step.
  @usableFromInline var onlineMetrics: [Metric] {
    if case .bandit = content { return [.reward, .optimalAction, .regret] }
    return isContinuing && timeLimit == nil ? [.reward] : [.episodeReturn, .length]
  }
}
