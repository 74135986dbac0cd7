#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The losses of the GRPO family, with their gradients with respect to each token's log-probability. Names and numbers are TRL's.
///
///     w = exp(log π − log π_old) of a token, or of a sequence the exponential of the mean (GSPO, Zheng et al., 2025)
///     ℓ = −min(min(w, δ) Â, clip(w, 1 − ε, 1 + ε_high) Â)            grpo, bnpo, dr_grpo, dapo, luspo
///     ℓ = −min(w, ε_high) Â log π, the first factor held constant    cispo (MiniMax-M1, 2025)
///     ℓ = −σ(τ (w − 1)) · 4/τ · Â, τ by the sign of Â                 sapo (Gao et al., 2025)
///     L = Σ_tokens weight · (ℓ + β KL)
///
/// | loss type | weight of a token |
/// | --- | --- |
/// | `grpo`, `sapo` | 1 / (sequences · length of its sequence) (Shao et al., 2024, eq. 3) |
/// | `bnpo`, `dapo`, `cispo` | 1 / tokens (DAPO: Yu et al., 2025, eq. 8) |
/// | `dr_grpo` | 1 / (sequences · longest allowed length) (Liu et al., 2025) |
/// | `luspo` | 1 / sequences |
///
/// bnpo counts the tokens of the pieces it is handed, dapo those of the whole batch: here both divide by what `GroupTotals` says, so that
/// they differ in what the caller counts.
///
/// On-policy w is 1, nothing is clipped, and ℓ = −Â: the value says nothing (its mean is 0 with a group's baseline), while the gradient
/// −Â ∂log π is the policy gradient.
public struct GroupLoss: Sendable, Equatable {
  /// What is summed, and with what weights.
  public enum LossType: String, Sendable, CaseIterable {
    /// The mean of each sequence, then over sequences: tokens of long answers count less.
    case grpo
    /// The mean over the tokens of the batch at hand.
    case bnpo
    /// The sum over tokens, by a constant.
    case drGRPO = "dr_grpo"
    /// The mean over the tokens of the whole batch.
    case dapo
    /// Clipped weights on log-probabilities: no token loses its gradient.
    case cispo
    /// A soft gate in place of the clip.
    case sapo
    /// The sum of each sequence, then the mean: long answers count more. Meant for sequence-level ratios.
    case luspo
  }

  /// What has a ratio of its own.
  public enum ImportanceSamplingLevel: String, Sendable, CaseIterable {
    /// Each token.
    case token
    /// Each sequence.
    case sequence
  }

  /// How log-probabilities of sampled tokens estimate KL(π ‖ π_ref) (Schulman, *Approximating KL Divergence*, 2020). With
  /// d = log π_ref − log π:
  public enum Estimator: String, Sendable, CaseIterable {
    /// −d. Its gradient in a loss is 0 on average: it does nothing there.
    case k1
    /// d² / 2. Biased; its gradient in a loss is that of KL(π ‖ π_ref).
    case k2
    /// eᵈ − d − 1. Unbiased; its gradient in a loss is that of KL(π_ref ‖ π), the other direction.
    case k3
    /// w (eᵈ − d − 1): its gradient is that of KL(π ‖ π_ref) (TRL's `use_bias_correction_kl`).
    case k3Ratio = "k3_ratio"
  }

  /// What is summed, and with what weights.
  public var lossType: LossType

  /// ε, in `[0, 1]`: how far the ratio may fall.
  public var epsilon: Double

  /// ε_high, not negative: how far the ratio may rise (DAPO's clip-higher); nil is ε. For cispo the largest ratio itself.
  public var epsilonHigh: Double?

  /// δ, above 1 + ε: an upper bound of the ratio where the advantage is negative (INTELLECT-2, 2025); nil for none.
  public var delta: Double?

  /// What has a ratio of its own.
  public var importanceSamplingLevel: ImportanceSamplingLevel

  /// β, not negative: the weight of the divergence from the reference.
  public var beta: Double

  /// How the divergence is estimated.
  public var estimator: Estimator

  /// The longest allowed length, for dr_grpo, positive.
  public var maximumLength: Int

  /// τ of sapo, where the advantage is positive and where it is not. Both positive.
  public var temperatures: (positive: Double, negative: Double)

  /// A loss; the defaults are TRL's, with the divergence switched off.
  public init(
    _ lossType: LossType, epsilon: Double = 0.2, epsilonHigh: Double? = nil, delta: Double? = nil,
    importanceSamplingLevel: ImportanceSamplingLevel = .token, beta: Double = 0, estimator: Estimator = .k3,
    maximumLength: Int = 256, temperatures: (positive: Double, negative: Double) = (1, 1.05)
  ) {
    precondition(epsilon >= 0 && epsilon <= 1, "epsilon \(epsilon) is not in [0, 1]")
    precondition(epsilonHigh.map { $0 >= 0 } ?? true, "epsilon_high \(epsilonHigh ?? 0) is negative")
    precondition(delta.map { $0 > 0 } ?? true, "delta \(delta ?? 0) is not positive")
    precondition(beta >= 0, "beta \(beta) is negative")
    precondition(maximumLength > 0, "the longest length \(maximumLength) must be positive")
    precondition(
      temperatures.positive > 0 && temperatures.negative > 0, "the temperatures \(temperatures) must be positive")
    self.lossType = lossType
    self.epsilon = epsilon
    self.epsilonHigh = epsilonHigh
    self.delta = delta
    self.importanceSamplingLevel = importanceSamplingLevel
    self.beta = beta
    self.estimator = estimator
    self.maximumLength = maximumLength
    self.temperatures = temperatures
  }

  /// Equal where every parameter is.
  public static func == (a: GroupLoss, b: GroupLoss) -> Bool {
    a.lossType == b.lossType && a.epsilon == b.epsilon && a.epsilonHigh == b.epsilonHigh && a.delta == b.delta
      && a.importanceSamplingLevel == b.importanceSamplingLevel && a.beta == b.beta
      && a.estimator == b.estimator && a.maximumLength == b.maximumLength
      && a.temperatures == b.temperatures
  }

  /// What a batch says about itself.
  public struct Report: Sendable, Equatable {
    /// L.
    public var loss: Double
    /// The mean estimate of the divergence from the reference over tokens; 0 where β is 0.
    public var kl: Double
    /// The share of tokens (of sequences at that level) below 1 − ε with a negative advantage. 0 for cispo and sapo.
    public var lowClipFraction: Double
    /// The share above 1 + ε_high (cispo: ε_high) with a positive advantage. 0 for sapo.
    public var highClipFraction: Double
    /// The share of both.
    public var clipFraction: Double { lowClipFraction + highClipFraction }
  }

  /// Computes the loss and its gradient.
  ///
  /// - Parameters:
  ///   - batch: Sequences; their number is positive.
  ///   - totals: What the batch is a part of; nil where it is the whole.
  ///   - gradients: Receives ∂L/∂ log π for each token.
  public func evaluate(
    _ batch: GroupBatch, totals: GroupTotals? = nil, into gradients: inout [Double]
  ) -> Report {
    check(batch, room: gradients.count)
    let totals = totals ?? GroupTotals(sequences: batch.lengths.count, tokens: batch.tokenCount)
    var sums = Sums()
    var start = 0
    for (sequence, length) in batch.lengths.enumerated() where length > 0 {
      let tokens = start..<start + length
      let weight = weight(length: length, totals)
      var logRatio = 0.0
      if importanceSamplingLevel == .sequence {
        for t in tokens { logRatio += batch.logProbabilities[t] - batch.oldLogProbabilities[t] }
        logRatio /= Double(length)
      }
      // What a ratio that belongs to the whole sequence passes on to all its tokens alike.
      var shared = 0.0
      for t in tokens {
        let log = batch.logProbabilities[t]
        if importanceSamplingLevel == .token { logRatio = log - batch.oldLogProbabilities[t] }
        let ratio = exp(logRatio)
        let advantage = batch.advantages[batch.advantages.count == batch.lengths.count ? sequence : t]
        let policy = term(ratio: ratio, advantage: advantage, logProbability: log)
        var divergence = Term()
        if beta != 0 {
          divergence = penalty(log: log, reference: batch.referenceLogProbabilities[t], ratio: ratio)
        }
        sums.loss += weight * (policy.value + beta * divergence.value)
        sums.kl += divergence.value
        gradients[t] = weight * (policy.direct + beta * divergence.direct)
        let byRatio = weight * (policy.byLogRatio + beta * divergence.byLogRatio)
        if importanceSamplingLevel == .token {
          gradients[t] += byRatio
          count(ratio: ratio, advantage: advantage, share: 1, &sums)
        } else {
          shared += byRatio
          count(ratio: ratio, advantage: advantage, share: 1 / Double(length), &sums)
        }
      }
      if importanceSamplingLevel == .sequence {
        for t in tokens { gradients[t] += shared / Double(length) }
      }
      start += length
    }
    let tokens = Double(max(batch.tokenCount, 1))
    let ratios = importanceSamplingLevel == .token ? tokens : Double(batch.lengths.count)
    return Report(
      loss: sums.loss, kl: sums.kl / tokens, lowClipFraction: sums.low / ratios,
      highClipFraction: sums.high / ratios)
  }

  /// A number with its derivatives with respect to log π in place, and to the log of the ratio.
  struct Term {
    var value = 0.0
    var direct = 0.0
    var byLogRatio = 0.0
  }

  private struct Sums {
    var loss = 0.0
    var kl = 0.0
    var low = 0.0
    var high = 0.0
  }

  private var upperBound: Double { lossType == .cispo ? (epsilonHigh ?? epsilon) : 1 + (epsilonHigh ?? epsilon) }

  /// The weight of a token in a sequence of some length.
  func weight(length: Int, _ totals: GroupTotals) -> Double {
    switch lossType {
    case .grpo, .sapo: 1 / (Double(totals.sequences) * Double(length))
    case .bnpo, .dapo, .cispo: 1 / Double(max(totals.tokens, 1))
    case .drGRPO: 1 / (Double(totals.sequences) * Double(maximumLength))
    case .luspo: 1 / Double(totals.sequences)
    }
  }

  /// ℓ of one token.
  private func term(ratio w: Double, advantage: Double, logProbability: Double) -> Term {
    switch lossType {
    case .cispo:
      let factor = -min(w, upperBound) * advantage
      return Term(value: factor * logProbability, direct: factor)
    case .sapo:
      let temperature = advantage > 0 ? temperatures.positive : temperatures.negative
      let gate = 1 / (1 + exp(-temperature * (w - 1)))
      // d/dlog w of 4/τ σ(τ (w − 1)) is 4 σ (1 − σ) w.
      return Term(
        value: -gate * 4 / temperature * advantage, byLogRatio: -4 * gate * (1 - gate) * w * advantage)
    case .grpo, .bnpo, .drGRPO, .dapo, .luspo:
      let bound = delta ?? .infinity
      let free = min(w, bound) * advantage
      let clipped = min(max(w, 1 - epsilon), upperBound) * advantage
      if clipped < free {
        let isInside = w >= 1 - epsilon && w <= upperBound
        return Term(value: -clipped, byLogRatio: isInside ? -w * advantage : 0)
      }
      return Term(value: -free, byLogRatio: w <= bound ? -w * advantage : 0)
    }
  }

  /// The estimate of the divergence at one token.
  private func penalty(log: Double, reference: Double, ratio w: Double) -> Term {
    let d = reference - log
    switch estimator {
    case .k1: return Term(value: -d, direct: 1)
    case .k2: return Term(value: d * d / 2, direct: -d)
    case .k3: return Term(value: exp(d) - d - 1, direct: 1 - exp(d))
    case .k3Ratio:
      let k3 = exp(d) - d - 1
      return Term(value: w * k3, direct: w * (1 - exp(d)), byLogRatio: w * k3)
    }
  }

  /// Minus the derivative of ℓ with respect to log π where the policy is still the one that sampled: Â, or what becomes of it.
  func slope(advantage: Double) -> Double {
    let term = term(ratio: 1, advantage: advantage, logProbability: 0)
    return -(term.direct + term.byLogRatio)
  }

  /// The derivatives of a sequence's estimated divergence with respect to log π of its tokens, where the policy is still the one that
  /// sampled.
  ///
  /// - Parameter differences: d = log π_ref − log π of each token.
  func divergenceSlopes(_ differences: [Double]) -> [Double] {
    let terms = differences.map { penalty(log: 0, reference: $0, ratio: 1) }
    let shared = terms.reduce(0) { $0 + $1.byLogRatio } / Double(max(1, terms.count))
    return terms.map { $0.direct + (importanceSamplingLevel == .token ? $0.byLogRatio : shared) }
  }

  private func count(ratio: Double, advantage: Double, share: Double, _ sums: inout Sums) {
    guard lossType != .sapo else { return }
    let w = lossType == .cispo ? ratio : min(ratio, delta ?? .infinity)
    if w < 1 - epsilon && advantage < 0 && lossType != .cispo { sums.low += share }
    if w > upperBound && advantage > 0 { sums.high += share }
  }

  private func check(_ batch: GroupBatch, room: Int) {
    let tokens = batch.lengths.reduce(0, +)
    precondition(
      !batch.lengths.isEmpty && batch.lengths.allSatisfy { $0 >= 0 },
      "a batch of sequences of lengths \(batch.lengths)")
    precondition(
      batch.tokenCount == tokens && batch.oldLogProbabilities.count == tokens && room >= tokens
        && (beta == 0 || batch.referenceLogProbabilities.count == tokens)
        && (batch.advantages.count == batch.lengths.count || batch.advantages.count == tokens),
      """
      \(tokens) tokens in \(batch.lengths.count) sequences, \(batch.tokenCount) log-probabilities, \
      \(batch.oldLogProbabilities.count) old ones, \(batch.referenceLogProbabilities.count) of the reference, \
      \(batch.advantages.count) advantages, room for \(room) gradients
      """)
  }
}
