import RLCore
import Testing

@testable import Lab

@Suite struct StudyPlotTests {
  private let folder = TemporaryFolder()

  private var sweep: SyntheticResults {
    var variants: [SyntheticResults.Variant] = []
    for (algorithm, base) in [("sarsa", 0.0), ("q-learning", 10.0)] {
      for alpha in [0.4, 0.1, 0.2] {
        variants.append(
          .init(
            name: "\(algorithm) alpha=\(alpha)", algorithm: algorithm, alpha: alpha,
            curves: [0: [0, base + alpha], 1: [0, base + 3 * alpha]]))
      }
    }
    return SyntheticResults(variants: variants, sweepsAlpha: true)
  }

  private func input(_ results: SyntheticResults) throws -> ComparisonInput {
    ComparisonInput(experiment: try results.write(to: folder))
  }

  @Test func scoresStandAgainstTheParameter() async throws {
    let figure = try await StudyPlot(inputs: [input(sweep)], options: PlotOptions(kind: .parameterStudy)).study()
    let lines = try #require(figure as? LineFigure)
    #expect(lines.kind == .study && lines.best == .highest)
    #expect(lines.series.map(\.name) == ["sarsa", "q-learning"])
    #expect(lines.series[0].x == [0.1, 0.2, 0.4])
    #expect(lines.series[0].y == [0.2, 0.4, 0.8])
    #expect(lines.xAxis.title == "alpha" && lines.xAxis.scale == .linear)
    #expect(lines.yAxis.title == "return, last 10 % of training")
    let interval = try #require(Statistics.tInterval([0.1, 0.1 * 3]))
    #expect(abs(lines.series[0].low[0] - interval.low) < 1e-12)
  }

  @Test func bothScoresArePanels() async throws {
    let options = PlotOptions(kind: .parameterStudy, scores: [.final, .area])
    let figure = try await StudyPlot(inputs: [input(sweep)], options: options).study()
    #expect((figure as? PanelFigure)?.figures.count == 2)
  }

  @Test func axesMayBeLogarithmic() async throws {
    let options = PlotOptions(kind: .parameterStudy, isLogX: true)
    let figure = try await StudyPlot(inputs: [input(sweep)], options: options).study()
    #expect((figure as? LineFigure)?.xAxis.scale == .log10)
  }

  @Test func unknownParametersAreSuggested() async throws {
    let options = PlotOptions(kind: .parameterStudy, parameters: ["alpa"])
    let error = await #expect(throws: LabError.self) {
      try await StudyPlot(inputs: [input(sweep)], options: options).study()
    }
    #expect(error?.kind == .usage && error?.message.contains("did you mean \"alpha\"?") == true)
    let map = await #expect(throws: LabError.self) {
      try await StudyPlot(inputs: [input(sweep)], options: PlotOptions(kind: .heatMap)).heatMap()
    }
    #expect(map?.kind == .data && map?.message.contains("needs 2 swept parameters") == true)
  }
}
