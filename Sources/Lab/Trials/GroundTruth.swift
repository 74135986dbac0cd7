import RLCore
import Synchronization

/// What is known exactly of a variant's task: computed when first asked for, shared by all its trials.
public final class GroundTruth: Sendable {
  let task: PreparedTask

  private struct Known {
    var evaluator: PolicyEvaluator?
    var optima: [Double: OptimalSolution?] = [:]
    var first: [(policy: StationaryPolicy, gamma: Double, start: StartValue)] = []
    var values: [(policy: [Double], gamma: Double, values: [Double])] = []
  }

  private let known = Mutex(Known())

  init(task: PreparedTask) { self.task = task }

  /// An evaluator of policies of the task's model, with memory of its own; nil without a model.
  var evaluator: PolicyEvaluator? {
    guard let model = task.model else { return nil }
    return known.withLock { known in
      if known.evaluator == nil { known.evaluator = PolicyEvaluator(model) }
      return known.evaluator
    }
  }

  /// J*, the greatest expected return from the start; nil without a model, or where there is none (undiscounted, rewards without end).
  func optimum(gamma: Double) -> Double? { optimal(gamma: gamma)?.startValue }

  /// V*, state by state; nil where ``optimum(gamma:)`` is.
  func optimalValues(gamma: Double) -> [Double]? { optimal(gamma: gamma)?.values }

  private func optimal(gamma: Double) -> OptimalSolution? {
    guard let model = task.model else { return nil }
    return known.withLock { known in
      if let solution = known.optima[gamma] { return solution }
      let solution = try? OptimalSolution(model, gamma: gamma)
      known.optima[gamma] = .some(solution)
      return solution
    }
  }

  /// How many points of a trial can have exact columns for less than the trial itself costs: between 2, the first and the last, and 100.
  ///
  /// The estimate depends on the model and the budget alone, so that the same configuration always has the same points. An episode
  /// is taken to last as long as the uniform policy's, but no longer than there are states, or than the time limit.
  func affordablePoints(budget: Budget, rows: Int) -> Int {
    guard let model = task.model, var evaluator, evaluator.isDirect else { return 100 }
    var steps = Double(budget.count)
    if budget.unit == .episodes {
      let ones = [Double](repeating: 1, count: model.pairCount)
      let uniform = evaluator.evaluate(StationaryPolicy(uniformOver: model), gamma: 1, rewards: ones).startValue
      let states = Double(model.stateCount)
      steps *= min(uniform.isNaN ? states : uniform, states, Double(task.timeLimit ?? .max))
    }
    // Nanoseconds, as measured: a learner's step 12, a row 400; of an evaluation, a multiplication 0.35, a slot of the policy 18.
    let trial = 12 * steps + 400 * Double(rows)
    let evaluation = 0.35 * evaluator.operationCount + 18 * Double(task.space.slotCount) + 300
    // A short trial may spend two thirds as much again on its exact columns; a long one has enough points for a twentieth.
    let allowance = min(0.7 * trial, 5e7 + 0.05 * trial)
    return max(2, min(100, Int(allowance / (2 * evaluation))))
  }

  /// The start value of what a learner begins with, which is the same for all seeds: computed once.
  func firstStart(
    of policy: StationaryPolicy, gamma: Double, using evaluator: inout PolicyEvaluator
  ) -> StartValue {
    let found = known.withLock { known in known.first.first { $0.gamma == gamma && $0.policy == policy }?.start }
    if let found { return found }
    let start = evaluator.startValue(of: policy, gamma: gamma)
    known.withLock { known in
      if known.first.count < 8 { known.first.append((policy, gamma, start)) }
    }
    return start
  }

  /// V of a policy, state by state; nil without a model.
  ///
  /// - Parameter policy: Probabilities, pair by pair.
  func values(of policy: [Double], gamma: Double) -> [Double]? {
    guard var evaluator else { return nil }
    return known.withLock { known in
      if let found = known.values.first(where: { $0.gamma == gamma && $0.policy == policy }) { return found.values }
      let values = evaluator.evaluate(StationaryPolicy(unchecked: policy), gamma: gamma).values
      known.values.append((policy, gamma, values))
      return values
    }
  }

  /// What is constant in an experiment and known exactly, for `experiment.json`.
  func constants(for variant: Variant) -> Setting {
    guard variant.record.exactEvery != nil, variant.entry.kind != .planner, let model = task.model,
      var evaluator, evaluator.isDirect,
      let gamma = variant.algorithm.settings.resolved.first(where: { $0.key == "gamma" })?.value.number
    else { return .table([]) }
    let uniform = evaluator.startValue(of: StationaryPolicy(uniformOver: model), gamma: gamma)
    return .object([
      .init("optimal_return", optimum(gamma: gamma).map(Setting.real) ?? .null),
      .init("uniform_policy_return", uniform.ends ? .real(uniform.value) : .null),
    ])
  }
}
