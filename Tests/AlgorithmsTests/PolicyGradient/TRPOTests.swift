import Environments
import Foundation
import RLCore
import Testing

@testable import Algorithms

@Suite struct TRPOTests {
  private let space = ActionSpace(counts: [2, 3])
  private let policy = [0.25, 0.75, 0, 0.2, 0.3, 0.5]
  private let steps: [EpisodeBatch.Step] = [
    .init(state: 0, action: 1, reward: 0, next: 1, terminated: false),
    .init(state: 1, action: 2, reward: 0, next: 1, terminated: false),
    .init(state: 1, action: 0, reward: 0, next: 0, terminated: true),
    .init(state: 0, action: 0, reward: 0, next: 1, terminated: false),
  ]
  private let advantages = [1.0, -2, 0.5, 3]

  private func region(damping: Double = 0) -> TrustRegion {
    TrustRegion(steps: steps, advantages: advantages, policy: policy, space: space, damping: damping)
  }

  private func moved(_ direction: [Double], by step: Double) -> [Double] {
    var result = policy
    for state in 0..<2 {
      let slots = state * 3..<state * 3 + space.actions(in: state)
      let total = slots.reduce(0) { $0 + policy[$1] * exp(step * direction[$1]) }
      for slot in slots { result[slot] = policy[slot] * exp(step * direction[slot]) / total }
    }
    return result
  }

  private let direction = [0.3, -0.7, 0, 1.1, -0.2, 0.6]

  /// The surrogate's slope and the curvature of the divergence, by central differences.
  @Test func gradientAndFisherAreDerivatives() {
    let region = region()
    let h = 1e-4
    let slope = (region.gain(of: moved(direction, by: h)) - region.gain(of: moved(direction, by: -h))) / (2 * h)
    #expect(abs(slope - zip(region.gradient(), direction).reduce(0) { $0 + $1.0 * $1.1 }) < 1e-7)
    let bend =
      (region.divergence(to: moved(direction, by: h)) + region.divergence(to: moved(direction, by: -h))) / (h * h)
    #expect(abs(bend - zip(region.product(direction), direction).reduce(0) { $0 + $1.0 * $1.1 }) < 1e-6)
    #expect(region.gain(of: policy) == 0 && region.divergence(to: policy) == 0)
    // Two of four steps in each state.
    let first = -(0.25 * log(0.25) + 0.75 * log(0.75))
    let second = -(0.2 * log(0.2) + 0.3 * log(0.3) + 0.5 * log(0.5))
    #expect(abs(region.entropy() - (first + second) / 2) < 1e-15)
  }

  @Test func conjugateGradientsSolve() {
    let region = region(damping: 0.1)
    let gradient = region.gradient()
    let solution = region.solve(gradient, steps: 15)
    for (a, b) in zip(region.product(solution), gradient) { #expect(abs(a - b) < 1e-9) }
  }

  /// Every update keeps within the trust region; on the corridor it comes close to the best policy that cannot tell states apart.
  @Test func keepsItsPromisesAndLearns() throws {
    let task = try ShortCorridor.task(Settings(defaultsOf: ShortCorridor.self))
    let policyTask = PolicyTask(model: task.model, observations: task.observations)
    let settings: [String: Setting] = [
      "gamma": .integer(1), "gae_lambda": .integer(1), "n_steps": .integer(1000),
      "initial_preferences": .list([.real(1), .real(-1)]),
    ]
    var method = try TRPO(Settings(defaultsOf: TRPO.self, settings), task: policyTask)
    var streams = PolicyStreams(root: 0, seed: 1)
    for time in 0..<60 {
      try method.update(at: time, using: &streams)
      let kl = method.measure()[3]
      #expect(kl < 0.01 && kl >= 0)
    }
    #expect(method.steps == 60_000 && method.episodes! > 1000)
    // Within the noise of a policy whose steps have divergence 0.01: Δp = √(2 · 0.01 · p (1 − p)) = 0.07 each.
    #expect(abs(method.policy[0, 1] - 0.5858) < 0.21)
  }

  @Test func takesUpWhatItStored() throws {
    let task = PolicyTask(model: try SmallTasks.irregular(), timeLimit: 9)
    let settings = try Settings(defaultsOf: TRPO.self, ["n_steps": .integer(64)])
    func bytes(_ method: borrowing TRPO) -> [UInt8] {
      var writer = StateWriter()
      method.save(to: &writer)
      return writer.bytes
    }
    var first = try TRPO(settings, task: task)
    var streams = PolicyStreams(root: 0, seed: 1)
    for time in 0..<3 { try first.update(at: time, using: &streams) }
    var second = try TRPO(settings, task: task)
    var reader = StateReader(bytes(first))
    try second.restore(from: &reader)
    #expect(reader.isAtEnd)
    var others = streams
    try first.update(at: 3, using: &streams)
    try second.update(at: 3, using: &others)
    let isSame = bytes(first) == bytes(second)
    #expect(isSame && streams.environment == others.environment)
  }
}
