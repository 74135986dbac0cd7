import Lab
import RLCore
import Testing

@Suite struct BootstrapTests {
  /// The tolerance of the references' makers, and one step between data points where a median jumps.
  private func check(
    _ x: [Double], _ estimator: Statistics.Estimator, _ method: Statistics.BootstrapMethod,
    _ reference: ReferenceStatistics.End
  ) {
    var stream = RandomStream(seed: 1)
    let interval = Statistics.bootstrapInterval(
      x, of: estimator, method: method, resamples: 20_000, using: &stream)
    let tolerance = 4 * reference.spread_between_repeats + 0.02 * (reference.high - reference.low)
    let label = Comment("\(estimator.name) \(method) \(String(describing: interval))")
    #expect(interval.map { abs($0.low - reference.low) <= tolerance } == true, label)
    #expect(interval.map { abs($0.high - reference.high) <= tolerance } == true, label)
  }

  @Test func agreesWithReferences() throws {
    for sample in try ReferenceStatistics.load().one_sample {
      check(sample.x, .mean, .percentile, sample.percentileMean)
      check(sample.x, .mean, .basic, sample.basicMean)
      check(sample.x, .mean, .bca, sample.bcaMean)
      check(sample.x, .median, .percentile, sample.percentileMedian)
      check(sample.x, .median, .basic, sample.basicMedian)
      check(sample.x, .median, .bca, sample.bcaMedian)
    }
  }

  /// Of two values the mean's resamples are a, the middle and b with chances ¼, ½, ¼, so every end is known.
  @Test func twoValuesByHand() {
    var stream = RandomStream(seed: 2)
    let ends = Statistics.Interval(low: 1, high: 5)
    #expect(Statistics.bootstrapInterval([1, 5], using: &stream) == ends)
    #expect(Statistics.bootstrapInterval([1, 5], method: .basic, using: &stream) == ends)
    let middle = Statistics.bootstrapInterval([1, 5], level: 0.3, using: &stream)
    #expect(middle == Statistics.Interval(low: 3, high: 3))
  }

  /// The exact bootstrap distribution of a mean of three: 27 resamples, counted through.
  @Test func threeValuesByCounting() throws {
    let x = [0.0, 1, 10]
    var all: [Double] = []
    for a in x { for b in x { for c in x { all.append((a + b + c) / 3) } } }
    all.sort()
    var stream = RandomStream(seed: 3)
    let interval = try #require(Statistics.bootstrapInterval(x, level: 0.8, using: &stream))
    // Orders 0.1 and 0.9 lie well inside steps of the distribution: 0.1 · 27 = 2.7, 0.9 · 27 = 24.3.
    #expect(agrees(interval.low, all[2], 1e-12))
    #expect(agrees(interval.high, all[24], 1e-12))
  }

  @Test(arguments: Statistics.BootstrapMethod.allCases) func edges(method: Statistics.BootstrapMethod) {
    var stream = RandomStream(seed: 4)
    #expect(Statistics.bootstrapInterval([], method: method, using: &stream) == nil)
    #expect(Statistics.bootstrapInterval([1], method: method, using: &stream) == nil)
    #expect(Statistics.bootstrapInterval([1, .infinity], method: method, using: &stream) == nil)
    #expect(Statistics.bootstrapInterval([1, .nan], method: method, using: &stream) == nil)
    let point = Statistics.Interval(low: 2, high: 2)
    #expect(Statistics.bootstrapInterval([2, 2, 2], method: method, using: &stream) == point)
    // Left-one-out samples of two have no deviation: BCa's acceleration does not exist.
    let deviation = Statistics.bootstrapInterval([1, 2], of: .std, method: method, using: &stream)
    #expect((deviation == nil) == (method == .bca))
  }

  @Test(arguments: Statistics.BootstrapMethod.allCases) func sameStreamSameInterval(
    method: Statistics.BootstrapMethod
  ) {
    var a = RandomStream(seed: 5)
    var b = RandomStream(seed: 5)
    let x = (0..<20).map { _ in a.normal() }
    _ = (0..<20).map { _ in b.normal() }
    let first = Statistics.bootstrapInterval(
      x, of: .interquartileMean, method: method, resamples: 500, using: &a)
    let second = Statistics.bootstrapInterval(
      x, of: .interquartileMean, method: method, resamples: 500, using: &b)
    #expect(first == second && first != nil)
    #expect(a == b)
  }

  @Test func anEstimatorOfOnesOwn() throws {
    let range = Statistics.Estimator("range") { ($0.max() ?? 0) - ($0.min() ?? 0) }
    var stream = RandomStream(seed: 6)
    let interval = try #require(Statistics.bootstrapInterval([1, 2, 4, 8], of: range, using: &stream))
    #expect(interval.high == 7 && interval.low >= 0)
  }
}
