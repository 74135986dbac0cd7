/// A task with something between it and the agent: noise, slips, repetitions, and what is seen of its states. Made for tasks that give samples
/// only; where a model is known, all but the noise goes into the model instead (``UnfoldedModel``, ``FiniteMDP/slipping(_:limit:)``).
///
/// In this order: the action that the agent chose is exchanged for the one carried out last (`sticky`); what comes of that is exchanged for
/// another (`slip`); the task takes its step; a normal number is added to the reward (`noise`); its state is seen as the number of its group
/// (`groups`), beside the action carried out last where actions stick, and beside what was seen before (`history`).
public struct WrappedTask: TabularEnvironment {
  /// What stands between a task and the agent.
  public struct Options: Sendable, Equatable {
    /// The probability that the action carried out last happens again, in `[0, 1]`.
    public var sticky = 0.0
    /// The probability that another action happens, each other with the same probability, in `[0, 1]`.
    public var slip = 0.0
    /// The standard deviation of what is added to rewards, not negative.
    public var noise = 0.0
    /// The group of each state; empty where each state is seen as it is. Groups are 0, 1, … without a gap.
    public var groups: [Int32] = []
    /// How many observations the state holds, at least 1.
    public var history = 1

    /// Nothing.
    public init() {}
  }

  /// What the agent sees, and what it can do then.
  public let space: ActionSpace
  private var base: AnyTabularEnvironment
  private let options: Options
  private let repeats: Chance
  private let slips: Chance
  private let counts: [Int32]
  private let width: Int
  private let shown: Int
  private var state = 0
  private var last = -1
  private var before: [Int]

  /// Wraps a task.
  ///
  /// - Throws: ``SettingProblem`` where there would be too much to see, or states in a group offer different numbers of actions.
  public init(_ base: AnyTabularEnvironment, _ options: Options) throws(SettingProblem) {
    let inner = base.space
    self.base = base
    self.options = options
    repeats = Chance(options.sticky)
    slips = Chance(options.slip)
    width = inner.width
    counts = (0..<inner.stateCount).map { Int32(inner.actions(in: $0)) }
    precondition(options.groups.isEmpty || options.groups.count == inner.stateCount, "\(options.groups.count) groups")
    var actions = counts.map(Int.init)
    if !options.groups.isEmpty {
      actions = [Int](repeating: -1, count: Int(options.groups.max()!) + 1)
      for (state, group) in options.groups.enumerated() {
        let count = Int(counts[state])
        let known = actions[Int(group)]
        if known > 0 && count > 0 && known != count {
          throw SettingProblem("state \(state) offers \(count) actions, others of its group \(known); group them apart")
        }
        actions[Int(group)] = max(known, count)
      }
    }
    let memories = options.sticky > 0 ? inner.width + 1 : 1
    let shown = actions.count * memories
    self.shown = shown
    var seen = Double(shown)
    for _ in 1..<options.history { seen *= Double(shown + 1) }
    if seen * Double(inner.width) > 50_000_000 {
      throw SettingProblem("there would be \(seen) states to see, too many; choose a smaller task or a shorter history")
    }
    // The present observation is the last digit, so that its actions come round with the shown states.
    let perState = (0..<Int(seen)).map { actions[$0 % shown / memories] }
    space = ActionSpace(counts: perState, width: inner.width)
    before = [Int](repeating: 0, count: options.history - 1)
  }

  /// Draws what is fixed for a whole trial.
  public mutating func prepare(using stream: inout RandomStream) { base.prepare(using: &stream) }

  /// Begins an episode.
  public mutating func reset(using stream: inout RandomStream) -> Int { begin(base.reset(using: &stream)) }

  /// Begins an episode anywhere.
  public mutating func resetAnywhere(using stream: inout RandomStream) -> Int {
    begin(base.resetAnywhere(using: &stream))
  }

  private mutating func begin(_ first: Int) -> Int {
    state = first
    last = -1
    for k in before.indices { before[k] = 0 }
    return observation
  }

  /// What is seen of the state and the last action, without what was seen before.
  private var present: Int {
    let seen = options.groups.isEmpty ? state : Int(options.groups[state])
    return options.sticky > 0 ? seen * (width + 1) + last + 1 : seen
  }

  private var observation: Int {
    var number = 0
    for earlier in before.reversed() { number = number * (shown + 1) + earlier }
    return number * shown + present
  }

  /// Takes a step.
  public mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
    if !before.isEmpty {
      for k in stride(from: before.count - 1, to: 0, by: -1) { before[k] = before[k - 1] }
      before[0] = present + 1
    }
    let count = Int(counts[state])
    var action = action
    if options.sticky > 0 {
      if last >= 0 && last < count && stream.happens(repeats) { action = last }
      last = action
    }
    if options.slip > 0 && count > 1 && stream.happens(slips) {
      let other = stream.uniform(below: count - 1)
      action = other < action ? other : other + 1
    }
    let outcome = base.step(action, using: &stream)
    state = outcome.observation
    let reward = options.noise > 0 ? outcome.reward + options.noise * stream.normal() : outcome.reward
    return Outcome(
      observation: observation, reward: reward, terminated: outcome.terminated, truncated: outcome.truncated)
  }

  /// Why the task cannot go on.
  public var failure: String? { base.failure }

  /// What was chosen since the last call, where the task is a bandit; nil elsewhere.
  public mutating func takeStatistics() -> BanditStatistics? { base.takeStatistics() }
}

extension WrappedTask: Checkpointable {
  /// Appends the task's state and what is remembered.
  public func save(to writer: inout StateWriter) {
    base.save(to: &writer)
    writer.write(state)
    writer.write(last)
    for number in before { writer.write(number) }
  }

  /// Takes up the task's state and what is remembered.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try base.restore(from: &reader)
    state = try reader.integer()
    last = try reader.integer()
    guard counts.indices.contains(state), (-1..<width).contains(last) else {
      throw StateError("state \(state) after action \(last) does not fit")
    }
    for k in before.indices {
      before[k] = try reader.integer()
      guard (0...shown).contains(before[k]) else { throw StateError("observation \(before[k]) does not fit") }
    }
  }
}
