import Foundation
import RLCore
import Testing

@Suite struct SoftOptimalSolutionTests {
  /// One state whose actions earn what is given, and end.
  private func bandit(_ rewards: [Double]) throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: 1, actions: rewards.count)
    for (action, reward) in rewards.enumerated() {
      builder.addPair(state: 0, action: action)
      builder.addOutcome(probability: 1, next: 0, reward: reward, terminated: true)
    }
    return try builder.build(initial: [.init(state: 0, probability: 1)])
  }

  /// Numbers of an independent solver.
  @Test func theClosedFormOfABandit() throws {
    let model = try bandit([0, 1, 2])
    let reference = StationaryPolicy(unchecked: [0.5, 0.3, 0.2])
    let solution = try #require(SoftOptimalSolution(model, reference: reference, beta: 1, gamma: 1))
    for (p, known) in zip(solution.policy.probabilities, [0.179000, 0.291944, 0.529056]) {
      #expect(abs(p - known) < 5e-7)
    }
    #expect(abs(solution.startValue - 1.027222) < 5e-7)
  }

  /// Of sequences whose steps are certain, the optimum over whole answers: π*(y) ∝ π_ref(y) exp(r(y) / β).
  @Test func sequencesFollowTheClosedForm() throws {
    // Two tokens each of 2 values: states 0 (empty), 1 and 2 (first token), four answers.
    let rewards = [[0.3, -1], [2, 0.5]]
    var builder = FiniteMDPBuilder(states: 3, actions: 2)
    for first in 0..<2 {
      builder.addPair(state: 0, action: first)
      builder.addOutcome(probability: 1, next: 1 + first, reward: 0)
    }
    for first in 0..<2 {
      for second in 0..<2 {
        builder.addPair(state: 1 + first, action: second)
        builder.addOutcome(probability: 1, next: 0, reward: rewards[first][second], terminated: true)
      }
    }
    let model = try builder.build(initial: [.init(state: 0, probability: 1)])
    let reference = StationaryPolicy(unchecked: [0.7, 0.3, 0.4, 0.6, 0.9, 0.1])
    let beta = 0.4
    let solution = try #require(SoftOptimalSolution(model, reference: reference, beta: beta, gamma: 1))
    let p = solution.policy.probabilities
    var (weights, total) = ([Double](), 0.0)
    for first in 0..<2 {
      for second in 0..<2 {
        let answer = reference.probabilities[first] * reference.probabilities[2 + 2 * first + second]
        weights.append(answer * exp(rewards[first][second] / beta))
        total += weights.last!
      }
    }
    for first in 0..<2 {
      for second in 0..<2 {
        #expect(abs(p[first] * p[2 + 2 * first + second] - weights[2 * first + second] / total) < 1e-14)
      }
    }
    #expect(abs(solution.startValue - beta * log(total)) < 1e-13)
  }

  /// J_β(π*) − J_β(π) = β E_π Σ γᵗ KL(π ‖ π*), for any policy and any model.
  @Test(arguments: [0.0, 0.6, 0.95]) func theGapIsADivergence(gamma: Double) throws {
    var stream = RandomStream(seed: 5)
    var builder = FiniteMDPBuilder(states: 6, actions: 3)
    for state in 0..<6 {
      for action in 0..<3 {
        builder.addPair(state: state, action: action)
        let p = stream.uniform()
        builder.addOutcome(probability: p, next: stream.uniform(below: 6), reward: stream.normal())
        builder.addOutcome(
          probability: 1 - p, next: stream.uniform(below: 6), reward: stream.normal(), terminated: action == 0)
      }
    }
    let model = try builder.build(initial: [.init(state: 0, probability: 0.5), .init(state: 3, probability: 0.5)])
    func policy() -> StationaryPolicy {
      var probabilities: [Double] = []
      for _ in 0..<6 {
        let weights = (0..<3).map { _ in stream.uniform() + 0.05 }
        probabilities += weights.map { $0 / weights.reduce(0, +) }
      }
      return StationaryPolicy(unchecked: probabilities)
    }
    let (reference, own) = (policy(), policy())
    let beta = 0.3
    let optimum = try #require(SoftOptimalSolution(model, reference: reference, beta: beta, gamma: gamma))
    var evaluator = PolicyEvaluator(model)
    func value(_ policy: StationaryPolicy) -> Double {
      let distance = evaluator.evaluate(
        policy, gamma: gamma, rewards: model.divergences(of: policy, from: reference)
      ).startValue
      return evaluator.evaluate(policy, gamma: gamma).startValue - beta * distance
    }
    #expect(abs(value(optimum.policy) - optimum.startValue) < 1e-11)
    let distance = evaluator.evaluate(
      own, gamma: gamma, rewards: model.divergences(of: own, from: optimum.policy)
    ).startValue
    #expect(abs(optimum.startValue - value(own) - beta * distance) < 1e-10)
    #expect(value(own) < optimum.startValue)
  }

  /// Where staying pays, there is no optimum without a discount.
  @Test func payingLoopsHaveNone() throws {
    var builder = FiniteMDPBuilder(states: 1, actions: 2)
    builder.addPair(state: 0, action: 0)
    builder.addOutcome(probability: 1, next: 0, reward: 1)
    builder.addPair(state: 0, action: 1)
    builder.addOutcome(probability: 1, next: 0, reward: 0, terminated: true)
    let model = try builder.build(initial: [.init(state: 0, probability: 1)])
    let uniform = StationaryPolicy(uniformOver: model)
    #expect(SoftOptimalSolution(model, reference: uniform, beta: 1, gamma: 1) == nil)
    #expect(SoftOptimalSolution(model, reference: uniform, beta: 1, gamma: 0.9) != nil)
  }

  /// What the reference never does, the optimum never does.
  @Test func theReferenceRulesOut() throws {
    let model = try bandit([0, 1, 2])
    let reference = StationaryPolicy(unchecked: [0.5, 0.5, 0])
    let solution = try #require(SoftOptimalSolution(model, reference: reference, beta: 1e-3, gamma: 1))
    #expect(solution.policy.probabilities[2] == 0 && solution.policy.probabilities[1] > 0.999)
    let uniform = StationaryPolicy(uniformOver: model)
    #expect(model.divergences(of: uniform, from: reference) == [.infinity, .infinity, .infinity])
    #expect(model.divergences(of: reference, from: reference) == [0, 0, 0])
  }
}
