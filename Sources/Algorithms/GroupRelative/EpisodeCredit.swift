import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the episodes of a generation are credited with: which of them count, the rewards that count, and the advantages that are made of
/// these, one an episode or one a step (``GroupParameters/Supervision``).
struct EpisodeCredit: Sendable {
  let supervision: GroupParameters.Supervision
  /// G.
  let groupSize: Int
  let gamma: Double
  let advantage: GroupAdvantage
  /// λ of generalised advantage estimation, where there is a critic.
  private let lambda: Double
  /// The weight of the divergence as a part of the reward; 0 where it belongs to the loss, or nowhere.
  private let beta: Double
  private let estimator: GroupLoss.Estimator
  /// The largest length, and over how many of its last steps a penalty grows.
  private let longest: Int
  private let cache: Int
  let skipsZeroSignal: Bool
  let masksTruncated: Bool

  /// Reads what a configuration says of rewards and advantages.
  ///
  /// - Parameters:
  ///   - longest: The largest length of an episode.
  /// - Throws: ``SettingProblem`` where advantages of steps are to be compared within groups that they do not have.
  init(_ settings: Settings, groupSize: Int, gamma: Double, longest: Int) throws(SettingProblem) {
    (self.groupSize, self.gamma, self.longest) = (groupSize, gamma, longest)
    let (scale, baseline) = (settings[GroupParameters.scale], settings[GroupParameters.baseline])
    advantage = GroupAdvantage(
      baseline: baseline, scale: scale, ddof: settings[GroupParameters.ddof],
      epsilon: settings[GroupParameters.scaleEpsilon])
    beta = settings[GroupParameters.placement] == .reward ? settings[GroupParameters.beta] : 0
    estimator = settings[GroupParameters.estimator]
    lambda = settings[GroupParameters.lambda]
    skipsZeroSignal = settings[GroupParameters.zeroSignal] == .skip
    masksTruncated = settings[GroupParameters.masksTruncated]
    cache = settings[GroupParameters.cache]
    if cache > longest {
      throw SettingProblem(
        "\(cache) steps are more than the largest length \(longest); give less", at: ".soft_punish_cache")
    }
    supervision = settings[GroupParameters.supervision]
    let needsGroup = baseline == .group || baseline == .leaveOneOut || scale == .group
    if needsGroup && (supervision == .toGo || supervision == .critic) {
      let what = supervision == .toGo ? "returns from each step on" : "advantages of a critic"
      throw SettingProblem(
        "\(what) have no group; write baseline: \"batch\" or \"none\", and scale_rewards: \"batch\" or \"none\"",
        at: ".supervision")
    }
    if supervision == .process && (baseline == .leaveOneOut || baseline == .none) {
      throw SettingProblem(
        "rewards of steps are normalised by the mean of the group or the batch; write baseline: \"group\" or \"batch\"",
        at: ".supervision")
    }
  }

  /// The rewards of all steps, in the order of the sequences, with what is taken off for divergence and length.
  ///
  /// - Parameters:
  ///   - earned: The rewards as they were earned.
  ///   - reference: log π_ref of the steps; needed where the divergence belongs to the reward.
  func rewards(_ batch: SequenceBatch, earned: [Double], reference: [Double]) -> [Double] {
    var rewards = earned
    if beta > 0 {
      for k in rewards.indices { rewards[k] -= price(reference[k] - batch.logProbabilities[batch.order[k]]) }
    }
    for sequence in 0..<batch.count {
      let penalty = lengthPenalty(batch.length(of: sequence))
      if penalty > 0 { rewards[batch.tokens(of: sequence).upperBound - 1] -= penalty }
    }
    return rewards
  }

  /// What is taken off the reward of a step for its divergence, by d = log π_ref − log π.
  func price(_ difference: Double) -> Double { beta > 0 ? beta * divergence(difference) : 0 }

  /// What is taken off the last reward of an episode for its length: Yu et al. (2025), eq. 13.
  func lengthPenalty(_ length: Int) -> Double {
    cache > 0 ? min(1, max(0, Double(length - (longest - cache)) / Double(cache))) : 0
  }

  /// The divergence at a step for its reward, by d = log π_ref − log π.
  private func divergence(_ d: Double) -> Double {
    switch estimator {
    case .k1: -d
    case .k2: d * d / 2
    case .k3, .k3Ratio: exp(d) - d - 1
    }
  }

  /// Which episodes count.
  ///
  /// - Parameter returns: What each earned, before anything is taken off.
  func isKept(_ batch: SequenceBatch, returns: [Double]) -> [Bool] {
    var isKept = [Bool](repeating: true, count: batch.count)
    for group in stride(from: 0, to: batch.count, by: groupSize) where skipsZeroSignal {
      if !(group..<group + groupSize).contains(where: { returns[$0] != returns[group] }) {
        for sequence in group..<group + groupSize { isKept[sequence] = false }
      }
    }
    if masksTruncated { for sequence in 0..<batch.count where batch.truncated[sequence] { isKept[sequence] = false } }
    return isKept
  }

  /// The advantages, one an episode with outcome supervision, else one a step, and what a critic is to learn of the steps.
  ///
  /// - Parameter values: The critic's of all steps; empty without one.
  func advantages(
    _ batch: SequenceBatch, rewards: [Double], values: [Double]
  ) -> (advantages: [Double], targets: [Double]) {
    switch supervision {
    case .outcome:
      let returns = (0..<batch.count).map { sequence in
        batch.tokens(of: sequence).reversed().reduce(0.0) { rewards[$1] + gamma * $0 }
      }
      return (advantage.compute(returns, groupSize: groupSize), [])
    case .toGo: return (advantage.compute(summed(rewards, batch), groupSize: 1), [])
    case .process: return (summed(normalized(rewards, batch), batch), [])
    case .critic:
      let estimates = generalizedAdvantages(rewards, values, batch)
      return (advantage.compute(estimates, groupSize: 1), zip(estimates, values).map { $0 + $1 })
    }
  }

  /// Discounted sums from each step on.
  private func summed(_ rewards: [Double], _ batch: SequenceBatch) -> [Double] {
    var returns = rewards
    for sequence in 0..<batch.count {
      var sum = 0.0
      for token in batch.tokens(of: sequence).reversed() {
        sum = rewards[token] + gamma * sum
        returns[token] = sum
      }
    }
    return returns
  }

  /// Shao et al. (2024), section 4.1.3: rewards of steps normalised by those of their group or of the batch.
  private func normalized(_ rewards: [Double], _ batch: SequenceBatch) -> [Double] {
    advantage.compute(
      rewards,
      groups: stride(from: 0, to: batch.count, by: groupSize).map {
        batch.starts[$0]..<batch.starts[$0 + groupSize]
      })
  }

  /// Schulman et al. (2016), eq. 16. An episode that was cut off counts as ended.
  private func generalizedAdvantages(_ rewards: [Double], _ values: [Double], _ batch: SequenceBatch) -> [Double] {
    var result = rewards
    for sequence in 0..<batch.count {
      var (sum, next) = (0.0, 0.0)
      for token in batch.tokens(of: sequence).reversed() {
        sum = rewards[token] + gamma * next - values[token] + gamma * lambda * sum
        result[token] = sum
        next = values[token]
      }
    }
    return result
  }
}
