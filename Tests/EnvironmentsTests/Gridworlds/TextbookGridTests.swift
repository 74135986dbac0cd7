import RLCore
import Testing

@testable import Environments

/// The grids of books, against values that were solved elsewhere (`Fixtures/textbook`; each file says how).
@Suite struct TextbookGridTests {
  private struct Example35: Decodable {
    let gamma: Double
    let actions: [String]
    let v_random: [[Double]]
    let v_star: [[Double]]
    let optimal_actions: [[Int]]
  }

  @Test func example35() throws {
    let reference = try Fixture.json(Example35.self, "textbook/sb_example_3_5.json")
    let model = try GridworldExample35.task().model
    #expect(model.actionLabels == reference.actions)
    #expect(model.isContinuing)
    #expect(model.initial.count == 25)
    let solver = PlainSolver(model: model, gamma: reference.gamma)
    let optimal = solver.optimalValues()
    #expect(agree(optimal, reference.v_star))
    #expect(agree(solver.randomValues(), reference.v_random))
    #expect(solver.optimalActions(optimal) == reference.optimal_actions)
  }

  private struct Example41: Decodable {
    let actions: [String]
    let v_k: [String: [[Double]]]
    let v_star: [[Double]]
    let q_random_policy: [[Double]]
  }

  @Test func example41() throws {
    let reference = try Fixture.json(Example41.self, "textbook/sb_example_4_1.json")
    let model = try GridworldExample41.task().model
    #expect(model.actionLabels == reference.actions)
    #expect(model.initial.map(\.state) == Array(1...14))
    let solver = PlainSolver(model: model, gamma: 1)
    #expect(agree(solver.optimalValues(), reference.v_star))
    let random = solver.randomValues()
    #expect(agree(random, try #require(reference.v_k["inf"])))
    for state in 1...14 {
      let q = model.pairs(of: state).map { solver.value(of: $0, random) }
      #expect(zip(q, reference.q_random_policy[state]).allSatisfy { abs($0 - $1) < 1e-8 })
    }
  }

  private struct Windy: Decodable {
    let actions: [String]
    let v_star: [[Double]]
    let optimal_actions: [[Int]]
  }

  @Test func windy() throws {
    let reference = try Fixture.json(Windy.self, "textbook/windy_gridworld.json")
    let model = try WindyGridworld.task().model
    #expect(model.actionLabels == reference.actions)
    let solver = PlainSolver(model: model, gamma: 1)
    let optimal = solver.optimalValues()
    #expect(agree(optimal, reference.v_star))
    for (state, actions) in solver.optimalActions(optimal).enumerated() where state != 37 {
      #expect(actions == reference.optimal_actions[state])
    }
  }

  /// Exercise 6.9: seven steps with king's moves, with and without a ninth action (solved elsewhere by linear algebra).
  @Test func windyWithMoreMoves() throws {
    func steps(_ changes: [String: Setting]) throws -> Double {
      let model = try WindyGridworld.task(with: changes).model
      return -PlainSolver(model: model, gamma: 1).optimalValues()[30]
    }
    #expect(try steps(["king_moves": .boolean(true)]) == 7)
    #expect(try steps(["king_moves": .boolean(true), "stay": .boolean(true)]) == 7)
    #expect(try steps(["stay": .boolean(true)]) == 15)
    let labels = try WindyGridworld.task(with: ["king_moves": .boolean(true), "stay": .boolean(true)]).model
      .actionLabels
    #expect(
      labels == ["up", "down", "left", "right", "up-left", "up-right", "down-left", "down-right", "stay"])
  }

  /// Exercise 6.10, by hand: from (3,6), wind 2, right leads to column 7 and one, two or three cells up; from (3,0)
  /// there is no wind.
  @Test func stochasticWind() throws {
    let model = try WindyGridworld.task(with: ["stochastic_wind": .boolean(true)]).model
    let windy = Array(model.pairs(of: 36))[3]
    let targets = model.outcomes(of: windy).map { model.outcome($0).next }
    #expect(targets == [27, 17, 7])
    #expect(model.outcomes(of: windy).allSatisfy { model.outcome($0).probability == 1.0 / 3 })
    #expect(model.outcomes(of: Array(model.pairs(of: 30))[3]).count == 1)
    // Wind 1 may fail to blow at all: from (4,8) left along the row above the goal's.
    let weak = Array(model.pairs(of: 48))[2]
    #expect(model.outcomes(of: weak).map { model.outcome($0).next } == [47, 37, 27])
    #expect(model.outcomes(of: weak).map { model.outcome($0).terminated } == [false, true, false])
  }

  private struct Maze: Decodable {
    let gamma: Double
    let v_star: [[Double]]
    let obstacles: [[Int]]
    let optimal_actions_up_down_left_right: [[Int]]
  }

  @Test func dynaMaze() throws {
    let reference = try Fixture.json(Maze.self, "textbook/dyna_maze.json")
    let model = try DynaMaze.task().model
    #expect(model.actionLabels == ["up", "down", "left", "right"])
    #expect(model.initial == [.init(state: 18, probability: 1)])
    for obstacle in reference.obstacles { #expect(model.isTerminal(obstacle[0] * 9 + obstacle[1])) }
    let solver = PlainSolver(model: model, gamma: reference.gamma)
    let optimal = solver.optimalValues()
    #expect(agree(optimal, reference.v_star))
    for (state, actions) in solver.optimalActions(optimal).enumerated() where !model.isTerminal(state) {
      #expect(actions == reference.optimal_actions_up_down_left_right[state])
    }
  }

  /// Russell & Norvig, 4th edition, Figure 16.3, and 3rd edition, Figure 17.3, as printed.
  @Test(arguments: [
    (4, [0.8516, 0.9078, 0.9578, 0, 0.8016, 0, 0.7003, 0, 0.7453, 0.6953, 0.6514, 0.4279], 6e-5),
    (3, [0.812, 0.868, 0.918, 0, 0.762, 0, 0.660, 0, 0.705, 0.655, 0.611, 0.388], 6e-4),
  ])
  func russellNorvig(edition: Int, printed: [Double], tolerance: Double) throws {
    let model = try RussellNorvigWorld.task(with: ["edition": .integer(edition)]).model
    let values = PlainSolver(model: model, gamma: 1).optimalValues()
    for state in 0..<12 { #expect(abs(values[state] - printed[state]) < tolerance, "state \(state)") }
    #expect([3, 5, 7].allSatisfy(model.isTerminal))
  }

  @Test func fourRooms() throws {
    let model = try FourRooms.task().model
    // Four rooms of 25, 30, 25 and 20 cells and four hallways.
    let free = (0..<121).filter { !model.isTerminal($0) }.count
    #expect(free + 1 == 25 + 30 + 25 + 20 + 4)
    #expect(model.initial == [.init(state: 0, probability: 1)])
    #expect(model.reachableStates().filter { $0 }.count == 103)
    let first = Array(model.pairs(of: 12))[1]
    let events = ReferenceTable.events(of: first, in: model)
    for (next, probability) in [(13, 2.0 / 3), (1, 1.0 / 9), (23, 1.0 / 9), (11, 1.0 / 9)] {
      #expect(abs(events[.init(next: next, reward: 0, terminated: false), default: 0] - probability) < 1e-15)
    }
    // Without chance the hallway is 14 moves away: 0.9¹³.
    let sure = try FourRooms.task(with: ["slip": .integer(0)]).model
    #expect(abs(PlainSolver(model: sure, gamma: 0.9).optimalValues()[0] - 0.4782969 * 0.531441) < 1e-12)
    #expect(FourRooms.problem(with: ["goal": .numbers(1, 6)])?.hasPrefix(".goal: [1,6] is a wall") == true)
    #expect(FourRooms.problem(with: ["start": .numbers(7, 9)])?.hasPrefix(".start: the start is the goal") == true)
    #expect(FourRooms.problem(with: ["goal": .numbers(0, 6)])?.hasPrefix(".goal: [0,6] is not on the grid") == true)
    #expect(FourRooms.problem(with: ["goal": .numbers(5)])?.hasPrefix(".goal: [5] is no cell; write") == true)
    #expect(try FourRooms.task(with: ["start": .null]).model.initial.count == 103)
  }

  private func agree(_ values: [Double], _ reference: [[Double]]) -> Bool {
    zip(values, reference.joined()).allSatisfy { abs($0 - $1) < 1e-8 } && values.count == reference.joined().count
  }
}
