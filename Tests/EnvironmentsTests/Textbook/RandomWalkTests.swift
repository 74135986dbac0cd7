import Environments
import Foundation
import RLCore
import Testing

/// `random_walks.json`: true values of the walks of Sutton & Barto, Examples 6.2 and 7.1.
@Suite struct RandomWalkTests {
  private struct Fixture: Decodable {
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
    let fixture = try fixture("random_walks.json", as: Fixture.self)
    for walk in [fixture.walk5, fixture.walk19] {
      let model = try model(
        of: RandomWalk.self,
        [
          "states": .integer(walk.states), "left_reward": .real(walk.reward_left),
          "right_reward": .real(walk.reward_right),
        ])
      let values = TinySolver.uniformValues(model, gamma: 1)
      #expect(values.count == walk.v.count)
      for (value, expected) in zip(values, walk.v) { #expect(abs(value - expected) < 1e-11) }
      #expect(model.initial == [.init(state: walk.states / 2, probability: 1)])
    }
  }

  @Test func isTheBooksFiveStateWalkByDefault() throws {
    let model = try model(of: RandomWalk.self)
    #expect((0..<5).map { model.stateLabels.label(of: $0) } == ["A", "B", "C", "D", "E"])
    #expect(model.actionLabels == ["left", "right"])
    #expect(outcomes(model, state: 2, action: 0) == [.init(probability: 1, next: 1, reward: 0, terminated: false)])
    #expect(outcomes(model, state: 0, action: 0) == [.init(probability: 1, next: 0, reward: 0, terminated: true)])
    #expect(outcomes(model, state: 4, action: 1) == [.init(probability: 1, next: 4, reward: 1, terminated: true)])
  }

  /// Example 9.1: a jump to one of 100 neighbours on a side; what lies beyond the end is the chance to leave.
  @Test func jumpsOfTheThousandStateWalk() throws {
    let model = try model(
      of: RandomWalk.self,
      ["states": .integer(1000), "reach": .integer(100), "left_reward": .integer(-1), "right_reward": .integer(1)])
    #expect(model.stateCount == 1000)
    #expect(model.initial == [.init(state: 499, probability: 1)])  // the book's state 500 of 1 to 1000
    let inside = outcomes(model, state: 499, action: 0)
    #expect(Set(inside.map(\.next)) == Set(399...498))
    #expect(inside.allSatisfy { $0.probability == 0.01 && !$0.terminated && $0.reward == 0 })
    let edge = outcomes(model, state: 989, action: 1)
    #expect(Set(edge.filter { !$0.terminated }.map(\.next)) == Set(990...999))
    #expect(edge.filter(\.terminated) == [.init(probability: 0.9, next: 999, reward: 1, terminated: true)])
    // Symmetry about the middle: state k and its mirror image have opposite values.
    let values = TinySolver.optimalValues(try uniform(model), gamma: 1)
    for state in 0..<500 { #expect(abs(values[state] + values[999 - state]) < 1e-9) }
    #expect(values[0] < -0.8 && values[0] > -1)
  }

  /// The model in which the only action is to draw one uniformly.
  private func uniform(_ model: FiniteMDP) throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: model.stateCount, actions: 1)
    for state in 0..<model.stateCount {
      builder.addPair(state: state, action: 0)
      for pair in model.pairs(of: state) {
        for k in model.outcomes(of: pair) {
          let outcome = model.outcome(k)
          builder.addOutcome(
            probability: outcome.probability / 2, next: outcome.next, reward: outcome.reward,
            terminated: outcome.terminated)
        }
      }
    }
    return try builder.build(initial: model.initial)
  }

  @Test func wrongSettingsSayWhatIsWrong() {
    #expect(problem(in: RandomWalk.self, ["start": .integer(5)])?.place == ".start")
    #expect(problem(in: RandomWalk.self, ["states": .integer(0)])?.place == ".states")
    #expect(problem(in: RandomWalk.self, ["reach": .integer(0)])?.place == ".reach")
    #expect(problem(in: RandomWalk.self, ["left_reward": .text("much")])?.place == ".left_reward")
    #expect(problem(in: RandomWalk.self, ["right_reward": .real(.nan)])?.place == ".right_reward")
    let size = problem(in: RandomWalk.self, ["states": .integer(1_000_000), "reach": .integer(1_000_000)])
    #expect(size?.message.contains("lower") == true)
  }
}
