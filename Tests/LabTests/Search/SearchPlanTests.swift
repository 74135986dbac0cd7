import Testing

@testable import Lab
@testable import RLCore

@Suite struct SearchPlanTests {
  private func plan(_ text: String) throws -> SearchPlan { try SearchPlan(ConfigurationFile.value(text)) }

  private func rungs(_ text: String, _ most: Int) throws -> [[[Int]]] {
    try plan(text).brackets(upTo: most).map { $0.map { [$0.count, $0.budget] } }
  }

  @Test func randomSearchGivesAllTheWholeBudget() throws {
    #expect(try rungs("{method: 'random', configurations: 20}", 500) == [[[20, 500]]])
  }

  @Test func halvingGivesTheBestTheirShare() throws {
    #expect(
      try rungs("{method: 'successive-halving', configurations: 27}", 270)
        == [[[27, 10], [9, 30], [3, 90], [1, 270]]])
    #expect(
      try rungs("{method: 'successive-halving', configurations: 16, eta: 2, min_budget: 100}", 500)
        == [[[16, 125], [8, 250], [4, 500]]])
    // No budget is below one unit, and one configuration needs no halving.
    #expect(try rungs("{method: 'successive-halving', configurations: 9}", 3) == [[[9, 1], [3, 3]]])
    #expect(try rungs("{method: 'successive-halving', configurations: 1}", 90) == [[[1, 90]]])
  }

  /// Li et al. (2018), table 1: R = 81, η = 3.
  @Test func hyperbandHasTheBracketsOfThePaper() throws {
    #expect(
      try rungs("{method: 'hyperband', min_budget: 1}", 81) == [
        [[81, 1], [27, 3], [9, 9], [3, 27], [1, 81]], [[34, 3], [11, 9], [3, 27], [1, 81]],
        [[15, 9], [5, 27], [1, 81]],
        [[8, 27], [2, 81]], [[5, 81]],
      ])
  }

  @Test(arguments: [
    ("3", ""), ("{}", ""), ("{method: 'guess'}", ".method"), ("{method: 'random'}", ""),
    ("{method: 'random', configurations: 0}", ".configurations"),
    ("{method: 'random', configurations: 3, eta: 2}", ".eta"),
    ("{method: 'hyperband', configurations: 3}", ".configurations"), ("{method: 'hyperband', eta: 1}", ".eta"),
    ("{method: 'random', configurations: 3, metric: 'retrun'}", ".metric"),
    ("{method: 'random', configurations: 3, direction: 'up'}", ".direction"),
    ("{method: 'random', configuration: 3}", ".configuration"),
  ])
  func whatIsWrongIsSaid(_ text: String, _ place: String) throws {
    let problem = try #require(throws: SettingProblem.self) { try plan(text) }
    #expect(problem.place == place)
  }

  @Test func budgetsMustLeaveRoom() throws {
    #expect(throws: SettingProblem.self) { try rungs("{method: 'hyperband', min_budget: 40}", 81) }
    #expect(throws: SettingProblem.self) {
      try rungs("{method: 'successive-halving', configurations: 9, min_budget: 100}", 81)
    }
  }
}

@Suite struct SearchSpaceTests {
  private func space(_ text: String, root: UInt64 = 7) throws -> SearchSpace {
    try SearchSpace(ConfigurationFile.value(text), keys: [], root: root)
  }

  private func draws(_ text: String, _ count: Int, root: UInt64 = 7) throws -> [[Setting?]] {
    try space(text, root: root).draw(count, over: .table([])).map(\.values)
  }

  @Test func lawsKeepTheirBounds() throws {
    let text =
      "{'algorithm.alpha': {log: [0.01, 1]}, 'algorithm.n': {integer: [1, 4]}, 'algorithm.x': {linear: [-1, 1]}}"
    let drawn = try draws(text, 200)
    #expect(drawn.count == 200)
    for values in drawn {
      #expect((0.01...1).contains(values[0]!.number!))
      #expect((1...4).contains(values[1]!.whole!))
      #expect((-1...1).contains(values[2]!.number!))
    }
    // Half of the logarithms lie below their middle, 0.1: 100 ± 4 · √50.
    let small = drawn.count { $0[0]!.number! < 0.1 }
    #expect(abs(small - 100) < 29)
    #expect(try draws(text, 200) == drawn)
    #expect(try draws(text, 200, root: 8) != drawn)
  }

  @Test func moreLeavesTheDrawsAsTheyAre() throws {
    let few = try draws("{'algorithm.alpha': {log: [0.01, 1]}}", 5)
    #expect(try Array(draws("{'algorithm.alpha': {log: [0.01, 1]}}", 9).prefix(5)) == few)
    let beside = try draws("{'algorithm.alpha': {log: [0.01, 1]}, 'algorithm.gamma': {linear: [0, 1]}}", 5)
    #expect(beside.map { $0[0] } == few.map { $0[0] })
  }

  @Test func noConfigurationComesTwice() throws {
    let text = "{'algorithm.n': [1, 2, 3], 'algorithm.m': {linear: [0, 1, 2]}}"
    let drawn = try draws(text, 100)
    #expect(drawn.count == 6)
    #expect(Set(drawn.map { "\($0)" }).count == 6)
  }

  @Test func conditionsHold() throws {
    let text =
      "{'algorithm.a': ['x', 'y'], 'algorithm.b': {values: {log: [0.1, 1]}, when: {'algorithm.a': 'x'}}}"
    let drawn = try draws(text, 50)
    for values in drawn { #expect((values[1] != nil) == (values[0] == .text("x"))) }
    #expect(drawn.contains { $0[1] != nil })
  }

  @Test(arguments: [
    "{}", "{'algorithm.alpha': 3}", "{'algorithm.alpha': {log: [0, 1]}}", "{'algorithm.alpha': {linear: [2, 1]}}",
    "{'algorithm.alpha': []}", "{'budget.episodes': [1, 2]}", "{'alpha': [1, 2]}", "{'algorithm.alpha': {lag: [1, 2]}}",
    "{'algorithm.b': {values: [1], wen: {}}}",
  ])
  func whatIsWrongIsSaid(_ text: String) {
    #expect(throws: SettingProblem.self) { try space(text) }
  }

  @Test func lawsKnowTheirScale() throws {
    let law = try AxisLaw(ConfigurationFile.value("{log: [0.01, 1]}"))
    #expect(abs(law.place(of: 0.1) - 0.5) < 1e-12)
    #expect(law.value(at: 0.5) == 0.1)
    #expect(law.place(of: 5) == 1)
    let line = try AxisLaw(ConfigurationFile.value("{linear: [2, 6]}"))
    #expect(line.place(of: 3) == 0.25)
    #expect(line.value(at: 0.75) == 5)
  }
}
