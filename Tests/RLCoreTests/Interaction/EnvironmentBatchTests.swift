import Testing

@testable import RLCore

@Suite struct EnvironmentBatchTests {
  /// Three states in a row: action 0 stays (reward 0), action 1 goes on (reward 1) and terminates behind the last; state 1 offers only
  /// action 0 and leads on by it. Episodes begin anywhere.
  private static func model() throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: 3, actions: 2)
    for state in 0..<3 {
      builder.addPair(state: state, action: 0)
      builder.addOutcome(probability: 1, next: state == 1 ? 2 : state, reward: 0)
      if state != 1 {
        builder.addPair(state: state, action: 1)
        builder.addOutcome(probability: 1, next: min(2, state + 1), reward: 1, terminated: state == 2)
      }
    }
    return try builder.build(initial: (0..<3).map { .init(state: $0, probability: 1.0 / 3) })
  }

  private static func batch(_ count: Int, timeLimit: Int? = nil) throws -> EnvironmentBatch {
    let view = FiniteVectorView(FiniteSimulation(try model()))
    return EnvironmentBatch(
      VectorizedEnvironments(view, count: count, timeLimit: timeLimit, usesStateIndices: true, root: 1, seed: 2))
  }

  @Test func stepsCountAndTellWhatIsOffered() throws {
    let batch = try Self.batch(6)
    #expect(!batch.offersAllActions)
    for k in 0..<6 { #expect(batch.availableActions[k] == (batch.stateIndices[k] == 1 ? 1 : 2)) }
    let ends = (0..<6).filter { batch.stateIndices[$0] == 2 }
    let gains = (0..<6).count { batch.stateIndices[$0] != 1 }
    let actions = (0..<6).map { Int32(batch.stateIndices[$0] == 1 ? 0 : 1) }
    actions.withUnsafeBufferPointer { batch.step(actions: $0.baseAddress!) }
    for k in ends { #expect(batch.terminated[k] && batch.finalStateIndices[k] == 2) }
    #expect(batch.steps == 6 && batch.episodes == ends.count && batch.endings == ends.count)
    let tally = batch.takeTally()
    #expect(tally.steps == 6 && tally.reward == Double(gains) && tally.episodes == ends.count)
    #expect(tally.returns == Double(ends.count) && tally.lengths == ends.count)
    #expect(batch.takeTally() == EpisodeTally())
  }

  @Test func groupsBeginInTheSameState() throws {
    let batch = try Self.batch(12)
    var seen: Set<Int32> = []
    for _ in 0..<10 {
      batch.reset(groupsOf: 4)
      for k in 0..<12 { #expect(batch.stateIndices[k] == batch.stateIndices[k - k % 4]) }
      seen.formUnion((0..<3).map { batch.stateIndices[4 * $0] })
    }
    #expect(seen == [0, 1, 2])
  }

  @Test func goesOnWhereItWasStored() throws {
    let (first, second) = (try Self.batch(5, timeLimit: 4), try Self.batch(5, timeLimit: 4))
    func play(_ batch: EnvironmentBatch, _ steps: Int) -> [Int32] {
      var seen: [Int32] = []
      for step in 0..<steps {
        let actions = (0..<5).map { Int32(batch.stateIndices[$0] == 1 ? 0 : (step + $0) % 2) }
        actions.withUnsafeBufferPointer { batch.step(actions: $0.baseAddress!) }
        seen += (0..<5).map { batch.stateIndices[$0] }
      }
      return seen
    }
    _ = play(first, 7)
    var writer = StateWriter()
    first.save(to: &writer)
    var reader = StateReader(writer.bytes)
    try second.restore(from: &reader)
    #expect(reader.isAtEnd)
    #expect(play(first, 9) == play(second, 9))
    #expect(first.steps == 80 && second.steps == 80 && first.episodes == second.episodes)
    #expect(first.takeTally() == second.takeTally())
  }

  @Test func schedulesRunOverTheBudget() throws {
    let zoo = try TrainingSchedule(.text("lin_0.001"), in: .nonnegative)
    #expect(
      zoo.value(0, of: 100) == 0.001 && abs(zoo.value(25, of: 100) - 0.00075) < 1e-18 && zoo.value(101, of: 100) == 0)
    let open = try TrainingSchedule(
      .object([.init("schedule", .text("linear")), .init("from", .real(0.5)), .init("to", .real(0.1))]),
      in: .nonnegative)
    #expect(abs(open.value(50, of: 100) - 0.3) < 1e-15)
    let fixed = try TrainingSchedule(
      .object([
        .init("schedule", .text("linear")), .init("from", .real(0.5)), .init("to", .real(0.1)),
        .init("over", .integer(10)),
      ]), in: .nonnegative)
    #expect(fixed.value(10, of: 100) == 0.1)
    #expect(throws: SettingProblem.self) { try TrainingSchedule(.text("lin_x"), in: .nonnegative) }
    #expect(throws: SettingProblem.self) { try TrainingSchedule(.real(-1), in: .nonnegative) }
  }
}
