import Algorithms
import RLCore
import Testing

@Suite struct MonteCarloControlTests {
  @Test func firstVisitsByHand() throws {
    var learner = try make(
      MonteCarloControl.self, ["gamma": .real(0.5), "epsilon": .real(0.2)], on: SmallTasks.walk(3, leftReward: 0))
    var stream = RandomStream(seed: 0)
    func episode(_ steps: [(Int, Int, Double)], terminated: Bool) {
      for (k, step) in steps.enumerated() {
        let isLast = k == steps.count - 1
        _ = learner.learn(
          from: Transition(
            state: step.0, action: step.1, reward: step.2, next: isLast ? 0 : steps[k + 1].0,
            terminated: isLast && terminated, truncated: isLast && !terminated), using: &stream)
      }
    }
    // Returns: 8 = 2 + 12/2, 12 = 8 + 8/2, 8. The second visit to (0, 1) does not count.
    episode([(0, 1, 2), (1, 0, 8), (0, 1, 8)], terminated: true)
    #expect(learner.q[0, 1] == 8 && learner.q[1, 0] == 12 && learner.q[0, 0] == 0)
    // A second return averages: (8 + 4) / 2.
    episode([(0, 1, 4)], terminated: true)
    #expect(learner.q[0, 1] == 6)
    // Cut off in state 0, where the policy takes 1 with 0.9 and 0 with 0.1: 1 + 0.5 · 5.4.
    episode([(2, 0, 1)], terminated: false)
    #expect(abs(learner.q[2, 0] - 3.7) < 1e-12)
  }

  /// Exploring starts draw every state and action about equally often.
  @Test func startsAnywhere() throws {
    let model = try SmallTasks.walk(3, leftReward: 0)
    let greedyFromAnywhere: [String: Setting] = ["exploring_starts": .boolean(true), "epsilon": .integer(0)]
    var learner = try make(MonteCarloControl.self, greedyFromAnywhere, on: model)
    learner.q[1, 0] = 5
    var stream = RandomStream(seed: 2)
    var zeros = 0
    for _ in 0..<1000 { zeros += learner.begin(in: 1, using: &stream) == 0 ? 1 : 0 }
    // 1000 fair draws: standard deviation √250.
    #expect(learner.exploringStarts && abs(zeros - 500) < 64)
    var other = try make(MonteCarloControl.self, ["epsilon": .integer(0)], on: model)
    other.q[1, 0] = 5
    for _ in 0..<50 { #expect(other.begin(in: 1, using: &stream) == 0) }
  }

  /// Learns to walk to the end that pays.
  @Test func findsTheGoodEnd() throws {
    let model = try SmallTasks.walk(5, leftReward: -1)
    var loop = try loop(MonteCarloControl.self, ["gamma": .real(0.9)], on: model)
    loop.run(untilStep: .max, episode: 500)
    for state in 0..<5 { #expect(loop.learner.q[state, 1] > loop.learner.q[state, 0]) }
  }
}
