import RLCore

/// What bandit methods that go by sample means keep of each arm, and the choice of the arm with the greatest score.
public struct ArmAverages: ~Copyable {
  /// The mean reward of each arm; 0 before its first pull.
  public var means: ActionValues
  /// How often each arm was pulled, by slot.
  public var pulls: Table<Int>
  /// How many pulls there were.
  public private(set) var total = 0
  let scores: ActionValues

  /// Nothing was pulled.
  ///
  /// - Throws: ``SettingProblem`` where the task is no bandit.
  init(_ context: LearnerContext, for id: String) throws(SettingProblem) {
    _ = try BanditParameters.arms(context, for: id)
    means = ActionValues(context.space, initial: 0)
    pulls = Table(context.space.slotCount, repeating: 0)
    scores = ActionValues(context.space, initial: .infinity)
  }

  /// States and actions.
  var space: ActionSpace { means.space }

  /// The number of arms.
  func arms(_ state: Int) -> Int { means.actions(in: state) }

  /// Takes a pull into the mean of its arm.
  ///
  /// - Returns: The error `R − mean`, before the pull.
  mutating func update(_ t: Transition) -> Double {
    let slot = t.state * means.space.width + t.action
    total += 1
    pulls[slot] += 1
    let error = t.reward - means[slot: slot]
    means[slot: slot] += error / Double(pulls[slot])
    return error
  }

  /// Scores every arm: infinite where it was never pulled, else by a rule.
  @inline(__always)
  func score(_ state: Int, _ rule: (_ mean: Double, _ pulls: Double) -> Double) {
    let first = state * means.space.width
    for arm in 0..<arms(state) {
      let count = pulls[first + arm]
      scores[state, arm] = count == 0 ? .infinity : rule(means[slot: first + arm], Double(count))
    }
  }

  /// An arm of the greatest score, ties broken at random.
  func best(_ state: Int, using stream: inout RandomStream) -> Int { scores.greedyAction(in: state, using: &stream) }

  /// The means and the greedy policy in them; the policy that acts where it is the arms of the greatest score.
  func report(into report: inout LearnerReport, scored: Bool) {
    report.makeRoom(for: space)
    means.withSlots { report.actionValues = Array($0) }
    means.writeGreedy(into: &report.targetPolicy)
    if scored { scores.writeGreedy(into: &report.behaviorPolicy) } else { report.behaviorPolicy = [] }
  }
}

extension ArmAverages: Checkpointable {
  /// Appends means and counts.
  public func save(to writer: inout StateWriter) {
    means.save(to: &writer)
    pulls.save(to: &writer)
    writer.write(total)
  }

  /// Takes up means and counts.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try means.restore(from: &reader)
    try pulls.restore(from: &reader)
    total = try reader.integer()
  }
}
