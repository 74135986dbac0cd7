/// The maximal end components of a model: the largest sets of states that some policy can stay in for ever, going from each state to
/// each other with probability 1 (de Alfaro, 1997, *Formal Verification of Probabilistic Systems*, ch. 3; Baier & Katoen, 2008,
/// algorithm 47).
struct EndComponents {
  /// The component of each state, −1 where it is in none; numbered by least state.
  private(set) var component: [Int32]
  /// Whether each pair stays within a component.
  private(set) var isInside: [Bool]
  /// How many there are.
  private(set) var count = 0

  /// - Parameter isAllowed: Which pairs may be used, `pairCount` entries.
  init(_ model: FiniteMDP, isAllowed: [Bool]) {
    component = [Int32](repeating: -1, count: model.stateCount)
    var isAlive = isAllowed
    var left = [Int32](repeating: 0, count: model.stateCount)
    for state in 0..<model.stateCount {
      for pair in model.pairs(of: state) where isAlive[pair] {
        for k in model.outcomes(of: pair) {
          let target = Int(model.targets[k])
          if target < 0 || model.isTerminal(target) {
            isAlive[pair] = false
            break
          }
        }
        if isAlive[pair] { left[state] += 1 }
      }
    }
    isInside = isAlive
    guard left.contains(where: { $0 > 0 }) else { return }

    let arrivals = PairIndex(model, isAlive)
    var lost = (0..<model.stateCount).filter { left[$0] == 0 }
    while true {
      while let state = lost.popLast() {
        for k in arrivals.range(of: state) where isAlive[Int(arrivals.pairs[k])] {
          let source = Int(arrivals.sources[k])
          isAlive[Int(arrivals.pairs[k])] = false
          left[source] -= 1
          if left[source] == 0 { lost.append(source) }
        }
      }
      let components = Self.graph(model, isAlive).strongComponents().component
      var isStable = true
      for state in 0..<model.stateCount where left[state] > 0 {
        for pair in model.pairs(of: state) where isAlive[pair] {
          for k in model.outcomes(of: pair) where components[Int(model.targets[k])] != components[state] {
            isAlive[pair] = false
            left[state] -= 1
            isStable = false
            break
          }
        }
        if left[state] == 0 { lost.append(state) }
      }
      if isStable {
        var number = [Int32](repeating: -1, count: model.stateCount)
        for state in 0..<model.stateCount where left[state] > 0 {
          let c = Int(components[state])
          if number[c] < 0 {
            number[c] = Int32(count)
            count += 1
          }
          component[state] = number[c]
        }
        isInside = isAlive
        return
      }
    }
  }

  private static func graph(_ model: FiniteMDP, _ isAlive: [Bool]) -> Graph {
    var offsets: [Int32] = [0]
    offsets.reserveCapacity(model.stateCount + 1)
    var targets: [Int32] = []
    for state in 0..<model.stateCount {
      for pair in model.pairs(of: state) where isAlive[pair] {
        for k in model.outcomes(of: pair) where Int(model.targets[k]) != state { targets.append(model.targets[k]) }
      }
      offsets.append(Int32(targets.count))
    }
    return Graph(offsets: offsets, targets: targets)
  }
}

/// For each state, the pairs that may lead to it without ending the episode.
struct PairIndex {
  private var offsets: [Int32]
  /// The pairs, state by state.
  private(set) var pairs: [Int32]
  /// The state that each of these pairs belongs to.
  private(set) var sources: [Int32]

  /// - Parameter isIncluded: Which pairs are listed.
  init(_ model: FiniteMDP, _ isIncluded: [Bool]) {
    var offsets = [Int32](repeating: 0, count: model.stateCount + 1)
    for pair in 0..<model.pairCount where isIncluded[pair] {
      for k in model.outcomes(of: pair) where model.targets[k] >= 0 { offsets[Int(model.targets[k]) + 1] += 1 }
    }
    for state in 0..<model.stateCount { offsets[state + 1] += offsets[state] }
    var fill = offsets
    pairs = [Int32](repeating: 0, count: Int(offsets[model.stateCount]))
    sources = pairs
    for state in 0..<model.stateCount {
      for pair in model.pairs(of: state) where isIncluded[pair] {
        for k in model.outcomes(of: pair) where model.targets[k] >= 0 {
          let place = Int(fill[Int(model.targets[k])])
          fill[Int(model.targets[k])] += 1
          pairs[place] = Int32(pair)
          sources[place] = Int32(state)
        }
      }
    }
    self.offsets = offsets
  }

  /// Where the pairs that lead to a state are listed.
  func range(of state: Int) -> Range<Int> { Int(offsets[state])..<Int(offsets[state + 1]) }
}
