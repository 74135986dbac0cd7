import RLCore

/// One-step emphatic TD: off-policy semi-gradient TD whose updates are weighted so that it is stable.
///
///     δ_t = R_{t+1} + γ v(S_{t+1}) − v(S_t),    w ← w + α M_t ρ_t δ_t x_t
///     M_t = γ ρ_{t−1} M_{t−1} + I_t,    M_{−1} = 0, I_t = 1                 Sutton & Barto (2018), section 11.8
///
/// Converges in expectation; the emphasis may have so large a variance that single runs do not look like it (Figure 11.6 is of expected
/// updates).
///
/// A step reads and moves features by their places, not one number of a table: two to eight times the work of Q-learning even where there
/// is one feature a state, and more with more of them.
public struct EmphaticTD: LinearPredictor, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "emphatic-td", summary: "linear off-policy prediction: TD(0) with updates weighted by emphasis",
    source: "Sutton, Mahmood & White (2016); Sutton & Barto (2018), section 11.8",
    equation: "w ← w + α M ρ δ x;  M_t = γ ρ_{t−1} M_{t−1} + I",
    parameters: LinearPrediction.declarations + [FeatureParameters.behavior.declaration])

  /// The discount rate γ.
  public var gamma: Double { base.gamma }
  /// Weights, features, policies.
  public var base: LinearPrediction
  /// The emphasis M of the current state.
  public private(set) var emphasis = 0.0
  private var carried = 0.0
  private var alpha: StepSize

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    base = try LinearPrediction(settings, context: context, isOffPolicy: true)
    alpha = StepSize(settings[FeatureParameters.alpha], entries: 1)
  }

  /// Moves the weights.
  ///
  /// - Returns: The TD error δ, before the step.
  @discardableResult
  public mutating func update(_ t: Transition) -> Double {
    let ratio = base.ratio(t)
    emphasis = carried + 1
    let error = t.reward + gamma * base.nextValue(t) - base.value(t.state)
    base.add(alpha.next(for: 0) * emphasis * ratio * error, base.features.row(t.state))
    carried = gamma * ratio * emphasis
    return error
  }

  /// Begins an episode.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    carried = 0
    return base.action(in: state, using: &stream)
  }

  /// Learns from a step.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : base.action(in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
  }

  /// Appends the weights.
  public func save(to writer: inout StateWriter) {
    base.save(to: &writer)
    alpha.save(to: &writer)
    writer.write(emphasis)
    writer.write(carried)
  }

  /// Takes up the weights.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try base.restore(from: &reader)
    try alpha.restore(from: &reader)
    emphasis = try reader.number()
    carried = try reader.number()
  }
}
