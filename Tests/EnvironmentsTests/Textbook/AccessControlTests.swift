import Environments
import RLCore
import Testing

@Suite struct AccessControlTests {
  /// The best average reward and its policy, from policy iteration with linear solves outside this project.
  @Test func bestPolicyIsTheBooksShape() throws {
    let model = try AccessControl.task().model
    #expect(model.stateCount == 44 && model.isContinuing)
    let best = model.bestAverageReward()
    #expect(abs(best.gain - 2.7476419505724814) < 1e-9)
    // By priority 1, 2, 4, 8: from how many free servers on customers are accepted; 11 for never.
    let least = (0..<4).map { kind in (1...10).first { best.actions[$0 * 4 + kind] == [1] } ?? 11 }
    #expect(least == [11, 4, 1, 1])
  }

  @Test func serversBecomeFreeOneByOne() throws {
    let model = try AccessControl.task(with: [
      "servers": .integer(2), "priorities": .numbers(3), "free_probability": .real(0.25),
    ]).model
    #expect(model.actions(of: 0) == [0] && model.actions(of: 1) == [0, 1])
    #expect(model.outcomes(state: 0, action: 0) == [.on(0.5625, 0, 0), .on(0.375, 1, 0), .on(0.0625, 2, 0)])
    #expect(model.outcomes(state: 2, action: 1) == [.on(0.75, 1, 3), .on(0.25, 2, 3)])
    #expect(model.outcomes(state: 2, action: 0) == [.on(1, 2, 0)])
    #expect(model.stateLabels.label(of: 1) == "1 free, priority 3")
    #expect(model.initial == [.init(state: 2, probability: 1)])
  }

  @Test func wrongSettingsSayWhatIsWrong() {
    func problem(_ changes: [String: Setting]) -> String { AccessControl.problem(with: changes) ?? "none" }
    #expect(problem(["servers": .integer(0)]).hasPrefix(".servers: "))
    #expect(problem(["priorities": .list([])]).hasPrefix(".priorities: "))
    #expect(problem(["priorities": .list([.text("high")])]).hasPrefix(".priorities[0]: "))
    #expect(problem(["free_probability": .real(2)]).hasPrefix(".free_probability: "))
    let many = Setting.list(Array(repeating: .integer(1), count: 1000))
    #expect(problem(["servers": .integer(1000), "priorities": many]).contains("lower \"servers\""))
  }
}
