import Lab
import RLCore
import Testing

@Suite struct SimultaneousBandsTests {
  /// Curves of a random walk around 0, as learning curves are: neighbouring points are alike.
  private func curves(_ seeds: Int, _ points: Int, _ stream: inout RandomStream) -> [[Double]] {
    (0..<seeds).map { _ in
      var value = 0.0
      return (0..<points).map { _ in
        value += stream.normal()
        return value
      }
    }
  }

  private func covers(_ band: Statistics.Band?) -> Bool {
    band?.intervals.allSatisfy { $0?.contains(0) == true } == true
  }

  /// The whole true curve lies in the band in at least 95 % of experiments, less 4 standard errors; pointwise
  /// intervals do much worse.
  @Test func wholeCurvesAreCovered() {
    var stream = RandomStream(seed: 31)
    let experiments = 300
    var covered = (simultaneous: 0, bonferroni: 0, pointwise: 0)
    for _ in 0..<experiments {
      let sample = curves(30, 12, &stream)
      if covers(Statistics.simultaneousBand(sample, resamples: 300, using: &stream)) {
        covered.simultaneous += 1
      }
      if covers(Statistics.bonferroniBand(sample)) { covered.bonferroni += 1 }
      let inside = (0..<12).allSatisfy { point in
        Statistics.tInterval(sample.map { $0[point] })?.contains(0) == true
      }
      if inside { covered.pointwise += 1 }
    }
    let slack = 4 * (0.95 * 0.05 / Double(experiments)).squareRoot()
    #expect(Double(covered.simultaneous) / Double(experiments) >= 0.95 - slack)
    #expect(Double(covered.bonferroni) / Double(experiments) >= 0.95 - slack)
    #expect(Double(covered.pointwise) / Double(experiments) < 0.95 - slack)
  }

  @Test func bandsAreAboutTheMean() throws {
    var stream = RandomStream(seed: 32)
    let sample = curves(40, 20, &stream)
    let band = try #require(Statistics.simultaneousBand(sample, using: &stream))
    let t = try #require(Statistics.tQuantile(count: 40))
    let bonferroni = try #require(Statistics.bonferroniBand(sample))
    #expect(band.criticalValue > t)
    #expect(bonferroni.criticalValue > band.criticalValue)
    for point in 0..<20 {
      let column = sample.map { $0[point] }
      let mean = try #require(Statistics.mean(column))
      let error = try #require(Statistics.standardError(column))
      #expect(band.mean[point] == mean)
      #expect(
        agrees(
          band.intervals[point], [mean - band.criticalValue * error, mean + band.criticalValue * error], 1e-13
        ))
    }
  }

  /// One point: Bonferroni's band is Student's interval.
  @Test func onePointIsOneInterval() {
    let x = [1.0, 4, 2, 8]
    let band = Statistics.bonferroniBand(x.map { [$0] })
    #expect(agrees(band?.intervals[0]?.low, Statistics.tInterval(x)!.low, 1e-13))
    #expect(agrees(band?.intervals[0]?.high, Statistics.tInterval(x)!.high, 1e-13))
  }

  @Test func edges() throws {
    var stream = RandomStream(seed: 33)
    #expect(Statistics.simultaneousBand([], using: &stream) == nil)
    #expect(Statistics.simultaneousBand([[1, 2]], using: &stream) == nil)
    #expect(Statistics.simultaneousBand([[], []], using: &stream) == nil)
    #expect(Statistics.bonferroniBand([[1]]) == nil)
    let constant = try #require(Statistics.simultaneousBand([[1, 2], [1, 2]], using: &stream))
    #expect(constant.intervals == [1, 2].map { Statistics.Interval(low: $0, high: $0) })
    let mixed = try #require(
      Statistics.simultaneousBand([[0, 1, .infinity, .nan], [0, 2, 3, 4], [0, 4, 5, 6]], using: &stream))
    #expect(mixed.mean[0] == 0 && mixed.mean[2] == .infinity && mixed.mean[3] == nil)
    #expect(mixed.intervals[0] == Statistics.Interval(low: 0, high: 0))
    #expect(mixed.intervals[1] != nil && mixed.intervals[2] == nil && mixed.intervals[3] == nil)
  }
}
