import RLCore

/// How good a submission is, exactly.
struct Grade {
  /// One state's verdict.
  struct Verdict {
    let state: Int
    let isRight: Bool
    let given: String
    let wanted: String
  }

  let solution: OptimalSolution
  /// How far a value may be off, in units of return.
  let tolerance: Double
  private(set) var verdicts: [Verdict] = []
  /// The greatest error of a value, where values were handed in; NaN and infinities count as infinite.
  private(set) var greatestError: Double?
  /// J of the policy, where one was handed in: nil where it may not end, undiscounted.
  private(set) var startValue: Double?
  private(set) var isPolicy = false

  private var model: FiniteMDP { solution.model }

  /// Grades values or a policy. States without an action are not part of it; what is missing is wrong.
  init(_ submission: Submission, solution: OptimalSolution, tolerance: Double) {
    self.solution = solution
    self.tolerance = tolerance
    switch submission {
    case .values(let values): grade(values)
    case .policy(let policy): grade(policy)
    }
  }

  /// The share of states that are right, in `[0, 1]`.
  var score: Double {
    verdicts.isEmpty ? 1 : Double(verdicts.count { $0.isRight }) / Double(verdicts.count)
  }

  private mutating func grade(_ values: [Int: Double]) {
    var greatest = 0.0
    for state in 0..<model.stateCount where !model.isTerminal(state) {
      let wanted = solution.values[state]
      let given = values[state]
      let error = given.map { $0 == wanted ? 0 : abs($0 - wanted) } ?? .infinity
      greatest = max(greatest, error.isNaN ? .infinity : error)
      verdicts.append(
        .init(
          state: state, isRight: error <= tolerance, given: given.map { RunSummary.six($0) } ?? "missing",
          wanted: RunSummary.six(wanted)))
    }
    greatestError = greatest
  }

  private mutating func grade(_ policy: [Int: [Int: Double]]) {
    isPolicy = true
    let tolerance = solution.tieTolerance
    var probabilities = [Double](repeating: 0, count: model.pairCount)
    var isWhole = true
    for state in 0..<model.stateCount where !model.isTerminal(state) {
      let optimal = solution.optimalActions(of: state, tolerance: tolerance)
      let wanted = optimal.map { model.actionLabels[$0] }.joined(separator: " or ")
      guard let row = policy[state], !row.isEmpty else {
        verdicts.append(.init(state: state, isRight: false, given: "missing", wanted: wanted))
        isWhole = false
        continue
      }
      let chosen = row.keys.sorted().filter { row[$0]! > 0 }
      let sum = chosen.reduce(0) { $0 + row[$1]! }
      var isOffered = abs(sum - 1) <= 1e-6
      for action in chosen {
        if let pair = model.pairs(of: state).first(where: { Int(model.pairActions[$0]) == action }) {
          probabilities[pair] = row[action]! / sum
        } else {
          isOffered = false
        }
      }
      if !isOffered { isWhole = false }
      let given = chosen.map { action in
        model.actionLabels[action] + (row[action]! == 1 ? "" : " \(RunSummary.plain(row[action]!))")
      }
      verdicts.append(
        .init(
          state: state, isRight: isOffered && chosen.allSatisfy(optimal.contains),
          given: given.joined(separator: ", ") + (isOffered ? "" : " (no policy)"), wanted: wanted))
    }
    guard isWhole else { return }
    var evaluator = PolicyEvaluator(model)
    let start = evaluator.startValue(of: StationaryPolicy(unchecked: probabilities), gamma: solution.gamma)
    if start.ends || solution.gamma < 1 { startValue = start.value }
  }

  /// The verdict for people.
  var text: String {
    let right = verdicts.count { $0.isRight }
    var lines = ["\(right) of \(verdicts.count) states are right: \(RunSummary.plain(100 * score)) %"]
    if let greatestError {
      lines.append(
        "greatest error of a value: \(RunSummary.plain(greatestError)) (tolerance \(RunSummary.plain(tolerance)))")
    }
    if isPolicy {
      let mine = startValue.map { RunSummary.six($0) } ?? "none, for the policy is not complete or may never end"
      lines.append("value from the start: \(mine); the best is \(RunSummary.six(solution.startValue))")
    }
    for verdict in verdicts.filter({ !$0.isRight }).prefix(30) {
      lines.append(
        "  state \(UpdateFormula.name(verdict.state, model)): \(verdict.given), right is \(verdict.wanted)")
    }
    if verdicts.count - right > 30 { lines.append("  … \(verdicts.count - right - 30) more") }
    return lines.joined(separator: "\n")
  }

  /// The verdict for programs.
  var json: Setting {
    .object([
      .init("score", .real(score)), .init("kind", .text(isPolicy ? "policy" : "values")),
      .init("states", .integer(verdicts.count)), .init("right", .integer(verdicts.count { $0.isRight })),
      .init("gamma", .real(solution.gamma)),
      .init("greatest_error", greatestError.map(Setting.real) ?? .null),
      .init("start_value", startValue.map(Setting.real) ?? .null),
      .init("optimal_start_value", .real(solution.startValue)),
      .init("wrong_states", .list(verdicts.filter { !$0.isRight }.map { .integer($0.state) })),
    ])
  }
}
