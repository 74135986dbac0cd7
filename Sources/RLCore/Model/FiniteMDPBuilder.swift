/// Builds a ``FiniteMDP`` row by row, and checks it.
///
///     var builder = FiniteMDPBuilder(states: 2, actions: 1)
///     builder.addPair(state: 0, action: 0)
///     builder.addOutcome(probability: 1, next: 1, reward: -1, terminated: true)
///     let model = try builder.build(initial: [.init(state: 0, probability: 1)])
///
/// Pairs are added in rising order of state, then action; their outcomes directly after them. A state that gets no pair is
/// terminal. Use ``FiniteMDP/init(states:actions:transitions:initial:stateLabels:actionLabels:)`` for rows in any order.
public struct FiniteMDPBuilder {
  private let stateCount: Int
  private let actionCount: Int
  private var pairStates: [Int32] = []
  private var pairActions: [Int32] = []
  private var outcomeOffsets: [Int32] = []
  private var probabilities: [Double] = []
  private var targets: [Int32] = []
  private var rewards = RewardColumn()
  private var firstError: ModelError?

  /// - Parameters:
  ///   - states: The number of states.
  ///   - actions: The number of distinct actions.
  ///   - outcomes: How many outcomes are to be expected, so that large models are laid down without moving.
  public init(states: Int, actions: Int, expectedPairs: Int = 0, expectedOutcomes: Int = 0) {
    stateCount = states
    actionCount = actions
    pairStates.reserveCapacity(expectedPairs)
    pairActions.reserveCapacity(expectedPairs)
    outcomeOffsets.reserveCapacity(expectedPairs + 1)
    probabilities.reserveCapacity(expectedOutcomes)
    targets.reserveCapacity(expectedOutcomes)
    rewards.reserveCapacity(expectedOutcomes)
  }

  /// Begins the next pair; outcomes that are added from here on belong to it.
  public mutating func addPair(state: Int, action: Int) {
    if state < 0 || state >= stateCount {
      note(.stateOutOfRange(state, states: stateCount))
      return
    }
    if action < 0 || action >= actionCount {
      note(.actionOutOfRange(state: state, action: action, actions: actionCount))
      return
    }
    if let last = pairStates.last, let lastAction = pairActions.last {
      if Int(last) > state || (Int(last) == state && Int(lastAction) >= action) {
        note(.pairOutOfOrder(state: state, action: action))
        return
      }
    }
    outcomeOffsets.append(Int32(truncatingIfNeeded: probabilities.count))
    pairStates.append(Int32(state))
    pairActions.append(Int32(action))
  }

  /// Adds an outcome to the pair begun last. An outcome of probability 0 is left out.
  public mutating func addOutcome(probability: Double, next: Int, reward: Double, terminated: Bool = false) {
    guard let state = pairStates.last, let action = pairActions.last else {
      preconditionFailure("addOutcome before addPair")
    }
    if !(probability >= 0 && probability <= 1 + 1e-9) {
      note(.invalidProbability(probability, state: Int(state), action: Int(action)))
    } else if next < 0 || next >= stateCount {
      note(.nextStateOutOfRange(next, state: Int(state), action: Int(action), states: stateCount))
    } else if !reward.isFinite {
      note(.invalidReward(reward, state: Int(state), action: Int(action)))
    } else if probability > 0 {
      probabilities.append(probability)
      targets.append(terminated ? ~Int32(next) : Int32(next))
      rewards.append(reward)
    }
  }

  private mutating func note(_ error: ModelError) {
    if firstError == nil { firstError = error }
  }

  /// Checks everything and gives the model.
  ///
  /// - Parameters:
  ///   - initial: The start distribution; sums to 1 within 1e-9.
  ///   - stateLabels: What the states are called.
  ///   - actionLabels: What the actions are called; empty for numbers.
  /// - Throws: ``ModelError``, with the state and action where something is wrong.
  public consuming func build(
    initial: [StateProbability], stateLabels: StateLabels = .numbered, actionLabels: [String] = []
  ) throws(ModelError) -> FiniteMDP {
    if let firstError { throw firstError }
    if stateCount < 1 { throw .noStates }
    if probabilities.count > Int(Int32.max) - 1 { throw .tooLarge(outcomes: probabilities.count) }
    outcomeOffsets.append(Int32(probabilities.count))
    var expected = [Double](repeating: 0, count: pairActions.count)
    for pair in 0..<pairActions.count {
      var sum = 0.0
      var reward = 0.0
      for k in Int(outcomeOffsets[pair])..<Int(outcomeOffsets[pair + 1]) {
        sum += probabilities[k]
        reward += probabilities[k] * rewards[k]
      }
      if !(abs(sum - 1) <= 1e-9) {
        throw .rowSum(sum, state: Int(pairStates[pair]), action: Int(pairActions[pair]))
      }
      expected[pair] = reward
    }
    var offsets = [Int32](repeating: 0, count: stateCount + 1)
    for state in pairStates { offsets[Int(state) + 1] += 1 }
    for state in 0..<stateCount { offsets[state + 1] += offsets[state] }
    return FiniteMDP(
      stateCount: stateCount, actionCount: actionCount, pairOffsets: offsets, pairActions: pairActions,
      outcomeOffsets: outcomeOffsets, probabilities: probabilities, targets: targets, rewards: rewards,
      expectedRewards: expected, initial: try checked(initial), stateLabels: try checked(stateLabels),
      actionLabels: try checked(actionLabels))
  }

  private func checked(_ initial: [StateProbability]) throws(ModelError) -> [StateProbability] {
    var sum = 0.0
    for start in initial {
      if start.state < 0 || start.state >= stateCount { throw .stateOutOfRange(start.state, states: stateCount) }
      if !(start.probability >= 0 && start.probability <= 1 + 1e-9) {
        throw .invalidStart(start.probability, state: start.state)
      }
      sum += start.probability
    }
    if !(abs(sum - 1) <= 1e-9) { throw .startSum(sum) }
    var merged: [StateProbability] = []
    for start in initial.filter({ $0.probability > 0 }).sorted(by: { $0.state < $1.state }) {
      if let last = merged.last, last.state == start.state {
        merged[merged.count - 1] = .init(state: last.state, probability: last.probability + start.probability)
      } else {
        merged.append(start)
      }
    }
    return merged
  }

  private func checked(_ labels: StateLabels) throws(ModelError) -> StateLabels {
    if case .listed(let names) = labels, names.count != stateCount {
      throw .labelCount("state_labels", names.count, expected: stateCount)
    }
    return labels
  }

  private func checked(_ labels: [String]) throws(ModelError) -> [String] {
    if labels.isEmpty { return (0..<actionCount).map { "\($0)" } }
    if labels.count != actionCount { throw .labelCount("action_labels", labels.count, expected: actionCount) }
    return labels
  }
}

extension FiniteMDP {
  /// One row of a transition table, in any order.
  public struct Row: Sendable {
    /// The state that the row belongs to.
    public let state: Int
    /// The action that the row belongs to.
    public let action: Int
    /// What happens.
    public let outcome: Outcome

    /// One row of a transition table.
    public init(state: Int, action: Int, outcome: Outcome) {
      self.state = state
      self.action = action
      self.outcome = outcome
    }
  }

  /// Builds a model from rows in any order; the outcomes of a pair keep the order in which they stand.
  ///
  /// - Throws: ``ModelError``, with the state and action where something is wrong.
  public init(
    states: Int, actions: Int, transitions: [Row], initial: [StateProbability],
    stateLabels: StateLabels = .numbered, actionLabels: [String] = []
  ) throws(ModelError) {
    let order = transitions.indices.sorted { a, b in
      let (x, y) = (transitions[a], transitions[b])
      return (x.state, x.action, a) < (y.state, y.action, b)
    }
    var builder = FiniteMDPBuilder(states: states, actions: actions, expectedOutcomes: transitions.count)
    var last: (Int, Int)?
    for index in order {
      let row = transitions[index]
      if row.state < 0 || row.state >= states { throw .stateOutOfRange(row.state, states: states) }
      if last == nil || last! != (row.state, row.action) {
        if row.action < 0 || row.action >= actions {
          throw .actionOutOfRange(state: row.state, action: row.action, actions: actions)
        }
        builder.addPair(state: row.state, action: row.action)
        last = (row.state, row.action)
      }
      builder.addOutcome(
        probability: row.outcome.probability, next: row.outcome.next, reward: row.outcome.reward,
        terminated: row.outcome.terminated)
    }
    self = try builder.build(initial: initial, stateLabels: stateLabels, actionLabels: actionLabels)
  }
}
