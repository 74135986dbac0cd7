import Foundation
import Testing

/// A search chooses by what its trials come to, and comes to the same however it is run.
@Suite struct SearchTests {
  private let folder = TemporaryFolder()
  private let files = [
    "curves.csv", "summary.csv", "values.csv", "search.csv", "sensitivity.csv", "confirm/curves.csv",
  ]

  init() throws {
    // Where the step size is almost 0 nothing is learned: it cannot win.
    try folder.write(
      """
      {environment: {id: "random-walk", states: 5}, algorithm: {id: "td", policy: "uniform", initial_value: 0.5},
       budget: {episodes: 36}, seeds: 3, confirm: 4,
       search: {method: "successive-halving", configurations: 9, metric: "value_error",
         parameters: {"algorithm.alpha": {log: [1e-6, 0.2]}, "algorithm.n": [1, 2]}}}
      """, to: "search.json5")
  }

  private func bytes(_ out: String) -> [Data?] {
    files.map { FileManager.default.contents(atPath: folder.path + "/" + out + "/" + $0) }
  }

  private func sweep(_ words: String...) throws -> Program.Result {
    try Program.run(["sweep", "search.json5"] + words, in: folder.path)
  }

  private func rows(_ file: String) throws -> [[String: String]] {
    let data = try #require(FileManager.default.contents(atPath: folder.path + "/" + file))
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
  }

  /// What the documentation shows can be run.
  @Test func theDocumentedSearchIsOne() throws {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let page = try String(contentsOf: tests.appendingPathComponent("../../docs/search.md"), encoding: .utf8)
    let start = try #require(page.range(of: "```json5\n"))
    let end = try #require(page.range(of: "```", range: start.upperBound..<page.endIndex))
    try folder.write(String(page[start.upperBound..<end.lowerBound]), to: "documented.json5")
    let result = try Program.run(["check", "documented.json5"], in: folder.path)
    #expect(result.code == 0, "\(result.errors)")
  }

  @Test func theBestGoOn() throws {
    let result = try sweep("-o", "one", "--json")
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.contains("\"direction\": \"minimize\""))
    let search = try rows("one/search.csv")
    #expect(search.count == 9 + 3 + 1)
    for rung in ["0", "1"] {
      let members = search.filter { $0["rung"] == rung }
      let kept = members.filter { $0["promoted"] == "1" }.map { Double($0["mean"]!)! }
      let left = members.filter { $0["promoted"] == "0" }.map { Double($0["mean"]!)! }
      #expect(kept.max()! <= left.min()!)
      let next = search.filter { Int($0["rung"]!) == Int(rung)! + 1 }.map { $0["alpha"]! }
      #expect(Set(members.filter { $0["promoted"] == "1" }.map { $0["alpha"]! }) == Set(next))
    }
    #expect(search.count { $0["chosen"] == "1" } == 1)
    #expect(search.map { $0["budget"]! } == Array(repeating: "4", count: 9) + ["12", "12", "12", "36"])
    // Fresh seeds are others than those that chose.
    let fresh = Set(try rows("one/confirm/curves.csv").map { $0["seed"]! })
    #expect(fresh == ["3", "4", "5", "6"])
    // A curve of eight bins for the law and of two values for the list, for each of three budgets.
    #expect(try rows("one/sensitivity.csv").count == 3 * (8 + 2))
  }

  @Test func shardsAndRepetitionsComeToTheSame() throws {
    #expect(try sweep("-o", "whole", "--quiet").code == 0)
    let whole = bytes("whole")
    #expect(whole.allSatisfy { $0 != nil })
    #expect(try sweep("-o", "whole", "--quiet", "--jobs", "1").code == 0)
    #expect(bytes("whole") == whole)
    let first = try sweep("-o", "parts", "--shard", "1/2")
    #expect(first.code == 0 && first.output.contains("wait for these trials"))
    for _ in 0..<4 {
      for shard in ["2/2", "1/2"] { #expect(try sweep("-o", "parts", "--quiet", "--shard", shard).code == 0) }
    }
    #expect(bytes("parts") == whole)
  }

  @Test func runAndSlurmTakeNoSearch() throws {
    let run = try Program.run(["run", "search.json5"], in: folder.path)
    #expect(run.code == 65 && run.errors.contains("use \"rl-lab sweep\""))
    #expect(try sweep("--launcher", "slurm").code == 64)
  }
}
