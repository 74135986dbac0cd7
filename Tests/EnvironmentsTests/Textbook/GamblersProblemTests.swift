import Environments
import Foundation
import RLCore
import Testing

/// `gamblers_problem.json`: chances of winning under optimal play, and all optimal stakes, by a linear system for bold play and a linear program.
@Suite struct GamblersProblemTests {
  private struct Solutions: Decodable {
    struct Problem: Decodable {
      let p_heads: Double
      let goal: Int
      let v_star: [Double]
      let optimal_stakes: [[Int]]
    }
    let problems: [Problem]
  }

  @Test func optimalValuesAndStakes() throws {
    let fixture = try Fixture.json(Solutions.self, "textbook/gamblers_problem.json")
    #expect(fixture.problems.count == 2)
    for problem in fixture.problems {
      let model = try model(["p_heads": .real(problem.p_heads), "goal": .integer(problem.goal)])
      let solver = PlainSolver(model: model, gamma: 1)
      let values = solver.optimalValues()
      // Stakes that are not tied differ by far more than the solver's tolerance, those that are by rounding.
      let stakes = solver.optimalActions(values)
      for capital in 1..<problem.goal {
        #expect(abs(values[capital] - problem.v_star[capital]) < 1e-11)
        #expect(stakes[capital] == problem.optimal_stakes[capital], "capital \(capital)")
      }
    }
  }

  @Test func stakesAreLimitedByCapitalAndGoal() throws {
    let model = try model(["goal": .integer(10)])
    #expect(model.stateCount == 11 && model.actionCount == 6)
    #expect(model.isTerminal(0) && model.isTerminal(10))
    #expect(model.actions(of: 3) == [1, 2, 3])
    #expect(model.actions(of: 8) == [1, 2])
    #expect(model.outcomes(state: 5, action: 5) == [.end(0.4, 10, 1), .end(0.6, 0, 0)])
    #expect(model.outcomes(state: 5, action: 2) == [.on(0.4, 7, 0), .on(0.6, 3, 0)])
    #expect(model.initial.count == 9)
    let offered = try self.model(["goal": .integer(10), "allow_zero_stake": .boolean(true), "start": .integer(5)])
    #expect(offered.actions(of: 3) == [0, 1, 2, 3])
    #expect(offered.outcomes(state: 3, action: 0) == [.on(1, 3, 0)])
    #expect(offered.initial == [.init(state: 5, probability: 1)])
  }

  private func model(_ changes: [String: Setting]) throws -> FiniteMDP {
    try GamblersProblem.task(with: changes).model
  }

  @Test func certainCoinsHaveOneOutcome() throws {
    #expect(try model(["p_heads": .integer(1)]).outcomes(state: 50, action: 50) == [.end(1, 100, 1)])
    #expect(try model(["p_heads": .integer(0)]).outcomes(state: 50, action: 50) == [.end(1, 0, 0)])
  }

  @Test func wrongSettingsSayWhatIsWrong() {
    func problem(_ changes: [String: Setting]) -> String { GamblersProblem.problem(with: changes) ?? "none" }
    #expect(problem(["p_heads": .real(1.5)]).hasPrefix(".p_heads: "))
    #expect(problem(["goal": .integer(1)]).hasPrefix(".goal: "))
    #expect(problem(["start": .integer(100)]).hasPrefix(".start: a capital of 100 has reached the goal; give"))
    #expect(problem(["start": .integer(0)]).hasPrefix(".start: "))
    #expect(problem(["allow_zero_stake": .integer(1)]).hasPrefix(".allow_zero_stake: "))
  }
}
