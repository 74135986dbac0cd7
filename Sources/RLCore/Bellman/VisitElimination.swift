/// Expected discounted visits of a policy, by the factors of the elimination that gives its values, transposed.
///
///     η(s) = p₀(s) + γ Σ_s̄ η(s̄) Σ_a π(a|s̄) p(s|s̄, a)               Sutton & Barto (2018), eq. 9.2, with discounting
///
/// With `I − γ P_π = L U` of ``Elimination`` it is `Uᵀ y = p₀`, `Lᵀ η = y`, component by component from the sources to the sinks. As
/// there, nothing is subtracted, so that rare visits keep their relative accuracy.
struct VisitElimination: Sendable {
  private var upper: [Double] = []
  private var lower: [Double] = []
  private var work: [Double] = []
  private var inverse: [Double] = []
  private var escape: [Double] = []
  private var right: [Double] = []
  private var reached: [Bool] = []

  /// Solves for the visits of every state.
  ///
  /// - Parameter policy: `π(a|s)` pair by pair of the model.
  /// - Returns: `η(s)` of each state, 0 where the policy does not come; nil where it may stay for ever, undiscounted.
  mutating func solve(
    _ plan: EliminationPlan, _ model: FiniteMDP, policy: [Double], gamma: Double
  ) -> [Double]? {
    let count = plan.states.count
    if work.count != count {
      work = [Double](repeating: 0, count: count)
      inverse = work
      escape = work
      upper = [Double](repeating: 0, count: plan.upper.count)
      lower = [Double](repeating: 0, count: plan.lower.count)
    }
    right = [Double](repeating: 0, count: count)
    markReached(plan, model, policy)
    for c in 0..<plan.componentOffsets.count - 1 {
      for i in Int(plan.componentOffsets[c])..<Int(plan.componentOffsets[c + 1]) where reached[i] {
        if !factor(i, plan, model, policy, gamma) {
          for k in work.indices { work[k] = 0 }
          return nil
        }
      }
    }
    for start in model.initial where plan.positions[start.state] >= 0 {
      right[Int(plan.positions[start.state])] += start.probability
    }
    for c in (0..<plan.componentOffsets.count - 1).reversed() {
      substitute(Int(plan.componentOffsets[c])..<Int(plan.componentOffsets[c + 1]), plan, model, policy, gamma)
    }
    var visits = [Double](repeating: 0, count: model.stateCount)
    for (position, state) in plan.states.enumerated() { visits[Int(state)] = right[position] }
    return visits
  }

  /// Eliminates the earlier positions of the component from a row of `I − γ P_π`, and keeps both factors.
  ///
  /// - Returns: Whether the pivot is positive.
  private mutating func factor(
    _ i: Int, _ plan: EliminationPlan, _ model: FiniteMDP, _ policy: [Double], _ gamma: Double
  ) -> Bool {
    var e = 1 - gamma
    let first = Int(plan.pairOffsets[i])
    let row = Int(model.pairOffsets[Int(plan.states[i])])
    for pair in first..<Int(plan.pairOffsets[i + 1]) {
      let weight = gamma * policy[row + pair - first]
      if weight == 0 { continue }
      e += weight * plan.escapes[pair]
      for k in Int(plan.arcOffsets[pair])..<Int(plan.arcOffsets[pair + 1]) {
        let target = Int(plan.arcTargets[k])
        let probability = weight * plan.arcProbabilities[k]
        if target >= 0 { work[target] += probability } else { e += probability }
      }
    }
    for m in Int(plan.lowerOffsets[i])..<Int(plan.lowerOffsets[i + 1]) {
      let k = Int(plan.lower[m])
      let f = work[k] * (reached[k] ? inverse[k] : 0)
      work[k] = 0
      lower[m] = f
      if f == 0 { continue }
      e += f * escape[k]
      for t in Int(plan.upperOffsets[k])..<Int(plan.upperOffsets[k + 1]) { work[Int(plan.upper[t])] += f * upper[t] }
    }
    work[i] = 0  // a path back to the position itself
    var pivot = e
    for t in Int(plan.upperOffsets[i])..<Int(plan.upperOffsets[i + 1]) {
      let column = Int(plan.upper[t])
      upper[t] = work[column]
      pivot += work[column]
      work[column] = 0
    }
    escape[i] = e
    inverse[i] = 1 / pivot
    return pivot > 0
  }

  /// Solves a component for what flows into it, and passes on what flows out to the components after it.
  private mutating func substitute(
    _ range: Range<Int>, _ plan: EliminationPlan, _ model: FiniteMDP, _ policy: [Double], _ gamma: Double
  ) {
    for i in range where reached[i] {
      right[i] *= inverse[i]
      for t in Int(plan.upperOffsets[i])..<Int(plan.upperOffsets[i + 1]) {
        right[Int(plan.upper[t])] += upper[t] * right[i]
      }
    }
    for i in range.reversed() where reached[i] {
      let visits = right[i]
      for m in Int(plan.lowerOffsets[i])..<Int(plan.lowerOffsets[i + 1]) {
        right[Int(plan.lower[m])] += lower[m] * visits
      }
      let first = Int(plan.pairOffsets[i])
      let row = Int(model.pairOffsets[Int(plan.states[i])])
      for pair in first..<Int(plan.pairOffsets[i + 1]) {
        let weight = gamma * policy[row + pair - first] * visits
        if weight == 0 { continue }
        for k in Int(plan.arcOffsets[pair])..<Int(plan.arcOffsets[pair + 1]) where plan.arcTargets[k] < 0 {
          right[Int(~plan.arcTargets[k])] += weight * plan.arcProbabilities[k]
        }
      }
    }
  }

  private mutating func markReached(_ plan: EliminationPlan, _ model: FiniteMDP, _ policy: [Double]) {
    reached = [Bool](repeating: false, count: plan.states.count)
    var stack: [Int] = []
    for start in model.initial where plan.positions[start.state] >= 0 {
      reached[Int(plan.positions[start.state])] = true
      stack.append(Int(plan.positions[start.state]))
    }
    while let i = stack.popLast() {
      let first = Int(plan.pairOffsets[i])
      let row = Int(model.pairOffsets[Int(plan.states[i])])
      for pair in first..<Int(plan.pairOffsets[i + 1]) where policy[row + pair - first] > 0 {
        for k in Int(plan.arcOffsets[pair])..<Int(plan.arcOffsets[pair + 1]) {
          let target = Int(plan.arcTargets[k] < 0 ? ~plan.arcTargets[k] : plan.arcTargets[k])
          if !reached[target] {
            reached[target] = true
            stack.append(target)
          }
        }
      }
    }
  }
}

extension PolicyEvaluator {
  /// The expected discounted visits of each state from the start distribution, `η(s) = Σ_t γᵗ Pr(S_t = s)`.
  ///
  /// - Parameter gamma: The discount factor, in `[0, 1]`.
  /// - Returns: nil where the policy may stay for ever undiscounted, and where there is no direct method (see ``isDirect``).
  public func visits(of policy: StationaryPolicy, gamma: Double) -> [Double]? {
    precondition(gamma >= 0 && gamma <= 1, "gamma \(gamma) is not in [0, 1]")
    guard let plan else { return nil }
    var elimination = VisitElimination()
    return elimination.solve(plan, model, policy: policy.probabilities, gamma: gamma)
  }
}
