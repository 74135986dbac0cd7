import RLCore

/// Generalized advantage estimation (Schulman et al., ICLR 2016, eq. 16), over a rollout of several environments.
///
///     δ_t = r_t + γ V(s_{t+1}) (1 − terminated_t) − V(s_t)
///     Â_t = δ_t + γ λ (1 − ended_t) Â_{t+1}
///     returns_t = Â_t + V(s_t)
///
/// λ = 0 is the one-step error, λ = 1 the return minus the value. Where an episode was truncated, V(s_{t+1}) is that of the observation in
/// which it was cut off, and the sum stops: what comes next belongs to another episode. Where it terminated, nothing is
/// worth anything afterwards.
public struct GeneralizedAdvantage: Sendable, Equatable {
  /// What a truncated episode is taken for.
  public enum Truncation: String, Sendable {
    /// An episode that would have gone on: its last value is bootstrapped.
    case bootstrap
    /// An episode that is over, which is wrong and common: the value of the last state teaches that time is up, which
    /// no state shows.
    case terminate
  }

  /// γ, in `[0, 1]`.
  public var gamma: Double

  /// λ, in `[0, 1]`.
  public var lambda: Double

  /// What a truncated episode is taken for.
  public var truncation: Truncation

  /// An estimator.
  public init(gamma: Double, lambda: Double, truncation: Truncation = .bootstrap) {
    precondition(gamma >= 0 && gamma <= 1, "gamma \(gamma) is not in [0, 1]")
    precondition(lambda >= 0 && lambda <= 1, "lambda \(lambda) is not in [0, 1]")
    self.gamma = gamma
    self.lambda = lambda
    self.truncation = truncation
  }

  /// Computes the advantages and the returns that critics are trained on.
  ///
  /// All arrays but `lastValues` have a number for each step and environment, step by step; the environments of a step stand together.
  ///
  /// - Parameters:
  ///   - rewards: r_t.
  ///   - values: V(s_t).
  ///   - terminated: Whether the transition of step t ended the episode as a part of the task.
  ///   - truncated: Whether it was cut off there. Termination goes first where both are set.
  ///   - finalValues: V of the observation in which a truncated episode was cut off; read there only.
  ///   - lastValues: One for each environment: V of the observation after the last step, where no episode ended.
  ///   - advantages: Receives as many numbers as there are rewards.
  ///   - returns: Receives as many numbers as there are rewards.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func compute<Scalar: BinaryFloatingPoint>(
    rewards: [Scalar], values: [Scalar], terminated: [Bool], truncated: [Bool], finalValues: [Scalar],
    lastValues: [Scalar],
    advantages: inout [Scalar], returns: inout [Scalar]
  ) {
    let (count, environments) = (rewards.count, lastValues.count)
    precondition(
      environments > 0 && count % environments == 0, "\(count) rewards of \(environments) environments")
    precondition(
      values.count == count && terminated.count == count && truncated.count == count
        && finalValues.count == count && advantages.count >= count && returns.count >= count,
      """
      \(count) rewards, \(values.count) values, \(terminated.count) and \(truncated.count) ends, \
      \(finalValues.count) final values, room for \(advantages.count) advantages and \(returns.count) returns
      """)
    let discount = Scalar(gamma)
    let decay = Scalar(gamma * lambda)
    for environment in 0..<environments {
      var next = lastValues[environment]
      var advantage: Scalar = 0
      var k = count - environments + environment
      while k >= 0 {
        if terminated[k] {
          next = 0
          advantage = 0
        } else if truncated[k] {
          next = truncation == .bootstrap ? finalValues[k] : 0
          advantage = 0
        }
        let delta = rewards[k] + discount * next - values[k]
        advantage = delta + decay * advantage
        advantages[k] = advantage
        returns[k] = advantage + values[k]
        next = values[k]
        k -= environments
      }
    }
  }
}

/// Shifts and scales advantages to mean 0 and standard deviation 1, with the sample's (n − 1) and 10⁻⁸ beside it, as
/// stable-baselines3 and CleanRL do. A single one is left as it is: its deviation does not exist.
///
/// - Parameter count: How many of the numbers belong to the batch, from the first on.
public func normalizeAdvantages(_ advantages: inout [Double], count: Int) {
  precondition(count >= 0 && count <= advantages.count, "\(count) of \(advantages.count) advantages")
  guard count > 1 else { return }
  var sum = 0.0
  for k in 0..<count { sum += advantages[k] }
  let mean = sum / Double(count)
  var squares = 0.0
  for k in 0..<count { squares += (advantages[k] - mean) * (advantages[k] - mean) }
  let scale = 1 / ((squares / Double(count - 1)).squareRoot() + 1e-8)
  for k in 0..<count { advantages[k] = (advantages[k] - mean) * scale }
}

/// The share of the returns' variance that the values explain: `1 − Var(returns − values) / Var(returns)`. 1 is perfect, 0 is no better than a
/// constant, below 0 is worse; NaN where the returns do not vary.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func explainedVariance<Scalar: BinaryFloatingPoint>(values: [Scalar], returns: [Scalar]) -> Double {
  let count = returns.count
  precondition(values.count == count, "\(values.count) values for \(count) returns")
  var (mean, meanError) = (0.0, 0.0)
  for k in 0..<count {
    mean += Double(returns[k])
    meanError += Double(returns[k]) - Double(values[k])
  }
  mean /= Double(count)
  meanError /= Double(count)
  var (variance, errorVariance) = (0.0, 0.0)
  for k in 0..<count {
    let (r, e) = (Double(returns[k]) - mean, Double(returns[k]) - Double(values[k]) - meanError)
    variance += r * r
    errorVariance += e * e
  }
  return variance == 0 ? .nan : 1 - errorVariance / variance
}
