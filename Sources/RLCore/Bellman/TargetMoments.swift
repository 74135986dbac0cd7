/// Mean and variance of what an estimator of a policy's values moves them toward, in each state, exact for a finite model.
///
/// The n-step target `G_{t:t+n}` (Sutton & Barto, 2018, eq. 7.1) bootstraps from present values `V`:
///
///     m_k(s) = E[R + γ m_{k−1}(S′)],                                     m_0 = V
///     σ²_k(s) = E[(R + γ m_{k−1}(S′) − m_k(s))²] + γ² E[σ²_{k−1}(S′)],   σ²_0 = 0
///
/// Its bias `m_n − v_π` falls with n, and its variance grows. The whole return has no bias; its variance solves the second line with `v_π`
/// in place of `m` (Sobel, 1982).
public struct TargetMoments: Sendable, Equatable {
  /// The expected target from each state, 0 at terminal ones.
  public let means: [Double]
  /// Its variance.
  public let variances: [Double]

  /// The moments of the n-step target.
  ///
  /// - Parameters:
  ///   - n: How many rewards it holds, at least 1. Once nothing changes any more, nothing is computed any more.
  ///   - policy: The policy that is followed.
  ///   - values: The values that it bootstraps from, `stateCount` entries.
  ///   - gamma: The discount factor, in `[0, 1]`.
  public init(steps n: Int, of policy: StationaryPolicy, from values: [Double], gamma: Double, in model: FiniteMDP) {
    precondition(n >= 1, "\(n) steps")
    precondition(values.count == model.stateCount, "\(values.count) values for \(model.stateCount) states")
    var means = (0..<model.stateCount).map { model.isTerminal($0) ? 0 : values[$0] }
    var variances = [Double](repeating: 0, count: model.stateCount)
    for _ in 0..<n {
      var newMeans = means
      var newVariances = variances
      var change = 0.0
      for state in 0..<model.stateCount where !model.isTerminal(state) {
        let row = Row(model, state, policy)
        let mean = row.mean(means, gamma)
        let variance = row.spread(means, gamma, around: mean) + gamma * gamma * row.later(variances)
        change = max(change, abs(mean - means[state]) / max(1, abs(mean)))
        change = max(change, abs(variance - variances[state]) / max(1, variance))
        newMeans[state] = mean
        newVariances[state] = variance
      }
      means = newMeans
      variances = newVariances
      if change <= 1e-15 { break }
    }
    self.means = means
    self.variances = variances
  }

  /// The moments of the whole return; NaN or ∞ where, undiscounted, an episode may never end.
  ///
  /// - Parameters:
  ///   - policy: The policy that is followed.
  ///   - gamma: The discount factor, in `[0, 1]`.
  ///   - evaluator: An evaluator of the model.
  public init(returnsOf policy: StationaryPolicy, gamma: Double, evaluator: inout PolicyEvaluator) {
    let model = evaluator.model
    means = evaluator.evaluate(policy, gamma: gamma).values
    // Put into the rewards of all pairs of a state alike: what it pays is the spread of a step.
    var spreads = [Double](repeating: 0, count: model.pairCount)
    for state in 0..<model.stateCount where !model.isTerminal(state) {
      let spread = Row(model, state, policy).spread(means, gamma, around: means[state])
      for pair in model.pairs(of: state) { spreads[pair] = spread }
    }
    variances = evaluator.evaluate(policy, gamma: gamma * gamma, rewards: spreads).values
  }

  /// What may follow a state under a policy.
  private struct Row {
    let model: FiniteMDP
    let policy: StationaryPolicy
    let pairs: Range<Int>

    init(_ model: FiniteMDP, _ state: Int, _ policy: StationaryPolicy) {
      self.model = model
      self.policy = policy
      pairs = model.pairs(of: state)
    }

    /// `E[f(R, S′)]`, where `f` is handed −1 for S′ where the episode is over.
    private func expectation(_ f: (Double, Int) -> Double) -> Double {
      var sum = 0.0
      for pair in pairs where policy.probabilities[pair] != 0 {
        var inner = 0.0
        for k in model.outcomes(of: pair) {
          inner += model.probabilities[k] * f(model.rewards[k], max(-1, Int(model.targets[k])))
        }
        sum += policy.probabilities[pair] * inner
      }
      return sum
    }

    func mean(_ values: [Double], _ gamma: Double) -> Double {
      expectation { reward, next in next < 0 ? reward : reward + gamma * values[next] }
    }

    func spread(_ values: [Double], _ gamma: Double, around mean: Double) -> Double {
      expectation { reward, next in
        let difference = (next < 0 ? reward : reward + gamma * values[next]) - mean
        return difference * difference
      }
    }

    func later(_ variances: [Double]) -> Double { expectation { _, next in next < 0 ? 0 : variances[next] } }
  }
}
