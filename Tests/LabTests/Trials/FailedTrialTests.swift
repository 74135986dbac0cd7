import Foundation
import RLCore
import Testing

@testable import Lab

/// A learner that cannot go on after a number of steps, which depends on its step size.
private struct FragileLearner: TabularLearner, ~Copyable {
  static let limit = Parameter<Int>.integer("limit", default: 100, in: 1...1_000_000, "steps until it fails")
  static let about = About(
    id: "fragile", summary: "fails after some steps", source: "tests", parameters: [limit.declaration])

  private let limit: Int
  private var steps = 0
  var gamma: Double { 1 }
  var failure: String? { steps > limit ? "it has broken after \(limit) steps; give it fewer" : nil }

  init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) { limit = settings[Self.limit] }

  mutating func begin(in state: Int, using stream: inout RandomStream) -> Int { stream.uniform(below: 4) }
  mutating func learn(from transition: Transition, using stream: inout RandomStream) -> Int {
    steps += 1
    return stream.uniform(below: 4)
  }
  func report(into report: inout LearnerReport) {}
  func save(to writer: inout StateWriter) { writer.write(steps) }
  mutating func restore(from reader: inout StateReader) throws(StateError) { steps = try reader.integer() }
}

@Suite struct FailedTrialTests {
  private let folder = FileManager.default.temporaryDirectory.path + "/rl-lab-failed-" + UUID().uuidString

  private func run(_ limits: String) async throws -> ExperimentRun.Report {
    var lab = Laboratory.standard
    lab.register(FragileLearner.self)
    let text = """
      {environment: {id: 'cliff-walking'}, algorithm: 'fragile', budget: {steps: 300}, seeds: 2,
       record: {exact: false, values: 'none', every: 100}, sweep: {'algorithm.limit': \(limits)}}
      """
    let document = try ConfigurationFile.parse(Array(text.utf8), name: "c.json5")
    let resolver = Resolver(lab: lab, source: "c.json5", folder: "", overridden: [], outline: document.outline)
    let experiment = try resolver.experiment(document.root, defaultName: "c")
    return try await ExperimentRun(experiment: experiment, path: folder, jobs: 2, overwrite: false, isQuiet: true).run()
  }

  /// A trial that cannot go on is reported with its variant and seed; the others go on; all rows are kept.
  @Test func oneFailureLeavesTheOthers() async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let report = try await run("[1000, 150]")
    #expect(report.outcome.finished == 2)
    #expect(report.missing == 2)
    #expect(report.outcome.failures.map(\.variant) == ["fragile limit=150", "fragile limit=150"])
    #expect(report.outcome.failures.map(\.seed) == [0, 1])
    #expect(report.outcome.failures[0].message == "it has broken after 150 steps; give it fewer")
    let curves = String(decoding: FileManager.default.contents(atPath: folder + "/curves.csv")!, as: UTF8.self)
    let rows = curves.split(separator: "\n")
    // What a trial recorded before it failed is kept: the rows at 0 and 100 of each seed.
    #expect(rows.count { $0.hasPrefix("fragile limit=1000,") } == 8)
    #expect(rows.count { $0.hasPrefix("fragile limit=150,") } == 4)
  }
}
