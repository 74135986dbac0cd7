import RLCore

/// Actor–critic over features: a linear softmax policy, and a linear critic whose TD errors it learns from, step by step.
///
///     δ ← R + γ v(S′, w) − v(S, w)
///     z^w ← γ λ^w z^w + x(S),               w ← w + α^w δ z^w
///     z^θ ← γ λ^θ z^θ + I ∇ ln π(A|S, θ),   θ ← θ + α^θ δ z^θ
///     I ← γ I                                                         Sutton & Barto (2018), section 13.5; 13.6 for `average_reward`
///
/// It is ``ActorCritic`` with v(s) = wᵀx(s) and ``LinearSoftmax``, with the same parameters; a feature for each state gives the same numbers. Step
/// sizes are those of the weights as they are: with tile coding one divides them by the number of tilings.
///
/// Departure: a step size of the policy that changes holds for whole traces.
public struct LinearActorCritic: FeatureActor, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: ActorCritic.about.id, summary: ActorCritic.about.summary, source: ActorCritic.about.source,
    equation: ActorCritic.about.equation,
    parameters: [
      PolicyParameters.alpha.with(default: .real(0.01)).declaration,
      PolicyParameters.alphaW.with(default: .real(0.1)).declaration, ControlParameters.gamma.declaration,
      ActorCritic.lambda.declaration, ActorCritic.lambdaW.declaration, PolicyParameters.discountUpdates.declaration,
      ActorCritic.averageReward.declaration, ActorCritic.alphaR.declaration,
    ] + FeatureParameters.declarations)

  /// The discount rate γ; 1 for the average reward.
  public let gamma: Double
  /// The policy.
  public var policy: LinearSoftmax
  /// The weights w of the state values.
  public var weights: Table<Double>
  /// The average reward a step R̄; 0 where none is learned.
  public private(set) var averageReward = 0.0
  private var alpha: StepSize
  private var alphaW: StepSize
  private var alphaR: StepSize
  private let decay: (policy: Double, values: Double)
  private let hasTraces: Bool
  private let isAverage: Bool
  private let updateDiscount: Double
  private var discount = 1.0
  private var policyTraces: LinearPolicyTraces
  private var valueTraces: EligibilityTraces
  private let terminal: [Bool]

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    let features = try context.requiredFeatures()
    let weights = try settings.initialWeights(features)
    let isAverage = settings[ActorCritic.averageReward]
    let gamma = isAverage ? 1 : settings[ControlParameters.gamma]
    let lambda = settings[ActorCritic.lambda]
    let lambdaW = settings[ActorCritic.lambdaW] ?? lambda
    let hasTraces = lambda > 0 || lambdaW > 0
    self.hasTraces = hasTraces
    self.isAverage = isAverage
    self.gamma = gamma
    decay = (gamma * lambda, gamma * lambdaW)
    updateDiscount = settings[PolicyParameters.discountUpdates] ? gamma : 1
    alpha = StepSize(settings[PolicyParameters.alpha], entries: 1)
    alphaW = StepSize(settings[PolicyParameters.alphaW], entries: 1)
    alphaR = StepSize(settings[ActorCritic.alphaR], entries: 1)
    terminal = (0..<context.space.stateCount).map { context.isTerminal($0) }
    policy = LinearSoftmax(features, space: context.space)
    policyTraces = LinearPolicyTraces(weights: hasTraces ? features.featureCount * context.space.width : 0)
    valueTraces = EligibilityTraces(entries: hasTraces ? features.featureCount : 0, rule: .accumulating)
    self.weights = weights
  }

  private func value(_ row: FeatureRow) -> Double { weights.withEntries { row.dot($0.baseAddress!) } }

  /// Moves values and policy by the TD error of a step.
  ///
  /// - Returns: The TD error δ, before the step.
  @discardableResult
  public mutating func update(_ t: Transition) -> Double {
    let row = policy.features.row(t.state)
    let count = policy.actions(in: t.state)
    let next = t.terminated ? 0 : value(policy.features.row(t.next))
    let error = t.reward - averageReward + gamma * next - value(row)
    if isAverage { averageReward += alphaR.next(for: 0) * error }
    let valueStep = alphaW.next(for: 0)
    let policyStep = alpha.next(for: 0) * error
    // The gradient of the visit is that of the policy as it acted: its weights have not moved since.
    policy.evaluate(row, count)
    if hasTraces {
      valueTraces.learn(weights, error: error, visiting: row, from: 0, stepSize: valueStep, decay: decay.values)
      policyTraces.decay(by: decay.policy)
      for other in 0..<count {
        let slope = (other == t.action ? 1 : 0) - policy.probabilities[other]
        policyTraces.visit(row, at: other * policy.features.featureCount, weight: discount * slope)
      }
      policyTraces.move(policy.weights, by: policyStep)
      policy.note(policyStep)
      if t.isLast {
        valueTraces.clear()
        policyTraces.clear()
      }
    } else {
      weights.withEntries { row.add(valueStep * error, to: $0.baseAddress!) }
      policy.ascend(row, count, t.action, by: policyStep * discount)
    }
    discount *= updateDiscount
    return error
  }

  /// Begins an episode.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    discount = 1
    return policy.action(policy.features.row(state), policy.actions(in: state), using: &stream)
  }

  /// Learns from a step, then acts by the changed policy.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast
      ? 0 : policy.action(policy.features.row(t.next), policy.actions(in: t.next), using: &stream)
  }

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

  /// What is wrong where an update was no number.
  public var failure: String? { policy.failure }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || alphaW.isScheduled || alphaR.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    alphaW.adjust(to: time)
    alphaR.adjust(to: time)
  }

  /// The policy and the state values.
  public func report(into report: inout LearnerReport) {
    policy.report(into: &report, values: weights, isTerminal: terminal)
  }

  /// Appends weights, traces and the average reward.
  public func save(to writer: inout StateWriter) {
    policy.save(to: &writer)
    weights.save(to: &writer)
    alpha.save(to: &writer)
    alphaW.save(to: &writer)
    alphaR.save(to: &writer)
    policyTraces.save(to: &writer)
    valueTraces.save(to: &writer)
    writer.write(averageReward)
    writer.write(discount)
  }

  /// Takes up weights, traces and the average reward.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try policy.restore(from: &reader)
    try weights.restore(from: &reader)
    try alpha.restore(from: &reader)
    try alphaW.restore(from: &reader)
    try alphaR.restore(from: &reader)
    try policyTraces.restore(from: &reader)
    try valueTraces.restore(from: &reader)
    averageReward = try reader.number()
    discount = try reader.number()
  }
}
