import Lab
import RLCore
import Testing

@Suite struct ImprovementTests {
  @Test func byHand() {
    // Of six pairs, 3 > 1, 3 > 2, 2 > 1 and one tie.
    #expect(Statistics.probabilityOfImprovement([2, 3], over: [1, 2, 5]) == 3.5 / 6)
    #expect(Statistics.probabilityOfImprovement([1], over: [1]) == 0.5)
    #expect(Statistics.probabilityOfImprovement([.infinity], over: [1, .infinity]) == 0.75)
    #expect(Statistics.probabilityOfImprovement([], over: [1]) == nil)
    #expect(Statistics.probabilityOfImprovement([1], over: [.nan]) == nil)
  }

  @Test func agreesWithReferences() throws {
    for reference in try ReferenceStatistics.load().rliable {
      let x = try #require(Statistics.TaskScores(reference.scores_x))
      let y = try #require(Statistics.TaskScores(reference.scores_y))
      #expect(agrees(Statistics.probabilityOfImprovement(x, over: y), reference.probability_of_improvement))
      #expect(
        agrees(Statistics.probabilityOfImprovement(y, over: x), 1 - reference.probability_of_improvement))
      let end = reference.probability_of_improvement_95_percentile
      var stream = RandomStream(seed: 2)
      let interval = try #require(
        Statistics.probabilityOfImprovementInterval(x, over: y, resamples: 20_000, using: &stream))
      let tolerance = 4 * end.spread_between_repeats + 0.02 * (end.high - end.low)
      #expect(abs(interval.low - end.low) <= tolerance, "\(interval)")
      #expect(abs(interval.high - end.high) <= tolerance, "\(interval)")
    }
    for reference in try RandomStatistics.load().scores {
      let x = try #require(Statistics.TaskScores(reference.x))
      let y = try #require(Statistics.TaskScores(reference.y))
      #expect(agrees(Statistics.probabilityOfImprovement(x, over: y), reference.improvement))
    }
  }

  /// The redrawn share, from ranks, is the share of redrawn scores counted pair by pair.
  @Test func resamplesAreCountedRight() throws {
    var stream = RandomStream(seed: 8)
    let x = (0..<6).map { _ in Double(stream.uniform(below: 5)) }
    let y = (0..<4).map { _ in Double(stream.uniform(below: 5)) }
    var same = stream
    let a = try #require(Statistics.TaskScores(x.map { [$0] }))
    let b = try #require(Statistics.TaskScores(y.map { [$0] }))
    let interval = try #require(
      Statistics.probabilityOfImprovementInterval(a, over: b, resamples: 1, using: &stream))
    let drawnX = x.map { _ in x[same.uniform(below: 6)] }
    let drawnY = y.map { _ in y[same.uniform(below: 4)] }
    let counted = drawnX.reduce(0.0) { sum, p in
      sum + drawnY.reduce(0.0) { $0 + (p > $1 ? 1 : p == $1 ? 0.5 : 0) }
    }
    #expect(interval == Statistics.Interval(low: counted / 24, high: counted / 24))
    let single = try #require(Statistics.TaskScores([[1]]))
    #expect(Statistics.probabilityOfImprovementInterval(single, over: b, using: &stream) == nil)
  }
}
