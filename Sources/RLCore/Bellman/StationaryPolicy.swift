/// A stationary policy `π(a|s)` over the pairs of a finite model (Sutton & Barto, 2018, sec. 3.5).
public struct StationaryPolicy: Sendable, Equatable {
  /// `π(a|s)` of each state–action pair of the model, `pairCount` entries; those of a state sum to 1.
  public private(set) var probabilities: [Double]

  /// Takes probabilities that are known to be right.
  ///
  /// - Parameter probabilities: One entry a pair, in `[0, 1]`; those of a state sum to 1. Not checked.
  public init(unchecked probabilities: [Double]) { self.probabilities = probabilities }

  /// Every action that a state offers with the same probability.
  public init(uniformOver model: FiniteMDP) {
    probabilities = [Double](repeating: 0, count: model.pairCount)
    for state in 0..<model.stateCount {
      let pairs = model.pairs(of: state)
      for pair in pairs { probabilities[pair] = 1 / Double(pairs.count) }
    }
  }

  /// One pair a state.
  ///
  /// - Parameter pairs: The pair taken in each state, `stateCount` entries; what stands at terminal states is ignored.
  public init(pairs: [Int32], of model: FiniteMDP) {
    precondition(pairs.count == model.stateCount, "\(pairs.count) pairs for \(model.stateCount) states")
    probabilities = [Double](repeating: 0, count: model.pairCount)
    for state in 0..<model.stateCount where !model.isTerminal(state) {
      let pair = Int(pairs[state])
      precondition(model.pairs(of: state).contains(pair), "pair \(pair) does not belong to state \(state)")
      probabilities[pair] = 1
    }
  }

  /// One action a state.
  ///
  /// - Parameter actions: The action's number in each state, `stateCount` entries; what stands at terminal states is ignored.
  /// - Throws: ``SettingProblem`` at "[state]" where a state does not offer its action.
  public init(actions: [Int], of model: FiniteMDP) throws(SettingProblem) {
    guard actions.count == model.stateCount else {
      throw SettingProblem("the list has \(actions.count) actions; give \(model.stateCount), one a state")
    }
    probabilities = [Double](repeating: 0, count: model.pairCount)
    for state in 0..<model.stateCount where !model.isTerminal(state) {
      guard let pair = model.pair(state: state, action: actions[state]) else {
        let offered = model.pairs(of: state).map { "\(model.pairActions[$0])" }.joined(separator: ", ")
        throw SettingProblem(
          "state \(model.stateLabels.label(of: state)) does not offer action \(actions[state]); it offers \(offered)",
          at: "[\(state)]")
      }
      probabilities[pair] = 1
    }
  }

  /// A table of probabilities.
  ///
  /// - Parameter table: A row a state, with one entry for each action that the state offers, or for each action of the task (then 0
  ///   for what the state does not offer). Rows of terminal states are ignored.
  /// - Throws: ``SettingProblem`` at "[state]": too few or too many entries, no probability, a sum that is not 1 within 1e-9.
  public init(table: [[Double]], of model: FiniteMDP) throws(SettingProblem) {
    guard table.count == model.stateCount else {
      throw SettingProblem("the table has \(table.count) rows; give \(model.stateCount), one a state")
    }
    probabilities = [Double](repeating: 0, count: model.pairCount)
    for state in 0..<model.stateCount where !model.isTerminal(state) {
      let row = table[state]
      let pairs = model.pairs(of: state)
      let place = "[\(state)]"
      let name = "state \(model.stateLabels.label(of: state))"
      guard row.count == pairs.count || row.count == model.actionCount else {
        throw SettingProblem(
          "\(name) has \(row.count) probabilities; give \(pairs.count), one for each action that it offers", at: place)
      }
      for (index, p) in row.enumerated() where !(p >= 0 && p <= 1 + 1e-9) {
        throw SettingProblem("\(name): \(p) is not a probability in [0, 1]", at: "\(place)[\(index)]")
      }
      let sum = row.reduce(0, +)
      guard abs(sum - 1) <= 1e-9 else {
        throw SettingProblem("\(name): the probabilities sum to \(sum); make them sum to 1", at: place)
      }
      if row.count == pairs.count {
        for (pair, p) in zip(pairs, row) { probabilities[pair] = p }
      } else {
        for (action, p) in row.enumerated() where p > 0 {
          guard let pair = model.pair(state: state, action: action) else {
            throw SettingProblem(
              "\(name) does not offer action \(action); give it probability 0", at: "\(place)[\(action)]")
          }
          probabilities[pair] = p
        }
      }
    }
  }

  /// Greedy in given action values, ties split evenly; or epsilon-greedy around that.
  ///
  ///     π(a|s) = ε / |A(s)| + (1 − ε) / |A*(s)| for a in A*(s), else ε / |A(s)|     Sutton & Barto (2018), sec. 5.4
  ///
  /// - Parameters:
  ///   - actionValues: `Q` of each pair of the model.
  ///   - epsilon: The probability of an action drawn uniformly, in `[0, 1]`.
  ///   - tieTolerance: How far below the best an action still counts as best.
  public init(
    greedyIn actionValues: [Double], epsilon: Double = 0, tieTolerance: Double = 0, of model: FiniteMDP
  ) {
    precondition(actionValues.count == model.pairCount, "\(actionValues.count) values for \(model.pairCount) pairs")
    probabilities = [Double](repeating: 0, count: model.pairCount)
    actionValues.withUnsafeBufferPointer {
      becomeGreedy(in: $0, epsilon: epsilon, tieTolerance: tieTolerance, of: model)
    }
  }

  /// Becomes greedy, or epsilon-greedy, in given action values without allocating.
  ///
  /// - Parameters:
  ///   - actionValues: `Q` of each pair; with `width`, of each slot `state * width + k` of an ``ActionSpace``, `k` the place of the
  ///     action among those that the state offers.
  ///   - width: The slots of a state, or nil where the values are by pair.
  ///   - epsilon: The probability of an action drawn uniformly, in `[0, 1]`.
  ///   - tieTolerance: How far below the best an action still counts as best.
  public mutating func becomeGreedy(
    in actionValues: UnsafeBufferPointer<Double>, width: Int? = nil, epsilon: Double = 0, tieTolerance: Double = 0,
    of model: FiniteMDP
  ) {
    precondition(epsilon >= 0 && epsilon <= 1, "epsilon \(epsilon) is not in [0, 1]")
    precondition(
      actionValues.count >= (width.map { $0 * model.stateCount } ?? model.pairCount)
        && probabilities.count == model.pairCount, "\(actionValues.count) values for \(model.pairCount) pairs")
    probabilities.withUnsafeMutableBufferPointer { target in
      model.pairOffsets.withUnsafeBufferPointer { offsets in
        for state in 0..<model.stateCount {
          let first = Int(offsets[state])
          let count = Int(offsets[state + 1]) - first
          let row = width.map { state * $0 } ?? first
          var best = -Double.infinity
          for k in 0..<count where actionValues[row + k] > best { best = actionValues[row + k] }
          let bar = best - tieTolerance
          var ties = 0
          for k in 0..<count where actionValues[row + k] >= bar { ties += 1 }
          let each = epsilon / Double(count)
          let more = ties > 0 ? (1 - epsilon) / Double(ties) : (1 - epsilon) / Double(count)
          for k in 0..<count {
            target[first + k] = actionValues[row + k] >= bar || ties == 0 ? each + more : each
          }
        }
      }
    }
  }

  /// Sets two probabilities of the same state.
  mutating func setProbability(_ p: Double, of first: Int, and q: Double, of second: Int) {
    probabilities[first] = p
    probabilities[second] = q
  }

  /// The same policy with probability `1 − epsilon`, an action drawn uniformly with probability `epsilon`.
  public func softened(by epsilon: Double, in model: FiniteMDP) -> StationaryPolicy {
    precondition(epsilon >= 0 && epsilon <= 1, "epsilon \(epsilon) is not in [0, 1]")
    var result = probabilities
    for state in 0..<model.stateCount {
      let pairs = model.pairs(of: state)
      for pair in pairs { result[pair] = epsilon / Double(pairs.count) + (1 - epsilon) * result[pair] }
    }
    return StationaryPolicy(unchecked: result)
  }

  /// The pair of each state that has probability 1, or nil where some state mixes; −1 at terminal states.
  public func deterministicPairs(in model: FiniteMDP) -> [Int32]? {
    var pairs = [Int32](repeating: -1, count: model.stateCount)
    for state in 0..<model.stateCount {
      for pair in model.pairs(of: state) where probabilities[pair] > 0 {
        if pairs[state] >= 0 { return nil }
        pairs[state] = Int32(pair)
      }
    }
    return pairs
  }
}

extension FiniteMDP {
  /// The pair of a state and an action, or nil where the state does not offer it.
  public func pair(state: Int, action: Int) -> Int? {
    pairs(of: state).first { pairActions[$0] == action }
  }
}
