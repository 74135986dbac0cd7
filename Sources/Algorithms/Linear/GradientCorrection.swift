import RLCore

/// Two sets of weights for linear prediction: those of the values, `w`, and least-mean-squares estimates of how the TD error depends on the
/// features, `v`, which turn semi-gradients into gradients of the projected Bellman error.
///
///     v ← v + β ρ (δ_t − vᵀ x_t) x_t                    Sutton & Barto (2018), section 11.7, the LMS rule for v
///
/// A step reads and moves features by their places, not one number of a table: two to eight times the work of Q-learning even where there
/// is one feature a state, and more with more of them.
public struct GradientCorrection: ~Copyable {
  static let beta = Parameter<Schedule>.schedule(
    "beta", symbol: "β", default: 0.05, in: .positive, "step size of the second weights")
  static let parameters = LinearPrediction.declarations + [FeatureParameters.behavior.declaration, beta.declaration]

  /// Weights, features, policies.
  public var base: LinearPrediction
  /// v.
  public var estimates: Table<Double>
  fileprivate var alpha: StepSize
  fileprivate var beta: StepSize

  /// Weights as they are before the first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    base = try LinearPrediction(settings, context: context, isOffPolicy: true)
    alpha = StepSize(settings[FeatureParameters.alpha], entries: 1)
    beta = StepSize(settings[Self.beta], entries: 1)
    estimates = Table(base.features.featureCount, repeating: 0)
  }
}

/// A learner of two sets of weights: with what `x_t` is multiplied is all that sets it apart.
///
///     w ← w + α ρ (pull · x_t − γ x_{t+1} x_tᵀ v)
public protocol GradientCorrectingLearner: TabularLearner, ~Copyable {
  /// The weights and their corrections.
  var correction: GradientCorrection { get set }

  /// Begins with weights.
  init(_ correction: consuming GradientCorrection)

  /// What multiplies `x_t`, by the TD error δ and its estimate `x_tᵀ v`.
  static func pull(error: Double, estimate: Double) -> Double
}

extension GradientCorrectingLearner where Self: ~Copyable {
  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    self.init(try GradientCorrection(settings, context: context))
  }

  /// The discount rate γ.
  public var gamma: Double { correction.base.gamma }

  /// Moves both weights.
  ///
  /// - Returns: The TD error δ, before the step.
  @discardableResult
  public mutating func update(_ t: Transition) -> Double {
    let row = correction.base.features.row(t.state)
    let next = correction.base.features.row(t.next)
    let ratio = correction.base.ratio(t)
    let error = t.reward + gamma * correction.base.nextValue(t) - correction.base.value(t.state)
    let estimate = correction.estimates.withEntries { row.dot($0.baseAddress!) }
    let step = correction.alpha.next(for: 0) * ratio
    correction.base.add(step * Self.pull(error: error, estimate: estimate), row)
    if !t.terminated { correction.base.add(-step * gamma * estimate, next) }
    let second = correction.beta.next(for: 0) * ratio * (error - estimate)
    correction.estimates.withEntries { row.add(second, to: $0.baseAddress!) }
    return error
  }

  /// Begins an episode.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    correction.base.action(in: state, using: &stream)
  }

  /// Learns from a step.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : correction.base.action(in: t.next, using: &stream)
  }

  /// What is wrong where an update was no number.
  public var failure: String? { correction.base.failure }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { correction.alpha.isScheduled || correction.beta.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    correction.alpha.adjust(to: time)
    correction.beta.adjust(to: time)
  }

  /// The values of all states and the policies.
  public func report(into report: inout LearnerReport) { correction.base.report(into: &report) }

  /// Appends the weights.
  public func save(to writer: inout StateWriter) {
    correction.base.save(to: &writer)
    correction.alpha.save(to: &writer)
    correction.estimates.save(to: &writer)
    correction.beta.save(to: &writer)
  }

  /// Takes up the weights.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try correction.base.restore(from: &reader)
    try correction.alpha.restore(from: &reader)
    try correction.estimates.restore(from: &reader)
    try correction.beta.restore(from: &reader)
  }
}
