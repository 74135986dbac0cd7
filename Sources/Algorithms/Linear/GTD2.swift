import RLCore

/// GTD2: off-policy prediction by stochastic gradient descent in the projected Bellman error.
///
///     w ← w + α ρ (x_t − γ x_{t+1}) x_tᵀ v               Sutton & Barto (2018), section 11.7, GTD2
///     v ← v + β ρ (δ_t − vᵀ x_t) x_t                    the same, the LMS rule for v
///
/// Converges for any behaviour that covers the policy, at fitting step sizes (Sutton, Maei et al., 2009). Where the task ends,
/// `x_{t+1} = 0`.
///
/// A step reads and moves features by their places, not one number of a table: two to eight times the work of Q-learning even where there
/// is one feature a state, and more with more of them.
public struct GTD2: TabularLearner, ~Copyable {
  static let beta = Parameter<Schedule>.schedule(
    "beta", symbol: "β", default: 0.05, in: .positive, "step size of the second weights")

  /// What configurations and readers see.
  public static let about = About(
    id: "gtd2", summary: "linear off-policy prediction that converges: gradient of the projected Bellman error",
    source: "Sutton, Maei et al. (2009); Sutton & Barto (2018), section 11.7",
    equation: "w ← w + α ρ (x − γ x′) (xᵀv);  v ← v + β ρ (δ − xᵀv) x",
    parameters: LinearPrediction.declarations + [FeatureParameters.behavior.declaration, beta.declaration])

  /// The discount rate γ.
  public var gamma: Double { base.gamma }
  /// Weights, features, policies.
  public var base: LinearPrediction
  /// The second weights v: least-mean-squares estimates of how δ depends on x.
  public var corrections: Table<Double>
  private var alpha: StepSize
  private var beta: StepSize

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    base = try LinearPrediction(settings, context: context, isOffPolicy: true)
    alpha = StepSize(settings[FeatureParameters.alpha], entries: 1)
    beta = StepSize(settings[Self.beta], entries: 1)
    corrections = Table(base.features.featureCount, repeating: 0)
  }

  /// Moves both weights.
  ///
  /// - Returns: The TD error δ, before the step.
  @discardableResult
  public mutating func update(_ t: Transition) -> Double {
    let row = base.features.row(t.state)
    let next = base.features.row(t.next)
    let ratio = base.ratio(t)
    let error = t.reward + gamma * base.nextValue(t) - base.value(t.state)
    let estimate = corrections.withEntries { row.dot($0.baseAddress!) }
    let step = alpha.next(for: 0) * ratio
    base.add(step * estimate, row)
    if !t.terminated { base.add(-step * gamma * estimate, next) }
    let second = beta.next(for: 0) * ratio * (error - estimate)
    corrections.withEntries { row.add(second, to: $0.baseAddress!) }
    return error
  }

  /// Begins an episode.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    base.action(in: state, using: &stream)
  }

  /// Learns from a step.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : base.action(in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || beta.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    beta.adjust(to: time)
  }

  /// The values of all states and the policies.
  public func report(into report: inout LearnerReport) { base.report(into: &report) }

  /// Appends the weights.
  public func save(to writer: inout StateWriter) {
    base.weights.save(to: &writer)
    alpha.save(to: &writer)
    corrections.save(to: &writer)
    beta.save(to: &writer)
  }

  /// Takes up the weights.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try base.weights.restore(from: &reader)
    try alpha.restore(from: &reader)
    try corrections.restore(from: &reader)
    try beta.restore(from: &reader)
  }
}
