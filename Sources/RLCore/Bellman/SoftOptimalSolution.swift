#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The policy that maximises the return less β times its divergence from a reference policy: the closed form that alignment methods
/// aim at.
///
///     maximise E_π Σ γᵗ (r_t − β KL(π(·|s_t) ‖ π_ref(·|s_t)))
///     Q(s, a) = r(s, a) + γ Σ_s′ p(s′|s, a) V(s′),   V(s) = β log Σ_a π_ref(a|s) exp(Q(s, a) / β)
///     π*(a|s) = π_ref(a|s) exp((Q(s, a) − V(s)) / β)
///
/// With one step it is π* ∝ π_ref exp(r / β) (Rafailov et al., NeurIPS 2023, eq. 4); for sequences of tokens, whose steps are certain and
/// undiscounted, the same holds of whole answers. The soft Bellman equation is Todorov's (NeurIPS 2006) and Ziebart's (2010), here with a
/// reference policy (Levine, 2018, arXiv:1805.00909). For every policy,
///
///     J_β(π*) − J_β(π) = β E_π Σ γᵗ KL(π(·|s_t) ‖ π*(·|s_t))
///
/// Solved by sweeps from the last state to the first and back: one is enough for a tree whose branches have higher numbers.
public struct SoftOptimalSolution: Sendable {
  /// V of each state, in units of return; 0 at terminal states.
  public let values: [Double]
  /// The optimum.
  public let policy: StationaryPolicy
  /// The expected V of the start.
  public let startValue: Double

  /// Solves a model.
  ///
  /// - Parameters:
  ///   - reference: What the policy is held to.
  ///   - beta: β, positive, in units of return a nat.
  ///   - gamma: The discount rate, in `[0, 1]`.
  ///   - rewards: Another expected reward for each pair; nil for the model's own.
  /// - Returns: Nil where there is none (undiscounted, with rewards without end), or it was not found within the sweeps that
  ///   go over 2·10⁷ outcomes.
  public init?(
    _ model: FiniteMDP, reference: StationaryPolicy, beta: Double, gamma: Double, rewards: [Double]? = nil
  ) {
    precondition(beta > 0, "beta \(beta) must be positive")
    precondition(gamma >= 0 && gamma <= 1, "gamma \(gamma) is not in [0, 1]")
    precondition(
      reference.probabilities.count == model.pairCount,
      "\(reference.probabilities.count) probabilities for \(model.pairCount) pairs")
    let rewards = rewards ?? model.expectedRewards
    precondition(rewards.count == model.pairCount, "\(rewards.count) rewards for \(model.pairCount) pairs")
    var values = [Double](repeating: 0, count: model.stateCount)
    var exponents = [Double](repeating: 0, count: model.pairCount)
    let most = max(20, 20_000_000 / max(1, model.outcomeCount))
    var isSolved = false
    for sweep in 0..<most {
      var change = 0.0
      var scale = 1.0
      for k in 0..<model.stateCount {
        let state = sweep % 2 == 0 ? model.stateCount - 1 - k : k
        if model.isTerminal(state) { continue }
        let value = Self.backup(
          state, model, reference.probabilities, rewards, beta: beta, gamma: gamma, values, &exponents)
        change = max(change, abs(value - values[state]))
        scale = max(scale, abs(value))
        values[state] = value
      }
      if !change.isFinite || scale > 1e12 { return nil }
      if change <= 1e-13 * scale {
        isSolved = true
        break
      }
    }
    if !isSolved { return nil }
    var probabilities = [Double](repeating: 0, count: model.pairCount)
    for state in 0..<model.stateCount {
      // Once more with the final values, so that each row sums to 1 to rounding.
      let value = Self.backup(
        state, model, reference.probabilities, rewards, beta: beta, gamma: gamma, values, &exponents)
      for pair in model.pairs(of: state) {
        let p = reference.probabilities[pair]
        probabilities[pair] = p > 0 ? p * exp((exponents[pair] - value) / beta) : 0
      }
    }
    self.values = values
    policy = StationaryPolicy(unchecked: probabilities)
    startValue = model.initial.reduce(0) { $0 + $1.probability * values[$1.state] }
  }

  /// V of a state by the values of those that follow; Q of its pairs goes to `exponents`.
  private static func backup(
    _ state: Int, _ model: FiniteMDP, _ reference: [Double], _ rewards: [Double], beta: Double, gamma: Double,
    _ values: [Double], _ exponents: inout [Double]
  ) -> Double {
    var best = -Double.infinity
    for pair in model.pairs(of: state) {
      var next = 0.0
      for k in model.outcomes(of: pair) where model.targets[k] >= 0 {
        next += model.probabilities[k] * values[Int(model.targets[k])]
      }
      exponents[pair] = rewards[pair] + gamma * next
      if reference[pair] > 0 { best = max(best, exponents[pair]) }
    }
    if best == -.infinity { return 0 }
    var sum = 0.0
    for pair in model.pairs(of: state) where reference[pair] > 0 {
      sum += reference[pair] * exp((exponents[pair] - best) / beta)
    }
    return best + beta * log(sum)
  }
}

extension FiniteMDP {
  /// KL(policy ‖ other) of each state in nats, written at each of its pairs: as a reward, it makes the divergence of episodes a value.
  /// Infinite where `other` never does what `policy` does.
  public func divergences(of policy: StationaryPolicy, from other: StationaryPolicy) -> [Double] {
    var costs = [Double](repeating: 0, count: pairCount)
    for state in 0..<stateCount {
      var sum = 0.0
      for pair in pairs(of: state) where policy.probabilities[pair] > 0 {
        let (p, q) = (policy.probabilities[pair], other.probabilities[pair])
        sum += q > 0 ? p * log(p / q) : .infinity
      }
      for pair in pairs(of: state) { costs[pair] = max(0, sum) }
    }
    return costs
  }
}
