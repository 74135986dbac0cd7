import Foundation
import RLCore
import Testing

@testable import Lab

/// Learns nothing but a count of actions, and fails once action 1 was taken too often: some seeds do, and some do not.
private struct MoodyLearner: OneStepLearner, ~Copyable {
  static let about = About(id: "moody", summary: "fails for some seeds", source: "tests", parameters: [])

  var q: ActionValues
  private let alpha: StepSize
  private let exploration = Exploration(epsilon: .constant(0.5))
  var gamma: Double { 0.5 }
  var oneStepRule: OneStepRule? { OneStepRule(.maximum, q, alpha: alpha, gamma: gamma, exploration: exploration) }
  var failure: String? { q[0, 1] > 0.12 ? "it is in no mood; try another seed" : nil }

  init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    q = ActionValues(context.space, initial: 0)
    alpha = StepSize(.constant(0.1), entries: context.space.slotCount)
  }

  mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    exploration.action(q, in: state, using: &stream)
  }

  mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    let bootstrap = t.terminated ? 0 : q.maximum(in: t.next)
    let error = t.reward + gamma * bootstrap - q[t.state, t.action]
    q[t.state, t.action] += 0.1 * error
    return t.isLast ? 0 : exploration.action(q, in: t.next, using: &stream)
  }

  func report(into report: inout LearnerReport) {
    report.makeRoom(for: q.space)
    q.withSlots { report.actionValues = Array($0) }
    q.writeGreedy(into: &report.targetPolicy)
    exploration.write(q, into: &report.behaviorPolicy)
  }
  func save(to writer: inout StateWriter) { q.save(to: &writer) }
  mutating func restore(from reader: inout StateReader) throws(StateError) { try q.restore(from: &reader) }
}

/// Trials that take their steps in turn give the bytes that they give alone.
@Suite struct TrialGroupTests {
  private func variant(_ text: String) throws -> Variant {
    var lab = Laboratory.standard
    lab.register(MoodyLearner.self)
    let document = try ConfigurationFile.parse(Array(text.utf8), name: "test.json5")
    let resolver = Resolver(lab: lab, source: "test.json5", folder: "", overridden: [], outline: document.outline)
    return try resolver.experiment(document.root, defaultName: "test").variants[0]
  }

  private func trial(_ variant: Variant, _ seed: Int) -> Trial {
    Trial(variant: variant, root: 0, seed: UInt64(seed), wantsTables: true)
  }

  /// What a trial comes to alone: its record, and what went wrong.
  private func alone(_ variant: Variant, _ seed: Int) throws -> (record: TrialRecord, message: String?) {
    do {
      guard case .finished(let record) = try trial(variant, seed).run(checkpoint: nil, progress: { _ in }) else {
        throw LabError(.interrupted, "")
      }
      return (record, nil)
    } catch let failure as Trial.Failure { return (failure.record, (failure.cause as? SettingProblem)?.message) }
  }

  /// What trials come to together; nil where they were stopped.
  private func together(
    _ variant: Variant, _ seeds: Range<Int>, folder: String? = nil, stopAfter looks: Int = .max
  ) -> [(record: TrialRecord, message: String?)?] {
    var results = [(record: TrialRecord, message: String?)?](repeating: nil, count: seeds.count)
    var left = looks
    var units = 0
    let members = seeds.map { seed in
      TrialGroup.Member(
        trial: trial(variant, seed),
        checkpoint: folder.map { Checkpoint(path: "\($0)/\(variant.hash)-\(seed)", interval: .seconds(10)) })
    }
    TrialGroup(members: members).run(
      until: {
        left -= 1
        return left < 0
      }, progress: { units += $0 },
      ended: { place, ending in
        do {
          if case .finished(let record) = try ending.get() { results[place] = (record, nil) }
        } catch let failure as Trial.Failure {
          results[place] = (failure.record, (failure.cause as? SettingProblem)?.message)
        } catch { Issue.record("\(error)") }
      })
    if results.allSatisfy({ $0 != nil && $0?.message == nil }) && folder == nil {
      #expect(units == seeds.count * variant.budget.count)
    }
    return results
  }

  /// Whether two records have the same bits, tables included, in which there may be no numbers.
  private func isSame(_ a: TrialRecord, _ b: TrialRecord) -> Bool {
    func bits(_ record: TrialRecord) -> [[UInt64]] {
      let tables = record.tables
      return [record.rows, tables?.actionValues ?? [], tables?.stateValues ?? [], tables?.probabilities ?? []].map {
        $0.map(\.bitPattern)
      }
    }
    return a.metrics == b.metrics && bits(a) == bits(b)
  }

  /// Every method of one step; tasks with two, four and six actions, with and without chance, with one start and many, that end, that
  /// are cut off, and that never end; both units; rows that stand close and far apart; exact columns, evaluations and schedules.
  static let configurations = [
    "{environment: 'cliff-walking', algorithm: {id: 'LEARNER', alpha: 0.5}, budget: {episodes: 60}}",
    "{environment: 'cliff-walking', algorithm: 'LEARNER', budget: {steps: 3001}, record: {every: 1000}}",
    """
    {environment: {id: 'frozen-lake', time_limit: 7}, algorithm: {id: 'LEARNER', epsilon: 0.3, initial_value: 0.5},
     budget: {episodes: 90}, record: {every: 7, evaluate: {episodes: 3, every: 14}}}
    """,
    """
    {environment: {id: 'random-walk', states: 9}, budget: {episodes: 40}, record: {exact: false},
     algorithm: {id: 'LEARNER', gamma: 0.9, epsilon: {schedule: 'linear', from: 1, to: 0.05, over: 30},
       alpha: {schedule: 'exponential', from: 0.5, to: 0.1, over: 20}}}
    """,
    "{environment: {id: 'taxi', time_limit: 30}, algorithm: 'LEARNER', budget: {steps: 900}, record: {every: 100, exact: false}}",
    "{environment: 'river-swim', algorithm: {id: 'LEARNER', gamma: 0.95}, budget: {steps: 500}, record: {every: 50}}",
    "{environment: {id: 'river-swim', time_limit: 20}, algorithm: {id: 'LEARNER', epsilon: 0}, budget: {episodes: 20}}",
    // Values overflow to infinity, and then are no numbers.
    """
    {environment: {id: 'gridworld', map: ['S..', '.#G'], rewards: {step: -1e308, goal: 1e308}, time_limit: 50},
     algorithm: {id: 'LEARNER', alpha: 1, gamma: 1}, budget: {episodes: 30}, record: {exact: false}}
    """,
    // Not of the kind that takes turns: they go on one by one.
    "{environment: 'gamblers-problem', algorithm: 'LEARNER', budget: {episodes: 20}}",
    "{environment: 'short-corridor', algorithm: {id: 'LEARNER', alpha: 0.1}, budget: {episodes: 20}}",
    "{environment: 'cliff-walking', algorithm: {id: 'LEARNER', alpha: {schedule: 'visits'}}, budget: {episodes: 9}}",
    """
    {environment: 'cliff-walking', budget: {steps: 300}, record: {every: 100},
     algorithm: {id: 'LEARNER', epsilon: {schedule: 'linear', from: 1, to: 0.05, over: 200}}}
    """,
  ]

  static let learners = Laboratory.standard.algorithms.filter(\.takesTurns).map(\.about.id)

  @Test func thereAreLearnersThatTakeTurns() {
    #expect(Set(Self.learners).isSuperset(of: ["q-learning", "sarsa", "expected-sarsa"]))
  }

  @Test(arguments: learners, configurations)
  func sameBytesTogetherAsAlone(learner: String, text: String) throws {
    let text = text.replacingOccurrences(of: "LEARNER", with: learner)
    let variant = try variant(text)
    let results = together(variant, 0..<5)
    for seed in 0..<5 {
      let result = try #require(results[seed])
      let expected = try alone(variant, seed).record
      #expect(isSame(result.record, expected), "\(text), seed \(seed)")
    }
  }

  @Test func onlyWhatTakesTurnsIsPutTogether() throws {
    let text = "{environment: 'cliff-walking', algorithm: 'LEARNER', budget: {steps: 10}}"
    #expect(
      TrialGroup.size(for: try variant(text.replacingOccurrences(of: "LEARNER", with: "sarsa")))
        == StepsInTurn.bestCount)
    #expect(TrialGroup.size(for: try variant(text.replacingOccurrences(of: "LEARNER", with: "double-sarsa"))) == 1)
  }

  /// A trial that cannot go on fails by itself, with what it had recorded; the others go on.
  @Test func oneFailureLeavesTheOthers() throws {
    let variant = try variant(
      """
      {environment: {id: 'random-walk', states: 3}, algorithm: 'moody', budget: {episodes: 40}, record: {exact: false}}
      """)
    let results = together(variant, 0..<8)
    var failures = 0
    for seed in 0..<8 {
      let (result, expected) = (try #require(results[seed]), try alone(variant, seed))
      #expect(result.record == expected.record)
      #expect(result.message == expected.message)
      failures += result.message == nil ? 0 : 1
    }
    #expect((1...7).contains(failures))
  }

  /// Stopped in the middle, some of them finished, taken up again together or one by one: the same bytes.
  @Test(arguments: [1, 2, 5, 9, 30])
  func stopsChangeNothing(looks: Int) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/rl-lab-group-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for text in [
      "{environment: 'cliff-walking', algorithm: 'q-learning', budget: {episodes: 12}, record: {every: 2}}",
      "{environment: 'frozen-lake', algorithm: 'expected-sarsa', budget: {steps: 700}, record: {every: 100}}",
    ] {
      let variant = try variant(text)
      let first = together(variant, 0..<4, folder: folder, stopAfter: looks)
      let second = together(variant, 0..<4, folder: folder)
      for seed in 0..<4 {
        let expected = try alone(variant, seed).record
        if let result = first[seed] { #expect(result.record == expected) }
        // What was finished has its last checkpoint, if any, and comes to the same again.
        #expect(second[seed]?.record == expected)
      }
      // Once more: stopped together, taken up alone.
      _ = together(variant, 4..<8, folder: folder, stopAfter: looks)
      for seed in 4..<8 {
        let checkpoint = Checkpoint(path: "\(folder)/\(variant.hash)-\(seed)", interval: .seconds(10))
        guard case .finished(let record) = try trial(variant, seed).run(checkpoint: checkpoint, progress: { _ in })
        else {
          Issue.record("stopped")
          continue
        }
        #expect(record == (try alone(variant, seed)).record)
      }
    }
  }

  /// Groups feed every core, and hold seeds of one variant only.
  @Test(arguments: [
    (20, 2, 1, [5, 5, 5, 5]), (8, 1, 1, [8]), (9, 1, 1, [5, 4]), (8, 2, 1, [4, 4]), (3, 2, 1, [2, 1]),
    (1, 4, 1, [1]), (3, 2, 20, [Int](repeating: 3, count: 20)),
    (100, 1, 1, [8, 8, 8, 8, 8, 8, 8, 8, 8, 7, 7, 7, 7]),
  ])
  func groupsFeedEveryCore(seeds: Int, jobs: Int, variants: Int, expected: [Int]) throws {
    let list = (0..<variants).map { "{name: 'v\($0)', algorithm: {id: 'sarsa', alpha: \(Double($0 + 1) / 100)}}" }
    let text = """
      {environment: 'cliff-walking', budget: {steps: 10}, seeds: \(seeds), variants: [\(list.joined(separator: ","))]}
      """
    let document = try ConfigurationFile.parse(Array(text.utf8), name: "test.json5")
    let resolver = Resolver(
      lab: .standard, source: "test.json5", folder: "", overridden: [], outline: document.outline)
    let experiment = try resolver.experiment(document.root, defaultName: "test")
    let folder = FileManager.default.temporaryDirectory.path + "/rl-lab-groups-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let journal = try Journal(folder: folder)
    let engine = Engine(experiment: experiment, journal: journal, folder: folder, jobs: jobs)
    let groups = engine.groups(of: engine.pending())
    // With twenty variants of three seeds there are groups enough for two cores.
    #expect(groups.map(\.count) == expected)
    #expect(groups.flatMap { $0 } == engine.pending())
    #expect(groups.allSatisfy { Set($0.map { $0 / seeds }).count == 1 })
  }
}
