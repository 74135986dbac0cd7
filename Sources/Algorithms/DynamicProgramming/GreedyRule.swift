import RLCore

/// How a planner's greedy policy treats ties.
struct GreedyRule: Sendable {
  private let tieTolerance: Double
  private let ties: PlanningParameters.Ties

  init(_ settings: Settings) {
    tieTolerance = settings[PlanningParameters.tieTolerance]
    ties = settings[PlanningParameters.ties]
  }

  /// The policy that is greedy in values.
  ///
  /// - Parameters:
  ///   - actionValues: `Q` of each pair of the model.
  ///   - errorBound: The bound on the error of the values; pairs that are nearer to the best than twice that count as best.
  ///   - total: The model prepared for gamma 1, with the values of its quotient; nil below gamma 1.
  func policy(
    _ actionValues: [Double], _ model: FiniteMDP, errorBound: Double, total: (TotalRewardModel, values: [Double])?
  ) -> StationaryPolicy {
    var largest = 1.0
    for value in actionValues where value.isFinite { largest = max(largest, abs(value)) }
    // A large bound says that values are far from right, not that actions are as good as each other.
    let unknown = 2 * errorBound <= 1e-6 * largest ? 2 * errorBound : 0
    let tolerance = max(tieTolerance * largest, unknown)
    if let (total, values) = total, !total.isIdentity {
      return total.greedyPolicy(values, tolerance: tolerance, splitting: ties == .split)
    }
    if ties == .split { return StationaryPolicy(greedyIn: actionValues, tieTolerance: tolerance, of: model) }
    var pairs = [Int32](repeating: -1, count: model.stateCount)
    for state in 0..<model.stateCount {
      let all = model.pairs(of: state)
      var best = -Double.infinity
      for pair in all { best = max(best, actionValues[pair]) }
      if let least = all.first(where: { actionValues[$0] >= best - tolerance }) { pairs[state] = Int32(least) }
    }
    return StationaryPolicy(pairs: pairs, of: model)
  }
}
