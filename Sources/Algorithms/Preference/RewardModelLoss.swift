/// The loss of a reward model on pairs of which one was preferred (Bradley & Terry, Biometrika 39, 1952; Ouyang et al., NeurIPS 2022, eq. 1),
/// with its gradient with respect to the rewards.
///
///     L = mean(−log σ(r_c − r_r − m)) + λ mean((r_c + r_r)²)
///
/// m is how much better the preferred one was said to be (Touvron et al., *Llama 2*, 2023); λ draws rewards to mean 0, which
/// preferences alone leave open (Eisenstein et al., 2023).
public struct RewardModelLoss: Sendable, Equatable {
  /// λ, not negative; TRL's `center_rewards_coefficient`.
  public var centering: Double

  /// A loss.
  public init(centering: Double = 0) {
    precondition(centering >= 0, "the centering \(centering) is negative")
    self.centering = centering
  }

  /// What a batch says about itself.
  public struct Report: Sendable, Equatable {
    /// L.
    public var loss: Double
    /// The share of pairs whose preferred one has the larger reward.
    public var accuracy: Double
  }

  /// Computes the loss and its gradients.
  ///
  /// - Parameters:
  ///   - chosen: r_c, at least one.
  ///   - rejected: r_r, as many.
  ///   - margins: m, as many, or none for 0.
  ///   - chosenGradients: Receives the derivatives with respect to r_c.
  ///   - rejectedGradients: Receives those with respect to r_r.
  public func evaluate(
    chosen: [Double], rejected: [Double], margins: [Double] = [], into chosenGradients: inout [Double],
    _ rejectedGradients: inout [Double]
  ) -> Report {
    let count = chosen.count
    precondition(
      count > 0 && rejected.count == count && (margins.isEmpty || margins.count == count)
        && chosenGradients.count >= count && rejectedGradients.count >= count,
      """
      \(count) and \(rejected.count) rewards, \(margins.count) margins, room for \(chosenGradients.count) \
      and \(rejectedGradients.count) gradients
      """)
    let n = Double(count)
    var report = Report(loss: 0, accuracy: 0)
    for k in 0..<count {
      let h = chosen[k] - rejected[k] - (margins.isEmpty ? 0 : margins[k])
      let sum = chosen[k] + rejected[k]
      report.loss += (centering * sum * sum - logSigmoid(h)) / n
      if chosen[k] > rejected[k] { report.accuracy += 1 / n }
      let slope = sigmoid(-h) / n
      let pull = 2 * centering * sum / n
      chosenGradients[k] = pull - slope
      rejectedGradients[k] = pull + slope
    }
    return report
  }
}
