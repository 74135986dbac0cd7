import RLCore

/// Prioritized sweeping: plans with a learned model, where values change most first, and backward from there.
///
///     P ← |R + γ max_a Q(S′, a) − Q(S, A)|;   if P > θ, (S, A) waits with priority P
///     n times, as long as something waits: the first (S, A) is updated from Model(S, A), and every pair that is believed to lead to S is
///     examined in the same way                          Moore & Atkeson (1993); Peng & Williams (1993); Sutton & Barto (2018), section 8.4, box
///
/// for tasks without chance; the model believes what it saw last. The queue is kept from step to step. A pair that waits already takes its
/// new priority. All learning goes through the queue: with 0 planning steps nothing is learned.
///
/// A step costs up to `planning_steps` updates, each with a turn of the heap for every pair that leads to its state.
public struct PrioritizedSweeping: TabularLearner, ~Copyable {
  static let theta = Parameter<Double>.real(
    "theta", symbol: "θ", default: 1e-4, in: .nonnegative, "changes up to this size are not worth a place in the queue")

  /// What configurations and readers see.
  public static let about = About(
    id: "prioritized-sweeping", summary: "control: plans with a learned model where values change most",
    source: "Moore & Atkeson (1993); Peng & Williams (1993); Sutton & Barto (2018), section 8.4",
    equation: "P = |R + γ max_a Q(S′,a) − Q(S,A)|, greatest first",
    parameters: [ControlParameters.alpha.declaration, ControlParameters.gamma.declaration]
      + Exploration.offPolicyParameters + [
        PlanningSteps.parameter.declaration, theta.declaration, ControlParameters.initialValue.declaration,
      ])

  /// The discount rate γ.
  public let gamma: Double
  /// How many updates at most follow each real step.
  public let planningSteps: Int
  /// The action values.
  public var q: ActionValues
  /// What waits to be updated, by slot.
  public var queue: PriorityQueue
  private let theta: Double
  private var model: LastOutcomes
  private var alpha: StepSize
  private var exploration: Exploration
  // The slots believed to lead to each state: a doubly linked list through the slots.
  private var heads: Table<Int32>
  private var following: Table<Int32>
  private var preceding: Table<Int32>

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    let space = context.space
    gamma = settings[ControlParameters.gamma]
    planningSteps = settings[PlanningSteps.parameter]
    theta = settings[Self.theta]
    q = ActionValues(space, initial: settings[ControlParameters.initialValue])
    queue = PriorityQueue(entries: space.slotCount)
    model = LastOutcomes(space)
    alpha = StepSize(settings[ControlParameters.alpha], entries: space.slotCount)
    exploration = try Exploration(offPolicy: settings, context: context)
    heads = Table(space.stateCount, repeating: -1)
    following = Table(space.slotCount, repeating: -1)
    preceding = Table(space.slotCount, repeating: -1)
  }

  /// The TD error of a slot, by the model.
  private func error(_ slot: Int) -> Double {
    let (reward, next, terminated) = model.outcome(slot)
    return reward + gamma * (terminated ? 0 : q.maximum(in: next)) - q[slot: slot]
  }

  private mutating func examine(_ slot: Int) {
    let priority = abs(error(slot))
    if priority > theta { queue.insert(slot, priority: priority) }
  }

  /// Takes a step into the model, and gives its pair a place in the queue.
  public mutating func observe(_ t: Transition) {
    let slot = t.state * q.space.width + t.action
    if model.knows(slot) {
      let (_, next, terminated) = model.outcome(slot)
      if !terminated { unlink(slot, from: next) }
    }
    model.observe(t)
    if !t.terminated { link(slot, to: t.next) }
    examine(slot)
  }

  /// Updates what waits, greatest change first.
  public mutating func plan() {
    for _ in 0..<planningSteps {
      guard let slot = queue.popFirst() else { return }
      q[slot: slot] += alpha.next(for: slot) * error(slot)
      var other = Int(heads[slot / q.space.width])
      while other >= 0 {
        examine(other)
        other = Int(following[other])
      }
    }
  }

  private func link(_ slot: Int, to state: Int) {
    let head = heads[state]
    following[slot] = head
    preceding[slot] = -1
    if head >= 0 { preceding[Int(head)] = Int32(truncatingIfNeeded: slot) }
    heads[state] = Int32(truncatingIfNeeded: slot)
  }

  private func unlink(_ slot: Int, from state: Int) {
    let (before, after) = (preceding[slot], following[slot])
    if before >= 0 { following[Int(before)] = after } else { heads[state] = after }
    if after >= 0 { preceding[Int(after)] = before }
  }

  /// Begins an episode.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    exploration.action(q, in: state, using: &stream)
  }

  /// Takes a step into the model, plans, then chooses from the changed values.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    observe(t)
    plan()
    return t.isLast ? 0 : exploration.action(q, in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || exploration.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    exploration.adjust(to: time)
  }

  /// The action values, the greedy policy, and the policy that acts.
  public func report(into report: inout LearnerReport) { report.fill(q, exploration) }

  /// Appends the tables.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    alpha.save(to: &writer)
    model.save(to: &writer)
    queue.save(to: &writer)
    heads.save(to: &writer)
    following.save(to: &writer)
    preceding.save(to: &writer)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try alpha.restore(from: &reader)
    try model.restore(from: &reader)
    try queue.restore(from: &reader)
    try heads.restore(from: &reader)
    try following.restore(from: &reader)
    try preceding.restore(from: &reader)
  }
}
