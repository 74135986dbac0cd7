import Lab
import RLCore
import Testing

@Suite struct SummaryTests {
  @Test func byHand() {
    let summary = Statistics.Summary([4.0, 1, 3, 2, 10])
    #expect(summary.count == 5)
    #expect(summary.mean == 4)
    #expect(summary.std == 12.5.squareRoot())
    #expect(summary.median == 3)
    #expect(summary.iqm == 3)
    // t with 4 degrees of freedom at 0.975, from any table.
    #expect(agrees(summary.ciLow, 4 - 2.7764451051977987 * 2.5.squareRoot(), 1e-12))
    #expect(agrees(summary.ciHigh, 4 + 2.7764451051977987 * 2.5.squareRoot(), 1e-12))
  }

  /// The fast path gives what the functions give, one by one.
  @Test(arguments: OrderStatisticsTests.shapes) func isTheFunctions(shape: String) {
    var stream = RandomStream(seed: 11)
    for count in [0, 1, 2, 3, 4, 5, 7, 8, 16, 33, 500, 2000] {
      let x = OrderStatisticsTests.data(shape, count, &stream)
      let summary = Statistics.Summary(x)
      #expect(summary.count == count)
      #expect(summary.mean == Statistics.mean(x))
      #expect(summary.std == Statistics.std(x))
      #expect(summary.median == Statistics.median(x))
      #expect(summary.ciLow == Statistics.tInterval(x)?.low)
      #expect(summary.ciHigh == Statistics.tInterval(x)?.high)
      if let iqm = Statistics.interquartileMean(x), iqm.isFinite {
        #expect(agrees(summary.iqm, iqm, 1e-15))
      } else {
        #expect(summary.iqm == Statistics.interquartileMean(x))
      }
    }
  }

  @Test func oneSeedHasNoInterval() {
    let summary = Statistics.Summary([3])
    #expect(summary.mean == 3 && summary.median == 3 && summary.iqm == 3)
    #expect(summary.std == nil && summary.ciLow == nil && summary.ciHigh == nil)
  }

  @Test func aNaNLeavesOnlyTheCount() {
    let summary = Statistics.Summary([1, .nan, 2])
    #expect(summary.count == 3)
    #expect(summary.mean == nil && summary.std == nil && summary.ciLow == nil)
    #expect(summary.median == nil && summary.iqm == nil)
  }

  @Test func anInfiniteGapIsKept() {
    let summary = Statistics.Summary([1, 2, 3, .infinity])
    #expect(summary.mean == .infinity)
    #expect(summary.std == nil && summary.ciLow == nil && summary.ciHigh == nil)
    #expect(summary.median == 2.5 && summary.iqm == 2.5)
  }

  @Test func theQuantileIsTheCallers() {
    var x = [1.0, 2, 3, 4]
    var span = x.mutableSpan
    let summary = Statistics.Summary(reordering: &span, tQuantile: 2)
    #expect(summary.ciHigh == 2.5 + 2 * ((5.0 / 3).squareRoot() / 2))
    #expect(Statistics.Summary(reordering: &span, tQuantile: nil).ciLow == nil)
  }
}
