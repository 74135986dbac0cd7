import Environments
import Foundation
import RLCore
import Testing

/// `short_corridor.json`: Example 13.1 for policies that go right with the same probability everywhere.
@Suite struct ShortCorridorTests {
  private struct Solutions: Decodable {
    let p_right: [Double]
    let v: [[Double]]
    let best_p_right: Double
    let best_v: Double
    let public_code_convention_v0: [Double]
  }

  /// The value of going right with one probability everywhere, at the start, and the largest residual of its equations.
  private func check(_ model: FiniteMDP, right: Double, values: [Double]) {
    let solver = PlainSolver(model: model, gamma: 1)
    for state in 0..<3 {
      let q = model.pairs(of: state).map { solver.value(of: $0, values) }
      let backup = (1 - right) * q[0] + right * q[1]
      // The values have 12 digits after the point, up to rounding in a table that reaches 82.
      #expect(abs(backup - values[state]) < 1e-9, "right \(right), state \(state)")
    }
  }

  @Test func blindPoliciesHaveTheBooksValues() throws {
    let known = try Fixture.json(Solutions.self, "textbook/short_corridor.json")
    let book = try ShortCorridor.task().model
    let code = try ShortCorridor.task(with: ["goal_reward": .integer(0)]).model
    #expect(book.stateCount == 3 && book.initial == [.init(state: 0, probability: 1)])
    for (index, right) in known.p_right.enumerated() {
      check(book, right: right, values: known.v[index])
      // One step reaches the goal, whatever came before: its reward shifts all values by 1.
      check(code, right: right, values: known.v[index].map { $0 + 1 })
      #expect(abs(known.v[index][0] + 1 - known.public_code_convention_v0[index]) < 1e-9)
    }
  }

  @Test func whoSeesTheStatesNeedsThreeSteps() throws {
    let solver = PlainSolver(model: try ShortCorridor.task().model, gamma: 1)
    let values = solver.optimalValues()
    #expect(values == [-3, -2, -1])
    #expect(solver.optimalActions(values) == [[1], [0], [1]])
    #expect(try ShortCorridor.task().observations?.numbers == [0, 0, 0])
    #expect(try ShortCorridor.task(with: ["aliased": .boolean(false)]).observations == nil)
    #expect(ShortCorridor.problem(with: ["goal_reward": .null])?.hasPrefix(".goal_reward: ") == true)
  }
}
