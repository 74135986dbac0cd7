/// A finite task whose state carries something along: the action taken last, or what was seen before. Where what happens, or what is
/// seen, depends on more than the state, the two together are one again.
///
/// The states of the result are those pairs of a state and a memory that come up from the start distribution, in rising order of the
/// state, then of the memory.
public struct UnfoldedModel: Sendable {
  /// The model over states with their memories.
  public let model: FiniteMDP
  /// The state of the original model that each state stands for.
  public let origins: [Int]
  /// What each state carries along; −1 for nothing yet.
  public let memories: [[Int32]]

  /// What a choice comes to: a pair of the same state, with its probability.
  typealias Branch = (weight: Double, pair: Int)

  /// Unfolds a model.
  ///
  /// - Parameters:
  ///   - begin: The memory at the start of an episode.
  ///   - limit: The most states that the result may have.
  ///   - branches: What a chosen pair comes to, given the memory.
  ///   - remember: The memory after a pair has happened.
  /// - Throws: ``SettingProblem`` where there would be too many states or outcomes.
  private init(
    _ base: FiniteMDP, begin: [Int32], limit: Int, label: (Int, [Int32]) -> String,
    branches: (_ state: Int, _ memory: [Int32], _ pair: Int) -> [Branch],
    remember: (_ state: Int, _ memory: [Int32], _ pair: Int) -> [Int32]
  ) throws(SettingProblem) {
    struct Node: Hashable {
      let state: Int
      let memory: [Int32]
    }
    var places: [Node: Int] = [:]
    var nodes: [Node] = []
    var isAlive: [Bool] = []
    var stack: [Int] = []
    var outcomes = 0
    func place(_ node: Node, alive: Bool) -> Int {
      let place = places[node] ?? nodes.count
      if place == nodes.count {
        places[node] = place
        nodes.append(node)
        isAlive.append(false)
      }
      if alive && !isAlive[place] {
        isAlive[place] = true
        stack.append(place)
      }
      return place
    }
    for start in base.initial { _ = place(Node(state: start.state, memory: begin), alive: true) }
    while let next = stack.popLast() {
      let node = nodes[next]
      for pair in base.pairs(of: node.state) {
        for branch in branches(node.state, node.memory, pair) where branch.weight > 0 {
          let memory = remember(node.state, node.memory, branch.pair)
          for k in base.outcomes(of: branch.pair) {
            let outcome = base.outcome(k)
            _ = place(Node(state: outcome.next, memory: memory), alive: !outcome.terminated)
            outcomes += 1
          }
        }
      }
      if nodes.count > limit || outcomes > 50_000_000 {
        throw SettingProblem(
          "the model would have more than \(limit) states or 50000000 outcomes; choose a smaller task")
      }
    }
    let order = nodes.indices.sorted { a, b in
      nodes[a].state != nodes[b].state
        ? nodes[a].state < nodes[b].state : nodes[a].memory.lexicographicallyPrecedes(nodes[b].memory)
    }
    var ranks = [Int](repeating: 0, count: nodes.count)
    for (rank, place) in order.enumerated() { ranks[place] = rank }
    var builder = FiniteMDPBuilder(
      states: nodes.count, actions: base.actionCount, expectedPairs: 0, expectedOutcomes: outcomes)
    var mixture = OutcomeMixture()
    for (rank, place) in order.enumerated() where isAlive[place] {
      let node = nodes[place]
      for pair in base.pairs(of: node.state) {
        for branch in branches(node.state, node.memory, pair) where branch.weight > 0 {
          let memory = remember(node.state, node.memory, branch.pair)
          for k in base.outcomes(of: branch.pair) {
            let outcome = base.outcome(k)
            let target = ranks[places[Node(state: outcome.next, memory: memory)]!]
            mixture.add(
              weight: branch.weight,
              .init(
                probability: outcome.probability, next: target, reward: outcome.reward, terminated: outcome.terminated))
          }
        }
        builder.addPair(state: rank, action: Int(base.pairActions[pair]))
        mixture.empty(into: &builder)
      }
    }
    let initial = base.initial.map { start in
      StateProbability(
        state: ranks[places[Node(state: start.state, memory: begin)]!], probability: start.probability)
    }
    do throws(ModelError) {
      model = try builder.build(
        initial: initial, stateLabels: .listed(order.map { label(nodes[$0].state, nodes[$0].memory) }),
        actionLabels: base.actionLabels)
    } catch {
      // A row that sums to 1 only just within what is allowed may be rounded beyond it.
      throw SettingProblem("\(error)")
    }
    origins = order.map { nodes[$0].state }
    memories = order.map { nodes[$0].memory }
  }

  /// The task with sticky actions: with a given probability the action that was carried out last happens again in place of the chosen one
  /// (Machado et al., 2018, section 5), where the state offers it. The state carries the number of that action along, −1 at the start.
  ///
  /// - Parameters:
  ///   - chance: The probability of a repetition, in `[0, 1]`.
  ///   - limit: The most states that the result may have.
  public init(sticky chance: Double, _ base: FiniteMDP, limit: Int = 2_000_000) throws(SettingProblem) {
    precondition(chance >= 0 && chance <= 1, "the chance \(chance) is not in [0, 1]")
    try self.init(
      base, begin: [-1], limit: limit,
      label: { state, memory in
        let name = base.stateLabels.label(of: state)
        return memory[0] < 0 ? name : "\(name) after \(base.actionLabels[Int(memory[0])])"
      },
      branches: { state, memory, pair in
        guard let last = base.pair(state: state, action: Int(memory[0])), last != pair else { return [(1, pair)] }
        return [(1 - chance, pair), (chance, last)]
      },
      remember: { _, _, pair in [base.pairActions[pair]] })
  }

  /// The task whose state is the history of what was seen: the state now, and the observations before it, the latest first, −1 where the
  /// episode had not begun.
  ///
  /// - Parameters:
  ///   - length: How many observations a history holds, the present one included; at least 2.
  ///   - observations: What is seen of each state; nil where the states themselves are.
  ///   - limit: The most states that the result may have.
  public init(
    history length: Int, _ base: FiniteMDP, observations: Observations?, limit: Int = 2_000_000
  ) throws(SettingProblem) {
    precondition(length >= 2, "a history of \(length)")
    try self.init(
      base, begin: [Int32](repeating: -1, count: length - 1), limit: limit,
      label: { state, memory in
        let names = memory.prefix { $0 >= 0 }.map { base.label(ofSeen: Int($0), observations) }
        return ([base.stateLabels.label(of: state)] + names).joined(separator: " < ")
      },
      branches: { _, _, pair in [(1, pair)] },
      remember: { state, memory, _ in
        [observations?.numbers[state] ?? Int32(state)] + memory.dropLast()
      })
  }

  /// What is seen of the states where the original ones look alike: what is seen of the original state, together with the memory.
  ///
  /// - Parameter observations: What is seen of the original states; nil where they do not look alike.
  public func observations(_ observations: Observations?) throws(SettingProblem) -> Observations? {
    guard let observations else { return nil }
    var known: Set<[Int32]> = []
    let keys = zip(origins, memories).map { origin, memory in [observations.numbers[origin]] + memory }
    known.formUnion(keys)
    let order = known.sorted { $0.lexicographicallyPrecedes($1) }
    var numbers: [[Int32]: Int] = [:]
    for (number, key) in order.enumerated() { numbers[key] = number }
    return try Observations(keys.map { numbers[$0]! }, of: model)
  }
}

extension FiniteMDP {
  /// What an observation is called: by the task, or by its number.
  fileprivate func label(ofSeen number: Int, _ observations: Observations?) -> String {
    guard let observations else { return stateLabels.label(of: number) }
    return observations.labels.isEmpty ? "\(number)" : observations.labels[number]
  }
}
