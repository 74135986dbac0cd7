/// A model prepared for gamma 1, so that what remains is a problem in which every state has a policy that ends, and no policy that does
/// not end is worth anything.
///
/// 1. Sets of states in which one can move about for nothing for ever (end components of pairs with expected reward 0) become one
///    state each, with one more action: to stay for ever, of value 0. Without this, the optimality equation has more solutions than
///    V* (de Alfaro, 1997; Haddad & Monmege, 2014, "Reachability in MDPs: refining convergence of value iteration").
/// 2. States from which no policy ends with probability 1 are worth −∞; pairs that may lead there are left out.
///
/// 3. A loop that pays more than nothing on average makes values infinite, which is an error. The average is bounded by value iteration
///    within each end component that has a positive reward; where a component's average is so near 0 that this does not tell, policy
///    iteration will.
package struct TotalRewardModel: Sendable {
  /// The task as it is.
  package let original: FiniteMDP
  /// The prepared model.
  package let quotient: FiniteMDP
  /// The state of the quotient that each state belongs to.
  package let classes: [Int32]
  /// The pair of the original behind each pair of the quotient; −1 for staying.
  package let originalPairs: [Int32]
  /// Whether each state is worth −∞.
  package let isHopeless: [Bool]
  /// A pair of the quotient for each of its states, which together end with probability 1; −1 at terminal states.
  package let properPairs: [Int32]
  /// Whether the quotient is the original itself.
  package let isIdentity: Bool
  let components: EndComponents

  /// Prepares a model.
  ///
  /// - Throws: ``PlanningError`` where episodes may begin in a state that is worth −∞.
  package init(_ model: FiniteMDP) throws(PlanningError) {
    original = model
    components = EndComponents(model, isAllowed: model.expectedRewards.map { $0 == 0 })
    var stage = Stage(
      model: model, classes: (0..<Int32(model.stateCount)).map { $0 }, pairs: (0..<Int32(model.pairCount)).map { $0 })
    if components.count > 0 { stage = Self.collapse(model, components) }
    let proper = Self.properPairs(stage.model)
    let hopeless = (0..<stage.model.stateCount).map { !stage.model.isTerminal($0) && proper[$0] < 0 }
    isHopeless = stage.classes.map { hopeless[Int($0)] }
    isIdentity = components.count == 0 && !hopeless.contains(true)
    if hopeless.contains(true) {
      stage = Self.drop(hopeless, from: stage)
      properPairs = Self.properPairs(stage.model)
    } else {
      properPairs = proper
    }
    quotient = stage.model
    classes = stage.classes
    originalPairs = stage.pairs
    for start in model.initial where isHopeless[start.state] {
      if model.isContinuing { throw .continuing }
      throw .neverEnds(state: start.state, label: model.stateLabels.label(of: start.state))
    }
    if let state = Self.payingState(model, isHopeless) {
      if model.isContinuing { throw .continuing }
      throw .unbounded(state: state, label: model.stateLabels.label(of: state))
    }
  }

  /// A state of an end component whose best average reward is positive; of hopeless states, also one where that cannot be told.
  private static func payingState(_ model: FiniteMDP, _ isHopeless: [Bool]) -> Int? {
    guard model.expectedRewards.contains(where: { $0 > 0 }) else { return nil }
    let all = EndComponents(model, isAllowed: [Bool](repeating: true, count: model.pairCount))
    var members = [[Int]](repeating: [], count: all.count)
    for state in 0..<model.stateCount where all.component[state] >= 0 {
      members[Int(all.component[state])].append(state)
    }
    for states in members {
      let pairs = states.map { state in model.pairs(of: state).filter { all.isInside[$0] } }
      if !pairs.joined().contains(where: { model.expectedRewards[$0] > 0 }) { continue }
      switch averageSign(model, states, pairs) {
      case .some(let sign) where sign > 0: return states[0]
      case .none where isHopeless[states[0]]: return states[0]
      default: break
      }
    }
    return nil
  }

  /// The sign of the best average reward within an end component, or nil where it is 0 or too near to tell.
  ///
  ///     min_s (T v − v)(s)  ≤  g*  ≤  max_s (T v − v)(s)      Puterman (1994), theorem 8.5.5
  ///
  /// with half of every step spent staying, so that periods do not matter.
  private static func averageSign(_ model: FiniteMDP, _ states: [Int], _ pairs: [[Int]]) -> Int? {
    var v = [Double](repeating: 0, count: model.stateCount)
    let work = pairs.joined().reduce(0) { $0 + model.outcomes(of: $1).count }
    var changes = [Double](repeating: 0, count: states.count)
    for _ in 0..<max(10, min(20_000, 100_000_000 / max(1, work))) {
      var largest = 0.0
      for (index, state) in states.enumerated() {
        var best = -Double.infinity
        for pair in pairs[index] {
          var x = model.expectedRewards[pair]
          for k in model.outcomes(of: pair) { x += model.probabilities[k] * v[Int(model.targets[k])] }
          best = max(best, x)
        }
        changes[index] = best - v[state]
        largest = max(largest, abs(v[state]), abs(best))
      }
      let rounding = 1e-12 * largest
      if changes.min()! > rounding { return 1 }
      if changes.max()! < -rounding { return -1 }
      if changes.max()! - changes.min()! <= rounding { return nil }
      let anchor = v[states[0]] + changes[0] / 2
      for (index, state) in states.enumerated() { v[state] += changes[index] / 2 - anchor }
    }
    return nil
  }

  /// Gives each state the value of its class, −∞ to hopeless ones.
  package func lift(_ values: [Double]) -> [Double] {
    (0..<original.stateCount).map { isHopeless[$0] ? -.infinity : values[Int(classes[$0])] }
  }

  /// A policy of the quotient, changed to ``properPairs`` in the states from which it may never end.
  package func ending(_ pairs: [Int32]) -> [Int32] {
    let safe = (0..<pairs.count).map { quotient.isTerminal($0) ? 0 : pairs[$0] }
    let structure = PolicyStructure(
      quotient, StationaryPolicy(pairs: safe, of: quotient).probabilities, reached: nil)
    return (0..<pairs.count).map { structure.mayStay[$0] ? properPairs[$0] : pairs[$0] }
  }

  /// The error to throw where a loop through a state of the quotient pays.
  package func payingLoop(at state: Int) -> PlanningError {
    if original.isContinuing { return .continuing }
    let member = classes.firstIndex(of: Int32(state))!
    return .unbounded(state: member, label: original.stateLabels.label(of: member))
  }

  /// A policy of the original that does what a policy of the quotient does: within a class that it leaves, every state goes toward the
  /// exit for nothing.
  ///
  /// - Parameter pairs: The pair of the quotient taken in each of its states.
  /// - Returns: A pair of the original for each state; −1 at terminal states. At hopeless states the first that is offered.
  package func lift(pairs: [Int32]) -> [Int32] {
    var result = [Int32](repeating: -1, count: original.stateCount)
    var owners = [Int32](repeating: 0, count: original.pairCount)
    for state in 0..<original.stateCount { for pair in original.pairs(of: state) { owners[pair] = Int32(state) } }
    for state in 0..<original.stateCount where !original.isTerminal(state) {
      if isHopeless[state] {
        result[state] = original.pairOffsets[state]
      } else if components.component[state] < 0 {
        result[state] = originalPairs[Int(pairs[Int(classes[state])])]
      }
    }
    guard components.count > 0 else { return result }
    let arrivals = PairIndex(original, components.isInside)
    for state in 0..<original.stateCount where components.component[state] >= 0 && !isHopeless[state] {
      let exit = originalPairs[Int(pairs[Int(classes[state])])]
      if exit < 0 {
        result[state] = Int32(original.pairs(of: state).first { components.isInside[$0] }!)
      } else if result[Int(owners[Int(exit)])] != exit {
        // Once a class: backwards from the exit, each state takes the pair that was found first.
        var front = [Int(owners[Int(exit)])]
        result[front[0]] = exit
        while !front.isEmpty {
          var next: [Int] = []
          for goal in front {
            for k in arrivals.range(of: goal) {
              let source = Int(arrivals.sources[k])
              if result[source] < 0 {
                result[source] = arrivals.pairs[k]
                next.append(source)
              }
            }
          }
          front = next
        }
      }
    }
    return result
  }

  /// The policy of the original that is greedy in values of the quotient and gets out of every class that is worth leaving.
  ///
  /// - Parameters:
  ///   - values: `V` of each state of the quotient.
  ///   - tolerance: How far below the best a pair still counts as best.
  ///   - splitting: Whether best pairs share the probability, moves within a class among them; else the first one has all, and states
  ///     of the class go toward it.
  package func greedyPolicy(_ values: [Double], tolerance: Double, splitting: Bool) -> StationaryPolicy {
    let q = BellmanSweep(quotient).actionValues(of: values, gamma: 1)
    var isBest = [Bool](repeating: false, count: original.pairCount)
    var first = [Int32](repeating: -1, count: quotient.stateCount)
    for state in 0..<quotient.stateCount {
      let best = quotient.pairs(of: state).reduce(-Double.infinity) { max($0, q[$1]) }
      for pair in quotient.pairs(of: state) where q[pair] >= best - tolerance {
        if first[state] < 0 { first[state] = Int32(pair) }
        if originalPairs[pair] >= 0 { isBest[Int(originalPairs[pair])] = true }
      }
    }
    if !splitting {
      var pairs = lift(pairs: first)
      for state in 0..<pairs.count where pairs[state] < 0 { pairs[state] = 0 }
      return StationaryPolicy(pairs: pairs, of: original)
    }
    var probabilities = [Double](repeating: 0, count: original.pairCount)
    for state in 0..<original.stateCount {
      let pairs = original.pairs(of: state)
      let chosen = pairs.filter { isBest[$0] || components.isInside[$0] || isHopeless[state] }
      for pair in chosen { probabilities[pair] = 1 / Double(chosen.count) }
    }
    return StationaryPolicy(unchecked: probabilities)
  }

  // MARK: - Preparation

  private struct Stage {
    var model: FiniteMDP
    var classes: [Int32]
    var pairs: [Int32]
  }

  private static func collapse(_ model: FiniteMDP, _ components: EndComponents) -> Stage {
    var classes = [Int32](repeating: -1, count: model.stateCount)
    var members: [[Int]] = []
    var classOfComponent = [Int32](repeating: -1, count: components.count)
    for state in 0..<model.stateCount {
      let c = Int(components.component[state])
      if c >= 0 && classOfComponent[c] >= 0 {
        classes[state] = classOfComponent[c]
        members[Int(classes[state])].append(state)
      } else {
        classes[state] = Int32(members.count)
        if c >= 0 { classOfComponent[c] = classes[state] }
        members.append([state])
      }
    }
    var rows = Rows()
    for list in members {
      for state in list {
        for pair in model.pairs(of: state) where !components.isInside[pair] { rows.append(pair, of: model, classes) }
      }
      if components.component[list[0]] >= 0 { rows.appendStay() }
      rows.endState()
    }
    return Stage(model: rows.model(starts: model.initial, classes), classes: classes, pairs: rows.pairs)
  }

  private static func drop(_ hopeless: [Bool], from stage: Stage) -> Stage {
    let identity = (0..<Int32(stage.model.stateCount)).map { $0 }
    var rows = Rows()
    for state in 0..<stage.model.stateCount {
      if !hopeless[state] {
        for pair in stage.model.pairs(of: state) {
          let isSafe = stage.model.outcomes(of: pair).allSatisfy {
            stage.model.targets[$0] < 0 || !hopeless[Int(stage.model.targets[$0])]
          }
          if isSafe { rows.append(pair, of: stage.model, identity) }
        }
      }
      rows.endState()
    }
    return Stage(
      model: rows.model(starts: stage.model.initial, identity), classes: stage.classes,
      pairs: rows.pairs.map { stage.pairs[Int($0)] })
  }

  private struct Rows {
    var pairs: [Int32] = []
    private var pairOffsets: [Int32] = [0]
    private var actions: [Int32] = []
    private var outcomeOffsets: [Int32] = [0]
    private var probabilities: [Double] = []
    private var targets: [Int32] = []
    private var rewards = RewardColumn()
    private var expected: [Double] = []
    private var most = 1

    mutating func append(_ pair: Int, of model: FiniteMDP, _ classes: [Int32]) {
      for k in model.outcomes(of: pair) {
        let target = model.targets[k]
        probabilities.append(model.probabilities[k])
        targets.append(target < 0 ? ~classes[Int(~target)] : classes[Int(target)])
        rewards.append(model.rewards[k])
      }
      end(pair: Int32(pair), reward: model.expectedRewards[pair])
    }

    mutating func appendStay() {
      probabilities.append(1)
      targets.append(~Int32(pairOffsets.count - 1))
      rewards.append(0)
      end(pair: -1, reward: 0)
    }

    private mutating func end(pair: Int32, reward: Double) {
      actions.append(Int32(pairs.count) - pairOffsets.last!)
      pairs.append(pair)
      expected.append(reward)
      outcomeOffsets.append(Int32(probabilities.count))
    }

    mutating func endState() {
      most = max(most, pairs.count - Int(pairOffsets.last!))
      pairOffsets.append(Int32(pairs.count))
    }

    func model(starts: [StateProbability], _ classes: [Int32]) -> FiniteMDP {
      var weights = [Double](repeating: 0, count: pairOffsets.count - 1)
      for start in starts { weights[Int(classes[start.state])] += start.probability }
      let initial = weights.indices.filter { weights[$0] > 0 }.map {
        StateProbability(state: $0, probability: weights[$0])
      }
      return FiniteMDP(
        stateCount: pairOffsets.count - 1, actionCount: most, pairOffsets: pairOffsets, pairActions: actions,
        outcomeOffsets: outcomeOffsets, probabilities: probabilities, targets: targets, rewards: rewards,
        expectedRewards: expected, initial: initial, stateLabels: .numbered,
        actionLabels: (0..<most).map { "\($0)" })
    }
  }

  /// A pair for each state such that episodes end with probability 1 from all of them; −1 where no policy does that.
  ///
  /// Backwards from the ends, each state takes a pair that may bring it nearer and surely stays among states that can end. States that get
  /// none are lost, and with them every pair that may lead there and every state that has no other; repeated until no state is lost
  /// (Baier & Katoen, 2008, sec. 10.6.1). Each round takes a time linear in the outcomes.
  static func properPairs(_ model: FiniteMDP) -> [Int32] {
    let arrivals = PairIndex(model, [Bool](repeating: true, count: model.pairCount))
    var isLost = [Bool](repeating: false, count: model.stateCount)
    var isUsable = [Bool](repeating: true, count: model.pairCount)
    var usablePairs = (0..<model.stateCount).map { model.pairs(of: $0).count }
    while true {
      var chosen = [Int32](repeating: -1, count: model.stateCount)
      var queue: [Int] = []
      for state in 0..<model.stateCount where !isLost[state] {
        let ending = model.pairs(of: state).first { pair in
          isUsable[pair]
            && model.outcomes(of: pair).contains { model.targets[$0] < 0 || model.isTerminal(Int(model.targets[$0])) }
        }
        if let ending {
          chosen[state] = Int32(ending)
          queue.append(state)
        }
      }
      var next = 0
      while next < queue.count {
        for k in arrivals.range(of: queue[next]) {
          let source = Int(arrivals.sources[k])
          if !isLost[source] && chosen[source] < 0 && isUsable[Int(arrivals.pairs[k])] {
            chosen[source] = arrivals.pairs[k]
            queue.append(source)
          }
        }
        next += 1
      }
      var lost = (0..<model.stateCount).filter { !isLost[$0] && !model.isTerminal($0) && chosen[$0] < 0 }
      if lost.isEmpty { return chosen }
      for state in lost { isLost[state] = true }
      while let state = lost.popLast() {
        for k in arrivals.range(of: state) where isUsable[Int(arrivals.pairs[k])] {
          let source = Int(arrivals.sources[k])
          isUsable[Int(arrivals.pairs[k])] = false
          usablePairs[source] -= 1
          if usablePairs[source] == 0 && !isLost[source] {
            isLost[source] = true
            lost.append(source)
          }
        }
      }
    }
  }
}
