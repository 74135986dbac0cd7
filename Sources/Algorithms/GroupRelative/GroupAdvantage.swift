/// Advantages of sequences that were sampled in groups: G answers to the same prompt, or G episodes from the same start.
///
///     Â_i = (R_i − b_i) / (s + ε)
///
/// | method | baseline b | scale s |
/// | --- | --- | --- |
/// | GRPO (Shao et al., 2024, section 4.1) | mean of the group | standard deviation of the group |
/// | Dr. GRPO (Liu et al., 2025) | mean of the group | none: Â = R − b |
/// | RLOO (Kool et al., 2019; Ahmadian et al., ACL 2024) | mean of the others in the group | none |
/// | REINFORCE++ (Hu, 2025) | mean of the batch | standard deviation of the batch |
///
/// The mean of the group contains the reward itself, which shrinks the expected gradient by 1 − 1/G; dividing by the group's deviation
/// weighs easy and hard prompts more than those in between. A group of equal rewards has advantages of exactly 0, unless the baseline is the batch's or none.
public struct GroupAdvantage: Sendable, Equatable {
  /// What is subtracted from a reward.
  public enum Baseline: String, Sendable, CaseIterable {
    /// The mean of the group.
    case group
    /// The mean of the others in the group, which the reward itself cannot move; 0 in a group of one.
    case leaveOneOut = "leave-one-out"
    /// The mean of all rewards.
    case batch
    /// Nothing.
    case none
  }

  /// What the difference is divided by; TRL's `scale_rewards`.
  public enum Scale: String, Sendable, CaseIterable {
    /// The standard deviation of the group's rewards, plus ε.
    case group
    /// The standard deviation of all rewards, plus ε.
    case batch
    /// Nothing, and no ε.
    case none
  }

  /// What is subtracted.
  public var baseline: Baseline

  /// What it is divided by.
  public var scale: Scale

  /// What is taken from the count in the variance: 1 for the sample's, 0 for the population's.
  public var ddof: Int

  /// ε, not negative.
  public var epsilon: Double

  /// TRL's defaults: the group's mean and sample deviation, and ε 10⁻⁴.
  public init(baseline: Baseline = .group, scale: Scale = .group, ddof: Int = 1, epsilon: Double = 1e-4) {
    precondition(ddof == 0 || ddof == 1, "ddof \(ddof) is neither 0 nor 1")
    precondition(epsilon >= 0, "epsilon \(epsilon) is negative")
    self.baseline = baseline
    self.scale = scale
    self.ddof = ddof
    self.epsilon = epsilon
  }

  /// The advantages of all sequences.
  ///
  /// - Parameters:
  ///   - rewards: Group by group.
  ///   - groupSize: G, positive; divides the number of rewards.
  public func compute(_ rewards: [Double], groupSize: Int) -> [Double] {
    precondition(
      groupSize > 0 && rewards.count % groupSize == 0, "\(rewards.count) rewards in groups of \(groupSize)")
    return compute(
      rewards, groups: stride(from: 0, to: rewards.count, by: groupSize).map { $0..<$0 + groupSize })
  }

  /// The advantages of numbers in groups of any sizes.
  ///
  /// - Parameter groups: One after another, together all of them.
  public func compute(_ rewards: [Double], groups: [Range<Int>]) -> [Double] {
    let whole = Self.moments(rewards[...], ddof: ddof)
    var advantages: [Double] = []
    advantages.reserveCapacity(rewards.count)
    for range in groups {
      let group = rewards[range]
      let own = Self.moments(group, ddof: ddof)
      for reward in group {
        let difference =
          switch baseline {
          case .group: reward - own.mean
          // R − (G m − R) / (G − 1)
          case .leaveOneOut:
            group.count > 1 ? (reward - own.mean) * Double(group.count) / Double(group.count - 1) : reward
          case .batch: reward - whole.mean
          case .none: reward
          }
        switch scale {
        case .group: advantages.append(Self.scaled(difference, own.deviation + epsilon))
        case .batch: advantages.append(Self.scaled(difference, whole.deviation + epsilon))
        case .none: advantages.append(difference)
        }
      }
    }
    return advantages
  }

  /// How many groups have equal rewards throughout, and so teach nothing.
  ///
  /// - Parameters:
  ///   - rewards: Group by group.
  ///   - groupSize: G, positive; divides the number of rewards.
  public static func zeroSignalGroups(_ rewards: [Double], groupSize: Int) -> Int {
    precondition(
      groupSize > 0 && rewards.count % groupSize == 0, "\(rewards.count) rewards in groups of \(groupSize)")
    return stride(from: 0, to: rewards.count, by: groupSize).reduce(0) { count, start in
      count + (rewards[start..<start + groupSize].allSatisfy { $0 == rewards[start] } ? 1 : 0)
    }
  }

  /// 0 where the difference is 0, even over 0.
  private static func scaled(_ difference: Double, _ scale: Double) -> Double {
    difference == 0 ? 0 : difference / scale
  }

  /// Mean and standard deviation; the deviation is 0 where the count does not exceed `ddof`. Taken around the first number, so that equal
  /// numbers have exactly themselves as mean and 0 as deviation.
  private static func moments(_ x: ArraySlice<Double>, ddof: Int) -> (mean: Double, deviation: Double) {
    guard let first = x.first else { return (0, 0) }
    var sum = 0.0
    for value in x { sum += value - first }
    let mean = first + sum / Double(x.count)
    guard x.count > ddof else { return (mean, 0) }
    var squares = 0.0
    for value in x { squares += (value - mean) * (value - mean) }
    return (mean, (squares / Double(x.count - ddof)).squareRoot())
  }
}
