extension PolicyEvaluator {
  /// The greatest of `w − 1` over all states, where `w = 1 + γ P_π w` counts the expected discounted steps until the end, or at gamma 1
  /// until a class that the policy never leaves; rounded up, and checked by a sweep. ∞ where rounding keeps it from being checked.
  ///
  /// If a sweep, synchronous or in place, changed no value by more than δ, then `‖V − V^π‖∞ ≤ δ max(w − 1)`.
  package mutating func longestAhead(_ policy: StationaryPolicy, gamma: Double) -> Double {
    max(0, longest(policy, gamma: gamma) - 1)
  }

  /// The greatest of `w`; see ``longestAhead(_:gamma:)``.
  private mutating func longest(_ policy: StationaryPolicy, gamma: Double) -> Double {
    var counts = [Bool](repeating: true, count: model.stateCount)
    if gamma == 1 {
      let evaluation = evaluate(policy, gamma: 1)
      for members in evaluation.closedClasses { for state in members { counts[state] = false } }
      for state in 0..<model.stateCount where !evaluation.values[state].isFinite { counts[state] = false }
    }
    var ones = [Double](repeating: 0, count: model.pairCount)
    for state in 0..<model.stateCount where counts[state] { for pair in model.pairs(of: state) { ones[pair] = 1 } }
    let steps = evaluate(policy, gamma: gamma, rewards: ones).values
    let ulps = 64 * Double.ulpOfOne
    var margin = 1.0
    var most = 0.0
    for state in 0..<model.stateCount where counts[state] && !model.isTerminal(state) {
      var ahead = 0.0
      for pair in model.pairs(of: state) where policy.probabilities[pair] > 0 {
        for k in model.outcomes(of: pair) where model.targets[k] >= 0 {
          ahead += policy.probabilities[pair] * model.probabilities[k] * steps[Int(model.targets[k])]
        }
      }
      margin = min(margin, steps[state] - gamma * ahead - ulps * (steps[state] + ahead))
      most = max(most, steps[state])
    }
    return margin > 0 ? most / margin * (1 + ulps) : .infinity
  }

  /// The residual of values and a bound on their error.
  ///
  /// - Returns: `‖T_π v − v‖∞` and a bound on `‖v − V^π‖∞`, over the states of finite value.
  package mutating func certify(
    _ values: [Double], of policy: StationaryPolicy, gamma: Double
  ) -> (residual: Double, errorBound: Double) {
    var sweeper = ModelSweeper(model, threads: 1)
    sweeper.replaceValues(with: values)
    let residual = sweeper.sweepPolicy(policy, gamma: gamma).size
    let rounding = 2 * sweeper.rounding(gamma: gamma)
    let stretch = gamma < 1 ? min(1 / (1 - gamma), longest(policy, gamma: gamma)) : longest(policy, gamma: gamma)
    return (residual, (residual + rounding) * stretch * (1 + 8 * Double.ulpOfOne))
  }
}
