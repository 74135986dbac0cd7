import RLCore

/// Thompson sampling: pulls each arm with the probability that it is the best, as far as is known.
///
///     draw m(a) from the posterior of a's mean;   A = argmax_a m(a)         Thompson (1933); Chapelle & Li (2011)
///
/// - `gaussian`: rewards N(m, reward_std²), prior `m ~ N(prior_mean, prior_std²)`; the posterior is normal with precision
///   `1/prior_std² + N/reward_std²`.
/// - `beta`: rewards 0 or 1, prior `m ~ Beta(1, 1)`; the posterior is Beta(1 + ones, 1 + zeros). A reward between 0 and 1 counts as a 1 with that
///   probability (Agrawal & Goyal, 2012), others are cut off there.
///
/// A pull draws a normal number for each arm, or two gamma numbers: that is most of its time.
public struct ThompsonSampling: TabularLearner, ~Copyable {
  /// What is assumed of the rewards.
  public enum Law: String, Sendable, CaseIterable {
    /// Normal rewards of a known standard deviation.
    case gaussian
    /// Rewards of 0 or 1.
    case beta
  }

  static let law = Parameter<Law>.choice("posterior", default: .gaussian, "the kind of the arms' posteriors")
  static let priorMean = Parameter<Double>.real(
    "prior_mean", symbol: "μ₀", default: 0, "mean of the prior of every arm's mean (gaussian)")
  static let priorDeviation = Parameter<Double>.real(
    "prior_std", symbol: "σ₀", default: 1, in: .positive, "standard deviation of that prior (gaussian)")

  /// What configurations and readers see.
  public static let about = About(
    id: "thompson", summary: "bandits: pulls each arm with the probability that it is the best",
    source: "Thompson (1933); Chapelle & Li (2011); Agrawal & Goyal (2012)",
    equation: "m(a) ~ posterior of a's mean;  A = argmax_a m(a)",
    parameters: [
      law.declaration, priorMean.declaration, priorDeviation.declaration,
      BanditParameters.rewardDeviation.declaration,
    ])

  /// Of no meaning: an episode is one pull.
  public var gamma: Double { 1 }
  /// What is known of each arm; with `beta`, of rewards that were made 0 or 1.
  public var arms: ArmAverages
  private let law: Law
  private let priorMean: Double
  private let priorPrecision: Double
  private let rewardPrecision: Double

  /// Makes the learner as it is before its first pull.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    arms = try ArmAverages(context, for: Self.id)
    law = settings[Self.law]
    priorMean = settings[Self.priorMean]
    let (prior, reward) = (settings[Self.priorDeviation], settings[BanditParameters.rewardDeviation])
    priorPrecision = 1 / (prior * prior)
    rewardPrecision = 1 / (reward * reward)
  }

  /// The posterior of an arm's mean: mean and standard deviation (gaussian), or both parameters (beta).
  public func posterior(_ slot: Int) -> (Double, Double) {
    let pulls = Double(arms.pulls[slot])
    let sum = arms.means[slot: slot] * pulls
    switch law {
    case .gaussian:
      let precision = priorPrecision + pulls * rewardPrecision
      return ((priorPrecision * priorMean + rewardPrecision * sum) / precision, 1 / precision.squareRoot())
    case .beta: return (1 + sum, 1 + pulls - sum)
    }
  }

  /// Takes a pull into the posterior of its arm; draws a word where a reward between 0 and 1 must be made one of them.
  ///
  /// - Returns: The error `R − mean`, before the pull.
  @discardableResult
  public mutating func update(_ t: Transition, using stream: inout RandomStream) -> Double {
    if law == .gaussian { return arms.update(t) }
    let success = t.reward >= 1 || (t.reward > 0 && stream.uniform() < t.reward)
    return arms.update(
      Transition(state: t.state, action: t.action, reward: success ? 1 : 0, next: t.next, terminated: t.terminated))
  }

  /// Chooses an arm.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    for arm in 0..<arms.arms(state) {
      let (a, b) = posterior(state * arms.space.width + arm)
      arms.scores[state, arm] = law == .gaussian ? a + b * stream.normal() : stream.beta(a, b)
    }
    return arms.best(state, using: &stream)
  }

  /// Learns from a pull; chooses the next arm where the task goes on without end.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t, using: &stream)
    return t.isLast ? 0 : begin(in: t.next, using: &stream)
  }

  /// The means and the greedy policy in them; the chances of the arms have no closed form.
  public func report(into report: inout LearnerReport) { arms.report(into: &report, scored: false) }

  /// Appends means and counts.
  public func save(to writer: inout StateWriter) { arms.save(to: &writer) }

  /// Takes up means and counts.
  public mutating func restore(from reader: inout StateReader) throws(StateError) { try arms.restore(from: &reader) }
}
