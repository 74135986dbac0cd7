import RLCore

/// Trials of methods that learn from vectors, update by update: a ``BatchLearner`` and its copies of the task behind a ``TrialProcess``.
///
/// The learner is told how far the trial has come, and collects its own experience; everything else is here: counters, the means of what
/// updates say, exact columns where the task is finite, evaluation on copies of its own, checkpoints.
enum BatchTrial<Learner: BatchLearner & ~Copyable> {
  /// Makes a learner once and throws it away, so that what does not fit is said before anything runs.
  static func check(_ settings: Settings, _ task: PreparedTask) throws {
    let view = try task.vectorTask(settings)
    _ = try Learner(settings, context: context(view, task: task, root: 0, seed: 0))
  }

  private static func context(_ view: VectorTask, task: PreparedTask, root: UInt64, seed: UInt64) -> BatchContext {
    BatchContext(
      observationCount: view.observationCount, usesStateIndices: view.usesStateIndices, actionSpace: view.actionSpace,
      offersAllActions: view.offersAllActions,
      endsEpisodes: task.timeLimit != nil || (task.canEnd && !task.isBandit), root: root, seed: seed,
      model: view.usesStateIndices && task.observations == nil && view.groups == nil ? task.model : nil,
      timeLimit: task.timeLimit,
      stateObservations: task.allObservations(view), exactModel: task.model)
  }

  /// After how many steps an episode is cut off: by the task or by the learner.
  private static func limit(_ learner: borrowing Learner, _ task: PreparedTask) -> Int? {
    guard let own = learner.episodeLimit else { return task.timeLimit }
    return min(own, task.timeLimit ?? own)
  }

  /// All that a trial changes, in one place while closures work on it.
  private final class Box {
    var learner: Learner
    let batch: EnvironmentBatch
    let request: TrialRequest
    let view: VectorTask
    let quantities: [BatchQuantity]
    var iteration = 0
    var everything: ObservationStore?
    var evaluation: EnvironmentBatch?
    var evaluationLimit = 1
    private lazy var places = PlaceFinder(request.task, view)
    /// From which sampled actions are drawn in evaluations.
    var evaluationStream: RandomStream

    init(
      _ learner: consuming Learner, _ batch: EnvironmentBatch, _ request: TrialRequest, _ view: VectorTask,
      _ quantities: [BatchQuantity]
    ) {
      self.quantities = quantities
      self.learner = learner
      self.batch = batch
      self.request = request
      self.view = view
      everything = request.task.allObservations(view) ?? ObservationGrid(request.task)?.store
      evaluationStream = RandomStream(root: request.root, index: request.seed, component: "evaluation actions")
    }

    func counter(_ unit: Budget.Unit) -> Int {
      switch unit {
      case .iterations: iteration
      case .episodes: batch.episodes
      case .steps: batch.steps
      }
    }

    /// Updates until a counter has reached a count, or some 50 ms have passed.
    func advance(to count: Int) throws(SettingProblem) {
      let unit = request.budget.unit
      let clock: TrainingTime.Unit =
        switch unit {
        case .iterations: .iterations
        case .episodes: .episodes
        case .steps: .steps
        }
      let start = ContinuousClock.now
      while counter(unit) < count {
        let time = TrainingTime(unit: clock, total: request.budget.count, update: iteration + 1)
        try learner.update(in: batch, at: time)
        if let failure = batch.failure { throw SettingProblem(failure) }
        iteration += 1
        if ContinuousClock.now - start > .milliseconds(50) { return }
      }
    }

    func measure(_ row: UnsafeMutableBufferPointer<Double>, hasEpisodes: Bool) {
      let tally = batch.takeTally()
      let statistics = learner.statistics
      learner.statistics = BatchStatistics()
      var place = 0
      if hasEpisodes {
        let count = Double(tally.episodes)
        row[0] = tally.episodes > 0 ? tally.returns / count : .nan
        row[1] = tally.episodes > 0 ? Double(tally.lengths) / count : .nan
        place = 2
      } else {
        row[0] = tally.steps > 0 ? tally.reward / Double(tally.steps) : .nan
        place = 1
      }
      for quantity in quantities {
        row[place] = statistics.mean(quantity)
        place += 1
      }
      guard request.task.isBandit else { return }
      let choices = batch.takeStatistics()
      row[place] = choices.map { $0.choices > 0 ? Double($0.optimal) / Double($0.choices) : .nan } ?? .nan
      row[place + 1] = choices?.regret ?? .nan
    }

    /// What is known of every state of a finite task, or of the points of an ``ObservationGrid``; nothing elsewhere.
    func report() -> LearnerReport {
      var report = LearnerReport()
      guard let everything else { return report }
      let space = request.task.space
      // Piece by piece: a network keeps what it computed for every row.
      var piece = ObservationStore(
        count: min(1024, everything.count), width: everything.width, usesStateIndices: everything.usesStateIndices,
        offersAllActions: everything.offersAllActions)
      var start = 0
      while start < everything.count {
        let rows = min(piece.count, everything.count - start)
        for k in 0..<rows { piece.copyRow(start + k, of: everything, to: k) }
        var appraisal = PolicyAppraisal()
        learner.appraise(piece, rows: rows, into: &appraisal)
        report.targetPolicy += appraisal.targetPolicy
        report.behaviorPolicy += appraisal.behaviorPolicy
        report.actionValues += appraisal.actionValues
        report.stateValues += appraisal.stateValues
        report.referencePolicy += appraisal.referencePolicy
        report.proxyRewards += appraisal.proxyRewards
        report.beta = appraisal.beta
        start += rows
      }
      if let model = request.task.model, !report.stateValues.isEmpty {
        for state in 0..<space.stateCount where model.isTerminal(state) { report.stateValues[state] = 0 }
      }
      return report
    }

    /// Where the first copy's agent is.
    func place() -> AgentPlace {
      var store = ObservationStore(
        count: batch.count, width: view.observationCount, usesStateIndices: view.usesStateIndices,
        offersAllActions: view.offersAllActions)
      store.record(batch, at: 0)
      return places.place(in: store, row: 0)
    }

    /// Whether the learner tells values of states.
    var tellsValues: Bool {
      guard let everything else { return false }
      var appraisal = PolicyAppraisal()
      learner.appraise(everything, rows: 1, into: &appraisal)
      return !appraisal.stateValues.isEmpty
    }

    /// The copies for evaluation, made when they are first asked for.
    private func evaluationBatch(_ copies: Int, maximumSteps: Int) -> EnvironmentBatch {
      if let evaluation { return evaluation }
      let batch = view.make(
        .init(
          copies: copies, timeLimit: request.task.timeLimit ?? maximumSteps, root: request.root,
          seed: request.seed, isEvaluation: true))
      evaluationLimit = maximumSteps
      evaluation = batch
      return batch
    }

    /// Returns of episodes: each copy plays a share of them fixed before, so that short ones do not count more often.
    func rollouts(_ wanted: RolloutRequest) throws(SettingProblem) -> [Double] {
      let batch = evaluationBatch(min(wanted.episodes, 16), maximumSteps: wanted.maximumSteps)
      return try EpisodeRollouts.play(wanted, in: batch) { store, actions in
        learner.act(
          on: store, rows: batch.count, isGreedy: wanted.isGreedy, into: &actions, using: &evaluationStream)
      }
    }

    func save(to writer: inout StateWriter) {
      learner.save(to: &writer)
      batch.save(to: &writer)
      writer.write(iteration)
      writer.write(evaluationStream)
      writer.write(evaluation?.count ?? 0)
      writer.write(evaluationLimit)
      evaluation?.save(to: &writer)
      learner.statistics.save(to: &writer)
    }

    func restore(from reader: inout StateReader) throws(StateError) {
      try learner.restore(from: &reader)
      try batch.restore(from: &reader)
      iteration = try reader.integer()
      evaluationStream = try reader.stream()
      let copies = try reader.integer()
      let limit = try reader.integer()
      guard (0...16).contains(copies), limit > 0 else { throw StateError("\(copies) copies for evaluation") }
      if copies > 0 { try evaluationBatch(copies, maximumSteps: limit).restore(from: &reader) }
      try learner.statistics.restore(from: &reader)
    }
  }

  static func process(for request: TrialRequest) throws -> TrialProcess {
    let task = request.task
    let view = try task.vectorTask(request.settings)
    let learner = try Learner(
      request.settings, context: context(view, task: task, root: request.root, seed: request.seed))
    let gamma = learner.gamma
    let batch = view.make(
      .init(
        copies: learner.copies, timeLimit: limit(learner, task), root: request.root, seed: request.seed,
        isEvaluation: false))
    let hasEpisodes =
      task.timeLimit != nil || (!task.isBandit && (task.canEnd || limit(learner, task) != nil))
    let regularization = learner.regularization
    // Where the divergence can be told exactly, it is.
    let isExact = regularization != nil && request.truth.evaluator?.isDirect == true
    let quantities = Learner.quantities.filter { !isExact || $0 != .referenceKL }
    let box = Box(learner, batch, request, view, quantities)
    var process = TrialProcess(
      metrics: (hasEpisodes ? [.episodeReturn, .length] : [.reward])
        + quantities.map { Metric(rawValue: $0.rawValue)! } + (task.isBandit ? [.optimalAction, .regret] : []),
      gamma: gamma,
      advance: { try box.advance(to: $0) },
      counters: { TrialCounters(iteration: box.iteration, episode: box.batch.episodes, step: box.batch.steps) },
      measure: { box.measure($0, hasEpisodes: hasEpisodes) },
      report: { box.report() },
      save: { box.save(to: &$0) },
      restore: { try box.restore(from: &$0) })
    process.hasValues = box.tellsValues
    process.regularization = regularization
    process.archive = { box.learner.archive().map(TrainedPolicy.network) }
    process.place = { box.place() }
    if hasEpisodes { process.rollouts = { try box.rollouts($0) } }
    process.canBeStored = !task.isRemote
    return process
  }
}

/// Plays episodes in a batch until each of its copies has played its share.
enum EpisodeRollouts {
  /// The returns of as many episodes as are wanted, copy by copy.
  ///
  /// - Parameters:
  ///   - act: Chooses an action for every row of observations.
  ///   - onStep: Called for each copy that still plays, after its step: with its number, what was seen before and what was done.
  /// - Throws: ``SettingProblem`` where the task lives outside this program and has failed.
  static func play(
    _ wanted: RolloutRequest, in batch: EnvironmentBatch, act: (ObservationStore, inout ActionStore) -> Void,
    onStep: ((Int, ObservationStore, ActionStore) -> Void)? = nil
  ) throws(SettingProblem) -> [Double] {
    let copies = batch.count
    var store = ObservationStore(
      count: copies, width: batch.observationCount, usesStateIndices: batch.usesStateIndices,
      offersAllActions: batch.offersAllActions)
    var actions = ActionStore(count: copies, for: batch.actionSpace)
    var left = (0..<copies).map { (wanted.episodes + copies - 1 - $0) / copies }
    var returns = [[Double]](repeating: [], count: copies)
    var playing = left.count { $0 > 0 }
    batch.reset()
    while playing > 0 {
      store.record(batch, at: 0)
      act(store, &actions)
      batch.step(actions)
      for k in 0..<copies where left[k] > 0 {
        onStep?(k, store, actions)
        guard batch.terminated[k] || batch.truncated[k] else { continue }
        returns[k].append(batch.episodeReturns[k])
        left[k] -= 1
        if left[k] == 0 { playing -= 1 }
      }
    }
    if let failure = batch.failure { throw SettingProblem(failure) }
    return returns.flatMap { $0 }
  }
}

extension PreparedTask {
  /// Whether it is a bandit, whose steps stand alone.
  var isBandit: Bool {
    if case .bandit = content { true } else { false }
  }
}
