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
    var optimalSets: [Double: OptimalSet?] = [:]
    var baseline: RegretBaseline??
    var yardsticks: [[Double?]: Setting] = [:]
  }

  /// The optimal actions of the states that can come up.
  struct OptimalSet: Sendable {
    /// Whether each pair is optimal.
    let isOptimal: [Bool]
    /// The states that offer actions and that some policy reaches from the start.
    let states: [Int]

    /// The share of the states in which a policy acts optimally: in each, the probability of its optimal actions.
    ///
    /// - Parameter policy: Probabilities, pair by pair.
    func agreement(with policy: [Double], in model: FiniteMDP) -> Double {
      var sum = 0.0
      for state in states {
        for pair in model.pairs(of: state) where isOptimal[pair] { sum += policy[pair] }
      }
      return states.isEmpty ? .nan : min(1, sum / Double(states.count))
    }
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
      let solution = try? OptimalSolution(model, gamma: gamma, evaluator: known.evaluator)
      known.optima[gamma] = .some(solution)
      return solution
    }
  }

  /// The optimal actions, ties within 1e-9 of the largest value included; nil where ``optimum(gamma:)`` is.
  func optimalSet(gamma: Double) -> OptimalSet? {
    if let found = known.withLock({ $0.optimalSets[gamma] }) { return found }
    let set = optimal(gamma: gamma).map { solution in
      let model = solution.model
      let isReached = model.reachableStates()
      return OptimalSet(
        isOptimal: solution.isOptimal(tolerance: solution.tieTolerance),
        states: (0..<model.stateCount).filter { isReached[$0] && !model.isTerminal($0) })
    }
    known.withLock { $0.optimalSets[gamma] = .some(set) }
    return set
  }

  /// What regret is counted against; nil where there is nothing, see ``RegretBaseline``.
  var regretBaseline: RegretBaseline? {
    if let found = known.withLock({ $0.baseline }) { return found }
    var baseline: RegretBaseline?
    if var evaluator, evaluator.isDirect {
      baseline = RegretBaseline(&evaluator, timeLimit: task.timeLimit) { optimum(gamma: 1) }
    }
    known.withLock { [baseline] known in known.baseline = .some(baseline) }
    return baseline
  }

  /// How many points of a trial have exact columns: as many, up to 100, as cost less than the trial itself; but always the last, however dear it
  /// is, and the first, which all seeds share. In a short trial on a dense model the last one is dearer than all the rest: `exact: false`
  /// leaves it out.
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
    // An update of a batch method is a few thousand steps' work.
    if budget.unit == .iterations { steps *= 5000 }
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

  /// What is constant in an experiment and known exactly, for `experiment.json`: the yardsticks of its curves.
  ///
  /// `optimal_return` J*, `uniform_policy_return`; where a learner explores epsilon-greedily, `epsilon` (a schedule's at the end of
  /// the budget), `epsilon_soft_optimal_return`, the best that an on-policy method can become, and `epsilon_greedy_return`, that of
  /// epsilon-greedy around Q* with ties split; `regret_baseline`, what an episode or a step of the best policy earns undiscounted. Null
  /// where a policy never ends.
  func constants(for variant: Variant) -> Setting {
    guard variant.record.exactEvery != nil, variant.entry.kind != .bandit, let model = task.model
    else { return .table([]) }
    // Methods without a discount rate do not discount.
    let gamma = variant.algorithm.settings.resolved.first { $0.key == "gamma" }?.value.number ?? 1
    if variant.entry.kind == .planner && model.stateCount > ExactColumns.mostPlannedStates { return .table([]) }
    guard let evaluator, evaluator.isDirect else {
      return .object([.init("note", .text("the model is too large for exact evaluation"))])
    }
    let epsilon = variant.epsilon
    let isControl = variant.entry.kind == .control
    let key = [gamma, epsilon, isControl ? 1 : 0]
    if let found = known.withLock({ $0.yardsticks[key] }) { return found }
    let constants = yardsticks(evaluator, gamma: gamma, epsilon: epsilon, countsRegret: isControl)
    known.withLock { $0.yardsticks[key] = constants }
    return constants
  }

  private func yardsticks(
    _ evaluator: PolicyEvaluator, gamma: Double, epsilon: Double?, countsRegret: Bool
  ) -> Setting {
    var evaluator = evaluator
    let model = evaluator.model
    func number(_ value: Double?) -> Setting { value.flatMap { $0.isFinite ? Setting.real($0) : nil } ?? .null }
    func ending(_ start: StartValue) -> Setting { start.ends ? number(start.value) : .null }
    let solution = optimal(gamma: gamma)
    var fields: [Setting.Field] = [
      .init("optimal_return", number(solution?.startValue)),
      .init(
        "uniform_policy_return",
        ending(evaluator.startValue(of: StationaryPolicy(uniformOver: model), gamma: gamma))),
    ]
    if let epsilon {
      fields.append(.init("epsilon", .real(epsilon)))
      // A score of evaluations, none of which may take longer than a blink.
      if let solution, evaluator.operationCount <= 2e8 {
        let greedy = StationaryPolicy(
          greedyIn: solution.actionValues, epsilon: epsilon, tieTolerance: solution.tieTolerance, of: model)
        let soft =
          epsilon == 0
          ? solution.startValue
          : EpsilonSoftOptimum(epsilon: epsilon, gamma: gamma, evaluator: &evaluator, from: solution.pairs).startValue
        fields.append(.init("epsilon_soft_optimal_return", number(soft)))
        fields.append(.init("epsilon_greedy_return", ending(evaluator.startValue(of: greedy, gamma: gamma))))
      } else if solution != nil {
        fields.append(.init("note", .text("the model is too large for the best epsilon-soft policy")))
      }
    }
    switch countsRegret ? regretBaseline : nil {
    case .episode(let value)?:
      fields += [.init("regret_baseline", .real(value)), .init("regret_unit", .text("episode"))]
    case .step(let value)?: fields += [.init("regret_baseline", .real(value)), .init("regret_unit", .text("step"))]
    case nil: break
    }
    return .object(fields)
  }
}

extension Variant {
  /// The chance of a random action of a learner that explores epsilon-greedily; of a schedule, that at the end of the budget.
  fileprivate var epsilon: Double? {
    let settings = algorithm.settings.resolved
    let declaration = Exploration.epsilonParameter.declaration
    let isDeclared = entry.about.parameters.contains { $0.name == declaration.name && $0.symbol == declaration.symbol }
    guard entry.kind == .control, isDeclared, let setting = settings.first(where: { $0.key == declaration.name })?.value
    else { return nil }
    let rule = settings.first { $0.key == Exploration.rule.declaration.name }?.value.text
    if let rule, rule != Exploration.Rule.epsilonGreedy.rawValue { return nil }
    return (try? Schedule(setting, in: .unit))?.value(at: Double(budget.count))
  }
}
