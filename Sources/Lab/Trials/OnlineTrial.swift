import Environments
import RLCore

/// Trials of tabular learners: an ``EpisodeLoop`` behind a ``TrialProcess``.
@usableFromInline
enum OnlineTrial<Learner: TabularLearner & ~Copyable> {
  /// Makes a trial of a learner on whatever the task gives: compiled for the simulation of finite models, by a table of functions elsewhere.
  @inlinable
  static func process(for request: TrialRequest) throws -> TrialProcess {
    if let simulation = request.task.finite {
      return try process(on: simulation, request: request) { _, _ in }
    }
    return try process(on: request.task.seenEnvironment, request: request) { environment, row in
      if let statistics = environment.takeStatistics() { statistics.write(into: row) }
    }
  }

  /// Makes a trial of a bandit rule: compiled for the k-armed bandit, by a table of functions elsewhere.
  @inlinable
  static func process(ofRuleFor request: TrialRequest) throws -> TrialProcess {
    if let bandit = request.task.bandit {
      return try process(on: bandit, request: request) { environment, row in
        environment.takeStatistics().write(into: row)
      }
    }
    return try process(on: request.task.seenEnvironment, request: request) { environment, row in
      if let statistics = environment.takeStatistics() { statistics.write(into: row) }
    }
  }

  /// Holds the loop in one place while closures work on it.
  @usableFromInline final class Box<E: TabularEnvironment> {
    @usableFromInline var loop: EpisodeLoop<Learner, E>

    @inlinable init(_ loop: consuming EpisodeLoop<Learner, E>) { self.loop = loop }
  }

  @inlinable
  static func process<E: TabularEnvironment>(
    on environment: E, request: TrialRequest, context: LearnerContext? = nil,
    extra: @escaping (inout E, UnsafeMutableBufferPointer<Double>) -> Void
  ) throws -> TrialProcess {
    try boxed(environment, request: request, context: context, extra: extra).process
  }

  /// The same, with what holds the loop.
  @inlinable
  static func boxed<E: TabularEnvironment>(
    _ environment: E, request: TrialRequest, context: LearnerContext?,
    extra: @escaping (inout E, UnsafeMutableBufferPointer<Double>) -> Void
  ) throws -> (process: TrialProcess, box: Box<E>) {
    let learner = try Learner(request.settings, context: context ?? request.task.learnerContext)
    let gamma = learner.gamma
    let observations = request.task.observations
    let unit = request.budget.unit
    let hasEpisodes = request.task.onlineMetrics.contains(.episodeReturn)
    let box = Box(
      EpisodeLoop(
        learner: learner, environment: environment, timeLimit: request.task.timeLimit,
        clock: (request.clock ?? unit) == .steps ? .steps : .episodes, root: request.root, seed: request.seed))
    // Steps between looks at the clock and at signals: some 30 ms.
    let slice = request.task.isRemote ? 1 << 9 : 1 << 21
    var process = TrialProcess(
      metrics: request.task.onlineMetrics, gamma: gamma,
      advance: { count in
        let last = box.loop.step + slice
        if unit == .steps {
          box.loop.run(untilStep: min(count, last), episode: .max)
        } else {
          box.loop.run(untilStep: last, episode: count)
        }
        if let failure = box.loop.learner.failure ?? box.loop.environment.failure { throw SettingProblem(failure) }
        // A budget of episodes would never be spent; some half a minute.
        if unit == .episodes && box.loop.isStuck(after: 1_000_000_000) {
          throw SettingProblem(EpisodeRecord.failure(limit: 1_000_000_000))
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
        if let observations { report.lift(through: observations) }
        return report
      },
      save: { box.loop.save(to: &$0) },
      restore: { try box.loop.restore(from: &$0) })
    process.hasValues = !process.report().stateValues.isEmpty
    process.canBeStored = !request.task.isRemote
    return (process, box)
  }
}

extension OnlineTrial where Learner: OneStepLearner & ~Copyable {
  /// Makes a trial that takes its steps in turn with others of its variant, where task and settings allow it.
  @inlinable
  static func process(inTurnFor request: TrialRequest) throws -> TrialProcess {
    guard let simulation = request.task.finite else { return try process(for: request) }
    var (process, box) = try boxed(simulation, request: request, context: nil) { _, _ in }
    if box.loop.canTakeTurns {
      process.turns = TurnTaking(
        together: { box.loop.turns(capacity: $0) }, lane: { box.loop.lane() }, put: { box.loop.put($0) },
        rule: { box.loop.adjust(toEpisode: $0) })
    }
    return process
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

extension BanditStatistics {
  /// Writes the columns behind the reward: the share of optimal choices, and the regret.
  @inlinable
  func write(into row: UnsafeMutableBufferPointer<Double>) {
    row[1] = choices > 0 ? Double(optimal) / Double(choices) : .nan
    row[2] = regret
  }
}

extension PreparedTask {
  /// The task as learners see it, as an environment of any type.
  @usableFromInline var seenEnvironment: AnyTabularEnvironment { anyEnvironment(seesStates: false) }

  /// The simulation of the task's model, if it has one and nothing is wrapped around it, as learners see it.
  @usableFromInline var finite: FiniteSimulation? {
    guard case .finite(let task) = content, wrapping == nil, log == nil else { return nil }
    let simulation = simulation(of: task.model)
    return task.observations.map(simulation.observed) ?? simulation
  }

  /// The task as a k-armed bandit, if it is that.
  @usableFromInline var bandit: KArmedBandit? {
    if case .bandit(let bandit) = content, wrapping == nil, log == nil { bandit as? KArmedBandit } else { nil }
  }

  /// The columns of a learner on this task: episodes have returns, bandits and continuing tasks a reward a step.
  @usableFromInline var onlineMetrics: [Metric] {
    if case .bandit = content { return [.reward, .optimalAction, .regret] }
    return isContinuing && timeLimit == nil ? [.reward] : [.episodeReturn, .length]
  }
}
