import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Upper-confidence-bound action selection: the arm that could be best, as far as is known.
///
///     A_t = argmax_a [Q_t(a) + c √(ln t / N_t(a))]                     Sutton & Barto (2018), eq. 2.10
///
/// An arm that was never pulled counts as best; ties are broken at random. Estimates are sample averages unless `alpha` is given.
///
/// A pull costs a logarithm and a bound for each arm, where epsilon-greedy mostly compares: with 10 arms about two fifths of its pace.
public struct UpperConfidenceBound: TabularLearner, ~Copyable {
  static let c = Parameter<Double>.real(
    "c", symbol: "c", default: 2, in: .nonnegative, "how wide the confidence bounds are")

  /// What configurations and readers see.
  public static let about = About(
    id: "ucb", summary: "bandits: the arm with the greatest upper confidence bound",
    source: "Auer, Cesa-Bianchi & Fischer (2002); Sutton & Barto (2018), section 2.7",
    equation: "A = argmax_a [Q(a) + c √(ln t / N(a))]",
    parameters: [
      c.declaration, ControlParameters.averagingAlpha.declaration, BanditParameters.initialValue.declaration,
    ])

  /// Of no meaning: an episode is one pull.
  public var gamma: Double { 1 }
  /// The estimates.
  public var q: ActionValues
  /// How often each arm was pulled, by slot.
  public var pulls: Table<Int>
  @usableFromInline let c: Double
  @usableFromInline var alpha: StepSize
  @usableFromInline var time = 0
  @usableFromInline let scores: ActionValues
  @usableFromInline var widths: Table<Double>

  /// Makes the learner as it is before its first pull.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    _ = try BanditParameters.arms(context, for: Self.id)
    let slots = context.space.slotCount
    c = settings[Self.c]
    q = ActionValues(context.space, initial: settings[BanditParameters.initialValue])
    alpha = StepSize(Schedule(averagingUnless: settings[ControlParameters.averagingAlpha]), entries: slots)
    pulls = Table(slots, repeating: 0)
    widths = Table(slots, repeating: .infinity)
    scores = ActionValues(context.space, initial: .infinity)
  }

  /// Moves an arm's estimate toward the reward, and counts the pull.
  ///
  /// - Returns: The error `R − Q(A)`, before the step.
  @inlinable @inline(__always) @discardableResult
  public mutating func update(_ t: Transition) -> Double {
    let slot = t.state * q.space.width + t.action
    let error = t.reward - q[slot: slot]
    q[slot: slot] += alpha.next(for: slot) * error
    time += 1
    pulls[slot] += 1
    widths[slot] = 1 / Double(pulls[slot]).squareRoot()
    return error
  }

  /// Writes every arm's upper bound for the next pull (eq. 2.10), infinite where it was never pulled.
  @usableFromInline
  func score(_ state: Int) {
    let factor = c * log(Double(time + 1)).squareRoot()
    for action in 0..<q.actions(in: state) {
      let width = widths[state * q.space.width + action]
      scores[state, action] = width == .infinity ? .infinity : q[state, action] + factor * width
    }
  }

  /// Chooses an arm.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    score(state)
    return scores.greedyAction(in: state, using: &stream)
  }

  /// Learns from a pull; chooses the next arm where the task goes on without end.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : begin(in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) { alpha.adjust(to: time) }

  /// The estimates, the greedy policy, and the arms that would be pulled next.
  public func report(into report: inout LearnerReport) {
    report.makeRoom(for: q.space)
    q.withSlots { report.actionValues = Array($0) }
    q.writeGreedy(into: &report.targetPolicy)
    for state in 0..<q.space.stateCount { score(state) }
    scores.writeGreedy(into: &report.behaviorPolicy)
  }

  /// Appends the estimates and counts.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    alpha.save(to: &writer)
    pulls.save(to: &writer)
    widths.save(to: &writer)
    writer.write(time)
  }

  /// Takes up the estimates and counts.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try alpha.restore(from: &reader)
    try pulls.restore(from: &reader)
    try widths.restore(from: &reader)
    time = try reader.integer()
  }
}
