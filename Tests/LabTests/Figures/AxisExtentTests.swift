import Testing

@testable import Lab

@Suite struct AxisExtentTests {
  private func limits(_ axis: FigureAxis, _ values: [Double], padding: Double = 0) -> ClosedRange<Double> {
    var extent = AxisExtent(axis: axis, expected: values.count)
    extent.add(contentsOf: values)
    return extent.limits(padding: padding)
  }

  @Test func dataLimitsIgnoreWhatIsNotFinite() {
    #expect(limits(FigureAxis("y"), [.nan, 3, -.infinity, 7, .infinity]) == 3...7)
  }

  @Test func paddingStopsAtZero() {
    #expect(limits(FigureAxis("y"), [0, 10], padding: 0.05) == 0...10.5)
    #expect(limits(FigureAxis("y"), [-10, 0], padding: 0.05) == -10.5...0)
    #expect(limits(FigureAxis("y"), [-10, 10], padding: 0.05) == -11...11)
  }

  @Test func equalValuesGetRoom() {
    #expect(limits(FigureAxis("y"), [500, 500]) == 450...550)
    #expect(limits(FigureAxis("y"), [-2]) == -2.2...(-1.8))
    #expect(limits(FigureAxis("y"), [0, 0, 0]) == -1...1)
    let log = limits(FigureAxis("y", scale: .log10), [100])
    #expect(log.lowerBound < 100 && log.upperBound > 100)
  }

  @Test func noValuesGiveAPlainAxis() {
    #expect(limits(FigureAxis("y"), []) == 0...1)
    #expect(limits(FigureAxis("y", scale: .log10), [-1, 0, .nan]) == 0.1...1)
  }

  @Test func robustLimitsLeaveOutTheFirstEpisodes() {
    // 500 episodes around −50, the first ten as on the cliff.
    let returns = cliffReturns(level: -60)
    let range = limits(FigureAxis("return", limits: .robust(tail: 0.05)), returns)
    // Between the quantiles −60 and −41, and half of 19 more on either side, up to the greatest value −40.
    #expect(range == -69.5...(-40))
    #expect(limits(FigureAxis("return", limits: .data), returns).lowerBound == -1700)
  }

  @Test func robustLimitsShowAllWhereNothingStandsOut() {
    let values = (0...100).map(Double.init)
    #expect(limits(FigureAxis("y", limits: .robust(tail: 0.05)), values) == 0...100)
    // Nine values in ten are equal: the quantiles say nothing about the rest.
    let flat = [Double](repeating: 1, count: 90) + (0..<4).map { Double($0) * 100 }
    #expect(limits(FigureAxis("y", limits: .robust(tail: 0.05)), flat) == 0...300)
    #expect(limits(FigureAxis("y", limits: .robust(tail: 0.05)), []) == 0...1)
  }

  @Test func fixedLimitsHoldOneOrBothEnds() {
    let values = [2.0, 8]
    #expect(limits(FigureAxis("y", limits: .fixed(from: -5, to: 5)), values) == -5...5)
    #expect(limits(FigureAxis("y", limits: .fixed(from: 0, to: nil)), values) == 0...8)
    #expect(limits(FigureAxis("y", limits: .fixed(from: nil, to: 4)), values) == 2...4)
    // Beyond all values the other end gives way.
    let above = limits(FigureAxis("y", limits: .fixed(from: 100, to: nil)), values)
    #expect(above.lowerBound == 100 && above.upperBound > 100)
  }

  @Test func impossibleFixedLimitsGiveWayToTheData() {
    let values = [2.0, 8]
    #expect(limits(FigureAxis("y", limits: .fixed(from: 5, to: 5)), values) == 2...8)
    #expect(limits(FigureAxis("y", limits: .fixed(from: .nan, to: .infinity)), values) == 2...8)
    #expect(limits(FigureAxis("y", scale: .log10, limits: .fixed(from: -1, to: nil)), values).lowerBound > 0)
  }

  @Test(arguments: [FigureAxis.Scale.linear, .log10, .log2])
  func extremeValuesGiveFiniteLimitsOfPositiveWidth(scale: FigureAxis.Scale) {
    let extremes: [Double] = [
      .leastNonzeroMagnitude, .leastNormalMagnitude, 1e-300, 1, 1e300, .greatestFiniteMagnitude,
      -.greatestFiniteMagnitude,
    ]
    for a in extremes {
      for b in extremes {
        for kind in [FigureAxis.Limits.data, .robust(tail: 0), .fixed(from: a, to: b)] {
          let range = limits(FigureAxis("y", scale: scale, limits: kind), [a, b], padding: 0.05)
          #expect(range.lowerBound.isFinite && range.upperBound.isFinite)
          #expect(range.lowerBound < range.upperBound)
          #expect((range.upperBound - range.lowerBound).isFinite)
        }
      }
    }
  }

  @Test func neighbouringNumbersGiveWidthOnEveryScale() {
    for scale in [FigureAxis.Scale.linear, .log10, .log2] {
      for value in [1e-200, 0.3, 1, 1e200] {
        let axis = FigureAxis("y", scale: scale, limits: .fixed(from: value, to: value.nextUp))
        let range = limits(axis, [value])
        #expect(axis.transformed(range.upperBound) > axis.transformed(range.lowerBound))
      }
    }
  }

  @Test func tailsThatAreNoShareShowAll() {
    let values = (0...100).map { $0 == 0 ? -1e6 : Double($0) }
    for tail in [Double.nan, -1, 0, 7, .infinity] {
      let range = limits(FigureAxis("y", limits: .robust(tail: tail)), values)
      #expect(range == -1e6...100)
    }
  }

  @Test func tallySaysWhatIsNotShown() {
    var tally = ClippingTally(axis: FigureAxis("y"), range: 0...10)
    for value in [-1700.0, -3, 0, 5, 10, 11, .nan, .infinity] { tally.add(value) }
    #expect(
      tally.notes == [
        "Clipped: 2 of 7 values lie below 0, down to −1700.",
        "Clipped: 1 of 7 values lie above 10, up to 11.",
        "Not shown: 1 of 7 values are infinite.",
      ])
    var log = ClippingTally(axis: FigureAxis("y", scale: .log10), range: 0.1...1)
    for value in [-1, 0, 0.5] { log.add(value) }
    #expect(log.notes == ["Not shown: 2 of 3 values are not positive (logarithmic axis)."])
  }
}
