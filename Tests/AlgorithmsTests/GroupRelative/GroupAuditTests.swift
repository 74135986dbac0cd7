import Environments
import Foundation
import RLCore
import Testing

@testable import Algorithms

@Suite struct GroupAuditTests {
  private func settings(_ changes: [String: Setting]) throws -> Settings {
    try Settings(
      changes.sorted { $0.key < $1.key }.map { Setting.Field($0.key, $0.value) },
      for: AlignmentLearner<GRPO>.about.parameters, owner: "grpo")
  }

  private func arms(_ rewards: [Double]) throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: 1, actions: rewards.count)
    for (arm, reward) in rewards.enumerated() {
      builder.addPair(state: 0, action: arm)
      builder.addOutcome(probability: 1, next: 0, reward: reward, terminated: true)
    }
    return try builder.build(initial: [.init(state: 0, probability: 1)])
  }

  private func audit(
    _ task: PolicyTask, _ policy: [Double], reference: [Double]? = nil, _ changes: [String: Setting],
    groups: Int? = nil
  ) throws -> GroupAudit {
    var solver = try task.solver()
    let found = solver.evaluate(policy, gamma: 1)
    let truth = try #require(found)
    return try GroupAudit(
      "grpo", task: task, settings: try settings(changes), policy: policy, reference: reference ?? policy,
      truth: truth, gamma: 1, groups: groups)
  }

  /// Two arms that pay 0 and 1, with success p: (1 − 1/G) p (1 − p) without the deviation, p (1 − p) leave-one-out, and with it the known numbers.
  @Test(arguments: [
    (0.5, [0.1768, 0.3498, 0.4339, 0.4681]), (0.1, [0.0636, 0.1317, 0.1959, 0.2481]),
  ]) func twoArms(p: Double, divided: [Double]) throws {
    let task = PolicyTask(model: try arms([0, 1]))
    for (size, expected) in zip([2, 4, 8, 16], divided) {
      func slope(_ changes: [String: Setting]) throws -> Double {
        let all = changes.merging(["num_generations": .integer(size)]) { $1 }
        return try audit(task, [1 - p, p], all).judge(method: .exact, samples: 2, root: 0)[0].finding.mean[1]
      }
      #expect(abs(try slope([:]) - expected) < 5e-5)
      let truth = p * (1 - p)
      #expect(abs(try slope(["scale_rewards": .text("none")]) - (1 - 1 / Double(size)) * truth) < 1e-14)
      let loo: [String: Setting] = ["scale_rewards": .text("none"), "baseline": .text("leave-one-out")]
      #expect(abs(try slope(loo) - truth) < 1e-14)
    }
  }

  /// θ = (.3, −.2, .9) and a uniform reference: k1 in the loss does nothing, k2 and k3 with the ratio are ∇KL(π ‖ π_ref), k3 is ∇KL(π_ref ‖ π).
  @Test(arguments: [
    ("k1", [0.0, 0, 0], false, false), ("k2", [-0.0672023, -0.1292106, 0.1964129], true, false),
    ("k3", [-0.0416733, -0.1564326, 0.1981059], false, true),
    ("k3_ratio", [-0.0672023, -0.1292106, 0.1964129], true, false),
  ]) func whatEstimatorsOfTheDivergenceDo(
    estimator: String, gradient: [Double], isForward: Bool, isReverse: Bool
  ) throws {
    let weights = [0.3, -0.2, 0.9].map { exp($0) }
    let policy = weights.map { $0 / weights.reduce(0, +) }
    let audit = try audit(
      PolicyTask(model: try arms([0, 1, 2])), policy, reference: [1 / 3, 1 / 3, 1 / 3],
      ["beta": .integer(1), "kl_estimator": .text(estimator), "num_generations": .integer(3)])
    let rows = try audit.judge(method: .exact, samples: 2, root: 0)
    #expect(
      rows.map(\.finding.name) == ["grpo", "grpo, advantages", "grpo, divergence", "grpo, divergence, reversed"])
    // The estimate goes up where the divergence goes down.
    for (mean, expected) in zip(rows[2].finding.mean, gradient) { #expect(abs(mean + expected) < 5e-8) }
    #expect((rows[2].finding.bias < 1e-14) == isForward && (rows[3].finding.bias < 1e-14) == isReverse)
    #expect(rows[2].finding.cosine.isNaN == (estimator == "k1"))
    #expect(abs(rows[2].truth.value - 0.0968590) < 5e-8)
  }

  /// All ordered groups one by one, through the loss itself, give the moments that the sum over classes gives.
  @Test(arguments: ["grpo", "dr_grpo", "dapo", "luspo", "cispo", "sapo"], ["group", "none"])
  func momentsAreThoseOfAllGroups(lossType: String, scale: String) throws {
    let task = try LengthTrap.task(
      Settings(
        [.init("max_length", .integer(3)), .init("letters", .integer(1)), .init("mistakes", .integer(0))],
        for: LengthTrap.about.parameters, owner: ""))
    let policyTask = PolicyTask(model: task.model, timeLimit: 3)
    let space = policyTask.space
    // Asymmetric: end with .3, .6 and .2 in the three states.
    let policy = (0..<space.stateCount).flatMap { state in
      let end = [0.3, 0.6, 0.2, 0.5][state]
      return [1 - end, end]
    }
    let reference = policy.map { _ in 0.5 }
    let changes: [String: Setting] = [
      "loss_type": .text(lossType), "scale_rewards": .text(scale), "num_generations": .integer(3),
      "beta": .real(0.3), "kl_estimator": .text("k3"),
    ]
    let rows = try audit(policyTask, policy, reference: reference, changes).judge(
      method: .exact, samples: 2, root: 0)
    let read = try settings(changes)
    let loss = try GroupLoss(read, longest: 3)
    let credit = try EpisodeCredit(read, groupSize: 3, gamma: 1, longest: 3)
    let list = try #require(EpisodeList(policyTask, policy: policy, from: 0, limit: 3))
    #expect(list.count == 4 && abs(list.chances.reduce(0, +) - 1) < 1e-15)
    var mean = [Double](repeating: 0, count: space.slotCount)
    var second = 0.0
    for code in 0..<64 {
      let group = [code % 4, code / 4 % 4, code / 16]
      let chance = group.reduce(1.0) { $0 * list.chances[$1] }
      let slots = group.flatMap { Array(list.slots[list.steps(of: $0)]) }
      let logs = slots.map { log(policy[Int($0)]) }
      let returns = group.map { list.rewards[list.steps(of: $0)].reduce(0, +) }
      var gradients = [Double](repeating: 0, count: slots.count)
      _ = loss.evaluate(
        GroupBatch(
          lengths: group.map { list.steps(of: $0).count }, logProbabilities: logs, oldLogProbabilities: logs,
          referenceLogProbabilities: slots.map { log(reference[Int($0)]) },
          advantages: credit.advantage.compute(returns, groupSize: 3)), into: &gradients)
      var estimate = [Double](repeating: 0, count: space.slotCount)
      for (slot, gradient) in zip(slots, gradients) {
        for action in 0..<2 {
          let place = Int(slot) / 2 * 2 + action
          estimate[place] -= gradient * ((place == Int(slot) ? 1 : 0) - policy[place])
        }
      }
      for k in estimate.indices { mean[k] += chance * estimate[k] }
      second += chance * estimate.reduce(0) { $0 + $1 * $1 }
    }
    for (a, b) in zip(rows[0].finding.mean, mean) { #expect(abs(a - b) < 1e-14) }
    #expect(abs(rows[0].finding.variance - (second - mean.reduce(0) { $0 + $1 * $1 })) < 1e-13)
  }

  /// A sum over the tokens points the right way on answers of different lengths; the mean of each answer does not.
  @Test func theLengthTrap() throws {
    let task = try LengthTrap.task(
      Settings([.init("max_length", .integer(5))], for: LengthTrap.about.parameters, owner: ""))
    let policyTask = PolicyTask(model: task.model, timeLimit: 5)
    let policy = [Double](repeating: 1.0 / 3, count: policyTask.space.slotCount)
    func row(_ loss: String, _ method: GradientAudit.Method) throws -> GradientAudit.Finding {
      let changes: [String: Setting] = [
        "loss_type": .text(loss), "scale_rewards": .text("none"), "num_generations": .integer(4),
      ]
      return try audit(policyTask, policy, changes).judge(method: method, samples: 400, root: 1)[0].finding
    }
    let straight = try row("dr_grpo", .exact)
    #expect(abs(straight.cosine - 1) < 1e-12 && abs(straight.scale - 0.75 / 5) < 1e-12)
    let bent = try row("grpo", .exact)
    #expect(bent.cosine < 0.99)
    // Samples are credited by the code that learns: their mean is the exact one.
    for (loss, exact) in [("grpo", bent), ("dr_grpo", straight)] {
      let sampled = try row(loss, .sampled)
      let distance = zip(sampled.mean, exact.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      #expect(distance.squareRoot() < 4 * (exact.variance / 400).squareRoot())
      #expect(abs(sampled.variance - exact.variance) < 5 * sampled.varianceError)
    }
  }

  /// Each prompt has a row, with the share of its gradient that the deviation leaves.
  @Test func difficultiesHaveRows() throws {
    let task = try TwoDifficulty.task(
      Settings([.init("hard_length", .integer(2))], for: TwoDifficulty.about.parameters, owner: ""))
    let policyTask = PolicyTask(model: task.model, timeLimit: task.timeLimit)
    let policy = [Double](repeating: 1.0 / 3, count: policyTask.space.slotCount)
    let changes: [String: Setting] = ["loss_type": .text("luspo"), "num_generations": .integer(4)]
    let rows = try audit(policyTask, policy, changes).judge(method: .exact, samples: 2, root: 0)
    #expect(rows.map(\.finding.name) == ["grpo", "grpo from easy|", "grpo from hard|"])
    // Of a group with k right answers Σ Â / G over the right ones is k/G (1 − k/G) / (s + ε), s² = k (G − k) / (G (G − 1)).
    for (row, p) in zip(rows.dropFirst(), [1.0 / 9, 1.0 / 27]) {
      let sum = zip(1...3, [4.0, 6, 4]).reduce(0.0) { sum, term in
        let k = Double(term.0)
        let chance = term.1 * pow(p, k) * pow(1 - p, 4 - k)
        return sum + chance * k / 4 * (1 - k / 4) / ((k * (4 - k) / 12).squareRoot() + 1e-4)
      }
      #expect(abs(row.finding.scale - sum / (p * (1 - p))) < 1e-12)
    }
    let plain = try audit(policyTask, policy, changes.merging(["scale_rewards": .text("none")]) { $1 }).judge(
      method: .exact, samples: 2, root: 0)
    for row in plain { #expect(abs(row.finding.scale - 0.75) < 1e-12) }
  }

  @Test func whatCannotBeExactIsSaid() throws {
    let task = PolicyTask(model: try arms([0, 1]))
    for changes: [String: Setting] in [
      ["num_generations": .integer(1), "baseline": .text("batch"), "scale_rewards": .text("batch")],
      ["supervision": .text("process")],
    ] {
      let audit = try audit(task, [0.5, 0.5], changes)
      #expect(throws: SettingProblem.self) { try audit.judge(method: .exact, samples: 2, root: 0) }
      #expect(try !audit.judge(method: .auto, samples: 20, root: 0)[0].finding.isExact)
    }
  }
}
