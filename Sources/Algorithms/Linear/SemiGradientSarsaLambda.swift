import RLCore

/// Semi-gradient Sarsa(λ): linear on-policy control in which every feature seen lately shares in each TD error, by its eligibility trace.
///
///     δ = R + γ q(S′, A′, w) − q(S, A, w)
///     z ← γλ z + x(S, A)                          accumulating traces
///     z_i ← x_i(S, A) where that is not 0, γλ z_i elsewhere        replacing traces
///     w ← w + α δ z                                                    Sutton & Barto (2018), section 12.7
///
/// With `true_online` it is true online Sarsa(λ), with dutch traces, which equals the online λ-return algorithm at every step:
///
///     z ← γλ z + (1 − α γλ zᵀx) x,   x = x(S, A)
///     w ← w + α (δ + q(S, A, w) − q_old) z − α (q(S, A, w) − q_old) x;   q_old ← q(S′, A′, w)       section 12.7, box
///
/// With `clear_others`, the traces of the other actions in the state are set to 0 (Singh & Sutton, 1996). λ = 0 is one-step semi-gradient Sarsa.
/// A truncated episode bootstraps from the action that would have come next. Traces are 0 when an episode begins.
///
/// A step costs as much as there are living traces, up to one for each feature and action; that, and reading features by their places, is
/// why it is slower than half of Q-learning.
public struct SemiGradientSarsaLambda: LinearActor, ~Copyable {
  static let trueOnline = Parameter.flag(
    "true_online", default: false, "whether it equals the online λ-return algorithm at every step (dutch traces)")
  static let clearOthers = Parameter.flag(
    "clear_others", default: false, "whether a visit sets the traces of the state's other actions to 0")

  /// What configurations and readers see.
  public static let about = About(
    id: "semi-gradient-sarsa-lambda",
    summary: "linear on-policy control: Sarsa over features with eligibility traces, true online on request",
    source: "van Seijen et al. (2016); Sutton & Barto (2018), section 12.7",
    equation: "w ← w + α [R + γ q(S′,A′,w) − q(S,A,w)] z",
    parameters: [
      FeatureParameters.alpha.declaration, ControlParameters.gamma.declaration, ControlParameters.lambda.declaration,
      EligibilityTraces.parameter.declaration, trueOnline.declaration, clearOthers.declaration,
    ] + LinearControl.declarations)

  /// The discount rate γ.
  public let gamma: Double
  /// The trace decay λ.
  public let lambda: Double
  /// Whether it equals the online λ-return algorithm at every step.
  public let isTrueOnline: Bool
  /// Weights and features.
  public var base: LinearControl
  private let clearsOthers: Bool
  private let space: ActionSpace
  private var alpha: StepSize
  private var traces: EligibilityTraces
  /// `q_old`; nil at the first step of an episode.
  private var entered: Double?

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    lambda = settings[ControlParameters.lambda]
    isTrueOnline = settings[Self.trueOnline]
    clearsOthers = settings[Self.clearOthers]
    base = try LinearControl(settings, context: context)
    space = context.space
    alpha = StepSize(settings[FeatureParameters.alpha], entries: 1)
    traces = EligibilityTraces(
      entries: base.weights.count, rule: isTrueOnline ? .dutch : settings[EligibilityTraces.parameter])
  }

  /// Moves all weights by their traces toward the one-step target of the pair left.
  ///
  /// - Parameter nextAction: `A′`; of no meaning where the task ended.
  /// - Returns: The TD error δ, before the step.
  @discardableResult
  public mutating func update(_ t: Transition, nextAction: Int) -> Double {
    let row = base.features.row(t.state)
    let length = base.features.featureCount
    let value = base.value(row, t.action)
    let nextValue = t.terminated ? 0 : base.value(t.next, nextAction)
    let error = t.reward + gamma * nextValue - value
    let change = isTrueOnline ? value - (entered ?? value) : 0
    let stepSize = alpha.next(for: 0)
    if clearsOthers {
      for action in 0..<space.actions(in: t.state) where action != t.action {
        traces.forget(row, from: action * length)
      }
    }
    base.note(stepSize * error)
    traces.learn(
      base.weights, error: error + change, visiting: row, from: t.action * length, stepSize: stepSize,
      decay: gamma * lambda)
    if isTrueOnline {
      base.add(-stepSize * change, row, t.action)
      entered = t.isLast ? nil : nextValue
    }
    if t.isLast { traces.clear() }
    return error
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

  /// Appends the weights and the traces.
  public func save(to writer: inout StateWriter) {
    base.save(to: &writer)
    alpha.save(to: &writer)
    traces.save(to: &writer)
    writer.write(entered != nil)
    writer.write(entered ?? 0)
  }

  /// Takes up the weights and the traces.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try base.restore(from: &reader)
    try alpha.restore(from: &reader)
    try traces.restore(from: &reader)
    let isInEpisode = try reader.flag()
    let value = try reader.number()
    entered = isInEpisode ? value : nil
  }
}
