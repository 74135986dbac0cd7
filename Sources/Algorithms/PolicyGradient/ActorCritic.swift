import RLCore

/// Actor–critic: a softmax policy learns from the TD errors of the state values that are learned beside it, step by step.
///
///     δ ← R + γ v(S′, w) − v(S, w)
///     z^w ← γ λ^w z^w + ∇ v(S, w),      w ← w + α^w δ z^w
///     z^θ ← γ λ^θ z^θ + I ∇ ln π(A|S, θ),  θ ← θ + α^θ δ z^θ
///     I ← γ I                                                         Sutton & Barto (2018), section 13.5
///
/// With both λ at 0 it is the one-step method. Without `discount_updates`, I stays 1, as most programs have it. With `average_reward` it is the method
/// for tasks that go on for ever: γ and I are 1, and
///
///     δ ← R − R̄ + v(S′, w) − v(S, w),   R̄ ← R̄ + α^R̄ δ               ibid., section 13.6
///
/// A truncated episode bootstraps from the value of the state that it was cut off in; a terminated one does not. Converges to a local
/// optimum where the critic learns faster than the actor and both steps fall (Konda & Tsitsiklis, 2000). In a discounted task that never
/// ends, I goes to 0 and learning with it: switch it off there.
public struct ActorCritic: TabularLearner, ~Copyable {
  static let lambda = Parameter<Double>.real(
    "lambda", symbol: "λ^θ", default: 0, in: .unit,
    "trace decay of the policy; where states look alike, one-step errors mislead it and 0.5 or more does not")
  static let lambdaW = Parameter<Double?>.optionalReal(
    "lambda_w", symbol: "λ^w", in: .unit, "trace decay of the state values; null for that of the policy")
  static let averageReward = Parameter.flag(
    "average_reward", default: false, "whether values are differences to the average reward, for continuing tasks")
  static let alphaR = Parameter<Schedule>.schedule(
    "alpha_r", symbol: "α^R̄", default: 0.01, in: .positive(through: 1), "step size of the average reward")

  /// What configurations and readers see.
  public static let about = About(
    id: "actor-critic", summary: "one-step actor–critic, or with eligibility traces; discounted or by average reward",
    source: "Barto, Sutton & Anderson (1983); Sutton & Barto (2018), sections 13.5 and 13.6",
    equation: "θ ← θ + α^θ I δ ∇ ln π(A|S, θ), δ = R + γ v(S′, w) − v(S, w)",
    parameters: [
      PolicyParameters.alpha.with(default: .real(0.01)).declaration,
      PolicyParameters.alphaW.with(default: .real(0.1)).declaration, ControlParameters.gamma.declaration,
      lambda.declaration, lambdaW.declaration, PolicyParameters.discountUpdates.declaration,
      averageReward.declaration, alphaR.declaration, PredictionParameters.initialValue.declaration,
    ] + SoftmaxPolicy.parameters)

  /// The discount rate γ; 1 for the average reward.
  public let gamma: Double
  /// The policy.
  public var policy: SoftmaxPolicy
  /// The state values w.
  public var v: StateValues
  /// The average reward a step R̄; 0 where none is learned.
  public var averageReward = 0.0
  @usableFromInline var alpha: StepSize
  @usableFromInline var alphaW: StepSize
  @usableFromInline var alphaR: StepSize
  @usableFromInline let lambda: Double
  @usableFromInline let lambdaW: Double
  @usableFromInline let hasTraces: Bool
  @usableFromInline let isAverage: Bool
  @usableFromInline let updateDiscount: Double
  @usableFromInline var discount = 1.0
  @usableFromInline var policyTraces: PolicyTraces
  @usableFromInline var valueTraces: EligibilityTraces
  @usableFromInline let width: Int

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    let start = try SoftmaxPolicy.Start(settings, space: context.space)
    let space = context.space
    // An operator with a lazy right side must not look at properties of a learner that is not whole yet.
    let isAverage = settings[Self.averageReward]
    let gamma = isAverage ? 1 : settings[ControlParameters.gamma]
    let lambda = settings[Self.lambda]
    let lambdaW = settings[Self.lambdaW] ?? lambda
    hasTraces = lambda > 0 || lambdaW > 0
    self.isAverage = isAverage
    self.gamma = gamma
    self.lambda = lambda
    self.lambdaW = lambdaW
    policy = SoftmaxPolicy(start)
    v = StateValues(context, initial: settings[PredictionParameters.initialValue])
    alpha = StepSize(settings[PolicyParameters.alpha], entries: space.slotCount)
    alphaW = StepSize(settings[PolicyParameters.alphaW], entries: space.stateCount)
    alphaR = StepSize(settings[Self.alphaR], entries: 1)
    updateDiscount = settings[PolicyParameters.discountUpdates] ? gamma : 1
    policyTraces = PolicyTraces(space)
    valueTraces = EligibilityTraces(entries: space.stateCount, rule: .accumulating)
    width = space.width
  }

  /// Moves values and policy by the TD error of a step.
  ///
  /// - Returns: The TD error δ, before the step.
  @inlinable @inline(__always) @discardableResult
  public mutating func update(_ t: Transition) -> Double {
    let error = t.reward - averageReward + gamma * (t.terminated ? 0 : v[t.next]) - v[t.state]
    if isAverage { averageReward += alphaR.next(for: 0) * error }
    let valueStep = alphaW.next(for: t.state)
    let policyStep = alpha.next(for: t.state &* width &+ t.action) * discount
    if hasTraces {
      valueTraces.learn(v, error: error, visiting: t.state, stepSize: valueStep, decay: gamma * lambdaW)
      policyTraces.learn(
        &policy, error: error, visiting: t.state, t.action, weight: policyStep, decay: gamma * lambda)
      if t.isLast {
        valueTraces.clear()
        policyTraces.clear()
      }
    } else {
      v[t.state] += valueStep * error
      policy.ascend(t.state, t.action, by: policyStep * error)
    }
    discount *= updateDiscount
    return error
  }

  /// Begins an episode.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    discount = 1
    return policy.action(in: state, using: &stream)
  }

  /// Learns from a step, then acts by the changed policy.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : policy.action(in: t.next, using: &stream)
  }

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
    report.fill(policy)
    report.stateValues = v.array
  }

  /// Appends tables, traces and the average reward.
  public func save(to writer: inout StateWriter) {
    policy.save(to: &writer)
    v.save(to: &writer)
    alpha.save(to: &writer)
    alphaW.save(to: &writer)
    alphaR.save(to: &writer)
    policyTraces.save(to: &writer)
    valueTraces.save(to: &writer)
    writer.write(averageReward)
    writer.write(discount)
  }

  /// Takes up tables, traces and the average reward.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try policy.restore(from: &reader)
    try v.restore(from: &reader)
    try alpha.restore(from: &reader)
    try alphaW.restore(from: &reader)
    try alphaR.restore(from: &reader)
    try policyTraces.restore(from: &reader)
    try valueTraces.restore(from: &reader)
    averageReward = try reader.number()
    discount = try reader.number()
  }
}
