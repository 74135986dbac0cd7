import Foundation
import RLCore
import Testing

@testable import Lab

@Suite struct TrialTests {
  /// A configuration of a few steps for an algorithm, on a task that suits it.
  private func configuration(of algorithm: AlgorithmEntry) -> String {
    let id = algorithm.about.id
    let takesPolicy =
      (!algorithm.acceptsVectors || algorithm.kind == .prediction)
      && algorithm.about.parameters.contains { $0.name == "policy" && $0.choices.isEmpty }
    let policy = takesPolicy ? ", policy: 'uniform'" : ""
    let (environment, budget) =
      switch algorithm.kind {
      case .planner where id == "relative-value-iteration": ("'river-swim'", "{iterations: 12}")
      case .planner: ("'frozen-lake'", "{iterations: 12}")
      case .bandit: ("'k-armed-bandit'", "{steps: 200}")
      case .policy where !algorithm.units.contains(.episodes): ("'frozen-lake'", "{iterations: 12}")
      case .control, .prediction, .policy: ("{id: 'random-walk', states: 7, time_limit: 200}", "{episodes: 20}")
      }
    return """
      {environment: \(environment), algorithm: {id: '\(id)'\(policy)}, budget: \(budget), seeds: 2, record: {every: 1}}
      """
  }

  /// Whether an algorithm has a tabular form, or is linear in the features of states; the others are tested with the driver of networks.
  private static func keepsTables(_ algorithm: AlgorithmEntry) -> Bool {
    let names = algorithm.about.parameters.map(\.name)
    // Alignment methods update by whole generations, with a table as with a network.
    return !algorithm.acceptsVectors || algorithm.expand == nil
      || (names.contains(PolicyForm.parameter.declaration.name) && !names.contains("generation_batch_size"))
  }

  /// Every algorithm in the catalogue runs, records, and repeats to the byte; another seed gives another curve where anything is random.
  @Test(arguments: Laboratory.standard.algorithms.filter(keepsTables).map(\.about.id))
  func everyAlgorithmRepeats(id: String) throws {
    let algorithm = Laboratory.standard.algorithm(id)!
    let variant = try experiment(configuration(of: algorithm)).variants[0]
    let first = try record(variant, seed: 0)
    #expect(first == (try record(variant, seed: 0)))
    let count = variant.budget.count
    #expect(algorithm.kind == .planner ? (2...count + 1).contains(first.rowCount) : first.rowCount == count + 1)
    #expect(first.tables.map { $0.actionValues.isEmpty && $0.stateValues.isEmpty && $0.probabilities.isEmpty } == false)
    let isExact = algorithm.kind == .planner || ["exact-policy-gradient", "natural-policy-gradient"].contains(id)
    #expect((first == (try record(variant, seed: 1))) == isExact)
  }

  /// What is not tested here is tested with the driver of networks: no entry of the catalogue is left out.
  @Test func everyAlgorithmIsTested() {
    for algorithm in Laboratory.standard.algorithms where !Self.keepsTables(algorithm) {
      #expect(BatchTrialTests.learners.contains(algorithm.about.id), "\(algorithm.about.id)")
    }
  }

  /// Every environment that needs neither a file nor Python gives a trial that repeats to the byte.
  @Test(arguments: Laboratory.standard.environments.map(\.about.id).filter { !["mdp-file", "gymnasium"].contains($0) })
  func everyEnvironmentRepeats(id: String) throws {
    let entry = Laboratory.standard.environment(id)!
    let map = id == "gridworld" ? ", map: ['S..', '.XG']" : ""
    let algorithm =
      switch entry.gives {
      case "bandit": "'epsilon-greedy'"
      case EnvironmentEntry.vectors: "{id: 'ppo', n_steps: 50, batch_size: 50, n_epochs: 1}"
      default: "'q-learning'"
      }
    let text = """
      {environment: {id: '\(id)'\(map), time_limit: 50}, algorithm: \(algorithm),
       budget: {steps: 300}, seeds: 2, record: {every: 100}}
      """
    let variant = try experiment(text).variants[0]
    let first = try record(variant, seed: 0)
    #expect(first.rowCount == 4)
    #expect(first == (try record(variant, seed: 0)))
  }

  @Test func recordsTheContractsPoints() throws {
    let text = "{environment: 'cliff-walking', algorithm: 'q-learning', budget: {episodes: 25}, record: {every: 10}}"
    let record = try record(try experiment(text).variants[0], seed: 3)
    #expect((0..<record.rowCount).map { record.rows[$0 * record.width + 1] } == [0, 10, 20, 25])
    #expect(record.metrics == ["return", "length", "optimality_gap", "behavior_gap", "regret", "agreement"])
    // Before learning, only the exact columns are filled.
    #expect(record.rows[3].isNaN && record.rows[4].isNaN)
    #expect(record.rows[5] > 0)
  }

  /// The greedy and the behaviour policy around Q* on the cliff: 0, and −13 + 50.800 (numbers of Example 6.6, ties split).
  @Test func exactColumnsReachTheirLimits() throws {
    let text = """
      {environment: 'cliff-walking', algorithm: {id: 'q-learning', alpha: 0.5, epsilon: 0.1}, budget: {episodes: 20000},
       record: {every: 20000}}
      """
    let record = try record(try experiment(text).variants[0], seed: 0)
    let last = record.rows.suffix(record.width)
    #expect(last[last.startIndex + 5] == 0)
    #expect(abs(last[last.startIndex + 6] - 37.8) < 2)
  }

  @Test func variantsMeetTheSameRandomNumbers() throws {
    let text = """
      {environment: 'k-armed-bandit', budget: {steps: 10}, variants: [
        {name: 'a', algorithm: {id: 'epsilon-greedy', epsilon: 1}}, {name: 'b', algorithm: {id: 'epsilon-greedy', epsilon: 1, alpha: 0.5}}]}
      """
    let variants = try experiment(text).variants
    let column = try record(variants[0], seed: 4).metrics.firstIndex(of: "regret")!
    let regrets = try variants.map { variant in try record(variant, seed: 4).rows.suffix(6).dropFirst(3 + column).first
    }
    #expect(regrets[0] == regrets[1])
  }

  /// Sutton & Barto, Example 13.1: an ε-greedy method that cannot tell the states apart, greedy to the left or to the right, is worth
  /// −82.105 or −44.211 with ε 0.1. J* is −3: the model knows the states.
  @Test func statesThatLookAlikeShareAPolicy() throws {
    let text = """
      {environment: {id: 'short-corridor', time_limit: 1000}, algorithm: {id: 'sarsa', epsilon: 0.1, alpha: 0.1},
       budget: {episodes: 200}}
      """
    let variant = try experiment(text).variants[0]
    let record = try record(variant, seed: 0)
    let gap = record.metrics.firstIndex(of: "behavior_gap")! + 3
    let gaps = (0..<record.rowCount).map { record.rows[$0 * record.width + gap] }.filter { !$0.isNaN }
    for value in gaps.dropFirst() {
      #expect(abs(value - 79.1052631579) < 1e-9 || abs(value - 41.2105263158) < 1e-9, "\(value)")
    }
    #expect(gaps.count > 50)
    let tables = try #require(record.tables)
    #expect(tables.probabilities.prefix(2) == tables.probabilities.suffix(2))
  }

  /// The uniform policy of the short corridor is worth −12 (J(p) = (2p − 4) / (p (1 − p))): 9 below J* = −3 of the model.
  @Test func policyMethodsAreHeldAgainstTheirOwnPolicy() throws {
    for id in ["reinforce", "reinforce-baseline", "actor-critic"] {
      let text = "{environment: 'short-corridor', algorithm: '\(id)', budget: {episodes: 10}}"
      let record = try record(try experiment(text).variants[0], seed: 0)
      let gap = record.metrics.firstIndex(of: "optimality_gap")! + 3
      #expect(abs(record.rows[gap] - 9) < 1e-12)
      #expect(record.rows[(record.rowCount - 1) * record.width + gap] != record.rows[gap])
    }
  }
}
