import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// KL-UCB: the greatest mean that an arm may still have, judged by the divergence from what was seen.
///
///     A = argmax_a max { q : N(a) d(mean(a), q) ≤ ln t + c ln ln t }     Garivier & Cappé (2011), algorithm 1
///
/// with `t` the pulls so far. `d` is that of Bernoulli distributions, for rewards in [0, 1] (others are cut off there), or that of normal
/// ones of the standard deviation `reward_std`, where the bound is `mean + std √(2 (ln t + c ln ln t) / N)`. The regret has the least
/// possible growth for these distributions (Lai & Robbins, 1985). The proof wants c = 3, the authors recommend 0.
///
/// A pull costs some ten steps of Newton's method for each arm, with two logarithms each.
public struct KLUCB: IndexBandit, ~Copyable {
  /// Whose divergence is used.
  public enum Law: String, Sendable, CaseIterable {
    /// Of Bernoulli distributions.
    case bernoulli
    /// Of normal distributions of a known standard deviation.
    case gaussian
  }

  static let law = Parameter<Law>.choice("law", default: .bernoulli, "whose divergence is used: of what rewards are")
  static let c = Parameter<Double>.real("c", symbol: "c", default: 0, in: .nonnegative, "weight of ln ln t")

  /// What configurations and readers see.
  public static let about = About(
    id: "kl-ucb", summary: "bandits: upper confidence bounds by Kullback–Leibler divergence",
    source: "Garivier & Cappé (2011)",
    equation: "A = argmax_a max { q : N(a) d(mean(a), q) ≤ ln t + c ln ln t }",
    parameters: [law.declaration, c.declaration, BanditParameters.rewardDeviation.declaration])

  /// What is known of each arm.
  public var arms: ArmAverages
  private let law: Law
  private let c: Double
  private let deviation: Double

  /// Makes the learner as it is before its first pull.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    arms = try ArmAverages(context, for: Self.id)
    law = settings[Self.law]
    c = settings[Self.c]
    deviation = settings[BanditParameters.rewardDeviation]
  }

  /// Writes every arm's upper bound for the next pull.
  public func score(_ state: Int) {
    let time = log(Double(max(1, arms.total)))
    let budget = time + (c > 0 && time > 0 ? c * max(0, log(time)) : 0)
    arms.score(state) { mean, pulls in
      switch law {
      case .gaussian: mean + deviation * (2 * budget / pulls).squareRoot()
      case .bernoulli: Self.bound(min(1, max(0, mean)), budget / pulls)
      }
    }
  }

  /// The greatest `q` with `d(p, q) ≤ limit` for Bernoulli distributions.
  ///
  /// Newton's method on the convex divergence, from above, never steps over the root: from `p + √(limit / 2)`, beyond which Pinsker's
  /// inequality lets no root be, or from short of 1.
  static func bound(_ p: Double, _ limit: Double) -> Double {
    if limit <= 0 || p >= 1 { return p }
    let highest = 1 - 0x1p-52
    var q = min(p + (limit / 2).squareRoot(), highest)
    for _ in 0..<60 {
      let divergence = (p > 0 ? p * log(p / q) : 0) + (1 - p) * log((1 - p) / (1 - q))
      let slope = (q - p) / (q * (1 - q))
      let step = (divergence - limit) / slope
      if !(step > 1e-15) { break }
      q -= step
    }
    return q
  }
}
