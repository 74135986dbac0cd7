/// The step of a one-step control method that explores epsilon-greedily, as plain numbers: all that ``StepsInTurn`` needs to take it in the
/// learner's place, to the same bits.
public struct OneStepRule: BitwiseCopyable, Sendable {
  /// What stands for the value of the next state.
  public enum Bootstrap: Sendable, BitwiseCopyable {
    /// `max_a Q(S′, a)`; the next action is chosen after the update.
    case maximum
    /// `Σ_a π(a|S′) Q(S′, a)`; the next action is chosen after the update.
    case expectation
    /// `Q(S′, A′)`; the next action is chosen before the update.
    case action
  }

  let bootstrap: Bootstrap
  let gamma: Double
  let alpha: Double
  let epsilon: Double
  /// Words below it explore.
  let threshold: UInt64

  /// The rule of a learner as it is now; nil where its step is not of this kind: a step size for each visit, a softmax or a policy of its
  /// own, states with different numbers of actions, or more than 32 actions.
  public init?(
    _ bootstrap: Bootstrap, _ q: borrowing ActionValues, alpha: borrowing StepSize, gamma: Double,
    exploration: Exploration
  ) {
    guard !exploration.isSpecial, alpha.counts == nil, q.counts == nil, q.width <= 32 else { return nil }
    self.bootstrap = bootstrap
    self.gamma = gamma
    self.alpha = alpha.value
    epsilon = exploration.epsilon
    // Where ε is 1 the greatest of all words does not explore. It comes once in 2⁶⁴ draws.
    threshold = exploration.chance.threshold
  }
}

/// A learner whose step may be a ``OneStepRule``.
public protocol OneStepLearner: TabularLearner, ~Copyable {
  /// The action values, the only table that its step reads and changes.
  var q: ActionValues { get }
  /// Its step as plain numbers, as they are now; nil where it is none of that kind. Off the hot path.
  var oneStepRule: OneStepRule? { get }
}
