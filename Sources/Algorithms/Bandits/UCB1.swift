import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// UCB1: the arm of the greatest upper confidence bound by Hoeffding's inequality, for rewards in [0, 1].
///
///     A = argmax_a [mean(a) + √(2 ln t / N(a))]                         Auer, Cesa-Bianchi & Fischer (2002), fig. 1
///
/// with `t` the pulls so far. Its regret grows with the logarithm of the number of pulls, for every bandit with rewards in [0, 1]; for other
/// rewards give their range in `scale`, which multiplies the bound. ``UpperConfidenceBound`` is the same with `c` free, for
/// estimates that may forget.
///
/// A pull costs a logarithm and a bound for each arm.
public struct UCB1: TabularLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "ucb1", summary: "bandits: the greatest upper confidence bound by Hoeffding's inequality",
    source: "Auer, Cesa-Bianchi & Fischer (2002)",
    equation: "A = argmax_a [mean(a) + √(2 ln t / N(a))]",
    parameters: [BanditParameters.scale.declaration])

  /// Of no meaning: an episode is one pull.
  public var gamma: Double { 1 }
  /// What is known of each arm.
  public var arms: ArmAverages
  private let scale: Double

  /// Makes the learner as it is before its first pull.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    arms = try ArmAverages(context, for: Self.id)
    scale = settings[BanditParameters.scale]
  }

  /// Writes every arm's upper bound for the next pull.
  private func score(_ state: Int) {
    let width = scale * (2 * log(Double(max(1, arms.total)))).squareRoot()
    arms.score(state) { mean, pulls in mean + width / pulls.squareRoot() }
  }

  /// Takes a pull into the mean of its arm.
  ///
  /// - Returns: The error `R − mean`, before the pull.
  @discardableResult
  public mutating func update(_ t: Transition) -> Double { arms.update(t) }

  /// Chooses the arm of the greatest index, ties broken at random.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    score(state)
    return arms.best(state, using: &stream)
  }

  /// Learns from a pull; chooses the next arm where the task goes on without end.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : begin(in: t.next, using: &stream)
  }

  /// The means, the greedy policy in them, and the arms that would be pulled next.
  public func report(into report: inout LearnerReport) {
    for state in 0..<arms.space.stateCount { score(state) }
    arms.report(into: &report, scored: true)
  }

  /// Appends means and counts.
  public func save(to writer: inout StateWriter) { arms.save(to: &writer) }

  /// Takes up means and counts.
  public mutating func restore(from reader: inout StateReader) throws(StateError) { try arms.restore(from: &reader) }
}
