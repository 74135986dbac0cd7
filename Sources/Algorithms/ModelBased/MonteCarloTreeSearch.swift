import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Monte-Carlo tree search with UCT: before each step it plays the task on in its head, from the state at hand, and takes what did best.
///
///     in the tree      A = argmax_a [Q(s, a) + c √(ln N(s) / N(s, a))], untried actions first        Kocsis & Szepesvári (2006)
///     outside of it    A uniform (the rollout)
///     on the way back  N(s, a) ← N(s, a) + 1,   Q(s, a) ← Q(s, a) + [G − Q(s, a)] / N(s, a)
///
/// A simulation adds one node, and goes no deeper than `depth` steps, after which nothing more is counted. A node is a state at a depth: two
/// ways to it share what is known. `c` is in units of return: about the range of the returns that the search meets. The tree is thrown
/// away after each step. The step taken is the action that was tried most often, ties at random.
///
/// A step costs `simulations × depth` simulated ones: that is why it is slower than any method with a table. What is reported is, for the states
/// that it has acted in, the estimates and the choice of the last search.
public struct MonteCarloTreeSearch: TabularLearner, ~Copyable {
  struct Move: BitwiseCopyable {
    let node: Int
    let action: Int
    var reward: Double
  }

  static let simulations = Parameter<Int>.integer(
    "simulations", default: 100, in: 1...10_000_000, "how many simulations come before each step")
  static let width = Parameter<Double>.real(
    "c", default: 1.414_213_562_373_095_1, in: .nonnegative, "how much the search explores, in units of return")
  static let depth = Parameter<Int>.integer(
    "depth", default: 100, in: 1...1_000_000, "after how many steps a simulation is cut off")

  /// What configurations and readers see.
  public static let about = About(
    id: "monte-carlo-tree-search", summary: "searches ahead on a simulator of the task before each step (UCT)",
    source: "Kocsis & Szepesvári (2006); Sutton & Barto (2018), section 8.11",
    equation: "A = argmax_a [Q(s,a) + c √(ln N(s) / N(s,a))]",
    parameters: [
      simulations.declaration, width.declaration, depth.declaration, ControlParameters.gamma.declaration,
    ])

  /// It plans while it acts.
  public static var needsModel: Bool { true }

  /// The discount rate γ.
  public let gamma: Double
  /// The estimates of the last search from each state.
  public var q: ActionValues
  private var chosen: Table<Int32>
  private var simulator: FiniteSimulation
  private let simulations: Int
  private let c: Double
  private let depth: Int
  private let width: Int
  // The tree: nodes found by hashing state and depth, with counts and sums of each action.
  private var keys: Table<Int>
  private var slots: Table<Int32>
  private var nodes = 0
  private var visits: Table<Int32>
  private var counts: Table<Int32>
  private var means: Table<Double>
  private var path = GrowingTable<Move>()
  private let mask: Int

  /// Makes the method as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    guard let model = context.model else {
      throw SettingProblem(
        "\"monte-carlo-tree-search\" needs a simulator of a task whose states are seen; choose a learner such as q-learning"
      )
    }
    let room = settings[Self.simulations] + 1
    guard Double(room) * Double(context.space.width) <= 1e8 else {
      throw SettingProblem("so many simulations would need too large a tree; give fewer", at: ".simulations")
    }
    simulator = FiniteSimulation(model)
    gamma = settings[ControlParameters.gamma]
    simulations = settings[Self.simulations]
    c = settings[Self.width]
    depth = settings[Self.depth]
    width = context.space.width
    q = ActionValues(context.space, initial: 0)
    chosen = Table(context.space.stateCount, repeating: -1)
    var size = 4
    while size < 2 * room { size *= 2 }
    mask = size - 1
    keys = Table(size, repeating: -1)
    slots = Table(size, repeating: 0)
    visits = Table(room, repeating: 0)
    counts = Table(room * width, repeating: 0)
    means = Table(room * width, repeating: 0)
  }

  /// The node of a state at a depth, made where there was none.
  private mutating func node(_ state: Int, _ level: Int) -> (number: Int, isNew: Bool) {
    let key = level * q.space.stateCount + state
    var hash = UInt64(truncatingIfNeeded: key) &* 0x9e37_79b9_7f4a_7c15
    hash ^= hash >> 32
    var place = Int(truncatingIfNeeded: hash) & mask
    while keys[place] != -1 {
      if keys[place] == key { return (Int(slots[place]), false) }
      place = (place + 1) & mask
    }
    keys[place] = key
    slots[place] = Int32(nodes)
    visits[nodes] = 0
    for action in 0..<width {
      counts[nodes * width + action] = 0
      means[nodes * width + action] = 0
    }
    nodes += 1
    return (nodes - 1, true)
  }

  /// The action that UCT tries in a node.
  private func tried(_ node: Int, in state: Int, using stream: inout RandomStream) -> Int {
    let count = q.actions(in: state)
    var untried = 0
    for action in 0..<count where counts[node * width + action] == 0 { untried += 1 }
    if untried > 0 {
      var left = stream.uniform(below: untried)
      for action in 0..<count where counts[node * width + action] == 0 {
        if left == 0 { return action }
        left -= 1
      }
    }
    let logarithm = log(Double(visits[node]))
    var best = -Double.infinity
    var arg = 0
    for action in 0..<count {
      let slot = node * width + action
      let score = means[slot] + c * (logarithm / Double(counts[slot])).squareRoot()
      if score > best {
        best = score
        arg = action
      }
    }
    return arg
  }

  /// Plays the task on once.
  private mutating func simulate(from start: Int, using stream: inout RandomStream) {
    var state = start
    simulator.place(in: state)
    path.removeAll()
    var value = 0.0
    var factor = 1.0
    var isInTree = true
    for level in 0..<depth {
      var action: Int
      if isInTree {
        let (number, isNew) = node(state, level)
        action = tried(number, in: state, using: &stream)
        path.append(Move(node: number, action: action, reward: 0))
        // The simulation leaves the tree with the node that it adds.
        if isNew && level > 0 { isInTree = false }
      } else {
        action = stream.uniform(below: q.actions(in: state))
      }
      let outcome = simulator.step(action, using: &stream)
      if isInTree || path.count == level + 1 {
        path[level].reward = outcome.reward
      } else {
        // Rewards behind the tree are summed as they come, from its last step on.
        factor *= gamma
        value += factor * outcome.reward
      }
      state = outcome.observation
      if outcome.terminated || outcome.truncated { break }
    }
    for k in stride(from: path.count - 1, through: 0, by: -1) {
      // `value` holds γ times the return behind the last step in the tree.
      value = path[k].reward + (k == path.count - 1 ? value : gamma * value)
      let slot = path[k].node * width + path[k].action
      visits[path[k].node] += 1
      counts[slot] += 1
      means[slot] += (value - means[slot]) / Double(counts[slot])
    }
  }

  /// Searches, and chooses the action that was tried most often.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    keys.fill(with: -1)
    nodes = 0
    _ = node(state, 0)
    for _ in 0..<simulations { simulate(from: state, using: &stream) }
    let count = q.actions(in: state)
    var most: Int32 = 0
    for action in 0..<count { most = max(most, counts[action]) }
    var ties = 0
    for action in 0..<count where counts[action] == most { ties += 1 }
    var left = stream.uniform(below: max(1, ties))
    var choice = 0
    for action in 0..<count {
      q[state, action] = means[action]
      if counts[action] == most {
        if left == 0 { choice = action }
        left -= 1
      }
    }
    chosen[state] = Int32(choice)
    return choice
  }

  /// Searches from the state that follows.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    t.isLast ? 0 : begin(in: t.next, using: &stream)
  }

  /// The estimates of the last searches, and what was chosen; uniform where it never was.
  public func report(into report: inout LearnerReport) {
    report.makeRoom(for: q.space)
    q.withSlots { report.actionValues = Array($0) }
    for state in 0..<q.space.stateCount {
      let count = q.space.counts.isEmpty ? width : q.actions(in: state)
      for action in 0..<count {
        let isChosen = chosen[state] == Int32(action)
        report.targetPolicy[state * width + action] = chosen[state] < 0 ? 1 / Double(count) : isChosen ? 1 : 0
      }
    }
    report.behaviorPolicy = report.targetPolicy
  }

  /// Appends what was found; the tree does not outlive a step.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    chosen.save(to: &writer)
  }

  /// Takes up what was found.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try chosen.restore(from: &reader)
  }
}
