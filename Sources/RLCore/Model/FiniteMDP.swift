/// A finite Markov decision process as data, in compressed rows on two levels: states, their state–action pairs, and each pair's
/// outcomes (Puterman, *Markov Decision Processes*, 1994, ch. 2; Sutton & Barto, 2018, eq. 3.2).
///
/// A *pair* is a state with one action that it offers. The pairs of state `s` are `pairOffsets[s]..<pairOffsets[s + 1]`, in
/// rising order of their action numbers; the outcomes of pair `k` are `outcomeOffsets[k]..<outcomeOffsets[k + 1]`. A state
/// without pairs is terminal. Planning, exact evaluation, simulation, import and export all read this one structure.
///
/// Values of this type come from ``FiniteMDPBuilder``, which has checked them.
public struct FiniteMDP: Sendable {
  /// The number of states, at least 1.
  public let stateCount: Int
  /// The number of distinct actions; a state may offer any subset of them.
  public let actionCount: Int
  /// Where each state's pairs begin; `stateCount + 1` entries.
  public let pairOffsets: [Int32]
  /// The action number of each pair, in `[0, actionCount)`.
  public let pairActions: [Int32]
  /// Where each pair's outcomes begin; one entry more than there are pairs.
  public let outcomeOffsets: [Int32]
  /// The probability of each outcome; those of a pair sum to 1 within 1e-9.
  public let probabilities: [Double]
  /// Where each outcome leads: the next state's number, or its bitwise complement `~next` (a negative number) where the episode terminates.
  public let targets: [Int32]
  /// The reward of each outcome, in the task's units.
  public let rewards: RewardColumn
  /// The expected reward of each pair, `r(s, a)` of Sutton & Barto eq. 3.5.
  public let expectedRewards: [Double]
  /// The start distribution: states with positive probability, in rising order.
  public let initial: [StateProbability]
  /// What the states are called.
  public let stateLabels: StateLabels
  /// What the actions are called; `actionCount` entries.
  public let actionLabels: [String]

  init(
    stateCount: Int, actionCount: Int, pairOffsets: [Int32], pairActions: [Int32], outcomeOffsets: [Int32],
    probabilities: [Double], targets: [Int32], rewards: RewardColumn, expectedRewards: [Double],
    initial: [StateProbability], stateLabels: StateLabels, actionLabels: [String]
  ) {
    self.stateCount = stateCount
    self.actionCount = actionCount
    self.pairOffsets = pairOffsets
    self.pairActions = pairActions
    self.outcomeOffsets = outcomeOffsets
    self.probabilities = probabilities
    self.targets = targets
    self.rewards = rewards
    self.expectedRewards = expectedRewards
    self.initial = initial
    self.stateLabels = stateLabels
    self.actionLabels = actionLabels
  }
}

/// A state and its probability.
public struct StateProbability: Sendable, Equatable {
  /// The state's number.
  public let state: Int
  /// In `(0, 1]`.
  public let probability: Double

  /// Pairs a state with its probability.
  public init(state: Int, probability: Double) {
    self.state = state
    self.probability = probability
  }
}

/// What the states of a model are called.
public enum StateLabels: Sendable, Equatable {
  /// By their numbers.
  case numbered
  /// By a name each.
  case listed([String])
  /// As cells `(row, column)` of a grid in row-major order, counted from 0.
  case cells(columns: Int)

  /// The name of one state.
  public func label(of state: Int) -> String {
    switch self {
    case .numbered: "\(state)"
    case .listed(let names): names[state]
    case .cells(let columns): "(\(state / columns),\(state % columns))"
    }
  }
}

extension FiniteMDP {
  /// One row of a transition table, as it is exported.
  public struct Outcome: Sendable, Equatable {
    /// In `(0, 1]`.
    public let probability: Double
    /// The next state's number, also where the episode terminates there.
    public let next: Int
    /// The reward of this outcome.
    public let reward: Double
    /// Whether the episode ends: nothing after it counts.
    public let terminated: Bool

    /// One row of a transition table.
    public init(probability: Double, next: Int, reward: Double, terminated: Bool) {
      self.probability = probability
      self.next = next
      self.reward = reward
      self.terminated = terminated
    }
  }

  /// The same task, begun elsewhere.
  ///
  /// - Parameter initial: States in rising order, with probabilities that sum to 1.
  public func starting(in initial: [StateProbability]) -> FiniteMDP {
    precondition(initial.allSatisfy { $0.state >= 0 && $0.state < stateCount }, "a start is not in [0, \(stateCount))")
    return FiniteMDP(
      stateCount: stateCount, actionCount: actionCount, pairOffsets: pairOffsets, pairActions: pairActions,
      outcomeOffsets: outcomeOffsets, probabilities: probabilities, targets: targets, rewards: rewards,
      expectedRewards: expectedRewards, initial: initial, stateLabels: stateLabels, actionLabels: actionLabels)
  }

  /// The number of state–action pairs.
  public var pairCount: Int { pairActions.count }

  /// The number of outcomes of all pairs.
  public var outcomeCount: Int { probabilities.count }

  /// The most actions that a state offers.
  public var maximumActions: Int {
    var most = 0
    for state in 0..<stateCount { most = max(most, Int(pairOffsets[state + 1] - pairOffsets[state])) }
    return most
  }

  /// The numbers of a state's pairs.
  public func pairs(of state: Int) -> Range<Int> { Int(pairOffsets[state])..<Int(pairOffsets[state + 1]) }

  /// The numbers of a pair's outcomes.
  public func outcomes(of pair: Int) -> Range<Int> { Int(outcomeOffsets[pair])..<Int(outcomeOffsets[pair + 1]) }

  /// One outcome, with its target decoded.
  public func outcome(_ index: Int) -> Outcome {
    let target = Int(targets[index])
    return Outcome(
      probability: probabilities[index], next: target < 0 ? ~target : target, reward: rewards[index],
      terminated: target < 0)
  }

  /// Whether a state offers no action.
  public func isTerminal(_ state: Int) -> Bool { pairOffsets[state] == pairOffsets[state + 1] }

  /// Whether no outcome ends an episode: no termination flag, and no way into a state without actions.
  public var isContinuing: Bool {
    for target in targets where target < 0 || isTerminal(Int(target)) { return false }
    return true
  }

  /// The states that some policy reaches from the start distribution, passing through no termination. Terminal states count as
  /// reached.
  public func reachableStates() -> [Bool] {
    var reached = [Bool](repeating: false, count: stateCount)
    var stack: [Int] = []
    for start in initial where !reached[start.state] {
      reached[start.state] = true
      stack.append(start.state)
    }
    while let state = stack.popLast() {
      for pair in pairs(of: state) {
        for k in outcomes(of: pair) where probabilities[k] > 0 {
          let target = Int(targets[k])
          if target >= 0 && !reached[target] {
            reached[target] = true
            stack.append(target)
          }
        }
      }
    }
    return reached
  }
}
