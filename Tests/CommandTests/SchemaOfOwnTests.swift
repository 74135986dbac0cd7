import Algorithms
import Environments
import RLCore
import Testing

@testable import Lab

/// What a program of one's own registers gets its rules by itself.
@Suite struct SchemaOfOwnTests {
  /// A row of cells that one walks for ever.
  private enum Ring: FiniteEnvironment {
    static let length = Parameter.integer("length", default: 4, in: 2...1000, "how many cells there are")
    static let start = Parameter.integer("start", default: 0, in: 0...999, "where one begins")

    static let about = About(
      id: "ring", summary: "a ring of cells", source: "this test", parameters: [length.declaration, start.declaration],
      relations: [.atMost(["start"], "length", plus: -1)], neverEnds: true)

    static func task(_ settings: Settings) throws -> FiniteTask {
      let length = settings[length]
      var builder = FiniteMDPBuilder(states: length, actions: 1)
      for cell in 0..<length {
        builder.addPair(state: cell, action: 0)
        builder.addOutcome(probability: 1, next: (cell + 1) % length, reward: cell == 0 ? 1 : 0)
      }
      return FiniteTask(
        model: try builder.build(initial: [StateProbability(state: settings[start], probability: 1)]))
    }
  }

  private static let validator = Result {
    var lab = Laboratory()
    lab.register(Ring.self)
    lab.register(Sarsa.self)
    lab.register(MonteCarloControl.self)
    lab.register(TemporalDifference.self, kind: .prediction)
    lab.register(planner: ValueIteration.self)
    return try SchemaValidator(ConfigurationSchema(lab: lab).schema)
  }

  private func accepts(_ text: String) throws -> Bool {
    try Self.validator.get().accepts(try ConfigurationFile.parse(Array("{\(text)}".utf8), name: "c.json5").root)
  }

  @Test(arguments: [
    "environment: 'ring', algorithm: 'sarsa', budget: {steps: 5}",
    "environment: {id: 'ring', length: 9, start: 8}, algorithm: {id: 'sarsa', n: 2}",
    "environment: {id: 'ring', time_limit: 9}, algorithm: 'monte-carlo-control', budget: {episodes: 5}",
    "environment: 'ring', algorithm: {id: 'value-iteration', gamma: 0.9}",
    "environment: 'ring', algorithm: {id: 'td', policy: [0, 0, 0, 0]}",
    "environment: 'ring', algorithm: 'sarsa', sweep: {'environment.length': [3, 4], 'algorithm.alpha': [0.1]}",
  ]) func whatFitsIsAccepted(_ text: String) throws {
    #expect(try accepts(text))
  }

  @Test(arguments: [
    "environment: 'rings', algorithm: 'sarsa'",
    "environment: {id: 'ring', lenght: 5}, algorithm: 'sarsa'",
    "environment: {id: 'ring', length: 9, start: 9}, algorithm: 'sarsa'",
    "environment: {id: 'ring', start: 4}, algorithm: 'sarsa'",
    "environment: 'ring', algorithm: 'monte-carlo-control', budget: {steps: 5}",
    "environment: 'ring', algorithm: 'sarsa', budget: {episodes: 5}",
    "environment: 'ring', algorithm: 'value-iteration', budget: {steps: 5}",
    "environment: 'ring', algorithm: {id: 'value-iteration', gamma: 1}",
    "environment: 'ring', algorithm: {id: 'td', policy: [0, 0, 0]}",
    "environment: 'ring', algorithm: 'td'",
    "environment: 'ring', algorithm: 'sarsa', sweep: {'environment.lenght': [3, 4]}",
    "environment: 'ring', algorithm: 'sarsa', sweep: {'environment.length': [1, 4]}",
    "environment: 'ring', algorithm: 'sarsa', sweep: {'algorithm.tolerance': [0.1]}",
    "environment: 'ring', variants: [{algorithm: 'sarsa'}, {algorithm: 'monte-carlo-control'}]",
  ]) func whatDoesNotIsRejected(_ text: String) throws {
    #expect(try !accepts(text))
  }
}
