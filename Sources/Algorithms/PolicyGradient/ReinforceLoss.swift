import RLCore

/// Turns the rewards of an episode into its returns: `G_t = r_t + γ G_{t+1}`.
///
/// - Parameters:
///   - rewards: The episode's, from `first` to the end; become returns.
///   - lastValue: What follows the last step: 0 where the episode terminated, the value of the last state where it was truncated.
public func formReturns(_ rewards: inout [Double], from first: Int = 0, gamma: Double, lastValue: Double = 0) {
  var next = lastValue
  for t in stride(from: rewards.count - 1, through: first, by: -1) {
    next = rewards[t] + gamma * next
    rewards[t] = next
  }
}

/// The loss whose gradient is REINFORCE's step (Williams, Machine Learning 8, 1992; Sutton & Barto (2018), section 13.3), over some steps.
///
///     L = −w Σ_t γᵗ (G_t − b_t) log π(A_t | S_t),      ∂L/∂ log π(A_t | S_t) = −w γᵗ (G_t − b_t)
///
/// The factor γᵗ belongs to the gradient of the discounted return from the start; most programs leave it out.
///
/// - Parameters:
///   - logProbabilities: log π(A_t | S_t), the first for the first of the steps.
///   - advantages: G_t − b_t, by step.
///   - discounts: γᵗ, or 1, by step.
///   - steps: Which.
///   - weight: w; one over their number makes means.
///   - gradients: Receives the derivatives with respect to the log-probabilities, the first for the first of the steps.
/// - Returns: L.
public func reinforceLoss(
  logProbabilities: [Double], advantages: [Double], discounts: [Double], steps: Range<Int>, weight: Double = 1,
  into gradients: inout [Double]
) -> Double {
  var loss = 0.0
  for (k, t) in steps.enumerated() {
    let slope = -discounts[t] * advantages[t] * weight
    gradients[k] = slope
    loss += slope * logProbabilities[k]
  }
  return loss
}
