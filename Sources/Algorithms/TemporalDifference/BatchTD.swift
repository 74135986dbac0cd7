import RLCore

/// Batch TD(0) prediction: after every episode, what one-step TD would settle at if all experience so far were presented to it again and again.
///
///     V(s) = 1/N(s) Σ [R + γ V(S′)]   over all N(s) steps from s so far           Sutton & Barto (2018), sections 6.3 and 6.4
///
/// These are the true values of the process that was seen: the certainty-equivalence estimate (Sutton, 1988). The equations are solved by
/// elimination, so there is no step size, and nothing depends on the order of presentation. A state from which nothing was seen
/// keeps its value. Without discounting, states that have only been seen to lead to each other leave one equation too few: one of them
/// keeps its value, and the others follow from it. A truncated episode leaves out what did not happen.
///
/// An episode costs up to `m³` operations for the `m` states seen so far; at most 2000 states are allowed.
public struct BatchTD: TabularLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "batch-td", summary: "prediction: what TD settles at on all experience so far (certainty equivalence)",
    source: "Sutton (1988); Sutton & Barto (2018), sections 6.3 and 6.4",
    equation: "V(s) = Σ [R + γ V(S′)] / N(s)",
    parameters: [
      PolicyTable.parameter.declaration, ControlParameters.gamma.declaration,
      PredictionParameters.initialValue.declaration,
    ])

  /// The number of states, where it is not too large for a dense system of equations.
  static func count(_ context: LearnerContext, for id: String) throws(SettingProblem) -> Int {
    let (states, most) = (context.space.stateCount, 2000)
    guard states <= most else {
      throw SettingProblem("\"\(id)\" is for at most \(most) states, and this task has \(states); choose \"td\"")
    }
    return states
  }

  /// The discount rate γ.
  public let gamma: Double
  /// The state values.
  public var v: StateValues
  @usableFromInline let policy: PolicyTable
  @usableFromInline var model: EmpiricalModel
  private let places: Table<Int>

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    let states = try Self.count(context, for: Self.id)
    policy = try PolicyTable(settings[PolicyTable.parameter], context: context)
    gamma = settings[ControlParameters.gamma]
    v = StateValues(context, initial: settings[PredictionParameters.initialValue])
    model = EmpiricalModel(entries: states)
    places = Table(states, repeating: -1)
  }

  /// Solves for the values of all states seen so far.
  public mutating func solve() {
    var seen: [Int] = []
    for state in 0..<v.count where model.visits[state] > 0 {
      places[state] = seen.count
      seen.append(state)
    }
    let m = seen.count
    // Rows of (1 − γP) V = r, with what is known of the rest on the right.
    var matrix = [Double](repeating: 0, count: m * (m + 1))
    for (row, state) in seen.enumerated() {
      let first = row * (m + 1)
      let share = gamma / Double(model.visits[state])
      matrix[first + row] = 1
      matrix[first + m] = model.reward(state)
      model.forEachOutcome(of: state) { next, count in
        if next < 0 { return }
        if places[next] >= 0 {
          matrix[first + places[next]] -= share * Double(count)
        } else {
          matrix[first + m] += share * Double(count) * v[next]
        }
      }
    }
    eliminate(&matrix, m, seen)
    for state in seen { places[state] = -1 }
  }

  /// Elimination without exchanges: the matrix is an M-matrix, whose pivots are positive unless it is singular.
  private func eliminate(_ matrix: inout [Double], _ m: Int, _ seen: [Int]) {
    let columns = m + 1
    matrix.withUnsafeMutableBufferPointer { a in
      for pivot in 0..<m {
        let row = a.baseAddress! + pivot * columns
        if row[pivot] < 1e-12 {
          // The states seen form a class without an exit, and one equation says nothing.
          for k in 0..<m { row[k] = k == pivot ? 1 : 0 }
          row[m] = v[seen[pivot]]
        }
        for below in pivot + 1..<max(pivot + 1, m) {
          let other = a.baseAddress! + below * columns
          if other[pivot] == 0 { continue }
          let factor = other[pivot] / row[pivot]
          for k in pivot..<columns { other[k] -= factor * row[k] }
        }
      }
      for pivot in stride(from: m - 1, through: 0, by: -1) {
        let row = a.baseAddress! + pivot * columns
        var value = row[m]
        for k in pivot + 1..<max(pivot + 1, m) { value -= row[k] * v[seen[k]] }
        v[seen[pivot]] = value / row[pivot]
      }
    }
  }

  /// Begins an episode.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    policy.action(in: state, using: &stream)
  }

  /// Keeps a step, solves at the episode's end, and follows the policy.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    model.observe(t.state, reward: t.reward, next: t.terminated ? nil : t.next)
    if t.isLast {
      solve()
      return 0
    }
    return policy.action(in: t.next, using: &stream)
  }

  /// Learns when an episode is over.
  public static var learnsAtEnd: Bool { true }

  /// The state values, and the policy that is evaluated.
  public func report(into report: inout LearnerReport) { report.fill(v, policy) }

  /// Appends the values and what has been seen.
  public func save(to writer: inout StateWriter) {
    v.save(to: &writer)
    model.save(to: &writer)
  }

  /// Takes up the values and what has been seen.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try v.restore(from: &reader)
    try model.restore(from: &reader)
  }
}
