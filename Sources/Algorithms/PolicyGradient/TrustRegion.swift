import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The surrogate of a rollout for a tabular softmax policy, its gradient, and the Fisher matrix that measures divergence.
///
///     L(θ) = mean Â π_θ(a|s) / π(a|s),   ∇L = mean Â ∇ ln π(a|s)
///     F v  = mean_s [π(·|s) ∘ (v_s − π(·|s)·v_s)] + damping v             Schulman et al. (2015), appendix C
struct TrustRegion {
  /// The steps of the rollout.
  let steps: [EpisodeBatch.Step]
  /// Â of each step.
  let advantages: [Double]
  /// π, slot by slot.
  let policy: [Double]
  let space: ActionSpace
  let damping: Double
  /// The share of each state in the rollout.
  private let shares: [Double]

  init(steps: [EpisodeBatch.Step], advantages: [Double], policy: [Double], space: ActionSpace, damping: Double) {
    self.steps = steps
    self.advantages = advantages
    self.policy = policy
    self.space = space
    self.damping = damping
    var shares = [Double](repeating: 0, count: space.stateCount)
    for step in steps { shares[step.state] += 1 / Double(steps.count) }
    self.shares = shares
  }

  private func slots(_ state: Int) -> Range<Int> {
    state * space.width..<state * space.width + space.actions(in: state)
  }

  /// ∇L at ratio 1.
  func gradient() -> [Double] {
    var gradient = [Double](repeating: 0, count: space.slotCount)
    for (t, step) in steps.enumerated() {
      let weight = advantages[t] / Double(steps.count)
      for slot in slots(step.state) { gradient[slot] -= weight * policy[slot] }
      gradient[step.state * space.width + step.action] += weight
    }
    return gradient
  }

  /// F v, damping included.
  func product(_ v: [Double]) -> [Double] {
    var product = v.map { damping * $0 }
    for state in shares.indices where shares[state] > 0 {
      let row = slots(state)
      var mean = 0.0
      for slot in row { mean += policy[slot] * v[slot] }
      for slot in row { product[slot] += shares[state] * policy[slot] * (v[slot] - mean) }
    }
    return product
  }

  /// Solves `F x = g` by conjugate gradients from 0 (Hestenes & Stiefel, 1952).
  func solve(_ g: [Double], steps: Int, tolerance: Double = 1e-10) -> [Double] {
    func dot(_ a: [Double], _ b: [Double]) -> Double {
      var sum = 0.0
      for k in a.indices { sum += a[k] * b[k] }
      return sum
    }
    var x = [Double](repeating: 0, count: g.count)
    var residual = g
    var direction = g
    var size = dot(residual, residual)
    let goal = size * tolerance * tolerance
    for _ in 0..<steps where size > goal {
      let image = product(direction)
      let curvature = dot(direction, image)
      guard curvature > 0 else { break }
      let step = size / curvature
      for k in x.indices {
        x[k] += step * direction[k]
        residual[k] -= step * image[k]
      }
      let next = dot(residual, residual)
      let turn = next / size
      for k in direction.indices { direction[k] = residual[k] + turn * direction[k] }
      size = next
    }
    return x
  }

  /// mean_s KL(π(·|s) ‖ π′(·|s)).
  func divergence(to other: [Double]) -> Double {
    var sum = 0.0
    for state in shares.indices where shares[state] > 0 {
      var divergence = 0.0
      for slot in slots(state) where policy[slot] > 0 { divergence += policy[slot] * log(policy[slot] / other[slot]) }
      sum += shares[state] * max(0, divergence)
    }
    return sum
  }

  /// L(θ′) − L(θ).
  func gain(of other: [Double]) -> Double {
    var sum = 0.0
    for (t, step) in steps.enumerated() {
      let slot = step.state * space.width + step.action
      sum += advantages[t] * (other[slot] / policy[slot] - 1)
    }
    return sum / Double(steps.count)
  }

  /// The mean entropy of π over the rollout's states, in nats.
  func entropy() -> Double {
    var sum = 0.0
    for state in shares.indices where shares[state] > 0 {
      for slot in slots(state) where policy[slot] > 0 { sum -= shares[state] * policy[slot] * log(policy[slot]) }
    }
    return sum
  }
}

/// Steps in one copy of a finite task that go on from one rollout to the next.
struct TabularRollout: Sendable {
  /// The steps of the last rollout.
  private(set) var steps: [EpisodeBatch.Step] = []
  /// Whether each of them ended its episode without terminating.
  private(set) var truncated: [Bool] = []
  /// Environment steps so far.
  private(set) var stepCount = 0
  /// Episodes finished so far.
  private(set) var episodeCount = 0
  private var simulation: FiniteSimulation
  private let timeLimit: Int
  private var state = -1
  private var length = 0
  private var total = 0.0
  private var finished = (episodes: 0, returns: 0.0, lengths: 0)

  init(_ task: PolicyTask) {
    simulation = task.simulation
    timeLimit = task.timeLimit ?? .max
  }

  /// Plays so many steps with a policy.
  mutating func play(_ count: Int, _ policy: borrowing SoftmaxPolicy, using streams: inout PolicyStreams) {
    steps.removeAll(keepingCapacity: true)
    truncated.removeAll(keepingCapacity: true)
    for _ in 0..<count {
      if state < 0 {
        state = simulation.reset(using: &streams.environment)
        length = 0
        total = 0
      }
      let action = policy.action(in: state, using: &streams.exploration)
      let outcome = simulation.step(action, using: &streams.environment)
      length += 1
      total += outcome.reward
      steps.append(
        .init(
          state: state, action: action, reward: outcome.reward, next: outcome.observation,
          terminated: outcome.terminated))
      let isCut = !outcome.terminated && length == timeLimit
      truncated.append(isCut)
      state = outcome.observation
      if outcome.terminated || isCut {
        state = -1
        episodeCount += 1
        finished.episodes += 1
        finished.returns += total
        finished.lengths += length
      }
    }
    stepCount += count
  }

  /// Generalized advantages of the last rollout, and the returns that the critic learns from.
  func advantages(
    _ values: [Double], gamma: Double, lambda: Double
  ) -> (advantages: [Double], returns: [Double]) {
    var advantages = [Double](repeating: 0, count: steps.count)
    var returns = advantages
    let own = steps.map { values[$0.state] }
    let next = steps.map { values[$0.next] }
    GeneralizedAdvantage(gamma: gamma, lambda: lambda).compute(
      rewards: steps.map(\.reward), values: own, terminated: steps.map(\.terminated), truncated: truncated,
      finalValues: next, lastValues: [next.last ?? 0], advantages: &advantages, returns: &returns)
    return (advantages, returns)
  }

  /// Mean return and length of the episodes finished since the last call; NaN where there were none.
  mutating func takeMeans() -> [Double] {
    defer { finished = (0, 0, 0) }
    let n = Double(finished.episodes)
    return n > 0 ? [finished.returns / n, Double(finished.lengths) / n] : [.nan, .nan]
  }

  func save(to writer: inout StateWriter) {
    simulation.save(to: &writer)
    for number in [stepCount, episodeCount, state, length, finished.episodes, finished.lengths] { writer.write(number) }
    writer.write(total)
    writer.write(finished.returns)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    try simulation.restore(from: &reader)
    stepCount = try reader.integer()
    episodeCount = try reader.integer()
    state = try reader.integer()
    length = try reader.integer()
    finished.episodes = try reader.integer()
    finished.lengths = try reader.integer()
    total = try reader.number()
    finished.returns = try reader.number()
    guard (-1..<simulation.space.stateCount).contains(state) else { throw StateError("state \(state) cannot be") }
  }
}
