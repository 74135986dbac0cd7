import RLCore

/// The returns of one episode: `G_t = r_t + γ G_{t+1}`.
///
/// - Parameters:
///   - rewards: The rewards of the episode's steps.
///   - lastValue: What follows the last step: 0 where the episode terminated, the value of the last state where it was truncated.
///   - returns: Receives as many numbers.
public func discountedReturns(
  _ rewards: [Double], gamma: Double, lastValue: Double = 0, into returns: inout [Double]
) {
  precondition(returns.count >= rewards.count, "room for \(returns.count) of \(rewards.count) returns")
  var next = lastValue
  for t in stride(from: rewards.count - 1, through: 0, by: -1) {
    next = rewards[t] + gamma * next
    returns[t] = next
  }
}

/// The loss whose gradient is REINFORCE's step (Williams, Machine Learning 8, 1992; Sutton & Barto (2018), section 13.3).
///
///     L = −Σ_t γᵗ (G_t − b_t) log π(A_t | S_t),      ∂L/∂ log π(A_t | S_t) = −γᵗ (G_t − b_t)
///
/// The factor γᵗ belongs to the gradient of the discounted return from the start; most programs leave it out.
///
/// - Parameters:
///   - logProbabilities: log π(A_t | S_t) of the episode's steps.
///   - returns: G_t.
///   - baselines: b_t, or nothing for none.
///   - discount: γ for the factor γᵗ; 1 leaves it out.
///   - gradients: Receives as many numbers: the derivatives with respect to the log-probabilities.
/// - Returns: L.
public func reinforceLoss(
  logProbabilities: [Double], returns: [Double], baselines: [Double] = [], discount: Double = 1,
  into gradients: inout [Double]
) -> Double {
  let count = logProbabilities.count
  precondition(
    returns.count == count && (baselines.count == count || baselines.isEmpty) && gradients.count >= count,
    """
    \(count) log-probabilities, \(returns.count) returns, \(baselines.count) baselines, \
    room for \(gradients.count) gradients
    """)
  var loss = 0.0
  var power = 1.0
  for t in 0..<count {
    let weight = power * (returns[t] - (baselines.isEmpty ? 0 : baselines[t]))
    gradients[t] = -weight
    loss -= weight * logProbabilities[t]
    power *= discount
  }
  return loss
}
