import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Weighted Q-learning: instead of the greatest of noisy values, their mean weighted with each action's probability of being the best.
///
///     Q(S, A) ← Q(S, A) + α [R + γ Σ_a w_a Q(S′, a) − Q(S, A)]
///     w_a = P(X_a = max_b X_b),   X_a ~ N(Q(S′, a), σ²_a)              D'Eramo, Restelli & Nuara (2016), eqs. 7, 10
///
/// `σ²_a` is the sample variance of the pair's targets over their effective number, `Σ ω²` of the weights that they have in `Q`. A pair with
/// fewer than two updates has an unbounded variance: any one of those is then the best with equal probability.
///
/// Each weight is the mean over 32 equally probable points of its normal distribution, and the weights are scaled to sum to 1. That takes
/// `32 |A|²` distribution functions a step, which is some hundreds of times as long as Q-learning's maximum: the price of the weights.
public struct WeightedQLearning: TabularLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "weighted-q-learning",
    summary: "off-policy control: Q-learning that weighs next actions by their probability of being the best",
    source: "D'Eramo, Restelli & Nuara (2016)",
    equation: "Q(S,A) ← Q(S,A) + α [R + γ Σ_a w_a Q(S′,a) − Q(S,A)]",
    parameters: [ControlParameters.alpha.declaration, ControlParameters.gamma.declaration]
      + Exploration.offPolicyParameters + [ControlParameters.initialValue.declaration])

  /// The discount rate γ.
  public let gamma: Double
  /// The action values.
  public var q: ActionValues
  private var alpha: StepSize
  private var exploration: Exploration
  private var updates: Table<Int>
  private var means: Table<Double>
  private var squares: Table<Double>
  private var shares: Table<Double>
  private let weights: Table<Double>
  private let quantiles: [Double]

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    let slots = context.space.slotCount
    gamma = settings[ControlParameters.gamma]
    q = ActionValues(context.space, initial: settings[ControlParameters.initialValue])
    alpha = StepSize(settings[ControlParameters.alpha], entries: slots)
    exploration = try Exploration(offPolicy: settings, context: context)
    updates = Table(slots, repeating: 0)
    means = Table(slots, repeating: 0)
    squares = Table(slots, repeating: 0)
    shares = Table(slots, repeating: 0)
    weights = Table(context.space.width, repeating: 0)
    quantiles = (0..<32).map { Self.quantile((Double($0) + 0.5) / 32) }
  }

  /// Moves `Q(S, A)` toward the weighted target (eq. 10), and takes the target into the pair's variance.
  ///
  /// - Returns: The TD error δ, before the step.
  @discardableResult
  public mutating func update(_ t: Transition) -> Double {
    let slot = t.state * q.space.width + t.action
    let target = t.reward + gamma * (t.terminated ? 0 : weightedValue(of: t.next))
    let error = target - q[slot: slot]
    let stepSize = alpha.next(for: slot)
    q[slot: slot] += stepSize * error
    shares[slot] = (1 - stepSize) * (1 - stepSize) * shares[slot] + stepSize * stepSize
    updates[slot] += 1
    let difference = target - means[slot]
    means[slot] += difference / Double(updates[slot])
    squares[slot] += difference * (target - means[slot])
    return error
  }

  /// `Σ_a w_a Q(s, a)` (eq. 7).
  public func weightedValue(of state: Int) -> Double {
    let count = q.actions(in: state)
    let first = state * q.space.width
    var unknown = 0
    for action in 0..<count where updates[first + action] < 2 { unknown += 1 }
    var total = 0.0
    for action in 0..<count {
      weights[action] = updates[first + action] < 2 ? 0 : chance(of: action, first: first, count: count)
      total += weights[action]
    }
    // The greatest of u unbounded normals lies above everything with 1 − 2⁻ᵘ, below everything otherwise.
    let aboveAll = total > 0 ? 1 - exp2(-Double(unknown)) : 1
    var sum = 0.0
    for action in 0..<count {
      let isUnknown = updates[first + action] < 2
      let weight = isUnknown ? aboveAll / Double(unknown) : (1 - aboveAll) * weights[action] / total
      sum += weight * q[slot: first + action]
    }
    return sum
  }

  /// The probability that a known action is the best among those known, before the weights are scaled.
  private func chance(of action: Int, first: Int, count: Int) -> Double {
    let (mean, deviation) = (q[slot: first + action], self.deviation(first + action))
    var sum = 0.0
    for quantile in quantiles {
      let x = mean + deviation * quantile
      var product = 1.0
      for other in 0..<count where other != action && updates[first + other] >= 2 {
        let (otherMean, otherDeviation) = (q[slot: first + other], self.deviation(first + other))
        if otherDeviation > 0 {
          product *= Self.distribution((x - otherMean) / otherDeviation)
        } else {
          product *= x > otherMean ? 1 : x == otherMean ? 0.5 : 0
        }
      }
      sum += product
    }
    return sum / Double(quantiles.count)
  }

  private func deviation(_ slot: Int) -> Double {
    (squares[slot] / Double(updates[slot] - 1) * shares[slot]).squareRoot()
  }

  /// The standard normal distribution function.
  private static func distribution(_ x: Double) -> Double { 0.5 * erfc(-x * 0.5.squareRoot()) }

  /// Its inverse, by halving.
  private static func quantile(_ p: Double) -> Double {
    var (low, high) = (-10.0, 10.0)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if distribution(middle) < p { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// Begins an episode.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    exploration.action(q, in: state, using: &stream)
  }

  /// Learns from a step, then chooses from the changed values.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : exploration.action(q, in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || exploration.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    exploration.adjust(to: time)
  }

  /// The action values, the greedy policy, and the policy that acts.
  public func report(into report: inout LearnerReport) { report.fill(q, exploration) }

  /// Appends the tables.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    alpha.save(to: &writer)
    updates.save(to: &writer)
    means.save(to: &writer)
    squares.save(to: &writer)
    shares.save(to: &writer)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try alpha.restore(from: &reader)
    try updates.restore(from: &reader)
    try means.restore(from: &reader)
    try squares.restore(from: &reader)
    try shares.restore(from: &reader)
  }
}
