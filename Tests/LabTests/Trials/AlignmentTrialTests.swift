import Foundation
import RLCore
import Testing

@testable import Lab

/// Group and preference methods where the right answer is known: one state with three actions that earn 0, 1 and 2, and a reference of (.5, .3, .2).
@Suite struct AlignmentTrialTests {
  private static let model: String = {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("alignment-\(UUID().uuidString)")
    try! FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appendingPathComponent("arms.mdp.json")
    let text = """
      {"format": "rl-lab-mdp/1", "states": 1, "actions": 3, "initial": [[0, 1.0]], "transitions": [
       [0, 0, 1.0, 0, 0.0, true], [0, 1, 1.0, 0, 1.0, true], [0, 2, 1.0, 0, 2.0, true]]}
      """
    try! text.write(to: file, atomically: true, encoding: .utf8)
    return file.path
  }()

  private func run(
    _ algorithm: String, iterations: Int, environment: String? = nil, seed: UInt64 = 0
  ) throws -> (columns: [String: Double], record: TrialRecord) {
    let environment = environment ?? "{id: 'mdp-file', path: '\(Self.model)'}"
    let text = """
      {environment: \(environment), algorithm: \(algorithm), budget: {iterations: \(iterations)},
       record: {every: \(iterations), exact: {every: \(iterations)}}}
      """
    let variant = try experiment(text).variants[0]
    guard
      case .finished(let record) = try Trial(variant: variant, root: 0, seed: seed, wantsTables: true).run(
        checkpoint: nil, progress: { _ in })
    else { throw LabError(.interrupted, "") }
    let last = Array(record.rows.suffix(record.width))
    var columns: [String: Double] = [:]
    for (place, metric) in record.metrics.enumerated() { columns[metric] = last[3 + place] }
    return (columns, record)
  }

  private static let start = "initial_probabilities: [0.5, 0.3, 0.2], optimizer: 'sgd', max_grad_norm: null"

  /// With the divergence in the reward, methods whose advantages are not divided find π ∝ π_ref exp(r / β): there every reward r − β log(π / π_ref) is the same, so
  /// that no noise is left.
  @Test(arguments: [
    "{id: 'rloo', beta: 1, learning_rate: 0.5, ",
    "{id: 'grpo', beta: 1, learning_rate: 0.5, scale_rewards: 'none', kl_placement: 'reward', kl_estimator: 'k1', ",
  ]) func theClosedFormIsFound(algorithm: String) throws {
    let (columns, _) = try run(algorithm + Self.start + "}", iterations: 150)
    #expect(columns["optimum_kl"]! < 1e-9 && columns["optimum_kl_reverse"]! < 1e-9)
    // KL(π* ‖ π_ref) of (.179000, .291944, .529056) against (.5, .3, .2), by hand.
    #expect(abs(columns["reference_kl"]! - 0.322834) < 1e-5)
    #expect(abs(columns["regularized_gap"]!) < 1e-9)
  }

  /// k3 in the loss is ∇KL(π_ref ‖ π) and the mean of a group shrinks the reward's part by 1 − 1/G: what is found is the maximum of another
  /// function, π_a = β′ π_ref,a / (λ − r_a) with β′ = β G / (G − 1), as the derivative of Σ π r + β′ Σ π_ref log π demands.
  @Test func k3InTheLossFindsAnotherPolicy() throws {
    let algorithm = """
      {id: 'grpo', beta: 1, num_generations: 4, generation_batch_size: 256, scale_rewards: 'none', kl_placement: 'loss',
       kl_estimator: 'k3', learning_rate: {schedule: 'linear', from: 0.5, to: 0.01}, \(Self.start)}
      """
    let (columns, record) = try run(algorithm, iterations: 400)
    let (beta, reference) = (4.0 / 3, [0.5, 0.3, 0.2])
    var (low, high) = (2.0, 10.0)  // of λ: the sum falls with it
    for _ in 0..<200 {
      let middle = (low + high) / 2
      let sum = (0..<3).reduce(0) { $0 + beta * reference[$1] / (middle - Double($1)) }
      if sum > 1 { low = middle } else { high = middle }
    }
    let fixed = (0..<3).map { beta * reference[$0] / (low - Double($0)) }
    let policy = try #require(record.tables).probabilities
    let distance = (0..<3).reduce(0) { $0 + fixed[$1] * log(fixed[$1] / policy[$1]) }
    // About d / 2 · η σ² / (2 curvature · n): some 1e-4 at the last step sizes.
    #expect(distance < 1e-3)
    #expect(columns["optimum_kl"]! > 0.01)
  }

  /// On new Bradley–Terry pairs in every update, drawn from the reward, DPO comes to the same closed form, as near as its last step size allows.
  @Test func dpoFindsTheClosedForm() throws {
    let algorithm = """
      {id: 'dpo', beta: 1, preference_pairs: null, batch_size: 512,
       learning_rate: {schedule: 'linear', from: 4, to: 0.05}, \(Self.start)}
      """
    let (columns, _) = try run(algorithm, iterations: 300)
    #expect(columns["optimum_kl"]! < 2e-3)
  }

  /// PPO with a critic and normalised advantages comes near to it.
  @Test func ppoFindsTheClosedForm() throws {
    let algorithm = """
      {id: 'rlhf-ppo', beta: 1, generation_batch_size: 256, scale_rewards: 'none', baseline: 'none',
       learning_rate: {schedule: 'linear', from: 0.3, to: 0.01}, \(Self.start)}
      """
    let (columns, _) = try run(algorithm, iterations: 200)
    #expect(columns["optimum_kl"]! < 2e-3)
  }

  /// With one step on each generation, every ratio is 1: the loss is 0, and yet the policy learns.
  @Test func aLossOfZeroLearns() throws {
    let (columns, _) = try run(
      "{id: 'grpo', loss_type: 'grpo'}", iterations: 30, environment: "{id: 'copy-string', letters: 2, length: 1}")
    #expect(abs(columns["policy_loss"]!) < 1e-12 && columns["clip_fraction"] == 0 && columns["kl"] == 0)
    #expect(columns["gradient_norm"]! > 0 && columns["optimality_gap"]! < 0.5)
    let (split, _) = try run(
      "{id: 'grpo', loss_type: 'grpo', num_iterations: 4}", iterations: 5,
      environment: "{id: 'copy-string', letters: 2, length: 1}")
    #expect(split["kl"]! > 0)
  }

  /// Pieces in which a step is worked off change nothing, but for rounding.
  @Test(arguments: ["grpo", "dapo", "dr_grpo", "luspo", "cispo", "sapo"]) func piecesChangeNothing(loss: String) throws
  {
    func policy(_ pieces: Int) throws -> [Double] {
      let algorithm =
        "{id: 'grpo', loss_type: '\(loss)', gradient_accumulation_steps: \(pieces), optimizer: 'sgd', learning_rate: 1}"
      return try #require(
        try run(algorithm, iterations: 10, environment: "{id: 'length-trap', max_length: 4}").record.tables
      ).probabilities
    }
    for (a, b) in zip(try policy(1), try policy(8)) { #expect(abs(a - b) < 1e-9) }
  }

  static let methods = [
    "{id: 'grpo', preset: 'dapo', generation_batch_size: 32, soft_punish_cache: 2, max_completion_length: 3}",
    "{id: 'grpo', preset: 'gspo', generation_batch_size: 32}",
    "{id: 'grpo', preset: 'deepseek-math', generation_batch_size: 64}",
    "{id: 'grpo', preset: 'dr-grpo', policy: 'mlp', net_arch: [8]}",
    "{id: 'grpo', preset: 'trl', supervision: 'process'}",
    "{id: 'grpo', zero_signal: 'skip', mask_truncated_completions: true, max_completion_length: 2, sync_ref_model: true, ref_model_sync_steps: 3, beta: 0.1}",
    "{id: 'rloo', beta: 0.1}", "{id: 'reinforce-plus-plus', beta: 0.1}",
    "{id: 'rlhf-ppo', policy: 'mlp', net_arch: [8]}",
    "{id: 'rlhf-ppo', policy: 'ngram', ngram: 2}",
    "{id: 'pipeline', stages: [{id: 'reward-model', iterations: 2}, {id: 'grpo', reward_weights: [1, 0.5]}]}",
    "{id: 'rejection-sampling', keep: 2}", "{id: 'best-of-n', num_generations: 4}",
    "{id: 'pipeline', stages: [{id: 'reward-model', iterations: 2}, {id: 'best-of-n', iterations: 2}, {id: 'grpo'}]}",
    "{id: 'sft', demonstrations: 20}", "{id: 'dpo', loss_type: 'ipo'}",
    "{id: 'kto', policy: 'mlp', net_arch: [8]}", "{id: 'reward-model', margin: true}",
    "{id: 'distillation', direction: 'reverse', teacher: 'policy'}",
    "{id: 'pipeline', stages: [{id: 'sft', iterations: 3}, {id: 'reward-model', iterations: 3}, {id: 'rlhf-ppo'}]}",
  ]

  /// Every method runs on sequences, repeats to the byte, and goes on after a stop as if there had been none.
  @Test(arguments: methods) func everyMethodRepeatsAndGoesOn(algorithm: String) throws {
    let text = """
      {environment: {id: 'count-to-n', n: 2}, algorithm: \(algorithm), budget: {iterations: 8}, record: {every: 4}}
      """
    let variant = try experiment(text).variants[0]
    let request = TrialRequest(
      task: variant.task, settings: variant.algorithm.settings, budget: variant.budget, root: 0, seed: 0,
      truth: variant.truth, threads: 1)
    func bytes(_ process: TrialProcess) -> [UInt8] {
      var writer = StateWriter()
      process.save(&writer)
      return writer.bytes
    }
    let whole = try variant.entry.make(request)
    while whole.counters().iteration! < 8 { try whole.advance(8) }
    let first = try variant.entry.make(request)
    while first.counters().iteration! < 5 { try first.advance(5) }
    var reader = StateReader(bytes(first))
    let second = try variant.entry.make(request)
    try second.restore(&reader)
    while second.counters().iteration! < 8 { try second.advance(8) }
    #expect(bytes(whole) == bytes(second))
    let sum = whole.report().targetPolicy.reduce(0, +)
    #expect(abs(sum - Double(variant.task.space.stateCount)) < 1e-6)
  }

  /// A reward that was learned stands beside the true one.
  @Test func learnedRewardsAreHeldAgainstTheTruth() throws {
    let algorithm = """
      {id: 'pipeline', initial_probabilities: [0.5, 0.3, 0.2], stages: [
        {id: 'reward-model', iterations: 300, learning_rate: 0.05, preference_pairs: 20000, batch_size: 512},
        {id: 'grpo', iterations: 100, beta: 0.1, kl_placement: 'reward', kl_estimator: 'k1'}]}
      """
    let (columns, _) = try run(algorithm, iterations: 400)
    #expect(columns["true_return"]! > 1.9)
    // The learned reward is the true one up to a constant; with three actions its differences are known to some 5 %.
    #expect(columns["proxy_return"]! > 0.7 && columns["proxy_return"]! < 1.3)
  }

  /// A reward that knows nothing draws rejection sampling elsewhere than the task's does.
  @Test func rejectionSamplingEarnsTheLearnedReward() throws {
    func policy(_ reward: String) throws -> [Double] {
      let algorithm = """
        {id: 'pipeline', stages: [{id: 'reward-model', iterations: 1, learning_rate: 0},
          {id: 'rejection-sampling', reward: '\(reward)'}]}
        """
      return try #require(try run(algorithm, iterations: 40).record.tables).probabilities
    }
    let (learned, task) = (try policy("auto"), try policy("task"))
    #expect(try policy("model") == learned)
    #expect(task[2] > 0.5 && abs(learned[2] - task[2]) > 0.1)
  }

  /// The best of n as a policy: its return and its divergence are exact, and the bound stands beside them.
  @Test func theBestOfNIsExact() throws {
    let (columns, _) = try run(
      "{id: 'best-of-n', num_generations: 4, initial_probabilities: [0.5, 0.3, 0.2]}", iterations: 2)
    // q = (.5⁴, .8⁴ − .5⁴, 1 − .8⁴).
    let q = [0.0625, 0.3471, 0.5904]
    #expect(abs(columns["true_return"]! - (q[1] + 2 * q[2])) < 1e-12)
    let divergence = zip(q, [0.5, 0.3, 0.2]).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
    #expect(abs(columns["reference_kl"]! - divergence) < 1e-12)
    #expect(abs(columns["kl_bound"]! - (log(4) - 0.75)) < 1e-15 && divergence < log(4) - 0.75)
    // 16 groups an update, two updates, whose best has deviation .61.
    #expect(abs(columns["best_return"]! - columns["true_return"]!) < 4 * 0.61 / 32.squareRoot())
  }

  /// A policy of the last two tokens counts to 3, for it sees where it is; one of the last token alone does not see how far to go.
  @Test func ngramsSeeTheLastTokens() throws {
    let task = "{id: 'count-to-n', n: 2}"
    let (short, _) = try run("{id: 'grpo', policy: 'ngram', ngram: 1}", iterations: 60, environment: task)
    let (long, record) = try run(
      "{id: 'grpo', policy: 'ngram', ngram: 3, learning_rate: 0.2}", iterations: 200, environment: task)
    #expect(long["exact_match"] == 1 && short["exact_match"]! <= 0.5)
    #expect(record.tables != nil)
    do {
      _ = try experiment(
        "{environment: 'cliff-walking', algorithm: {id: 'grpo', policy: 'ngram'}, budget: {iterations: 2}}")
      Issue.record("n-grams of a grid")
    } catch let error as LabError { #expect(error.message.contains("algorithm.policy: ")) }
  }

  /// Stages may stand at the top of a configuration, and say how long it all lasts.
  @Test func stagesAtTheTop() throws {
    let plan = "[{id: 'sft', iterations: 3}, {id: 'grpo', iterations: 4}]"
    let short = try experiment("{environment: 'count-to-n', stages: \(plan), algorithm: {gamma: 0.9}}")
      .variants[0]
    let long = try experiment(
      "{environment: 'count-to-n', algorithm: {id: 'pipeline', stages: \(plan), gamma: 0.9}, budget: {iterations: 7}}"
    ).variants[0]
    #expect(short.identity == long.identity && short.budget.count == 7)
    do {
      _ = try experiment("{environment: 'count-to-n', algorithm: 'grpo', stages: \(plan)}")
      Issue.record("stages of grpo")
    } catch let error as LabError { #expect(error.message.contains("stages: stages are those of")) }
  }

  /// Exact columns of answers: lengths of right and wrong ones by hand, and the share of prompts that are answered right.
  @Test func answersHaveColumns() throws {
    let (trap, _) = try run(
      "{id: 'grpo', learning_rate: 0}", iterations: 1, environment: "{id: 'length-trap', max_length: 3}")
    // After A an end with 1/3; else there are three tokens, ended or cut off.
    #expect(abs(trap["right_length"]! - 8.0 / 3) < 1e-12)
    // An end at once (1/3), after B (1/9), and three tokens (2/9).
    let ends: [(length: Double, chance: Double)] = [(1, 1.0 / 3), (2, 1.0 / 9), (3, 2.0 / 9)]
    let total = ends.reduce(0.0) { $0 + $1.chance }
    let mean = ends.reduce(0.0) { $0 + $1.length * $1.chance } / total
    #expect(abs(trap["wrong_length"]! - mean) < 1e-12)
    #expect(trap["exact_match"] == nil)
    let (sums, _) = try run(
      "{id: 'sft', learning_rate: 0.5}", iterations: 40, environment: "{id: 'modular-arithmetic', modulus: 3}")
    #expect(sums["exact_match"] == 1 && sums["held_out_match"]! < 1)
  }

  @Test(arguments: [
    ("{id: 'grpo', num_generations: 7}", "algorithm.generation_batch_size"),
    ("{id: 'grpo', delta: 1.1}", "algorithm.delta"), ("{id: 'grpo', supervision: 'to-go'}", "algorithm.supervision"),
    ("{id: 'grpo', soft_punish_cache: 100}", "algorithm.soft_punish_cache"),
    ("{id: 'grpo', initial_probabilities: [0.5, 0.5]}", "algorithm.initial_probabilities"),
    ("{id: 'grpo', scale_rewards: 'std'}", "algorithm.scale_rewards"),
    ("{id: 'grpo', reward_weights: [1]}", "algorithm.reward_weights"),
    ("{id: 'pipeline', stages: [{id: 'sfd'}]}", "algorithm.stages[0].id"),
    ("{id: 'pipeline', stages: [{id: 'sft'}, {id: 'dpo', betta: 1}]}", "algorithm.stages[1].betta"),
    ("{id: 'pipeline', stages: [{id: 'sft', gamma: 1}]}", "algorithm.stages[0].gamma"),
    ("{id: 'grpo', reward: 'model'}", "algorithm.reward"),
    ("{id: 'rejection-sampling', reward: 'model'}", "algorithm.reward"),
    (
      "{id: 'pipeline', stages: [{id: 'grpo', reward: 'model'}, {id: 'reward-model'}]}", "algorithm.stages[0].reward"
    ),
    ("{id: 'rejection-sampling', generation_batch_size: 10000000}", "algorithm.generation_batch_size"),
  ]) func wrongSettingsAreNamed(algorithm: String, place: String) throws {
    let text = "{environment: 'count-to-n', algorithm: \(algorithm), budget: {iterations: 2}}"
    do {
      _ = try experiment(text)
      Issue.record("\(algorithm) was accepted")
    } catch let error as LabError { #expect(error.message.contains(place + ":"), "\(error.message)") }
  }

  @Test func preferencesNeedAModel() {
    let text = "{environment: 'k-armed-bandit', algorithm: 'dpo', budget: {iterations: 2}}"
    #expect(throws: LabError.self) { try experiment(text) }
  }
}
