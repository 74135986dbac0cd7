/// What the best behaviour earns, undiscounted: what regret is counted against.
///
/// - Episodes that are cut off after `h` steps: the most that any policy, even one that counts the steps, can expect within them,
///
///       v_k(s) = max_a Σ p(s′, r|s, a) [r + v_{k−1}(s′)],   v_0 = 0,   J*_h = Σ_s p₀(s) v_h(s)     (Puterman, 1994, section 4.5)
///
/// - Episodes that end by themselves: `J*`, the optimal total reward, where it is finite.
/// - Tasks that never end: `ρ*`, the greatest average reward a step (Auer, Jaksch & Ortner, 2010), where it is the same from all states,
///   found by value iteration on steps half of which do nothing, between the bounds `min (T v − v) ≤ ρ* ≤ max (T v − v)` (Puterman, 1994,
///   sections 8.5.4 and 8.5.5).
public enum RegretBaseline: Sendable, Equatable {
  /// What an episode earns.
  case episode(Double)
  /// What a step earns.
  case step(Double)

  /// Finds the baseline.
  ///
  /// - Parameters:
  ///   - model: The task.
  ///   - timeLimit: After how many steps an episode is cut off; nil for never.
  ///   - optimum: J* at gamma 1, asked for where episodes end by themselves; nil or infinite where there is none.
  ///   - work: The most outcomes that may be looked at in sweeps.
  /// - Returns: Nil where there is none, or where it would be too dear.
  public init?(_ model: FiniteMDP, timeLimit: Int?, optimum: () -> Double?, work: Double = 2e8) {
    let sweeps = work / Double(max(1, model.outcomeCount))
    if let timeLimit {
      guard let value = Self.total(model, within: timeLimit, atMost: sweeps) else { return nil }
      self = .episode(value)
    } else if model.isContinuing {
      guard let gain = Self.gain(model, sweeps: Int(sweeps)) else { return nil }
      self = .step(gain)
    } else {
      guard let optimum = optimum(), optimum.isFinite else { return nil }
      self = .episode(optimum)
    }
  }

  /// The greatest expected total reward within a number of steps.
  private static func total(_ model: FiniteMDP, within steps: Int, atMost sweeps: Double) -> Double? {
    var sweeper = ModelSweeper(model, threads: 1)
    var done = 0
    while done < steps {
      if Double(done) > sweeps { return nil }
      let change = sweeper.sweepOptimal(gamma: 1)
      done += 1
      // Once nothing changes, nothing will.
      if change.size == 0 { break }
    }
    let values = sweeper.values
    return model.initial.reduce(0) { $0 + $1.probability * values[$1.state] }
  }

  /// The greatest average reward, to about ten digits of the largest reward; nil where its bounds do not meet.
  private static func gain(_ model: FiniteMDP, sweeps: Int) -> Double? {
    var sweeper = ModelSweeper(model, threads: 1)
    var values = [Double](repeating: 0, count: model.stateCount)
    let largest = model.expectedRewards.reduce(0) { max($0, abs($1)) }
    for _ in 0..<sweeps {
      let change = sweeper.sweepOptimal(gamma: 1)
      let size = values.reduce(0) { max($0, abs($1)) }
      if change.greatest - change.least <= 1e-11 * largest + 4e-15 * size {
        return (change.greatest + change.least) / 2
      }
      let backed = sweeper.values
      let shift = (backed[0] + values[0]) / 2
      for state in values.indices { values[state] = (values[state] + backed[state]) / 2 - shift }
      sweeper.replaceValues(with: values)
    }
    return nil
  }
}
