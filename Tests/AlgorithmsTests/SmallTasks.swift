import RLCore
import Testing

/// Tasks that the tests of learners share.
enum SmallTasks {
  /// The random walk of Sutton & Barto, Examples 6.2 and 7.1: action 0 to the left, 1 to the right, both ends terminate.
  static func walk(_ states: Int, leftReward: Double, rightReward: Double = 1) throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: states, actions: 2)
    for state in 0..<states {
      builder.addPair(state: state, action: 0)
      builder.addOutcome(
        probability: 1, next: max(0, state - 1), reward: state == 0 ? leftReward : 0, terminated: state == 0)
      builder.addPair(state: state, action: 1)
      let isLast = state == states - 1
      builder.addOutcome(
        probability: 1, next: min(states - 1, state + 1), reward: isLast ? rightReward : 0, terminated: isLast)
    }
    return try builder.build(initial: [.init(state: states / 2, probability: 1)])
  }

  /// Seven states, one of them terminal, with one to three actions each and up to three outcomes a pair; drawn once from a seed. Some
  /// outcomes terminate.
  static func irregular() throws -> FiniteMDP {
    var stream = RandomStream(seed: 11)
    var builder = FiniteMDPBuilder(states: 7, actions: 3)
    for state in 0..<6 {
      for action in 0..<(state % 3 + 1) {
        builder.addPair(state: state, action: action)
        let first = 0.2 + 0.5 * stream.uniform()
        for p in [first, 0.1, 0.9 - first] {
          builder.addOutcome(
            probability: p, next: stream.uniform(below: 7), reward: stream.normal(),
            terminated: stream.uniform() < 0.1)
        }
      }
    }
    return try builder.build(initial: [.init(state: 0, probability: 0.5), .init(state: 3, probability: 0.5)])
  }

  /// One state, in which each action ends the episode with a reward of its own.
  static func arms(_ rewards: [Double]) throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: 1, actions: rewards.count)
    for (action, reward) in rewards.enumerated() {
      builder.addPair(state: 0, action: action)
      builder.addOutcome(probability: 1, next: 0, reward: reward, terminated: true)
    }
    return try builder.build(initial: [.init(state: 0, probability: 1)])
  }

  /// Four arms; each pays its mean plus or minus one.
  static func bandit(_ means: [Double] = [0.1, 0.5, -0.3, 0.4]) throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: 1, actions: means.count)
    for (arm, mean) in means.enumerated() {
      builder.addPair(state: 0, action: arm)
      builder.addOutcome(probability: 0.5, next: 0, reward: mean - 1, terminated: true)
      builder.addOutcome(probability: 0.5, next: 0, reward: mean + 1, terminated: true)
    }
    return try builder.build(initial: [.init(state: 0, probability: 1)])
  }

  /// The exact values of the walk of Example 6.2 (0 and 1 at the ends) and of Example 7.1 (−1 and 1).
  static func walkValues(_ states: Int, leftReward: Double) -> [Double] {
    (1...states).map { leftReward + (1 - leftReward) * Double($0) / Double(states + 1) }
  }

  static func rootMeanSquare(_ a: [Double], _ b: [Double]) -> Double {
    (zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(a.count)).squareRoot()
  }
}

extension LearnerContext {
  /// With a feature for each state, for the methods that want features.
  init(_ model: FiniteMDP) {
    let table = FeatureTable(rows: model.stateCount, features: model.stateCount, active: 1, isFixed: true)
    for state in 0..<model.stateCount {
      table.row(state).places[0] = Int32(state)
      table.row(state).values[0] = 1
    }
    self.init(space: ActionSpace(model), model: model, features: table)
  }
}

/// Makes a learner with some of its parameters set.
func make<L: TabularLearner & ~Copyable>(
  _ type: L.Type, _ changes: [String: Setting] = [:], on model: FiniteMDP
) throws -> L {
  try L(Settings(defaultsOf: type, changes), context: LearnerContext(model))
}

/// Makes a learner and the loop that lets it act.
func loop<L: TabularLearner & ~Copyable>(
  _ type: L.Type, _ changes: [String: Setting] = [:], on model: FiniteMDP, timeLimit: Int? = nil, seed: UInt64 = 1
) throws -> EpisodeLoop<L, FiniteSimulation> {
  EpisodeLoop(
    learner: try make(type, changes, on: model), environment: FiniteSimulation(model), timeLimit: timeLimit,
    clock: .episodes, root: 0, seed: seed)
}

/// The steps of one episode of a walk, from the moves that were recorded: 1 for a step to the right.
func walkEpisode(_ rights: [Int], states: Int, leftReward: Double) -> [Transition] {
  var state = states / 2
  return rights.map { right in
    let next = state + (right == 1 ? 1 : -1)
    let terminated = next < 0 || next == states
    let reward = next < 0 ? leftReward : next == states ? 1 : 0
    defer { state = next }
    return Transition(
      state: state, action: right, reward: reward, next: terminated ? state : next, terminated: terminated)
  }
}

func mean(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }

/// The standard error of a mean.
func standardError(_ x: [Double]) -> Double {
  let m = mean(x)
  return (x.reduce(0) { $0 + ($1 - m) * ($1 - m) } / Double(x.count - 1) / Double(x.count)).squareRoot()
}

/// Expects a sample to have the reference's mean, within 4 standard errors of the difference.
func expectAgreement(
  _ sample: [Double], mean reference: Double, error: Double, sourceLocation: SourceLocation = #_sourceLocation
) {
  let own = standardError(sample)
  let both = (own * own + error * error).squareRoot()
  #expect(
    abs(mean(sample) - reference) <= 4 * both, "\(mean(sample)) against \(reference) ± \(both)",
    sourceLocation: sourceLocation)
}

/// Arms with normal rewards of variance 1 around means drawn from N(offset, 1).
struct GaussianArms: TabularEnvironment {
  let space: ActionSpace
  let offset: Double
  var means: [Double] = []

  init(arms: Int, offset: Double) {
    space = ActionSpace(states: 1, actions: arms)
    self.offset = offset
  }

  var best: Int { means.indices.max { means[$0] < means[$1] }! }

  mutating func prepare(using stream: inout RandomStream) {
    means = (0..<space.width).map { _ in offset + stream.normal() }
  }

  mutating func reset(using stream: inout RandomStream) -> Int { 0 }

  mutating func resetAnywhere(using stream: inout RandomStream) -> Int { 0 }

  mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
    Outcome(observation: 0, reward: means[action] + stream.normal(), terminated: true)
  }

  func save(to writer: inout StateWriter) { writer.write(means) }

  mutating func restore(from reader: inout StateReader) throws(StateError) { means = try reader.list(of: 0.0) }
}
