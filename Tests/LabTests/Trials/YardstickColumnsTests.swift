import RLCore
import Testing

@testable import Lab

/// The columns `regret` and `agreement`, and the constants of an experiment.
@Suite struct YardstickColumnsTests {
  private func variant(_ text: String) throws -> Variant {
    let document = try ConfigurationFile.parse(Array(text.utf8), name: "test.json5")
    let resolver = Resolver(
      lab: .standard, source: "test.json5", folder: "", overridden: [], outline: document.outline)
    return try resolver.experiment(document.root, defaultName: "test").variants[0]
  }

  private func rows(_ variant: Variant, seed: UInt64 = 0) throws -> [[String: Double]] {
    guard
      case .finished(let record) = try Trial(variant: variant, root: 0, seed: seed, wantsTables: false).run(
        checkpoint: nil, progress: { _ in })
    else { throw LabError(.interrupted, "") }
    return (0..<record.rowCount).map { row in
      let names = ["iteration", "episode", "step"] + record.metrics
      let values = record.rows[row * record.width..<(row + 1) * record.width]
      return Dictionary(uniqueKeysWithValues: zip(names, values))
    }
  }

  /// Sutton & Barto, Example 6.6, by an independent solver.
  @Test func theYardsticksOfTheCliff() throws {
    let constants = try { (algorithm: String) in
      let variant = try variant(
        "{environment: 'cliff-walking', algorithm: {id: \(algorithm)}, budget: {episodes: 10}}")
      return variant.truth.constants(for: variant)
    }
    let sarsa = try constants("'sarsa', epsilon: 0.1")
    func check(_ constants: Setting, _ name: String, _ expected: Double) {
      #expect(abs((constants[name]?.number ?? .nan) - expected) < 1e-8, "\(name)")
    }
    check(sarsa, "optimal_return", -13)
    check(sarsa, "epsilon", 0.1)
    check(sarsa, "epsilon_soft_optimal_return", -20.7076773987)
    check(sarsa, "epsilon_greedy_return", -50.8000476668)
    check(sarsa, "regret_baseline", -13)
    #expect(sarsa["regret_unit"] == .text("episode"))
    // A schedule counts as what it comes to.
    let falling = try constants(
      "'q-learning', epsilon: {schedule: 'linear', from: 1, to: 0.01, over: 10}")
    check(falling, "epsilon_soft_optimal_return", -15.4408106599)
    // Who does not explore epsilon-greedily has no epsilon.
    #expect(try constants("'sarsa', behavior: 'softmax'")["epsilon"] == nil)
    check(try constants("'td', policy: 'uniform'"), "optimal_return", -13)
    #expect(try constants("'td', policy: 'uniform'")["regret_baseline"] == nil)
  }

  @Test func regretAddsUpWhatEpisodesFallShort() throws {
    let rows = try rows(
      try variant(
        """
        {environment: 'cliff-walking', algorithm: {id: 'q-learning', alpha: 0.5}, budget: {episodes: 45}, record: {every: 10}}
        """))
    var expected = 0.0
    #expect(rows[0]["regret"]!.isNaN)
    for (before, row) in zip(rows, rows.dropFirst()) {
      expected += (row["episode"]! - before["episode"]!) * (-13 - row["return"]!)
      #expect(abs(row["regret"]! - expected) <= 1e-9 * expected)
    }
  }

  /// RiverSwim, which never ends: the best average reward a step is .428622 (by an independent solver).
  @Test func regretOfATaskWithoutAnEnd() throws {
    let swim = try variant(
      "{environment: 'river-swim', algorithm: {id: 'q-learning', gamma: 0.95}, budget: {steps: 500}}")
    let constants = swim.truth.constants(for: swim)
    #expect(abs(constants["regret_baseline"]!.number! - 0.428622) < 5e-7)
    #expect(constants["regret_unit"] == .text("step"))
    let rows = try rows(swim)
    let earned = zip(rows, rows.dropFirst()).reduce(0) { $0 + ($1.1["step"]! - $1.0["step"]!) * $1.1["reward"]! }
    #expect(abs(rows.last!["regret"]! - (500 * 0.428622 - earned)) < 1e-3)
  }

  /// Cut off after 20 steps, the best is what 20 steps can earn; undiscounted there is no J* to compare with, but a regret.
  @Test func regretWithinALimit() throws {
    let swim = try variant(
      "{environment: {id: 'river-swim', time_limit: 20}, algorithm: {id: 'ucb-h', horizon: 20}, budget: {episodes: 30}}"
    )
    let rows = try rows(swim)
    #expect(rows.last!["regret"]! > 0)
    #expect(swim.truth.constants(for: swim)["regret_unit"] == .text("episode"))
  }

  /// On a row of three states without a preference for either end, every action is optimal; with one, only the step out of the bad end is not,
  /// which half of a uniform policy in one of three states takes.
  @Test(arguments: [(1.0, 1.0), (0.0, 2.5 / 3)])
  func agreementCountsTies(leftReward: Double, atFirst: Double) throws {
    let rows = try rows(
      try variant(
        """
        {environment: {id: 'random-walk', states: 3, left_reward: \(leftReward)}, budget: {episodes: 400}, record: {every: 400},
         algorithm: {id: 'q-learning', alpha: 0.5, gamma: 1, epsilon: 0.5}}
        """))
    // Before learning, all actions are greedy and the policy is uniform.
    #expect(rows[0]["agreement"] == atFirst)
    #expect(rows.last!["agreement"] == 1)
  }

  /// A planner's last policy is optimal everywhere; of the cliff's 48 cells only those count from which one can act and that come up.
  @Test func plannersAgreeInTheEnd() throws {
    let rows = try rows(try variant("{environment: 'cliff-walking', algorithm: 'value-iteration'}"))
    #expect(rows.last!["agreement"] == 1)
    #expect(rows[0]["agreement"]! < 1)
  }

  /// A trial that was stopped and taken up again counts on.
  @Test func regretSurvivesAStop() throws {
    let variant = try variant(
      "{environment: 'cliff-walking', algorithm: 'q-learning', budget: {episodes: 60}, record: {every: 1}}")
    let request = TrialRequest(
      task: variant.task, settings: variant.algorithm.settings, budget: variant.budget, root: 0, seed: 1,
      truth: variant.truth, threads: 1)
    func part(_ process: TrialProcess, _ recorder: inout Recorder, _ episodes: ClosedRange<Int>) throws {
      for episode in episodes {
        while process.counters().episode! < episode { try process.advance(episode) }
        try recorder.record(process, isFirst: false, isLast: episode == 60)
      }
    }
    let process = try variant.entry.make(request)
    var recorder = Recorder(process: process, variant: variant, root: 0, seed: 1)
    try recorder.record(process, isFirst: true, isLast: false)
    try part(process, &recorder, 1...23)
    var writer = StateWriter()
    process.save(&writer)
    recorder.save(to: &writer)
    let second = try variant.entry.make(request)
    var other = Recorder(process: second, variant: variant, root: 0, seed: 1)
    var reader = StateReader(writer.bytes)
    try second.restore(&reader)
    try other.restore(from: &reader)
    try part(process, &recorder, 24...60)
    try part(second, &other, 24...60)
    #expect(recorder.finish(process, wantsTables: false) == other.finish(second, wantsTables: false))
  }
}
