import Lab
import Testing

@Suite struct IntervalsTests {
  @Test func agreesWithReferences() throws {
    for sample in try ReferenceStatistics.load().one_sample {
      for (level, t, normal) in [
        (0.9, sample.t90, sample.normal90), (0.95, sample.t95, sample.normal95),
        (0.99, sample.t99, sample.normal99),
      ] {
        #expect(agrees(Statistics.tInterval(sample.x, level: level), t))
        #expect(agrees(Statistics.normalInterval(sample.x, level: level), normal))
      }
    }
    for sample in try RandomStatistics.load().samples {
      guard let reference = sample.t_interval_99 else { continue }
      #expect(agrees(Statistics.tInterval(sample.x, level: 0.99), reference))
    }
  }

  @Test func edges() {
    #expect(Statistics.tInterval([]) == nil)
    #expect(Statistics.tInterval([3]) == nil)
    #expect(Statistics.tInterval([3, .infinity]) == nil)
    #expect(Statistics.tInterval([3, .nan]) == nil)
    #expect(Statistics.tInterval([3, 3, 3]) == Statistics.Interval(low: 3, high: 3))
    #expect(Statistics.normalInterval([3]) == nil)
    let interval = Statistics.Interval(low: -1, high: 2)
    #expect(interval.width == 3 && interval.contains(-1) && interval.contains(2) && !interval.contains(2.1))
  }

  /// The definition, by trying every number of seeds.
  @Test(arguments: [(1, 1), (1, 0.5), (3, 0.21), (0.2, 5), (1, 9), (2, 2.5)])
  func seedsAreTheFewest(std: Double, halfWidth: Double) throws {
    for level in [0.8, 0.95, 0.999] {
      let seeds = try #require(Statistics.seedsNeeded(std: std, halfWidth: halfWidth, level: level))
      let expected = try #require(
        (2...100_000).first { n in
          (Statistics.tQuantile(count: n, level: level) ?? .infinity) * std / Double(n).squareRoot()
            <= halfWidth
        })
      #expect(seeds == expected)
    }
  }

  @Test func seedsAtTheEnds() {
    #expect(Statistics.seedsNeeded(std: 0, halfWidth: 0.1) == 2)
    #expect(Statistics.seedsNeeded(std: 1, halfWidth: 1e-9) == nil)
    #expect(Statistics.seedsNeeded(std: 1, halfWidth: .infinity) == 2)
  }
}
