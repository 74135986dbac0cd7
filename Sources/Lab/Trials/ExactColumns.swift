import Algorithms
import RLCore

/// The columns of a curve that need the model: `value_error`, `optimality_gap`, `behavior_gap` and `agreement`, which are computed from it and
/// not from samples, bias and variance of targets (``TargetMoments``), and `regret`, which holds what was earned against the best.
///
/// Policies are collected as they are recorded and evaluated eight at a time; a policy that has not changed is not evaluated again.
struct ExactColumns {
  /// One number for one row.
  struct Value {
    let row: Int
    let metric: Metric
    let number: Double
  }

  /// The columns.
  let metrics: [Metric]
  private let truth: GroundTruth
  private let model: FiniteMDP
  private let space: ActionSpace
  private let gamma: Double
  private let optimum: Double?
  private let optimalSet: GroundTruth.OptimalSet?
  private let baseline: RegretBaseline?
  private var returns: (policy: [Double], moments: TargetMoments)?
  private var regret = 0.0
  private var counted = 0
  private let kind: AlgorithmEntry.Kind
  private var evaluator: PolicyEvaluator
  /// For methods that improve a policy.
  private var direction: GradientDirection?
  /// For methods that are held to a reference policy.
  private var regularized: RegularizedTruth?
  /// For tasks of token sequences.
  private let answers: AnswerColumns?
  private var waiting: [(row: Int, metric: Metric, policy: [Double])] = []
  private var ready: [Value] = []
  private var last: [Metric: (policy: [Double], gap: Double)] = [:]

  /// Planners of larger models certify themselves, and have no exact columns.
  static let mostPlannedStates = 2000

  /// Nil where the task has no model, the model is too large for exact evaluation, or the algorithm has nothing to compare.
  init?(variant: Variant, process: TrialProcess) {
    let gamma = process.gamma
    truth = variant.truth
    guard let model = truth.task.model else { return nil }
    // A planner certifies itself; on small models its curve is drawn beside the exact answer all the same.
    if variant.entry.kind == .planner && model.stateCount > Self.mostPlannedStates { return nil }
    guard let evaluator = truth.evaluator, evaluator.isDirect else { return nil }
    self.model = model
    self.evaluator = evaluator
    space = truth.task.space
    self.gamma = gamma
    // Undiscounted and without an end there is no J to compare with.
    let optimum =
      variant.entry.kind == .prediction
      ? nil : truth.optimum(gamma: gamma).flatMap { $0.isFinite ? $0 : nil }
    self.optimum = optimum
    var baseline: RegretBaseline?
    kind = variant.entry.kind
    answers = kind == .control || kind == .policy ? AnswerColumns(truth.task) : nil
    let answering = answers?.metrics ?? []
    switch variant.entry.kind {
    case .control:
      baseline = truth.regretBaseline
      metrics =
        (optimum == nil ? [] : [.optimalityGap, .behaviorGap, .agreement]) + (baseline == nil ? [] : [.regret])
        + answering
      if metrics.isEmpty { return nil }
    case .policy:
      baseline = truth.regretBaseline
      if optimum != nil { direction = GradientDirection(truth.task, evaluator: evaluator, gamma: gamma) }
      metrics =
        (process.hasValues ? [.valueError] : [])
        + (optimum == nil ? [] : [.optimalityGap, .behaviorGap, .agreement]) + (baseline == nil ? [] : [.regret])
        + RegularizedTruth.metrics(process.regularization) + (direction == nil ? [] : [.gradientCosine]) + answering
      if process.regularization != nil { regularized = RegularizedTruth(model, gamma: gamma) }
      if metrics.isEmpty { return nil }
    case .prediction: metrics = [.valueError] + (variant.diagnosesTargets ? [.targetBias, .targetVariance] : [])
    case .planner:
      metrics =
        variant.algorithm.id == "policy-evaluation" ? [.valueError] : [.valueError, .optimalityGap, .agreement]
      if metrics.count > 1 && optimum == nil { return nil }
    case .bandit: return nil
    }
    self.baseline = baseline
    optimalSet = metrics.contains(.agreement) ? truth.optimalSet(gamma: gamma) : nil
  }

  /// Whether enough policies wait to be evaluated together.
  var isFull: Bool { waiting.count >= 32 || ready.count >= 32 }

  /// Notes what a row needs.
  ///
  /// - Parameter isDue: Whether the gaps are computed at this row; value errors are cheap, and computed at all.
  mutating func record(_ process: TrialProcess, row: Int, isDue: Bool) {
    if kind == .policy {
      if isDue { judge(process.report(), row: row) }
      return
    }
    if !metrics.contains(.optimalityGap) && metrics.contains(.valueError) {
      let report = process.report()
      let policy = report.isByPair ? report.targetPolicy : space.pairs(report.targetPolicy, of: model)
      guard let exact = truth.values(of: policy, gamma: gamma) else { return }
      ready.append(Value(row: row, metric: .valueError, number: error(of: report.stateValues, against: exact)))
      if isDue, let diagnosis = report.diagnosis {
        diagnose(diagnosis, of: policy, report.stateValues, exact, row: row)
      }
      return
    }
    guard isDue, optimum != nil else { return }
    let report = process.report()
    let target = report.isByPair ? report.targetPolicy : space.pairs(report.targetPolicy, of: model)
    if metrics.contains(.valueError), let exact = truth.optimalValues(gamma: gamma) {
      ready.append(Value(row: row, metric: .valueError, number: error(of: report.stateValues, against: exact)))
    }
    if let optimalSet {
      ready.append(Value(row: row, metric: .agreement, number: optimalSet.agreement(with: target, in: model)))
    }
    for (metric, number) in answers?.judge(target) ?? [] {
      ready.append(Value(row: row, metric: metric, number: number))
    }
    waiting.append((row, .optimalityGap, target))
    if metrics.contains(.behaviorGap) {
      waiting.append((row, .behaviorGap, space.pairs(report.behaviorPolicy, of: model)))
    }
  }

  /// Notes bias and variance of targets: `√(mean over the states of bias²)` and the mean variance, so that the mean squared error of a
  /// target is the square of the one and the other.
  private mutating func diagnose(
    _ diagnosis: LearnerReport.Diagnosis, of policy: [Double], _ values: [Double], _ exact: [Double], row: Int
  ) {
    let moments: TargetMoments
    if let steps = diagnosis.steps {
      moments = TargetMoments(
        steps: steps, of: StationaryPolicy(unchecked: policy), from: values, gamma: gamma, in: model)
    } else if let known = returns, known.policy == policy {
      moments = known.moments
    } else {
      moments = TargetMoments(returnsOf: StationaryPolicy(unchecked: policy), gamma: gamma, evaluator: &evaluator)
      returns = (policy, moments)
    }
    var bias = 0.0
    var variance = 0.0
    for state in diagnosis.states {
      bias += (moments.means[state] - exact[state]) * (moments.means[state] - exact[state])
      variance += moments.variances[state]
    }
    let count = Double(diagnosis.states.count)
    ready.append(Value(row: row, metric: .targetBias, number: (bias / count).squareRoot()))
    ready.append(Value(row: row, metric: .targetVariance, number: variance / count))
  }

  /// The regret since the beginning, where it is counted.
  ///
  /// - Parameters:
  ///   - counters: How far the trial has come.
  ///   - mean: The mean return of the episodes finished since the last call, or the mean reward of the steps since; NaN for none.
  ///   - unit: Whether the mean is an episode's or a step's.
  mutating func regret(_ counters: TrialCounters, mean: Double, of unit: Budget.Unit) -> Double? {
    let best: Double
    switch (baseline, unit) {
    case (.episode(let value)?, .episodes), (.step(let value)?, .steps): best = value
    default: return nil
    }
    let new = counters[unit] - counted
    counted += new
    if new > 0 { regret += Double(new) * (best - mean) }
    return regret
  }

  /// A policy that acts as it is, and its critic: one evaluation gives all columns.
  private mutating func judge(_ report: LearnerReport, row: Int) {
    let policy = StationaryPolicy(unchecked: space.pairs(report.targetPolicy, of: model))
    let exact = evaluator.evaluate(policy, gamma: gamma)
    if metrics.contains(.valueError) {
      ready.append(Value(row: row, metric: .valueError, number: error(of: report.stateValues, against: exact.values)))
    }
    if let optimum, metrics.contains(.optimalityGap) {
      let gap = exact.endsFromStart ? max(0, optimum - exact.startValue) : .infinity
      ready.append(Value(row: row, metric: .optimalityGap, number: gap))
      ready.append(Value(row: row, metric: .behaviorGap, number: gap))
    }
    if let optimalSet {
      let share = optimalSet.agreement(with: policy.probabilities, in: model)
      ready.append(Value(row: row, metric: .agreement, number: share))
    }
    if direction != nil {
      ready.append(Value(row: row, metric: .gradientCosine, number: direction!.cosine(policy.probabilities)))
    }
    for (metric, number) in answers?.judge(policy.probabilities) ?? [] {
      ready.append(Value(row: row, metric: metric, number: number))
    }
    guard regularized != nil else { return }
    let numbers = regularized!.judge(
      policy, startValue: exact.startValue, reference: space.pairs(report.referencePolicy, of: model),
      beta: report.beta, proxy: report.proxyRewards.isEmpty ? [] : space.pairs(report.proxyRewards, of: model),
      using: &evaluator)
    for (metric, number) in numbers where metrics.contains(metric) {
      ready.append(Value(row: row, metric: metric, number: number))
    }
  }

  /// Root mean squared error over the states that are not terminal.
  private func error(of values: [Double], against exact: [Double]) -> Double {
    var sum = 0.0
    var count = 0
    for state in 0..<model.stateCount where !model.isTerminal(state) {
      let difference = values[state] - exact[state]
      sum += difference * difference
      count += 1
    }
    return (sum / Double(max(1, count))).squareRoot()
  }

  /// The numbers of all rows noted since the last call.
  mutating func settle() -> [Value] {
    defer {
      waiting.removeAll(keepingCapacity: true)
      ready.removeAll(keepingCapacity: true)
    }
    var results = ready
    for metric in [Metric.optimalityGap, .behaviorGap] { results += gaps(metric) }
    return results
  }

  private mutating func gaps(_ metric: Metric) -> [Value] {
    let mine = waiting.filter { $0.metric == metric }
    if mine.isEmpty { return [] }
    var different: [StationaryPolicy] = []
    var places: [Int] = []  // which of the different policies each row has; −1 for the one known before
    var previous = last[metric]?.policy
    for entry in mine {
      if entry.policy != previous {
        different.append(StationaryPolicy(unchecked: entry.policy))
        previous = entry.policy
      }
      places.append(different.count - 1)
    }
    // Which policies are evaluated together may show in the last bit. It depends on the trial alone: what all seeds begin with, and
    // only one of them evaluates, is evaluated by itself.
    var starts: [StartValue] = []
    if mine[0].row == 0 && !different.isEmpty {
      starts.append(truth.firstStart(of: different.removeFirst(), gamma: gamma, using: &evaluator))
    }
    starts += evaluator.startValues(batch: different, gamma: gamma)
    let gaps = starts.map { $0.ends ? max(0, optimum! - $0.value) : .infinity }
    let known = last[metric]?.gap ?? .nan
    last[metric] = (mine.last!.policy, gaps.last ?? known)
    return zip(mine, places).map { Value(row: $0.row, metric: metric, number: $1 < 0 ? known : gaps[$1]) }
  }

  /// Appends what waits and what is remembered, so that after a stop the same policies are evaluated together.
  func save(to writer: inout StateWriter) {
    writer.write(waiting.count)
    for entry in waiting {
      writer.write(entry.row)
      writer.write(entry.metric == .optimalityGap)
      writer.write(entry.policy)
    }
    for metric in [Metric.optimalityGap, .behaviorGap] {
      writer.write(last[metric]?.policy ?? [])
      writer.write(last[metric]?.gap ?? .nan)
    }
    writer.write(ready.count)
    for value in ready {
      writer.write(value.row)
      writer.write(Metric.allCases.firstIndex(of: value.metric)!)
      writer.write(value.number)
    }
    writer.write(regret)
    writer.write(counted)
    direction?.save(to: &writer)
  }

  /// Takes up what waited and what was remembered.
  mutating func restore(from reader: inout StateReader) throws(StateError) {
    waiting = []
    for _ in 0..<(try reader.integer()) {
      let row = try reader.integer()
      let metric: Metric = try reader.flag() ? .optimalityGap : .behaviorGap
      waiting.append((row, metric, try reader.list(of: 0.0)))
    }
    last = [:]
    for metric in [Metric.optimalityGap, .behaviorGap] {
      let policy = try reader.list(of: 0.0)
      let gap = try reader.number()
      if !policy.isEmpty { last[metric] = (policy, gap) }
    }
    ready = []
    for _ in 0..<(try reader.integer()) {
      let row = try reader.integer()
      let metric = try reader.integer()
      guard Metric.allCases.indices.contains(metric) else { throw StateError("there is no column \(metric)") }
      ready.append(Value(row: row, metric: Metric.allCases[metric], number: try reader.number()))
    }
    regret = try reader.number()
    counted = try reader.integer()
    try direction?.restore(from: &reader)
  }
}

extension Variant {
  /// Whether bias and variance of its targets are asked for.
  fileprivate var diagnosesTargets: Bool {
    let name = PredictionParameters.diagnose.declaration.name
    return algorithm.settings.resolved.contains { $0.key == name && $0.value != .null }
  }
}
