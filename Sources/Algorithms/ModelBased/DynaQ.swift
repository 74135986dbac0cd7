import RLCore

/// Dyna-Q: Q-learning from real steps, and between them from steps of a model that was learned from the real ones.
///
///     Q(S, A) ← Q(S, A) + α [R + γ max_a Q(S′, a) − Q(S, A)];   Model(S, A) ← R, S′
///     n times: S a visited state, A an action tried in it; R, S′ ← Model(S, A); the same update      Sutton & Barto (2018), section 8.2, box
///
/// The model believes what it saw last. It was made for tasks without chance; in others it is a memory of the last outcomes. With 0
/// planning steps it is Q-learning. A planning step draws two words.
///
/// A step costs one update and `planning_steps` more.
public struct DynaQ: TabularLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "dyna-q", summary: "control: Q-learning from real steps, and from steps of a learned model between them",
    source: "Sutton (1990); Sutton & Barto (2018), section 8.2",
    equation: "Q(S,A) ← Q(S,A) + α [R + γ max_a Q(S′,a) − Q(S,A)], with R, S′ real or Model(S,A)",
    parameters: [ControlParameters.alpha.declaration, ControlParameters.gamma.declaration]
      + Exploration.offPolicyParameters + [
        PlanningSteps.parameter.declaration, ControlParameters.initialValue.declaration,
      ])

  /// The discount rate γ.
  public let gamma: Double
  /// How many updates from the model follow each real step.
  public let planningSteps: Int
  /// The action values.
  public var q: ActionValues
  private var model: LastOutcomes
  private var alpha: StepSize
  private var exploration: Exploration

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    planningSteps = settings[PlanningSteps.parameter]
    q = ActionValues(context.space, initial: settings[ControlParameters.initialValue])
    model = LastOutcomes(context.space)
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

  /// Learns from steps of the model.
  public mutating func plan(using stream: inout RandomStream) {
    for _ in 0..<planningSteps {
      let state = model.drawState(using: &stream)
      let slot = state * q.space.width + model.drawTriedAction(in: state, using: &stream)
      let (reward, next, terminated) = model.outcome(slot)
      update(slot, reward: reward, next: next, terminated: terminated)
    }
  }

  /// Begins an episode.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    exploration.action(q, in: state, using: &stream)
  }

  /// Learns from a step and from the model, then chooses from the changed values.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t.state * q.space.width + t.action, reward: t.reward, next: t.next, terminated: t.terminated)
    model.observe(t)
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
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try alpha.restore(from: &reader)
    try model.restore(from: &reader)
  }
}

/// What the methods share that plan between real steps.
public enum PlanningSteps {
  /// How many updates from the model follow each real step.
  public static let parameter = Parameter<Int>.integer(
    "planning_steps", symbol: "n", default: 10, in: 0...1_000_000,
    "how many updates from the model follow each real step")
}
