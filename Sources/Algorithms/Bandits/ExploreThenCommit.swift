import RLCore

/// Explore then commit: pulls every arm equally often, in turn, then the best by its mean for ever.
///
///     A_t = t mod K   for t < m K,   then argmax_a mean(a)             Lattimore & Szepesvári (2020), ch. 6; Robbins (1952)
///
/// The choice is made once: what is seen afterwards does not change it. With the best `m` for a horizon and a gap the regret is of the order
/// of the logarithm of the horizon; with another it is linear. Ties are broken at random.
public struct ExploreThenCommit: TabularLearner, ~Copyable {
  static let pullsEach = Parameter<Int>.integer(
    "m", symbol: "m", default: 10, in: 1...1_000_000_000, "how often every arm is pulled before the choice")

  /// What configurations and readers see.
  public static let about = About(
    id: "explore-then-commit", summary: "bandits: tries all arms equally often, then stays with the best",
    source: "Lattimore & Szepesvári (2020), chapter 6", equation: "A = t mod K for t < m K, then argmax_a mean(a)",
    parameters: [pullsEach.declaration])

  /// Of no meaning: an episode is one pull.
  public var gamma: Double { 1 }
  /// What is known of each arm.
  public var arms: ArmAverages
  private let pullsEach: Int
  private var chosen = -1

  /// Makes the learner as it is before its first pull.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    arms = try ArmAverages(context, for: Self.id)
    pullsEach = settings[Self.pullsEach]
  }

  /// Takes a pull into the mean of its arm.
  ///
  /// - Returns: The error `R − mean`, before the pull.
  @discardableResult
  public mutating func update(_ t: Transition) -> Double { arms.update(t) }

  /// Chooses an arm.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    if chosen >= 0 { return chosen }
    let count = arms.arms(state)
    if arms.total / count < pullsEach { return arms.total % count }
    chosen = arms.means.greedyAction(in: state, using: &stream)
    return chosen
  }

  /// Learns from a pull; chooses the next arm where the task goes on without end.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : begin(in: t.next, using: &stream)
  }

  /// The means, and the greedy policy in them, or what was chosen.
  public func report(into report: inout LearnerReport) {
    arms.report(into: &report, scored: false)
    if chosen < 0 { return }
    for slot in report.targetPolicy.indices { report.targetPolicy[slot] = slot % arms.space.width == chosen ? 1 : 0 }
    report.behaviorPolicy = report.targetPolicy
  }

  /// Appends means and choice.
  public func save(to writer: inout StateWriter) {
    arms.save(to: &writer)
    writer.write(chosen)
  }

  /// Takes up means and choice.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try arms.restore(from: &reader)
    chosen = try reader.integer()
  }
}
