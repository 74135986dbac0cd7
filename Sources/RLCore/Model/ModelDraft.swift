/// A model as a file gives it, before anything is checked: what a linter looks at, and what becomes a ``FiniteMDP`` if all is well.
public struct ModelDraft: Sendable {
  /// The number of states.
  public var states: Int
  /// The number of distinct actions.
  public var actions: Int
  /// The rows of the transition table, in any order.
  public var rows: [FiniteMDP.Row]
  /// The start distribution; nil for every state with a row, all equally likely.
  public var initial: [StateProbability]?
  /// What the states are called.
  public var stateLabels: StateLabels
  /// What the actions are called; empty for numbers.
  public var actionLabels: [String]

  /// A draft with nothing checked.
  public init(
    states: Int, actions: Int, rows: [FiniteMDP.Row], initial: [StateProbability]? = nil,
    stateLabels: StateLabels = .numbered, actionLabels: [String] = []
  ) {
    self.states = states
    self.actions = actions
    self.rows = rows
    self.initial = initial
    self.stateLabels = stateLabels
    self.actionLabels = actionLabels
  }

  /// The start distribution that holds.
  public var start: [StateProbability] {
    if let initial { return initial }
    var acts = [Bool](repeating: false, count: max(0, states))
    for row in rows where acts.indices.contains(row.state) { acts[row.state] = true }
    let live = acts.indices.filter { acts[$0] }
    let begun = live.isEmpty ? Array(acts.indices) : live
    return begun.map { StateProbability(state: $0, probability: 1 / Double(begun.count)) }
  }

  /// Builds the model.
  ///
  /// - Throws: ``ModelError``, the first of ``problems(atMost:)``.
  public func model() throws(ModelError) -> FiniteMDP {
    do throws(ModelError) {
      return try FiniteMDP(
        states: states, actions: actions, transitions: rows, initial: start, stateLabels: stateLabels,
        actionLabels: actionLabels)
    } catch { throw problems(atMost: 1).first ?? error }
  }

  /// Everything that keeps the draft from being a model, in the order of states and actions.
  ///
  /// - Parameter limit: How many are looked for at most.
  public func problems(atMost limit: Int = 1000) -> [ModelError] {
    if states < 1 { return [.noStates] }
    var problems: [ModelError] = []
    let order = rows.indices.sorted { a, b in
      (rows[a].state, rows[a].action, a) < (rows[b].state, rows[b].action, b)
    }
    var place = 0
    while place < order.count && problems.count < limit {
      let (state, action) = (rows[order[place]].state, rows[order[place]].action)
      var sum = 0.0
      var isWhole = true
      let isPlaced = state >= 0 && state < states && action >= 0 && action < actions
      if state < 0 || state >= states {
        problems.append(.stateOutOfRange(state, states: states))
      } else if !isPlaced {
        problems.append(.actionOutOfRange(state: state, action: action, actions: actions))
      }
      while place < order.count, rows[order[place]].state == state, rows[order[place]].action == action {
        let outcome = rows[order[place]].outcome
        place += 1
        guard isPlaced else { continue }
        if !(outcome.probability >= 0 && outcome.probability <= 1 + 1e-9) {
          problems.append(.invalidProbability(outcome.probability, state: state, action: action))
          isWhole = false
        }
        if outcome.next < 0 || outcome.next >= states {
          problems.append(.nextStateOutOfRange(outcome.next, state: state, action: action, states: states))
        }
        if !outcome.reward.isFinite { problems.append(.invalidReward(outcome.reward, state: state, action: action)) }
        sum += outcome.probability
      }
      if isPlaced && isWhole && !(abs(sum - 1) <= 1e-9) {
        problems.append(.rowSum(sum, state: state, action: action))
      }
    }
    var sum = 0.0
    for begun in start {
      if begun.state < 0 || begun.state >= states { problems.append(.stateOutOfRange(begun.state, states: states)) }
      if !(begun.probability >= 0 && begun.probability <= 1 + 1e-9) {
        problems.append(.invalidStart(begun.probability, state: begun.state))
      }
      sum += begun.probability
    }
    if !(abs(sum - 1) <= 1e-9) { problems.append(.startSum(sum)) }
    if case .listed(let names) = stateLabels, names.count != states {
      problems.append(.labelCount("state_labels", names.count, expected: states))
    }
    if !actionLabels.isEmpty && actionLabels.count != actions {
      problems.append(.labelCount("action_labels", actionLabels.count, expected: actions))
    }
    return Array(problems.prefix(limit))
  }

  /// The draft without the rows of states that can only stay for nothing: formats that know no end of an episode write ends that way, and
  /// here a state without rows is terminal.
  public func endingAtRest() -> ModelDraft {
    var isRest = [Bool](repeating: true, count: max(0, states))
    var sums: [Int: [Int: Double]] = [:]
    for row in rows where isRest.indices.contains(row.state) {
      if row.outcome.next != row.state || row.outcome.reward != 0 {
        isRest[row.state] = false
      } else {
        sums[row.state, default: [:]][row.action, default: 0] += row.outcome.probability
      }
    }
    // What is wrong stays, and is said.
    for (state, actions) in sums where actions.values.contains(where: { !(abs($0 - 1) <= 1e-9) }) {
      isRest[state] = false
    }
    var copy = self
    copy.rows.removeAll { isRest.indices.contains($0.state) && isRest[$0.state] && $0.outcome.probability > 0 }
    return copy
  }
}
