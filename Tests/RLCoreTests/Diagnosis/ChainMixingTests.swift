import Testing

@testable import RLCore

/// Mixing times and the chains behind them, of models whose answers are known by hand.
@Suite struct ChainMixingTests {
  /// A way of so many steps to a first state, from which every state of the rest, and itself, comes next with the same probability.
  private func way(of steps: Int, to rest: Int) throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: steps + rest, actions: 1)
    for state in 0..<steps + rest {
      builder.addPair(state: state, action: 0)
      if state < steps {
        builder.addOutcome(probability: 1, next: state + 1, reward: 0)
      } else {
        for next in steps..<steps + rest { builder.addOutcome(probability: 1 / Double(rest), next: next, reward: 0) }
      }
    }
    return try builder.build(initial: [.init(state: 0, probability: 1)])
  }

  private func mixing(_ model: FiniteMDP) -> ChainMixing { ChainMixing(model, StationaryPolicy(uniformOver: model)) }

  /// The way counts, though nobody comes back to it: as many steps to the first state, where a single one has mixed; with others, one more.
  @Test(arguments: [(40, 1), (40, 9), (20, 190), (20, 210), (202, 1)])
  func statesThatAreLeftForEverCount(_ steps: Int, _ rest: Int) throws {
    let found = mixing(try way(of: steps, to: rest))
    #expect(found.recurrentClasses == 1 && found.recurrentStates == rest && found.period == 1)
    #expect(found.mixingTime == steps + (rest > 1 ? 1 : 0) && found.isWorstCase == (steps + rest <= 200))
  }

  /// Each state goes on to the next with 0.9 and ends with 0.1, and episodes begin anywhere: P = 0.9 C + 0.1 U, with C the shift and U the
  /// uniform distribution's matrix. C U = U, so that P^t = 0.9^t C^t + (1 − 0.9^t) U, which is 0.9^t (1 − 1/n) from uniform: ≤ 1/4 first at t = 13 with n = 40.
  @Test func endsAreNotLaidOutForEveryStart() throws {
    for n in [40, 3000] {
      var builder = FiniteMDPBuilder(states: n, actions: 1)
      for state in 0..<n {
        builder.addPair(state: state, action: 0)
        builder.addOutcome(probability: 0.9, next: (state + 1) % n, reward: 1)
        builder.addOutcome(probability: 0.1, next: state, reward: 1, terminated: true)
      }
      let starts = (0..<n).map { StateProbability(state: $0, probability: 1 / Double(n)) }
      let model = try builder.build(initial: starts)
      let chain = EpisodeChain(model, StationaryPolicy(uniformOver: model))
      #expect(chain.targets.count == n)
      #expect(chain.graph(of: chain.reached()).targets.count == 3 * n)
      let found = mixing(model)
      #expect(found.recurrentClasses == 1 && found.recurrentStates == n && found.period == 1)
      // From the task's own start, which is uniform, it has mixed at once.
      #expect(found.mixingTime == (n == 40 ? 13 : 0) && found.isWorstCase == (n == 40))
    }
  }

  /// Two states by turns and an end after the second: an episode of two steps follows the other, with period 2. A start that is an end takes a
  /// step of its own.
  @Test func whatLiesBetweenEpisodesTakesNoTime() throws {
    var builder = FiniteMDPBuilder(states: 3, actions: 1)
    builder.addPair(state: 0, action: 0)
    builder.addOutcome(probability: 1, next: 1, reward: 0)
    builder.addPair(state: 1, action: 0)
    builder.addOutcome(probability: 1, next: 2, reward: 0)
    let always = try builder.build(initial: [.init(state: 0, probability: 1)])
    #expect(mixing(always).period == 2 && mixing(always).recurrentStates == 2)
    let sometimes = try builder.build(
      initial: [.init(state: 0, probability: 0.5), .init(state: 2, probability: 0.5)])
    #expect(mixing(sometimes).period == 1 && mixing(sometimes).recurrentStates == 3)
    let chain = EpisodeChain(sometimes, StationaryPolicy(uniformOver: sometimes))
    #expect(chain.step([0, 0.25, 0.75], isLazy: false) == [0.5, 0, 0.5])
    #expect(chain.step([0, 0.25, 0.75], isLazy: true) == [0.25, 0.125, 0.625])
    #expect(chain.matrix(of: [0, 1, 2], isLazy: false) == [0, 1, 0, 0.5, 0, 0.5, 0.5, 0, 0.5])
  }
}
