import Environments
import Foundation
import RLCore
import Testing

/// `gamblers_problem.json`: chances of winning under optimal play, and all optimal stakes, by a linear system for bold play and a linear program.
@Suite struct GamblersProblemTests {
  private struct Fixture: Decodable {
    struct Problem: Decodable {
      let p_heads: Double
      let goal: Int
      let v_star: [Double]
      let optimal_stakes: [[Int]]
    }
    let problems: [Problem]
  }

  @Test func optimalValuesAndStakes() throws {
    let fixture = try fixture("gamblers_problem.json", as: Fixture.self)
    #expect(fixture.problems.count == 2)
    for problem in fixture.problems {
      let model = try model(
        of: GamblersProblem.self, ["p_heads": .real(problem.p_heads), "goal": .integer(problem.goal)])
      let values = TinySolver.optimalValues(model, gamma: 1)
      for capital in 1..<problem.goal {
        #expect(abs(values[capital] - problem.v_star[capital]) < 1e-11)
        let best = TinySolver.best(model, state: capital, values: values, gamma: 1, within: 1e-12)
        #expect(best.actions == problem.optimal_stakes[capital])
      }
    }
  }

  @Test func stakesAreLimitedByCapitalAndGoal() throws {
    let model = try model(of: GamblersProblem.self, ["goal": .integer(10)])
    #expect(model.stateCount == 11 && model.actionCount == 6)
    #expect(model.isTerminal(0) && model.isTerminal(10))
    #expect(model.pairs(of: 3).map { model.pairActions[$0] } == [1, 2, 3])
    #expect(model.pairs(of: 8).map { model.pairActions[$0] } == [1, 2])
    #expect(
      outcomes(model, state: 5, action: 5) == [
        .init(probability: 0.4, next: 10, reward: 1, terminated: true),
        .init(probability: 0.6, next: 0, reward: 0, terminated: true),
      ])
    #expect(model.initial.count == 9)
    let offered = try self.model(["goal": .integer(10), "allow_zero_stake": .boolean(true), "start": .integer(5)])
    #expect(offered.pairs(of: 3).map { offered.pairActions[$0] } == [0, 1, 2, 3])
    #expect(outcomes(offered, state: 3, action: 0) == [.init(probability: 1, next: 3, reward: 0, terminated: false)])
    #expect(offered.initial == [.init(state: 5, probability: 1)])
  }

  private func model(_ changes: [String: Setting]) throws -> FiniteMDP {
    try EnvironmentsTests.model(of: GamblersProblem.self, changes)
  }

  @Test func certainCoinsHaveOneOutcome() throws {
    #expect(outcomes(try model(["p_heads": .integer(1)]), state: 50, action: 50).count == 1)
    #expect(outcomes(try model(["p_heads": .integer(0)]), state: 50, action: 50).count == 1)
  }

  @Test func wrongSettingsSayWhatIsWrong() {
    #expect(problem(in: GamblersProblem.self, ["p_heads": .real(1.5)])?.place == ".p_heads")
    #expect(problem(in: GamblersProblem.self, ["goal": .integer(1)])?.place == ".goal")
    #expect(problem(in: GamblersProblem.self, ["start": .integer(100)])?.place == ".start")
    #expect(problem(in: GamblersProblem.self, ["start": .integer(0)])?.place == ".start")
    #expect(problem(in: GamblersProblem.self, ["allow_zero_stake": .integer(1)])?.place == ".allow_zero_stake")
  }
}
