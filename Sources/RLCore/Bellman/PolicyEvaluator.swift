/// The exact value of a policy.
public struct PolicyEvaluation: Sendable {
  /// `V^π(s)`, `stateCount` entries, 0 at terminal states. Undiscounted, a state from which the policy may come into a class that it
  /// never leaves has the value of staying: nothing changes if the class pays 0; else it is −∞ or ∞, or NaN where that is not
  /// defined (both occur, or the class pays 0 on average but not throughout).
  public internal(set) var values: [Double]
  /// `J(π)`, the expected value from the start distribution.
  public internal(set) var startValue: Double
  /// Undiscounted: the classes of states that the policy never leaves and in which it never ends, each rising. Always empty below
  /// gamma 1.
  public internal(set) var closedClasses: [[Int]] = []
  /// Whether episodes end with probability 1 from the start distribution; below gamma 1 always true, for nothing depends on it.
  public internal(set) var endsFromStart = true

  /// Whether the policy ends from every state with probability 1, or gamma is below 1.
  public var isProper: Bool { closedClasses.isEmpty }
}

/// The exact expected return of a policy.
public struct StartValue: Sendable, Equatable {
  /// `J(π) = Σ_s p₀(s) V^π(s)`; see ``PolicyEvaluation/values`` for policies that never end.
  public var value: Double
  /// Whether episodes end with probability 1; below gamma 1 always true.
  public var ends: Bool

  /// The exact expected return of a policy.
  public init(value: Double, ends: Bool) {
    self.value = value
    self.ends = ends
  }
}

/// Evaluates policies of one model exactly, one after another, or eight at a time.
///
///     v_π(s) = Σ_a π(a|s) [r(s, a) + γ Σ_s′ p(s′|s, a) v_π(s′)]      Sutton & Barto (2018), eq. 4.4, as a linear system
///
/// The order of elimination is found once; after the first evaluation nothing is allocated but results. Elimination never
/// subtracts (see ``Elimination``), so values of policies whose episodes last 10⁵⁰ steps come out right to about twelve digits, where
/// rewards have one sign. A copy has its own memory and shares the plan: give one to each thread.
///
/// Where direct elimination would be too dear (see ``isDirect``), values are found by sweeps until their certified error is 1e-11 of
/// the largest value, or as small as rounding lets it be.
public struct PolicyEvaluator: Sendable {
  /// The model whose policies are evaluated.
  public let model: FiniteMDP
  let plan: EliminationPlan?
  var single = Elimination<Double>()
  private var eight = Elimination<SIMD8<Double>>()
  private var lanes: [SIMD8<Double>] = []
  private var reached: [Bool] = []
  private var stack: [Int32] = []

  /// Plans the elimination.
  ///
  /// - Parameters:
  ///   - entryLimit: The most entries that the factors may have before sweeps take over.
  ///   - operationLimit: The most multiplications that an evaluation may cost before sweeps take over.
  public init(_ model: FiniteMDP, entryLimit: Int = 8_000_000, operationLimit: Double = 2e9) {
    self.model = model
    plan = EliminationPlan(model, entryLimit: entryLimit, operationLimit: operationLimit)
  }

  /// Whether values come from elimination, to rounding, rather than from sweeps.
  public var isDirect: Bool { plan != nil }

  /// Multiplications of one evaluation, about; a nanosecond each, eight at a time a quarter of that. For models without a direct
  /// method, those of a thousand sweeps.
  public var operationCount: Double { plan?.operationCount ?? 1000 * Double(model.outcomeCount) }

  /// Evaluates a policy in every state.
  ///
  /// - Parameters:
  ///   - gamma: The discount factor, in `[0, 1]`.
  ///   - rewards: Another expected reward for each pair, or nil for the model's own; with 1 everywhere and gamma 1, the values are the
  ///     expected steps to the end.
  public mutating func evaluate(
    _ policy: StationaryPolicy, gamma: Double, rewards: [Double]? = nil
  ) -> PolicyEvaluation {
    check(policy, gamma)
    precondition(rewards.map { $0.count == model.pairCount } ?? true, "\(rewards!.count) rewards")
    guard let plan else {
      return IterativeEvaluation.evaluate(model, policy, gamma: gamma, rewards: rewards ?? model.expectedRewards)
    }
    if solve(plan, policy, gamma, rewards, Elimination.Restriction()) {
      return evaluateWithClosedClasses(plan, policy, rewards ?? model.expectedRewards, reached: nil)
    }
    return result(plan) { single.solution[$0] }
  }

  /// The expected return of a policy from the start distribution; only what the policy reaches from there is solved.
  ///
  /// - Parameter gamma: The discount factor, in `[0, 1]`.
  public mutating func startValue(of policy: StationaryPolicy, gamma: Double) -> StartValue {
    check(policy, gamma)
    guard let plan else {
      let all = IterativeEvaluation.evaluate(model, policy, gamma: gamma, rewards: model.expectedRewards)
      return StartValue(value: all.startValue, ends: all.endsFromStart)
    }
    policy.probabilities.withUnsafeBufferPointer { markReached(plan, $0.baseAddress) }
    if solve(plan, policy, gamma, nil, .init(reached: reached)) {
      let all = evaluateWithClosedClasses(plan, policy, model.expectedRewards, reached: reached)
      return StartValue(value: all.startValue, ends: all.endsFromStart)
    }
    return StartValue(value: startSum(plan) { single.solution[$0] }, ends: true)
  }

  /// Evaluates several policies in every state, eight at a time.
  ///
  /// - Parameter gamma: The discount factor, in `[0, 1]`.
  public mutating func evaluate(batch policies: [StationaryPolicy], gamma: Double) -> [PolicyEvaluation] {
    var results: [PolicyEvaluation] = []
    results.reserveCapacity(policies.count)
    for start in stride(from: 0, to: policies.count, by: 8) {
      let group = policies[start..<min(start + 8, policies.count)]
      guard let plan, group.count > 1, plan.upper.count <= 2_000_000 else {
        for policy in group { results.append(evaluate(policy, gamma: gamma)) }
        continue
      }
      interleave(group, gamma)
      let isSingular = solveLanes(plan, gamma, Elimination.Restriction())
      for (lane, policy) in group.enumerated() {
        results.append(isSingular ? evaluate(policy, gamma: gamma) : result(plan) { eight.solution[$0][lane] })
      }
    }
    return results
  }

  /// The expected returns of several policies from the start distribution, eight at a time.
  ///
  /// - Parameter gamma: The discount factor, in `[0, 1]`.
  public mutating func startValues(batch policies: [StationaryPolicy], gamma: Double) -> [StartValue] {
    var results: [StartValue] = []
    results.reserveCapacity(policies.count)
    for start in stride(from: 0, to: policies.count, by: 8) {
      let group = policies[start..<min(start + 8, policies.count)]
      guard let plan, group.count > 1, plan.upper.count <= 2_000_000 else {
        for policy in group { results.append(startValue(of: policy, gamma: gamma)) }
        continue
      }
      interleave(group, gamma)
      lanes.withUnsafeBufferPointer { markReached(plan, $0.baseAddress) }
      if solveLanes(plan, gamma, .init(reached: reached)) {
        for policy in group { results.append(startValue(of: policy, gamma: gamma)) }
      } else {
        for lane in 0..<group.count {
          results.append(StartValue(value: startSum(plan) { eight.solution[$0][lane] }, ends: true))
        }
      }
    }
    return results
  }

  // MARK: - Parts

  private func check(_ policy: StationaryPolicy, _ gamma: Double) {
    precondition(gamma >= 0 && gamma <= 1, "gamma \(gamma) is not in [0, 1]")
    precondition(
      policy.probabilities.count == model.pairCount,
      "\(policy.probabilities.count) probabilities for \(model.pairCount) pairs")
  }

  private mutating func solve(
    _ plan: EliminationPlan, _ policy: StationaryPolicy, _ gamma: Double, _ rewards: [Double]?,
    _ restriction: Elimination<Double>.Restriction
  ) -> Bool {
    if plan.states.isEmpty { return false }
    return policy.probabilities.withUnsafeBufferPointer { p in
      model.pairOffsets.withUnsafeBufferPointer { offsets in
        if let rewards {
          return rewards.withUnsafeBufferPointer { r in
            single.solve(
              plan, policy: p.baseAddress!, pairOffsets: offsets.baseAddress!, gamma: gamma, rewards: r.baseAddress,
              restriction: restriction)
          }
        }
        return single.solve(
          plan, policy: p.baseAddress!, pairOffsets: offsets.baseAddress!, gamma: gamma, restriction: restriction)
      }
    }
  }

  private mutating func solveLanes(
    _ plan: EliminationPlan, _ gamma: Double, _ restriction: Elimination<SIMD8<Double>>.Restriction
  ) -> Bool {
    if plan.states.isEmpty { return false }
    return lanes.withUnsafeBufferPointer { p in
      model.pairOffsets.withUnsafeBufferPointer { offsets in
        eight.solve(
          plan, policy: p.baseAddress!, pairOffsets: offsets.baseAddress!, gamma: gamma, restriction: restriction)
      }
    }
  }

  /// Lays up to eight policies side by side; missing ones repeat the first.
  private mutating func interleave(_ group: ArraySlice<StationaryPolicy>, _ gamma: Double) {
    if lanes.count != model.pairCount { lanes = [SIMD8<Double>](repeating: .zero, count: model.pairCount) }
    for policy in group { check(policy, gamma) }
    func source(_ lane: Int) -> [Double] { group[group.startIndex + (lane < group.count ? lane : 0)].probabilities }
    func call(
      _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ c: UnsafePointer<Double>, _ d: UnsafePointer<Double>,
      _ e: UnsafePointer<Double>, _ f: UnsafePointer<Double>, _ g: UnsafePointer<Double>, _ h: UnsafePointer<Double>
    ) {
      lanes.withUnsafeMutableBufferPointer { lanes in
        for k in 0..<lanes.count { lanes[k] = SIMD8(a[k], b[k], c[k], d[k], e[k], f[k], g[k], h[k]) }
      }
    }
    call(source(0), source(1), source(2), source(3), source(4), source(5), source(6), source(7))
  }

  /// Marks the positions that a policy, or some lane of eight, reaches from the start distribution.
  private mutating func markReached<Number: LaneNumber>(_ plan: EliminationPlan, _ policy: UnsafePointer<Number>?) {
    if reached.count != plan.states.count {
      reached = [Bool](repeating: false, count: plan.states.count)
      stack.reserveCapacity(plan.states.count)
    } else {
      reached.withUnsafeMutableBufferPointer { $0.update(repeating: false) }
    }
    guard let policy else { return }
    for start in model.initial where plan.positions[start.state] >= 0 {
      reached[Int(plan.positions[start.state])] = true
      stack.append(plan.positions[start.state])
    }
    reached.withUnsafeMutableBufferPointer { reached in
      plan.withPointers { plan in
        while let next = stack.popLast() {
          let position = Int(next)
          let row = policy + Int(model.pairOffsets[Int(plan.states[position])])
          let first = Int(plan.pairOffsets[position])
          for pair in first..<Int(plan.pairOffsets[position + 1]) where !row[pair - first].isZeroEverywhere {
            for k in Int(plan.arcOffsets[pair])..<Int(plan.arcOffsets[pair + 1]) {
              let code = Int(plan.arcTargets[k])
              let target = code < 0 ? ~code : code
              if !reached[target] {
                reached[target] = true
                stack.append(Int32(target))
              }
            }
          }
        }
      }
    }
  }

  private func startSum(_ plan: EliminationPlan, _ value: (Int) -> Double) -> Double {
    var sum = 0.0
    for start in model.initial where plan.positions[start.state] >= 0 {
      sum += start.probability * value(Int(plan.positions[start.state]))
    }
    return sum
  }

  private func result(_ plan: EliminationPlan, _ value: (Int) -> Double) -> PolicyEvaluation {
    var values = [Double](repeating: 0, count: model.stateCount)
    for position in 0..<plan.states.count { values[Int(plan.states[position])] = value(position) }
    return PolicyEvaluation(values: values, startValue: startSum(plan, value))
  }

  /// Undiscounted evaluation of a policy that does not end from everywhere.
  private mutating func evaluateWithClosedClasses(
    _ plan: EliminationPlan, _ policy: StationaryPolicy, _ rewards: [Double], reached: [Bool]?
  ) -> PolicyEvaluation {
    let states = reached.map { reached in
      (0..<model.stateCount).map { plan.positions[$0] >= 0 && reached[Int(plan.positions[$0])] }
    }
    let structure = PolicyStructure(model, policy.probabilities, reached: states)
    let verdict = ClosedClassVerdict(structure, model, policy, rewards) { pinned in
      let positions = plan.states.map { pinned[Int($0)] }
      _ = solve(plan, policy, 1, rewards, .init(reached: reached, pinned: positions))
      return (0..<model.stateCount).map {
        plan.positions[$0] < 0 ? 0 : single.solution[Int(plan.positions[$0])]
      }
    }
    var evaluation = result(plan) { single.solution[$0] }
    verdict.apply(to: &evaluation, model)
    return evaluation
  }
}
