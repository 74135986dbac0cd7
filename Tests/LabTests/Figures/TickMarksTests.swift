import Testing

@testable import Lab

@Suite struct TickMarksTests {
  @Test func linearMarksAreMultiplesOfOneTwoFive() {
    let marks = TickMarks.linear(from: 0, to: 1, count: 5).major
    #expect(marks.map(\.label) == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(marks.map(\.value) == [0, 0.2, 0.4, 0.6, 0.8, 1])
    #expect(TickMarks.linear(from: -103, to: 47, count: 3).major.map(\.label) == ["−100", "−50", "0"])
    #expect(
      TickMarks.linear(from: 0, to: 0.17, count: 4).major.map(\.label) == ["0", "0.05", "0.10", "0.15"])
  }

  @Test func largeNumbersTakeSuffixes() {
    func labels(_ low: Double, _ high: Double) -> [String] {
      TickMarks.linear(from: low, to: high, count: 5).major.map(\.label)
    }
    #expect(labels(0, 10_000) == ["0", "2k", "4k", "6k", "8k", "10k"])
    #expect(labels(0, 1_000_000) == ["0", "200k", "400k", "600k", "800k", "1M"])
    #expect(labels(0, 2500) == ["0", "500", "1000", "1500", "2000", "2500"])
    #expect(labels(-1_000_000, 0).first == "−1M")
    #expect(
      labels(1_000_000, 1_000_010) == ["1000000", "1000002", "1000004", "1000006", "1000008", "1000010"])
  }

  @Test func smallNumbersTakeExponents() {
    let labels = TickMarks.linear(from: 0, to: 4e-6, count: 4).major.map(\.label)
    #expect(labels == ["0", "1e−6", "2e−6", "3e−6", "4e−6"])
  }

  @Test(arguments: [
    (0.0, 1.0), (-1.7, -0.001), (3, 3.0000001), (-1e300, 1e300), (1e-280, 3e-280), (0, 1e15),
    (-12345.678, 98765.4),
    (999.999, 1000.001),
  ])
  func marksLieInTheLimitsInOrderAndDiffer(low: Double, high: Double) {
    for count in 2...12 {
      let marks = TickMarks.linear(from: low, to: high, count: count).major
      #expect(marks.count >= 2 || count < 4, "\(low) to \(high): \(marks)")
      #expect(marks.count <= count * 3 / 2 + 1)
      let slack = 1e-8 * (high - low)
      #expect(marks.allSatisfy { $0.value >= low - slack && $0.value <= high + slack })
      #expect(zip(marks, marks.dropFirst()).allSatisfy { $0.value < $1.value })
      #expect(Set(marks.map(\.label)).count == marks.count, "\(marks.map(\.label))")
    }
  }

  @Test func integersAreNeverSplit() {
    let marks = TickMarks.linear(from: 0, to: 3, count: 8, integers: true).major
    #expect(marks.map(\.label) == ["0", "1", "2", "3"])
  }

  @Test func impossibleLimitsGiveNoMarksOrOne() {
    #expect(TickMarks.linear(from: .nan, to: 1, count: 5).major.isEmpty)
    #expect(TickMarks.linear(from: 2, to: 1, count: 5).major.isEmpty)
    #expect(TickMarks.linear(from: 5, to: 5, count: 5).major.map(\.label) == ["5"])
    #expect(TickMarks.decades(from: -1, to: 1, count: 5).major.isEmpty)
    #expect(TickMarks.octaves(from: 0, to: 1, count: 5).major.isEmpty)
  }

  @Test func decadesHaveNineMarksEach() {
    let marks = TickMarks.decades(from: 1e-3, to: 1e3, count: 7)
    #expect(marks.major.map(\.label) == ["0.001", "0.01", "0.1", "1", "10", "100", "1000"])
    #expect(marks.major.map(\.value) == [1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3])
    #expect(marks.minor.count == 6 * 8)
    #expect(marks.minor.prefix(3) == [2e-3, 3e-3, 4e-3])
  }

  @Test func fewDecadesLabelTwoAndFive() {
    let marks = TickMarks.decades(from: 0.01, to: 0.1, count: 6)
    #expect(marks.major.map(\.label) == ["0.01", "0.02", "0.05", "0.1"])
    #expect(marks.minor == [0.03, 0.04, 0.06, 0.07, 0.08, 0.09])
  }

  @Test func manyDecadesLabelMultiplesAndCountInExponents() {
    let marks = TickMarks.decades(from: 1e-18, to: 1, count: 5)
    #expect(marks.major.map(\.label) == ["1e−15", "1e−10", "1e−5", "1"])
    #expect(marks.minor.contains(1e-18))
  }

  @Test func lessThanADecadeFallsBackToLinearMarks() {
    let marks = TickMarks.decades(from: 0.32, to: 0.47, count: 3).major
    #expect(marks.map(\.label) == ["0.35", "0.40", "0.45"])
  }

  @Test func octavesAreFractionsBelowOne() {
    let marks = TickMarks.octaves(from: 0.125, to: 4, count: 6).major
    #expect(marks.map(\.label) == ["1/8", "1/4", "1/2", "1", "2", "4"])
  }

  @Test(arguments: [
    (0.0, "0"), (-100, "−100"), (0.05, "0.05"), (9999, "9999"), (10_000, "10k"), (12_345, "12.3k"),
    (1e6, "1M"),
    (999_999, "1M"), (2.5e9, "2.5G"), (-1698.4, "−1698"), (.nan, "–"), (-.infinity, "−∞"), (1e-7, "1e−7"),
    (0.068891, "0.0689"), (-48.02, "−48"), (3e18, "3e18"), (0.99999e-4, "1e−4"),
    (.greatestFiniteMagnitude, "1.8e308"),
  ])
  func numbersAloneAreShort(value: Double, label: String) {
    #expect(NumberLabels.short(value) == label)
  }

  @Test func exponentsAreExactAtPowersOfTen() {
    for power in -290...290 {
      let value = NumberLabels.scaleByTen(1, power)
      #expect(NumberLabels.exponent(value) == power)
      #expect(NumberLabels.exponent(value * (1 + 1e-12)) == power)
      #expect(NumberLabels.exponent(value * (1 - 1e-12)) == power - 1)
    }
  }
}
