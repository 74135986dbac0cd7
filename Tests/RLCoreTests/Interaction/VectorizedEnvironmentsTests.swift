import RLCore
import Testing

/// Counts its steps from a number drawn at the start; action 1 ends the task, or a throttle above 0.5 does.
private struct Counter: VectorEnvironment {
  var isContinuous = false
  var origin = 0
  var steps = 0

  var observationCount: Int { 2 }
  var actionSpace: VectorActionSpace { isContinuous ? .continuous(low: [0, 0], high: [1, 1]) : .discrete(2) }

  mutating func reset(using stream: inout RandomStream) {
    origin = stream.uniform(below: 1000)
    steps = 0
  }

  mutating func step(action: Int, using stream: inout RandomStream) -> VectorOutcome {
    steps += 1
    return VectorOutcome(reward: Double(origin + steps), terminated: action == 1)
  }

  mutating func step(values: UnsafePointer<Float>, using stream: inout RandomStream) -> VectorOutcome {
    steps += 1
    return VectorOutcome(reward: Double(values[0]), terminated: values[1] > 0.5)
  }

  func observe(into observation: UnsafeMutablePointer<Float>) {
    observation[0] = Float(origin)
    observation[1] = Float(steps)
  }

  func save(to writer: inout StateWriter) {
    writer.write(origin)
    writer.write(steps)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    origin = try reader.integer()
    steps = try reader.integer()
  }
}

@Suite struct VectorizedEnvironmentsTests {
  /// A time limit of 3: copy 0 is cut off, copy 1 ends by itself in the same step (and is not cut off beside it), copy
  /// 2 ends earlier.
  @Test func episodesEndWithinTheStep() {
    var copies = VectorizedEnvironments(Counter(), count: 3, timeLimit: 3, root: 5, seed: 0)
    let origins = (0..<3).map { copies.environments[$0].origin }
    #expect(Set(origins).count == 3)
    #expect((0..<3).map { copies.observations[2 * $0] } == origins.map(Float.init))
    copies.step(actions: [0, 0, 0])
    #expect(copies.endings == 0)
    #expect((0..<3).map { copies.observations[2 * $0 + 1] } == [1, 1, 1])
    copies.step(actions: [0, 0, 1])
    #expect((0..<3).map { copies.terminated[$0] } == [false, false, true])
    #expect((0..<3).map { copies.truncated[$0] } == [false, false, false])
    #expect(copies.endings == 1 && copies.episodes == 1)
    // What it ended in, and what comes next.
    #expect(copies.finalObservations[4] == Float(origins[2]) && copies.finalObservations[5] == 2)
    #expect(copies.observations[5] == 0 && copies.observations[4] == Float(copies.environments[2].origin))
    #expect(copies.environments[2].origin != origins[2])
    #expect(copies.episodeLengths[2] == 2 && copies.episodeReturns[2] == Double(2 * origins[2] + 3))
    copies.step(actions: [0, 1, 0])
    #expect((0..<3).map { copies.terminated[$0] } == [false, true, false])
    #expect((0..<3).map { copies.truncated[$0] } == [true, false, false])
    #expect((0..<3).map { copies.episodeLengths[$0] } == [3, 3, 1])
    #expect(copies.episodeReturns[2] == Double(copies.environments[2].origin + 1))
    #expect((0..<2).map { copies.finalObservations[2 * $0 + 1] } == [3, 3])
    #expect(copies.endings == 2 && copies.episodes == 3 && copies.steps == 9)
    copies.step(actions: [0, 0, 0])
    #expect((0..<3).map { copies.episodeLengths[$0] } == [1, 1, 2])
    #expect((0..<3).allSatisfy { !copies.terminated[$0] && !copies.truncated[$0] } && copies.endings == 0)
    copies.reset()
    #expect((0..<3).map { copies.episodeLengths[$0] } == [0, 0, 0])
    #expect(copies.episodes == 3 && copies.steps == 12)
  }

  @Test func eachCopyGetsItsRowOfNumbers() {
    var copies = VectorizedEnvironments(Counter(isContinuous: true), count: 2, timeLimit: nil, root: 5, seed: 0)
    copies.step(values: [0.25, 0, 0.75, 1])
    #expect(copies.rewards[0] == 0.25 && copies.rewards[1] == 0.75)
    #expect(!copies.terminated[0] && copies.terminated[1])
    #expect(VectorActionSpace.continuous(low: [0, 0], high: [1, 1]).count == 2)
  }

  /// The first copy has the trial's own stream; a copy's does not depend on how many there are, and none is another
  /// trial's.
  @Test func streamsBelongToTrialAndCopy() {
    func origins(_ count: Int, seed: UInt64, component: StaticString = "environment") -> [Int] {
      let copies = VectorizedEnvironments(
        Counter(), count: count, timeLimit: nil, root: 9, seed: seed, component: component)
      return (0..<count).map { copies.environments[$0].origin }
    }
    var stream = RandomStream(root: 9, index: 4, component: "environment")
    let four = origins(4, seed: 4)
    #expect(four[0] == stream.uniform(below: 1000))
    #expect(Array(origins(40, seed: 4)[..<4]) == four)
    // Of the first draws of 64 trials with 16 copies, in [0, 1000), as many are equal as chance has it: pairs / 1000,
    // Poisson, 4 standard errors.
    let all = (0..<64).flatMap { origins(16, seed: $0) }
    var equal = 0
    for a in all.indices { for b in all.indices where b < a && all[a] == all[b] { equal += 1 } }
    let expected = Double(all.count * (all.count - 1) / 2) / 1000
    #expect(abs(Double(equal) - expected) <= 4 * expected.squareRoot())
    #expect(origins(4, seed: 4, component: "evaluation") != four)
  }

  @Test func aCheckpointGoesOnToTheBit() throws {
    func bytes(_ copies: borrowing VectorizedEnvironments<Counter>) -> [UInt8] {
      var writer = StateWriter()
      copies.save(to: &writer)
      return writer.bytes
    }
    var actions = RandomStream(seed: 1)
    var first = VectorizedEnvironments(Counter(), count: 3, timeLimit: 7, root: 1, seed: 2)
    func run(_ copies: inout VectorizedEnvironments<Counter>, _ stream: inout RandomStream) {
      for _ in 0..<50 { copies.step(actions: (0..<3).map { _ in stream.uniform(below: 5) == 0 ? 1 : 0 }) }
    }
    run(&first, &actions)
    var second = VectorizedEnvironments(Counter(), count: 3, timeLimit: 7, root: 1, seed: 3)
    var reader = StateReader(bytes(first))
    try second.restore(from: &reader)
    #expect(reader.isAtEnd)
    #expect((0..<6).map { first.observations[$0] } == (0..<6).map { second.observations[$0] })
    var again = actions
    run(&first, &actions)
    run(&second, &again)
    #expect(bytes(first) == bytes(second))
    var fewer = VectorizedEnvironments(Counter(), count: 2, timeLimit: 7, root: 1, seed: 3)
    reader = StateReader(bytes(first))
    #expect(throws: StateError.self) { try fewer.restore(from: &reader) }
  }

  /// A finite task's copies are seen by their places, and the vectors are never built.
  @Test func placesStandForOneHotVectors() throws {
    var builder = FiniteMDPBuilder(states: 5, actions: 1)
    for state in 0..<5 {
      builder.addPair(state: state, action: 0)
      builder.addOutcome(probability: 1, next: min(state + 1, 4), reward: 0, terminated: state == 3)
    }
    let view = FiniteVectorView(FiniteSimulation(try builder.build(initial: [.init(state: 0, probability: 1)])))
    var copies = VectorizedEnvironments(view, count: 2, timeLimit: nil, usesStateIndices: true, root: 0, seed: 0)
    var seen: [Int32] = []
    for _ in 0..<4 {
      copies.step(actions: [0, 0])
      seen.append(copies.stateIndices[1])
    }
    #expect(seen == [1, 2, 3, 0])
    #expect(copies.finalStateIndices[1] == 4 && copies.terminated[1])
  }
}
