/// Certifies the values of undiscounted sweeps now and then, when the last change is small enough for it to be worth while.
///
/// The certificate is that of ``TotalRewardCertificate``, on the quotient of ``TotalRewardModel``: a class has the greatest value of
/// its members. The steps `w` are found by sweeps of their own,
///
///     w(s) ← 1 + max over nearly best pairs of Σ_s′ p(s′|s, a) w(s′)
///
/// and are good enough as soon as a sweep adds less than 1/4 anywhere: then `w − P w ≥ 3/4` for those pairs. They are kept, so that the
/// next certificate starts from them.
package struct TotalRewardWatch: Sendable {
  /// The prepared model.
  package let total: TotalRewardModel
  private let sweep: BellmanSweep
  private let tolerance: Double
  private var steps: [Double]
  private var longest = 1.0
  private var nextAttempt: Double
  private var stepSweeps = 0

  /// Watches over values of a model at gamma 1.
  ///
  /// - Parameter tolerance: The bound that is asked for.
  package init(_ total: TotalRewardModel, tolerance: Double) {
    self.total = total
    self.tolerance = tolerance
    sweep = BellmanSweep(total.quotient)
    steps = [Double](repeating: 0, count: total.quotient.stateCount)
    nextAttempt = .infinity
  }

  /// The value of each class: the greatest of its members'.
  package func classValues(_ values: [Double]) -> [Double] {
    if total.isIdentity { return values }
    var result = [Double](repeating: -.infinity, count: total.quotient.stateCount)
    for state in 0..<values.count {
      let c = Int(total.classes[state])
      result[c] = total.isHopeless[state] ? 0 : max(result[c], values[state])
    }
    return result
  }

  /// A bound on `‖V − V*‖∞` over the states of finite value, or nil where this is not the time, or nothing can be certified yet.
  ///
  /// - Parameters:
  ///   - values: The values after a sweep.
  ///   - change: The largest change of the sweep.
  ///   - isLast: Whether no further sweep will change anything.
  ///   - sweeps: How many sweeps were made; the certificate takes no more than about twice as many.
  package mutating func bound(of values: () -> [Double], change: Double, isLast: Bool, sweeps: Int) -> Double? {
    guard isLast || (change * longest <= 0.75 * tolerance && change <= nextAttempt) else { return nil }
    nextAttempt = change / 2
    let given = values()
    let inner = classValues(given)
    guard let bound = certificate(of: inner, change: change, sweeps: sweeps) else { return nil }
    var most = 0.0
    for state in 0..<given.count where !total.isHopeless[state] {
      let c = Int(total.classes[state])
      most = max(most, bound.above[c] + (inner[c] - given[state]), bound.below[c] + (given[state] - inner[c]))
    }
    return most
  }

  /// How far the optimal values of the quotient may lie above and below given ones; nil where that cannot be certified.
  ///
  /// - Parameters:
  ///   - values: `V` of each state of the quotient.
  ///   - change: By how much a sweep changes them.
  ///   - sweeps: Half the number of sweeps that may be spent on it.
  package mutating func certificate(of values: [Double], change: Double, sweeps: Int) -> TotalRewardCertificate.Bound? {
    let certificate = TotalRewardCertificate(sweep, values: values)
    let excess = max(change, 4 * sweep.rounding(gamma: 1, largest: values.reduce(0) { max($0, abs($1)) }))
    var width = 4 * excess * longest
    for _ in 0..<8 {
      guard findSteps(certificate.nearlyBest(within: width), limit: 2 * sweeps + 200) else { return nil }
      longest = max(1, steps.reduce(0) { max($0, $1) })
      width = 4 * max(width, excess * longest)
      if let bound = certificate.bound(steps: steps) { return bound }
    }
    return nil
  }

  private mutating func findSteps(_ near: [Bool], limit: Int) -> Bool {
    let model = sweep.model
    for _ in 0..<limit {
      var growth = -Double.infinity
      var next = steps
      for state in 0..<model.stateCount where !model.isTerminal(state) {
        var most = 0.0
        for pair in model.pairs(of: state) where near[pair] {
          var ahead = 0.0
          for k in model.outcomes(of: pair) where model.targets[k] >= 0 {
            ahead += model.probabilities[k] * steps[Int(model.targets[k])]
          }
          most = max(most, ahead)
        }
        next[state] = 1 + most
        growth = max(growth, next[state] - steps[state])
      }
      steps = next
      if growth <= 0.25 { return true }
    }
    return false
  }
}

extension TotalRewardWatch: Checkpointable {
  /// Stores the steps and when to try next.
  package func save(to writer: inout StateWriter) {
    writer.write(steps)
    writer.write(longest)
    writer.write(nextAttempt)
  }

  /// Takes up the steps and when to try next.
  package mutating func restore(from reader: inout StateReader) throws(StateError) {
    steps = try reader.list(of: 0.0)
    guard steps.count == total.quotient.stateCount else { throw StateError("\(steps.count) steps do not fit") }
    longest = try reader.number()
    nextAttempt = try reader.number()
  }
}
