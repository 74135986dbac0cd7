import RLCore

/// Successive rejects: finds the best of `K` arms within a fixed number of pulls, by giving up the worst of those left after each of `K − 1` phases.
///
///     n_k = ⌈(T − K) / (L (K + 1 − k))⌉,   L = 1/2 + Σ_{i=2}^{K} 1/i       Audibert, Bubeck & Munos (2010), fig. 2
///
/// In phase `k` every arm left has been pulled `n_k` times in all, in turn; then the one of the least mean is rejected, ties at random. The last
/// one left is the answer, and is pulled from then on. Its chance of being wrong falls exponentially with the horizon `T`, nearly as
/// fast as is possible: what counts is the arm that is found, not what was earned on the way.
public struct SuccessiveRejects: TabularLearner, ~Copyable {
  static let horizon = Parameter<Int>.integer(
    "horizon", symbol: "T", default: 1000, in: 1...1_000_000_000,
    "how many pulls there are to find the best arm; at least as many as arms")

  /// What configurations and readers see.
  public static let about = About(
    id: "successive-rejects", summary: "bandits: finds the best arm within a fixed number of pulls",
    source: "Audibert, Bubeck & Munos (2010)",
    equation: "n_k = ⌈(T − K) / (L (K + 1 − k))⌉, L = 1/2 + Σ_{i=2}^{K} 1/i",
    parameters: [horizon.declaration])

  /// Of no meaning: an episode is one pull.
  public var gamma: Double { 1 }
  /// What is known of each arm.
  public var arms: ArmAverages
  /// How often an arm that is left has been pulled after each phase.
  public let schedule: [Int]
  private var isLeft: Table<Bool>
  private var left: Int
  private var next = 0

  /// Makes the learner as it is before its first pull.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    let count = try Self.armCount(settings, context)
    arms = try ArmAverages(context, for: Self.id)
    left = count
    isLeft = Table(context.space.width, repeating: true)
    var inverse = 0.5
    for i in 2..<max(2, count + 1) { inverse += 1 / Double(i) }
    let pulls = Double(settings[Self.horizon] - count)
    schedule = (1..<max(1, count)).map { Int((pulls / (inverse * Double(count + 1 - $0))).rounded(.up)) }
  }

  private static func armCount(_ settings: Settings, _ context: LearnerContext) throws(SettingProblem) -> Int {
    let count = try BanditParameters.arms(context, for: id)
    if settings[horizon] < count {
      throw SettingProblem(
        "\(settings[horizon]) pulls are too few for \(count) arms; give at least \(count)", at: ".horizon")
    }
    return count
  }

  /// Takes a pull into the mean of its arm.
  ///
  /// - Returns: The error `R − mean`, before the pull.
  @discardableResult
  public mutating func update(_ t: Transition) -> Double { arms.update(t) }

  /// The arms that are not rejected, in rising order.
  public var remaining: [Int] { (0..<arms.space.width).filter { isLeft[$0] } }

  /// Chooses the next arm that is left and has not had its pulls; rejects an arm where all have.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    let count = arms.arms(state)
    while left > 1 {
      let due = schedule[count - left]
      for _ in 0..<count {
        let arm = next
        next = next + 1 == count ? 0 : next + 1
        if isLeft[arm] && arms.pulls[state * arms.space.width + arm] < due { return arm }
      }
      reject(state, using: &stream)
    }
    return (0..<count).first { isLeft[$0] } ?? 0
  }

  private mutating func reject(_ state: Int, using stream: inout RandomStream) {
    for arm in 0..<arms.arms(state) { arms.scores[state, arm] = isLeft[arm] ? -arms.means[state, arm] : -.infinity }
    isLeft[arms.best(state, using: &stream)] = false
    left -= 1
    next = 0
  }

  /// Learns from a pull; chooses the next arm where the task goes on without end.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : begin(in: t.next, using: &stream)
  }

  /// The means, and the best of the arms that are left.
  public func report(into report: inout LearnerReport) {
    arms.report(into: &report, scored: false)
    for state in 0..<arms.space.stateCount {
      let count = arms.arms(state)
      for arm in 0..<count { arms.scores[state, arm] = isLeft[arm] ? arms.means[state, arm] : -.infinity }
    }
    arms.scores.writeGreedy(into: &report.targetPolicy)
  }

  /// Appends means and the arms left.
  public func save(to writer: inout StateWriter) {
    arms.save(to: &writer)
    isLeft.save(to: &writer)
    writer.write(left)
    writer.write(next)
  }

  /// Takes up means and the arms left.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try arms.restore(from: &reader)
    try isLeft.restore(from: &reader)
    left = try reader.integer()
    next = try reader.integer()
  }
}
