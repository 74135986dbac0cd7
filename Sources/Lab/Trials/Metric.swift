/// The columns of learning curves, in the order in which they are written.
public enum Metric: String, Sendable, CaseIterable {
  case episodeReturn = "return"
  case length
  case reward
  case evaluationReturn = "evaluation_return"
  case evaluationStd = "evaluation_std"
  case valueError = "value_error"
  case optimalityGap = "optimality_gap"
  case behaviorGap = "behavior_gap"
  case optimalAction = "optimal_action"
  case regret
  case residual
  case errorBound = "error_bound"
  case statesChanged = "states_changed"
  case averageReward = "average_reward"
  case policyLoss = "policy_loss"
  case valueLoss = "value_loss"
  case entropy
  case kl
  case clipFraction = "clip_fraction"
  case explainedVariance = "explained_variance"
  case gradientNorm = "gradient_norm"
  case gradientCosine = "gradient_cosine"
  case rewardStd = "reward_std"
  case zeroSignalGroups = "zero_signal_groups"
  case referenceKL = "reference_kl"
  case agreement
  case targetBias = "target_bias"
  case targetVariance = "target_variance"
  case optimumKL = "optimum_kl"
  case optimumKLReverse = "optimum_kl_reverse"
  case regularizedGap = "regularized_gap"
  case trueReturn = "true_return"
  case proxyReturn = "proxy_return"
  case rewardLoss = "reward_loss"
  case preferenceAccuracy = "preference_accuracy"
  case rewardMargin = "reward_margin"
  case exactMatch = "exact_match"
  case heldOutMatch = "held_out_match"
  case rightLength = "right_length"
  case wrongLength = "wrong_length"
  case bestReturn = "best_return"
  case divergenceBound = "kl_bound"

  /// Whether less is better.
  public var lessIsBetter: Bool {
    switch self {
    case .length, .valueError, .optimalityGap, .behaviorGap, .regret, .residual, .errorBound, .evaluationStd,
      .policyLoss, .valueLoss, .kl, .clipFraction, .gradientNorm, .zeroSignalGroups, .referenceKL, .statesChanged,
      .targetBias, .targetVariance, .optimumKL, .optimumKLReverse, .regularizedGap, .rewardLoss, .rightLength,
      .wrongLength:
      true
    default: false
    }
  }
}
