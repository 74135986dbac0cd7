import RLCore

/// The critic's part of a policy-gradient loss, in the two forms that libraries use.
///
///     stable-baselines3:  mean (R − v)², with v cut to v_old ± c where clipping is on
///     cleanrl:            ½ mean (R − v)², with clipping ½ mean max((R − v)², (R − clip(v))²)
public struct ValueLoss: Sendable, Equatable {
  /// Whose convention.
  public enum Convention: String, Sendable {
    /// No factor ½; a clipped value replaces the value, so that it has no gradient.
    case stableBaselines3 = "stable-baselines3"
    /// The factor ½; the larger of the two errors counts.
    case cleanRL = "cleanrl"
  }

  /// Whose convention.
  public var convention: Convention

  /// c, in the units of values; nil does not clip.
  public var clipRange: Double?

  /// A loss.
  public init(_ convention: Convention, clipRange: Double? = nil) {
    precondition(clipRange.map { $0 > 0 } ?? true, "the clip range \(clipRange ?? 0) must be positive")
    self.convention = convention
    self.clipRange = clipRange
  }

  /// The mean loss of a batch; sets its gradient with respect to the values, times `weight`.
  ///
  /// - Parameters:
  ///   - values: v, at least `count` numbers.
  ///   - oldValues: v_old, as many; may be empty where nothing is clipped.
  ///   - returns: R, as many.
  ///   - count: How many of them belong to the batch, from the first on; positive.
  ///   - weight: The value coefficient; it multiplies the gradient only.
  ///   - gradients: Receives `count` numbers.
  /// - Returns: The mean loss, without the coefficient.
  public func evaluate(
    values: [Double], oldValues: [Double], returns: [Double], count: Int, weight: Double = 1,
    into gradients: inout [Double]
  ) -> Double {
    precondition(
      count > 0 && values.count >= count && returns.count >= count
        && (clipRange == nil || oldValues.count >= count) && gradients.count >= count,
      """
      \(count) of \(values.count) values, \(oldValues.count) old values, \(returns.count) returns, \
      room for \(gradients.count) gradients
      """)
    let factor = convention == .cleanRL ? 0.5 : 1
    let scale = weight * factor / Double(count)
    var sum = 0.0
    for k in 0..<count {
      let error = values[k] - returns[k]
      var (loss, slope) = (error * error, 2 * error)
      if let clipRange {
        let move = values[k] - oldValues[k]
        let clipped = oldValues[k] + min(max(move, -clipRange), clipRange) - returns[k]
        if abs(move) > clipRange && (convention == .stableBaselines3 || clipped * clipped > loss) {
          (loss, slope) = (clipped * clipped, 0)
        }
      }
      sum += loss
      gradients[k] = slope * scale
    }
    return sum * factor / Double(count)
  }
}
