import Testing

@testable import RLCore

@Suite struct TaskTruncationTests {
  /// Cuts itself off at every third step.
  private struct Cut: VectorEnvironment {
    var steps = 0
    var observationCount: Int { 1 }
    var actionSpace: VectorActionSpace { .discrete(1) }
    mutating func reset(using stream: inout RandomStream) { steps = 0 }
    mutating func step(action: Int, using stream: inout RandomStream) -> VectorOutcome {
      steps += 1
      return VectorOutcome(reward: 1, terminated: false, truncated: steps == 3)
    }
    func observe(into observation: UnsafeMutablePointer<Float>) { observation[0] = Float(steps) }
    func save(to writer: inout StateWriter) { writer.write(steps) }
    mutating func restore(from reader: inout StateReader) throws(StateError) { steps = try reader.integer() }
  }

  @Test func aTaskMayCutItselfOff() {
    var copies = VectorizedEnvironments(Cut(), count: 2, timeLimit: nil, root: 0, seed: 0)
    for k in 1...7 {
      copies.step(actions: [0, 0])
      #expect(copies.truncated[1] == (k % 3 == 0))
      #expect(!copies.terminated[1])
    }
    #expect(copies.finalObservations[1] == 3)
    #expect(copies.episodes == 4)
  }

  @Test func theShorterLimitHolds() {
    var copies = VectorizedEnvironments(Cut(), count: 1, timeLimit: 2, root: 0, seed: 0)
    for _ in 0..<4 { copies.step(actions: [0]) }
    #expect(copies.episodes == 2)
  }
}
