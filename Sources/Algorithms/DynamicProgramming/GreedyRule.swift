import RLCore

/// How a planner's greedy policy treats ties.
struct GreedyRule: Sendable {
  private let tieTolerance: Double
  private let ties: PlanningParameters.Ties

  init(_ settings: Settings) {
    tieTolerance = settings[PlanningParameters.tieTolerance]
    ties = settings[PlanningParameters.ties]
  }

  /// The policy that is greedy in the values of the pairs.
  func policy(_ actionValues: [Double], _ model: FiniteMDP) -> StationaryPolicy {
    var largest = 1.0
    for value in actionValues where value.isFinite { largest = max(largest, abs(value)) }
    let tolerance = tieTolerance * largest
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
