/// What exact evaluation needs to know of a model and of no policy: in which order states are eliminated, and where entries arise.
///
/// The states that offer actions are numbered by *position*: strongly connected components of the graph of all actions, sinks first,
/// so that each is solved when all that it leads to is known; within a component by minimum degree. Computed once a model, shared by
/// every evaluation of every policy.
final class EliminationPlan: Sendable {
  /// The state at each position.
  let states: [Int32]
  /// The position of each state, −1 for terminal states.
  let positions: [Int32]
  /// Where each component's positions begin; one entry more than there are components.
  let componentOffsets: [Int32]
  /// For each position, where its row of ``upper`` begins; one entry more than there are positions.
  let upperOffsets: [Int32]
  /// The later positions of the component that a position is joined to when it is eliminated, rising.
  let upper: [Int32]
  /// For each position, where its row of ``lower`` begins.
  let lowerOffsets: [Int32]
  /// The earlier positions that must be eliminated from a position's row, rising.
  let lower: [Int32]
  /// For each position, where its pairs begin, counted through in the order of positions.
  let pairOffsets: [Int32]
  /// For each of these pairs, where its arcs begin.
  let arcOffsets: [Int32]
  /// Where an arc leads: a position of the same component, or `~position` of one that is solved before.
  let arcTargets: [Int32]
  /// The probability of each arc; arcs of a pair to the same state are merged, those to the state itself left out.
  let arcProbabilities: [Double]
  /// The probability that each pair ends the episode: by termination or in a terminal state.
  let escapes: [Double]
  /// The expected reward of each of these pairs.
  let rewards: [Double]
  /// Multiplications and additions of one evaluation, about.
  let operationCount: Double
  /// The most states of a component: a square grid of as many takes half a second a policy.
  private static let componentLimit = 60_000

  /// Plans the elimination.
  ///
  /// - Returns: nil where the model is too entangled: the factors would have more than `entryLimit` entries or an evaluation would
  ///   cost more than `operationLimit` multiplications.
  init?(_ model: FiniteMDP, entryLimit: Int, operationLimit: Double) {
    var compact = [Int32](repeating: -1, count: model.stateCount)
    var active: [Int32] = []
    for state in 0..<model.stateCount where !model.isTerminal(state) {
      compact[state] = Int32(active.count)
      active.append(Int32(state))
    }
    guard let graph = Self.unionGraph(model, active, compact, arcLimit: 4 * entryLimit) else { return nil }
    let components = graph.strongComponents()
    let reversed = graph.reversed()

    var vertices: [Int32] = []
    vertices.reserveCapacity(active.count)
    var rows: [Int32] = []
    var rowOffsets: [Int] = [0]
    var operations = Double(graph.targets.count)
    var local = [Int32](repeating: -1, count: active.count)
    for c in 0..<components.offsets.count - 1 {
      let members = components.vertices[Int(components.offsets[c])..<Int(components.offsets[c + 1])].sorted()
      let base = Int32(vertices.count)
      if members.count == 1 {
        vertices.append(members[0])
        rowOffsets.append(rows.count)
        continue
      }
      if members.count > Self.componentLimit { return nil }
      for (k, v) in members.enumerated() { local[Int(v)] = Int32(k) }
      let symmetric = Self.symmetricGraph(members, local, components.component, graph, reversed)
      guard
        let ordering = MinimumDegree(
          symmetric, entryLimit: entryLimit - rows.count, operationLimit: operationLimit - operations)
      else { return nil }
      var rank = [Int32](repeating: 0, count: members.count)
      for (k, v) in ordering.order.enumerated() { rank[Int(v)] = Int32(k) }
      for (k, v) in ordering.order.enumerated() {
        vertices.append(members[Int(v)])
        let row = ordering.pattern[ordering.rowOffsets[k]..<ordering.rowOffsets[k + 1]].map { base + rank[Int($0)] }
        rows.append(contentsOf: row.sorted())
        rowOffsets.append(rows.count)
        operations += Double(row.count * row.count)
      }
    }

    states = vertices.map { active[Int($0)] }
    var positions = [Int32](repeating: -1, count: model.stateCount)
    for (k, state) in states.enumerated() { positions[Int(state)] = Int32(k) }
    self.positions = positions
    componentOffsets = components.offsets
    upper = rows
    upperOffsets = rowOffsets.map(Int32.init)
    let transposed = Graph(offsets: upperOffsets, targets: rows).reversed()
    lower = transposed.targets
    lowerOffsets = transposed.offsets
    operationCount = operations

    let pairCount = states.reduce(0) { $0 + model.pairs(of: Int($1)).count }
    var pairStarts: [Int32] = [0]
    pairStarts.reserveCapacity(states.count + 1)
    var arcStarts: [Int32] = [0]
    arcStarts.reserveCapacity(pairCount + 1)
    var targets: [Int32] = []
    var probabilities: [Double] = []
    var escapes: [Double] = []
    escapes.reserveCapacity(pairCount)
    var rewards: [Double] = []
    rewards.reserveCapacity(pairCount)
    var slot = [Int32](repeating: -1, count: states.count)
    for (position, state) in states.enumerated() {
      let component = components.component[Int(vertices[position])]
      for pair in model.pairs(of: Int(state)) {
        var escape = 0.0
        let first = targets.count
        for k in model.outcomes(of: pair) {
          let target = Int(model.targets[k])
          let p = model.probabilities[k]
          let next = target < 0 ? -1 : Int(positions[target])
          if next < 0 {
            escape += p
          } else if next != position {
            if slot[next] >= first {
              probabilities[Int(slot[next])] += p
            } else {
              slot[next] = Int32(targets.count)
              let inside = components.component[Int(vertices[next])] == component
              targets.append(inside ? Int32(next) : ~Int32(next))
              probabilities.append(p)
            }
          }
        }
        arcStarts.append(Int32(targets.count))
        escapes.append(escape)
        rewards.append(model.expectedRewards[pair])
      }
      pairStarts.append(Int32(escapes.count))
    }
    pairOffsets = pairStarts
    arcOffsets = arcStarts
    arcTargets = targets
    arcProbabilities = probabilities
    self.escapes = escapes
    self.rewards = rewards
  }

  /// The arcs between states that offer actions, over all actions, without loops and doubles.
  private static func unionGraph(
    _ model: FiniteMDP, _ active: [Int32], _ compact: [Int32], arcLimit: Int
  ) -> Graph? {
    var offsets: [Int32] = [0]
    offsets.reserveCapacity(active.count + 1)
    var targets: [Int32] = []
    var seen = [Int32](repeating: -1, count: active.count)
    for (v, state) in active.enumerated() {
      for pair in model.pairs(of: Int(state)) {
        for k in model.outcomes(of: pair) {
          let target = Int(model.targets[k])
          if target < 0 { continue }
          let w = Int(compact[target])
          if w >= 0 && w != v && seen[w] != Int32(v) {
            seen[w] = Int32(v)
            targets.append(Int32(w))
          }
        }
      }
      if targets.count > arcLimit { return nil }
      offsets.append(Int32(targets.count))
    }
    return Graph(offsets: offsets, targets: targets)
  }

  /// The arcs within a component, each in both directions.
  private static func symmetricGraph(
    _ members: [Int32], _ local: [Int32], _ component: [Int32], _ graph: Graph, _ reversed: Graph
  ) -> Graph {
    var offsets: [Int32] = [0]
    var targets: [Int32] = []
    var seen = [Int32](repeating: -1, count: members.count)
    for (k, v) in members.enumerated() {
      for one in [graph, reversed] {
        for m in one.successors(of: Int(v)) {
          let w = Int(one.targets[m])
          if component[w] != component[Int(v)] { continue }
          let j = local[w]
          if seen[Int(j)] != Int32(k) {
            seen[Int(j)] = Int32(k)
            targets.append(j)
          }
        }
      }
      offsets.append(Int32(targets.count))
    }
    return Graph(offsets: offsets, targets: targets)
  }
}
