/// The optimal values of a finite model, for any discount in `[0, 1]`: the ground truth beside learning curves.
///
///     v*(s) = max_a [r(s, a) + γ Σ_s′ p(s′|s, a) v*(s′)]      Sutton & Barto (2018), eq. 3.19
///
/// Policy iteration with exact evaluation (Howard, 1960; Puterman, 1994, sec. 6.4), begun from the greedy policy of a few sweeps.
/// At gamma 1 it works on the ``TotalRewardModel`` from a policy that ends, and so passes through policies that end alone. Models too
/// entangled for elimination are solved by sweeps.
public struct OptimalSolution: Sendable {
  /// The model.
  public let model: FiniteMDP
  /// The discount factor.
  public let gamma: Double
  /// `V*(s)`, `stateCount` entries, 0 at terminal states; −∞ where, undiscounted, no policy ends and staying costs.
  public let values: [Double]
  /// `Q*(s, a)` of each pair.
  public let actionValues: [Double]
  /// An optimal pair of each state, −1 at terminal states; together they make a policy whose value is V*, which undiscounted ends with
  /// probability 1 or stays where that pays nothing and nothing better is left.
  public let pairs: [Int32]
  /// `J*`, the optimal value from the start distribution.
  public let startValue: Double
  /// A certified bound on the error of every finite value, rounding included.
  public let errorBound: Double

  /// Solves a model.
  ///
  /// - Parameters:
  ///   - gamma: The discount factor, in `[0, 1]`.
  ///   - evaluator: An evaluator of the same model, if one is at hand; saves the planning.
  /// - Throws: ``PlanningError`` where values are infinite.
  public init(_ model: FiniteMDP, gamma: Double, evaluator: PolicyEvaluator? = nil) throws(PlanningError) {
    precondition(gamma >= 0 && gamma <= 1, "gamma \(gamma) is not in [0, 1]")
    self.model = model
    self.gamma = gamma
    if gamma < 1 {
      var search = OptimalSearch(evaluator ?? PolicyEvaluator(model), gamma: gamma)
      search.warmUp()
      _ = search.solve()
      values = search.values
      pairs = search.pairs
      errorBound = search.errorBound()
    } else {
      let total = try TotalRewardModel(model)
      let inner = total.isIdentity ? evaluator ?? PolicyEvaluator(model) : PolicyEvaluator(total.quotient)
      var search = OptimalSearch(inner, gamma: 1, pairs: total.properPairs)
      search.warmUp()
      if let state = search.solve() { throw total.payingLoop(at: state) }
      values = total.lift(search.values)
      pairs = total.lift(pairs: search.pairs)
      errorBound = search.errorBound()
    }
    actionValues = BellmanSweep(model).actionValues(of: values, gamma: gamma)
    startValue = model.initial.reduce(0) { [values] in $0 + $1.probability * values[$1.state] }
  }

  /// Within how much of the best an action is called optimal, too: 1e-9 of the largest finite value's size, at least 1e-9; in units of return.
  public var tieTolerance: Double { 1e-9 * values.reduce(1) { $1.isFinite ? max($0, abs($1)) : $0 } }

  /// The optimal pairs of a state: those whose value is within a tolerance of the best.
  ///
  /// - Parameter tolerance: Absolute, in units of return.
  public func optimalPairs(of state: Int, tolerance: Double = 1e-9) -> [Int] {
    let all = model.pairs(of: state)
    let best = all.reduce(-Double.infinity) { max($0, actionValues[$1]) }
    return all.filter { actionValues[$0] >= best - tolerance }
  }

  /// The numbers of the optimal actions of a state, rising.
  ///
  /// - Parameter tolerance: Absolute, in units of return.
  public func optimalActions(of state: Int, tolerance: Double = 1e-9) -> [Int] {
    optimalPairs(of: state, tolerance: tolerance).map { Int(model.pairActions[$0]) }
  }

  /// Whether each pair is optimal, `pairCount` entries.
  ///
  /// - Parameter tolerance: Absolute, in units of return.
  public func isOptimal(tolerance: Double = 1e-9) -> [Bool] {
    var result = [Bool](repeating: false, count: model.pairCount)
    for state in 0..<model.stateCount {
      for pair in optimalPairs(of: state, tolerance: tolerance) { result[pair] = true }
    }
    return result
  }

  /// An optimal policy: ``pairs``.
  public var policy: StationaryPolicy { StationaryPolicy(pairs: pairs, of: model) }
}
