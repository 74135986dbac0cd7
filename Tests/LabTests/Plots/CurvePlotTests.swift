import RLCore
import Testing

@testable import Lab

@Suite struct CurvePlotTests {
  private let folder = TemporaryFolder()

  private func figure(
    _ results: SyntheticResults, _ change: (inout PlotOptions) -> Void = { _ in }
  ) async throws -> LineFigure {
    var options = PlotOptions()
    change(&options)
    let input = ComparisonInput(experiment: try results.write(to: folder))
    return try #require(try await CurvePlot(inputs: [input], options: options).figure() as? LineFigure)
  }

  private let two = SyntheticResults(variants: [
    .init(name: "a", optimum: 9, curves: [0: [1, 2, 3], 1: [3, 6, 9]]),
    .init(name: "b", optimum: 9, curves: [0: [0, 0, 0], 1: [0, 0, 0]]),
  ])

  @Test func showsMeansWithStudentsIntervals() async throws {
    let figure = try await figure(two)
    #expect(figure.series.map(\.name) == ["a", "b"])
    #expect(figure.series[0].x == [1, 2, 3])
    #expect(figure.series[0].y == [2, 4, 6])
    let interval = try #require(Statistics.tInterval([3, 9]))
    #expect(
      abs(figure.series[0].low[2] - interval.low) < 1e-12 && abs(figure.series[0].high[2] - interval.high) < 1e-12)
    #expect(figure.title == "cliff-walking")
    #expect(figure.subtitle == "mean of 2 seeds; 95 % intervals")
    #expect(figure.xAxis.title == "episodes" && figure.yAxis.title == "return")
    #expect(figure.references == [ReferenceLine(name: "optimal policy", value: 9)])
  }

  @Test func smoothingIsSaid() async throws {
    let figure = try await figure(two) { $0.smooth = 2 }
    #expect(figure.series[0].y == [2, 3, 5])
    #expect(figure.yAxis.caption == "return (mean of 2 recorded points)")
  }

  @Test func mediansHaveQuartiles() async throws {
    let figure = try await figure(two) { $0.center = .median }
    #expect(figure.series[0].y == [2, 4, 6])
    #expect(figure.series[0].low == [1.5, 3, 4.5] && figure.series[0].high == [2.5, 5, 7.5])
    #expect(figure.subtitle == "median of 2 seeds; quartiles")
  }

  @Test func otherAxesAreReadFromTheFile() async throws {
    let figure = try await figure(two) { $0.axis = "step" }
    #expect(figure.series[0].x == [10, 20, 30])
    #expect(figure.xAxis.title == "steps")
    await #expect(throws: LabError.self) { try await self.figure(two) { $0.axis = "iteration" } }
  }

  @Test func discountedOptimaAreNoReferenceForReturns() async throws {
    var results = two
    results.variants[1].gamma = 0.9
    #expect(try await figure(results).references.isEmpty)
  }

  @Test func environmentsArePanels() async throws {
    var results = two
    results.variants[1].environment = "windy-gridworld"
    let input = ComparisonInput(experiment: try results.write(to: folder))
    let figure = try await CurvePlot(inputs: [input], options: PlotOptions()).figure()
    #expect((figure as? PanelFigure)?.figures.map(\.title) == ["cliff-walking", "windy-gridworld"])
  }

  @Test func oneSeedHasNoBand() async throws {
    var results = two
    results.variants = [.init(name: "a", curves: [5: [1, 2]])]
    let figure = try await figure(results)
    #expect(figure.series[0].low.isEmpty && figure.subtitle == "one seed")
  }

  @Test func namesHaveRoundedNumbers() {
    #expect(PlotOptions.label("sarsa alpha=0.4728708045 n=4") == "sarsa alpha=0.4729 n=4")
    #expect(PlotOptions.label("sarsa map=0.4728708045x  alpha=0.05") == "sarsa map=0.4728708045x  alpha=0.05")
  }

  @Test func meansOfThePointsBefore() {
    #expect(CurvePlot.smoothed([1, 3, 5, 7], over: 2) == [1, 2, 4, 6])
    #expect(CurvePlot.smoothed([1, 3, 5, 7], over: 9) == [1, 2, 3, 4])
    #expect(CurvePlot.smoothed([1, 3], over: 1) == [1, 3])
  }

  @Test func trialsAreReadBetweenTheirPoints() {
    #expect(CurvePlot.interpolated([0, 10, 30], [0, 1, 5], at: [0, 5, 10, 15, 30]) == [0, 0.5, 1, 2, 5])
    #expect(CurvePlot.interpolated([4], [7], at: [4]) == [7])
    #expect(CurvePlot.commonPlaces([[0, 5, 10], [2, 8, 12]]) == [2, 6, 10])
    #expect(CurvePlot.commonPlaces([[0, 1], [2, 3]]).isEmpty)
    #expect(CurvePlot.commonPlaces([[0, 2], [2, 3]]) == [2])
  }
}
