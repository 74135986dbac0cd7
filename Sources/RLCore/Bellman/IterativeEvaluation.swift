/// Evaluates a policy of a large model by Gauss–Seidel sweeps, to a certified bound.
///
/// Sweeps go up and down in turn. Below gamma 1 the bound is `γ / (1 − γ)` times the largest change of a sweep. Undiscounted, the
/// expected steps `w` to the end are found beside the values: once `w − P_π w ≥ δ > 0` everywhere, the error at `s` is at most
/// `‖r_π + P_π v − v‖ w(s) / δ`.
enum IterativeEvaluation {
  /// Where sweeps stop: this times the largest value.
  static let relativeTolerance = 1e-11
  /// Where sweeps stop in any case.
  static let sweepLimit = 200_000

  static func evaluate(
    _ model: FiniteMDP, _ policy: StationaryPolicy, gamma: Double, rewards: [Double]
  ) -> PolicyEvaluation {
    let none = [Bool](repeating: false, count: model.stateCount)
    if gamma < 1 {
      let values = discounted(model, policy.probabilities, gamma, rewards)
      return evaluation(model, values)
    }
    let structure = PolicyStructure(model, policy.probabilities, reached: nil)
    if structure.closedClasses.isEmpty {
      let values = undiscounted(model, policy.probabilities, rewards, pinned: none)
      return evaluation(model, values)
    }
    var last: [Double] = []
    let verdict = ClosedClassVerdict(structure, model, policy, rewards) { pinned in
      last = undiscounted(model, policy.probabilities, rewards, pinned: pinned)
      return last
    }
    var result = evaluation(model, last)
    verdict.apply(to: &result, model)
    return result
  }

  private static func evaluation(_ model: FiniteMDP, _ values: [Double]) -> PolicyEvaluation {
    PolicyEvaluation(
      values: values, startValue: model.initial.reduce(0) { $0 + $1.probability * values[$1.state] })
  }

  /// `r_π(s) + γ Σ p v` solved for `v(s)`, so that staying costs no sweep; `stay` is what is left of the weight of `v(s)`.
  @inline(__always)
  private static func backup(
    _ model: FiniteMDP, _ policy: UnsafePointer<Double>, _ rewards: UnsafePointer<Double>, _ gamma: Double,
    _ state: Int, _ v: UnsafePointer<Double>
  ) -> (sum: Double, leave: Double) {
    var sum = 0.0
    var leave = 1 - gamma
    for pair in model.pairs(of: state) where policy[pair] > 0 {
      var x = rewards[pair]
      var out = 0.0
      for k in model.outcomes(of: pair) {
        let target = Int(model.targets[k])
        if target == state { continue }
        let p = gamma * model.probabilities[k]
        out += p
        if target >= 0 { x += p * v[target] }
      }
      sum += policy[pair] * x
      leave += policy[pair] * out
    }
    return (sum, leave)
  }

  private static func discounted(
    _ model: FiniteMDP, _ policy: [Double], _ gamma: Double, _ rewards: [Double]
  ) -> [Double] {
    var values = [Double](repeating: 0, count: model.stateCount)
    for sweep in 0..<sweepLimit {
      var change = 0.0
      var largest = 0.0
      values.withUnsafeMutableBufferPointer { v in
        for k in 0..<model.stateCount {
          let state = sweep % 2 == 0 ? k : model.stateCount - 1 - k
          if model.isTerminal(state) { continue }
          let (sum, leave) = backup(model, policy, rewards, gamma, state, v.baseAddress!)
          let new = sum / leave
          change = max(change, abs(new - v[state]))
          largest = max(largest, abs(new))
          v[state] = new
        }
      }
      let rounding = 64 * Double.ulpOfOne * largest
      let bound = (gamma * change + rounding) / (1 - gamma)
      if bound <= relativeTolerance * max(largest, .leastNormalMagnitude) || change <= rounding / 8 { break }
    }
    return values
  }

  private static func undiscounted(
    _ model: FiniteMDP, _ policy: [Double], _ rewards: [Double], pinned: [Bool]
  ) -> [Double] {
    var values = [Double](repeating: 0, count: model.stateCount)
    var steps = [Double](repeating: 0, count: model.stateCount)
    let ones = [Double](repeating: 1, count: model.pairCount)
    for sweep in 0..<sweepLimit {
      var change = 0.0
      var largest = 0.0
      values.withUnsafeMutableBufferPointer { v in
        steps.withUnsafeMutableBufferPointer { w in
          for k in 0..<model.stateCount {
            let state = sweep % 2 == 0 ? k : model.stateCount - 1 - k
            if model.isTerminal(state) || pinned[state] { continue }
            let (sum, leave) = backup(model, policy, rewards, 1, state, v.baseAddress!)
            change = max(change, abs(sum / leave - v[state]))
            v[state] = sum / leave
            largest = max(largest, abs(v[state]))
            let (stepSum, stepLeave) = backup(model, policy, ones, 1, state, w.baseAddress!)
            w[state] = stepSum / stepLeave
          }
        }
      }
      let rounding = 64 * Double.ulpOfOne * largest
      if sweep % 16 != 15 && change > rounding / 8 { continue }
      var residual = 0.0
      var margin = Double.infinity
      var longest = 0.0
      for state in 0..<model.stateCount where !model.isTerminal(state) && !pinned[state] {
        let (sum, leave) = backup(model, policy, rewards, 1, state, values)
        residual = max(residual, abs(sum - leave * values[state]))
        let (stepSum, stepLeave) = backup(model, policy, ones, 1, state, steps)
        margin = min(margin, 1 - (stepSum - stepLeave * steps[state]))
        longest = max(longest, steps[state])
      }
      let bound = margin > 0 ? (residual + rounding) * longest / margin : .infinity
      if bound <= relativeTolerance * max(largest, .leastNormalMagnitude) || change <= rounding / 8 { break }
    }
    return values
  }
}
