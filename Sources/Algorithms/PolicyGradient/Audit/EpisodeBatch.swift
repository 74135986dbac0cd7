import RLCore

/// Episodes of one policy, side by side: what an estimator of the policy gradient is given.
///
/// States are those that the policy sees: observations, where states look alike. The arrays are kept from batch to batch.
public struct EpisodeBatch: Sendable {
  /// One step.
  public struct Step: Sendable, Equatable {
    /// Where the action was taken.
    public var state: Int
    /// The action's place among those of the state.
    public var action: Int
    /// The reward.
    public var reward: Double
    /// What followed.
    public var next: Int
    /// Whether the task ended there.
    public var terminated: Bool

    /// One step.
    public init(state: Int, action: Int, reward: Double, next: Int, terminated: Bool) {
      self.state = state
      self.action = action
      self.reward = reward
      self.next = next
      self.terminated = terminated
    }
  }

  /// States and actions.
  public let space: ActionSpace
  /// π(a|s), slot by slot.
  public let policy: [Double]
  /// What a critic says of each state.
  public let critic: [Double]
  /// The discount rate γ.
  public let gamma: Double
  /// The steps of all episodes, one episode after another. An episode whose last step does not terminate was truncated there.
  public private(set) var steps: [Step] = []
  /// Where each episode begins; one entry more than there are episodes.
  public private(set) var offsets: [Int] = [0]

  /// No episodes yet.
  public init(space: ActionSpace, policy: [Double], critic: [Double], gamma: Double) {
    precondition(policy.count == space.slotCount, "\(policy.count) probabilities for \(space.slotCount) slots")
    precondition(critic.count == space.stateCount, "\(critic.count) values for \(space.stateCount) states")
    self.space = space
    self.policy = policy
    self.critic = critic
    self.gamma = gamma
  }

  /// How many episodes there are.
  public var count: Int { offsets.count - 1 }

  /// The steps of an episode.
  public func episode(_ index: Int) -> Range<Int> { offsets[index]..<offsets[index + 1] }

  /// Forgets all episodes.
  public mutating func removeAll() {
    steps.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
    offsets.append(0)
  }

  /// Appends an episode.
  public mutating func append(_ episode: [Step]) {
    steps += episode
    offsets.append(steps.count)
  }

  /// Plays an episode and appends it.
  ///
  /// - Parameters:
  ///   - simulation: The task, as the policy sees it.
  ///   - limit: After how many steps it is truncated.
  /// - Returns: Whether it ended by itself.
  @discardableResult
  public mutating func play(
    in simulation: inout FiniteSimulation, limit: Int, using streams: inout PolicyStreams
  ) -> Bool {
    var state = simulation.reset(using: &streams.environment)
    var ended = false
    for _ in 0..<limit {
      let first = state * space.width
      let target = streams.exploration.uniform()
      var action = 0
      var sum = policy[first]
      while target >= sum && action < space.actions(in: state) - 1 {
        action += 1
        sum += policy[first + action]
      }
      let outcome = simulation.step(action, using: &streams.environment)
      steps.append(
        Step(
          state: state, action: action, reward: outcome.reward, next: outcome.observation,
          terminated: outcome.terminated))
      state = outcome.observation
      ended = outcome.terminated
      if ended { break }
    }
    offsets.append(steps.count)
    return ended
  }

  /// Generalized advantages of all steps: `δ_t + γλ δ_{t+1} + …` within each episode; a truncated one bootstraps.
  ///
  /// - Parameters:
  ///   - lambda: λ, in `[0, 1]`.
  ///   - usesCritic: Whether the critic's values count; without them the result is the return for λ 1.
  public func advantages(lambda: Double, usesCritic: Bool) -> [Double] {
    var advantages = [Double](repeating: 0, count: steps.count)
    for index in 0..<count {
      var next = 0.0
      for t in episode(index).reversed() {
        let step = steps[t]
        let bootstrap = usesCritic && !step.terminated ? critic[step.next] : 0
        let error = step.reward + gamma * bootstrap - (usesCritic ? critic[step.state] : 0)
        next = error + gamma * lambda * next
        advantages[t] = next
      }
    }
    return advantages
  }

  /// Adds `weight ∇ ln π(A_t|S_t)` to a gradient.
  @inline(__always)
  public func addScore(of step: Step, times weight: Double, to gradient: inout [Double]) {
    let first = step.state * space.width
    for action in 0..<space.actions(in: step.state) {
      gradient[first + action] += weight * ((action == step.action ? 1 : 0) - policy[first + action])
    }
  }
}

/// A rule that estimates the gradient of the expected return from a batch of episodes.
///
/// Give one of your own a name and an ``estimate(from:into:)``, and the auditor holds it against the truth.
public protocol GradientEstimator: Sendable {
  /// What it is called.
  var name: String { get }

  /// Its λ, where it has one.
  var lambda: Double? { get }

  /// Adds its estimate of ∇J to a gradient of zeros, slot by slot.
  func estimate(from batch: EpisodeBatch, into gradient: inout [Double])

  /// What it is as a sum over the steps of each episode, if it is one: then its mean and variance are known exactly.
  var form: AdvantageForm? { get }
}

extension GradientEstimator {
  /// It has no λ.
  public var lambda: Double? { nil }
  /// It is no sum over steps, and has to be sampled.
  public var form: AdvantageForm? { nil }
}

/// Estimators of the form `Σ_t cᵗ Â_t ∇ ln π(A_t|S_t)`, averaged over episodes, with generalized advantages Â.
///
/// λ = 1 without a critic is REINFORCE, with one REINFORCE with a baseline; λ = 0 is the one-step actor–critic (Schulman et al., 2016).
public struct AdvantageForm: GradientEstimator, Equatable {
  /// What it is called.
  public let name: String
  /// λ, in `[0, 1]`.
  public let decay: Double
  /// Whether the critic's values count.
  public let usesCritic: Bool
  /// Whether step t has the factor γᵗ.
  public let discountsUpdates: Bool
  private let showsLambda: Bool

  /// An estimator.
  public init(
    _ name: String, lambda: Double, usesCritic: Bool, discountsUpdates: Bool = true, showsLambda: Bool = false
  ) {
    self.name = name
    decay = lambda
    self.usesCritic = usesCritic
    self.discountsUpdates = discountsUpdates
    self.showsLambda = showsLambda
  }

  /// REINFORCE.
  public static let reinforce = AdvantageForm("reinforce", lambda: 1, usesCritic: false)
  /// REINFORCE without the factor γᵗ.
  public static let reinforceUndiscounted = AdvantageForm(
    "reinforce-undiscounted", lambda: 1, usesCritic: false, discountsUpdates: false)
  /// REINFORCE with the critic as baseline.
  public static let reinforceBaseline = AdvantageForm("reinforce-baseline", lambda: 1, usesCritic: true)
  /// The one-step actor–critic.
  public static let actorCritic = AdvantageForm("actor-critic", lambda: 0, usesCritic: true)
  /// Generalized advantages.
  public static func generalized(lambda: Double) -> AdvantageForm {
    AdvantageForm("gae", lambda: lambda, usesCritic: true, showsLambda: true)
  }

  /// λ where it tells estimators of one name apart.
  public var lambda: Double? { showsLambda ? decay : nil }
  /// Itself.
  public var form: AdvantageForm? { self }

  /// Adds the estimate.
  public func estimate(from batch: EpisodeBatch, into gradient: inout [Double]) {
    let advantages = batch.advantages(lambda: decay, usesCritic: usesCritic)
    for index in 0..<batch.count {
      var weight = 1 / Double(batch.count)
      for t in batch.episode(index) {
        batch.addScore(of: batch.steps[t], times: weight * advantages[t], to: &gradient)
        if discountsUpdates { weight *= batch.gamma }
      }
    }
  }
}

/// The gradient of PPO's clipped surrogate where it begins, at ratio 1: the mean of `Â ∇ ln π` over all steps of the batch, with
/// generalized advantages that are normalised over the batch, and no factor γᵗ (Schulman et al., 2017, eq. 7).
///
/// It is given here times the steps an episode of the batch has on average, which makes the mean over steps comparable with the
/// sum over an episode that ∇J is. Normalisation leaves a scale that is not that of ∇J.
public struct PPOSurrogate: GradientEstimator {
  /// What it is called.
  public let name: String
  /// λ of the advantages.
  public let decay: Double
  /// Whether advantages are normalised over the batch.
  public let normalizes: Bool

  /// An estimator.
  public init(_ name: String = "ppo", lambda: Double = 0.95, normalizes: Bool = true) {
    self.name = name
    decay = lambda
    self.normalizes = normalizes
  }

  /// λ of the advantages.
  public var lambda: Double? { decay }

  /// Adds the estimate.
  public func estimate(from batch: EpisodeBatch, into gradient: inout [Double]) {
    var advantages = batch.advantages(lambda: decay, usesCritic: true)
    if normalizes { normalizeAdvantages(&advantages, count: advantages.count) }
    let weight = 1 / Double(batch.count)
    for (t, step) in batch.steps.enumerated() { batch.addScore(of: step, times: weight * advantages[t], to: &gradient) }
  }
}
