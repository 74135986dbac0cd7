import Foundation
import RLCore
import Testing

@testable import Lab

@Suite struct BatchTrialTests {
  /// Small settings for any method that learns from vectors.
  static func algorithm(_ id: String) -> String {
    let names = Laboratory.standard.algorithm(id)!.about.parameters.map(\.name)
    let small = [
      ("n_envs", "2"), ("n_steps", "8"), ("batch_size", "8"), ("n_epochs", "2"), ("learning_starts", "8"),
      ("net_arch", "[8]"), ("target_update_interval", "16"), ("buffer_size", "64"), ("policy", "'mlp'"),
      ("num_generations", "2"), ("generation_batch_size", "4"),
    ]
    return "{id: '\(id)'" + small.filter { names.contains($0.0) }.map { ", \($0.0): \($0.1)" }.joined() + "}"
  }

  /// Those that have networks: what has no network but linear forms is tested with the tabular methods.
  static let learners = Laboratory.standard.algorithms.filter { entry in
    entry.expand != nil && entry.acceptsVectors && entry.about.parameters.contains { $0.name == "net_arch" }
  }.map(\.about.id)

  /// Every method of vectors trains, records and evaluates on a control task, and repeats to the byte.
  @Test(arguments: learners)
  func everyLearnerRepeats(id: String) throws {
    let text = """
      {environment: {id: 'cart-pole', time_limit: 12}, algorithm: \(Self.algorithm(id)), budget: {steps: 96}, seeds: 2,
       record: {every: 32, evaluate: {episodes: 3, every: 32}}}
      """
    let variant = try experiment(text).variants[0]
    let first = try record(variant, seed: 0)
    #expect(first == (try record(variant, seed: 0)))
    #expect(first.rows != (try record(variant, seed: 1)).rows)
    #expect(Array(first.metrics.prefix(4)) == ["return", "length", "evaluation_return", "evaluation_std"])
    #expect(first.tables == nil)
    let last = first.rows.suffix(first.width)
    let evaluation = last[last.startIndex + 5]
    #expect(evaluation >= 1 && evaluation <= 12)
  }

  /// In a finite task with unequal numbers of actions, the exact columns are filled and tables are told.
  @Test(arguments: learners)
  func everyLearnerIsHeldAgainstTheTruth(id: String) throws {
    let text = """
      {environment: {id: 'gamblers-problem', goal: 8, time_limit: 50}, algorithm: \(Self.algorithm(id)), budget: {steps: 64},
       record: {every: 32, exact: {every: 32}}}
      """
    let variant = try experiment(text).variants[0]
    let record = try record(variant, seed: 0)
    let gap = try #require(record.metrics.firstIndex(of: "optimality_gap"))
    for row in 0..<record.rowCount { #expect(record.rows[row * record.width + 3 + gap] >= 0) }
    let tables = try #require(record.tables)
    let model = try #require(variant.task.model)
    for state in 0..<model.stateCount where !model.isTerminal(state) {
      let sum = model.pairs(of: state).reduce(0) { $0 + tables.probabilities[$1] }
      #expect(abs(sum - 1) < 1e-9)
    }
  }

  /// Stored between two slices and taken up by another process, a trial records the same bytes.
  @Test(arguments: learners)
  func everyLearnerGoesOnAfterAStop(id: String) throws {
    let text = """
      {environment: {id: 'cart-pole', time_limit: 12}, algorithm: \(Self.algorithm(id)), budget: {steps: 160}}
      """
    let variant = try experiment(text).variants[0]
    let request = TrialRequest(
      task: variant.task, settings: variant.algorithm.settings, budget: variant.budget, root: 0, seed: 0,
      truth: variant.truth, threads: 1)
    let (first, second) = (try variant.entry.make(request), try variant.entry.make(request))
    func state(_ process: TrialProcess) -> [UInt8] {
      var writer = StateWriter()
      process.save(&writer)
      return writer.bytes
    }
    // A process may stop early, by the clock.
    func run(_ process: TrialProcess, to step: Int) throws {
      while process.counters()[.steps] < step { try process.advance(step) }
    }
    _ = try first.rollouts?(.init(episodes: 2, maximumSteps: 50, isGreedy: false))
    try run(first, to: 80)
    var reader = StateReader(state(first))
    try second.restore(&reader)
    #expect(reader.isAtEnd)
    for process in [first, second] { try run(process, to: 160) }
    #expect(state(first) == state(second))
    let wanted = RolloutRequest(episodes: 4, maximumSteps: 50, isGreedy: false)
    #expect(try first.rollouts?(wanted) == second.rollouts?(wanted))
  }

  /// Continuous actions are learned by policy methods; tables are refused on vectors.
  @Test func refusesWhatDoesNotFit() throws {
    func message(_ environment: String, _ algorithm: String) -> String {
      do {
        _ = try experiment("{environment: '\(environment)', algorithm: '\(algorithm)', budget: {steps: 10}}")
        return ""
      } catch { return (error as? LabError)?.message ?? "\(error)" }
    }
    #expect(message("pendulum", "ppo") == "")
    #expect(message("cart-pole", "q-learning").contains("keeps a table of states"))
    #expect(message("cart-pole", "value-iteration").contains("gives only samples"))
    #expect(message("k-armed-bandit", "ppo") == "")
    #expect(message("pendulum", "a2c") == "")
    #expect(message("pendulum", "dqn").contains("continuous"))
  }

  /// A method with two forms takes the one that suits the task, and refuses parameters of the other.
  @Test func formsFollowTheTask() throws {
    func form(_ environment: String, _ more: String = "") throws -> Setting? {
      let text =
        "{environment: '\(environment)', algorithm: {id: 'reinforce-baseline'\(more)}, budget: {episodes: 2}}"
      return try experiment(text).variants[0].algorithm.resolved["policy"]
    }
    #expect(try form("cart-pole") == .text("mlp"))
    #expect(try form("short-corridor") == .text("tabular"))
    #expect(try form("short-corridor", ", policy: 'mlp', learning_rate: 0.1") == .text("mlp"))
    #expect(throws: LabError.self) { try form("cart-pole", ", policy: 'tabular'") }
    #expect(throws: LabError.self) { try form("cart-pole", ", alpha: 0.1") }
    #expect(throws: LabError.self) { try form("short-corridor", ", learning_rate: 0.1") }
  }

  /// Aliased states are one to a network as well: the policy cannot tell them apart.
  @Test func aliasedStatesLookAlike() throws {
    let text = """
      {environment: {id: 'short-corridor', time_limit: 100}, algorithm: {id: 'ppo', n_steps: 32, batch_size: 32}, budget: {steps: 64},
       record: {every: 64}}
      """
    let record = try record(try experiment(text).variants[0], seed: 0)
    let tables = try #require(record.tables)
    #expect(Set(stride(from: 0, to: 6, by: 2).map { tables.probabilities[$0] }).count == 1)
  }
}
