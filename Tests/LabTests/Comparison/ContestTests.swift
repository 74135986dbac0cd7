import Testing

@testable import Lab

@Suite struct ContestTests {
  private let rules = ScoreRules(metric: .episodeReturn)
  private let effort = ComparisonEffort(lines: 2)

  private func contest(
    _ x: [UInt64: Double], _ y: [UInt64: Double], shared: Bool = true, rules: ScoreRules? = nil
  ) -> Contest {
    func runs(_ scores: [UInt64: Double]) -> [(seed: UInt64, score: Double)] {
      scores.keys.sorted().map { ($0, scores[$0]!) }
    }
    return Contest(
      runs(x), against: runs(y), sharesRandomNumbers: shared, rules: rules ?? self.rules, effort: effort, key: "test")
  }

  /// The differences are 1, 2, 3: mean 2, standard error 1/√3, t = 2√3 with 2 degrees of freedom, whose two-sided tail
  /// is 1 − t/√(t² + 2).
  @Test func pairsSeedBySeed() throws {
    let contest = contest([0: 11, 1: 2, 2: 33], [2: 30, 0: 10, 1: 0])
    #expect(contest.design == .paired(count: 3, leftOut: 0))
    let t = try #require(contest.tTest)
    #expect(abs(t.statistic - 2 * 3.0.squareRoot()) < 1e-12)
    #expect(abs(t.pValue - (1 - (12.0 / 14).squareRoot())) < 1e-12)
    #expect(contest.difference == 2)
    // Of eight sign patterns one has a mean as large; twice that.
    #expect(contest.freeTest?.pValue == 0.25)
    #expect(contest.freeTestName == .signFlip)
    // 11 > 10, 0; 2 > 0; 33 > all: 6 of 9.
    #expect(contest.improvement == 6 / 9.0)
  }

  @Test func pairsWhatIsCommonToBothIfItIsHalf() {
    let contest = contest([0: 1, 1: 2, 2: 3, 3: 4], [0: 0, 1: 0, 7: 0])
    #expect(contest.design == .paired(count: 2, leftOut: 3))
    #expect(contest.difference == 1.5)
  }

  @Test func doesNotPairFewCommonSeedsOrOtherRandomNumbers() {
    let few = contest([0: 1, 1: 2, 2: 4, 3: 5, 4: 6], [0: 0, 1: 3])
    #expect(few.design == .independent(reason: "2 of 5 seeds are common to both"))
    #expect(few.freeTestName == .mannWhitney)
    #expect(few.tTest?.difference == 18 / 5.0 - 1.5)
    #expect(
      contest([0: 1, 1: 2], [0: 0, 1: 3], shared: false).design == .independent(reason: "their root seeds differ"))
  }

  @Test func lessMayBeBetter() {
    let contest = contest([0: 1, 1: 2], [0: 5, 1: 4], rules: ScoreRules(metric: .valueError))
    #expect(contest.improvement == 1)
    #expect(contest.difference == -3)
  }

  @Test func infiniteScoresHaveRanks() {
    let contest = contest([0: 1, 1: 2, 2: .infinity], [0: .infinity, 1: .infinity, 2: .infinity])
    #expect(contest.tTest == nil)
    #expect(contest.freeTestName == .mannWhitney)
    #expect(contest.freeTest != nil)
    #expect(contest.difference == nil)
    #expect(contest.improvement == 1.5 / 9)
  }

  @Test func equalPairsAreIdentical() {
    let contest = contest([0: 1, 1: 2], [0: 1, 1: 2])
    #expect(contest.isIdentical)
    #expect(contest.tTest == nil)
    #expect(contest.freeTest?.pValue == 1)
  }

  @Test func oneRunGivesNoTest() {
    let contest = contest([0: 1], [0: 2])
    #expect(contest.tTest == nil)
    #expect(contest.improvementInterval == nil)
    #expect(contest.difference == -1)
  }

  @Test func correctsOnlyWhatExists() {
    #expect(Statistics.holm([0.01, nil, 0.03]) == [0.02, nil, 0.03])
  }
}
