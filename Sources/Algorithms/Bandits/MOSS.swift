import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// MOSS, the minimax optimal strategy in the stochastic case: bounds that stop growing once an arm has had its share of the pulls.
///
///     A = argmax_a [mean(a) + √(max(0, ln(T / (K N(a)))) / N(a))]       Audibert & Bubeck (2009), section 2
///
/// for `K` arms and `T` pulls in all, with rewards in [0, 1]; for other rewards give their range in `scale`, which multiplies the bound. Its worst regret
/// over all bandits is of the least possible order, `√(K T)`. Where `horizon` is null the pulls so far stand for `T`, and no horizon
/// need be known.
///
/// A pull costs a logarithm and a root for each arm.
public struct MOSS: IndexBandit, ~Copyable {
  static let horizon = Parameter<Int?>.optionalInteger(
    "horizon", symbol: "T", in: 1...Int(Int32.max), "how many pulls there will be; null for as many as there were")

  /// What configurations and readers see.
  public static let about = About(
    id: "moss", summary: "bandits: minimax optimal upper confidence bounds",
    source: "Audibert & Bubeck (2009)",
    equation: "A = argmax_a [mean(a) + √(max(0, ln(T / (K N(a)))) / N(a))]",
    parameters: [horizon.declaration, BanditParameters.scale.declaration])

  /// What is known of each arm.
  public var arms: ArmAverages
  private let horizon: Int?
  private let scale: Double

  /// Makes the learner as it is before its first pull.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    arms = try ArmAverages(context, for: Self.id)
    horizon = settings[Self.horizon]
    scale = settings[BanditParameters.scale]
  }

  /// Writes every arm's upper bound for the next pull.
  public func score(_ state: Int) {
    let share = Double(horizon ?? max(1, arms.total)) / Double(arms.arms(state))
    arms.score(state) { mean, pulls in mean + scale * (max(0, log(share / pulls)) / pulls).squareRoot() }
  }
}
