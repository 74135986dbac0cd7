/// A fixed policy `π(a|s)` laid out for acting: a probability and a 63-bit threshold for each slot (see ``ActionSpace``).
///
/// An action takes one word from the stream.
public struct PolicyTable: ~Copyable {
  @usableFromInline let space: ActionSpace
  @usableFromInline let width: Int
  @usableFromInline let isUniform: Bool
  @usableFromInline let counts: Table<Int32>
  @usableFromInline let probabilities: Table<Double>
  @usableFromInline let thresholds: Table<UInt64>

  /// The `policy` that prediction methods evaluate; there is no default.
  public static let parameter = Parameter<PolicySpecification>.policy(
    "policy", default: nil, "the policy to evaluate")

  /// Lays a policy out.
  ///
  /// - Parameters:
  ///   - specification: The policy as it was written.
  ///   - context: The task that it must fit.
  ///   - name: The parameter that it comes from, for messages.
  /// - Throws: ``SettingProblem`` at ".name[state]" where the policy does not fit the task.
  public init(
    _ specification: PolicySpecification, context: LearnerContext, name: String = "policy"
  ) throws(SettingProblem) {
    space = context.space
    width = space.width
    isUniform = specification == .uniform
    counts = Table(space.stateCount, repeating: 0)
    probabilities = Table(space.slotCount, repeating: 0)
    thresholds = Table(space.slotCount, repeating: 0)
    do throws(SettingProblem) {
      if let model = context.model {
        try fill(from: specification.policy(for: model), of: model)
      } else {
        try fill(from: specification)
      }
    } catch { throw SettingProblem(error.message, at: ".\(name)\(error.place)") }
  }

  private func fill(from policy: StationaryPolicy, of model: FiniteMDP) {
    for state in 0..<model.stateCount {
      let pairs = model.pairs(of: state)
      setRow(state, pairs.map { policy.probabilities[$0] })
    }
  }

  private func fill(from specification: PolicySpecification) throws(SettingProblem) {
    switch specification {
    case .uniform:
      for state in 0..<space.stateCount {
        let count = space.actions(in: state)
        setRow(state, [Double](repeating: 1 / Double(max(1, count)), count: count))
      }
    case .table(let rows):
      guard rows.count == space.stateCount else {
        throw SettingProblem("the table has \(rows.count) rows; give \(space.stateCount), one a state")
      }
      for (state, row) in rows.enumerated() {
        guard row.count == space.actions(in: state) else {
          throw SettingProblem(
            "state \(state) has \(row.count) probabilities; give \(space.actions(in: state)), one an action",
            at: "[\(state)]")
        }
        let sum = row.reduce(0, +)
        guard row.isEmpty || abs(sum - 1) <= 1e-9 else {
          throw SettingProblem("state \(state): the probabilities sum to \(sum); make them sum to 1", at: "[\(state)]")
        }
        setRow(state, row)
      }
    case .actions(let actions):
      guard actions.count == space.stateCount else {
        throw SettingProblem("the list has \(actions.count) actions; give \(space.stateCount), one a state")
      }
      for (state, action) in actions.enumerated() {
        let count = space.actions(in: state)
        guard (0..<count).contains(action) else {
          throw SettingProblem(
            "state \(state) does not offer action \(action); give one in [0, \(count))", at: "[\(state)]")
        }
        setRow(state, (0..<count).map { $0 == action ? 1 : 0 })
      }
    }
  }

  private func setRow(_ state: Int, _ row: [Double]) {
    counts[state] = Int32(row.count)
    var sum = 0.0
    for (action, probability) in row.enumerated() {
      sum += probability
      let isRest = !row[(action + 1)...].contains { $0 > 0 }
      probabilities[state * width + action] = probability
      thresholds[state * width + action] = isRest || sum >= 1 ? 1 << 63 : UInt64(sum * 0x1p63)
    }
  }

  /// `π(a|s)`.
  @inlinable @inline(__always)
  public subscript(state: Int, action: Int) -> Double { probabilities[state * width + action] }

  /// Draws an action. One word.
  @inlinable @inline(__always)
  public func action(in state: Int, using stream: inout RandomStream) -> Int {
    if isUniform { return stream.uniform(below: Int(counts[state])) }
    let word = stream.next() >> 1
    let first = state * width
    let last = Int(counts[state]) - 1
    // How many thresholds the word has passed; the last one is never passed.
    var action = 0
    if last <= 8 {
      for k in 0..<max(0, last) { action += word >= thresholds[first + k] ? 1 : 0 }
    } else {
      var above = last
      while action < above {
        let middle = (action + above) >> 1
        if word >= thresholds[first + middle] { action = middle + 1 } else { above = middle }
      }
    }
    return action
  }

  /// `Σ_a π(a|s) Q(s, a)`.
  @inlinable @inline(__always)
  public func expectation(_ q: borrowing ActionValues, in state: Int) -> Double {
    var sum = 0.0
    for action in 0..<Int(counts[state]) { sum += probabilities[state * width + action] * q[state, action] }
    return sum
  }

  /// The probability of every slot; 0 where there is no action.
  public var array: [Double] { probabilities.withEntries { Array($0) } }
}

extension PolicyTable {
  /// The importance ratios `π(a|s) / b(a|s)` of every slot, with this policy for π; 0 where it never goes.
  ///
  /// - Parameter behavior: The policy b that acts.
  /// - Throws: ``SettingProblem`` at ".behavior" where b never takes what π takes.
  public borrowing func ratios(
    to behavior: borrowing PolicyTable, _ context: LearnerContext
  ) throws(SettingProblem) -> Table<Double> {
    let ratios = Table(space.slotCount, repeating: 0.0)
    for state in 0..<space.stateCount where !context.isTerminal(state) {
      for action in 0..<space.actions(in: state) where self[state, action] > 0 {
        guard behavior[state, action] > 0 else {
          throw SettingProblem(
            "state \(state): \"policy\" takes action \(action), which \"behavior\" never takes; give it a chance",
            at: ".behavior")
        }
        ratios[state * width + action] = self[state, action] / behavior[state, action]
      }
    }
    return ratios
  }
}
