import RLCore
import Testing

@testable import Environments

@Suite struct ChangingMazeTests {
  private let up = 0
  private let left = 2
  private let right = 3

  private func blocking(_ changeStep: Int) throws -> BlockingMaze {
    BlockingMaze(try Settings(defaultsOf: BlockingMaze.self, ["change_step": .integer(changeStep)]))
  }

  private func shortcut(_ changeStep: Int) throws -> ShortcutMaze {
    ShortcutMaze(try Settings(defaultsOf: ShortcutMaze.self, ["change_step": .integer(changeStep)]))
  }

  /// Follows a way from the start, and says where it ends.
  private func walk(_ task: inout some SampledEnvironment, _ actions: [Int]) -> Outcome<Int> {
    var stream = RandomStream(seed: 0)
    var outcome = Outcome(observation: task.reset(using: &stream), reward: 0, terminated: false)
    #expect(outcome.observation == 5 * 9 + 3)
    for action in actions {
      #expect(!outcome.terminated)
      outcome = task.step(action, using: &stream)
      #expect(outcome.reward == (outcome.terminated ? 1 : 0))
    }
    return outcome
  }

  private var throughTheRight: [Int] { [Int](repeating: right, count: 5) + [Int](repeating: up, count: 5) }
  private var throughTheLeft: [Int] {
    [Int](repeating: left, count: 3) + [Int](repeating: up, count: 5) + [Int](repeating: right, count: 8)
  }

  @Test func theShortWayIsClosedAndALongOneOpens() throws {
    var task = try blocking(25)
    var stream = RandomStream(seed: 0)
    task.prepare(using: &stream)
    #expect(walk(&task, throughTheRight).terminated)
    #expect(!walk(&task, throughTheLeft).terminated)  // 26 steps by now
    #expect(!walk(&task, throughTheRight).terminated)
    #expect(walk(&task, throughTheLeft).terminated)
    task.prepare(using: &stream)
    #expect(walk(&task, throughTheRight).terminated)
  }

  @Test func aShortcutOpensBesideTheOldWay() throws {
    var task = try shortcut(26)
    #expect(!walk(&task, throughTheRight).terminated)
    #expect(walk(&task, throughTheLeft).terminated)  // 26 steps, and not yet more
    #expect(!walk(&task, throughTheRight).terminated)
    #expect(walk(&task, throughTheRight).terminated)
    #expect(walk(&task, throughTheLeft).terminated)
  }

  @Test func theMazeDoesNotChangeWithinAnEpisode() throws {
    var task = try blocking(3)
    #expect(walk(&task, throughTheRight).terminated)
    #expect(walk(&task, throughTheLeft).terminated)
  }

  @Test func aCheckpointKeepsTheMazeAndTheCount() throws {
    var task = try blocking(12)
    var stream = RandomStream(seed: 0)
    _ = walk(&task, throughTheRight)
    _ = walk(&task, [up, up, up])
    for isChanged in [false, true] {
      if isChanged { _ = task.reset(using: &stream) }
      var writer = StateWriter()
      task.save(to: &writer)
      var other = try blocking(12)
      var reader = StateReader(writer.bytes)
      try other.restore(from: &reader)
      #expect(reader.isAtEnd)
      #expect(task.step(up, using: &stream).observation == other.step(up, using: &stream).observation)
      #expect(walk(&other, throughTheLeft).terminated)
    }
  }

  @Test func defaults() throws {
    #expect(BlockingMaze.about.parameters.first?.defaultSetting == .integer(1000))
    #expect(ShortcutMaze.about.parameters.first?.defaultSetting == .integer(3000))
    #expect(try blocking(1).space == ActionSpace(states: 54, actions: 4))
  }
}
