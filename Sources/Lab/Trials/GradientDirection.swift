import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whether a policy moves the way that the exact gradient points: the column `gradient_cosine`.
///
///     cos(Δh, ∇_h J),   h(o, a) = ln π(a|o) − mean_b ln π(b|o)
///
/// Δh is how far the preferences have moved since the last point, and ∇_h J the exact gradient with respect to them as they were there. A
/// softmax policy has no other preferences but for a number that all actions of a state share, and the gradient has no part in that
/// direction: so a table that was moved by one estimate of the gradient gives the cosine of just that estimate, and one that was moved
/// by many that of their sum. A network's logits move by way of its weights: its cosine is 1 only where it is free to follow.
struct GradientDirection {
  private var solver: PolicyGradientSolver
  private let gamma: Double
  /// The policy of the last point, slot by slot; empty before the first.
  private var previous: [Double] = []

  /// Nil where the model is too large for direct elimination.
  init?(_ task: PreparedTask, evaluator: PolicyEvaluator, gamma: Double) {
    guard let model = task.model,
      let solver = PolicyGradientSolver(model, observations: task.observations, evaluator: evaluator)
    else { return nil }
    self.solver = solver
    self.gamma = gamma
  }

  /// The cosine since the last point.
  ///
  /// - Parameter policy: Probabilities, pair by pair of the model.
  /// - Returns: NaN where there was no point before, nothing has moved, or there is no gradient.
  mutating func cosine(_ policy: [Double]) -> Double {
    var now = [Double](repeating: 0, count: solver.space.slotCount)
    for (pair, slot) in solver.slots.enumerated() { now[Int(slot)] = policy[pair] }
    defer { previous = now }
    guard !previous.isEmpty, previous != now, let exact = solver.evaluate(previous, gamma: gamma) else { return .nan }
    var (product, moved, norm) = (0.0, 0.0, 0.0)
    let space = solver.space
    for state in 0..<space.stateCount {
      let first = state * space.width
      let slots = first..<first + space.actions(in: state)
      // A probability that has vanished has a preference far below all others.
      let least = 1e-300
      var mean = 0.0
      for slot in slots { mean += log(max(now[slot], least) / max(previous[slot], least)) }
      mean /= Double(max(1, slots.count))
      for slot in slots {
        let step = log(max(now[slot], least) / max(previous[slot], least)) - mean
        product += step * exact.gradient[slot]
        moved += step * step
        norm += exact.gradient[slot] * exact.gradient[slot]
      }
    }
    let size = (moved * norm).squareRoot()
    return size > 0 && size.isFinite ? min(1, max(-1, product / size)) : .nan
  }

  /// Appends the policy of the last point.
  func save(to writer: inout StateWriter) { writer.write(previous) }

  /// Takes up the policy of the last point.
  mutating func restore(from reader: inout StateReader) throws(StateError) {
    let previous = try reader.list(of: 0.0)
    guard previous.isEmpty || previous.count == solver.space.slotCount else {
      throw StateError("a policy of \(previous.count) numbers for \(solver.space.slotCount) slots")
    }
    self.previous = previous
  }
}
