import Lab
import RLCore
import Testing

@Suite struct TaskScoresTests {
  private func scores(_ table: [[Double]]) throws -> Statistics.TaskScores {
    try #require(Statistics.TaskScores(table))
  }

  @Test func byHand() throws {
    let table = try scores([[0, 1, 5], [1, 3, 9]])
    #expect(table.runs == 2 && table.tasks == 3)
    #expect(table.column(2) == [5, 9])
    #expect(agrees(table.aggregate(.mean), 19.0 / 6, 1e-15))
    #expect(table.aggregate(.median) == 2)
    // 0 and 9 are cut: ⌊6/4⌋ = 1 at each end.
    #expect(table.aggregate(.interquartileMean) == 2.5)
    #expect(agrees(table.aggregate(.optimalityGap()), 1 - 5.0 / 6, 1e-15))
    #expect(table.aggregate(.optimalityGap(threshold: 3)) == 3 - 11.0 / 6)
  }

  @Test func agreesWithReferences() throws {
    for (index, reference) in try ReferenceStatistics.load().rliable.enumerated() {
      let x = try scores(reference.scores_x)
      let y = try scores(reference.scores_y)
      let aggregates: [(String, Statistics.Aggregate)] = [
        ("mean", .mean), ("median", .median), ("iqm", .interquartileMean),
        ("optimality_gap", .optimalityGap()),
      ]
      for (name, aggregate) in aggregates {
        #expect(agrees(x.aggregate(aggregate), try #require(reference.aggregates_x[name])))
        #expect(agrees(y.aggregate(aggregate), try #require(reference.aggregates_y[name])))
        let end = try #require(reference.stratified_bootstrap_95_percentile_x[name])
        var stream = RandomStream(seed: UInt64(index))
        let interval = try #require(x.interval(of: aggregate, resamples: 24_000, using: &stream))
        let tolerance = 4 * end.spread_between_repeats + 0.02 * (end.high - end.low)
        #expect(abs(interval.low - end.low) <= tolerance, "\(name) \(interval)")
        #expect(abs(interval.high - end.high) <= tolerance, "\(name) \(interval)")
      }
    }
  }

  @Test func agreesWithReferencesOnRandomData() throws {
    for reference in try RandomStatistics.load().scores {
      let x = try scores(reference.x)
      let aggregates: [Statistics.Aggregate] = [
        .mean, .median, .interquartileMean, .optimalityGap(threshold: 0.8),
      ]
      for (k, aggregate) in aggregates.enumerated() {
        #expect(agrees(x.aggregate(aggregate), reference.aggregates_x[k]))
        var stream = RandomStream(seed: 9)
        let interval = try #require(x.interval(of: aggregate, resamples: 20_000, using: &stream))
        let (low, high) = (reference.intervals_x[0][k], reference.intervals_x[1][k])
        // A median over tasks moves by half a step of the task means where scores lie on a grid.
        let step = aggregate == .median ? reference.grid / Double(2 * x.runs) : 0
        let slack = 0.02 * (high - low) + 1.0001 * step
        #expect(abs(interval.low - low) <= 4 * reference.spread_x[0][k] + slack, "\(aggregate) \(interval)")
        #expect(abs(interval.high - high) <= 4 * reference.spread_x[1][k] + slack, "\(aggregate) \(interval)")
      }
    }
  }

  @Test func unusableTablesAreRefused() {
    #expect(Statistics.TaskScores([]) == nil)
    #expect(Statistics.TaskScores([[]]) == nil)
    #expect(Statistics.TaskScores([[1, 2], [3]]) == nil)
    #expect(Statistics.TaskScores([[1, .nan]]) == nil)
  }

  @Test func edges() throws {
    var stream = RandomStream(seed: 0)
    #expect(try scores([[1, 2]]).interval(of: .mean, using: &stream) == nil)
    let infinite = try scores([[1, -.infinity], [2, 3]])
    #expect(infinite.interval(of: .mean, using: &stream) == nil)
    #expect(infinite.aggregate(.mean) == -.infinity)
    #expect(infinite.aggregate(.interquartileMean) == 1.5)
    #expect(try scores([[.infinity, -.infinity]]).aggregate(.mean) == nil)
    let constant = try scores([[0.5], [0.5], [0.5]])
    #expect(
      constant.interval(of: .interquartileMean, using: &stream) == Statistics.Interval(low: 0.5, high: 0.5))
  }

  /// With one task the stratified bootstrap is the ordinary one, draw for draw.
  @Test func oneTaskIsOneSample() throws {
    var stream = RandomStream(seed: 12)
    let x = (0..<15).map { _ in stream.normal() }
    var other = stream
    let stratified = try scores(x.map { [$0] }).interval(of: .mean, resamples: 1000, using: &stream)
    #expect(stratified == Statistics.bootstrapInterval(x, resamples: 1000, using: &other))
  }
}
