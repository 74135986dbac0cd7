import RLCore
import Testing

@Suite struct FiniteSimulationTests {
  /// Starts are drawn as by going through their probabilities one by one: the same words give the same starts.
  @Test(arguments: [2, 3, 7, 300]) func startsAreDrawnByTheirProbabilities(count: Int) throws {
    var weights = RandomStream(seed: 5)
    var probabilities = (0..<count).map { _ in weights.uniform() + 0.01 }
    let total = probabilities.reduce(0, +)
    probabilities = probabilities.map { $0 / total }
    var builder = FiniteMDPBuilder(states: count, actions: 1)
    for state in 0..<count {
      builder.addPair(state: state, action: 0)
      builder.addOutcome(probability: 1, next: state, reward: 0, terminated: true)
    }
    let model = try builder.build(
      initial: probabilities.enumerated().map { .init(state: $0.offset, probability: $0.element) })
    var simulation = FiniteSimulation(model)
    let listed = model.initial.map(\.probability)
    var (first, second) = (RandomStream(seed: 1), RandomStream(seed: 1))
    for _ in 0..<2000 {
      let start = simulation.reset(using: &first)
      #expect(start == model.initial[second.index(weights: listed)].state)
    }
    #expect(first == second)
  }
}
