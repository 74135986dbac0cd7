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
    let request = TrialRequest(
      task: variant.task, settings: variant.algorithm.settings, budget: variant.budget, root: root, seed: seed,
      truth: variant.truth, threads: threads)
    let process = try variant.entry.make(request)
    var recorder = Recorder(process: process, variant: variant, root: root, seed: seed)
    if let state = checkpoint?.read() {
      try restore(state, process: process, recorder: &recorder)
    } else {
      recorder.record(process, isFirst: true, isLast: false)
    }
    let budget = variant.budget
    var done = process.counters()[budget.unit]
    progress(done)
    var timer = ContinuousClock.now
    var slices = 0
    while done < budget.count && !process.isFinished() {
      let next = min(budget.count, (done / variant.record.every + 1) * variant.record.every)
      while process.counters()[budget.unit] < next && !process.isFinished() {
        if Interrupt.isRequested {
          save(process, recorder: recorder, to: checkpoint)
          return .interrupted
        }
        do {
          try process.advance(next)
        } catch { throw Failure(cause: error, record: recorder.broken()) }
        // Rows may be short: the clock is asked once in a while.
        slices += 1
        if slices & 15 == 0, let checkpoint, ContinuousClock.now - timer > checkpoint.interval {
          save(process, recorder: recorder, to: checkpoint)
          timer = .now
        }
      }
      let reached = process.counters()[budget.unit]
      progress(reached - done)
      done = reached
      recorder.record(process, isFirst: false, isLast: done >= budget.count || process.isFinished())
    }
    var record = recorder.finish(process, wantsTables: wantsTables)
    if wantsPolicy { record.policy = PolicyFile(process, trial: self)?.bytes }
    return .finished(record)
  }

  private func save(_ process: TrialProcess, recorder: Recorder, to checkpoint: Checkpoint?) {
    guard let checkpoint else { return }
    var writer = StateWriter()
    process.save(&writer)
    recorder.save(to: &writer)
    checkpoint.write(writer.bytes)
  }

  private func restore(_ bytes: [UInt8], process: TrialProcess, recorder: inout Recorder) throws {
    var reader = StateReader(bytes)
    try process.restore(&reader)
    try recorder.restore(from: &reader)
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
    evaluator = variant.record.evaluation.flatMap { Evaluator(options: $0, task: variant.task, root: root, seed: seed) }
    let all = process.metrics + (exact?.metrics ?? []) + (evaluator == nil ? [] : [.evaluationReturn, .evaluationStd])
    metrics = Metric.allCases.filter(all.contains)
    record = TrialRecord(metrics: metrics.map(\.rawValue))
    record.rows.reserveCapacity(min(1 << 22, variant.budget.count / variant.record.every + 2) * record.width)
    measured = [Double](repeating: .nan, count: process.metrics.count)
    places = process.metrics.map { [metrics] metric in metrics.firstIndex(of: metric)! }
  }

  /// Adds a row for where the process stands now.
  mutating func record(_ process: TrialProcess, isFirst: Bool, isLast: Bool) {
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
      let result = evaluator!.evaluate(process)
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
    if wantsTables && variant.task.vector == nil {
      let report = process.report()
      record.tables = .init(report, space: variant.task.space, model: variant.task.model)
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
