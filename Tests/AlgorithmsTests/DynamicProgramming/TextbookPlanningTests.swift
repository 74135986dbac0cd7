import Algorithms
import Environments
import RLCore
import Testing

/// Figures and tables of the books.
@Suite struct TextbookPlanningTests {
  private func plan<P: Planner>(
    _ type: P.Type, _ model: FiniteMDP, _ changes: [String: Setting], iterations: Int = .max
  ) throws -> (planner: P, progress: [PlannerProgress]) {
    var planner = try P(Settings(defaultsOf: P.self, changes), model: model, threads: 1)
    var all: [PlannerProgress] = []
    repeat { all.append(planner.iterate()) } while !all.last!.isFinished && all.count < iterations
    return (planner, all)
  }

  /// Sutton & Barto (2018), Figure 4.1: iterative evaluation of the random policy.
  @Test func figure41() throws {
    let model = try GridworldExample41.task(Settings(defaultsOf: GridworldExample41.self)).model
    func row(_ k: Int, _ cells: Range<Int>) throws -> [Double] {
      let planner = try plan(PolicyEvaluation.self, model, [:], iterations: k).planner
      return cells.map { (planner.values[$0] * 1e10).rounded() / 1e10 }
    }
    #expect(try row(1, 0..<4) == [0, -1, -1, -1])
    #expect(try row(2, 0..<4) == [0, -1.75, -2, -2])
    #expect(try row(3, 4..<8) == [-2.4375, -2.875, -3, -2.9375])
    #expect(try row(10, 0..<4) == [0, -6.1379699707, -8.352355957, -8.9673156738])
    for method in ["synchronous", "in-place", "direct"] {
      let (planner, progress) = try plan(PolicyEvaluation.self, model, ["method": .text(method)])
      #expect(progress.last!.isConverged)
      for (value, right) in zip(planner.values[..<4], [0.0, -14, -20, -22]) { #expect(abs(value - right) < 1e-8) }
    }
  }

  /// Sutton & Barto (2018), Example 4.2: the car rental's policies.
  @Test func carRental() throws {
    let settings = try Settings(defaultsOf: JacksCarRental.self, ["max_cars": .integer(20)])
    let model = try JacksCarRental.task(settings).model
    let (planner, progress) = try plan(PolicyIteration.self, model, ["gamma": .real(0.9)])
    #expect(progress.map(\.changedStates) == [318, 272, 79, 8, 0])
    #expect(progress.last!.isConverged)
    #expect(abs(planner.values[0] - 421.414) < 5e-4)
    #expect(abs(planner.values[20 * 21 + 20] - 636.990) < 5e-4)
  }

  /// Sutton & Barto (2018), Figure 4.3: the gambler's values, and the saw-tooth of least stakes.
  @Test func gambler() throws {
    let model = try GamblersProblem.task(Settings(defaultsOf: GamblersProblem.self)).model
    let changes: [String: Setting] = ["tie_tolerance": .real(1e-5), "ties": .text("least")]
    let (planner, progress) = try plan(ValueIteration.self, model, changes)
    #expect(progress.last!.isConverged)
    let right = [(1, 0.002066), (10, 0.043463), (25, 0.16), (50, 0.4), (51, 0.403098), (75, 0.64), (99, 0.964333)]
    for (capital, value) in right { #expect(abs(planner.values[capital] - value) < 5e-7) }
    let pairs = planner.policy.deterministicPairs(in: model)!
    let stakes = [1, 5, 12, 13, 25, 26, 37, 38, 49, 50, 51, 62, 63, 75, 99].map { capital in
      Int(model.actionLabels[Int(model.pairActions[Int(pairs[capital])])])!
    }
    #expect(stakes == [1, 5, 12, 12, 25, 1, 12, 12, 1, 50, 1, 12, 12, 25, 1])
  }

  /// A Garnet of 10,000 states needs some 14 sweeps where the bare last change needs 1,800.
  @Test func spanBoundsStopEarly() throws {
    let settings = try Settings(
      defaultsOf: Garnet.self, ["states": .integer(500), "actions": .integer(5), "branching": .integer(20)])
    let model = try Garnet.task(settings).model
    let (planner, progress) = try plan(
      ValueIteration.self, model, ["gamma": .real(0.99), "tolerance": .real(1e-6)])
    #expect(progress.count < 30)
    let exact = try OptimalSolution(model, gamma: 0.99)
    for state in 0..<model.stateCount {
      #expect(abs(planner.values[state] - exact.values[state]) <= progress.last!.errorBound + exact.errorBound)
    }
  }

  /// Osband (2013): the best average reward of RiverSwim with six states; and a task of period two.
  @Test func averageRewards() throws {
    let river = try RiverSwim.task(Settings(defaultsOf: RiverSwim.self)).model
    let (planner, progress) = try plan(RelativeValueIteration.self, river, [:])
    #expect(progress.last!.isConverged && progress.last!.errorBound <= 1e-8)
    #expect(abs(progress.last!.averageReward! - 0.428622) < 1e-6)
    var evaluator = PolicyEvaluator(river)
    // The greedy policy swims right everywhere; discounted near 1 its value times 1 − γ is the average.
    let value = evaluator.startValue(of: planner.policy, gamma: 1 - 1e-9).value
    #expect(abs(value * 1e-9 - 0.428622) < 1e-6)
    var builder = FiniteMDPBuilder(states: 2, actions: 1)
    for state in 0..<2 {
      builder.addPair(state: state, action: 0)
      builder.addOutcome(probability: 1, next: 1 - state, reward: state == 0 ? 1 : 0)
    }
    let turns = try builder.build(initial: [.init(state: 0, probability: 1)])
    let (swap, steps) = try plan(RelativeValueIteration.self, turns, [:])
    #expect(steps.last!.averageReward == 0.5 && steps.last!.isConverged)
    #expect(abs(swap.values[1] + 0.5) < 1e-8)
    let episodic = try CliffWalking.task(Settings(defaultsOf: CliffWalking.self)).model
    #expect(throws: SettingProblem.self) { try plan(RelativeValueIteration.self, episodic, [:]) }
  }

  @Test func evaluatesGivenPolicies() throws {
    let model = try CliffWalking.task(Settings(defaultsOf: CliffWalking.self)).model
    var actions = [Setting](repeating: .integer(1), count: 48)
    actions[36] = .integer(0)
    actions[35] = .integer(2)
    for method in ["synchronous", "in-place", "direct"] {
      let planner = try plan(
        PolicyEvaluation.self, model, ["policy": .list(actions), "method": .text(method)], iterations: 60
      ).planner
      #expect(abs(planner.values[36] + 13) < 1e-9)
      // Right along the upper rows one never ends; nobody comes there from the start.
      #expect(planner.values[11] == -.infinity)
    }
    actions[35] = .integer(1)
    #expect {
      _ = try plan(PolicyEvaluation.self, model, ["policy": .list(actions)])
    } throws: { ($0 as? SettingProblem)?.place == ".gamma" }
    #expect {
      _ = try plan(PolicyEvaluation.self, model, ["policy": .list([.integer(7)])])
    } throws: { ($0 as? SettingProblem)?.place == ".policy" }
  }
}
