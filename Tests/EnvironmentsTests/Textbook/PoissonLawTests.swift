import Foundation
import Testing

@testable import Environments

@Suite struct PoissonLawTests {
  @Test(arguments: [0.0, 0.5, 3, 40, 500]) func wholeLaw(mean: Double) {
    let law = PoissonLaw(mean: mean)
    let end = Int(mean) + 1200
    var sum = 0.0
    var first = 0.0
    for k in 0..<end {
      sum += law.mass(k)
      first += Double(k) * law.mass(k)
    }
    #expect(abs(sum - 1) < 1e-12)
    #expect(abs(first - mean) <= 1e-12 * max(1, mean))
    #expect(law.tail(0) == 1 && law.tail(end) == 0)
    #expect(
      abs(law.mass(Int(mean)) - exp(-mean + Double(Int(mean)) * log(max(mean, 1)) - lgamma(mean.rounded(.down) + 1)))
        < 1e-12)
  }

  /// A tail far out is the series itself, where 1 − P(X < 40) would be rounding only.
  @Test func tailsAreExactWhereTheyAreSmall() {
    let law = PoissonLaw(mean: 3)
    var term = exp(-3.0)
    for k in 1...40 { term *= 3 / Double(k) }
    // Beyond 40 the terms fall by more than 13 each: the tail is the first term within 8 %.
    #expect(law.tail(40) > term && law.tail(40) < 1.09 * term)
    let cut = PoissonLaw(mean: 3, below: 11)
    #expect(cut.mass(11) == 0 && cut.tail(11) == 0 && cut.mass(10) == law.mass(10))
    #expect(abs(law.tail(0) - cut.tail(0) - law.tail(11)) < 1e-15)
  }
}
