import RLCore

/// Episodic semi-gradient n-step Sarsa: on-policy control with linear action values.
///
///     w ← w + α [G_{t:t+n} − q(S_t, A_t, w)] ∇q(S_t, A_t, w)            Sutton & Barto (2018), box of section 10.2; n = 1: section 10.1
///     G_{t:t+n} = R_{t+1} + … + γ^{n−1} R_{t+n} + γ^n q(S_{t+n}, A_{t+n}, w)      eq. 10.4
///
/// Values are computed when targets are: with the weights as they are then. A truncated episode is completed by the value of the state and
/// action that it was cut off before.
///
/// A step reads and moves features by their places, not one number of a table: two to eight times the work of Q-learning even where there
/// is one feature a state, and more with more of them.
public struct SemiGradientSarsa: LinearActor, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "semi-gradient-sarsa", summary: "linear on-policy control: n-step Sarsa over features",
    source: "Sutton & Barto (2018), sections 10.1 and 10.2",
    equation: "w ← w + α [G_{t:t+n} − q(S_t,A_t,w)] ∇q(S_t,A_t,w)",
    parameters: [
      FeatureParameters.alpha.declaration, ControlParameters.gamma.declaration, SemiGradientTD.n.declaration,
    ] + LinearControl.declarations)

  /// The discount rate γ.
  public let gamma: Double
  /// Weights and features.
  public var base: LinearControl
  private var alpha: StepSize
  private var returns: NStepReturns
  private var memory: FeatureMemory
  private let width: Int

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    base = try LinearControl(settings, context: context)
    alpha = StepSize(settings[FeatureParameters.alpha], entries: 1)
    returns = NStepReturns(n: settings[SemiGradientTD.n], gamma: gamma)
    memory = FeatureMemory(base.features, capacity: settings[SemiGradientTD.n])
    width = context.space.width
  }

  private mutating func move(_ entry: Int, toward target: Double) {
    let row = memory.row(entry / width)
    let error = target - base.value(row, entry % width)
    base.add(alpha.next(for: 0) * error, row, entry % width)
  }

  /// Adds a step, and makes the updates that are due.
  ///
  /// - Parameter nextAction: `A′`; of no meaning where the task ended.
  public mutating func update(_ t: Transition, nextAction: Int) {
    let bootstrap = t.terminated ? 0 : base.value(t.next, nextAction)
    returns.append(memory.keep(t.state, of: base.features) * width + t.action, reward: t.reward)
    if t.isLast {
      returns.finish(bootstrap)
      for k in 0..<returns.count { move(returns.entry(k), toward: returns.value(k)) }
      returns.removeAll()
      memory.removeAll()
    } else {
      if returns.isFull { move(returns.oldest, toward: returns.value(bootstrap: bootstrap)) }
      returns.advance()
    }
  }

  /// Chooses the next action, then learns from the step and that choice.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    let next = t.terminated ? 0 : base.action(in: t.next, using: &stream)
    update(t, nextAction: next)
    return next
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || base.exploration.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    base.exploration.adjust(to: time)
  }

  /// Appends the weights and the steps that wait.
  public func save(to writer: inout StateWriter) {
    base.save(to: &writer)
    alpha.save(to: &writer)
    returns.save(to: &writer)
    memory.save(to: &writer)
  }

  /// Takes up the weights and the steps that wait.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try base.restore(from: &reader)
    try alpha.restore(from: &reader)
    try returns.restore(from: &reader)
    try memory.restore(from: &reader)
  }
}
