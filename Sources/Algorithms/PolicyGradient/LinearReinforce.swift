import RLCore

/// REINFORCE over features: a linear softmax policy, and where there is a baseline, linear values.
///
///     δ ← G − v(S_t, w)                                G alone without a baseline
///     w ← w + α^w δ x(S_t)
///     θ ← θ + α^θ γᵗ δ ∇ ln π(A_t|S_t, θ)    for t = 0, …, T − 1      Sutton & Barto (2018), sections 13.3 and 13.4
///
/// It is ``Reinforce`` or ``ReinforceBaseline`` with v(s) = wᵀx(s) and ``LinearSoftmax``, with the same parameters and the same treatment of truncated
/// episodes; a feature for each state gives the same numbers. Step sizes are those of the weights as they are.
public struct LinearReinforce<Form: ReinforceForm>: FeatureActor, ~Copyable {
  /// What configurations and readers see.
  public static var about: About {
    let steps =
      Form.hasBaseline
      ? [PolicyParameters.alpha.declaration, PolicyParameters.alphaW.declaration]
      : [PolicyParameters.alpha.with(default: .real(0.0001)).declaration]
    return About(
      id: Form.about.id, summary: Form.about.summary, source: Form.about.source, equation: Form.about.equation,
      parameters: steps + [ControlParameters.gamma.declaration, PolicyParameters.discountUpdates.declaration]
        + FeatureParameters.declarations)
  }

  /// The discount rate γ.
  public let gamma: Double
  /// The policy.
  public var policy: LinearSoftmax
  /// The weights w of the state values; they stay as they begin where there is no baseline.
  public var weights: Table<Double>
  private var alpha: StepSize
  private var alphaW: StepSize
  private let updateDiscount: Double
  private var episode = PolicyEpisode()
  private var memory: FeatureMemory
  private let terminal: [Bool]

  /// The most numbers of features that an episode may leave.
  private static var mostNumbers: Int { 80_000_000 }

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    let features = try context.requiredFeatures()
    let weights = try settings.initialWeights(features)
    gamma = settings[ControlParameters.gamma]
    alpha = StepSize(settings[PolicyParameters.alpha], entries: 1)
    alphaW = StepSize(Form.hasBaseline ? settings[PolicyParameters.alphaW] : .constant(0), entries: 1)
    updateDiscount = settings[PolicyParameters.discountUpdates] ? gamma : 1
    terminal = (0..<context.space.stateCount).map { context.isTerminal($0) }
    policy = LinearSoftmax(features, space: context.space)
    memory = FeatureMemory(features, capacity: nil)
    self.weights = weights
  }

  private func value(_ row: FeatureRow) -> Double { weights.withEntries { row.dot($0.baseAddress!) } }

  /// Learns from the episode that is over.
  ///
  /// - Parameter last: What follows its last step: 0 where the task ended.
  public mutating func update(bootstrap last: Double) {
    episode.formReturns(gamma: gamma, last: last)
    var discount = 1.0
    for time in 0..<episode.steps.count {
      let step = episode.steps[time]
      let row = memory.row(Int(step.state))
      let count = policy.actions(in: Int(step.state))
      var error = step.value
      if Form.hasBaseline {
        error -= value(row)
        weights.withEntries { row.add(alphaW.next(for: 0) * error, to: $0.baseAddress!) }
      }
      policy.evaluate(row, count)
      policy.ascend(row, count, Int(step.action), by: alpha.next(for: 0) * discount * error)
      discount *= updateDiscount
    }
    episode.steps.removeAll()
    memory.removeAll()
  }

  /// Begins an episode.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    policy.action(policy.features.row(state), policy.actions(in: state), using: &stream)
  }

  /// Notes a step; learns where it is the last.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    if failure == nil {
      let kept = memory.keep(t.state, of: policy.features)
      episode.append(Transition(state: kept, action: t.action, reward: t.reward, next: t.next, terminated: false))
      if t.isLast {
        let bootstraps = Form.hasBaseline && !t.terminated
        update(bootstrap: bootstraps ? value(policy.features.row(t.next)) : 0)
      }
    }
    return t.isLast
      ? 0 : policy.action(policy.features.row(t.next), policy.actions(in: t.next), using: &stream)
  }

  /// It learns when an episode is over.
  public static var learnsAtEnd: Bool { true }

  /// Chooses an action for evaluation.
  public mutating func choose(_ row: FeatureRow, isGreedy: Bool, using stream: inout RandomStream) -> Int {
    policy.choose(row, isGreedy: isGreedy, using: &stream)
  }

  /// What has been learned of points that are not states.
  public func report(points: Int, _ row: (Int) -> FeatureRow) -> LearnerReport {
    policy.report(points: points, values: weights, row)
  }

  /// The policy as a file stores it.
  public func archive(_ basis: FeatureBasis) -> LinearArchive { policy.archive(basis) }

  /// What is wrong where an update was no number, or an episode does not fit.
  public var failure: String? {
    policy.failure ?? episode.failure ?? (memory.count >= Self.mostNumbers ? EpisodeRecord.failure() : nil)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || alphaW.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    alphaW.adjust(to: time)
  }

  /// The policy, and the state values where there are some.
  public func report(into report: inout LearnerReport) {
    policy.report(into: &report, values: weights, isTerminal: terminal)
    if !Form.hasBaseline { report.stateValues = [] }
  }

  /// Appends weights and the episode so far.
  public func save(to writer: inout StateWriter) {
    policy.save(to: &writer)
    weights.save(to: &writer)
    alpha.save(to: &writer)
    alphaW.save(to: &writer)
    episode.steps.save(to: &writer)
    memory.save(to: &writer)
  }

  /// Takes up weights and the episode so far.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try policy.restore(from: &reader)
    try weights.restore(from: &reader)
    try alpha.restore(from: &reader)
    try alphaW.restore(from: &reader)
    try episode.steps.restore(from: &reader)
    try memory.restore(from: &reader)
  }
}
