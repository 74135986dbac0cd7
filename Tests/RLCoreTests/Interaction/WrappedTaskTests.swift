import RLCore
import Testing

/// What stands between a task that gives samples only and the agent.
@Suite struct WrappedTaskTests {
  /// Counts up by the action's number from 0 to 3, and then stays; pays the state's number; ends at 3.
  private struct Counter: TabularEnvironment {
    let space = ActionSpace(states: 4, actions: 3)
    var state = 0

    mutating func reset(using stream: inout RandomStream) -> Int {
      state = 0
      return 0
    }
    mutating func resetAnywhere(using stream: inout RandomStream) -> Int { reset(using: &stream) }
    mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
      state = min(3, state + action)
      return Outcome(observation: state, reward: Double(state), terminated: state == 3)
    }
    func save(to writer: inout StateWriter) { writer.write(state) }
    mutating func restore(from reader: inout StateReader) throws(StateError) { state = try reader.integer() }
  }

  private func task(_ change: (inout WrappedTask.Options) -> Void) throws -> WrappedTask {
    var options = WrappedTask.Options()
    change(&options)
    return try WrappedTask(AnyTabularEnvironment(Counter()), options)
  }

  @Test func groupsAreSeenInPlaceOfStates() throws {
    var task = try task { $0.groups = [0, 0, 1, 1] }
    var stream = RandomStream(seed: 1)
    #expect(task.space == ActionSpace(states: 2, actions: 3))
    #expect(task.reset(using: &stream) == 0)
    #expect(task.step(1, using: &stream).observation == 0)
    let last = task.step(1, using: &stream)
    #expect(last.observation == 1 && last.reward == 2)
  }

  @Test func aCertainRepetitionIgnoresEveryLaterChoice() throws {
    var task = try task { $0.sticky = 1 }
    var stream = RandomStream(seed: 1)
    #expect(task.space.stateCount == 16)
    #expect(task.reset(using: &stream) == 0)
    #expect(task.step(1, using: &stream).observation == 1 * 4 + 2)
    #expect(task.step(0, using: &stream).observation == 2 * 4 + 2)
    #expect(task.step(2, using: &stream).terminated)
    // A new episode has nothing to repeat.
    _ = task.reset(using: &stream)
    #expect(task.step(0, using: &stream).observation == 0 * 4 + 1)
  }

  @Test func aCertainSlipIsAlwaysAnotherAction() throws {
    var task = try task { $0.slip = 1 }
    var stream = RandomStream(seed: 1)
    var seen = [0, 0, 0, 0]
    for _ in 0..<4000 {
      _ = task.reset(using: &stream)
      seen[task.step(1, using: &stream).observation] += 1
    }
    #expect(seen[1] == 0 && seen[3] == 0)
    // Both others with one half: within 4 standard errors.
    #expect(abs(seen[0] - 2000) <= 127)
  }

  @Test func aHistoryHoldsTheLatestObservations() throws {
    var task = try task { $0.history = 3 }
    var stream = RandomStream(seed: 1)
    #expect(task.space.stateCount == 5 * 5 * 4)
    // Present + 4 × (one more than the observation before + 5 × the same before that), 0 for none.
    #expect(task.reset(using: &stream) == 0)
    #expect(task.step(1, using: &stream).observation == 1 + 4 * (1 + 5 * 0))
    #expect(task.step(1, using: &stream).observation == 2 + 4 * (2 + 5 * 1))
    #expect(task.step(0, using: &stream).observation == 2 + 4 * (3 + 5 * 2))
    #expect(task.reset(using: &stream) == 0)
    for observation in 0..<task.space.stateCount { #expect(task.space.actions(in: observation) == 3) }
  }

  /// Mean 0 and the standard deviation that was asked for, within 4 standard errors; the task goes on as without it.
  @Test func noiseIsNormalAndChangesNothingElse() throws {
    var task = try task { $0.noise = 2 }
    var stream = RandomStream(seed: 3)
    var sum = 0.0
    var squares = 0.0
    let n = 20_000
    for _ in 0..<n {
      _ = task.reset(using: &stream)
      let outcome = task.step(2, using: &stream)
      #expect(outcome.observation == 2 && !outcome.terminated)
      let noise = (outcome.reward - 2) / 2
      sum += noise
      squares += noise * noise
    }
    #expect(abs(sum / Double(n)) <= 4 / Double(n).squareRoot())
    #expect(abs(squares / Double(n) - 1) <= 4 * (2 / Double(n)).squareRoot())
  }

  @Test func aCheckpointKeepsWhatIsRemembered() throws {
    func fresh() throws -> WrappedTask {
      try task {
        $0.sticky = 0.5
        $0.slip = 0.1
        $0.noise = 1
        $0.history = 2
      }
    }
    var first = try fresh()
    var stream = RandomStream(seed: 7)
    _ = first.reset(using: &stream)
    _ = first.step(0, using: &stream)
    var writer = StateWriter()
    first.save(to: &writer)
    var second = try fresh()
    var reader = StateReader(writer.bytes)
    try second.restore(from: &reader)
    #expect(reader.isAtEnd)
    var other = stream
    for action in [0, 1, 0, 0] {
      let (a, b) = (first.step(action, using: &stream), second.step(action, using: &other))
      #expect(a.observation == b.observation && a.reward == b.reward)
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    #expect(throws: SettingProblem.self) { try task { $0.history = 64 } }
    struct Uneven: TabularEnvironment {
      let space = ActionSpace(counts: [1, 2])
      mutating func reset(using stream: inout RandomStream) -> Int { 0 }
      mutating func resetAnywhere(using stream: inout RandomStream) -> Int { 0 }
      mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
        Outcome(observation: 0, reward: 0, terminated: true)
      }
      func save(to writer: inout StateWriter) {}
      mutating func restore(from reader: inout StateReader) throws(StateError) {}
    }
    var options = WrappedTask.Options()
    options.groups = [0, 0]
    #expect(throws: SettingProblem.self) { try WrappedTask(AnyTabularEnvironment(Uneven()), options) }
  }
}
