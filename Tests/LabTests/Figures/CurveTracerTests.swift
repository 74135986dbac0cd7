import RLCore
import Testing

@testable import Lab

@Suite struct CurveTracerTests {
  private let area = FigureRect(x: 0, y: 0, width: 10, height: 10)

  private func thinned(_ points: [FigurePoint]) -> [FigurePoint] {
    var thinner = CurveThinner()
    for point in points { thinner.add(point) }
    return thinner.finish()
  }

  @Test func sparseCurvesPassUnchanged() {
    let points = (0..<40).map { FigurePoint(x: Double($0) / 2, y: Double($0 * 7 % 11)) }
    #expect(thinned(points) == points)
    #expect(thinned([]).isEmpty)
    #expect(thinned([FigurePoint(x: 1, y: 2)]) == [FigurePoint(x: 1, y: 2)])
  }

  @Test func thinningKeepsTheExtremesOfEveryColumn() {
    var stream = RandomStream(seed: 1)
    let points = (0..<50_000).map { i in
      FigurePoint(x: Double(i) / 500, y: Double(stream.next() >> 40))
    }
    let result = thinned(points)
    // 100 columns of two points, and the first and the last of all.
    #expect(result.count <= 202)
    #expect(result.first == points.first && result.last == points.last)
    #expect(zip(result, result.dropFirst()).allSatisfy { $0.x <= $1.x })
    for column in 0..<100 {
      let all = points[(column * 500)..<(column * 500 + 500)].map(\.y)
      let kept = result.filter { Int($0.x) == column }.map(\.y)
      #expect(kept.min() == all.min() && kept.max() == all.max())
    }
    // Nothing is invented.
    let originals = Set(points.map { "\($0.x) \($0.y)" })
    #expect(result.allSatisfy { originals.contains("\($0.x) \($0.y)") })
  }

  @Test func oneSpikeSurvives() {
    let points = (0..<100_000).map { FigurePoint(x: Double($0) / 1000, y: $0 == 61_234 ? 1e6 : 3) }
    #expect(thinned(points).contains { $0.y == 1e6 })
  }

  @Test func bandsKeepTheirEnvelope() {
    var thinner = BandThinner()
    for i in 0..<5000 {
      thinner.add(x: Double(i) / 500, low: i == 2600 ? -9 : 1, high: i == 2700 ? 99 : 2)
    }
    let outline = thinner.finish()
    #expect(outline.count <= 4 * 10)
    #expect(outline.map(\.y).min() == -9 && outline.map(\.y).max() == 99)
    #expect(outline.first?.x == 0 && outline.contains { $0.x == 4999 / 500.0 })
    // Edges that come in the wrong order are put right.
    thinner.add(x: 0, low: 5, high: 1)
    thinner.add(x: 2, low: 5, high: 1)
    #expect(thinner.finish().map(\.y) == [1, 1, 5, 5])
  }

  @Test func stepsOfABandStayLevel() {
    var thinner = BandThinner(keepsSteps: true)
    thinner.add(x: 0, low: 1, high: 2)
    for (low, high) in [(1.0, 2.0), (3, 4), (3, 4)] { thinner.add(x: 5.5, low: low, high: high) }
    let lows = thinner.finish().prefix(5)
    #expect(lows.map(\.y) == [1, 1, 1, 1, 3])
    #expect(lows.map(\.x) == [0, 5.5, 5.5, 5.5, 5.5])
  }

  @Test func segmentsAreCutToTheArea() throws {
    func cut(_ a: (Double, Double), _ b: (Double, Double)) -> [Double]? {
      let piece = Clipping.segment(FigurePoint(x: a.0, y: a.1), FigurePoint(x: b.0, y: b.1), to: area)
      return piece.map { [$0.from.x, $0.from.y, $0.to.x, $0.to.y] }
    }
    #expect(cut((1, 1), (9, 9)) == [1, 1, 9, 9])
    #expect(cut((-5, 5), (15, 5)) == [0, 5, 10, 5])
    #expect(cut((5, -10), (5, 5)) == [5, 0, 5, 5])
    #expect(cut((-5, 0), (0, -5)) == nil)
    #expect(cut((0, 20), (20, 20)) == nil)
    #expect(cut((0, 10), (10, 10)) == [0, 10, 10, 10])
  }

  @Test func polygonsAreCutToTheArea() {
    let points = [(-5.0, 2.0), (15, 2), (15, 30), (-5, 30)].map { FigurePoint(x: $0.0, y: $0.1) }
    let result = Clipping.polygon(points, to: area)
    #expect(result.allSatisfy { $0.x >= 0 && $0.x <= 10 && $0.y >= 2 && $0.y <= 10 })
    // The shoelace formula: 10 wide, from 2 to 10.
    let next = result.dropFirst() + result.prefix(1)
    let area2 = zip(result, next).reduce(0.0) { $0 + $1.0.x * $1.1.y - $1.1.x * $1.0.y }
    #expect(abs(area2) == 2 * 80)
    #expect(Clipping.polygon(points.map { FigurePoint(x: $0.x + 100, y: $0.y) }, to: area).isEmpty)
  }

  private func frame(_ x: ClosedRange<Double>, _ y: ClosedRange<Double>) -> PlotFrame {
    PlotFrame(
      in: FigureRect(x: 0, y: 0, width: 600, height: 400), xAxis: FigureAxis("x"), xRange: x,
      yAxis: FigureAxis("y"), yRange: y)
  }

  @Test func missingValuesInterruptTheLine() {
    let plot = frame(0...5, 0...10)
    let curve = plot.curve([0, 1, 2, 3, 4, 5], [1, 2, .nan, 4, .infinity, 6])
    let moves = curve.path.bytes.filter { $0 == UInt8(ascii: "M") }.count
    #expect(moves == 1)
    #expect(curve.alone == [3, 5])
  }

  @Test func linesThatLeaveAndComeBackHaveTwoPieces() {
    let plot = frame(0...4, 0...10)
    let curve = plot.curve([0, 1, 2, 3, 4], [5, 5, -100, 5, 5])
    #expect(curve.path.bytes.filter { $0 == UInt8(ascii: "M") }.count == 2)
    #expect(curve.alone.isEmpty)
  }

  @Test func stepsHoldTheirValue() throws {
    let plot = frame(0...2, 0...1)
    let path = plot.curve([0, 1, 2], [1, 0.5, 0.5], steps: true).path
    let text = String(decoding: path.bytes, as: UTF8.self)
    let points = SVGDocument.Element(name: "path", attributes: ["d": text], parents: []).points
    try #require(points.count == 4)
    #expect(points[0].y == points[1].y && points[1].x == points[2].x && points[2].y == points[3].y)
  }
}
