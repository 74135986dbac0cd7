/// A task of numbered states that gives samples only, seen as a one-hot vector that is never built: what ``FiniteVectorView`` is to tasks
/// whose model is known.
public struct TabularVectorView<Base: TabularEnvironment & Sendable>: VectorEnvironment {
  /// The task.
  public var base: Base
  private var state = 0

  /// Views a task, which has been prepared.
  public init(_ base: Base) { self.base = base }

  /// As many numbers as there are states.
  public var observationCount: Int { base.space.stateCount }
  /// As many actions as the state with the most of them offers.
  public var actionSpace: VectorActionSpace { .discrete(base.space.width) }
  /// How many actions the current state offers.
  public var availableActions: Int { base.space.actions(in: state) }
  /// Whether no state offers fewer actions than another.
  public var offersAllActions: Bool { base.space.counts.isEmpty }
  /// The current state.
  public var stateIndex: Int? { state }

  /// Begins an episode.
  public mutating func reset(using stream: inout RandomStream) { state = base.reset(using: &stream) }

  /// Takes an action in the current state.
  public mutating func step(action: Int, using stream: inout RandomStream) -> VectorOutcome {
    let outcome = base.step(action, using: &stream)
    state = outcome.observation
    return VectorOutcome(reward: outcome.reward, terminated: outcome.terminated, truncated: outcome.truncated)
  }

  /// How good the choices were, where the task is a bandit.
  public mutating func takeStatistics() -> BanditStatistics? {
    guard var task = base as? AnyTabularEnvironment, let statistics = task.takeStatistics() else { return nil }
    if let task = task as? Base { base = task }
    return statistics
  }

  /// Why the task cannot go on.
  public var failure: String? { base.failure }

  /// Writes a 1 at the place of the state, 0 elsewhere.
  public func observe(into observation: UnsafeMutablePointer<Float>) {
    observation.update(repeating: 0, count: observationCount)
    observation[state] = 1
  }
}

extension TabularVectorView: Checkpointable {
  /// Appends the state.
  public func save(to writer: inout StateWriter) {
    base.save(to: &writer)
    writer.write(state)
  }

  /// Takes up the state.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try base.restore(from: &reader)
    let state = try reader.integer()
    guard state >= 0 && state < observationCount else {
      throw StateError("state \(state) is not in [0, \(observationCount))")
    }
    self.state = state
  }
}
