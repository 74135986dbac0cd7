import RLCore

/// Least-squares TD prediction: keeps the equations whose solution TD approaches, and solves them.
///
///     A = ε I + Σ z_t (x_t − γ x_{t+1})ᵀ,   b = Σ R_{t+1} z_t,   z_t = γλ z_{t−1} + x_t
///     V = A⁻¹ b                                      Sutton & Barto (2018), section 9.8, box; Bradtke & Barto (1996); Boyan (1999) for λ
///
/// with one feature a state. `A⁻¹` is kept by the formula of Sherman and Morrison. With λ = 0 and ε near 0 it is batch TD, with λ = 1 batch
/// Monte Carlo: most data-efficient, with no step size. A truncated episode bootstraps from the state that it was cut off in.
///
/// A step costs `n²` operations for `n` states; at most 2000 are allowed.
public struct LeastSquaresTD: TabularLearner, ~Copyable {
  static let regularization = Parameter<Double>.real(
    "regularization", symbol: "ε", default: 1e-3, in: .positive, "what the diagonal of A starts with")
  static let lambda = ControlParameters.lambda.with(default: .integer(0))

  /// What configurations and readers see.
  public static let about = About(
    id: "lstd", summary: "prediction: least-squares TD(λ), which solves the equations that TD approaches",
    source: "Bradtke & Barto (1996); Boyan (1999); Sutton & Barto (2018), section 9.8",
    equation: "V = A⁻¹ b;  A = ε I + Σ z (x − γ x′)ᵀ,  b = Σ R z",
    parameters: [
      PolicyTable.parameter.declaration, ControlParameters.gamma.declaration, lambda.declaration,
      regularization.declaration,
    ])

  /// The discount rate γ.
  public let gamma: Double
  private let lambda: Double
  @usableFromInline let policy: PolicyTable
  private let count: Int
  private var inverse: Table<Double>
  private var b: Table<Double>
  private var z: Table<Double>
  private let column: Table<Double>
  private let row: Table<Double>

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    let states = try BatchTD.count(context, for: Self.id)
    policy = try PolicyTable(settings[PolicyTable.parameter], context: context)
    count = states
    gamma = settings[ControlParameters.gamma]
    lambda = settings[Self.lambda]
    inverse = Table(states * states, repeating: 0)
    for state in 0..<states { inverse[state * states + state] = 1 / settings[Self.regularization] }
    b = Table(states, repeating: 0)
    z = Table(states, repeating: 0)
    column = Table(states, repeating: 0)
    row = Table(states, repeating: 0)
  }

  /// Takes a step into the equations.
  public mutating func update(_ t: Transition) {
    let n = count
    for s in 0..<n { z[s] *= gamma * lambda }
    z[t.state] += 1
    // column = A⁻¹ z,  row = (x − γ x′)ᵀ A⁻¹
    for i in 0..<n {
      var sum = 0.0
      if lambda == 0 {
        sum = inverse[i * n + t.state]
      } else {
        for j in 0..<n { sum += inverse[i * n + j] * z[j] }
      }
      column[i] = sum
    }
    for j in 0..<n {
      row[j] = inverse[t.state * n + j] - (t.terminated ? 0 : gamma * inverse[t.next * n + j])
    }
    var scale = 1 + column[t.state] - (t.terminated ? 0 : gamma * column[t.next])
    // Without λ the scale is at least 1 − γ in exact arithmetic; with it, A may be singular for a moment: then the step is left out.
    if abs(scale) > 1e-12 {
      scale = 1 / scale
      for i in 0..<n where column[i] != 0 {
        let factor = scale * column[i]
        for j in 0..<n { inverse[i * n + j] -= factor * row[j] }
      }
      for s in 0..<n { b[s] += t.reward * z[s] }
    }
    if t.isLast { z.fill(with: 0) }
  }

  /// The state values, `A⁻¹ b`.
  public var values: [Double] {
    (0..<count).map { i in
      var sum = 0.0
      for j in 0..<count { sum += inverse[i * count + j] * b[j] }
      return sum
    }
  }

  /// Begins an episode.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    policy.action(in: state, using: &stream)
  }

  /// Learns from a step, then follows the policy.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t)
    return t.isLast ? 0 : policy.action(in: t.next, using: &stream)
  }

  /// The state values, and the policy that is evaluated.
  public func report(into report: inout LearnerReport) {
    report.stateValues = values
    report.targetPolicy = policy.array
  }

  /// Appends the equations.
  public func save(to writer: inout StateWriter) {
    inverse.save(to: &writer)
    b.save(to: &writer)
    z.save(to: &writer)
  }

  /// Takes up the equations.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try inverse.restore(from: &reader)
    try b.restore(from: &reader)
    try z.restore(from: &reader)
  }
}
