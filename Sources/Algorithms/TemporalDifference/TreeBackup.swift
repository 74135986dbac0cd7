import RLCore

/// n-step tree backup: off-policy learning without importance sampling; the actions not taken enter with their values.
///
///     G_t = R + γ Σ_{a ≠ A′} π(a|S′) Q(S′, a) + γ π(A′|S′) G_{t+1}
///     Q(S, A) ← Q(S, A) + α [G − Q(S, A)]                              Sutton & Barto (2018), eqs. 7.16, 7.5; Precup et al. (2000)
///
/// and `G = R + γ Σ_a π(a|S′) Q(S′, a)` where a return ends.
///
/// The target π is epsilon-greedy with `target_epsilon`, ties split evenly; where that is null, with the `epsilon` of the behaviour. With 0 it is
/// greedy, and n = 1 is Q-learning; on-policy, n = 1 is Expected Sarsa. All probabilities and values are those at the time of the
/// update. A truncated episode bootstraps from the state that it was cut off in. The next action is chosen before the update.
///
/// A step costs `n` backups, each over the actions of a state: unlike an n-step return, a target cannot be carried along, because its
/// weights change with the values.
public struct TreeBackup: TabularLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "tree-backup", summary: "off-policy control: n-step tree backup, without importance sampling",
    source: "Precup, Sutton & Singh (2000); Sutton & Barto (2018), section 7.5",
    equation: "G = R + γ Σ_{a≠A′} π(a|S′) Q(S′,a) + γ π(A′|S′) G′",
    parameters: [ControlParameters.alpha.declaration, ControlParameters.gamma.declaration]
      + Exploration.offPolicyParameters + [
        ControlParameters.n.declaration, ControlParameters.targetEpsilon.declaration,
        ControlParameters.initialValue.declaration,
      ])

  /// The discount rate γ.
  public let gamma: Double
  /// The action values.
  public var q: ActionValues
  @usableFromInline var alpha: StepSize
  @usableFromInline var exploration: Exploration
  @usableFromInline var target: Exploration
  @usableFromInline var steps: StepRing

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    gamma = settings[ControlParameters.gamma]
    q = ActionValues(context.space, initial: settings[ControlParameters.initialValue])
    alpha = StepSize(settings[ControlParameters.alpha], entries: context.space.slotCount)
    exploration = try Exploration(offPolicy: settings, context: context)
    target = Exploration(targetOf: settings)
    steps = StepRing(capacity: settings[ControlParameters.n])
  }

  /// Adds a step and makes the updates that are due (eqs. 7.16, 7.5).
  public mutating func update(_ t: Transition) {
    steps.append(.init(state: t.state, action: t.action, reward: t.reward))
    guard t.isLast || steps.isFull else { return }
    let last = t.terminated ? 0 : target.expectation(q, in: t.next)
    repeat {
      var k = steps.count - 1
      var value = steps[k].reward + gamma * last
      while k > 0 {
        let (state, action) = (steps[k].state, steps[k].action)
        let expected = target.expectation(q, in: state)
        let probability = target.probability(of: action, q, in: state)
        k -= 1
        value = steps[k].reward + gamma * (expected + probability * (value - q[state, action]))
      }
      let slot = steps[0].state * q.space.width + steps[0].action
      q[slot: slot] += alpha.next(for: slot) * (value - q[slot: slot])
      steps.removeFirst()
    } while t.isLast && steps.count > 0
  }

  /// Begins an episode.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    exploration.action(q, in: state, using: &stream)
  }

  /// Chooses the next action, then learns from the step.
  @inlinable
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    let next = t.terminated ? 0 : exploration.action(q, in: t.next, using: &stream)
    update(t)
    return next
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { alpha.isScheduled || exploration.isScheduled || target.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    alpha.adjust(to: time)
    exploration.adjust(to: time)
    target.adjust(to: time)
  }

  /// The action values, the greedy policy, and the policy that acts.
  public func report(into report: inout LearnerReport) { report.fill(q, exploration) }

  /// Appends the tables.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    alpha.save(to: &writer)
    steps.save(to: &writer)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try alpha.restore(from: &reader)
    try steps.restore(from: &reader)
  }
}
