import RLCore

/// How much an experiment will take, from short runs of some of its variants.
struct Calibration: Sendable {
  /// Environment steps of all trials; nil where no trial takes any.
  let steps: Double?
  /// Seconds on one core.
  let seconds: Double
  /// How many variants were run for a moment.
  let sampled: Int
  /// Whether every sampled trial was over before its moment was, so that nothing is extrapolated but to the other
  /// variants and seeds.
  let isWhole: Bool

  /// What a moment of one variant tells.
  private struct Pace {
    /// Seconds and steps a unit of the budget, or of a whole trial where it ends by itself.
    let seconds: Double
    let steps: Double
    let isWhole: Bool
  }

  /// Runs up to twelve variants for a moment each: of every pair of an environment and an algorithm the first and the
  /// last.
  ///
  /// - Parameters:
  ///   - experiment: What is to be run.
  ///   - moment: How many seconds of each variant, about.
  static func measure(_ experiment: Experiment, moment: Double = 0.05) throws -> Calibration {
    try experiment.checkAvailable()
    var classes: [(key: String, members: [Int])] = []
    for (index, variant) in experiment.variants.enumerated() {
      let key = variant.environment.resolved.description + variant.algorithm.id
      if let place = classes.firstIndex(where: { $0.key == key }) {
        classes[place].members.append(index)
      } else {
        classes.append((key, [index]))
      }
    }
    let picked = Set(classes.flatMap { [$0.members.first!, $0.members.last!] }.sorted().prefix(12))
    var paces: [Int: Pace] = [:]
    for index in picked.sorted() {
      paces[index] = try pace(experiment.variants[index], experiment: experiment, moment: moment)
    }
    let all = picked.sorted().compactMap { paces[$0] }
    var seconds = 0.0
    var steps = 0.0
    for group in classes {
      let own = group.members.compactMap { paces[$0] }
      let sample = own.isEmpty ? all : own
      let count = Double(sample.count)
      for index in group.members {
        let units = Double(experiment.variants[index].budget.count * experiment.seeds.count)
        seconds += units * sample.reduce(0) { $0 + $1.seconds } / count
        steps += units * sample.reduce(0) { $0 + $1.steps } / count
      }
    }
    return Calibration(
      steps: steps > 0 ? steps : nil, seconds: seconds, sampled: picked.count, isWhole: all.allSatisfy(\.isWhole))
  }

  /// Runs one variant's first seed for a moment, without rows; what its exact columns cost is measured apart and added.
  private static func pace(_ variant: Variant, experiment: Experiment, moment: Double) throws -> Pace {
    let budget = variant.budget
    let process = try variant.process(root: experiment.root, seed: experiment.seeds[0])
    let every = variant.record.every
    var time = 0.0
    var done = 0
    var rows = 0
    var measured = [Double](repeating: 0, count: process.metrics.count)
    while done < budget.count && !process.isFinished() && time < moment {
      let next = min(budget.count, (done / every + 1) * every)
      time += try clock {
        try process.advance(next)
        measured.withUnsafeMutableBufferPointer { process.measure($0) }
      }
      done = process.counters()[budget.unit]
      rows += 1
    }
    let isWhole = done >= budget.count || process.isFinished()
    // Where not even one episode has ended, a whole one is taken to be no longer than the moment.
    let units = isWhole ? Double(budget.count) : Double(max(1, done))
    let points = variant.record.exactEvery.map { Double(min(rows, max(1, done) / $0 + 2)) } ?? 0
    if points > 0, var exact = ExactColumns(variant: variant, process: process) {
      let share = isWhole ? 1 : units / Double(budget.count)
      let total = Double(budget.count / (variant.record.exactEvery ?? 1) + 2)
      let cost = clock {
        exact.record(process, row: 1, isDue: true)
        _ = exact.settle()
      }
      time += cost * (isWhole ? points : total * share)
    }
    if let evaluation = variant.record.evaluation,
      var evaluator = Evaluator(
        options: evaluation, task: variant.task, takesLikeliest: variant.entry.kind.learnsWhatActs,
        root: experiment.root,
        seed: 0)
    {
      let cost = try clock { _ = try evaluator.evaluate(process) }
      time += cost * units / Double(evaluation.every)
    }
    return Pace(seconds: time / units, steps: Double(process.counters().step ?? 0) / units, isWhole: isWhole)
  }

  private static func clock(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    let elapsed = (ContinuousClock.now - start).components
    return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
  }
}
