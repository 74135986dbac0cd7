import Foundation
import RLCore
import Testing

@testable import Lab

@Suite struct ReproductionTests {
  /// A folder of experiments that is gone when the test is over.
  private final class Folder {
    let path = FileManager.default.temporaryDirectory.path + "/reproduction-\(UInt64.random(in: 0 ... .max))"

    init(_ files: [String: String]) throws {
      try FileManager.default.createDirectory(atPath: path + "/expected", withIntermediateDirectories: true)
      for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)")) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var reproduction: Reproduction { Reproduction(lab: .standard, folder: path, jobs: 2) }
  }

  /// Exact and learned values of the 5-state walk.
  private static let walk = """
    {
      environment: "random-walk", seeds: 20, budget: {episodes: 10}, record: {every: 1, values: "all"},
      algorithm: {id: "td", policy: "uniform", initial_value: 0.5, alpha: 0.1},
      variants: [
        {name: "td"},
        {name: "exact", algorithm: {id: "policy-evaluation", method: "direct"}, budget: {iterations: 1}},
      ],
    }
    """

  private static func expected(_ checks: String) -> String {
    "{title: 'The walk', sources: {x: 'a source'}, checks: [\(checks)]}"
  }

  private func outcome(_ checks: String) async throws -> Reproduction.Outcome {
    let folder = try Folder(["a-walk.json5": Self.walk, "expected/a-walk.json": Self.expected(checks)])
    let figure = try folder.reproduction.figures()[0]
    return try await folder.reproduction.run(figure, results: nil, isQuiet: true)
  }

  @Test func numbersThatAgreePass() async throws {
    let outcome = try await outcome(
      """
      {source: "x", variant: "exact", tolerance: 1e-12,
       values: [0.16666666666666666, 0.3333333333333333, 0.5, null, 0.8333333333333334]},
      {source: "x", variant: "exact", actions: [[0, 1], [0, 1], [0, 1], [0, 1], [0, 1]]},
      {source: "x", variant: "exact", tolerance: 1e-12, action_values: [null, null, [0.3333333333333333, null]]},
      {source: "x", metric: "value_error", variant: "td", numbers: [
        {at: 0, equals: 0.235702, tolerance: 5e-7}, {at: 10, mean: 0.128044, se: 0.000370162, runs: 500}]},
      {source: "x", variant: "td", constant: "uniform_policy_return", equals: 0.5, tolerance: 1e-12}
      """)
    #expect(outcome.passes)
    #expect(outcome.results.count == 6)
    #expect(outcome.title == "The walk" && outcome.trials == 40 && outcome.steps > 0)
    let text = ReproductionReport(outcome: outcome).text(onlyFailures: false)
    #expect(text.contains("published: a source"))
    #expect(text.contains("PASS  td: value_error, episode 10 "))
    #expect(text.contains("PASS  6 of 6 numbers agree"))
    #expect(!text.contains("FAIL"))
    #expect(ReproductionReport(outcome: outcome).json["passed"] == .boolean(true))
  }

  @Test func numbersThatDisagreeFail() async throws {
    let outcome = try await outcome(
      """
      {source: "x", variant: "exact", tolerance: 1e-12, values: [null, 0.3333333333333333, 0.5001]},
      {source: "x", variant: "exact", tolerance: 1e-12,
       values: [0.16666666666666666, 0.3333333333333333, 0.5001, 0.6666666666666666, 0.8333333333333334]},
      {source: "x", variant: "exact", actions: [[0, 1], [0, 1], [1], [0, 1], null]},
      {source: "x", metric: "value_error", variant: "td", numbers: [{at: 10, mean: 0.16, se: 0.0004, runs: 500}]},
      {source: "x", variant: "td", constant: "optimal_return", equals: 0.5, tolerance: 1e-12}
      """.replacing("[null, 0.3333333333333333, 0.5001]", with: "[null, 0.3333333333333333, 0.5001, null, null]"))
    #expect(outcome.results.map(\.passes) == [false, false, false, false, false])
    #expect(outcome.results[1].subject.contains("state 2"))
    #expect(outcome.results[2].note == "other actions in 1, the first of them state 2")
    let report = ReproductionReport(outcome: outcome)
    #expect(report.text(onlyFailures: true).contains("FAIL  0 of 5 numbers agree"))
    #expect(report.json["passed"] == .boolean(false))
  }

  @Test(arguments: [
    ("{source: 'x', variant: 'tb', constant: 'optimal_return', equals: 1, tolerance: 0}", "no variant \"tb\""),
    ("{source: 'x', variant: 'td', constant: 'optimum', equals: 1, tolerance: 0}", "no constant \"optimum\""),
    (
      "{source: 'x', variant: 'exact', tolerance: 0, values: [1]}", "1 entries of V are published, the experiment has 5"
    ),
    ("{source: 'x', variant: 'exact', actions: [[0]]}", "actions of 1 states are published, the task has 5"),
    ("{source: 'x', variant: 'exact', tolerance: 0, action_values: [[0, 0, 0]]}", "no action 2 in state 0"),
    ("{source: 'x', metric: 'return', variant: 'td', numbers: [{from: 5, to: 11, mean: 0}]}", "do not fill 5–11"),
    ("{source: 'x', metric: 'regret', variant: 'td', numbers: [{at: 5, mean: 0}]}", "no column \"regret\""),
  ])
  func checksThatDoNotFitAreRefused(check: String, message: String) async throws {
    let error = await #expect(throws: LabError.self) { _ = try await outcome(check) }
    #expect(error?.kind == .data)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test func figuresAreFoundByTheirNumbers() throws {
    let empty = Self.expected("")
    let names = ["b-2-10", "b-2-9", "b-6-5", "b-example-6-5", "c-6-7", "d-6-7"]
    let folder = try Folder(Dictionary(uniqueKeysWithValues: names.map { ("expected/\($0).json", empty) }))
    let reproduction = folder.reproduction
    #expect(try reproduction.figures().map(\.name) == ["b-2-9", "b-2-10", "b-6-5", "b-example-6-5", "c-6-7", "d-6-7"])
    #expect(
      try reproduction.figures(named: ["2.10", "6-5", "example-6.5", "b-2-10"]).map(\.name)
        == ["b-2-10", "b-6-5", "b-example-6-5"])
    #expect(throws: LabError(.usage, "reproduce: \"6.7\" may be c-6-7 or d-6-7; write the whole name")) {
      try reproduction.figures(named: ["6.7"])
    }
    #expect(throws: LabError.self) { try reproduction.figures(named: ["9.9"]) }
    #expect(throws: LabError.self) { try Reproduction(lab: .standard, folder: "/nowhere", jobs: 1).figures() }
  }
}
