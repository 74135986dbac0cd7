import RLCore

/// n-step Q(σ): from full sampling (σ = 1, n-step Sarsa) to full expectation (σ = 0, tree backup), in one method.
///
///     V̄ = Σ_a π(a|S′) Q(S′, a)
///     G_t = R + γ [σ Q(S′, A′) + (1 − σ) V̄] + γ [σ ρ + (1 − σ) π(A′|S′)] (G_{t+1} − Q(S′, A′)),   ρ = π(A′|S′) / b(A′|S′)
///     Q(S, A) ← Q(S, A) + α [G − Q(S, A)]                              De Asis, Hernandez-Garcia, Holland & Sutton (2018), eqs. 13 to 15
///
/// and `G = Q(S′, A′)` where a return ends. With `control_variates` the first bracket is `V̄` for every σ, as Sutton & Barto (2018), eq. 7.17 and
/// the box of section 7.6 have it: less variance, but σ = 1 is then no longer n-step Sarsa.
///
/// The target π is epsilon-greedy with `target_epsilon`, ties split evenly; where that is null, with the `epsilon` of the behaviour, which makes
/// the method on-policy unless another behaviour is chosen. ρ is that of the values that the action was chosen from; all else uses the
/// values at the time of the update. A truncated episode bootstraps from the action that would have come next.
///
/// A step costs `n` backups, each over the actions of a state: unlike an n-step return, a target cannot be carried along, because its
/// weights change with the values.
public struct QSigma: TabularLearner, ~Copyable {
  static let sigma = Parameter<Schedule>.schedule(
    "sigma", symbol: "σ", default: 0.5, in: .unit, "degree of sampling: 1 for Sarsa, 0 for tree backup")
  static let controlVariates = Parameter.flag(
    "control_variates", default: false, "whether sampled steps are corrected by their expectation (Sutton & Barto)")

  /// What configurations and readers see.
  public static let about = About(
    id: "q-sigma", summary: "control: n-step Q(σ), which unifies Sarsa, Expected Sarsa and tree backup",
    source: "De Asis et al. (2018); Sutton & Barto (2018), section 7.6",
    equation: "G = R + γ [σ Q(S′,A′) + (1−σ) V̄] + γ [σ ρ + (1−σ) π(A′|S′)] (G′ − Q(S′,A′))",
    parameters: [ControlParameters.alpha.declaration, ControlParameters.gamma.declaration]
      + Exploration.offPolicyParameters + [
        ControlParameters.n.declaration, sigma.declaration, controlVariates.declaration,
        ControlParameters.targetEpsilon.declaration, ControlParameters.initialValue.declaration,
      ])

  /// The discount rate γ.
  public let gamma: Double
  /// The degree of sampling σ now.
  public private(set) var sigma: Double
  /// The action values.
  public var q: ActionValues
  private let sigmaSchedule: Schedule
  private let hasControlVariates: Bool
  @usableFromInline var alpha: StepSize
  @usableFromInline var exploration: Exploration
  @usableFromInline var target: Exploration
  @usableFromInline var steps: StepRing
  @usableFromInline var ratio = 1.0

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    sigmaSchedule = settings[Self.sigma]
    sigma = sigmaSchedule.value(at: 0)
    hasControlVariates = settings[Self.controlVariates]
    q = ActionValues(context.space, initial: settings[ControlParameters.initialValue])
    alpha = StepSize(settings[ControlParameters.alpha], entries: context.space.slotCount)
    exploration = try Exploration(offPolicy: settings, context: context)
    target = Exploration(targetOf: settings)
    steps = StepRing(capacity: settings[ControlParameters.n])
  }

  /// Adds a step and makes the updates that are due.
  ///
  /// - Parameters:
  ///   - ratio: `π(A|S) / b(A|S)` when the action was chosen.
  ///   - nextAction: `A′`; of no meaning where the task ended.
  public mutating func update(_ t: Transition, ratio: Double, nextAction: Int) {
    steps.append(.init(state: t.state, action: t.action, reward: t.reward, ratio: ratio))
    guard t.isLast || steps.isFull else { return }
    let sampled = t.terminated ? 0 : q[t.next, nextAction]
    let expected = t.terminated ? 0 : target.expectation(q, in: t.next)
    repeat {
      move(toward: oldestTarget(last: mix(sampled, expected)))
      steps.removeFirst()
    } while t.isLast && steps.count > 0
  }

  private func mix(_ sampled: Double, _ expected: Double) -> Double {
    hasControlVariates ? expected : sigma * sampled + (1 - sigma) * expected
  }

  /// The return from the oldest step on.
  ///
  /// - Parameter last: What stands for the state after the last step.
  private func oldestTarget(last: Double) -> Double {
    var k = steps.count - 1
    var value = steps[k].reward + gamma * last
    while k > 0 {
      let step = steps[k]
      let own = q[step.state, step.action]
      let expected = target.expectation(q, in: step.state)
      let probability = target.probability(of: step.action, q, in: step.state)
      let weight = sigma * step.ratio + (1 - sigma) * probability
      k -= 1
      value = steps[k].reward + gamma * (mix(own, expected) + weight * (value - own))
    }
    return value
  }

  private mutating func move(toward target: Double) {
    let slot = steps[0].state * q.space.width + steps[0].action
    q[slot: slot] += alpha.next(for: slot) * (target - q[slot: slot])
  }

  /// Begins an episode.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    choose(in: state, using: &stream)
  }

  @inlinable
  mutating func choose(in state: Int, using stream: inout RandomStream) -> Int {
    let action = exploration.action(q, in: state, using: &stream)
    ratio = target.probability(of: action, q, in: state) / exploration.probability(of: action, q, in: state)
    return action
  }

  /// Chooses the next action, then learns from the step and that choice.
  @inlinable
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    let taken = ratio
    let next = t.terminated ? 0 : choose(in: t.next, using: &stream)
    update(t, ratio: taken, nextAction: next)
    return next
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool {
    alpha.isScheduled || exploration.isScheduled || target.isScheduled || !sigmaSchedule.isConstant
  }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    exploration.adjust(to: time)
    target.adjust(to: time)
    sigma = sigmaSchedule.value(at: time)
  }

  /// The action values, the greedy policy, and the policy that acts.
  public func report(into report: inout LearnerReport) { report.fill(q, exploration) }

  /// Appends the tables.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    alpha.save(to: &writer)
    steps.save(to: &writer)
    writer.write(ratio)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try alpha.restore(from: &reader)
    try steps.restore(from: &reader)
    ratio = try reader.number()
  }
}
