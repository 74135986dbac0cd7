/// What staying in its closed classes is worth to a policy, undiscounted.
struct ClosedClassVerdict {
  private let structure: PolicyStructure
  private let up: [Bool]
  private let down: [Bool]
  private let unclear: [Bool]

  /// - Parameters:
  ///   - rewards: The expected reward of each pair.
  ///   - solve: Gives the values where some states are pinned to 0; called twice, the second time for good.
  init(
    _ structure: PolicyStructure, _ model: FiniteMDP, _ policy: StationaryPolicy, _ rewards: [Double],
    solve: (_ pinned: [Bool]) -> [Double]
  ) {
    self.structure = structure
    func reward(_ state: Int) -> Double {
      var sum = 0.0
      for pair in model.pairs(of: state) where policy.probabilities[pair] > 0 {
        sum += policy.probabilities[pair] * rewards[pair]
      }
      return sum
    }
    func paysNothing(_ members: [Int]) -> Bool {
      members.allSatisfy { state in
        model.pairs(of: state).allSatisfy { policy.probabilities[$0] == 0 || rewards[$0] == 0 }
      }
    }
    let classes = structure.closedClasses.filter { !paysNothing($0) }
    var gains = [Double](repeating: 0, count: classes.count)
    if !classes.isEmpty {
      // The sign of the average reward is that of the reward collected between two visits of one state.
      var pinned = [Bool](repeating: false, count: model.stateCount)
      for members in structure.closedClasses { pinned[members[0]] = true }
      let values = solve(pinned)
      for (c, members) in classes.enumerated() {
        let anchor = members[0]
        var cycle = reward(anchor)
        var size = members.reduce(0) { max($0, abs(reward($1)), abs(values[$1])) }
        size = max(size, abs(cycle))
        for pair in model.pairs(of: anchor) where policy.probabilities[pair] > 0 {
          for k in model.outcomes(of: pair) where Int(model.targets[k]) != anchor {
            cycle += policy.probabilities[pair] * model.probabilities[k] * values[Int(model.targets[k])]
          }
        }
        gains[c] = abs(cycle) <= 1e-12 * size ? 0 : cycle
      }
    }
    func states(_ include: (Double) -> Bool) -> [Bool] {
      structure.reaching(zip(classes, gains).filter { include($0.1) }.flatMap(\.0))
    }
    up = states { $0 > 0 }
    down = states { $0 < 0 }
    unclear = states { $0 == 0 }
    var pinned = [Bool](repeating: false, count: model.stateCount)
    for members in structure.closedClasses { for state in members { pinned[state] = true } }
    for state in 0..<model.stateCount where up[state] || down[state] || unclear[state] { pinned[state] = true }
    _ = solve(pinned)
  }

  /// Writes infinities, and what never ends, into an evaluation whose other values are right.
  func apply(to evaluation: inout PolicyEvaluation, _ model: FiniteMDP) {
    for state in 0..<model.stateCount where up[state] || down[state] || unclear[state] {
      let isClear = !unclear[state] && up[state] != down[state]
      evaluation.values[state] = isClear ? (up[state] ? .infinity : -.infinity) : .nan
    }
    evaluation.closedClasses = structure.closedClasses
    evaluation.startValue = 0
    for start in model.initial {
      evaluation.startValue += start.probability * evaluation.values[start.state]
      if structure.mayStay[start.state] { evaluation.endsFromStart = false }
    }
  }
}
