/// How far predictions are from targets, as a mean over a batch, with its derivative.
public enum RegressionLoss: Sendable, Equatable {
  /// `e²`: torch's `mse_loss`.
  case squared

  /// `e² / 2`.
  case halfSquared

  /// `e² / 2` for |e| ≤ δ, else `δ (|e| − δ/2)` (Huber, Annals of Mathematical Statistics 35(1), 1964). With δ = 1 it is torch's
  /// `smooth_l1_loss`, which DQN uses.
  case huber(delta: Double)

  /// The loss of one error.
  public func value(_ error: Double) -> Double {
    switch self {
    case .squared: error * error
    case .halfSquared: error * error / 2
    case .huber(let delta):
      abs(error) <= delta ? error * error / 2 : delta * (abs(error) - delta / 2)
    }
  }

  /// Its derivative: `2e`, `e`, or `e` within ±δ.
  public func derivative(_ error: Double) -> Double {
    switch self {
    case .squared: 2 * error
    case .halfSquared: error
    case .huber(let delta): min(max(error, -delta), delta)
    }
  }

  /// The mean loss of a batch; sets its gradient with respect to the predictions.
  ///
  /// - Parameters:
  ///   - predictions: At least `count` numbers.
  ///   - targets: At least as many.
  ///   - count: How many of them belong to the batch, from the first on; positive.
  ///   - gradients: Receives `count` numbers.
  /// - Returns: The mean of `value(prediction − target)`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func evaluate<Scalar: BinaryFloatingPoint>(
    _ predictions: [Scalar], targets: [Scalar], count: Int, into gradients: inout [Scalar]
  ) -> Double {
    precondition(
      count > 0 && predictions.count >= count && targets.count >= count && gradients.count >= count,
      "\(count) of \(predictions.count) predictions, \(targets.count) targets, \(gradients.count) gradients")
    var sum = 0.0
    for k in 0..<count {
      let error = Double(predictions[k]) - Double(targets[k])
      sum += value(error)
      gradients[k] = Scalar(derivative(error) / Double(count))
    }
    return sum / Double(count)
  }
}
