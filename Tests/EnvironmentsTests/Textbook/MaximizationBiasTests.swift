import Environments
import RLCore
import Testing

@Suite struct MaximizationBiasTests {
  private func task(_ changes: [String: Setting] = [:]) throws -> MaximizationBias {
    MaximizationBias(try Settings(defaultsOf: MaximizationBias.self, changes))
  }

  @Test func offersTwoActionsInAAndManyInB() throws {
    let space = try task().space
    #expect(space.stateCount == 2)
    #expect(space.actions(in: 0) == 2)
    #expect(space.actions(in: 1) == 10)
    #expect(try task(["actions": .integer(3)]).space.actions(in: 1) == 3)
    #expect(try task(["actions": .integer(2)]).space == ActionSpace(states: 2, actions: 2))
  }

  @Test func rightEndsAndLeftLeadsToB() throws {
    var task = try task()
    var stream = RandomStream(seed: 1)
    #expect(task.reset(using: &stream) == 0)
    let right = task.step(1, using: &stream)
    #expect(right.reward == 0 && right.terminated && !right.truncated)
    #expect(task.reset(using: &stream) == 0)
    let left = task.step(0, using: &stream)
    #expect(left.observation == 1 && left.reward == 0 && !left.terminated)
    let last = task.step(7, using: &stream)
    #expect(last.terminated && last.reward != 0)
    #expect(task.reset(using: &stream) == 0)
  }

  /// Rewards of B are N(μ, σ²), whatever the action: 4 standard errors.
  @Test(arguments: [(-0.1, 1.0), (2, 0.25)])
  func rewardsOfBAreNormal(mean: Double, deviation: Double) throws {
    var task = try task(["mean": .real(mean), "deviation": .real(deviation)])
    var stream = RandomStream(seed: 2)
    let rewards = (0..<100_000).map { episode in
      _ = task.reset(using: &stream)
      _ = task.step(0, using: &stream)
      return task.step(episode % 10, using: &stream).reward
    }
    #expect(rewards.map { ($0 - mean) / deviation }.haveStandardMoments)
  }

  @Test func aCheckpointGoesOnInB() throws {
    var task = try task()
    var stream = RandomStream(seed: 3)
    _ = task.reset(using: &stream)
    _ = task.step(0, using: &stream)
    var writer = StateWriter()
    task.save(to: &writer)
    var other = try self.task()
    var reader = StateReader(writer.bytes)
    try other.restore(from: &reader)
    #expect(reader.isAtEnd)
    var same = stream
    #expect(task.step(4, using: &stream).reward == other.step(4, using: &same).reward)
    var wrong = StateWriter()
    wrong.write(2)
    var again = StateReader(wrong.bytes)
    #expect(throws: StateError.self) { try other.restore(from: &again) }
  }
}
