import RLCore

/// Values by plain sweeps, for the tests of small models; nothing that the project's own solvers use.
struct PlainSolver {
  let model: FiniteMDP
  let gamma: Double

  /// The value of a pair under given state values.
  func value(of pair: Int, _ values: [Double]) -> Double {
    var sum = 0.0
    for k in model.outcomes(of: pair) {
      let outcome = model.outcome(k)
      sum += outcome.probability * (outcome.reward + (outcome.terminated ? 0 : gamma * values[outcome.next]))
    }
    return sum
  }

  /// Sweeps `values ← update(pair values)` in place until nothing changes by more than 1e-13 of the largest value.
  private func fixedPoint(_ update: (_ state: Int, _ pairValues: [Double]) -> Double) -> [Double] {
    var values = [Double](repeating: 0, count: model.stateCount)
    for _ in 0..<200_000 {
      var change = 0.0
      for state in 0..<model.stateCount where !model.isTerminal(state) {
        let new = update(state, model.pairs(of: state).map { value(of: $0, values) })
        change = max(change, abs(new - values[state]))
        values[state] = new
      }
      if change < 1e-13 { return values }
    }
    return values
  }

  /// V*.
  func optimalValues() -> [Double] { fixedPoint { _, values in values.max()! } }

  /// V of the policy that takes every action alike.
  func randomValues() -> [Double] { fixedPoint { _, values in values.reduce(0, +) / Double(values.count) } }

  /// V of a policy that takes one action, given by its place, in each state.
  func values(of policy: [Int]) -> [Double] { fixedPoint { state, values in values[policy[state]] } }

  /// The actions within 1e-9 of the best in each state.
  func optimalActions(_ values: [Double]) -> [[Int]] {
    (0..<model.stateCount).map { state in
      let pairs = Array(model.pairs(of: state))
      let q = pairs.map { value(of: $0, values) }
      guard let best = q.max() else { return [] }
      return pairs.indices.filter { q[$0] >= best - 1e-9 }.map { Int(model.pairActions[pairs[$0]]) }
    }
  }
}
