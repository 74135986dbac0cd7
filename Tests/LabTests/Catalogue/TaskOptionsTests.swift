import RLCore
import Testing

@testable import Lab

/// The options that every environment has.
@Suite struct TaskOptionsTests {
  private func variant(_ environment: String, _ algorithm: String = "'q-learning'", _ budget: String = "{steps: 300}")
    throws -> Variant
  {
    try experiment("{environment: \(environment), algorithm: \(algorithm), budget: \(budget)}").variants[0]
  }

  private func last(_ metric: String, _ variant: Variant) throws -> Double {
    let record = try record(variant)
    let column = try #require(record.metrics.firstIndex(of: metric))
    return record.rows[(record.rowCount - 1) * record.width + 3 + column]
  }

  private func message(_ environment: String) -> String {
    do {
      _ = try variant(environment)
      return ""
    } catch { return (error as? LabError)?.message ?? "\(error)" }
  }

  /// Every environment takes every option, trains, and repeats to the byte.
  @Test(
    arguments: ["cliff-walking", "random-walk", "gamblers-problem", "blocking-maze", "river-swim", "short-corridor"],
    ["sticky_actions: 0.25", "slip: 0.1", "reward_noise: 0.5", "history: 2", "sticky_actions: 0.2, reward_noise: 1"])
  func everyOptionTrains(environment: String, option: String) throws {
    let size = environment == "gamblers-problem" ? "goal: 8, " : ""
    let variant = try variant("{id: '\(environment)', \(size)\(option)}")
    let first = try record(variant)
    #expect(first.rowCount > 1)
    #expect(first == (try record(variant)))
    if !option.contains("history") && environment != "gamblers-problem" {
      #expect(first.rows != (try record(variant, seed: 1)).rows)
    }
  }

  @Test func describedByEveryEnvironment() throws {
    for entry in Laboratory.standard.environments where ["model", "samples", "bandit"].contains(entry.gives) {
      let names = entry.about.parameters.map(\.name)
      for option in ["sticky_actions", "slip", "reward_noise", "aggregate", "history", "time_limit"] {
        #expect(names.count { $0 == option } == 1, "\(entry.about.id) \(option)")
      }
    }
  }

  /// The gridworld's own `slip` sends a move to its sides, not to any other action.
  @Test func aTasksOwnSlipKeepsItsMeaning() throws {
    let grid = try variant("{id: 'gridworld', map: ['S..', '...', '..G'], slip: 0.2}").task.model!
    let lake = try variant("{id: 'cliff-walking', slip: 0.3}").task.model!
    #expect(grid.outcomes(of: grid.pairs(of: 4).lowerBound).count == 3)
    let start = lake.pairs(of: 36)
    #expect(start.allSatisfy { abs(lake.outcomes(of: $0).reduce(0) { $0 + lake.probabilities[$1] } - 1) < 1e-12 })
    // Up from the start with .7, and each of the other three with .1: left and down both bump, right falls.
    let up = lake.outcomes(of: start.lowerBound).map(lake.outcome)
    #expect(up.map(\.next).sorted() == [24, 36, 36])
    #expect(abs(up.first { $0.next == 24 }!.probability - 0.7) < 1e-12)
  }

  /// Noise leaves the mean: the model, J* and the exact columns are what they were; only samples differ.
  @Test func noiseIsNoPartOfTheModel() throws {
    let plain = try variant("'cliff-walking'", "{id: 'q-learning', alpha: 0.1}", "{episodes: 300}")
    let noisy = try variant(
      "{id: 'cliff-walking', reward_noise: 0.5}", "{id: 'q-learning', alpha: 0.1}", "{episodes: 300}")
    #expect(plain.truth.optimum(gamma: 1) == noisy.truth.optimum(gamma: 1))
    #expect(try record(plain).rows != record(noisy).rows)
    #expect(try last("optimality_gap", noisy) >= 0)
  }

  /// State aggregation on a tenth of the walk of Sutton & Barto, Example 9.1: V is the same in each ten.
  @Test func groupsShareTheirValue() throws {
    let walk = try variant(
      "{id: 'random-walk', states: 100, reach: 10, left_reward: -1, aggregate: 10}",
      "{id: 'td', policy: 'uniform', alpha: 0.1, gamma: 1}", "{episodes: 200}")
    #expect(walk.task.observations?.count == 10)
    let values = try #require(try record(walk).tables).stateValues
    for state in 0..<100 { #expect(values[state] == values[state / 10 * 10]) }
    #expect(Set(values).count == 10)
    #expect(values[0] < -0.5 && values[99] > 0.5)
    // The exact values are those of the states, so the error has a floor: that of the best step function.
    #expect(try last("value_error", walk) > 0.02)
  }

  @Test func rulesOfAggregation() throws {
    func numbers(_ rule: String, _ environment: String = "id: 'random-walk', states: 6") throws -> [Int32] {
      try #require(try variant("{\(environment), aggregate: \(rule)}").task.observations).numbers
    }
    #expect(try numbers("4") == [0, 0, 0, 0, 1, 1])
    #expect(try numbers("[7, 7, 3, 3, 3, 9]") == [1, 1, 0, 0, 0, 2])
    #expect(try numbers("[[1, 4], [5, 0]]") == [0, 1, 2, 3, 1, 0])
    let grid = "id: 'gridworld', map: ['S...', '....', '...G']"
    #expect(try numbers("{rows: 2, columns: 2}", grid) == [0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3])
    #expect(message("{id: 'random-walk', aggregate: [0, 1]}").contains("the list has 2 groups; give 5"))
    #expect(
      message("{id: 'random-walk', aggregate: [[0, 9]]}").contains("environment.aggregate[0][1]: there is no state 9"))
    #expect(message("{id: 'random-walk', aggregate: [[0, 1], [1]]}").contains("state 1 comes twice"))
    #expect(message("{id: 'random-walk', aggregate: {rows: 2}}").contains("no grid"))
    #expect(message("{id: 'random-walk', aggregate: 0}").contains("out of range"))
    #expect(message("{id: 'random-walk', aggregate: 1e300}").contains("environment.aggregate"))
    #expect(message("{id: 'gamblers-problem', aggregate: 10}").contains("offer different actions"))
    #expect(message("{id: 'blocking-maze', history: 9}").contains("too many"))
    #expect(message("{id: 'random-walk', slip: 1.5}").contains("environment.slip"))
  }

  /// With three cells that look alike and only the latest of them seen, nothing tells them apart; two seen tell the first from the rest.
  @Test func aHistoryTellsAliasedStatesApart() throws {
    let plain = try variant("'short-corridor'")
    let longer = try variant("{id: 'short-corridor', history: 2}")
    #expect(plain.task.observations?.count == 1)
    #expect(longer.task.observations?.count == 2)
    #expect(abs(longer.truth.optimum(gamma: 1)! - -3) < 1e-12)
  }

  /// Sticky actions are in the model: planners know them, and the exact value of what they find is what episodes earn, within 4 standard errors.
  @Test func plansForStickyActions() throws {
    let text = """
      {environment: {id: 'frozen-lake', is_slippery: false, sticky_actions: 0.25}, algorithm: {id: 'sarsa', gamma: 1, epsilon: 1},
       budget: {episodes: 4000}, record: {every: 4000, values: 'none'}}
      """
    let lake = try experiment(text).variants[0]
    let uniform = try #require(lake.truth.constants(for: lake)["uniform_policy_return"]?.number)
    let earned = try last("return", lake)
    #expect(abs(earned - uniform) <= 4 * (uniform * (1 - uniform) / 4000).squareRoot())
    #expect(lake.truth.optimum(gamma: 0.9)! < 0.9 * 0.9 * 0.9 * 0.9 * 0.9)
  }
}
