import Environments
import Foundation
import RLCore
import Testing

/// `random_walks.json`: true values of the walks of Sutton & Barto, Examples 6.2 and 7.1.
@Suite struct RandomWalkTests {
  private struct Walks: Decodable {
    struct Walk: Decodable {
      let states: Int
      let reward_left: Double
      let reward_right: Double
      let v: [Double]
    }
    let walk5: Walk
    let walk19: Walk
  }

  @Test func uniformPolicyHasTheBooksValues() throws {
    let walks = try Fixture.json(Walks.self, "textbook/random_walks.json")
    for walk in [walks.walk5, walks.walk19] {
      let model = try RandomWalk.task(with: [
        "states": .integer(walk.states), "left_reward": .real(walk.reward_left),
        "right_reward": .real(walk.reward_right),
      ]).model
      let values = PlainSolver(model: model, gamma: 1).randomValues()
      #expect(values.count == walk.v.count)
      for (value, expected) in zip(values, walk.v) { #expect(abs(value - expected) < 1e-11) }
      #expect(model.initial == [.init(state: walk.states / 2, probability: 1)])
    }
  }

  @Test func isTheBooksFiveStateWalkByDefault() throws {
    let model = try RandomWalk.task().model
    #expect((0..<5).map { model.stateLabels.label(of: $0) } == ["A", "B", "C", "D", "E"])
    #expect(model.actionLabels == ["left", "right"])
    #expect(model.outcomes(state: 2, action: 0) == [.on(1, 1, 0)])
    #expect(model.outcomes(state: 0, action: 0) == [.end(1, 0, 0)])
    #expect(model.outcomes(state: 4, action: 1) == [.end(1, 4, 1)])
  }

  /// Example 9.1: a jump to one of 100 neighbours on a side; what lies beyond the end is the chance to leave.
  @Test func jumpsOfTheThousandStateWalk() throws {
    let model = try RandomWalk.task(with: [
      "states": .integer(1000), "reach": .integer(100), "left_reward": .integer(-1), "right_reward": .integer(1),
    ]).model
    #expect(model.stateCount == 1000)
    #expect(model.initial == [.init(state: 499, probability: 1)])  // the book's state 500 of 1 to 1000
    let inside = model.outcomes(state: 499, action: 0)
    #expect(Set(inside.map(\.next)) == Set(399...498))
    #expect(inside.allSatisfy { $0.probability == 0.01 && !$0.terminated && $0.reward == 0 })
    let edge = model.outcomes(state: 989, action: 1)
    #expect(Set(edge.filter { !$0.terminated }.map(\.next)) == Set(990...999))
    #expect(edge.filter(\.terminated) == [.end(0.9, 999, 1)])
  }

  /// A walk with jumps is symmetric about its middle, and its values lie between the rewards of the ends.
  @Test func jumpsAreSymmetric() throws {
    let model = try RandomWalk.task(with: [
      "states": .integer(21), "reach": .integer(4), "left_reward": .integer(-1), "right_reward": .integer(1),
    ]).model
    let values = PlainSolver(model: model, gamma: 1).randomValues()
    for state in 0...10 { #expect(abs(values[state] + values[20 - state]) < 1e-10) }
    // From the left end a jump to the left always leaves: the value is (−1 + mean of the four to the right) / 2.
    #expect(abs(values[0] - (-1 + (values[1] + values[2] + values[3] + values[4]) / 4) / 2) < 1e-12)
  }

  @Test func wrongSettingsSayWhatIsWrong() {
    func problem(_ changes: [String: Setting]) -> String { RandomWalk.problem(with: changes) ?? "none" }
    #expect(problem(["start": .integer(5)]).hasPrefix(".start: 5 is no state; give a whole number in [0, 4]"))
    #expect(problem(["states": .integer(0)]).hasPrefix(".states: "))
    #expect(problem(["reach": .integer(0)]).hasPrefix(".reach: "))
    #expect(problem(["left_reward": .text("much")]).hasPrefix(".left_reward: "))
    #expect(problem(["right_reward": .real(.nan)]).hasPrefix(".right_reward: "))
    #expect(problem(["states": .integer(1_000_000), "reach": .integer(1_000_000)]).contains("lower \"states\""))
  }
}
