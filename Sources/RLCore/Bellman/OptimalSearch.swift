/// Policy iteration with exact evaluation, on a model in which, at gamma 1, every state has a policy that ends.
package struct OptimalSearch {
  /// Evaluates the policies.
  package private(set) var evaluator: PolicyEvaluator
  private let sweep: BellmanSweep
  private let gamma: Double
  /// The pair taken in each state, −1 at terminal states.
  package private(set) var pairs: [Int32]
  /// The value of ``pairs``, once ``evaluate()`` was called.
  package private(set) var values: [Double]
  private var policy: StationaryPolicy

  /// Begins with a policy; at gamma 1 it must end with probability 1 from every state.
  ///
  /// - Parameter pairs: A pair for each state, or nil for the first of each; what stands at terminal states is ignored.
  package init(_ evaluator: PolicyEvaluator, gamma: Double, pairs: [Int32]? = nil) {
    let model = evaluator.model
    self.evaluator = evaluator
    self.gamma = gamma
    sweep = BellmanSweep(model)
    let given = pairs ?? Array(model.pairOffsets.dropLast())
    self.pairs = (0..<model.stateCount).map { model.isTerminal($0) ? -1 : given[$0] }
    values = [Double](repeating: 0, count: model.stateCount)
    policy = StationaryPolicy(pairs: self.pairs, of: model)
  }

  private var model: FiniteMDP { evaluator.model }

  /// Moves to the greedy policy of some sweeps, which saves exact evaluations; where that policy does not end, it is left alone.
  package mutating func warmUp() {
    var sweeper = ModelSweeper(model, threads: 1)
    let work = evaluator.isDirect ? 4 * evaluator.operationCount : 1e10
    let limit = min(evaluator.isDirect ? 1000 : 1_000_000, max(8, Int(work / Double(max(1, model.outcomeCount)))))
    for _ in 0..<limit {
      let change = sweeper.sweepOptimal(gamma: gamma)
      let aim = evaluator.isDirect ? 1e-6 : 1e-13
      if change.greatest - change.least <= aim * sweeper.magnitude && (gamma < 1 || change.size <= aim) { break }
    }
    let q = sweeper.actionValues(gamma: gamma)
    var greedy = pairs
    for state in 0..<model.stateCount where pairs[state] >= 0 { greedy[state] = Self.best(q, model.pairs(of: state)) }
    if gamma == 1 {
      let structure = PolicyStructure(
        model, StationaryPolicy(pairs: greedy, of: model).probabilities, reached: nil)
      for state in 0..<model.stateCount where structure.mayStay[state] { greedy[state] = pairs[state] }
    }
    replace(with: greedy)
  }

  private static func best(_ q: [Double], _ pairs: Range<Int>) -> Int32 {
    var best = pairs.lowerBound
    for pair in pairs where q[pair] > q[best] { best = pair }
    return Int32(best)
  }

  private mutating func replace(with new: [Int32]) {
    for state in 0..<pairs.count where new[state] != pairs[state] {
      policy.move(from: Int(pairs[state]), to: Int(new[state]))
      pairs[state] = new[state]
    }
  }

  /// Evaluates the policy.
  ///
  /// - Returns: A state in a class that the policy never leaves, or nil where there is none; then ``values`` are as they were.
  package mutating func evaluate() -> Int? {
    let evaluation = evaluator.evaluate(policy, gamma: gamma)
    if let first = evaluation.closedClasses.first { return first[0] }
    values = evaluation.values
    return nil
  }

  /// Takes in each state the best pair for ``values``, where it is better than the present one by more than rounding.
  ///
  /// - Returns: In how many states the policy changed.
  package mutating func improve() -> Int {
    let q = sweep.actionValues(of: values, gamma: gamma)
    var new = pairs
    var changed = 0
    for state in 0..<model.stateCount where pairs[state] >= 0 {
      let best = Self.best(q, model.pairs(of: state))
      if best == pairs[state] { continue }
      let size = noise(Int(best)) + noise(Int(pairs[state]))
      if q[Int(best)] - q[Int(pairs[state])] > size {
        new[state] = best
        changed += 1
      }
    }
    replace(with: new)
    return changed
  }

  /// `‖T V − V‖∞` of ``values``.
  package func residual() -> Double {
    var sweeper = ModelSweeper(model, threads: 1)
    sweeper.replaceValues(with: values)
    return sweeper.sweepOptimal(gamma: gamma).size
  }

  /// What the value of a pair may be wrong by.
  private func noise(_ pair: Int) -> Double {
    var size = 0.0
    for k in model.outcomes(of: pair) {
      let target = Int(model.targets[k])
      size += model.probabilities[k] * (abs(model.rewards[k]) + gamma * (target < 0 ? 0 : abs(values[target])))
    }
    return 1e-13 * size
  }

  /// Evaluates and improves until nothing changes.
  ///
  /// - Returns: Undiscounted, a state in a loop that pays, or pays nothing on average but not throughout; nil where all is well.
  package mutating func solve() -> Int? {
    if let state = search() { return state }
    if gamma < 1 { return nil }
    // Among pairs that are best to rounding there must be no way to go on for ever.
    let q = sweep.actionValues(of: values, gamma: gamma)
    var isBest = [Bool](repeating: false, count: model.pairCount)
    for state in 0..<model.stateCount {
      for pair in model.pairs(of: state) { isBest[pair] = q[pair] >= values[state] - noise(pair) }
    }
    return EndComponents(model, isAllowed: isBest).component.firstIndex { $0 >= 0 }
  }

  private mutating func search() -> Int? {
    if let state = evaluate() { return state }
    while improve() > 0 {
      let old = values
      if let state = evaluate() { return state }
      // Improvements that are noise after all could go round for ever.
      var gain = 0.0
      for state in 0..<pairs.count { gain = max(gain, (values[state] - old[state]) / max(1e-300, abs(values[state]))) }
      if gain <= 1e-14 { break }
    }
    return nil
  }

  /// A certified bound on `‖V − V*‖∞` for ``values``.
  ///
  /// Below gamma 1, the residual `‖T V − V‖` over `1 − γ`. At gamma 1, let `w` be the expected steps to the end of the slowest policy
  /// that takes pairs within `δ` of the best. Then `U = V + c w` satisfies `T U ≤ U` for the least `c` with
  ///
  ///     Q(s, a) − V(s) ≤ c [w(s) − Σ_s′ p(s′|s, a) w(s′)]   for every pair,
  ///
  /// which one sweep checks, and so `V* ≤ U`; and `V − c w` is below the value of the policy. Rounding of both sides is added.
  package mutating func errorBound() -> Double {
    let largest = values.reduce(0) { max($0, abs($1)) }
    let rounding = sweep.rounding(gamma: gamma, largest: largest)
    if gamma < 1 {
      var sweeper = ModelSweeper(model, threads: 1)
      sweeper.replaceValues(with: values)
      let change = sweeper.sweepOptimal(gamma: gamma)
      return (change.size + 2 * rounding) / (1 - gamma) * (1 + 8 * Double.ulpOfOne)
    }
    let certificate = TotalRewardCertificate(sweep, values: values)
    for share in [1e-10, 1e-7, 1e-4] {
      let near = certificate.nearlyBest(within: share * max(largest, 1e-300))
      if let steps = slowest(near), let bound = certificate.bound(steps: steps) { return bound.error(values) }
    }
    return .infinity
  }

  /// The expected steps to the end of the slowest policy among some pairs, the present one among them; nil where one never ends.
  private mutating func slowest(_ isAllowed: [Bool]) -> [Double]? {
    let ones = [Double](repeating: 1, count: model.pairCount)
    var slow = policy
    var current = pairs
    while true {
      let evaluation = evaluator.evaluate(slow, gamma: 1, rewards: ones)
      if !evaluation.isProper { return nil }
      let steps = evaluation.values
      var changed = false
      for state in 0..<model.stateCount where current[state] >= 0 {
        func ahead(_ pair: Int) -> Double {
          var sum = 0.0
          for k in model.outcomes(of: pair) where model.targets[k] >= 0 {
            sum += model.probabilities[k] * steps[Int(model.targets[k])]
          }
          return sum
        }
        var best = Int(current[state])
        var most = ahead(best)
        for pair in model.pairs(of: state) where isAllowed[pair] {
          let time = ahead(pair)
          if time > most + 1e-9 * (1 + most) { (best, most) = (pair, time) }
        }
        if best != Int(current[state]) {
          slow.move(from: Int(current[state]), to: best)
          current[state] = Int32(best)
          changed = true
        }
      }
      if !changed { return steps }
    }
  }
}

extension OptimalSearch: Checkpointable {
  /// Stores the policy and the values.
  package func save(to writer: inout StateWriter) {
    writer.write(pairs)
    writer.write(values)
  }

  /// Takes up the policy and the values.
  package mutating func restore(from reader: inout StateReader) throws(StateError) {
    let stored = try reader.list(of: 0 as Int32)
    guard stored.count == pairs.count else { throw StateError("\(stored.count) pairs do not fit") }
    for state in 0..<stored.count
    where pairs[state] < 0 ? stored[state] >= 0 : !model.pairs(of: state).contains(Int(stored[state])) {
      throw StateError("pair \(stored[state]) does not fit state \(state)")
    }
    replace(with: stored)
    values = try reader.list(of: 0.0)
    guard values.count == model.stateCount else { throw StateError("\(values.count) values do not fit") }
  }
}

extension StationaryPolicy {
  /// Gives a pair the probability 1 that another of the same state had.
  mutating func move(from old: Int, to new: Int) { setProbability(0, of: old, and: 1, of: new) }
}
