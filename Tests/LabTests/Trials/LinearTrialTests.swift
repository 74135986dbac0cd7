import RLCore
import Testing

@testable import Lab

/// Linear control on a task that is observed as a vector.
@Suite struct LinearTrialTests {
  private static let learners = [
    "semi-gradient-sarsa", "semi-gradient-sarsa-lambda", "differential-semi-gradient-sarsa",
  ]

  private func variant(_ learner: String, _ evaluate: String) throws -> Variant {
    let text = """
      {environment: {id: 'mountain-car', time_limit: 300}, algorithm: {id: '\(learner)', alpha: 0.05}, budget: {episodes: 12},
       record: {every: 2, evaluate: \(evaluate)}}
      """
    let document = try ConfigurationFile.parse(Array(text.utf8), name: "test.json5")
    let resolver = Resolver(
      lab: .standard, source: "test.json5", folder: "", overridden: [], outline: document.outline)
    return try resolver.experiment(document.root, defaultName: "test").variants[0]
  }

  private func column(_ record: TrialRecord, _ name: String) throws -> [Double] {
    let place = try #require(record.metrics.firstIndex(of: name))
    return (0..<record.rowCount).map { record.rows[$0 * record.width + 3 + place] }
  }

  /// Evaluations stand at their rows, lie within the time limit, repeat to the byte, and change nothing of what is learned.
  @Test(arguments: learners) func evaluatesWhatItHasLearned(learner: String) throws {
    let first = try record(variant(learner, "{episodes: 3, every: 4}"))
    #expect(first == (try record(variant(learner, "{episodes: 3, every: 4}"))))
    let returns = try column(first, "evaluation_return")
    #expect(returns.map(\.isNaN) == [true, true, false, true, false, true, false])
    #expect(returns.filter { !$0.isNaN }.allSatisfy { (-300...(-1)).contains($0) })
    #expect(try column(first, "evaluation_std").compactMap { $0.isNaN ? nil : $0 }.allSatisfy { $0 >= 0 })
    let sampled = try record(variant(learner, "{episodes: 3, every: 4, policy: 'sampled'}"))
    let none = try record(variant(learner, "false"))
    #expect(try column(first, "return").map(\.bitPattern) == column(none, "return").map(\.bitPattern))
    #expect(try column(sampled, "return").map(\.bitPattern) == column(none, "return").map(\.bitPattern))
  }

  /// Stored in the middle and taken up by another process, it plays the same evaluations.
  @Test(arguments: learners) func evaluatesTheSameAfterAStop(learner: String) throws {
    let variant = try variant(learner, "{episodes: 3, every: 4}")
    let request = TrialRequest(
      task: variant.task, settings: variant.algorithm.settings, budget: variant.budget, root: 0, seed: 0,
      truth: variant.truth, threads: 1)
    let (first, second) = (try variant.entry.make(request), try variant.entry.make(request))
    let wanted = RolloutRequest(episodes: 2, maximumSteps: 50, isGreedy: false)
    try first.advance(3)
    _ = try first.rollouts?(wanted)
    var writer = StateWriter()
    first.save(&writer)
    var reader = StateReader(writer.bytes)
    try second.restore(&reader)
    #expect(reader.isAtEnd)
    for process in [first, second] { while process.counters()[.episodes] < 6 { try process.advance(6) } }
    let returns = try #require(try first.rollouts?(wanted))
    #expect(try returns == second.rollouts?(wanted))
    #expect(returns.count == 2)
  }
}
