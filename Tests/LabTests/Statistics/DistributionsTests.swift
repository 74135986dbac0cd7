import Lab
import Testing

@Suite struct DistributionsTests {
  @Test func agreesWithReferences() throws {
    let reference = try ReferenceStatistics.load().distributions
    for (p, x) in reference.normal_ppf { #expect(agrees(Statistics.Normal.quantile(Double(p)!), x, 1e-12)) }
    for (x, p) in reference.normal_cdf { #expect(agrees(Statistics.Normal.cdf(Double(x)!), p, 1e-12)) }
    #expect(reference.t_ppf.count == 5 && reference.t_cdf.count == 5)
    for (name, table) in reference.t_ppf {
      let t = Statistics.StudentT(degreesOfFreedom: Double(name.dropFirst(3))!)
      for (p, x) in table { #expect(agrees(t.quantile(Double(p)!), x, 1e-12), "\(name) \(p)") }
    }
    for (name, table) in reference.t_cdf {
      let t = Statistics.StudentT(degreesOfFreedom: Double(name.dropFirst(3))!)
      for (x, p) in table { #expect(agrees(t.cdf(Double(x)!), p, 1e-12), "\(name) \(x)") }
    }
  }

  /// Against 40-digit arithmetic; lower tails to relative accuracy.
  @Test func agreesWithManyDigits() throws {
    let reference = try RandomStatistics.load().distributions
    for row in reference.t_cdf {
      let value = Statistics.StudentT(degreesOfFreedom: row[0]).cdf(row[1])
      // Beyond 20 standard deviations the approximation for many degrees of freedom keeps fewer digits.
      let tolerance = row[0] > 1000 && row[1] < -20 ? 1e-9 : 1e-12
      #expect(abs(value - row[2]) <= tolerance * row[2], "\(row) \(value)")
    }
    for row in reference.normal_cdf {
      #expect(abs(Statistics.Normal.cdf(row[0]) - row[1]) <= 1e-12 * row[1], "\(row)")
    }
    for row in reference.log_gamma {
      #expect(agrees(Statistics.logGamma(row[0]), row[1], 1e-14), "\(row)")
    }
    for row in reference.incomplete_beta where row[3] > 1e-290 {
      let value = Statistics.regularizedIncompleteBeta(row[2], row[0], row[1])
      #expect(abs(value - row[3]) <= 1e-12 * row[3], "\(row) \(value)")
    }
  }

  /// One and two degrees of freedom have closed forms: tan, and t/√(2 + t²).
  @Test(arguments: [1e-9, 0.001, 0.1, 0.3, 0.49, 0.5, 0.6, 0.9, 0.9999]) func closedForms(p: Double) {
    let one = Statistics.StudentT(degreesOfFreedom: 1)
    let two = Statistics.StudentT(degreesOfFreedom: 2)
    let t = two.quantile(p)
    #expect(agrees(one.cdf(1), 0.75, 1e-15))
    #expect(agrees(2 * (p - 0.5) * (2 * p * (1 - p)).squareRoot().magnitude / (2 * p * (1 - p)), t, 1e-12))
    #expect(agrees(0.5 + 0.5 * t / (2 + t * t).squareRoot(), p, 1e-12))
  }

  /// Quantile and distribution function invert each other, in both tails and in the middle.
  @Test(arguments: [0.7, 1, 2, 4.5, 29, 300, 1000, 1001, 1e6, 1e12, .infinity])
  func quantilesInvert(degreesOfFreedom: Double) {
    let t = Statistics.StudentT(degreesOfFreedom: degreesOfFreedom)
    for p in [1e-80, 1e-12, 0.001, 0.2, 0.25, 0.26, 0.4, 0.4999999] {
      let x = t.quantile(p)
      #expect(abs(t.cdf(x) - p) <= 1e-11 * p, "\(p) \(x)")
      #expect(x < 0)
      #expect(abs(Statistics.Normal.cdf(Statistics.Normal.quantile(p)) - p) <= 1e-11 * p)
    }
    #expect(t.quantile(0.5) == 0)
    #expect(t.quantile(0) == -.infinity && t.quantile(1) == .infinity)
    #expect(t.quantile(0.975) == -t.quantile(1 - 0.975))
    #expect(agrees(t.twoSidedTail(t.quantile(0.975)), 0.05, 1e-12))
    #expect(t.cdf(.infinity) == 1 && t.cdf(-.infinity) == 0)
  }

  @Test func nothingBreaksFarOut() {
    for degreesOfFreedom in [0.5, 1, 3, 30, 999, 1e5] {
      let t = Statistics.StudentT(degreesOfFreedom: degreesOfFreedom)
      var last = 0.5
      for exponent in stride(from: 0.0, through: 300, by: 10) {
        let tail = t.cdf(-Double(sign: .plus, exponent: Int(exponent), significand: 1))
        #expect(tail >= 0 && tail <= last)
        last = tail
      }
      #expect(t.quantile(1e-200) < t.quantile(1e-100))
    }
    // 10⁻²⁰⁰ is reached about 10⁴⁰⁰ out, beyond the numbers.
    #expect(Statistics.StudentT(degreesOfFreedom: 0.5).quantile(1e-200) == -.infinity)
    // The Cauchy distribution's tail is 1/(πt).
    #expect(agrees(Statistics.StudentT(degreesOfFreedom: 1).cdf(-1e250) * 1e250 * .pi, 1, 1e-12))
    #expect(Statistics.Normal.quantile(0) == -.infinity && Statistics.Normal.quantile(1) == .infinity)
    #expect(Statistics.Normal.quantile(.leastNonzeroMagnitude) < -38)
  }

  @Test func quantilesOfTheMeansInterval() {
    #expect(Statistics.tQuantile(count: 1) == nil)
    #expect(agrees(Statistics.tQuantile(count: 2), 12.706204736174694, 1e-12))
    #expect(agrees(Statistics.tQuantile(count: 30, level: 0.99), 2.7563859036706053, 1e-12))
  }
}
