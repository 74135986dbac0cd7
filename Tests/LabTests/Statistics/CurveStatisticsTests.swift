import Lab
import Testing

@Suite struct CurveStatisticsTests {
  @Test func areas() throws {
    #expect(Statistics.areaUnderCurve(x: [0, 1, 3], y: [0, 2, 4]) == 7.0 / 3)
    #expect(Statistics.areaUnderCurve(x: [5, 9], y: [-3, -3]) == -3)
    let reference = try RandomStatistics.load().curve
    #expect(agrees(Statistics.areaUnderCurve(x: reference.x, y: reference.y), reference.area))
    #expect(Statistics.areaUnderCurve(x: [], y: []) == nil)
    #expect(Statistics.areaUnderCurve(x: [1], y: [1]) == nil)
    #expect(Statistics.areaUnderCurve(x: [1, 1], y: [1, 2]) == nil)
    #expect(Statistics.areaUnderCurve(x: [1, 2, 1.5], y: [1, 2, 3]) == nil)
    #expect(Statistics.areaUnderCurve(x: [1, .infinity], y: [1, 2]) == nil)
    #expect(Statistics.areaUnderCurve(x: [1, 2], y: [1, .nan]) == nil)
    #expect(Statistics.areaUnderCurve(x: [1, 2], y: [.infinity, 0]) == .infinity)
    #expect(Statistics.areaUnderCurve(x: [1, 2], y: [.infinity, -.infinity]) == nil)
  }

  @Test func placesWhereThresholdsAreReached() {
    let x = [10.0, 20, 30, 40, 50]
    let y = [0.0, 5, 4, 5, 6]
    #expect(Statistics.placeReaching(5, x: x, y: y) == 20)
    #expect(Statistics.placeReaching(5, for: 2, x: x, y: y) == 40)
    #expect(Statistics.placeReaching(5, for: 3, x: x, y: y) == nil)
    #expect(Statistics.placeReaching(0, x: x, y: y) == 10)
    #expect(Statistics.placeReaching(7, x: x, y: y) == nil)
    #expect(Statistics.placeReaching(4, goal: .atMost, x: x, y: y) == 10)
    #expect(Statistics.placeReaching(-1, goal: .atMost, x: x, y: y) == nil)
    #expect(Statistics.placeReaching(5, x: [1, 2], y: [.nan, .infinity]) == 2)
    #expect(Statistics.placeReaching(5, x: [], y: []) == nil)
  }
}
