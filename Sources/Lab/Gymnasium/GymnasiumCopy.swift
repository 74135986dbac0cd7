import RLCore

/// One copy of a Gymnasium environment, as learners see it. Its state is in a Python process: it cannot be stored, and unlike other
/// environments two values share it once the first episode has begun; before that they share nothing.
///
/// The generator of a copy is seeded once, when its first episode begins, with 31 bits of the copy's own stream, as Gymnasium's users do it.
struct GymnasiumCopy: VectorEnvironment {
  private let task: GymnasiumTask
  private var session: GymnasiumSession?
  /// Whether somebody else lets all copies of the session take their steps.
  private let isDriven: Bool
  private var index = -1
  private var showsEnd = false

  /// A copy that starts a process of its own with its first episode.
  init(_ task: GymnasiumTask) {
    self.task = task
    session = nil
    isDriven = false
  }

  /// One of the copies of a session, in which they are numbered as they begin.
  init(_ task: GymnasiumTask, in session: GymnasiumSession?) {
    self.task = task
    self.session = session
    isDriven = true
  }

  private var spaces: GymnasiumSpaces { task.spaces }
  var observationCount: Int { spaces.observationCount }
  var actionSpace: VectorActionSpace { spaces.actions }
  var timeLimit: Int? { spaces.timeLimit }
  var failure: String? { session.map(\.failure) ?? (index < 0 ? nil : task.startFailure) }

  /// Bounds that are beyond all measure are no help to whoever divides them into tiles.
  var observationRanges: [ClosedRange<Double>] {
    guard case .numbers(let low, let high) = spaces.observation else { return [] }
    let isBounded = zip(low, high).allSatisfy { $0 > -1e30 && $1 < 1e30 && $0 < $1 }
    return isBounded ? zip(low, high).map { $0...$1 } : []
  }

  var stateIndex: Int? {
    guard spaces.isNumbered else { return nil }
    guard let session, index >= 0 else { return 0 }
    return Int(session.row(index, isFinal: showsEnd).load(as: Int32.self))
  }

  mutating func reset(using stream: inout RandomStream) {
    if index < 0 {
      if session == nil && !isDriven { session = task.session(copies: 1, using: &stream) }
      index = session?.claim() ?? 0
      session?.reset(index, seed: Self.seed(using: &stream))
    } else if !showsEnd {
      session?.reset(index, seed: nil)
    }
    showsEnd = false
  }

  mutating func begin(as other: GymnasiumCopy, using stream: inout RandomStream) {
    if index < 0 { reset(using: &stream) }
    session?.become(index, other: other.index, seed: Self.seed(using: &stream))
    showsEnd = false
  }

  private static func seed(using stream: inout RandomStream) -> Int { Int(stream.next() >> 33) }

  mutating func step(action: Int, using stream: inout RandomStream) -> VectorOutcome {
    if !isDriven {
      var number = Int32(truncatingIfNeeded: action)
      session?.exchange(actions: &number, moves: nil)
    }
    return take()
  }

  mutating func step(values: UnsafePointer<Float>, using stream: inout RandomStream) -> VectorOutcome {
    if !isDriven { session?.exchange(values: values, moves: nil) }
    return take()
  }

  private mutating func take() -> VectorOutcome {
    guard let session else { return VectorOutcome(reward: 0, terminated: true) }
    let outcome = session.outcome(index)
    showsEnd = outcome.terminated || outcome.truncated
    return outcome
  }

  func observe(into observation: UnsafeMutablePointer<Float>) {
    let count = observationCount
    guard let session, index >= 0 else { return observation.update(repeating: 0, count: count) }
    if spaces.isNumbered {
      observation.update(repeating: 0, count: count)
      observation[stateIndex!] = 1
    } else {
      let row = session.row(index, isFinal: showsEnd).assumingMemoryBound(to: Float.self)
      observation.update(from: row, count: count)
    }
  }

  func save(to writer: inout StateWriter) {}

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    throw StateError("the state of a Gymnasium environment cannot be taken up again")
  }
}

/// A Gymnasium environment of numbered states, on which tabular learners work.
struct GymnasiumTable: TabularEnvironment {
  let space: ActionSpace
  private var copy: GymnasiumCopy

  init(_ task: GymnasiumTask) {
    space = ActionSpace(states: task.spaces.observationCount, actions: task.spaces.actions.count)
    copy = GymnasiumCopy(task)
  }

  var failure: String? { copy.failure }

  mutating func reset(using stream: inout RandomStream) -> Int {
    copy.reset(using: &stream)
    return copy.stateIndex!
  }

  mutating func resetAnywhere(using stream: inout RandomStream) -> Int { reset(using: &stream) }

  mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
    let outcome = copy.step(action: action, using: &stream)
    return Outcome(
      observation: copy.stateIndex!, reward: outcome.reward, terminated: outcome.terminated,
      truncated: outcome.truncated)
  }

  func save(to writer: inout StateWriter) { copy.save(to: &writer) }

  mutating func restore(from reader: inout StateReader) throws(StateError) { try copy.restore(from: &reader) }
}
