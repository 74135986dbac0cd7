import RLCore

/// One variant with one seed: a pure function of its resolved configuration.
struct Trial {
  let variant: Variant
  let root: UInt64
  let seed: UInt64
  /// Whether its tables are wanted.
  let wantsTables: Bool
  /// Whether its policy is wanted as a file.
  var wantsPolicy = false
  /// How many threads it may use.
  var threads = 1

  var key: Journal.Key { .init(variant: variant.key, seed: seed) }

  /// How a trial ended.
  enum Ending {
    case finished(TrialRecord)
    /// Stopped by a signal; what it had done is in its checkpoint, if it has one.
    case interrupted
  }

  /// A trial that cannot go on, with what it had recorded.
  struct Failure: Error {
    let cause: any Error
    let record: TrialRecord
  }

  /// Runs the trial from its checkpoint, or from the start.
  ///
  /// - Parameters:
  ///   - checkpoint: Where it keeps its state while it runs; nil for nowhere.
  ///   - progress: Called now and then with the units finished since the last call.
  /// - Throws: ``Failure`` where it cannot go on.
  func run(checkpoint: Checkpoint?, progress: (Int) -> Void) throws -> Ending {
    let running = try RunningTrial(self, checkpoint: checkpoint)
    progress(running.done)
    return try running.finish(until: { Interrupt.isRequested }, progress: progress)
  }
}

/// A trial between its first row and its last.
final class RunningTrial {
  let trial: Trial
  let process: TrialProcess
  /// Finished units of the budget, at the last row.
  private(set) var done: Int
  private var recorder: Recorder
  private let checkpoint: Checkpoint?
  private var timer = ContinuousClock.now
  private var slices = 0

  /// Takes the trial up from its checkpoint, or begins it with its first row.
  init(_ trial: Trial, checkpoint: Checkpoint?) throws {
    self.trial = trial
    self.checkpoint = checkpoint
    let variant = trial.variant
    process = try variant.process(root: trial.root, seed: trial.seed, threads: trial.threads)
    recorder = Recorder(process: process, variant: variant, root: trial.root, seed: trial.seed)
    if let state = checkpoint?.read() {
      var reader = StateReader(state)
      try process.restore(&reader)
      try recorder.restore(from: &reader)
    } else {
      try recorder.record(process, isFirst: true, isLast: false)
    }
    done = process.counters()[variant.budget.unit]
  }

  /// Whether there is nothing left to do.
  var isOver: Bool { done >= trial.variant.budget.count || process.isFinished() }

  /// How many units are to be finished before the next row.
  var target: Int {
    let (count, every) = (trial.variant.budget.count, trial.variant.record.every)
    return min(count, (done / every + 1) * every)
  }

  /// Goes on to the end, or until a stop is asked for.
  ///
  /// - Throws: ``Trial/Failure`` where it cannot go on.
  func finish(until isStopped: () -> Bool, progress: (Int) -> Void) throws -> Trial.Ending {
    do {
      return try finishing(until: isStopped, progress: progress)
    } catch {
      // A signal for a whole group of processes ends those first that trials wait for.
      if trial.variant.task.isRemote && isStopped() { return .interrupted }
      throw error
    }
  }

  private func finishing(until isStopped: () -> Bool, progress: (Int) -> Void) throws -> Trial.Ending {
    let unit = trial.variant.budget.unit
    while !isOver {
      let next = target
      while process.counters()[unit] < next && !process.isFinished() {
        if isStopped() {
          save()
          return .interrupted
        }
        try advance(to: next)
        saveNowAndThen {}
      }
      progress(try record())
    }
    return .finished(wholeRecord())
  }

  /// Goes on for a while, at most to a count.
  ///
  /// - Throws: ``Trial/Failure`` where it cannot go on.
  func advance(to count: Int) throws {
    do {
      try process.advance(count)
    } catch { throw Trial.Failure(cause: error, record: recorder.broken()) }
  }

  /// Adds a row for where the trial stands.
  ///
  /// - Returns: The units finished since the last one.
  /// - Throws: ``Trial/Failure`` where an evaluation cannot go on.
  func record() throws -> Int {
    let reached = process.counters()[trial.variant.budget.unit]
    let new = reached - done
    done = reached
    do {
      try recorder.record(process, isFirst: false, isLast: isOver)
    } catch { throw Trial.Failure(cause: error, record: recorder.broken()) }
    return new
  }

  /// All that was recorded, of a trial that is over.
  func wholeRecord() -> TrialRecord {
    var record = recorder.finish(process, wantsTables: trial.wantsTables)
    if trial.wantsPolicy { record.policy = PolicyFile(process, trial: trial)?.bytes }
    return record
  }

  /// Stores the state once the checkpoint's interval has passed.
  ///
  /// - Parameter preparation: Called before that.
  func saveNowAndThen(_ preparation: () -> Void) {
    // Rows may be short: the clock is asked once in a while.
    slices += 1
    guard slices & 15 == 0, let checkpoint, ContinuousClock.now - timer > checkpoint.interval else { return }
    preparation()
    save()
    timer = .now
  }

  /// Stores the state, so that the trial goes on here after a stop.
  func save() {
    guard let checkpoint, process.canBeStored else { return }
    var writer = StateWriter()
    process.save(&writer)
    recorder.save(to: &writer)
    checkpoint.write(writer.bytes)
  }
}

/// The rows of a running trial: what the process measures, the exact columns, and the evaluations.
struct Recorder {
  private let variant: Variant
  private let metrics: [Metric]
  private var record: TrialRecord
  private var exact: ExactColumns?
  private var evaluator: Evaluator?
  private var measured: [Double]
  /// Where each measured number stands among the metrics.
  private let places: [Int]

  init(process: TrialProcess, variant: Variant, root: UInt64, seed: UInt64) {
    self.variant = variant
    exact = variant.record.exactEvery.flatMap { _ in ExactColumns(variant: variant, process: process) }
    evaluator = variant.record.evaluation.flatMap {
      Evaluator(
        options: $0, task: variant.task, takesLikeliest: variant.entry.kind.learnsWhatActs, root: root, seed: seed)
    }
    metrics = Self.metrics(of: process, exact: exact, isEvaluated: evaluator != nil)
    record = TrialRecord(metrics: metrics.map(\.rawValue))
    record.rows.reserveCapacity(min(1 << 22, variant.budget.count / variant.record.every + 2) * record.width)
    measured = [Double](repeating: .nan, count: process.metrics.count)
    places = process.metrics.map { [metrics] metric in metrics.firstIndex(of: metric)! }
  }

  /// The columns of a trial, in their order.
  fileprivate static func metrics(of process: TrialProcess, exact: ExactColumns?, isEvaluated: Bool) -> [Metric] {
    let all = process.metrics + (exact?.metrics ?? []) + (isEvaluated ? [.evaluationReturn, .evaluationStd] : [])
    return Metric.allCases.filter(all.contains)
  }

  /// Adds a row for where the process stands now.
  ///
  /// - Throws: ``SettingProblem`` where an evaluation's task lives outside this program and has failed.
  mutating func record(_ process: TrialProcess, isFirst: Bool, isLast: Bool) throws {
    let counters = process.counters()
    let done = counters[variant.budget.unit]
    let start = record.rows.count
    record.rows.append(counters.iteration.map(Double.init) ?? .nan)
    record.rows.append(counters.episode.map(Double.init) ?? .nan)
    record.rows.append(counters.step.map(Double.init) ?? .nan)
    for _ in metrics { record.rows.append(.nan) }
    measured.withUnsafeMutableBufferPointer { process.measure($0) }
    if !isFirst {
      for (place, value) in zip(places, measured) { record.rows[start + 3 + place] = value }
    }
    if exact != nil, !isFirst, let regret = regret(counters) { put(.regret, regret, in: start) }
    // An update may pass several points at once: what is due is what has been passed.
    let before = isFirst ? 0 : Int(record.rows[start - record.width + unitColumn])
    if exact != nil {
      let every = variant.record.exactEvery ?? 1
      let isDue = isFirst || isLast || done / every > before / every
      exact!.record(process, row: record.rowCount - 1, isDue: isDue)
      if exact!.isFull { settle() }
    }
    if evaluator != nil, !isFirst,
      isLast || done / evaluator!.options.every > before / evaluator!.options.every
    {
      let result = try evaluator!.evaluate(process)
      put(.evaluationReturn, result.mean, in: start)
      put(.evaluationStd, result.std, in: start)
    }
  }

  /// The regret so far of a task that has no regret of its own.
  private mutating func regret(_ counters: TrialCounters) -> Double? {
    guard exact!.metrics.contains(.regret) else { return nil }
    for (place, value) in zip(places, measured) {
      if metrics[place] == .episodeReturn { return exact!.regret(counters, mean: value, of: .episodes) }
      if metrics[place] == .reward { return exact!.regret(counters, mean: value, of: .steps) }
    }
    return nil
  }

  /// Where the budget's unit stands in a row.
  private var unitColumn: Int {
    switch variant.budget.unit {
    case .iterations: 0
    case .episodes: 1
    case .steps: 2
    }
  }

  private mutating func put(_ metric: Metric, _ value: Double, in start: Int) {
    if let column = metrics.firstIndex(of: metric) { record.rows[start + 3 + column] = value }
  }

  /// Fills in the exact columns of rows that wait for them.
  private mutating func settle() {
    guard let filled = exact?.settle() else { return }
    for value in filled { put(value.metric, value.number, in: value.row * record.width) }
  }

  /// What has been recorded so far.
  mutating func broken() -> TrialRecord {
    settle()
    return record
  }

  /// The finished record.
  mutating func finish(_ process: TrialProcess, wantsTables: Bool) -> TrialRecord {
    settle()
    let space = variant.task.vector == nil ? variant.task.space : ObservationGrid(variant.task)?.space
    if wantsTables, let space {
      record.tables = .init(process.report(), space: space, model: variant.task.model)
    }
    return record
  }

  func save(to writer: inout StateWriter) {
    writer.write(record.rows)
    exact?.save(to: &writer)
    evaluator?.save(to: &writer)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    record.rows = try reader.list(of: 0.0)
    try exact?.restore(from: &reader)
    try evaluator?.restore(from: &reader)
  }
}

extension Variant {
  /// A trial at its beginning, without rows.
  func process(root: UInt64, seed: UInt64, threads: Int = 1) throws -> TrialProcess {
    try entry.make(
      TrialRequest(
        task: task, settings: algorithm.settings, budget: budget, root: root, seed: seed, truth: truth, threads: threads
      ))
  }

  /// The columns that its trials have; nil where only a trial that runs can tell, for its task lives outside this program or nothing
  /// begins with these settings.
  ///
  /// - Parameter wanted: A column after which nothing more is looked for, once it is found: exact ones may have to solve the task.
  func metrics(until wanted: Metric, root: UInt64, seed: UInt64) -> [Metric]? {
    guard task.unavailable == nil, !task.isRemote,
      let process = try? process(root: root, seed: seed)
    else { return nil }
    if process.metrics.contains(wanted) { return process.metrics }
    let exact = record.exactEvery.flatMap { _ in ExactColumns(variant: self, process: process) }
    return Recorder.metrics(of: process, exact: exact, isEvaluated: record.evaluation != nil)
  }
}
