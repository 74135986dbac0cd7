import RLCore
import Testing

@testable import Lab

/// Columns of policy methods that come from the task and not from the method.
@Suite struct PolicyColumnsTests {
  private func record(_ text: String, seed: UInt64 = 0) throws -> TrialRecord {
    let variant = try experiment(text).variants[0]
    guard
      case .finished(let record) = try Trial(variant: variant, root: 0, seed: seed, wantsTables: false).run(
        checkpoint: nil, progress: { _ in })
    else { throw LabError(.interrupted, "") }
    return record
  }

  private func column(_ name: String, of record: TrialRecord) throws -> [Double] {
    let place = try #require(record.metrics.firstIndex(of: name))
    return (0..<record.rowCount).map { record.rows[$0 * record.width + 3 + place] }
  }

  /// A step along the exact gradient moves the preferences by just that: the cosine is 1 up to rounding, which the logarithms of the
  /// probabilities enlarge by one over the step. The natural gradient points elsewhere, though never backwards.
  @Test func exactAscentFollowsTheGradient() throws {
    func cosines(_ id: String) throws -> [Double] {
      let text = """
        {environment: 'frozen-lake', algorithm: {id: '\(id)', gamma: 0.9, alpha: 0.5}, budget: {iterations: 5}}
        """
      return try column("gradient_cosine", of: try record(text))
    }
    let (exact, natural) = (try cosines("exact-policy-gradient"), try cosines("natural-policy-gradient"))
    #expect(exact[0].isNaN && natural[0].isNaN)
    #expect(exact.dropFirst().allSatisfy { $0 > 1 - 1e-9 })
    #expect(natural.dropFirst().allSatisfy { $0 > 0 && $0 < 1 - 1e-3 })
  }

  /// An episode of REINFORCE is one estimate of the gradient: of every seed's first one, from the same start, some point away from it, and the mean
  /// of many is that of an unbiased estimate: positive.
  @Test(arguments: ["reinforce", "actor-critic", "ppo"])
  func estimatesPointTheRightWayInTheMean(_ id: String) throws {
    let steps = id == "ppo" ? ", n_steps: 32, n_envs: 4, net_arch: [], learning_rate: 0.01" : ", alpha: 0.001"
    let text = """
      {environment: {id: 'random-walk', states: 5}, algorithm: {id: '\(id)', gamma: 0.9\(steps)}, budget: {episodes: 1}}
      """
    let cosines = try (0..<24).map { seed in try column("gradient_cosine", of: try record(text, seed: seed)).last! }
    #expect(cosines.allSatisfy { $0.isNaN || abs($0) <= 1 })
    let known = cosines.filter { !$0.isNaN }
    #expect(!known.isEmpty && known.reduce(0, +) > 0)
  }

  /// On a bandit with means 0 and 1, regret is how often the worse arm was taken.
  @Test(arguments: ["ppo", "a2c", "dqn", "grpo"])
  func banditsHaveTheirColumns(_ id: String) throws {
    let steps = id == "ppo" || id == "a2c" ? ", n_steps: 16, n_envs: 2" : ""
    let text = """
      {environment: {id: 'k-armed-bandit', arms: 2, means: [0, 1]}, algorithm: {id: '\(id)'\(steps)},
       budget: {steps: 320}, record: {every: 32}}
      """
    let record = try record(text)
    let (optimal, regret) = (try column("optimal_action", of: record), try column("regret", of: record))
    #expect(record.rowCount >= 3)
    var worse = 0.0
    for row in 1..<record.rowCount {
      let choices = record.rows[row * record.width + 2] - record.rows[(row - 1) * record.width + 2]
      worse += (1 - optimal[row]) * choices
      #expect(abs(regret[row] - worse) < 1e-9)
    }
    #expect(worse > 0)
  }

  /// Linear policies of vectors are evaluated on a copy of the task, by their likeliest actions and by drawn ones; a trial that is stopped and taken up
  /// goes on with the same bytes.
  @Test(arguments: ["actor-critic", "reinforce", "reinforce-baseline", "semi-gradient-sarsa"])
  func linearFormsOfVectors(_ id: String) throws {
    let features = id == "semi-gradient-sarsa" ? "" : ", policy: 'linear'"
    let text = """
      {environment: {id: 'mountain-car', time_limit: 40}, algorithm: {id: '\(id)'\(features), tilings: 2, tiles: 4},
       budget: {steps: 400}, record: {every: 100, evaluate: {episodes: 2, every: 100}}}
      """
    let first = try record(text)
    #expect(first == (try record(text)))
    #expect(try column("evaluation_return", of: first).dropFirst().allSatisfy { $0 == -40 })
    let variant = try experiment(text).variants[0]
    let request = TrialRequest(
      task: variant.task, settings: variant.algorithm.settings, budget: variant.budget, root: 0, seed: 0,
      truth: variant.truth, threads: 1)
    let (one, other) = (try variant.entry.make(request), try variant.entry.make(request))
    func state(_ process: TrialProcess) -> [UInt8] {
      var writer = StateWriter()
      process.save(&writer)
      return writer.bytes
    }
    let wanted = RolloutRequest(episodes: 2, maximumSteps: 50, isGreedy: false)
    _ = try one.rollouts?(wanted)
    try one.advance(130)
    var reader = StateReader(state(one))
    try other.restore(&reader)
    #expect(reader.isAtEnd)
    for process in [one, other] { try process.advance(300) }
    #expect(state(one) == state(other))
    #expect(try one.rollouts?(wanted) == [-40, -40])
    #expect(try other.rollouts?(wanted) == [-40, -40])
  }

  /// What one form has and another has not is said before anything runs.
  @Test func formsRefuseWhatTheyDoNotHave() throws {
    func message(_ algorithm: String, _ environment: String = "'cart-pole'") -> String {
      do {
        _ = try experiment(
          "{environment: \(environment), algorithm: \(algorithm), budget: {steps: 10}}")
        return ""
      } catch { return "\(error)" }
    }
    #expect(message("{id: 'actor-critic', policy: 'mlp'}").contains("none of"))
    #expect(message("{id: 'actor-critic', policy: 'tabular'}").contains("there is no table"))
    #expect(message("{id: 'reinforce', net_arch: [8], policy: 'linear'}").contains("has no \\\"net_arch\\\""))
    #expect(message("{id: 'reinforce', policy: 'linear', features: 'tokens'}").contains("features"))
    let ranges = "[[-2, 2], [-3, 3], [-1, 1], [-3, 3]]"
    #expect(message("{id: 'reinforce', features: 'fourier', order: 1, ranges: \(ranges)}") == "")
    #expect(message("{id: 'actor-critic', features: 'tile-coding', tiles: 4}", "'frozen-lake'") == "")
  }
}
