import RLCore

/// What happens in an environment, step by step, for explanations and pictures. Off every hot path: only tasks that are traced have one.
final class StepLog: @unchecked Sendable {
  /// One step.
  struct Step {
    let state: Int
    /// The place of the action among those that the state offers.
    let action: Int
    let reward: Double
    let next: Int
    let terminated: Bool
    let truncated: Bool
    /// Whether an episode began with it.
    let isFirst: Bool
  }

  fileprivate(set) var steps: [Step] = []
  fileprivate(set) var state: Int?
  fileprivate var begins = true

  /// The step after one, where it belongs to the same episode.
  func next(after index: Int) -> Step? {
    index + 1 < steps.count && !steps[index + 1].isFirst ? steps[index + 1] : nil
  }

  /// Forgets the steps, and keeps where the agent is.
  func clear() { steps.removeAll(keepingCapacity: true) }
}

/// An environment that writes down what happens, by states, whatever an agent sees of them.
struct TracedEnvironment: TabularEnvironment, Sendable {
  private var base: AnyTabularEnvironment
  private let log: StepLog
  private let observations: Observations?

  /// - Parameter observations: What an agent sees of the states of `base`; nil where it sees them.
  init(_ base: AnyTabularEnvironment, log: StepLog, observations: Observations? = nil) {
    self.base = base
    self.log = log
    self.observations = observations
  }

  var space: ActionSpace { observations?.space ?? base.space }

  private func seen(_ state: Int) -> Int { observations?[state] ?? state }

  mutating func prepare(using stream: inout RandomStream) { base.prepare(using: &stream) }

  mutating func reset(using stream: inout RandomStream) -> Int { begin(base.reset(using: &stream)) }

  mutating func resetAnywhere(using stream: inout RandomStream) -> Int {
    begin(base.resetAnywhere(using: &stream))
  }

  private func begin(_ state: Int) -> Int {
    log.state = state
    log.begins = true
    return seen(state)
  }

  mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
    let outcome = base.step(action, using: &stream)
    log.steps.append(
      .init(
        state: log.state ?? 0, action: action, reward: outcome.reward, next: outcome.observation,
        terminated: outcome.terminated, truncated: outcome.truncated, isFirst: log.begins))
    log.begins = false
    log.state = outcome.observation
    return Outcome(
      observation: seen(outcome.observation), reward: outcome.reward, terminated: outcome.terminated,
      truncated: outcome.truncated)
  }

  var failure: String? { base.failure }

  func save(to writer: inout StateWriter) { base.save(to: &writer) }

  mutating func restore(from reader: inout StateReader) throws(StateError) { try base.restore(from: &reader) }
}
