import Foundation
import Testing

@testable import Lab

/// What the shipped study claims, at the step size of Sutton & Barto (2018), Example 6.6, with fewer seeds.
@Suite struct OnPolicyOffPolicyTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private func experiment(_ name: String) throws -> Experiment {
    let file = Self.root.appendingPathComponent("experiments/\(name).json5").path
    let arguments = try Arguments([file], flags: [], command: "check", positional: 1...1)
    return try ConfigurationCommand(lab: .standard, arguments: arguments, command: "check").experiment()
  }

  @Test func theShippedFilesAreValid() throws {
    let cliff = try experiment("on-policy-vs-off-policy")
    #expect(cliff.variants.count == 3 * 7 && cliff.seeds.count == 100)
    #expect(cliff.variants.allSatisfy { $0.budget == Budget(.episodes, 500) })
    let grids = try experiment("on-policy-vs-off-policy-grids")
    #expect(grids.variants.count == 3 * 5 * 7)
    #expect(Set(grids.variants.map(\.environment.id)) == ["cliff-walking", "windy-gridworld", "frozen-lake"])
  }

  /// References: mean return over the last 100 of 500 episodes of independent implementations, 50 and 20 runs.
  @Test func onPolicyCollectsMoreAndOffPolicyLearnsTheOptimum() async throws {
    let folder = TemporaryFolder()
    try folder.write(
      """
      {
        environment: "cliff-walking",
        algorithm: { id: "sarsa", alpha: 0.5, gamma: 1, epsilon: 0.1 },
        budget: { episodes: 500 },
        seeds: 16,
        record: { every: 5, exact: { every: 250 } },
        sweep: { "algorithm.id": ["sarsa", "expected-sarsa", "q-learning"] },
      }
      """, to: "study.json5")
    let results = folder.path + "/out"
    #expect(
      await Laboratory.standard.exitCode(
        arguments: ["rl-lab", "sweep", folder.path + "/study.json5", "-o", results, "--quiet"]) == 0)
    let input = ComparisonInput(experiment: try StoredExperiment(results))
    let online = try await Comparison([input], options: ComparisonOptions(finalShare: 0.2))
    let references = [("sarsa", -28.7, 50.0), ("expected-sarsa", -20.7, 20), ("q-learning", -48.0, 50)]
    for (row, reference) in zip(online.tables[0].rows, references) {
      let (method, mean, runs) = reference
      #expect(row.contestant.method == method)
      let error = row.final.std! * (1 / 16 + 1 / runs).squareRoot()
      #expect(abs(row.final.mean! - mean) < 4 * error, "\(method) \(row.final.mean!)")
    }
    #expect(online.verdicts[0].contains("expected-sarsa has a better final return than sarsa"))
    #expect(online.verdicts[1].contains("q-learning has a worse final return than sarsa"))
    let greedy = try await Comparison([input], options: ComparisonOptions(metric: "optimality_gap"))
    #expect(greedy.tables[0].rows[2].final.median == 0)
    #expect(greedy.tables[0].rows[0].final.median! >= 2)
    let acting = try await Comparison([input], options: ComparisonOptions(metric: "behavior_gap"))
    let gaps = acting.tables[0].rows.map { $0.final.median! }
    // No 0.1-soft policy does better than −20.708, where the optimum is −13; 0.1-greedy around Q* has −50.8.
    #expect(gaps.allSatisfy { $0 > 7.7 })
    #expect(gaps[1] < gaps[0] && gaps[0] < gaps[2])
  }
}
