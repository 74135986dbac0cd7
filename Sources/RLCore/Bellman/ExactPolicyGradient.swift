#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The exact value of a softmax policy on a known model, and its gradient with respect to the preferences.
public struct ExactPolicyGradient: Sendable {
  /// J, the expected discounted return from the start distribution.
  public let startValue: Double
  /// ∂J/∂H of each slot (of an observation, where states look alike).
  public let gradient: [Double]
  /// v(s) of each state.
  public let values: [Double]
  /// q(s, a) − v(s) of each pair of the model; 0 where the policy does not come.
  public let advantages: [Double]
  /// η(s), the expected discounted visits of each state.
  public let visits: [Double]

  /// ‖∇J‖₂.
  public var norm: Double { gradient.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  /// The mean entropy of the policy in nats, over the states as it visits them.
  public func entropy(of policy: StationaryPolicy, in model: FiniteMDP) -> Double {
    var (sum, weight) = (0.0, 0.0)
    for state in 0..<model.stateCount where visits[state] > 0 {
      var entropy = 0.0
      for pair in model.pairs(of: state) where policy.probabilities[pair] > 0 {
        entropy -= policy.probabilities[pair] * log(policy.probabilities[pair])
      }
      sum += visits[state] * entropy
      weight += visits[state]
    }
    return weight > 0 ? sum / weight : 0
  }
}

/// Finds the exact gradient of softmax policies on one model, by two linear solves.
///
///     ∇J = Σ_s η(s) Σ_a ∇π(a|s) q_π(s, a)                      Sutton & Barto (2018), eq. 13.5 with discounted visits; Sutton et al. (2000)
///     ∂J/∂H(o, a) = Σ_{s looks like o} η(s) π(a|o) [q_π(s, a) − v_π(s)]
///
/// Where states look alike, the preferences are those of observations, and the gradient is the sum over the states behind them.
public struct PolicyGradientSolver: Sendable {
  /// The task.
  public let model: FiniteMDP
  /// What the policy sees; nil where it sees the states.
  public let observations: Observations?
  /// States (or observations) and actions of the policy.
  public let space: ActionSpace
  /// The slot of each pair of the model.
  public let slots: [Int32]
  private var evaluator: PolicyEvaluator
  private var elimination = VisitElimination()
  private let plan: EliminationPlan

  /// Plans the solution.
  ///
  /// - Parameter evaluator: An evaluator of the model, if there is one already: its plan is used.
  /// - Returns: nil where the model is too entangled for direct elimination (``PolicyEvaluator/isDirect``).
  public init?(_ model: FiniteMDP, observations: Observations? = nil, evaluator: PolicyEvaluator? = nil) {
    let evaluator = evaluator ?? PolicyEvaluator(model)
    guard let plan = evaluator.plan else { return nil }
    self.model = model
    self.observations = observations
    self.evaluator = evaluator
    self.plan = plan
    space = observations?.space ?? ActionSpace(model)
    var slots = [Int32](repeating: 0, count: model.pairCount)
    for state in 0..<model.stateCount {
      let row = (observations.map { $0[state] } ?? state) * space.width
      for (place, pair) in model.pairs(of: state).enumerated() { slots[pair] = Int32(row + place) }
    }
    self.slots = slots
  }

  /// The policy over the pairs of the model.
  ///
  /// - Parameter probabilities: π(a|o), slot by slot of ``space``.
  public func policy(_ probabilities: [Double]) -> StationaryPolicy {
    precondition(probabilities.count == space.slotCount, "\(probabilities.count) probabilities")
    return StationaryPolicy(unchecked: slots.map { probabilities[Int($0)] })
  }

  /// J alone: −∞, ∞ or NaN where the policy never ends (see ``PolicyEvaluation``).
  public mutating func startValue(_ probabilities: [Double], gamma: Double) -> StartValue {
    evaluator.startValue(of: policy(probabilities), gamma: gamma)
  }

  /// The exact gradient.
  ///
  /// - Parameters:
  ///   - probabilities: π(a|o), slot by slot of ``space``.
  ///   - gamma: The discount factor, in `[0, 1]`.
  /// - Returns: nil where, undiscounted, the policy may stay for ever.
  public mutating func evaluate(_ probabilities: [Double], gamma: Double) -> ExactPolicyGradient? {
    let policy = policy(probabilities)
    guard let visits = elimination.solve(plan, model, policy: policy.probabilities, gamma: gamma) else { return nil }
    let evaluation = evaluator.evaluate(policy, gamma: gamma)
    var gradient = [Double](repeating: 0, count: space.slotCount)
    var advantages = [Double](repeating: 0, count: model.pairCount)
    for state in 0..<model.stateCount where visits[state] > 0 {
      for pair in model.pairs(of: state) {
        var q = model.expectedRewards[pair]
        for k in model.outcomes(of: pair) where model.targets[k] >= 0 {
          q += gamma * model.probabilities[k] * evaluation.values[Int(model.targets[k])]
        }
        advantages[pair] = q - evaluation.values[state]
        gradient[Int(slots[pair])] += visits[state] * policy.probabilities[pair] * advantages[pair]
      }
    }
    // The value of the start from what the policy reaches: elsewhere it may be nothing.
    var start = 0.0
    for entry in model.initial where !model.isTerminal(entry.state) {
      start += entry.probability * evaluation.values[entry.state]
    }
    return ExactPolicyGradient(
      startValue: start, gradient: gradient, values: evaluation.values, advantages: advantages, visits: visits)
  }
}
