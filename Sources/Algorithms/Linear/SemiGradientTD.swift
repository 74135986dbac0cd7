import RLCore

/// Semi-gradient n-step TD: moves linear values toward n-step returns, on-policy or off-policy.
///
///     w ← w + α ρ_{t:t+n−1} [G_{t:t+n} − v(S_t, w)] x(S_t)              Sutton & Barto (2018), box of section 9.4, eqs. 9.15, 11.2
///
/// with `ρ` the product of the ratios of the n actions, 1 on-policy. On-policy it converges near the TD fixed point, whose error is within
/// `1 / (1 − γ)` of the best; off-policy it may diverge (section 11.2: Baird's counterexample). A truncated episode is completed by the
/// value of the state that it was cut off in.
///
/// A step reads and moves features by their places, not one number of a table: two to eight times the work of Q-learning even where there
/// is one feature a state, and more with more of them.
public struct SemiGradientTD: LinearPredictor, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "semi-gradient-td", summary: "linear prediction: n-step TD, on-policy or off-policy",
    source: "Sutton & Barto (2018), sections 9.3, 9.4 and 11.1",
    equation: "w ← w + α ρ [G_{t:t+n} − v(S_t,w)] x(S_t)",
    parameters: LinearPrediction.declarations + [FeatureParameters.behavior.declaration, n.declaration])

  static let n = Parameter<Int>.integer(
    "n", symbol: "n", default: 1, in: 1...100_000, "how many rewards a target holds before it bootstraps")

  /// The discount rate γ.
  public var gamma: Double { base.gamma }
  /// Weights, features, policies.
  public var base: LinearPrediction
  private var alpha: StepSize
  private var returns: NStepReturns
  private var memory: FeatureMemory
  private let n: Int
  private var ratios: WindowProduct

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    base = try LinearPrediction(settings, context: context, isOffPolicy: true)
    alpha = StepSize(settings[FeatureParameters.alpha], entries: 1)
    n = settings[Self.n]
    returns = NStepReturns(n: n, gamma: settings[ControlParameters.gamma])
    memory = FeatureMemory(base.features, capacity: n)
    ratios = WindowProduct()
  }

  /// Moves the value of the oldest step that waits, with the ratios of all actions since.
  private mutating func move(_ number: Int, toward target: Double) {
    let row = memory.row(number)
    let error = target - base.weights.withEntries { row.dot($0.baseAddress!) }
    base.add(alpha.next(for: 0) * ratios.product * error, row)
    ratios.removeFirst()
  }

  /// Adds a step, and makes the updates that are due.
  public mutating func update(_ t: Transition) {
    let bootstrap = base.nextValue(t)
    ratios.append(base.ratio(t))
    returns.append(memory.keep(t.state, of: base.features), reward: t.reward)
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

  /// Learns from a step.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : base.action(in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) { alpha.adjust(to: time) }

  /// Appends the weights and the steps that wait.
  public func save(to writer: inout StateWriter) {
    base.save(to: &writer)
    alpha.save(to: &writer)
    returns.save(to: &writer)
    memory.save(to: &writer)
    ratios.save(to: &writer)
  }

  /// Takes up the weights and the steps that wait.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try base.restore(from: &reader)
    try alpha.restore(from: &reader)
    try returns.restore(from: &reader)
    try memory.restore(from: &reader)
    try ratios.restore(from: &reader)
  }
}
