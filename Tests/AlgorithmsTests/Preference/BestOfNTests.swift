import Environments
import Foundation
import RLCore
import Testing

@testable import Algorithms

@Suite struct BestOfNTests {
  /// Three arms that pay 0, 1 and 1 with probabilities .5, .3 and .2: the best of two is 0 with .25, and the other two share .75 as 3 to 2.
  @Test func byHand() throws {
    var builder = FiniteMDPBuilder(states: 1, actions: 3)
    for (arm, reward) in [0.0, 1, 1].enumerated() {
      builder.addPair(state: 0, action: arm)
      builder.addOutcome(probability: 1, next: 0, reward: reward, terminated: true)
    }
    let model = try builder.build(initial: [.init(state: 0, probability: 1)])
    let law = try #require(BestOfNLaw(model, limit: 1))
    let base = [0.5, 0.3, 0.2]
    for (a, b) in zip(law.policy(of: 2, base: base, rewards: nil, gamma: 1), [0.25, 0.45, 0.3]) {
      #expect(abs(a - b) < 1e-15)
    }
    // By another reward the order turns, without ties: F = .2, .5, 1 squared.
    for (a, b) in zip(law.policy(of: 2, base: base, rewards: [2, 1, 0], gamma: 1), [0.75, 0.21, 0.04]) {
      #expect(abs(a - b) < 1e-15)
    }
    #expect(law.policy(of: 1, base: base, rewards: nil, gamma: 1) == base)
  }

  /// Over whole answers: drawn from a policy by prefixes, the law is that of the best of n answers, and its divergence keeps the bound.
  @Test(arguments: [2, 4, 16]) func answers(n: Int) throws {
    let task = try CopyString.task(
      Settings(
        [.init("letters", .integer(2)), .init("length", .integer(2))], for: CopyString.about.parameters, owner: ""))
    let model = task.model
    let law = try #require(BestOfNLaw(model, limit: 3))
    let base = [Double](repeating: 1.0 / 3, count: model.stateCount * 3)
    // A reward for each step, so that there are hardly two alike.
    var stream = RandomStream(seed: 5)
    let rewards = base.map { _ in stream.normal() }
    let policy = law.policy(of: n, base: base, rewards: rewards, gamma: 1)
    let policyTask = PolicyTask(model: model, timeLimit: 3)
    for start in model.initial {
      let answers = try #require(EpisodeList(policyTask, policy: base, from: start.state, limit: 3))
      let returns = (0..<answers.count).map { answers.steps(of: $0).reduce(0) { $0 + rewards[Int(answers.slots[$1])] } }
      var divergence = 0.0
      for answer in 0..<answers.count {
        let slots = answers.slots[answers.steps(of: answer)]
        let kept = slots.reduce(1.0) { $0 * policy[Int($1)] }
        let below = (0..<answers.count).reduce(0.0) { $0 + (returns[$1] < returns[answer] ? answers.chances[$1] : 0) }
        let through = below + answers.chances[answer]
        #expect(abs(kept - (pow(through, Double(n)) - pow(below, Double(n)))) < 1e-13)
        divergence += kept * log(kept / answers.chances[answer])
      }
      #expect(divergence <= log(Double(n)) - Double(n - 1) / Double(n) + 1e-12 && divergence > 0)
    }
  }

  /// Chance beside the policy, ways that meet, and answers that are cut off have no law by prefixes.
  @Test func whereThereIsNone() throws {
    let trap = try LengthTrap.task(Settings(defaultsOf: LengthTrap.self)).model
    #expect(BestOfNLaw(trap, limit: 10) == nil)
    #expect(BestOfNLaw(try SmallTasks.walk(5, leftReward: 0), limit: 100) == nil)
    let copy = try CopyString.task(Settings(defaultsOf: CopyString.self)).model
    #expect(BestOfNLaw(copy, limit: 3) == nil && BestOfNLaw(copy, limit: 4) != nil)
  }
}
