import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The loss of proximal policy optimization (Schulman et al., 2017, eq. 7 and 9) for one minibatch, with its gradient with respect to
/// log-probabilities, entropies and values.
///
///     r = exp(log π(a) − log π_old(a))
///     L = −mean min(r Â, clip(r, 1 − c, 1 + c) Â) − c_e mean H(π) + c_v L_value
///     ∂L/∂ log π(a) = −r Â / n  where the first is the smaller, else 0
///
/// The policy's family does not appear: a head (`CategoricalHead`, `GaussianHead`) gives log-probabilities and entropies, and takes
/// the derivatives on to its own parameters. The workspace is kept, so that nothing is allocated unless a minibatch is
/// larger than any before.
public struct PPOLoss: Sendable {
  /// c, positive: how far the ratio may move before its gradient stops.
  public var clipRange: Double

  /// c_e.
  public var entropyCoefficient: Double

  /// c_v.
  public var valueCoefficient: Double

  /// The critic's part.
  public var valueLoss: ValueLoss

  /// The derivatives with respect to the log-probabilities of the last minibatch; numbers beyond it are left from earlier ones.
  public private(set) var logProbabilityGradients: [Double] = []

  /// The derivatives with respect to the values of the last minibatch; numbers beyond it are left from earlier ones.
  public private(set) var valueGradients: [Double] = []

  /// The derivative with respect to each row's entropy: `−c_e / n`.
  public private(set) var entropyGradient = 0.0

  /// What a minibatch says about itself.
  public struct Report: Sendable, Equatable {
    /// The whole loss L.
    public var loss: Double
    /// The clipped surrogate with its sign turned.
    public var policyLoss: Double
    /// The critic's part, without its coefficient.
    public var valueLoss: Double
    /// The mean entropy in nats.
    public var entropy: Double
    /// `mean((r − 1) − log r)`: never negative; what both libraries stop at (Schulman's k3).
    public var approximateKL: Double
    /// `mean(−log r)`: the plain estimate (k1).
    public var plainKL: Double
    /// The share of rows with |r − 1| > c.
    public var clipFraction: Double
  }

  /// A loss.
  public init(clipRange: Double, entropyCoefficient: Double, valueCoefficient: Double, valueLoss: ValueLoss) {
    precondition(clipRange > 0, "the clip range \(clipRange) must be positive")
    self.clipRange = clipRange
    self.entropyCoefficient = entropyCoefficient
    self.valueCoefficient = valueCoefficient
    self.valueLoss = valueLoss
  }

  /// Computes the loss and its derivatives.
  ///
  /// - Parameters:
  ///   - logProbabilities: log π(a) of each row.
  ///   - oldLogProbabilities: log π_old(a), as sampled.
  ///   - advantages: Â, normalised by the caller if at all (`normalizeAdvantages`).
  ///   - entropies: H(π) of each row.
  ///   - values: The critic's, of each row; all three of the critic's arrays may be empty where there is no critic.
  ///   - oldValues: The critic's when the rollout was made; may be empty where values are not clipped.
  ///   - returns: What the critic is trained on.
  ///   - count: How many rows of each array belong to the minibatch, from the first on; positive.
  public mutating func evaluate(
    logProbabilities: [Double], oldLogProbabilities: [Double], advantages: [Double], entropies: [Double],
    values: [Double] = [], oldValues: [Double] = [], returns: [Double] = [], count: Int
  ) -> Report {
    precondition(
      count > 0 && logProbabilities.count >= count && oldLogProbabilities.count >= count
        && advantages.count >= count && entropies.count >= count,
      """
      \(count) rows of \(logProbabilities.count) log-probabilities, \(oldLogProbabilities.count) old ones, \
      \(advantages.count) advantages, \(entropies.count) entropies
      """)
    if logProbabilityGradients.count < count {
      logProbabilityGradients = [Double](repeating: 0, count: count)
      valueGradients = logProbabilityGradients
    }
    let n = Double(count)
    var (objective, entropy, near, plain) = (0.0, 0.0, 0.0, 0.0)
    var clippedRows = 0
    for k in 0..<count {
      let logRatio = logProbabilities[k] - oldLogProbabilities[k]
      let ratio = exp(logRatio)
      let free = ratio * advantages[k]
      let bounded = min(max(ratio, 1 - clipRange), 1 + clipRange) * advantages[k]
      // A NaN compares false and so stays visible in both.
      objective += bounded < free ? bounded : free
      logProbabilityGradients[k] = bounded < free ? 0 : -free / n
      entropy += entropies[k]
      near += (ratio - 1) - logRatio
      plain -= logRatio
      if abs(ratio - 1) > clipRange { clippedRows += 1 }
    }
    entropyGradient = -entropyCoefficient / n
    let policyLoss = -objective / n
    let meanEntropy = entropy / n
    var critic = 0.0
    if !values.isEmpty {
      critic = valueLoss.evaluate(
        values: values, oldValues: oldValues, returns: returns, count: count, weight: valueCoefficient,
        into: &valueGradients)
    }
    return Report(
      loss: policyLoss - entropyCoefficient * meanEntropy + valueCoefficient * critic,
      policyLoss: policyLoss, valueLoss: critic, entropy: meanEntropy, approximateKL: near / n,
      plainKL: plain / n, clipFraction: Double(clippedRows) / n)
  }
}
