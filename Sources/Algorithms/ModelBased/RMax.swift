import RLCore

/// R-max: believes that everything unknown is as good as can be, and so goes and sees.
///
///     Q(s, a) = R_max / (1 − γ)                               where (s, a) was taken fewer than m times
///     Q(s, a) = r̂(s, a) + γ Σ p̂(s′|s, a) max_b Q(s′, b)        where it is known       Brafman & Tennenholtz (2002); Kakade (2003), ch. 8
///
/// It acts greedily, ties broken at random. With `m` large enough it is near-optimal in all but a polynomial number of steps. What is known is
/// frozen after `m` times, as in the paper. The end of the task is worth 0, and nothing unknown is worth less than that.
///
/// A step costs next to nothing, but whenever a pair becomes known, the known model is solved anew: by value iteration, to `tolerance`, or exactly
/// by policy iteration where γ is so near to 1 that it would take very many sweeps.
public struct RMax: TabularLearner, ~Copyable {
  static let m = Parameter<Int>.integer(
    "m", symbol: "m", default: 20, in: 1...1_000_000_000, "how often a pair is taken before it is known")
  static let tolerance = Parameter<Double>.real(
    "tolerance", default: 1e-6, in: .positive, "how near to its solution the known model is solved")

  /// What configurations and readers see.
  public static let about = About(
    id: "r-max", summary: "model-based control: what is not known is believed to be as good as can be",
    source: "Brafman & Tennenholtz (2002); Kakade (2003)",
    equation: "Q(s,a) = R_max / (1 − γ) until (s,a) was taken m times",
    parameters: [
      GuaranteeParameters.gamma.declaration, m.declaration, GuaranteeParameters.greatestReward.declaration,
      tolerance.declaration,
    ])

  /// The discount rate γ.
  public let gamma: Double
  /// The optimistic action values.
  public var q: ActionValues
  private let m: Int
  private let accuracy: SweepAccuracy
  private var model: EmpiricalModel
  private var known = GrowingTable<Int>()

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    let greatest = try GuaranteeParameters.greatest(settings, context, for: Self.id)
    gamma = settings[GuaranteeParameters.gamma]
    m = settings[Self.m]
    let most = max(0, greatest) / (1 - gamma)
    accuracy = SweepAccuracy(settings[Self.tolerance], gamma: gamma, largest: most)
    q = ActionValues(context.space, initial: most)
    model = EmpiricalModel(entries: context.space.slotCount)
  }

  /// Takes a step into account; solves the known model where its pair becomes known.
  ///
  /// - Returns: Whether it did.
  @discardableResult
  public mutating func update(_ t: Transition) -> Bool {
    let slot = t.state * q.space.width + t.action
    if model.visits[slot] >= m { return false }
    model.observe(slot, reward: t.reward, next: t.terminated ? nil : t.next)
    if model.visits[slot] < m { return false }
    known.append(slot)
    solve()
    return true
  }

  /// Value iteration in place over what is known, alternately in both directions.
  private func solve() {
    if accuracy.needsExactness && solveExactly() { return }
    var change = Double.infinity
    var isForward = false
    while change > accuracy.enough {
      change = 0
      isForward.toggle()
      for k in 0..<known.count {
        let slot = known[isForward ? k : known.count - 1 - k]
        let value = model.reward(slot) + gamma * model.expectedNext(of: slot) { q.maximum(in: $0) }
        change = max(change, abs(value - q[slot: slot]))
        q[slot: slot] = value
      }
    }
  }

  /// Policy iteration on the known model, in which everything unknown leads to a state beside the others that pays R_max for ever.
  ///
  /// - Returns: Whether it is a model.
  private func solveExactly() -> Bool {
    let (space, heaven) = (q.space, q.space.stateCount)
    let pay = accuracy.largest * (1 - gamma)
    var builder = FiniteMDPBuilder(states: heaven + 1, actions: max(1, space.width))
    for state in 0..<heaven {
      for action in 0..<space.actions(in: state) {
        let slot = state * space.width + action
        builder.addPair(state: state, action: action)
        if model.visits[slot] < m {
          builder.addOutcome(probability: 1, next: heaven, reward: pay)
          continue
        }
        let (count, reward) = (Double(model.visits[slot]), model.reward(slot))
        model.forEachOutcome(of: slot) { next, seen in
          builder.addOutcome(
            probability: Double(seen) / count, next: max(next, 0), reward: reward, terminated: next < 0)
        }
      }
    }
    builder.addPair(state: heaven, action: 0)
    builder.addOutcome(probability: 1, next: heaven, reward: pay)
    let start = [StateProbability(state: 0, probability: 1)]
    guard let exact = try? OptimalSolution(builder.build(initial: start), gamma: gamma) else { return false }
    for state in 0..<heaven {
      for (action, pair) in exact.model.pairs(of: state).enumerated() {
        q[slot: state * space.width + action] = exact.actionValues[pair]
      }
    }
    return true
  }

  /// Begins an episode.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    q.greedyAction(in: state, using: &stream)
  }

  /// Learns from a step, then chooses from the changed values.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : q.greedyAction(in: t.next, using: &stream)
  }

  /// The optimistic action values, and the greedy policy, which acts.
  public func report(into report: inout LearnerReport) {
    report.makeRoom(for: q.space)
    q.withSlots { report.actionValues = Array($0) }
    q.writeGreedy(into: &report.targetPolicy)
    report.behaviorPolicy = report.targetPolicy
  }

  /// Appends what was seen, and the values.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    model.save(to: &writer)
    known.save(to: &writer)
  }

  /// Takes up what was seen, and the values.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try model.restore(from: &reader)
    try known.restore(from: &reader)
  }
}
