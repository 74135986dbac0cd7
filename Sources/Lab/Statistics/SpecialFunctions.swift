#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The special functions under the distributions. Numbers in brackets are equations of the NIST *Digital
/// Library of Mathematical Functions* (DLMF).
extension Statistics {
  /// ln Γ(x).
  ///
  /// - Parameter x: Positive.
  public static func logGamma(_ x: Double) -> Double {
    precondition(x > 0, "the argument \(x) of logGamma is not positive")
    return x < 10 ? lgamma(x).0 : (x - 0.5) * log(x) - x + 0.5 * log(2 * Double.pi) + stirlingRest(x)
  }

  /// ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b), without the cancellation of that difference when an
  /// argument is large.
  ///
  /// - Parameters:
  ///   - a: Positive.
  ///   - b: Positive.
  public static func logBeta(_ a: Double, _ b: Double) -> Double {
    let small = min(a, b)
    let large = max(a, b)
    precondition(small > 0, "the arguments \(a), \(b) of logBeta are not positive")
    if large < 10 { return lgamma(small).0 + lgamma(large).0 - lgamma(small + large).0 }
    // The leading terms of Stirling's series for ln Γ(large) − ln Γ(large + small), combined by hand.
    let sum = large + small
    let rest = stirlingRest(large) - stirlingRest(sum) - (large - 0.5) * log1p(small / large)
    if small < 10 { return lgamma(small).0 + rest - small * log(sum) + small }
    return rest + stirlingRest(small) + small * log(small / sum) - 0.5 * log(small) + 0.5 * log(2 * Double.pi)
  }

  /// ln Γ(x) − [(x − ½) ln x − x + ½ ln 2π] by Stirling's series (5.11.1); the first term left out is below
  /// 1e-16 for x ≥ 10.
  private static func stirlingRest(_ x: Double) -> Double {
    let y = 1 / (x * x)
    let series =
      1.0 / 12 + y
      * (-1.0 / 360 + y
        * (1.0 / 1260 + y * (-1.0 / 1680 + y * (1.0 / 1188 + y * (-691.0 / 360360 + y / 156)))))
    return series / x
  }

  /// The regularised incomplete beta function I_x(a, b) (8.17.2), the distribution function of the beta
  /// distribution.
  ///
  /// - Parameters:
  ///   - x: In `[0, 1]`.
  ///   - a: Positive and finite.
  ///   - b: Positive and finite.
  public static func regularizedIncompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    regularizedIncompleteBeta(x, complement: 1 - x, a, b)
  }

  /// The same where the caller knows 1 − x better than the subtraction gives it.
  static func regularizedIncompleteBeta(_ x: Double, complement y: Double, _ a: Double, _ b: Double) -> Double {
    precondition(x >= 0 && x <= 1 && y >= 0 && y <= 1, "x = \(x), 1 − x = \(y) are not in [0, 1]")
    precondition(
      a > 0 && b > 0 && a.isFinite && b.isFinite, "the parameters \(a), \(b) are not positive and finite")
    if x == 0 { return 0 }
    if y == 0 { return 1 }
    // x^a (1 − x)^b / B(a, b); each logarithm from whichever of x and 1 − x is the smaller.
    let logX = x < 0.5 ? log(x) : log1p(-y)
    let logY = y < 0.5 ? log(y) : log1p(-x)
    let front = exp(a * logX + b * logY - logBeta(a, b))
    if x < (a + 1) / (a + b + 2) {
      return min(1, front * betaFraction(x, a, b) / a)
    }
    return max(0, 1 - front * betaFraction(y, b, a) / b)
  }

  /// The continued fraction of I_x(a, b) (8.17.22) by Lentz's method as modified by Thompson and Barnett
  /// (Press et al., *Numerical Recipes*, 3rd edition, sections 5.2 and 6.4). It takes O(√max(a, b)) terms
  /// where x < (a + 1)/(a + b + 2).
  private static func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func away(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / away(1 - (a + b) * x / (a + 1))
    var value = d
    for step in 1...100_000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / away(1 + even * d)
      c = away(1 + even / c)
      value *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / away(1 + odd * d)
      c = away(1 + odd / c)
      let factor = d * c
      value *= factor
      if abs(factor - 1) < 0x1p-52 { break }
    }
    return value
  }
}
