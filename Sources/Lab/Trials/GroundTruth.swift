import RLCore
import Synchronization

/// What is known exactly of a variant's task: computed when first asked for, shared by all its trials.
public final class GroundTruth: Sendable {
  let task: PreparedTask

  private struct Known {
    var evaluator: PolicyEvaluator?
    var optima: [Double: Double?] = [:]
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
  func optimum(gamma: Double) -> Double? {
    guard let model = task.model else { return nil }
    return known.withLock { known in
      if let optimum = known.optima[gamma] { return optimum }
      let optimum = try? OptimalSolution(model, gamma: gamma).startValue
      known.optima[gamma] = .some(optimum)
      return optimum
    }
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
