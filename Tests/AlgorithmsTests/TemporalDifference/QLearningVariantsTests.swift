import Algorithms
import RLCore
import Testing

/// Speedy, weighted and maxmin Q-learning, R-learning.
@Suite struct QLearningVariantsTests {
  private func step(_ reward: Double, terminated: Bool = false) -> Transition {
    Transition(state: 0, action: 1, reward: reward, next: 1, terminated: terminated)
  }

  @Test func speedyByHand() throws {
    var learner = try make(SpeedyQLearning.self, ["gamma": .real(0.5)], on: SmallTasks.walk(3, leftReward: 0))
    learner.q[1, 0] = 8
    learner.previous[1, 1] = 4
    // First visit, α = 1: all of the old target, 1 + 0.5 · 4.
    learner.update(step(1))
    #expect(learner.q[0, 1] == 3 && learner.previous[0, 1] == 0)
    // Second, α = 1/2: 3 + (3 − 3)/2 + (5 − 3)/2.
    #expect(learner.update(step(1)) == 1)
    #expect(learner.q[0, 1] == 4 && learner.previous[0, 1] == 3)
    learner.update(step(10, terminated: true))
    #expect(abs(learner.q[0, 1] - 6) < 1e-12)
  }

  /// Speedy Q-learning in rounds over all pairs of a task without chance has the values of value iteration sooner than Q-learning.
  @Test func speedyIsFaster() throws {
    // One state that pays 1 and stays: Q* = 1 / (1 − γ).
    var builder = FiniteMDPBuilder(states: 1, actions: 1)
    builder.addPair(state: 0, action: 0)
    builder.addOutcome(probability: 1, next: 0, reward: 1)
    let model = try builder.build(initial: [.init(state: 0, probability: 1)])
    let visits: Setting = .object([.init("schedule", .text("visits"))])
    var speedy = try make(SpeedyQLearning.self, ["gamma": .real(0.9)], on: model)
    var plain = try make(QLearning.self, ["gamma": .real(0.9), "alpha": visits], on: model)
    let t = Transition(state: 0, action: 0, reward: 1, next: 0, terminated: false)
    for _ in 0..<200 {
      speedy.update(t)
      plain.update(t)
    }
    #expect(abs(speedy.q[0, 0] - 10) < 0.5 && abs(plain.q[0, 0] - 10) > 4)
  }

  @Test func oneMaxminTableIsQLearning() throws {
    func values<L: TabularLearner & ~Copyable>(_ type: L.Type, _ changes: [String: Setting]) throws -> [Double] {
      var loop = try loop(type, changes, on: SmallTasks.irregular(), timeLimit: 9)
      loop.run(untilStep: 1000, episode: .max)
      var report = LearnerReport()
      loop.learner.report(into: &report)
      return report.actionValues
    }
    #expect(try values(MaxminQLearning.self, ["tables": .integer(1)]) == values(QLearning.self, [:]))
  }

  @Test func maxminByHand() throws {
    var learner = try make(
      MaxminQLearning.self, ["alpha": .real(0.5), "tables": .integer(3), "initial_value": .integer(2)],
      on: SmallTasks.walk(3, leftReward: 0))
    #expect(learner.update(step(4), table: 1) == 4)
    // Tables 2, 4, 2: the least is 2.
    #expect(learner.q[0, 1] == 2 && learner.estimates[3 + 1] == 4)
    learner.update(step(4, terminated: true), table: 0)
    learner.update(step(9, terminated: true), table: 2)
    // 3, 4, 5.5
    #expect(learner.q[0, 1] == 3)
  }

  @Test func rLearningByHand() throws {
    var learner = try make(
      RLearning.self, ["alpha": .real(0.5), "beta": .real(0.1)], on: SmallTasks.walk(3, leftReward: 0))
    learner.q[1, 0] = 2
    learner.averageReward = 1
    // δ = 3 − 1 + 2 − 0; the pair becomes the best of its state, and R̄ moves by 0.1 (3 − 1 + 2 − 2).
    #expect(learner.update(step(3)) == 4)
    #expect(learner.q[0, 1] == 2 && abs(learner.averageReward - 1.2) < 1e-12)
    learner.q[0, 0] = 50
    learner.update(step(0))
    #expect(abs(learner.averageReward - 1.2) < 1e-12, "an action that is not greedy says nothing of the average")
  }

  /// On two states that pay 1 and 2 in turn the average reward is 1.5.
  @Test func rLearningFindsTheAverage() throws {
    var builder = FiniteMDPBuilder(states: 2, actions: 2)
    for state in 0..<2 {
      builder.addPair(state: state, action: 0)
      builder.addOutcome(probability: 1, next: 1 - state, reward: Double(state + 1))
      builder.addPair(state: state, action: 1)
      builder.addOutcome(probability: 1, next: state, reward: 0)
    }
    let model = try builder.build(initial: [.init(state: 0, probability: 1)])
    var loop = try loop(RLearning.self, [:], on: model)
    loop.run(untilStep: 20_000, episode: .max)
    #expect(abs(loop.learner.averageReward - 1.5) < 0.05)
    #expect(loop.learner.q[0, 0] > loop.learner.q[0, 1] && loop.learner.q[1, 0] > loop.learner.q[1, 1])
  }

  @Test func weightsAreProbabilities() throws {
    let model = try SmallTasks.walk(3, leftReward: 0)
    var learner = try make(WeightedQLearning.self, ["alpha": .real(0.5)], on: model)
    func feed(_ state: Int, _ action: Int, _ rewards: [Double]) {
      for reward in rewards {
        learner.update(Transition(state: state, action: action, reward: reward, next: 0, terminated: true))
      }
    }
    // Unknown both: half each of the values, 0.
    #expect(learner.weightedValue(of: 1) == 0)
    // The same experience for both: half each again.
    feed(1, 0, [1, 3, 2])
    let value = learner.q[1, 0]
    // One known, one unbounded: the unknown one is best with probability 1/2.
    #expect(abs(learner.weightedValue(of: 1) - value / 2) < 1e-12)
    feed(1, 1, [1, 3, 2])
    #expect(abs(learner.weightedValue(of: 1) - value) < 1e-12)
    // Without spread the better one takes all.
    feed(2, 0, [5, 5, 5])
    feed(2, 1, [1, 1, 1])
    #expect(learner.weightedValue(of: 2) == learner.q[2, 0])
  }

  /// Against the closed form for two actions: P(X₀ > X₁) = Φ((μ₀ − μ₁) / √(σ₀² + σ₁²)).
  @Test func weightsOfTwo() throws {
    let model = try SmallTasks.walk(3, leftReward: 0)
    let visits: Setting = .object([.init("schedule", .text("visits"))])
    var learner = try make(WeightedQLearning.self, ["alpha": visits], on: model)
    for (action, rewards) in [(0, [1.0, 3, 2, 2]), (1, [0.0, 2, 4, 1, 1])] {
      for reward in rewards {
        learner.update(Transition(state: 1, action: action, reward: reward, next: 0, terminated: true))
      }
    }
    // Sample variances 2/3 and 2.3 over 4 and 5 targets; means 2 and 1.6. Φ(0.4 / √(1/6 + 0.46)) = 0.69332.
    let weight = (learner.weightedValue(of: 1) - 1.6) / 0.4
    // 32 points of one distribution leave an error of the order of 1/64² times the curvature.
    #expect(abs(weight - 0.69332) < 2e-3)
  }
}
