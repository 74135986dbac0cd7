import Environments
import Foundation
import RLCore
import Testing

/// `recycling_robot.json`: Example 3.3 with two parameter sets; v*, q* and the value of every deterministic policy.
@Suite struct RecyclingRobotTests {
  private struct Solutions: Decodable {
    struct Case: Decodable {
      let alpha: Double
      let beta: Double
      let r_search: Double
      let r_wait: Double
      let r_rescue: Double
      let gamma: Double
      let v_star: [String: Double]
      let q_star: [String: [Double?]]
      let v_of_every_policy_high_low: [String: [Double]]
    }
    let cases: [Case]
  }

  @Test func everyPolicyHasItsValue() throws {
    let cases = try Fixture.json(Solutions.self, "textbook/recycling_robot.json").cases
    #expect(cases.count == 2)
    for known in cases {
      let model = try RecyclingRobot.task(with: [
        "alpha": .real(known.alpha), "beta": .real(known.beta), "search_reward": .real(known.r_search),
        "wait_reward": .real(known.r_wait), "rescue_reward": .real(known.r_rescue),
      ]).model
      let solver = PlainSolver(model: model, gamma: known.gamma)
      let optimal = solver.optimalValues()
      for (state, name) in ["high", "low"].enumerated() {
        #expect(model.stateLabels.label(of: state) == name)
        #expect(abs(optimal[state] - known.v_star[name]!) < 1e-8)
        let q = model.pairs(of: state).map { solver.value(of: $0, optimal) }
        let expected = known.q_star[name]!.compactMap(\.self)
        #expect(q.count == expected.count)
        for (value, wanted) in zip(q, expected) { #expect(abs(value - wanted) < 1e-8) }
      }
      #expect(known.v_of_every_policy_high_low.count == 6)
      for (policy, expected) in known.v_of_every_policy_high_low {
        let actions = policy.split(separator: "/").map { model.actionLabels.firstIndex(of: String($0))! }
        let values = solver.values(of: actions)
        for state in 0...1 { #expect(abs(values[state] - expected[state]) < 1e-8, "\(policy)") }
      }
    }
  }

  @Test func onlyALowBatteryCanBeRecharged() throws {
    let model = try RecyclingRobot.task().model
    #expect(model.actions(of: 0) == [0, 1] && model.actions(of: 1) == [0, 1, 2])
    #expect(model.isContinuing)
    #expect(model.initial == [.init(state: 0, probability: 1)])
  }

  @Test(arguments: ["alpha", "beta", "search_reward", "wait_reward", "rescue_reward"])
  func wrongSettingsSayWhatIsWrong(name: String) {
    let wrong: Setting = name.hasSuffix("reward") ? .text("good") : .real(1.5)
    #expect(RecyclingRobot.problem(with: [name: wrong])?.hasPrefix(".\(name): ") == true)
  }
}
