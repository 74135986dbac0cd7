/// What a policy's graph says about undiscounted evaluation: where the policy never ends.
struct PolicyStructure {
  /// The classes of states that the policy never leaves once inside, with no way to an end.
  var closedClasses: [[Int]] = []
  /// For each state, whether the policy may come into a closed class from it.
  var mayStay: [Bool]
  private let reversed: Graph

  /// - Parameters:
  ///   - reached: The states that matter, closed under the policy; nil for all.
  init(_ model: FiniteMDP, _ policy: UnsafePointer<Double>, reached: [Bool]?) {
    var offsets: [Int32] = [0]
    offsets.reserveCapacity(model.stateCount + 1)
    var targets: [Int32] = []
    var escapes = [Bool](repeating: false, count: model.stateCount)
    for state in 0..<model.stateCount {
      if model.isTerminal(state) || reached.map({ !$0[state] }) ?? false {
        escapes[state] = true
      } else {
        for pair in model.pairs(of: state) where policy[pair] > 0 {
          for k in model.outcomes(of: pair) {
            let target = Int(model.targets[k])
            if target < 0 || model.isTerminal(target) {
              escapes[state] = true
            } else {
              targets.append(Int32(target))
            }
          }
        }
      }
      offsets.append(Int32(targets.count))
    }
    let graph = Graph(offsets: offsets, targets: targets)
    reversed = graph.reversed()
    let components = graph.strongComponents()
    for c in 0..<components.offsets.count - 1 {
      let members = components.vertices[Int(components.offsets[c])..<Int(components.offsets[c + 1])]
      let isClosed = members.allSatisfy { v in
        !escapes[Int(v)]
          && graph.successors(of: Int(v)).allSatisfy { components.component[Int(graph.targets[$0])] == Int32(c) }
      }
      if isClosed { closedClasses.append(members.map(Int.init).sorted()) }
    }
    closedClasses.sort { $0[0] < $1[0] }
    mayStay = []
    mayStay = reaching(closedClasses.flatMap { $0 })
  }

  /// The states from which the policy may come to some of the given ones, these included.
  func reaching(_ goals: [Int]) -> [Bool] {
    var reached = [Bool](repeating: false, count: reversed.count)
    var stack = goals
    for goal in goals { reached[goal] = true }
    while let v = stack.popLast() {
      for k in reversed.successors(of: v) {
        let w = Int(reversed.targets[k])
        if !reached[w] {
          reached[w] = true
          stack.append(w)
        }
      }
    }
    return reached
  }
}
