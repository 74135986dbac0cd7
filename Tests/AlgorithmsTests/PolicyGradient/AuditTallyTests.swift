import RLCore
import Testing

@testable import Algorithms

@Suite struct AuditTallyTests {
  /// Normal numbers far from 0: the sample variance of n of them has the standard error √(2 / n). Of ten thousand the error itself is known to
  /// 2.5 % (the eighth moment is 105), in which 4 of these are allowed.
  @Test func theErrorOfTheVarianceIsThatOfItsScatter() {
    var tally = AuditTally(truth: [1000], samples: 10_000)
    var stream = RandomStream(seed: 5)
    for _ in 0..<10_000 { tally.add([1000 + stream.normal()]) }
    let finding = tally.finding(name: "normal", lambda: nil)
    #expect(abs(finding.varianceError / 0.0002.squareRoot() - 1) < 0.1)
  }
}
