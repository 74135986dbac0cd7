/// Orders of the states in which sweeps in place carry values far at once: each state after those that it leads to.
///
/// The strongly connected components of the graph of all actions come first those that lead nowhere else (Dai & Goldsmith, 2007,
/// "Topological value iteration algorithm"); within a component, states come by their distance from its exits: from the ends of
/// episodes, and from components before it. A component without exits begins where the best immediate reward is.
package struct PropagationOrder: Sendable {
  /// The states that offer actions.
  package let states: [Int32]
  /// Where each component begins; one entry more than there are.
  package let componentOffsets: [Int32]

  /// Orders the states of a model.
  ///
  /// - Complexity: O(outcomes).
  package init(_ model: FiniteMDP) {
    var offsets: [Int32] = [0]
    offsets.reserveCapacity(model.stateCount + 1)
    var targets: [Int32] = []
    var seen = [Int32](repeating: -1, count: model.stateCount)
    var isExit = [Bool](repeating: false, count: model.stateCount)
    for state in 0..<model.stateCount {
      for pair in model.pairs(of: state) {
        for k in model.outcomes(of: pair) {
          let target = Int(model.targets[k])
          if target < 0 || model.isTerminal(target) {
            isExit[state] = true
          } else if target != state && seen[target] != Int32(state) {
            seen[target] = Int32(state)
            targets.append(Int32(target))
          }
        }
      }
      offsets.append(Int32(targets.count))
    }
    let graph = Graph(offsets: offsets, targets: targets)
    let components = graph.strongComponents()
    let reversed = graph.reversed()
    for state in 0..<model.stateCount where !isExit[state] {
      for k in graph.successors(of: state)
      where components.component[Int(graph.targets[k])] != components.component[state] {
        isExit[state] = true
        break
      }
    }
    var order: [Int32] = []
    order.reserveCapacity(model.stateCount)
    var starts: [Int32] = [0]
    var isListed = [Bool](repeating: false, count: model.stateCount)
    for c in 0..<components.offsets.count - 1 {
      let members = components.vertices[Int(components.offsets[c])..<Int(components.offsets[c + 1])].filter {
        !model.isTerminal(Int($0))
      }
      if members.isEmpty { continue }
      var sources = members.filter { isExit[Int($0)] }.sorted()
      if sources.isEmpty {
        func reward(_ state: Int32) -> Double {
          model.pairs(of: Int(state)).reduce(-Double.infinity) { max($0, model.expectedRewards[$1]) }
        }
        let best = members.reduce(-Double.infinity) { max($0, reward($1)) }
        sources = members.filter { reward($0) == best }.sorted()
      }
      var next = order.count
      for state in sources {
        isListed[Int(state)] = true
        order.append(state)
      }
      while next < order.count {
        let state = Int(order[next])
        next += 1
        for k in reversed.successors(of: state) {
          let source = Int(reversed.targets[k])
          if !isListed[source] && components.component[source] == components.component[state] {
            isListed[source] = true
            order.append(Int32(source))
          }
        }
      }
      starts.append(Int32(order.count))
    }
    states = order
    componentOffsets = starts
  }
}
