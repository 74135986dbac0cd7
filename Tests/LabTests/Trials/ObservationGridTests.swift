import RLCore
import Testing

@testable import Lab

/// What was learned of a task that is observed as two numbers.
@Suite struct ObservationGridTests {
  private func variant(_ environment: String, _ algorithm: String, _ budget: String) throws -> Variant {
    try experiment("{environment: \(environment), algorithm: \(algorithm), budget: \(budget)}")
      .variants[0]
  }

  private func tables(_ variant: Variant) throws -> TrialRecord.Tables {
    guard
      case .finished(let record) = try Trial(variant: variant, root: 0, seed: 0, wantsTables: true).run(
        checkpoint: nil, progress: { _ in })
    else { throw LabError(.interrupted, "") }
    return try #require(record.tables)
  }

  /// Middles of 25 parts of [−1.2, 0.6] and of [−0.07, 0.07], the greatest velocity in the first row.
  @Test func pointsAreTheMiddlesOfParts() throws {
    let task = try variant("'mountain-car'", "'semi-gradient-sarsa'", "{episodes: 1}").task
    let grid = try #require(ObservationGrid(task))
    #expect(grid.space == ActionSpace(states: 625, actions: 3))
    #expect(grid.label(0) == "(-1.164,0.0672)" && grid.label(624) == "(0.564,-0.0672)")
    #expect(grid.layout.rows == 25 && grid.layout.columns == 25)
    for (environment, algorithm) in [("'cart-pole'", "'dqn'"), ("'mountain-car-continuous'", "'ppo'")] {
      #expect(ObservationGrid(try variant(environment, algorithm, "{steps: 10}").task) == nil)
    }
  }

  /// With weights of 1 that hardly move, each of 8 tilings adds 1 to every value.
  @Test func linearValuesAreSumsOfWeights() throws {
    let algorithm =
      "{id: 'semi-gradient-sarsa', features: 'tile-coding', tilings: 8, initial_weights: 1, alpha: 1e-100}"
    let tables = try tables(variant("{id: 'mountain-car', time_limit: 50}", algorithm, "{episodes: 1}"))
    #expect(tables.actionValues == [Double](repeating: 8, count: 1875))
    #expect(tables.probabilities.allSatisfy { $0 == 1.0 / 3 })
  }

  /// Networks tell values and probabilities there, too.
  @Test(arguments: ["dqn", "ppo"]) func networksTellThem(id: String) throws {
    let tables = try tables(
      variant("{id: 'mountain-car', time_limit: 50}", BatchTrialTests.algorithm(id), "{steps: 100}"))
    #expect(tables.probabilities.count == 1875)
    for point in 0..<625 { #expect(abs(tables.probabilities[3 * point..<3 * point + 3].reduce(0, +) - 1) < 1e-9) }
    let values = id == "dqn" ? tables.actionValues : tables.stateValues
    #expect(values.count == (id == "dqn" ? 1875 : 625) && Set(values).count > 100)
  }
}
