#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The two distributions behind the intervals and tests.
///
/// Quantiles come from Newton's method on the distribution function itself, so that both agree to rounding.
/// In the middle it is applied to P(|X| ≤ x), in the tail to the logarithm of the tail probability. Both are
/// concave (for Student's t in ln x), so that after its first step Newton's method moves one way only and
/// needs no bracket.
extension Statistics {
  /// The standard normal distribution N(0, 1).
  public enum Normal {
    /// Φ(x), the probability of values up to `x`; relative accuracy holds far into the lower tail.
    public static func cdf(_ x: Double) -> Double {
      precondition(!x.isNaN, "the argument of a distribution function is not a number")
      return 0.5 * erfc(-x * 0.5.squareRoot())
    }

    /// The density φ(x).
    public static func density(_ x: Double) -> Double { exp(-0.5 * x * x) / (2 * Double.pi).squareRoot() }

    /// The `x` with Φ(x) = p.
    ///
    /// - Parameter p: In `[0, 1]`; the ends give ∓∞.
    public static func quantile(_ p: Double) -> Double {
      precondition(p >= 0 && p <= 1, "the probability \(p) is not in [0, 1]")
      let tail = min(p, 1 - p)
      if tail == 0 { return p == 0 ? -.infinity : .infinity }
      let sign = p < 0.5 ? -1.0 : 1.0
      if tail > 0.25 {
        let central = abs(p - 0.5)
        return sign
          * newton(from: central / density(0)) { (0.5 * erf($0 * 0.5.squareRoot()) - central) / density($0) }
      }
      // The leading term of the tail's expansion, √(−2 ln(tail)), is good enough to start from.
      let logTail = log(tail)
      return sign
        * newton(from: (-2 * logTail).squareRoot()) { x in
          let upper = cdf(-x)
          // Where the tail itself underflows, the leading term of its expansion, φ(x)/x, serves.
          if upper < .leastNormalMagnitude {
            return (-0.5 * x * x - log(x * (2 * Double.pi).squareRoot()) - logTail) / -x
          }
          return (log(upper) - logTail) * upper / -density(x)
        }
    }
  }

  /// Student's t distribution.
  public struct StudentT: Sendable, Hashable {
    /// ν, positive, not necessarily whole; infinity gives the normal distribution.
    public let degreesOfFreedom: Double
    /// ln of the density's constant, −ln(√ν B(ν/2, ½)).
    private let logConstant: Double
    /// From here on `normalDeviate` is exact to rounding, and the continued fraction begins to lose digits.
    private var isNearlyNormal: Bool { degreesOfFreedom > 1000 }

    /// The distribution with `degreesOfFreedom` ν.
    ///
    /// - Parameter degreesOfFreedom: Positive; infinity is allowed.
    public init(degreesOfFreedom: Double) {
      precondition(degreesOfFreedom > 0, "the degrees of freedom \(degreesOfFreedom) are not positive")
      self.degreesOfFreedom = degreesOfFreedom
      logConstant =
        degreesOfFreedom < .infinity ? -0.5 * log(degreesOfFreedom) - logBeta(degreesOfFreedom / 2, 0.5) : 0
    }

    /// The probability of values up to `t`; relative accuracy holds far into the lower tail.
    public func cdf(_ t: Double) -> Double { t < 0 ? upperTail(-t) : 0.5 + 0.5 * central(t) }

    /// P(|T| ≥ |t|), the two-sided p-value of an observed `t`.
    public func twoSidedTail(_ t: Double) -> Double { min(1, 2 * upperTail(abs(t))) }

    /// The density, (1 + t²/ν)^(−(ν+1)/2) / (√ν B(ν/2, ½)).
    public func density(_ t: Double) -> Double {
      degreesOfFreedom < .infinity ? exp(logDensity(t)) : Normal.density(t)
    }

    private func logDensity(_ t: Double) -> Double {
      let nu = degreesOfFreedom
      let square = t * t
      let logFactor = square < .infinity ? 0.5 * log1p(square / nu) : log(abs(t)) - 0.5 * log(nu)
      return logConstant - (nu + 1) * logFactor
    }

    /// P(T > t) = ½ I_{ν/(ν+t²)}(ν/2, ½) for t ≥ 0 (Abramowitz & Stegun, 26.7.1 with 26.5.27).
    private func upperTail(_ t: Double) -> Double {
      precondition(!t.isNaN, "the argument of a distribution function is not a number")
      let square = t * t
      if isNearlyNormal { return Normal.cdf(-normalDeviate(t)) }
      if square > 1e200 { return t == .infinity ? 0 : exp(tailExpansion(logT: log(t)).logarithm) }
      let x = degreesOfFreedom / (degreesOfFreedom + square)
      let y = square / (degreesOfFreedom + square)
      return 0.5 * regularizedIncompleteBeta(x, complement: y, degreesOfFreedom / 2, 0.5)
    }

    /// The leading term of the far tail, in logarithms that cannot underflow, and its elasticity −d ln P(T >
    /// t) / d ln t: P(T > t) ≈ t f(t) / e with e = t² / (1 + t²/ν), which is ν for t² ≫ ν and t² for t² ≪ ν.
    private func tailExpansion(logT u: Double) -> (logarithm: Double, elasticity: Double) {
      let nu = degreesOfFreedom
      let ratio = nu * exp(-2 * u)
      let elasticity = nu / (1 + ratio)
      let logFactor = u - 0.5 * log(nu) + 0.5 * log1p(ratio)
      return (logConstant - (nu + 1) * logFactor + u - log(elasticity), elasticity)
    }

    /// P(|T| ≤ t) for t ≥ 0, to full relative accuracy near 0.
    private func central(_ t: Double) -> Double {
      precondition(!t.isNaN, "the argument of a distribution function is not a number")
      let square = t * t
      if isNearlyNormal { return erf(normalDeviate(t) * 0.5.squareRoot()) }
      if square > 1e200 { return 1 - 2 * upperTail(t) }
      let x = degreesOfFreedom / (degreesOfFreedom + square)
      let y = square / (degreesOfFreedom + square)
      return regularizedIncompleteBeta(y, complement: x, 0.5, degreesOfFreedom / 2)
    }

    /// The z ≥ 0 with Φ(−z) = P(T > t), for t ≥ 0 and large ν, by the expansion of Hill, *Algorithm 395:
    /// Student's t-Distribution*, CACM 13(10), 1970.
    private func normalDeviate(_ t: Double) -> Double {
      if degreesOfFreedom == .infinity { return t }
      let a = degreesOfFreedom - 0.5
      let b = 48 * a * a
      let square = a * log1p(t * t / degreesOfFreedom)
      // Both tails are 0 from here on.
      if square > 1e4 { return square.squareRoot() }
      let second = ((-0.4 * square - 3.3) * square - 24) * square - 85.5
      let first = second / (0.8 * square * square + 100 + b) + square + 3
      return (first / b + 1) * square.squareRoot()
    }

    /// The `t` below which the probability is `p`.
    ///
    /// - Parameter p: In `[0, 1]`; the ends give ∓∞.
    public func quantile(_ p: Double) -> Double {
      precondition(p >= 0 && p <= 1, "the probability \(p) is not in [0, 1]")
      let tail = min(p, 1 - p)
      if tail == 0 { return p == 0 ? -.infinity : .infinity }
      let sign = p < 0.5 ? -1.0 : 1.0
      if tail > 0.25 {
        let twice = 2 * abs(p - 0.5)
        return sign * newton(from: 0.5 * twice / density(0)) { (central($0) - twice) / (2 * density($0)) }
      }
      let start = abs(Normal.quantile(tail))
      if degreesOfFreedom == .infinity { return sign * start }
      // In u = ln t, where the logarithm of the tail is concave and nearly straight.
      let logTail = log(tail)
      let u = newton(from: log(start)) { u in
        let t = exp(u)
        let upper = upperTail(t)
        if upper < .leastNormalMagnitude {
          let far = tailExpansion(logT: u)
          return (far.logarithm - logTail) / -far.elasticity
        }
        return (log(upper) - logTail) / -exp(logDensity(t) + u - log(upper))
      }
      return sign * exp(u)
    }
  }

  /// The quantile of Student's distribution for the mean's interval: with n − 1 degrees of freedom, at
  /// (1 + level)/2.
  ///
  /// - Parameters:
  ///   - count: n, how many values the mean has.
  ///   - level: The coverage, in `(0, 1)`.
  /// - Returns: `nil` for fewer than two values.
  public static func tQuantile(count: Int, level: Double = 0.95) -> Double? {
    check(level: level)
    return count < 2 ? nil : StudentT(degreesOfFreedom: Double(count - 1)).quantile((1 + level) / 2)
  }

  /// Newton's method from `start`, given the quotient of function and derivative; ends when a step no longer
  /// shrinks.
  private static func newton(from start: Double, _ step: (Double) -> Double) -> Double {
    var x = start
    var last = Double.infinity
    for _ in 0..<200 {
      let change = step(x)
      // The first steps may grow; near the root they shrink until rounding rules.
      if change == 0 || (abs(change) >= last && last < 1e-9 * max(1, abs(x))) { break }
      x -= change
      last = abs(change)
    }
    return x
  }
}
