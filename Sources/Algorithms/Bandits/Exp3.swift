import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Exp3: exponential weights for rewards that an adversary may have chosen.
///
///     p(a) = (1 − η) w(a) / Σ_b w(b) + η / K
///     w(A) ← w(A) exp(η x / (K p(A)))                                   Auer, Cesa-Bianchi, Freund & Schapire (2002), fig. 1
///
/// for `K` arms, with `x` in [0, 1] the reward between `low` and `high`; what lies outside is cut off. The paper writes γ for η, which here is
/// called `exploration`. The expected regret against the best single arm is of the order `√(T K ln K)`, whatever the rewards.
///
/// A pull costs an exponential for each arm.
public struct Exp3: TabularLearner, ~Copyable {
  static let exploration = Parameter<Double>.real(
    "exploration", symbol: "η", default: 0.1, in: .positive(through: 1),
    "chance of a random arm, and the learning rate")
  static let low = Parameter<Double>.real("low", default: 0, "the least reward")
  static let high = Parameter<Double>.real("high", default: 1, "the greatest reward, above low")

  /// What configurations and readers see.
  public static let about = About(
    id: "exp3", summary: "bandits: exponential weights, for rewards without any law",
    source: "Auer, Cesa-Bianchi, Freund & Schapire (2002)",
    equation: "p = (1 − η) w / Σ w + η / K;  w(A) ← w(A) exp(η x / (K p(A)))",
    parameters: [exploration.declaration, low.declaration, high.declaration])

  /// Of no meaning: an episode is one pull.
  public var gamma: Double { 1 }
  /// The logarithms of the weights; the greatest is 0.
  public var logWeights: ActionValues
  private let exploration: Double
  private let low: Double
  private let range: Double
  private let probabilities: Table<Double>

  /// Makes the learner as it is before its first pull.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    try Self.check(settings, context)
    exploration = settings[Self.exploration]
    low = settings[Self.low]
    range = settings[Self.high] - settings[Self.low]
    logWeights = ActionValues(context.space, initial: 0)
    probabilities = Table(context.space.slotCount, repeating: 0)
    for state in 0..<context.space.stateCount { weigh(state) }
  }

  private static func check(_ settings: Settings, _ context: LearnerContext) throws(SettingProblem) {
    _ = try BanditParameters.arms(context, for: id)
    let (low, high) = (settings[Self.low], settings[Self.high])
    if low >= high { throw SettingProblem("\(high) is not above low, \(low); give a greater number", at: ".high") }
  }

  private func weigh(_ state: Int) {
    let count = logWeights.actions(in: state)
    if count == 0 { return }
    let first = state * logWeights.space.width
    let greatest = logWeights.maximum(in: state)
    var total = 0.0
    for arm in 0..<count {
      logWeights[state, arm] -= greatest
      probabilities[first + arm] = exp(logWeights[state, arm])
      total += probabilities[first + arm]
    }
    for arm in 0..<count {
      probabilities[first + arm] = (1 - exploration) * probabilities[first + arm] / total + exploration / Double(count)
    }
  }

  /// The chance of pulling an arm.
  public func probability(state: Int, action: Int) -> Double {
    probabilities[state * logWeights.space.width + action]
  }

  /// Raises the weight of the arm that was pulled.
  public mutating func update(_ t: Transition) {
    let x = min(1, max(0, (t.reward - low) / range))
    let count = Double(logWeights.actions(in: t.state))
    logWeights[t.state, t.action] += exploration * x / (count * probability(state: t.state, action: t.action))
    weigh(t.state)
  }

  /// Draws an arm. One word.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    let width = logWeights.space.width
    return probabilities.withEntries {
      stream.index(weights: UnsafeBufferPointer(rebasing: $0[state * width..<(state + 1) * width]))
    }
  }

  /// Learns from a pull; draws the next arm where the task goes on without end.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : begin(in: t.next, using: &stream)
  }

  /// The policy, which is target and behaviour in one; weights are no values.
  public func report(into report: inout LearnerReport) {
    report.targetPolicy = probabilities.withEntries { Array($0) }
    report.behaviorPolicy = report.targetPolicy
  }

  /// Appends the weights.
  public func save(to writer: inout StateWriter) { logWeights.save(to: &writer) }

  /// Takes up the weights.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try logWeights.restore(from: &reader)
    for state in 0..<logWeights.space.stateCount { weigh(state) }
  }
}
