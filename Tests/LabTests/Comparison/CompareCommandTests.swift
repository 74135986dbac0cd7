import Foundation
import Testing

@testable import Lab

/// From a configuration to files, through the whole command line.
@Suite struct CompareCommandTests {
  private let folder = TemporaryFolder()

  private func run(_ words: String...) async -> Int32 {
    await Laboratory.standard.exitCode(arguments: ["rl-lab"] + words)
  }

  private static let sweep = """
    {
      environment: "cliff-walking",
      algorithm: { id: "sarsa", gamma: 1, epsilon: 0.1 },
      budget: { episodes: 20 },
      seeds: 4,
      record: { exact: false },
      sweep: { "algorithm.id": ["sarsa", "q-learning"], "algorithm.alpha": [0.1, 0.5, 0.9] },
    """

  private func csv(_ name: String) throws -> [[String: String]] {
    let lines = try folder.read(name).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
  }

  @Test func aConfigurationIsRunFirstAndThenReadAgain() async throws {
    try folder.write(Self.sweep + "}", to: "study.json5")
    let (file, results) = (folder.path + "/study.json5", folder.path + "/out")
    #expect(await run("compare", file, "--results", results, "--quiet", "--csv", folder.path + "/a.csv") == 0)
    let table = try csv("a.csv")
    #expect(table.map { $0["method"] } == ["sarsa", "q-learning"])
    #expect(table.map { $0["n"] } == ["2", "2"])
    #expect(table.map { $0["choice"] } == ["other-half", "other-half"])
    let written = try FileManager.default.attributesOfItem(atPath: results + "/curves.csv")[.modificationDate] as? Date
    #expect(await run("compare", file, "--results", results, "--quiet", "--csv", folder.path + "/b.csv") == 0)
    #expect(try folder.read("a.csv") == folder.read("b.csv"))
    let later = try FileManager.default.attributesOfItem(atPath: results + "/curves.csv")[.modificationDate] as? Date
    #expect(written == later)
    #expect(await run("compare", results, "--quiet", "--csv", folder.path + "/c.csv") == 0)
    #expect(try folder.read("a.csv") == folder.read("c.csv"))
  }

  @Test func theScoresAreThoseOfTheCurves() async throws {
    let results = folder.path + "/out"
    #expect(
      await run(
        "run", "-e", "cliff-walking", "-a", "sarsa", "--episodes", "20", "--seeds", "3", "-o", results, "--quiet") == 0)
    #expect(await run("compare", results, "--quiet", "--csv", folder.path + "/table.csv") == 0)
    // The last tenth of 20 episodes: the last two rows of each seed.
    let curves = try csv("out/curves.csv")
    let finals = (0..<3).map { seed -> Double in
      let rows = curves.filter { $0["seed"] == "\(seed)" && ["19", "20"].contains($0["episode"]) }
      return rows.map { Double($0["return"]!)! }.reduce(0, +) / 2
    }
    let row = try #require(csv("table.csv").first)
    #expect(Double(row["final_mean"]!)! == Statistics.mean(finals))
  }

  @Test func freshSeedsAreRunForTheChosenCellsOnly() async throws {
    try folder.write(Self.sweep + "confirm: 3 }", to: "study.json5")
    let results = folder.path + "/out"
    #expect(await run("sweep", folder.path + "/study.json5", "-o", results, "--quiet") == 0)
    let fresh = try StoredExperiment(results + "/confirm")
    #expect(fresh.seeds == [4, 5, 6])
    #expect(fresh.variants.count == 2)
    #expect(Set(fresh.variants.map(\.algorithmID)) == ["sarsa", "q-learning"])
    #expect(await run("compare", results, "--quiet", "--csv", folder.path + "/table.csv") == 0)
    let table = try csv("table.csv")
    #expect(table.map { $0["choice"] } == ["fresh", "fresh"])
    #expect(table.map { $0["n"] } == ["3", "3"])
    #expect(table.compactMap { $0["variant"] }.sorted() == fresh.variants.map(\.name).sorted())
  }

  @Test(arguments: [
    ("confirm: 0", "confirm: 0 is out of range"), ("confirm: {seed: 3}", "did you mean \"seeds\"?"),
    ("confirm: {seeds: 3, metric: \"retrun\"}", "did you mean \"return\"?"),
    ("confirm: {seeds: 3, score: \"best\"}", "neither \"final\" nor \"area\""),
  ])
  func whatConfirmCannotBeIsSaid(confirm: String, message: String) throws {
    try folder.write(Self.sweep + confirm + " }", to: "study.json5")
    let path = folder.path + "/study.json5"
    let arguments = try Arguments([path], flags: [], command: "check", positional: 1...1)
    let error = #expect(throws: LabError.self) {
      try ConfigurationCommand(lab: .standard, arguments: arguments, command: "check").experiment()
    }
    #expect(error?.kind == .data)
    #expect(error?.message.contains(message.split(separator: ":").last!) == true, "\(error?.message ?? "")")
  }

  @Test func failuresHaveTheirExitCodes() async throws {
    #expect(await run("compare") == 64)
    #expect(await run("compare", folder.path + "/nothing") == 66)
    #expect(await run("compare", folder.path) == 65)
    try SyntheticResults(variants: [.init(name: "a", curves: [0: [1, 2]])]).write(to: folder)
    let results = folder.path + "/results"
    #expect(await run("compare", results, "--metric", "nothing") == 64)
    #expect(await run("compare", results, "--baseline", "nobody") == 64)
    #expect(await run("compare", results, "--threshold", "high") == 64)
    #expect(await run("compare", results, "--last", "2") == 64)
    #expect(await run("compare", results, "--score", "best") == 64)
    #expect(await run("compare", results, results) == 64)
    #expect(await run("compare", results, "--set", "seeds=3") == 64)
    #expect(await run("compare", results, "--csv", folder.path + "/no/such/folder/table.csv") == 73)
    #expect(await run("compare", results, "--quiet") == 0)
    #expect(await run("compare", results + "/experiment.json", "--quiet") == 0)
    try folder.write("variant,seed\n", to: "results/curves.csv")
    #expect(await run("compare", results) == 65)
  }
}
