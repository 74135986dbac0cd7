import Testing

@testable import Lab

@Suite struct TrialScoresTests {
  private let x = (1...20).map(Double.init)

  @Test func theFinalScoreIsTheMeanOfTheLastTenth() {
    let y = x.map { $0 * $0 }
    // x > 18: the points 19 and 20.
    #expect(ScoreRules(metric: .episodeReturn).final(x: x, y: y) == 380.5)
    // x > 10: 11² + ... + 20² = 2485.
    #expect(ScoreRules(metric: .episodeReturn, finalShare: 0.5).final(x: x, y: y) == 248.5)
    #expect(ScoreRules(metric: .episodeReturn).final(x: [1, 2, 3], y: [5, 6, 9]) == 9)
    #expect(ScoreRules(metric: .episodeReturn).final(x: [], y: []) == nil)
  }

  @Test func theFinalScoreOfAStateIsItsLastValue() {
    #expect(ScoreRules(metric: .valueError).final(x: x, y: x.reversed()) == 1)
  }

  @Test func theAreaIsTheMeanHeight() {
    let rules = ScoreRules(metric: .episodeReturn)
    #expect(rules.area(x: [0, 1, 3], y: [0, 2, 4]) == (1 + 6) / 3.0)
    #expect(rules.area(x: [7], y: [-3]) == -3)
  }

  @Test func aThresholdMustBeKeptForAFiftiethOfTheCurve() {
    let rules = ScoreRules(metric: .episodeReturn)
    let places = (0..<200).map(Double.init)
    var values = places.map { $0 < 120 ? 0.0 : 1 }
    values[50] = 1  // lucky once, where four in a row are asked for
    #expect(rules.reach(1, x: places, y: values) == 120)
    #expect(rules.reach(2, x: places, y: values) == .infinity)
    #expect(ScoreRules(metric: .length).reach(0, x: places, y: values) == 0)
  }

  @Test func trialsWithoutAScoreAreCounted() {
    let curves = [
      StoredExperiment.Curve(seed: 4, x: [1, 2], y: [3, 4]), .init(seed: 2, x: [1, 2], y: [1, 2]),
      .init(seed: 9, x: [], y: []),
    ]
    let scores = TrialScores(curves, rules: ScoreRules(metric: .episodeReturn))
    #expect(scores.seeds == [2, 4])
    #expect(scores.final == [2, 4])
    #expect(scores.area == [1.5, 3.5])
    #expect(scores.first == [1, 3])
    #expect(scores.missing == 1)
    #expect(scores.restricted(to: [4]).final == [4])
  }
}
