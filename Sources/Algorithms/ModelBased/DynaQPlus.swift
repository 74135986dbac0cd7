import RLCore

/// Dyna-Q+: Dyna-Q for tasks that change; planning pays a bonus for what has not been tried for long.
///
///     as Dyna-Q, but a planning step learns from R + κ √τ(S, A) instead of R          Sutton & Barto (2018), section 8.3
///
/// `τ(s, a)` is the number of real steps since the pair was tried last, or since the beginning. Actions that were never tried in a visited state
/// are planned with, too: they are believed to lead back to it, for no reward. A planning step draws two words.
///
/// A step costs one update and `planning_steps` more.
public struct DynaQPlus: TabularLearner, ~Copyable {
  static let kappa = Parameter<Double>.real(
    "kappa", symbol: "κ", default: 1e-3, in: .nonnegative, "weight of the bonus κ √τ")

  /// What configurations and readers see.
  public static let about = About(
    id: "dyna-q-plus", summary: "control: Dyna-Q with a bonus for what has not been tried for long",
    source: "Sutton (1990); Sutton & Barto (2018), section 8.3",
    equation: "planning: Q(S,A) ← Q(S,A) + α [R + κ √τ + γ max_a Q(S′,a) − Q(S,A)]",
    parameters: [ControlParameters.alpha.declaration, ControlParameters.gamma.declaration]
      + Exploration.offPolicyParameters + [
        PlanningSteps.parameter.declaration, kappa.declaration, ControlParameters.initialValue.declaration,
      ])

  /// The discount rate γ.
  public let gamma: Double
  /// How many updates from the model follow each real step.
  public let planningSteps: Int
  /// The action values.
  public var q: ActionValues
  private let kappa: Double
  private var model: LastOutcomes
  private var lastTried: Table<Int>
  private var time = 0
  private var alpha: StepSize
  private var exploration: Exploration

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    planningSteps = settings[PlanningSteps.parameter]
    q = ActionValues(context.space, initial: settings[ControlParameters.initialValue])
    kappa = settings[Self.kappa]
    model = LastOutcomes(context.space)
    lastTried = Table(context.space.slotCount, repeating: 0)
    alpha = StepSize(settings[ControlParameters.alpha], entries: context.space.slotCount)
    exploration = try Exploration(offPolicy: settings, context: context)
  }

  /// Moves `Q(S, A)` toward the greedy one-step target.
  ///
  /// - Returns: The TD error δ, before the step.
  @discardableResult
  public mutating func update(_ slot: Int, reward: Double, next: Int, terminated: Bool) -> Double {
    let error = reward + gamma * (terminated ? 0 : q.maximum(in: next)) - q[slot: slot]
    q[slot: slot] += alpha.next(for: slot) * error
    return error
  }

  /// Learns from steps of the model, with their bonus.
  public mutating func plan(using stream: inout RandomStream) {
    for _ in 0..<planningSteps {
      let state = model.drawState(using: &stream)
      let slot = state * q.space.width + stream.uniform(below: q.actions(in: state))
      let bonus = kappa * Double(time - lastTried[slot]).squareRoot()
      if model.knows(slot) {
        let (reward, next, terminated) = model.outcome(slot)
        update(slot, reward: reward + bonus, next: next, terminated: terminated)
      } else {
        update(slot, reward: bonus, next: state, terminated: false)
      }
    }
  }

  /// Begins an episode.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    exploration.action(q, in: state, using: &stream)
  }

  /// Learns from a step and from the model, then chooses from the changed values.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    let slot = t.state * q.space.width + t.action
    update(slot, reward: t.reward, next: t.next, terminated: t.terminated)
    model.observe(t)
    time += 1
    lastTried[slot] = time
    plan(using: &stream)
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
    lastTried.save(to: &writer)
    writer.write(time)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try alpha.restore(from: &reader)
    try model.restore(from: &reader)
    try lastTried.restore(from: &reader)
    time = try reader.integer()
  }
}
