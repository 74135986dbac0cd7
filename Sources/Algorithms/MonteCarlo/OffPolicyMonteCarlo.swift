import RLCore

/// Off-policy Monte-Carlo control: learns about the greedy policy from the episodes of a soft one, by weighted importance sampling.
///
///     C(S_t, A_t) ← C(S_t, A_t) + W
///     Q(S_t, A_t) ← Q(S_t, A_t) + W / C(S_t, A_t) [G − Q(S_t, A_t)]
///     W ← W π(A_t|S_t) / b(A_t|S_t)                                    Sutton & Barto (2018), section 5.7, box
///
/// from the last step of an episode backward, as long as `W` is not 0: only from the tails after the last action that is not greedy. Every
/// visit counts. Converges to Q* if every pair goes on being visited in such tails.
///
/// Departs from the book in two things: π splits ties evenly, and a truncated episode is completed by the best value of the state
/// that it was cut off in.
public struct OffPolicyMonteCarlo: TabularLearner, ~Copyable {
  @usableFromInline
  struct Step: BitwiseCopyable {
    @usableFromInline let slot: Int
    @usableFromInline let reward: Double
    @usableFromInline let probability: Double

    @inlinable
    init(slot: Int, reward: Double, probability: Double) {
      self.slot = slot
      self.reward = reward
      self.probability = probability
    }
  }

  /// What configurations and readers see.
  public static let about = About(
    id: "off-policy-monte-carlo",
    summary: "off-policy control: weighted importance sampling of the greedy tails of episodes",
    source: "Sutton & Barto (2018), section 5.7",
    equation: "Q(S,A) ← Q(S,A) + W / C(S,A) [G − Q(S,A)];  W ← W π(A|S) / b(A|S)",
    parameters: [ControlParameters.gamma.declaration] + Exploration.offPolicyParameters
      + [ControlParameters.initialValue.declaration])

  /// The discount rate γ.
  public let gamma: Double
  /// The action values.
  public var q: ActionValues
  @usableFromInline var weights: Table<Double>
  @usableFromInline var exploration: Exploration
  @usableFromInline var steps = GrowingTable<Step>()
  @usableFromInline var probability = 1.0

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    q = ActionValues(context.space, initial: settings[ControlParameters.initialValue])
    weights = Table(context.space.slotCount, repeating: 0)
    exploration = try Exploration(offPolicy: settings, context: context)
  }

  /// Adds a step, and learns at the episode's end.
  ///
  /// - Parameter probability: `b(A|S)` when the action was chosen.
  @inlinable @inline(__always)
  public mutating func update(_ t: Transition, probability: Double) {
    if steps.count <= EpisodeRecord.defaultLimit {
      steps.append(Step(slot: t.state * q.space.width + t.action, reward: t.reward, probability: probability))
    }
    if t.isLast { finishEpisode(t) }
  }

  @usableFromInline
  mutating func finishEpisode(_ t: Transition) {
    if failure != nil { return }
    var value = t.terminated ? 0 : q.maximum(in: t.next)
    var weight = 1.0
    for time in stride(from: steps.count - 1, through: 0, by: -1) {
      let step = steps[time]
      value = step.reward + gamma * value
      weights[step.slot] += weight
      q[slot: step.slot] += weight / weights[step.slot] * (value - q[slot: step.slot])
      let state = step.slot / q.space.width
      let best = q.maximum(in: state)
      if q[slot: step.slot] != best { break }
      var ties = 0
      for action in 0..<q.actions(in: state) where q[state, action] == best { ties += 1 }
      weight *= 1 / (Double(ties) * step.probability)
    }
    steps.removeAll()
  }

  @inlinable @inline(__always)
  mutating func choose(in state: Int, using stream: inout RandomStream) -> Int {
    let action = exploration.action(q, in: state, using: &stream)
    probability = exploration.probability(of: action, q, in: state)
    return action
  }

  /// Begins an episode.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    choose(in: state, using: &stream)
  }

  /// Keeps a step, learns at the episode's end, and chooses the next action.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t, probability: probability)
    return t.isLast ? 0 : choose(in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { exploration.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) { exploration.adjust(to: time) }

  /// Learns when an episode is over.
  public static var learnsAtEnd: Bool { true }

  /// Whether an episode has become too long to be kept.
  public var failure: String? { steps.count > EpisodeRecord.defaultLimit ? EpisodeRecord.failure() : nil }

  /// The action values, the greedy policy, and the policy that acts.
  public func report(into report: inout LearnerReport) { report.fill(q, exploration) }

  /// Appends the tables and the episode so far.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    weights.save(to: &writer)
    steps.save(to: &writer)
    writer.write(probability)
  }

  /// Takes up the tables and the episode so far.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try weights.restore(from: &reader)
    try steps.restore(from: &reader)
    probability = try reader.number()
  }
}
