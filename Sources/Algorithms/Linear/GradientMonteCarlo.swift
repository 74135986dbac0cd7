import RLCore

/// Gradient Monte Carlo: moves linear values toward the returns of whole episodes.
///
///     w ← w + α [G_t − v(S_t, w)] x(S_t)                      Sutton & Barto (2018), box of section 9.3
///
/// for t = 0, 1, …, T − 1 at the end of each episode. A true gradient method: it converges to a least value error, with states weighted by
/// how often they are visited. A truncated episode is completed by the value of the state that it was cut off in.
///
/// A step reads and moves features by their places, not one number of a table: two to eight times the work of Q-learning even where there
/// is one feature a state, and more with more of them.
public struct GradientMonteCarlo: LinearPredictor, ~Copyable {
  struct Step: BitwiseCopyable {
    let row: Int
    var value: Double
  }

  /// What configurations and readers see.
  public static let about = About(
    id: "gradient-monte-carlo", summary: "linear prediction: toward the returns of whole episodes",
    source: "Sutton & Barto (2018), section 9.3", equation: "w ← w + α [G_t − v(S_t,w)] x(S_t)",
    parameters: LinearPrediction.declarations)

  /// The discount rate γ.
  public var gamma: Double { base.gamma }
  /// Weights, features, policies.
  public var base: LinearPrediction
  private var alpha: StepSize
  private var memory: FeatureMemory
  private var steps = GrowingTable<Step>()
  private static let limit = 20_000_000

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    base = try LinearPrediction(settings, context: context, isOffPolicy: false)
    alpha = StepSize(settings[FeatureParameters.alpha], entries: 1)
    memory = FeatureMemory(base.features, capacity: nil)
  }

  /// Keeps a step, and learns at the episode's end.
  public mutating func update(_ t: Transition) {
    if failure == nil { steps.append(Step(row: memory.keep(t.state, of: base.features), value: t.reward)) }
    guard t.isLast && failure == nil else { return }
    var value = base.nextValue(t)
    for time in stride(from: steps.count - 1, through: 0, by: -1) {
      value = steps[time].value + gamma * value
      steps[time].value = value
    }
    for time in 0..<steps.count {
      let row = memory.row(steps[time].row)
      let error = steps[time].value - base.weights.withEntries { row.dot($0.baseAddress!) }
      base.add(alpha.next(for: 0) * error, row)
    }
    steps.removeAll()
    memory.removeAll()
  }

  /// Keeps a step, and learns at the episode's end.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : base.action(in: t.next, using: &stream)
  }

  /// Learns when an episode is over.
  public static var learnsAtEnd: Bool { true }

  /// What is wrong where an episode has become too long to be kept, or an update was no number.
  public var failure: String? {
    steps.count >= Self.limit || memory.count >= 4 * Self.limit
      ? "an episode has more steps than can be kept; set environment.time_limit" : base.failure
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) { alpha.adjust(to: time) }

  /// Appends the weights and the episode so far.
  public func save(to writer: inout StateWriter) {
    base.save(to: &writer)
    alpha.save(to: &writer)
    memory.save(to: &writer)
    steps.save(to: &writer)
  }

  /// Takes up the weights and the episode so far.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try base.restore(from: &reader)
    try alpha.restore(from: &reader)
    try memory.restore(from: &reader)
    try steps.restore(from: &reader)
  }
}
