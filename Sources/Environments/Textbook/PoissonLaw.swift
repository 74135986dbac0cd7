#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A Poisson law as a table, whole or cut: `P(X = k) = λᵏ e^(−λ) / k!`.
struct PoissonLaw {
  private let masses: [Double]
  private let tails: [Double]

  /// - Parameters:
  ///   - mean: λ, in `[0, 500]`, where `e^(−λ)` is far from the smallest number.
  ///   - limit: Where the law is cut: values of `limit` and above get no probability, and nothing is renormalised. nil for the
  ///     whole law.
  init(mean: Double, below limit: Int? = nil) {
    // Beyond 40 standard deviations and 100 more, what is left of the law is below the smallest number.
    let end = min(limit ?? .max, Int(mean + 40 * mean.squareRoot()) + 100)
    var masses = [Double](repeating: 0, count: end)
    for k in 0..<end { masses[k] = k == 0 ? exp(-mean) : masses[k - 1] * mean / Double(k) }
    var tails = [Double](repeating: 0, count: end + 1)
    for k in stride(from: end - 1, through: 0, by: -1) { tails[k] = tails[k + 1] + masses[k] }
    if limit == nil { tails[0] = 1 }  // What the sum has but for rounding: the certain event draws nothing.
    self.masses = masses
    self.tails = tails
  }

  /// P(X = k), `k ≥ 0`.
  func mass(_ k: Int) -> Double { k < masses.count ? masses[k] : 0 }

  /// P(X ≥ k) as far as the law goes, `k ≥ 0`, summed from the small end so that it is right where it is tiny.
  func tail(_ k: Int) -> Double { k < tails.count ? tails[k] : 0 }
}
