import Algorithms
import Environments
import Foundation
import RLCore
import Testing

@Suite struct GradientAuditTests {
  static let forms = [
    AdvantageForm.reinforce, .reinforceUndiscounted, .reinforceBaseline, .actorCritic, .generalized(lambda: 0.7),
  ]

  private func softmax(_ space: ActionSpace, seed: UInt64) -> [Double] {
    var stream = RandomStream(seed: seed)
    var result = [Double](repeating: 0, count: space.slotCount)
    for state in 0..<space.stateCount {
      let slots = state * space.width..<state * space.width + space.actions(in: state)
      for slot in slots { result[slot] = exp(stream.normal()) }
      let total = slots.reduce(0) { $0 + result[$1] }
      for slot in slots { result[slot] /= total }
    }
    return result
  }

  private func corridor() throws -> PolicyTask {
    let task = try ShortCorridor.task(Settings(defaultsOf: ShortCorridor.self))
    return PolicyTask(model: task.model, observations: task.observations)
  }

  /// Calls a body with every episode of a model up to a length, and its probability.
  private func forEachEpisode(
    of task: PolicyTask, policy: [Double], limit: Int, _ body: ([EpisodeBatch.Step], Double) -> Void
  ) {
    let model = task.model
    let width = task.space.width
    func seen(_ state: Int) -> Int { task.observations?[state] ?? state }
    func go(_ state: Int, _ steps: [EpisodeBatch.Step], _ probability: Double) {
      if steps.count == limit || model.isTerminal(state) {
        body(steps, probability)
        return
      }
      for (place, pair) in model.pairs(of: state).enumerated() {
        for k in model.outcomes(of: pair) {
          let outcome = model.outcome(k)
          let isEnd = outcome.terminated || model.isTerminal(outcome.next)
          let step = EpisodeBatch.Step(
            state: seen(state), action: place, reward: outcome.reward, next: seen(outcome.next), terminated: isEnd)
          let p = probability * policy[seen(state) * width + place] * outcome.probability
          if isEnd { body(steps + [step], p) } else { go(outcome.next, steps + [step], p) }
        }
      }
    }
    for start in model.initial { go(start.state, [], start.probability) }
  }

  /// All episodes listed one by one give the moments that the recursion gives; with and without states that look alike.
  @Test(arguments: forms, [true, false]) func momentsAreThoseOfAllEpisodes(form: AdvantageForm, blind: Bool) throws {
    let model = try SmallTasks.irregular()
    let observations = blind ? try Observations([0, 1, 2, 0, 1, 3, 0], of: model) : nil
    let task = PolicyTask(model: model, observations: observations, timeLimit: 3)
    let policy = softmax(task.space, seed: 4)
    let critic = (0..<task.space.stateCount).map { 0.3 * Double($0) - 0.5 }
    let moments = try #require(
      EstimatorMoments(form, solver: task.solver(), policy: policy, critic: critic, gamma: 0.8, limit: 3))
    var (mean, square, total) = ([Double](repeating: 0, count: policy.count), 0.0, 0.0)
    var batch = EpisodeBatch(space: task.space, policy: policy, critic: critic, gamma: 0.8)
    forEachEpisode(of: task, policy: policy, limit: 3) { steps, probability in
      batch.removeAll()
      batch.append(steps)
      var gradient = [Double](repeating: 0, count: policy.count)
      form.estimate(from: batch, into: &gradient)
      for slot in gradient.indices { mean[slot] += probability * gradient[slot] }
      square += probability * gradient.reduce(0) { $0 + $1 * $1 }
      total += probability
    }
    #expect(abs(total - 1) < 1e-12)
    for slot in mean.indices { #expect(abs(mean[slot] - moments.mean[slot]) < 1e-12) }
    let variance = square - mean.reduce(0) { $0 + $1 * $1 }
    #expect(abs(variance - moments.variance) < 1e-12 * max(1, square))
  }

  /// REINFORCE, with any baseline, and every λ with an exact critic: their mean is the exact gradient.
  @Test(arguments: [0.9, 1]) func meansOfUnbiasedEstimatorsAreTheGradient(gamma: Double) throws {
    let task = PolicyTask(model: try SmallTasks.irregular())
    let policy = softmax(task.space, seed: 9)
    let exact = try GradientAudit(task: task, gamma: gamma, policy: policy, samples: 0, batch: 1)
    let estimators = [AdvantageForm.reinforce, .reinforceBaseline, .actorCritic, .generalized(lambda: 0.4)]
    for finding in try exact.judge(estimators, method: .exact, root: 0) {
      #expect(finding.bias < 1e-11 && abs(finding.cosine - 1) < 1e-12 && abs(finding.scale - 1) < 1e-11)
    }
    let odd = try GradientAudit(
      task: task, gamma: gamma, policy: policy, critic: [3, -2, 5, 1, 0, -7, 4], samples: 0, batch: 1)
    let findings = try odd.judge(estimators, method: .exact, root: 0)
    #expect(findings[0].bias < 1e-11 && findings[1].bias < 1e-11)
    #expect(findings[2].bias > 0.1 && findings[3].bias > 0.1)
    // Without γᵗ REINFORCE is the gradient only where γ is 1.
    let undiscounted = try exact.judge([AdvantageForm.reinforceUndiscounted], method: .exact, root: 0)[0]
    #expect(gamma == 1 ? undiscounted.bias < 1e-11 : undiscounted.bias > 0.01)
  }

  /// On the corridor a baseline leaves the mean, and lowers the variance; states that look alike make the critic's bias.
  @Test func baselineLowersTheVariance() throws {
    let audit = try GradientAudit(task: corridor(), gamma: 1, policy: [0.4, 0.6], samples: 0, batch: 1)
    let findings = try audit.judge(Self.forms, method: .exact, root: 0)
    #expect(findings[0].bias < 1e-9 && findings[2].bias < 1e-9)
    #expect(findings[2].variance < 0.5 * findings[0].variance)
    #expect(findings[3].bias > 0.1 && findings[3].variance < findings[2].variance)
  }

  /// With a critic that knows nothing, bias falls to 0 and variance rises as λ goes to 1.
  @Test func biasFallsAndVarianceRisesWithLambda() throws {
    let task = PolicyTask(model: try SmallTasks.walk(7, leftReward: 0))
    let policy = [Double](repeating: 0.5, count: 14)
    let audit = try GradientAudit(
      task: task, gamma: 1, policy: policy, critic: [Double](repeating: 0, count: 7), samples: 0, batch: 1)
    let lambdas = [0, 0.3, 0.6, 0.8, 0.9, 0.95, 1]
    let findings = try audit.judge(lambdas.map { AdvantageForm.generalized(lambda: $0) }, method: .exact, root: 0)
    #expect(zip(findings, findings.dropFirst()).allSatisfy { $1.bias < $0.bias && $1.variance > $0.variance })
    #expect(findings.last!.bias < 1e-10)
  }

  /// The sampled mean comes to the exact gradient as its standard error says, the sampled variance to the exact one; a batch divides it.
  @Test(arguments: [1, 4]) func samplesAgreeWithTheExactNumbers(batch: Int) throws {
    let task = PolicyTask(model: try SmallTasks.irregular())
    let policy = softmax(task.space, seed: 9)
    let audit = try GradientAudit(task: task, gamma: 0.9, policy: policy, samples: 4000 / batch, batch: batch)
    let sampled = try audit.judge(Self.forms, method: .sampled, root: 3)
    let exact = try audit.judge(Self.forms, method: .exact, root: 3)
    for (one, other) in zip(sampled, exact) {
      // The distance of two means of dimension d is at most √(1 + …) of its root mean square: 4 is far out for any d.
      #expect(AuditMath.distance(one.mean, other.mean) <= 4 * one.biasError, "\(one.name)")
      #expect(abs(one.variance - other.variance) <= 4 * one.varianceError, "\(one.name)")
      #expect(abs(one.cosine - other.cosine) <= 4 * one.cosineError + 1e-12, "\(one.name)")
      #expect(!one.isExact && other.isExact && other.biasError == 0 && one.sampleCosine < one.cosine)
    }
    #expect(sampled[0].bias <= 4 * sampled[0].biasError && sampled[2].bias <= 4 * sampled[2].biasError)
    let again = try audit.judge(Self.forms, method: .auto, root: 3)
    #expect(again[0].sampleCosine == sampled[0].sampleCosine && again[0].isExact)
  }

  /// The mean over steps, times the mean number of steps, is the mean over episodes of the sum; normalising shifts and scales.
  @Test func surrogateIsTheGeneralizedAdvantage() throws {
    let task = PolicyTask(model: try SmallTasks.irregular(), timeLimit: 30)
    let policy = softmax(task.space, seed: 2)
    var batch = EpisodeBatch(
      space: task.space, policy: policy, critic: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0], gamma: 0.9)
    var streams = PolicyStreams(root: 0, seed: 0)
    var simulation = task.simulation
    for _ in 0..<5 { batch.play(in: &simulation, limit: 30, using: &streams) }
    var (first, second, third) = (
      [Double](repeating: 0, count: 21), [Double](repeating: 0, count: 21), [Double](repeating: 0, count: 21)
    )
    PPOSurrogate(lambda: 0.8, normalizes: false).estimate(from: batch, into: &first)
    AdvantageForm("", lambda: 0.8, usesCritic: true, discountsUpdates: false).estimate(from: batch, into: &second)
    for k in first.indices { #expect(abs(first[k] - second[k]) < 1e-12) }
    PPOSurrogate(lambda: 0.8).estimate(from: batch, into: &third)
    #expect(first != third)
    let advantages = batch.advantages(lambda: 0.8, usesCritic: true)
    let generalized = GeneralizedAdvantage(gamma: 0.9, lambda: 0.8)
    var (expected, returns) = (advantages, advantages)
    for index in 0..<batch.count {
      let steps = batch.steps[batch.episode(index)]
      let count = steps.count
      var own = [Double](repeating: 0, count: count)
      generalized.compute(
        rewards: steps.map(\.reward), values: steps.map { batch.critic[$0.state] }, terminated: steps.map(\.terminated),
        truncated: steps.indices.map { $0 == steps.endIndex - 1 && !steps[$0].terminated },
        finalValues: steps.map { batch.critic[$0.next] }, lastValues: [0], advantages: &own, returns: &returns)
      for (k, t) in batch.episode(index).enumerated() { expected[t] = own[k] }
    }
    #expect(zip(expected, advantages).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func whatHasNoExactNumbersSaysSo() throws {
    let audit = try GradientAudit(task: corridor(), gamma: 1, policy: [0.5, 0.5], samples: 10, batch: 2)
    #expect(throws: SettingProblem.self) { _ = try audit.judge([PPOSurrogate()], method: .exact, root: 0) }
    let findings = try audit.judge([PPOSurrogate()], method: .auto, root: 0)
    #expect(!findings[0].isExact && findings[0].lambda == 0.95)
  }
}

private enum AuditMath {
  static func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }
}
