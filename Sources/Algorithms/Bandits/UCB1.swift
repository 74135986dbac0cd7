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
public struct UCB1: IndexBandit, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "ucb1", summary: "bandits: the greatest upper confidence bound by Hoeffding's inequality",
    source: "Auer, Cesa-Bianchi & Fischer (2002)",
    equation: "A = argmax_a [mean(a) + √(2 ln t / N(a))]",
    parameters: [BanditParameters.scale.declaration])

  /// What is known of each arm.
  public var arms: ArmAverages
  private let scale: Double

  /// Makes the learner as it is before its first pull.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    arms = try ArmAverages(context, for: Self.id)
    scale = settings[BanditParameters.scale]
  }

  /// Writes every arm's upper bound for the next pull.
  public func score(_ state: Int) {
    let width = scale * (2 * log(Double(max(1, arms.total)))).squareRoot()
    arms.score(state) { mean, pulls in mean + width / pulls.squareRoot() }
  }
}
