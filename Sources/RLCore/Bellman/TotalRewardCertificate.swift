/// Checks bounds on undiscounted optimal values: from values `v` and steps `w`, the smallest `c` for which `v + c w` cannot be too small
/// and `v − c′ w` cannot be too large (see ``OptimalSearch/errorBound()``).
package struct TotalRewardCertificate {
  private let sweep: BellmanSweep
  private let values: [Double]
  private let actionValues: [Double]
  private let best: [Double]
  private let largest: Double

  /// - Parameter values: `v`, finite, of a model in which every state has a policy that ends and no policy that does not end is worth
  ///   anything.
  package init(_ sweep: BellmanSweep, values: [Double]) {
    self.sweep = sweep
    self.values = values
    actionValues = sweep.actionValues(of: values, gamma: 1)
    let model = sweep.model
    best = (0..<model.stateCount).map { [actionValues] state in
      model.pairs(of: state).reduce(-Double.infinity) { max($0, actionValues[$1]) }
    }
    largest = values.reduce(0) { max($0, abs($1)) }
  }

  /// The pairs whose value is within a distance of the best of their state.
  package func nearlyBest(within distance: Double) -> [Bool] {
    let model = sweep.model
    var result = [Bool](repeating: false, count: model.pairCount)
    for state in 0..<model.stateCount {
      for pair in model.pairs(of: state) { result[pair] = actionValues[pair] >= best[state] - distance }
    }
    return result
  }

  /// How far the optimal values may lie above and below.
  package struct Bound: Sendable {
    /// `V* ≤ v + above`, by state.
    package let above: [Double]
    /// `V* ≥ v − below`, by state.
    package let below: [Double]

    /// The largest distance.
    package func error(_ values: [Double]) -> Double {
      var most = 0.0
      for state in above.indices { most = max(most, above[state], below[state]) }
      return most
    }
  }

  /// Checks the bounds.
  ///
  /// - Parameter steps: `w ≥ 0`, 0 at terminal states.
  /// - Returns: nil where `w` does not certify anything.
  package func bound(steps: [Double]) -> Bound? {
    let model = sweep.model
    let rounding = 2 * sweep.rounding(gamma: 1, largest: largest)
    let longest = steps.reduce(0) { max($0, $1) }
    let ulps = 64 * Double.ulpOfOne
    var above = 0.0
    var below = 0.0
    for state in 0..<model.stateCount where !model.isTerminal(state) {
      var chosen = Double.infinity
      for pair in model.pairs(of: state) {
        let excess = actionValues[pair] - values[state] + rounding
        let drop = self.drop(pair, state, steps, ulps)
        if drop > 0 {
          if excess > 0 { above = max(above, excess / drop) }
          // The lower bound needs one pair a state with w(s) > Σ p w.
          let lack = values[state] - actionValues[pair] + rounding
          chosen = min(chosen, max(0, lack) / drop)
        } else if excess > 0 {
          return nil
        }
      }
      below = max(below, chosen)
    }
    above *= 1 + ulps
    below *= 1 + ulps
    guard above.isFinite && below.isFinite && longest.isFinite else { return nil }
    for state in 0..<model.stateCount {
      for pair in model.pairs(of: state) {
        let drop = self.drop(pair, state, steps, ulps)
        if drop <= 0 && actionValues[pair] - values[state] + rounding > above * drop { return nil }
      }
    }
    return Bound(
      above: steps.map { above * $0 * (1 + ulps) + rounding }, below: steps.map { below * $0 * (1 + ulps) + rounding })
  }

  /// `w(s) − Σ p w`, rounded down.
  private func drop(_ pair: Int, _ state: Int, _ steps: [Double], _ ulps: Double) -> Double {
    let model = sweep.model
    var ahead = 0.0
    for k in model.outcomes(of: pair) where model.targets[k] >= 0 {
      ahead += model.probabilities[k] * steps[Int(model.targets[k])]
    }
    return steps[state] - ahead - ulps * (steps[state] + ahead)
  }
}
