import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The gradient bandit method: stochastic gradient ascent on the preferences of a softmax policy.
///
///     π(a) = exp H(a) / Σ_b exp H(b)
///     H(a) ← H(a) + α (R − R̄) (1[a = A] − π(a))                        Sutton & Barto (2018), eqs. 2.11, 2.12
///
/// `R̄` is the mean of all rewards, that of this pull included; 0 without a baseline. Printings of the book differ on whether the current
/// reward is included: the published figures are made with it. With `baseline_includes_reward: false` it is the mean of the rewards before this
/// one, 0 at the first pull. Where rewards are far from 0, that first step throws the preferences about, and more runs end at a wrong arm.
///
/// The step size may be above 1, as in Figure 2.6: a preference is no average.
///
/// A pull costs an exponential for each arm: with 10 arms about a quarter of the pace of epsilon-greedy.
public struct GradientBandit: TabularLearner, ~Copyable {
  static let alpha = Parameter<Schedule>.schedule(
    "alpha", symbol: "α", default: 0.1, in: .positive, visits: true, "step size")
  static let baseline = Parameter.flag(
    "baseline", default: true, "whether rewards are compared with the mean of all so far")
  static let baselineIncludesReward = Parameter.flag(
    "baseline_includes_reward", default: true, "whether that mean includes the reward that is compared with it")

  /// What configurations and readers see.
  public static let about = About(
    id: "gradient-bandit", summary: "bandits: gradient ascent on the preferences of a softmax policy",
    source: "Williams (1992); Sutton & Barto (2018), section 2.8",
    equation: "H(a) ← H(a) + α (R − R̄) (1[a = A] − π(a))",
    parameters: [alpha.declaration, baseline.declaration, baselineIncludesReward.declaration])

  /// Of no meaning: an episode is one pull.
  public var gamma: Double { 1 }
  /// The preferences H.
  public var preferences: ActionValues
  /// The mean of all rewards so far, `R̄`.
  public private(set) var meanReward = 0.0
  @usableFromInline let hasBaseline: Bool
  @usableFromInline let includesReward: Bool
  @usableFromInline var alpha: StepSize
  @usableFromInline var pulls = 0
  @usableFromInline var probabilities: Table<Double>

  /// Makes the learner as it is before its first pull.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    _ = try BanditParameters.arms(context, for: Self.id)
    let space = context.space
    hasBaseline = settings[Self.baseline]
    includesReward = settings[Self.baselineIncludesReward]
    preferences = ActionValues(space, initial: 0)
    alpha = StepSize(settings[Self.alpha], entries: space.slotCount)
    probabilities = Table(space.slotCount, repeating: 0)
    for state in 0..<space.stateCount {
      let count = space.actions(in: state)
      for action in 0..<count { probabilities[state * space.width + action] = 1 / Double(count) }
    }
  }

  /// The chance of pulling an arm.
  public func probability(state: Int, action: Int) -> Double {
    probabilities[state * preferences.space.width + action]
  }

  /// Moves the preferences along the gradient (eq. 2.12), and the policy with them (eq. 2.11).
  ///
  /// - Returns: The advantage `R − R̄`.
  @discardableResult
  public mutating func update(_ t: Transition) -> Double {
    let before = meanReward
    pulls += 1
    meanReward += (t.reward - meanReward) / Double(pulls)
    let advantage = t.reward - (hasBaseline ? (includesReward ? meanReward : before) : 0)
    let first = t.state * preferences.space.width
    let count = preferences.actions(in: t.state)
    let step = alpha.next(for: first + t.action) * advantage
    for action in 0..<count {
      preferences[t.state, action] += step * ((action == t.action ? 1 : 0) - probabilities[first + action])
    }
    let greatest = preferences.maximum(in: t.state)
    var total = 0.0
    for action in 0..<count {
      probabilities[first + action] = exp(preferences[t.state, action] - greatest)
      total += probabilities[first + action]
    }
    for action in 0..<count { probabilities[first + action] /= total }
    return advantage
  }

  /// Draws an arm.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    let width = preferences.space.width
    return probabilities.withEntries {
      stream.index(weights: UnsafeBufferPointer(rebasing: $0[state * width..<(state + 1) * width]))
    }
  }

  /// Learns from a pull; draws the next arm where the task goes on without end.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : begin(in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) { alpha.adjust(to: time) }

  /// The policy, which is target and behaviour in one; preferences are no values.
  public func report(into report: inout LearnerReport) {
    report.targetPolicy = probabilities.withEntries { Array($0) }
    report.behaviorPolicy = report.targetPolicy
  }

  /// Appends preferences, policy and mean.
  public func save(to writer: inout StateWriter) {
    preferences.save(to: &writer)
    alpha.save(to: &writer)
    probabilities.save(to: &writer)
    writer.write(pulls)
    writer.write(meanReward)
  }

  /// Takes up preferences, policy and mean.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try preferences.restore(from: &reader)
    try alpha.restore(from: &reader)
    try probabilities.restore(from: &reader)
    pulls = try reader.integer()
    meanReward = try reader.number()
  }
}
