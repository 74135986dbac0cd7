import Foundation
import Testing

/// The same configuration gives the same bytes, whatever happened on the way.
@Suite struct ResumeTests {
  private let folder = TemporaryFolder()
  private let run = ["run", "-e", "frozen-lake", "-a", "q-learning", "--episodes", "30", "--seeds", "5", "--quiet"]

  private func succeed(_ arguments: [String]) throws {
    let result = try Program.run(arguments, in: folder.path)
    #expect(result.code == 0 && result.errors.isEmpty, "\(arguments): \(result.errors)")
  }

  @Test func jobsAndRepetitionDoNotChangeAByte() throws {
    try succeed(run + ["--jobs", "1", "-o", "one"])
    try succeed(run + ["--jobs", "2", "-o", "two"])
    let tables = folder.tables("one")
    #expect(tables.allSatisfy { !$0.isEmpty })
    #expect(folder.tables("two") == tables)
    try succeed(run + ["--jobs", "2", "-o", "one"])
    #expect(folder.tables("one") == tables)
    try succeed(run + ["--jobs", "2", "-o", "one", "--overwrite"])
    #expect(folder.tables("one") == tables)
    try succeed(run + ["--seed", "1", "-o", "other"])
    #expect(folder.tables("other") != tables)
  }

  @Test func onlyMissingTrialsAreRun() throws {
    let longer = run.map { $0 == "5" ? "8" : $0 }
    try succeed(longer + ["-o", "whole"])
    try succeed(run + ["-o", "grown"])
    let result = try Program.run(longer.dropLast() + ["-o", "grown", "--json"], in: folder.path)
    #expect(result.output.contains("\"finished\": 3, \"held\": 5") || result.output.contains("\"held\": 5"))
    #expect(result.code == 0)
    #expect(folder.tables("grown") == folder.tables("whole"))
  }

  @Test func shardsMakeTheWhole() throws {
    try folder.write(
      """
      {environment: "random-walk", budget: {episodes: 20}, seeds: 3,
       sweep: {"algorithm.id": ["sarsa", "q-learning"], "algorithm.alpha": {log: [0.1, 0.4, 3]}}}
      """, to: "c.json5")
    try succeed(["sweep", "c.json5", "-o", "whole", "--quiet"])
    try succeed(["sweep", "c.json5", "-o", "parts", "--quiet", "--shard", "2/3"])
    #expect(!folder.exists("parts/curves.csv"))
    try succeed(["sweep", "c.json5", "-o", "parts", "--quiet", "--shard", "1/3"])
    try succeed(["sweep", "c.json5", "-o", "parts", "--quiet", "--shard", "3/3"])
    #expect(folder.tables("parts") == folder.tables("whole"))
  }

  @Test func otherResultsAreNotTouched() throws {
    try succeed(run + ["-o", "r"])
    let before = folder.snapshot()
    let other = run + ["--set", "algorithm.epsilon=0.5", "-o", "r"]
    let result = try Program.run(other, in: folder.path)
    #expect(result.code == 73)
    #expect(
      result.errors
        == "error: r: the folder holds results of another configuration; choose another with -o, or throw them away with --overwrite\n"
    )
    #expect(result.output.isEmpty)
    #expect(folder.snapshot() == before)
    try succeed(other + ["--overwrite"])
    try succeed(run + ["--set", "algorithm.epsilon=0.5", "-o", "fresh"])
    #expect(folder.tables("r") == folder.tables("fresh"))
    #expect(folder.tables("r")[0] != String(decoding: before["r/curves.csv"]!, as: UTF8.self))
  }
}
