import RLCore

/// A bandit method that goes by sample means and pulls the arm of the greatest index: how the index is made is all that sets it apart.
public protocol IndexBandit: TabularLearner, ~Copyable {
  /// What is known of each arm.
  var arms: ArmAverages { get set }

  /// Writes every arm's index for the next pull into ``arms``.
  func score(_ state: Int)
}

extension IndexBandit where Self: ~Copyable {
  /// Of no meaning: an episode is one pull.
  public var gamma: Double { 1 }

  /// Takes a pull into the mean of its arm.
  ///
  /// - Returns: The error `R − mean`, before the pull.
  @discardableResult
  public mutating func update(_ t: Transition) -> Double { arms.update(t) }

  /// Chooses the arm of the greatest index, ties broken at random.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    score(state)
    return arms.best(state, using: &stream)
  }

  /// Learns from a pull; chooses the next arm where the task goes on without end.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : begin(in: t.next, using: &stream)
  }

  /// The means, the greedy policy in them, and the arms that would be pulled next.
  public func report(into report: inout LearnerReport) {
    for state in 0..<arms.space.stateCount { score(state) }
    arms.report(into: &report, scored: true)
  }

  /// Appends means and counts.
  public func save(to writer: inout StateWriter) { arms.save(to: &writer) }

  /// Takes up means and counts.
  public mutating func restore(from reader: inout StateReader) throws(StateError) { try arms.restore(from: &reader) }
}
