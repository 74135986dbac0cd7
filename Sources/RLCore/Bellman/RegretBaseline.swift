/// What the best behaviour earns, undiscounted: what regret is counted against.
///
/// - Episodes that are cut off after `h` steps: the most that any policy, even one that counts the steps, can expect within them,
///
///       v_k(s) = max_a Σ p(s′, r|s, a) [r + v_{k−1}(s′)],   v_0 = 0,   J*_h = Σ_s p₀(s) v_h(s)     (Puterman, 1994, section 4.5)
///
/// - Episodes that end by themselves: `J*`, the optimal total reward, where it is finite.
/// - Tasks that never end: `ρ*`, the greatest average reward a step from the start (Auer, Jaksch & Ortner, 2010). It is that of a policy which
///   is optimal for a discount close to 1 (Blackwell, 1962). From `e J_{1−e} = ρ + e h + O(e²)` for e and 2e follows
///   `ρ = 2 e (J_{1−e} − J_{1−2e}) + O(e²)`.
public enum RegretBaseline: Sendable, Equatable {
  /// What an episode earns.
  case episode(Double)
  /// What a step earns.
  case step(Double)

  /// Finds the baseline.
  ///
  /// - Parameters:
  ///   - evaluator: An evaluator of the task's model, which solves directly.
  ///   - timeLimit: After how many steps an episode is cut off; nil for never.
  ///   - optimum: J* at gamma 1, asked for where episodes end by themselves; nil or infinite where there is none.
  ///   - work: The most outcomes that may be looked at, or multiplications that an evaluation may take.
  /// - Returns: Nil where there is none, or where it would be too dear.
  public init?(
    _ evaluator: inout PolicyEvaluator, timeLimit: Int?, optimum: () -> Double?, work: Double = 1e8
  ) {
    let model = evaluator.model
    if let timeLimit {
      let sweeps = min(100_000, work / Double(max(1, model.outcomeCount)))
      if let value = Self.total(model, within: timeLimit, atMost: sweeps) {
        self = .episode(value)
      } else if !model.isContinuing, let optimum = optimum(), optimum.isFinite {
        // So late a limit makes no difference where episodes end by themselves.
        self = .episode(optimum)
      } else {
        return nil
      }
    } else if model.isContinuing {
      guard evaluator.isDirect, evaluator.operationCount <= work else { return nil }
      guard let gain = Self.gain(&evaluator) else { return nil }
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

  /// The greatest average reward, to about ten digits of the largest reward.
  private static func gain(_ evaluator: inout PolicyEvaluator) -> Double? {
    guard let policy = (try? OptimalSolution(evaluator.model, gamma: 1 - 1e-6, evaluator: evaluator))?.policy else {
      return nil
    }
    let e = 0x1p-26
    let near = evaluator.startValue(of: policy, gamma: 1 - e).value
    let far = evaluator.startValue(of: policy, gamma: 1 - 2 * e).value
    return 2 * e * (near - far)
  }
}
