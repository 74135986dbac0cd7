import RLCore
import Testing

@testable import Environments

@Suite struct ZhaoGridworldTests {
  private struct Reference: Decodable {
    struct Optimal: Decodable {
      let figure: String
      let r_boundary: Double
      let r_forbidden: Double
      let r_target: Double
      let r_other: Double
      let gamma: Double
      let v_star: [[Double]]
      let q_star: [[Double]]
      let optimal_actions: [[Int]]
    }

    struct Evaluation: Decodable {
      let figure: String
      let policy: [String]
      let v: [[Double]]
    }

    let actions: [String]
    let optimal: [Optimal]
    let policy_evaluation: [Evaluation]
  }

  /// Figures 3.4 (a) to (d), solved by two other programs (`Fixtures/textbook/zhao_grid.json`).
  @Test func optimalValues() throws {
    let reference = try Fixture.json(Reference.self, "textbook/zhao_grid.json")
    #expect(reference.optimal.count == 4)
    for figure in reference.optimal {
      let model = try ZhaoGridworld.task(
        with: [
          "boundary_reward": .real(figure.r_boundary), "forbidden_reward": .real(figure.r_forbidden),
          "target_reward": .real(figure.r_target), "step_reward": .real(figure.r_other),
        ]
      ).model
      #expect(model.actionLabels == reference.actions)
      #expect(model.isContinuing)
      let solver = PlainSolver(model: model, gamma: figure.gamma)
      let values = solver.optimalValues()
      #expect(zip(values, figure.v_star.joined()).allSatisfy { abs($0 - $1) < 1e-8 }, "figure \(figure.figure)")
      #expect(solver.optimalActions(values) == figure.optimal_actions, "figure \(figure.figure)")
      for state in 0..<25 {
        let q = model.pairs(of: state).map { solver.value(of: $0, values) }
        #expect(zip(q, figure.q_star[state]).allSatisfy { abs($0 - $1) < 1e-8 }, "figure \(figure.figure)")
      }
    }
  }

  /// The four policies of Figure 2.7.
  @Test func policies() throws {
    let reference = try Fixture.json(Reference.self, "textbook/zhao_grid.json")
    #expect(reference.policy_evaluation.count == 4)
    let solver = PlainSolver(model: try ZhaoGridworld.task().model, gamma: 0.9)
    for figure in reference.policy_evaluation {
      let policy = figure.policy.joined().map { letter in Array("URDLS").firstIndex(of: letter)! }
      let values = solver.values(of: policy)
      #expect(zip(values, figure.v.joined()).allSatisfy { abs($0 - $1) < 1e-8 }, "figure \(figure.figure)")
    }
  }

  private func outcome(_ model: FiniteMDP, _ state: Int, _ action: Int) -> FiniteMDP.Outcome {
    model.outcome(model.outcomes(of: model.pairs(of: state).lowerBound + action).lowerBound)
  }

  @Test func forbiddenCellsAsWalls() throws {
    let rewards: [String: Setting] = ["forbidden_reward": .integer(-10), "enterable": .boolean(false)]
    let model = try ZhaoGridworld.task(with: rewards).model
    for wall in [6, 7, 12, 16, 18, 21] { #expect(model.isTerminal(wall)) }
    #expect(outcome(model, 1, 2) == .init(probability: 1, next: 1, reward: -10, terminated: false))
    #expect(outcome(model, 0, 0) == .init(probability: 1, next: 0, reward: -1, terminated: false))
    #expect(outcome(model, 22, 0) == .init(probability: 1, next: 17, reward: 1, terminated: false))
  }

  @Test func ruleByRule() throws {
    let model = try ZhaoGridworld.task(
      with: [
        "forbidden": .list([.numbers(2, 2)]), "target": .numbers(1, 2), "rows": .integer(2), "columns": .integer(2),
        "boundary_reward": .integer(-3), "forbidden_reward": .integer(-7), "target_reward": .integer(2),
        "step_reward": .real(-0.5),
      ]
    ).model
    #expect(outcome(model, 0, 1) == .init(probability: 1, next: 1, reward: 2, terminated: false))
    #expect(outcome(model, 1, 4) == .init(probability: 1, next: 1, reward: 2, terminated: false))
    #expect(outcome(model, 1, 0) == .init(probability: 1, next: 1, reward: -3, terminated: false))
    #expect(outcome(model, 1, 2) == .init(probability: 1, next: 3, reward: -7, terminated: false))
    #expect(outcome(model, 3, 4) == .init(probability: 1, next: 3, reward: -7, terminated: false))
    #expect(outcome(model, 3, 1) == .init(probability: 1, next: 3, reward: -10, terminated: false))
    #expect(outcome(model, 0, 2) == .init(probability: 1, next: 2, reward: -0.5, terminated: false))
    #expect(outcome(model, 0, 4) == .init(probability: 1, next: 0, reward: -0.5, terminated: false))
  }

  @Test func targetThatEnds() throws {
    let model = try ZhaoGridworld.task(with: ["terminal": .boolean(true), "start": .null]).model
    #expect(model.isTerminal(17))
    #expect(model.initial.count == 24)
    #expect(outcome(model, 22, 0) == .init(probability: 1, next: 17, reward: 1, terminated: true))
  }

  @Test(
    arguments: [
      (["forbidden": .list([.numbers(4, 3)])], ".forbidden[0]: [4,3] is the target; move the target"),
      (
        ["forbidden": .list([.numbers(1, 2), .numbers(6, 1)])], ".forbidden[1]: [6,1] is not on the grid; give a row in"
      ),
      (["forbidden": .list([.integer(3)])], ".forbidden[0]: 3 is no cell; write [row, column], counted from 1"),
      (["forbidden": .numbers(2, 2)], ".forbidden[0]: 2 is no cell; write [row, column], counted from 1"),
      (["target": .numbers(0, 3)], ".target: [0,3] is not on the grid; give a row in [1, 5] and a column in [1, 5]"),
      (["target": .text("x")], ".target: \"x\" is no cell; write [row, column], counted from 1"),
      (["start": .numbers(2, 2), "enterable": .boolean(false)], ".start: the start is a wall; choose another cell"),
      (
        ["start": .numbers(4, 3), "terminal": .boolean(true)], ".start: the start ends the episode; choose another cell"
      ),
      (["rows": .integer(3)], ".target: [4,3] is not on the grid; give a row in [1, 3] and a column in [1, 5]"),
    ] as [([String: Setting], String)])
  func wrongSettings(_ changes: [String: Setting], _ message: String) throws {
    let problem = try #require(ZhaoGridworld.problem(with: changes))
    #expect(problem.hasPrefix(message), "\(problem)")
  }
}
