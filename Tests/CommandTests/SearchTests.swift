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

  @Test func everyTrialOfTheCallIsCounted() throws {
    // 9 + 3 + 1 configurations with three seeds, and four fresh seeds of the best.
    let first = try sweep("-o", "counted", "--json")
    #expect(first.output.contains(#""trials": {"failed": 0, "finished": 43, "held": 0, "missing": 0}"#), "\(first)")
    let again = try sweep("-o", "counted")
    #expect(again.output.contains("\n0 trials in ") && again.output.contains("; 43 were there already"), "\(again)")
    // Of the first budget's 27 trials, every second one.
    let part = try sweep("-o", "half", "--shard", "2/2")
    #expect(part.output.contains("\n13 trials in ") && part.output.contains("14 trials are still missing"), "\(part)")
    #expect(!part.output.contains("already"))
  }

  @Test func whatFailedIsNotAwaited() throws {
    try folder.write(
      """
      {environment: "cart-pole", budget: {iterations: 40}, record: {every: 40},
       algorithm: {id: "ppo", n_steps: 16, batch_size: 16, n_epochs: 2, max_grad_norm: null},
       search: {method: "random", configurations: 2,
         parameters: {"algorithm.learning_rate": [1e-3, {schedule: "exponential", from: 1e-3, to: 1e30, over: 10}]}}}
      """, to: "search.json5")
    let result = try sweep("-o", "failing")
    #expect(result.code == 0 && result.output.contains("1 configurations had trials that failed"), "\(result)")
    #expect(result.output.contains("\n1 trials in ") && !result.output.contains("missing"), "\(result)")
  }

  @Test func predictionIsJudgedByItsValues() throws {
    try folder.write(
      """
      {environment: {id: "random-walk", states: 5}, algorithm: {id: "td", policy: "uniform"},
       budget: {episodes: 36}, seeds: 3, confirm: 4,
       search: {method: "successive-halving", configurations: 9, parameters: {"algorithm.alpha": {log: [1e-6, 0.2]}}}}
      """, to: "search.json5")
    #expect(try sweep("-o", "td", "--json").output.contains(#""metric": "value_error""#))
    let comparison = try Program.run(["compare", "td"], in: folder.path)
    #expect(comparison.output.hasPrefix("value_error, less is better"), "\(comparison)")
    #expect(comparison.output.contains("scored on fresh seeds, seeds 3 to 6"))
    #expect(!comparison.output.contains("another score"))
  }

  @Test(arguments: [["check"], ["sweep", "-o", "none"]])
  func aMetricThatIsNotRecordedIsRefusedBeforeAnythingRuns(words: [String]) throws {
    let set = ["--set", "search.metric=optimality_gap"]
    let result = try Program.run([words[0], "search.json5"] + words.dropFirst() + set, in: folder.path)
    #expect(result.code == 65)
    #expect(
      result.errors.contains("search.json5: search.metric: \"optimality_gap\" is not recorded by td on random-walk;"),
      "\(result)")
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/none"))
    #expect(try Program.run(["check", "search.json5"], in: folder.path).code == 0)
  }

  @Test func whatASweepIsConfirmedByIsCheckedToo() throws {
    try folder.write(
      """
      {environment: "cliff-walking", algorithm: "sarsa", budget: {episodes: 9}, seeds: 2,
       confirm: {seeds: 2, metric: "residual"}, sweep: {"algorithm.alpha": [0.1, 0.5]}}
      """, to: "sweep.json5")
    let result = try Program.run(["check", "sweep.json5"], in: folder.path)
    #expect(result.code == 65 && result.errors.contains("confirm.metric: \"residual\" is not recorded by sarsa"))
    #expect(try Program.run(["check", "sweep.json5", "--set", "confirm.metric=regret"], in: folder.path).code == 0)
  }

  @Test func runAndSlurmTakeNoSearch() throws {
    let run = try Program.run(["run", "search.json5"], in: folder.path)
    #expect(run.code == 65 && run.errors.contains("use \"rl-lab sweep\""))
    #expect(try sweep("--launcher", "slurm").code == 64)
  }
}
