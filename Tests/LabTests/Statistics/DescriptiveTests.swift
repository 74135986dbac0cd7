import Lab
import RLCore
import Testing

@Suite struct DescriptiveTests {
  @Test func byHand() {
    let x = [4.0, 1, 3, 2, 10]
    #expect(Statistics.mean(x) == 4)
    #expect(Statistics.std(x) == 12.5.squareRoot())
    #expect(agrees(Statistics.standardError(x), 2.5.squareRoot(), 1e-15))
    #expect(Statistics.median(x) == 3)
    #expect(Statistics.quantile(x, 0.25) == 2)
    #expect(Statistics.quantile(x, 0.1) == 1.4)
    #expect(Statistics.quantile(x, 1) == 10)
    #expect(Statistics.interquartileMean(x) == 3)
    #expect(Statistics.trimmedMean(x, proportion: 0.1) == 4)
    #expect(Statistics.optimalityGap([0.5, 3, 1]) == 1 - 2.5 / 3)
    #expect(Statistics.optimalityGap([0.5, 3, 1], threshold: 2) == 2 - 3.5 / 3)
    #expect(x == [4, 1, 3, 2, 10])
  }

  @Test func agreesWithReferences() throws {
    for sample in try ReferenceStatistics.load().one_sample {
      #expect(agrees(Statistics.mean(sample.x), sample.mean))
      #expect(agrees(Statistics.std(sample.x), sample.sample_std))
      #expect(agrees(Statistics.standardError(sample.x), sample.standard_error))
      #expect(agrees(Statistics.median(sample.x), sample.median))
      #expect(agrees(Statistics.interquartileMean(sample.x), sample.trimmed_mean_25))
      for (p, reference) in zip([0.05, 0.25, 0.75, 0.95], sample.quantiles) {
        #expect(agrees(Statistics.quantile(sample.x, p), reference))
      }
    }
  }

  @Test func agreesWithReferencesOnRandomData() throws {
    let samples = try RandomStatistics.load().samples
    #expect(samples.count == 47)
    for sample in samples {
      let name = Comment("\(sample.kind), n = \(sample.x.count)")
      #expect(agrees(Statistics.mean(sample.x), sample.mean, 1e-15), name)
      #expect(agrees(Statistics.median(sample.x), sample.median, 1e-15), name)
      #expect(agrees(Statistics.interquartileMean(sample.x), sample.iqm), name)
      #expect(agrees(Statistics.trimmedMean(sample.x, proportion: 0.1), sample.trimmed_10), name)
      #expect(agrees(Statistics.optimalityGap(sample.x), sample.optimality_gap), name)
      for (p, reference) in zip([0, 0.05, 0.3, 0.5, 0.975, 1], sample.quantiles) {
        #expect(agrees(Statistics.quantile(sample.x, p), reference, 1e-15), name)
      }
      if let std = sample.std {
        #expect(agrees(Statistics.std(sample.x), std, 1e-13), name)
      } else {
        #expect(Statistics.std(sample.x) == nil, name)
      }
    }
  }

  @Test(arguments: [1, 2, 3, 10, 1001]) func constantDataAreExact(count: Int) {
    let x = [Double](repeating: 0.1, count: count)
    #expect(Statistics.mean(x) == 0.1)
    #expect(Statistics.std(x) == (count == 1 ? nil : 0))
    #expect(Statistics.median(x) == 0.1)
    #expect(Statistics.interquartileMean(x) == 0.1)
  }

  @Test func nothingExistsOfNothing() {
    #expect(Statistics.mean([]) == nil)
    #expect(Statistics.std([]) == nil)
    #expect(Statistics.median([]) == nil)
    #expect(Statistics.quantile([], 0.5) == nil)
    #expect(Statistics.interquartileMean([]) == nil)
    #expect(Statistics.optimalityGap([]) == nil)
  }

  @Test(arguments: [0, 1, 2]) func aNaNIsNeverDropped(place: Int) {
    var x = [1.0, 2, 3]
    x[place] = .nan
    #expect(Statistics.mean(x) == nil)
    #expect(Statistics.std(x) == nil)
    #expect(Statistics.median(x) == nil)
    #expect(Statistics.quantile(x, 0) == nil)
    #expect(Statistics.interquartileMean(x) == nil)
    #expect(Statistics.trimmedMean(x, proportion: 0.3) == nil)
    #expect(Statistics.optimalityGap(x) == nil)
  }

  @Test func infinitiesKeepTheirMeaning() {
    let x = [1, 2, 3, .infinity]
    #expect(Statistics.mean(x) == .infinity)
    #expect(Statistics.std(x) == nil)
    #expect(Statistics.median(x) == 2.5)
    #expect(Statistics.interquartileMean(x) == 2.5)
    #expect(Statistics.quantile(x, 1) == .infinity)
    #expect(Statistics.quantile(x, 0.9) == .infinity)
    #expect(Statistics.quantile(x, 0.5) == 2.5)
    #expect(Statistics.optimalityGap(x) == 0)
    #expect(Statistics.mean([-.infinity, 0]) == -.infinity)
    #expect(Statistics.optimalityGap([-.infinity, 0]) == .infinity)
    #expect(Statistics.mean([-.infinity, .infinity]) == nil)
    #expect(Statistics.median([-.infinity, .infinity]) == nil)
    #expect(Statistics.quantile([-.infinity, .infinity], 0.25) == nil)
    #expect(Statistics.quantile([-.infinity, .infinity], 0) == -.infinity)
    #expect(Statistics.median([.infinity, .infinity]) == .infinity)
  }

  /// Sums and squares of such values leave the range of the numbers; means and deviations do not.
  @Test func extremeSizes() {
    let big = [1.2e308, 1.4e308, 1.6e308]
    #expect(agrees(Statistics.mean(big), 1.4e308, 1e-15))
    #expect(agrees(Statistics.std(big), 0.2e308, 1e-14))
    #expect(agrees(Statistics.median([1.2e308, 1.4e308]), 1.3e308, 1e-15))
    #expect(agrees(Statistics.quantile([-1.2e308, 1.4e308], 0.5), 0.1e308, 1e-15))
    #expect(agrees(Statistics.std([1e200, 2e200, 3e200]), 1e200, 1e-15))
    #expect(agrees(Statistics.std([1e-200, 2e-200, 3e-200]).map { $0 * 1e200 }, 1, 1e-15))
    #expect(agrees(Statistics.std([1, 1 + 0x1p-52]).map { $0 * 0x1p52 }, 0.5.squareRoot(), 1e-15))
    #expect(
      agrees(
        Statistics.std([1e200, 2e200, 4e200, 9e200]).map { $0 / 1e200 }, 12.6666666666666667.squareRoot(),
        1e-15))
  }

  @Test func normalizedScores() {
    #expect(Statistics.normalizedScore(-13, uniform: -100, optimum: -13) == 1)
    #expect(Statistics.normalizedScore(-100, uniform: -100, optimum: -13) == 0)
    #expect(Statistics.normalizedScore(6, uniform: 4, optimum: 8) == 0.5)
    #expect(Statistics.normalizedScore(-.infinity, uniform: 4, optimum: 8) == -.infinity)
    #expect(Statistics.normalizedScore(4, uniform: 4, optimum: 4) == nil)
    #expect(Statistics.normalizedScore(4, uniform: -.infinity, optimum: 4) == nil)
    #expect(Statistics.normalizedScore(.nan, uniform: 4, optimum: 8) == nil)
  }
}
