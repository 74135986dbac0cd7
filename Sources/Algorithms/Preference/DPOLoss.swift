#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Direct preference optimization and its relatives: losses on pairs of sequences of which one was preferred, with gradients with respect to the
/// sequences' log-probabilities. A sequence's is the sum over its tokens, so each token has the same derivative.
///
///     h = β ((log π(c) − log π_ref(c)) − (log π(r) − log π_ref(r)))
///     sigmoid:  −(1 − s) log σ(h) − s log σ(−h)                 Rafailov et al., NeurIPS 2023, eq. 7; s: conservative DPO
///     robust:   (−(1 − s) log σ(h) + s log σ(−h)) / (1 − 2s)    Chowdhury et al., ICML 2024
///     hinge:    max(0, 1 − h)                                   Zhao et al. (SLiC), 2023
///     ipo:      (h/β − 1/(2β))²                                 Azar et al., AISTATS 2024, eq. 17
///
/// s is the share of preferences believed to be turned around. TRL divides both of IPO's terms by their sequence's length first, unlike
/// the paper: `normalizesLength`.
public struct DPOLoss: Sendable, Equatable {
  /// The function of the margin.
  public enum LossType: String, Sendable, CaseIterable {
    /// Maximum likelihood of Bradley–Terry preferences.
    case sigmoid
    /// The squared distance of the margin from 1/(2β).
    case ipo
    /// The distance of a margin below 1.
    case hinge
    /// The likelihood's unbiased estimate from labels of which a share s is wrong.
    case robust
  }

  /// The function of the margin.
  public var lossType: LossType

  /// β, positive: how much a nat of deviation from the reference costs.
  public var beta: Double

  /// s, in `[0, 1/2)`: for sigmoid and robust.
  public var labelSmoothing: Double

  /// Whether IPO takes means over tokens in place of sums.
  public var normalizesLength: Bool

  /// A loss.
  public init(_ lossType: LossType, beta: Double, labelSmoothing: Double = 0, normalizesLength: Bool = true) {
    precondition(beta > 0, "beta \(beta) must be positive")
    precondition(
      labelSmoothing >= 0 && labelSmoothing < 0.5, "the label smoothing \(labelSmoothing) is not in [0, 0.5)")
    self.lossType = lossType
    self.beta = beta
    self.labelSmoothing = labelSmoothing
    self.normalizesLength = normalizesLength
  }

  /// One side of the pairs: what was preferred, or what was not.
  public struct Side: Sendable, Equatable {
    /// log π of each sequence.
    public var logProbabilities: [Double]
    /// log π_ref of each sequence.
    public var referenceLogProbabilities: [Double]
    /// The number of tokens of each sequence; read by a normalised IPO only, and may be empty otherwise.
    public var lengths: [Int]

    /// One side.
    public init(logProbabilities: [Double], referenceLogProbabilities: [Double], lengths: [Int] = []) {
      self.logProbabilities = logProbabilities
      self.referenceLogProbabilities = referenceLogProbabilities
      self.lengths = lengths
    }
  }

  /// What a batch says about itself.
  public struct Report: Sendable, Equatable {
    /// The mean loss.
    public var loss: Double
    /// The mean implicit reward `β (log π − log π_ref)` of the preferred.
    public var chosenReward: Double
    /// The same of the others.
    public var rejectedReward: Double
    /// The share of pairs whose preferred sequence has the larger implicit reward.
    public var accuracy: Double
    /// The difference of the mean rewards.
    public var margin: Double { chosenReward - rejectedReward }
  }

  /// Computes the loss and its gradients.
  ///
  /// - Parameters:
  ///   - chosen: At least one sequence.
  ///   - rejected: As many.
  ///   - chosenGradients: Receives the derivatives with respect to the preferred sequences' log-probabilities.
  ///   - rejectedGradients: Receives the same of the others.
  public func evaluate(
    chosen: Side, rejected: Side, into chosenGradients: inout [Double], _ rejectedGradients: inout [Double]
  ) -> Report {
    let count = chosen.logProbabilities.count
    let normalizes = lossType == .ipo && normalizesLength
    for (side, room) in [(chosen, chosenGradients.count), (rejected, rejectedGradients.count)] {
      precondition(
        count > 0 && side.logProbabilities.count == count && side.referenceLogProbabilities.count == count
          && room >= count && (!normalizes || side.lengths.count == count),
        """
        \(count) pairs: \(side.logProbabilities.count) log-probabilities, \
        \(side.referenceLogProbabilities.count) of the reference, \(side.lengths.count) lengths, \
        room for \(room) gradients
        """)
    }
    let n = Double(count)
    var report = Report(loss: 0, chosenReward: 0, rejectedReward: 0, accuracy: 0)
    for k in 0..<count {
      let score = chosen.logProbabilities[k] - chosen.referenceLogProbabilities[k]
      let other = rejected.logProbabilities[k] - rejected.referenceLogProbabilities[k]
      report.chosenReward += beta * score / n
      report.rejectedReward += beta * other / n
      if score > other { report.accuracy += 1 / n }
      let share = normalizes ? 1 / Double(max(chosen.lengths[k], 1)) : 1
      let otherShare = normalizes ? 1 / Double(max(rejected.lengths[k], 1)) : 1
      let (loss, slope) = loss(share * score - otherShare * other)
      report.loss += loss / n
      chosenGradients[k] = slope * share / n
      rejectedGradients[k] = -slope * otherShare / n
    }
    return report
  }

  /// The loss of a difference of log-ratios, and its derivative.
  private func loss(_ difference: Double) -> (value: Double, slope: Double) {
    let h = beta * difference
    let s = labelSmoothing
    switch lossType {
    case .sigmoid:
      return (
        -(1 - s) * logSigmoid(h) - s * logSigmoid(-h), beta * (s * sigmoid(h) - (1 - s) * sigmoid(-h))
      )
    case .robust:
      return (
        (-(1 - s) * logSigmoid(h) + s * logSigmoid(-h)) / (1 - 2 * s),
        -beta * ((1 - s) * sigmoid(-h) + s * sigmoid(h)) / (1 - 2 * s)
      )
    case .hinge:
      return (max(0, 1 - h), h < 1 ? -beta : 0)
    case .ipo:
      let error = difference - 1 / (2 * beta)
      return (error * error, 2 * error)
    }
  }
}

/// `1 / (1 + e⁻ˣ)`.
func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// `log σ(x)`, without overflow: `min(x, 0) − log(1 + e^{−|x|})`.
func logSigmoid(_ x: Double) -> Double { min(x, 0) - log1p(exp(-abs(x))) }
