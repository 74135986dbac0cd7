import Lab
import Testing

/// Holm's correction; the tests themselves have files of their own.
@Suite struct HypothesisTestsTests {
  @Test func byHand() {
    // Ascending .005 .01 .03 .04 times 4 3 2 1: .02 .03 .06 .04, and the last may not fall below .06.
    let corrected = Statistics.holm([0.01, 0.04, 0.03, 0.005])
    for (value, expected) in zip(corrected, [0.03, 0.06, 0.06, 0.02]) {
      #expect(agrees(value, expected, 1e-15))
    }
    #expect(Statistics.holm([0.6, 0.7]) == [1, 1])
    #expect(Statistics.holm([0.3]) == [0.3])
    #expect(Statistics.holm([]) == [])
    #expect(Statistics.holm([0, 1, 0]) == [0, 1, 0])
    #expect(Statistics.holm([0.02, 0.02, 0.02]) == [0.06, 0.06, 0.06])
  }
}
