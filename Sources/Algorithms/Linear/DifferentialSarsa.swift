import RLCore

/// Differential semi-gradient Sarsa: on-policy control of tasks that never end, by the average reward.
///
///     δ = R − R̄ + q(S′, A′, w) − q(S, A, w)
///     R̄ ← R̄ + β δ,    w ← w + α δ ∇q(S, A, w)                          Sutton & Barto (2018), box of section 10.3
///
/// Values are differences to the average. In a task that ends, the end counts as a state of value 0.
///
/// A step reads and moves features by their places, not one number of a table: two to eight times the work of Q-learning even where there
/// is one feature a state, and more with more of them.
public struct DifferentialSarsa: LinearActor, ~Copyable {
  static let beta = Parameter<Schedule>.schedule(
    "beta", symbol: "β", default: 0.01, in: .positive(through: 1), "step size of the average reward")

  /// What configurations and readers see.
  public static let about = About(
    id: "differential-semi-gradient-sarsa",
    summary: "linear on-policy control of continuing tasks by the average reward",
    source: "Sutton & Barto (2018), section 10.3",
    equation: "δ = R − R̄ + q(S′,A′,w) − q(S,A,w);  R̄ ← R̄ + β δ;  w ← w + α δ ∇q",
    parameters: [FeatureParameters.alpha.declaration, beta.declaration] + LinearControl.declarations)

  /// There is no discounting.
  public var gamma: Double { 1 }
  /// Weights and features.
  public var base: LinearControl
  /// The average reward a step, R̄.
  public private(set) var averageReward = 0.0
  private var alpha: StepSize
  private var beta: StepSize

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    base = try LinearControl(settings, context: context)
    alpha = StepSize(settings[FeatureParameters.alpha], entries: 1)
    beta = StepSize(settings[Self.beta], entries: 1)
  }

  /// Moves the average reward and the weights.
  ///
  /// - Parameter nextAction: `A′`; of no meaning where the task ended.
  /// - Returns: The differential TD error δ, before the step.
  @discardableResult
  public mutating func update(_ t: Transition, nextAction: Int) -> Double {
    let next = t.terminated ? 0 : base.value(t.next, nextAction)
    let error = t.reward - averageReward + next - base.value(t.state, t.action)
    averageReward += beta.next(for: 0) * error
    base.add(alpha.next(for: 0) * error, base.features.row(t.state), t.action)
    return error
  }

  /// Chooses the next action, then learns from the step and that choice.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    let next = t.terminated ? 0 : base.action(in: t.next, using: &stream)
    update(t, nextAction: next)
    return next
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || beta.isScheduled || base.exploration.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    beta.adjust(to: time)
    base.exploration.adjust(to: time)
  }

  /// Appends the weights and the average.
  public func save(to writer: inout StateWriter) {
    base.save(to: &writer)
    alpha.save(to: &writer)
    beta.save(to: &writer)
    writer.write(averageReward)
  }

  /// Takes up the weights and the average.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try base.restore(from: &reader)
    try alpha.restore(from: &reader)
    try beta.restore(from: &reader)
    averageReward = try reader.number()
  }
}
