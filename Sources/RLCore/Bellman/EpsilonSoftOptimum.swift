/// The best that a policy can be which takes every action with at least a given probability: the yardstick of on-policy control.
///
///     π(a|s) ≥ ε / |A(s)|      v(s) = (1 − ε) max_a q(s, a) + ε / |A(s)| Σ_a q(s, a)      Sutton & Barto (2018), section 5.4
///
/// Policy iteration among ε-soft policies, with exact evaluation: each policy is greedy in one action of a state and uniform with
/// probability ε. It improves until no state's action can be bettered by more than rounding, which ends at the best ε-soft policy by the
/// policy improvement theorem for ε-soft policies (the same section).
public struct EpsilonSoftOptimum: Sendable {
  /// The probability of an action drawn uniformly, in `[0, 1]`.
  public let epsilon: Double
  /// The discount factor.
  public let gamma: Double
  /// The value of the best ε-soft policy, `stateCount` entries.
  public let values: [Double]
  /// The value of each of its pairs.
  public let actionValues: [Double]
  /// The pair that it favours in each state, −1 at terminal states.
  public let pairs: [Int32]
  /// Its expected return from the start distribution; ±∞ or NaN where, undiscounted, it does not end.
  public let startValue: Double

  /// Finds the best ε-soft policy.
  ///
  /// - Parameters:
  ///   - epsilon: The probability of an action drawn uniformly, in `[0, 1]`.
  ///   - gamma: The discount factor, in `[0, 1]`.
  ///   - evaluator: An evaluator of the model, see ``PolicyEvaluator``.
  ///   - start: A pair of each state to begin with, such as that of ``OptimalSolution``; nil for the first of each.
  public init(epsilon: Double, gamma: Double, evaluator: inout PolicyEvaluator, from start: [Int32]? = nil) {
    precondition(epsilon >= 0 && epsilon <= 1, "epsilon \(epsilon) is not in [0, 1]")
    precondition(gamma >= 0 && gamma <= 1, "gamma \(gamma) is not in [0, 1]")
    let model = evaluator.model
    let sweep = BellmanSweep(model)
    let first = start ?? Array(model.pairOffsets.dropLast())
    var pairs = (0..<model.stateCount).map { model.isTerminal($0) ? -1 : first[$0] }
    var evaluation: PolicyEvaluation
    var q: [Double]
    var rounds = 0
    repeat {
      let policy = StationaryPolicy(pairs: pairs, of: model).softened(by: epsilon, in: model)
      evaluation = evaluator.evaluate(policy, gamma: gamma)
      q = sweep.actionValues(of: evaluation.values, gamma: gamma)
      rounds += 1
    } while rounds < 1000 && Self.improve(&pairs, q, model)
    self.epsilon = epsilon
    self.gamma = gamma
    self.pairs = pairs
    values = evaluation.values
    actionValues = q
    startValue = evaluation.startValue
  }

  /// Favours the best pair of each state, where it is better than the present one by more than rounding.
  ///
  /// - Returns: Whether anything changed.
  private static func improve(_ pairs: inout [Int32], _ q: [Double], _ model: FiniteMDP) -> Bool {
    var isBetter = false
    for state in pairs.indices where pairs[state] >= 0 {
      let present = q[Int(pairs[state])]
      var best = Int(pairs[state])
      for pair in model.pairs(of: state) where q[pair] > q[best] { best = pair }
      if q[best] - present > 1e-11 * max(abs(present), abs(q[best])) {
        pairs[state] = Int32(best)
        isBetter = true
      }
    }
    return isBetter
  }
}
