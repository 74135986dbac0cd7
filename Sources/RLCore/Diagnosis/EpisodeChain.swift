/// The Markov chain of a policy where the end of an episode is followed, at no cost of time, by the next one's start.
///
/// Its graph has one node more than there are states, ``count``: what lies between two episodes. All ends lead there and it leads to all
/// starts, so that the chain is as large as the model, however many starts there are.
struct EpisodeChain {
  /// The number of states.
  let count: Int
  /// The start distribution.
  let start: [Double]
  /// The states of the next step, state by state and rising in each.
  private(set) var targets: [Int32] = []
  private var offsets = [0]
  private var probabilities: [Double] = []
  /// The probability that the episode ends with a step from each state.
  private var endings: [Double] = []
  private let starts: [Int32]

  /// The chain of a policy.
  init(_ model: FiniteMDP, _ policy: StationaryPolicy) {
    count = model.stateCount
    var start = [Double](repeating: 0, count: count)
    for begun in model.initial { start[begun.state] += begun.probability }
    self.start = start
    starts = (0..<count).filter { start[$0] > 0 }.map { Int32($0) }
    offsets.reserveCapacity(count + 1)
    endings.reserveCapacity(count)
    var row: [(target: Int32, probability: Double)] = []
    for state in 0..<count {
      row.removeAll(keepingCapacity: true)
      var ending = model.isTerminal(state) ? 1.0 : 0
      for pair in model.pairs(of: state) where policy.probabilities[pair] > 0 {
        for k in model.outcomes(of: pair) {
          let weight = policy.probabilities[pair] * model.probabilities[k]
          let target = model.targets[k]
          if target < 0 || model.isTerminal(Int(target)) {
            ending += weight
          } else {
            row.append((target, weight))
          }
        }
      }
      row.sort { $0.target < $1.target }
      for entry in row {
        if targets.count > offsets[state], targets[targets.count - 1] == entry.target {
          probabilities[probabilities.count - 1] += entry.probability
        } else {
          targets.append(entry.target)
          probabilities.append(entry.probability)
        }
      }
      offsets.append(targets.count)
      endings.append(ending)
    }
  }

  /// Where a node leads: a state to states, and to ``count`` where an episode may end with the step; that one to the starts.
  func successors(of node: Int) -> [Int] {
    if node == count { return starts.map { Int($0) } }
    return targets[offsets[node]..<offsets[node + 1]].map { Int($0) } + (endings[node] > 0 ? [count] : [])
  }

  /// Which nodes come up from the start.
  func reached() -> [Bool] {
    var reached = [Bool](repeating: false, count: count + 1)
    var stack = starts.map { Int($0) }
    for state in stack { reached[state] = true }
    while let node = stack.popLast() {
      for next in successors(of: node) where !reached[next] {
        reached[next] = true
        stack.append(next)
      }
    }
    return reached
  }

  /// The graph of some nodes; the others have no arcs.
  func graph(of isIncluded: [Bool]) -> Graph {
    var graph = Graph(offsets: [0], targets: [])
    for node in 0...count {
      if isIncluded[node] { graph.targets += successors(of: node).map { Int32($0) } }
      graph.offsets.append(Int32(graph.targets.count))
    }
    return graph
  }

  /// The greatest common divisor of the lengths of ways from a state back to it, where none is left for ever.
  func period(from first: Int) -> Int {
    var level = [Int](repeating: -1, count: count + 1)
    level[first] = 0
    var queue = [first]
    var divisor = 0
    var next = 0
    while next < queue.count {
      let node = queue[next]
      next += 1
      let reach = level[node] + (node == count ? 0 : 1)
      for target in successors(of: node) {
        if level[target] < 0 {
          level[target] = reach
          queue.append(target)
        } else {
          var (a, b) = (divisor, abs(reach - level[target]))
          while b != 0 { (a, b) = (b, a % b) }
          divisor = a
        }
      }
    }
    return max(1, divisor)
  }

  /// The distribution one step later; lazily, of the chain that stays with probability 1/2.
  func step(_ now: [Double], isLazy: Bool) -> [Double] {
    var next = now.map { isLazy ? $0 / 2 : 0 }
    var ended = 0.0
    for state in 0..<count where now[state] > 0 {
      let weight = isLazy ? 0.5 * now[state] : now[state]
      for k in offsets[state]..<offsets[state + 1] { next[Int(targets[k])] += weight * probabilities[k] }
      ended += weight * endings[state]
    }
    if ended > 0 { for state in starts { next[Int(state)] += ended * start[Int(state)] } }
    return next
  }

  /// The transition matrix of some states that include all starts and are not left.
  func matrix(of states: [Int], isLazy: Bool) -> [Double] {
    let n = states.count
    var place = [Int](repeating: -1, count: count)
    for (index, state) in states.enumerated() { place[state] = index }
    let weight = isLazy ? 0.5 : 1
    var matrix = [Double](repeating: 0, count: n * n)
    for (index, state) in states.enumerated() {
      for k in offsets[state]..<offsets[state + 1] {
        matrix[index * n + place[Int(targets[k])]] += weight * probabilities[k]
      }
      for begun in starts { matrix[index * n + place[Int(begun)]] += weight * endings[state] * start[Int(begun)] }
      if isLazy { matrix[index * n + index] += 0.5 }
    }
    return matrix
  }
}
