import RLCore

/// Parameters that the tabular policy methods share.
public enum PolicyParameters {
  /// The step size of the policy.
  public static let alpha = Parameter<Schedule>.schedule(
    "alpha", symbol: "α^θ", default: 0.001, in: .positive, visits: true, "step size of the policy")
  /// The step size of the values.
  public static let alphaW = Parameter<Schedule>.schedule(
    "alpha_w", symbol: "α^w", default: 0.01, in: .positive, visits: true, "step size of the state values")
  /// The factor γᵗ of the policy's updates.
  public static let discountUpdates = Parameter.flag(
    "discount_updates", default: true,
    "whether the update of step t has the factor γᵗ, as the gradient of the discounted return has")
}

/// A step of an episode, and later what its action was worth.
@usableFromInline
struct PolicyStep: BitwiseCopyable {
  @usableFromInline var state: Int32
  @usableFromInline var action: Int32
  /// The reward; once the episode is over, the return G.
  @usableFromInline var value: Double

  @inlinable @inline(__always)
  init(state: Int, action: Int, reward: Double) {
    self.state = Int32(truncatingIfNeeded: state)
    self.action = Int32(truncatingIfNeeded: action)
    value = reward
  }
}

/// The steps of one episode for policy methods that learn at its end. The memory grows to the longest episode and is kept.
@usableFromInline
struct PolicyEpisode: ~Copyable {
  @usableFromInline var steps = GrowingTable<PolicyStep>()
  @usableFromInline var isOverfull = false

  @inlinable init() {}

  @inlinable @inline(__always)
  mutating func append(_ t: Transition) {
    if steps.count == EpisodeRecord.defaultLimit {
      isOverfull = true
    } else {
      steps.append(PolicyStep(state: t.state, action: t.action, reward: t.reward))
    }
  }

  /// Turns rewards into returns: `G_t = R_{t+1} + γ G_{t+1}`.
  ///
  /// - Parameter last: What follows the last step.
  @inlinable
  func formReturns(gamma: Double, last: Double) {
    var sum = last
    var time = steps.count - 1
    while time >= 0 {
      sum = steps[time].value + gamma * sum
      steps[time].value = sum
      time -= 1
    }
  }

  /// What is wrong if the episode has had more steps than fit; nil while all is well.
  var failure: String? { isOverfull ? EpisodeRecord.failure() : nil }
}

extension LearnerReport {
  /// What a policy method has learned: its policy, which is target and behaviour in one.
  mutating func fill(_ policy: borrowing SoftmaxPolicy) {
    targetPolicy = policy.array
    behaviorPolicy = targetPolicy
  }
}
