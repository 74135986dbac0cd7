import Foundation
import Testing

@testable import Lab

/// From results to figures, through the whole command line.
@Suite struct PlotCommandTests {
  private let folder = TemporaryFolder()

  private func run(_ words: String...) async -> Int32 {
    await Laboratory.standard.exitCode(arguments: ["rl-lab"] + words)
  }

  private func sweep() async throws -> String {
    try folder.write(
      """
      {
        environment: "cliff-walking",
        algorithm: { id: "sarsa", gamma: 1 },
        budget: { episodes: 30 },
        seeds: 4,
        record: { exact: false },
        sweep: { "algorithm.id": ["sarsa", "q-learning"], "algorithm.alpha": [0.1, 0.5], "algorithm.epsilon": [0.1, 0.2] },
      }
      """, to: "study.json5")
    let results = folder.path + "/out"
    #expect(await run("sweep", folder.path + "/study.json5", "-o", results, "--quiet") == 0)
    return results
  }

  @Test func everyKindOfFigureIsDrawn() async throws {
    let results = try await sweep()
    for kind in PlotOptions.Kind.allCases {
      #expect(await run("plot", results, "--kind", kind.rawValue, "--quiet") == 0, "\(kind)")
      let name = kind == .values ? "plot-values.svg" : "plot-\(kind.rawValue)-return.svg"
      let figure = try folder.read("out/" + name)
      #expect(figure.contains("<svg") && figure.hasSuffix("</svg>\n"), "\(kind)")
      #expect(!figure.contains("nan"), "\(kind)")
    }
    let own = folder.path + "/own.svg"
    #expect(
      await run(
        "plot", results, "--metric", "length", "--x", "step", "--smooth", "5", "--theme", "dark", "--every-cell",
        "--log-y", "-o", own, "--quiet") == 0)
    #expect(try folder.read("own.svg").contains("mean of 5 recorded points"))
  }

  @Test func figuresAreTheSameEachTime() async throws {
    let results = try await sweep()
    var files: [String] = []
    for jobs in ["1", "3"] {
      let file = folder.path + "/\(jobs).svg"
      #expect(await run("plot", results, "-o", file, "--jobs", jobs, "--quiet") == 0)
      files.append(try folder.read("\(jobs).svg"))
    }
    #expect(files[0] == files[1])
  }

  @Test func gridsHaveArrows() async throws {
    let results = folder.path + "/out"
    #expect(
      await run(
        "run", "-e", "cliff-walking", "-a", "value-iteration", "-o", results, "--set", "algorithm.gamma=1", "--quiet")
        == 0)
    let input = ComparisonInput(experiment: try StoredExperiment(results))
    let figure = try ValuePlot(lab: .standard, inputs: [input], names: nil).figure()
    let grid = try #require(figure as? GridValueFigure)
    #expect(grid.cells.count == 4 && grid.cells[0].count == 12)
    #expect(grid.cells[3][0] == .init(.start, value: -13, moves: [.north]))
    #expect(grid.cells[2][0] == .init(.free, value: -12, moves: [.east]))
    #expect(grid.cells[2][11] == .init(.free, value: -1, moves: [.south]))
    #expect(grid.cells[3][5].kind == .hazard && grid.cells[3][11].kind == .goal)
  }

  @Test func statesOffTheGridAreBars() async throws {
    let results = folder.path + "/out"
    #expect(
      await run(
        "run", "-e", "random-walk", "-a", "td", "--episodes", "5", "--set", "algorithm.policy=uniform", "-o", results,
        "--quiet") == 0)
    let input = ComparisonInput(experiment: try StoredExperiment(results))
    let figure = try ValuePlot(lab: .standard, inputs: [input], names: nil).figure()
    let values = try #require(figure as? StateValueFigure)
    #expect(values.series.count == 1 && values.series[0].values.count == values.labels.count)
  }

  @Test func failuresHaveTheirExitCodes() async throws {
    #expect(await run("plot", folder.path + "/nothing") == 66)
    #expect(await run("plot", folder.path) == 65)
    try SyntheticResults(variants: [.init(name: "a", curves: [0: [1, 2]])]).write(to: folder)
    let results = folder.path + "/results"
    #expect(await run("plot", results, "--kind", "pie") == 64)
    #expect(await run("plot", results, "--x", "time") == 64)
    #expect(await run("plot", results, "--x", "iteration") == 64)
    #expect(await run("plot", results, "--metric", "retrun") == 64)
    #expect(await run("plot", results, "--smooth", "0") == 64)
    #expect(await run("plot", results, "--kind", "parameter-study") == 65)
    #expect(await run("plot", results, "--kind", "values") == 66)
    #expect(await run("plot", results, "-o", folder.path + "/no/folder/x.svg") == 73)
    #expect(await run("plot", results, "--quiet") == 0)
  }
}
