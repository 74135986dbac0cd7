import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the exact methods measure of an update.
struct AscentMeasures: Sendable {
  /// The names of ``values``.
  static let columns = ["entropy", "kl", "gradient_norm"]

  /// The mean entropy of the policy before the update, over the states as it visits them, in nats.
  private(set) var entropy = Double.nan
  /// The mean divergence of the policy after the update from the one before, `Σ_s d(s) KL(π_before ‖ π_after)`.
  private(set) var kl = Double.nan
  /// The norm of the true gradient before the update.
  private(set) var gradientNorm = Double.nan

  /// A number for each of ``columns``.
  var values: [Double] { [entropy, kl, gradientNorm] }

  /// Measures an update.
  ///
  /// - Throws: ``SettingProblem`` where some quantity is no number.
  mutating func note(
    _ exact: ExactPolicyGradient, _ solver: PolicyGradientSolver, before: [Double], after: [Double], time: Int,
    step: Double
  ) throws(SettingProblem) {
    let policy = solver.policy(before)
    entropy = exact.entropy(of: policy, in: solver.model)
    gradientNorm = exact.norm
    kl = Self.divergence(from: policy, to: solver.policy(after), visits: exact.visits, in: solver.model)
    if !gradientNorm.isFinite {
      throw SettingProblem("update \(time + 1): the gradient's norm is \(gradientNorm); make alpha smaller")
    }
    if let wrong = after.first(where: { !$0.isFinite }) {
      throw SettingProblem("update \(time + 1): a probability is \(wrong); make alpha (now \(step)) smaller")
    }
  }

  /// `Σ_s d(s) Σ_a π(a|s) ln (π(a|s) / π′(a|s))` with `d` the visits, made to sum to 1.
  static func divergence(
    from policy: StationaryPolicy, to other: StationaryPolicy, visits: [Double], in model: FiniteMDP
  ) -> Double {
    var (sum, weight) = (0.0, 0.0)
    for state in 0..<model.stateCount where visits[state] > 0 {
      var divergence = 0.0
      for pair in model.pairs(of: state) where policy.probabilities[pair] > 0 {
        divergence += policy.probabilities[pair] * log(policy.probabilities[pair] / other.probabilities[pair])
      }
      sum += visits[state] * max(0, divergence)
      weight += visits[state]
    }
    return weight > 0 ? sum / weight : 0
  }

  /// Refuses a policy that never ends, undiscounted.
  static func check(
    _ solver: PolicyGradientSolver, _ probabilities: [Double], gamma: Double
  ) throws(SettingProblem) {
    var solver = solver
    if gamma == 1 && !solver.startValue(probabilities, gamma: 1).ends {
      throw SettingProblem("undiscounted, the task may go on for ever; give gamma less than 1")
    }
  }

  func save(to writer: inout StateWriter) { for number in values { writer.write(number) } }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    entropy = try reader.number()
    kl = try reader.number()
    gradientNorm = try reader.number()
  }
}
