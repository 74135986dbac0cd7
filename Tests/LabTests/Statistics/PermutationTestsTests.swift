import Lab
import RLCore
import Testing

@Suite struct PermutationTestsTests {
  @Test(arguments: Statistics.Alternative.allCases) func agreesWithReferences(
    alternative: Statistics.Alternative
  ) throws {
    var stream = RandomStream(seed: 0)
    let untouched = stream
    var compared = 0
    for pair in try RandomStatistics.load().pairs {
      let tests = try #require(pair.tests[alternative.rawValue])
      let label = Comment("\(pair.kind) \(pair.a.count) \(pair.b.count)")
      if let reference = tests.permutation {
        let result = Statistics.permutationTest(pair.a, pair.b, alternative: alternative, using: &stream)
        #expect(agrees(result?.statistic, reference.difference), label)
        #expect(agrees(result?.pValue, reference.p), label)
        compared += 1
      }
      if let reference = tests.sign_flip {
        let result = Statistics.pairedPermutationTest(
          pair.a, pair.b, alternative: alternative, using: &stream)
        #expect(agrees(result?.statistic, reference.difference), label)
        #expect(agrees(result?.pValue, reference.p), label)
        compared += 1
      }
    }
    #expect(compared > 20)
    #expect(stream == untouched)
  }

  /// Rounding must not break ties: 0.1 + 0.2 is not 0.3, but counts as it.
  @Test func roundingDoesNotBreakTies() {
    var stream = RandomStream(seed: 0)
    let x = [0.1, 0.2, 0.3, 0.3]
    let tenths = Statistics.pairedPermutationTest(x, [0, 0, 0, 0.9], using: &stream)
    let whole = Statistics.pairedPermutationTest([1, 2, 3, 3], [0, 0, 0, 9], using: &stream)
    #expect(tenths?.pValue == whole?.pValue && whole?.pValue == 1)
    // Sums of ±1 ±2 ±3 ±6 reach 0 from both sides: two of sixteen are 0, seven above, seven below.
    #expect(
      Statistics.pairedPermutationTest(x, [0, 0, 0, 0.9], alternative: .greater, using: &stream)?.pValue
        == 9.0 / 16)
  }

  /// Where there are too many relabelings, the drawn p-value lies within 4 standard errors of the normal one.
  @Test func drawnValuesAreNearTheLaw() throws {
    var stream = RandomStream(seed: 21)
    let x = (0..<40).map { _ in stream.normal() + 0.35 }
    let y = (0..<45).map { _ in stream.normal() }
    let drawn = try #require(Statistics.permutationTest(x, y, using: &stream))
    let student = try #require(Statistics.studentTTest(x, y))
    let error = (student.pValue / 100_000).squareRoot()
    // The law itself is approximate: its relative error is of order 1/n.
    #expect(abs(drawn.pValue - student.pValue) <= 4 * error + student.pValue * 2 / 40)
    let flipped = try #require(Statistics.pairedPermutationTest(x, Array(y[..<40]), using: &stream))
    let paired = try #require(Statistics.pairedTTest(x, Array(y[..<40])))
    #expect(
      abs(flipped.pValue - paired.pValue) <= 4 * (paired.pValue / 100_000).squareRoot() + paired.pValue * 2
        / 40)
  }

  /// A drawn p-value near its exact one: 21 differences are drawn, and 2²⁰ · 2 patterns follow from counting
  /// the sum's law.
  @Test func drawnSignsAreNearTheCountedOnes() throws {
    // Differences 1, ..., 1 (21 times) minus four flipped: the sum of 21 signs is at least 13 with P(Bin(21,
    // ½) ≥ 17).
    let x = [Double](repeating: 1, count: 17) + [Double](repeating: -1, count: 4)
    var tail = 0.0
    var binomial = 1.0
    for k in 0...4 {
      tail += binomial
      binomial *= Double(21 - k) / Double(k + 1)
    }
    tail /= 0x1p21
    var stream = RandomStream(seed: 22)
    let result = try #require(
      Statistics.pairedPermutationTest(
        x, x.map { _ in 0 }, alternative: .greater, draws: 400_000, using: &stream))
    #expect(abs(result.pValue - tail) <= 4 * (tail / 400_000).squareRoot())
  }

  @Test func drawnValuesAreNeverZero() {
    var stream = RandomStream(seed: 23)
    let x = (0..<50).map { Double($0) }
    let y = x.map { $0 + 1000 }
    #expect(Statistics.permutationTest(x, y, alternative: .less, draws: 99, using: &stream)?.pValue == 0.01)
    #expect(Statistics.pairedPermutationTest(x, y, draws: 99, using: &stream)?.pValue == 0.02)
    #expect(Statistics.permutationTest(y, x, alternative: .less, draws: 99, using: &stream)?.pValue == 1)
  }

  @Test func edges() {
    var stream = RandomStream(seed: 0)
    #expect(Statistics.permutationTest([], [1], using: &stream) == nil)
    #expect(Statistics.permutationTest([1], [.infinity], using: &stream) == nil)
    #expect(Statistics.permutationTest([1], [1], using: &stream)?.pValue == 1)
    #expect(Statistics.permutationTest([1], [2], alternative: .less, using: &stream)?.pValue == 0.5)
    #expect(Statistics.pairedPermutationTest([], [], using: &stream) == nil)
    #expect(Statistics.pairedPermutationTest([1, 2], [1, 2], using: &stream)?.pValue == 1)
    #expect(Statistics.pairedPermutationTest([1], [.nan], using: &stream) == nil)
  }

  /// A constant far above the differences does not drown them.
  @Test func onlyDifferencesMatter() {
    var stream = RandomStream(seed: 0)
    let (x, y) = ([1.0, 2, 4, 8], [3.0, 5, 9])
    let plain = Statistics.permutationTest(x, y, using: &stream)
    let lifted = Statistics.permutationTest(x.map { $0 + 1e12 }, y.map { $0 + 1e12 }, using: &stream)
    #expect(plain?.pValue == lifted?.pValue)
  }
}
