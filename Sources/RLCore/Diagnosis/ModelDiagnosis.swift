#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What is peculiar about a model: found exactly, from its graph, its optimal values and two of its Markov chains.
public struct ModelDiagnosis: Sendable {
  /// How policies end at gamma 1.
  public enum Properness: String, Sendable {
    /// Every policy ends with probability 1 (Bertsekas & Tsitsiklis, 1991: all are proper).
    case all
    /// Some policy ends with probability 1 from every start, another does not.
    case some
    /// No policy ends with probability 1 from every start.
    case none
  }

  /// A reward on a loop that cannot be left.
  public struct LoopReward: Sendable, Equatable {
    /// The state.
    public let state: Int
    /// The reward of greatest magnitude on its loop.
    public let reward: Double
    /// Whether it counts: false where the state is entered by terminations alone, behind which nothing counts.
    public let isCollected: Bool
  }

  /// The model.
  public let model: FiniteMDP
  /// The discount factor of the optimal values.
  public let gamma: Double
  /// The greatest distance of a pair's probabilities from 1 in sum.
  public let rowDeviation: Double
  /// States that no policy reaches from the start, passing through no termination; where episodes end counts as reached.
  public let unreachable: [Int]
  /// Sets of states that, once entered, no policy leaves, and in which nothing ends; by least state.
  public let absorbing: [[Int]]
  /// Rewards on loops of single states that cannot be left.
  public let loopRewards: [LoopReward]
  /// Sets of reachable states in which some policy can stay for ever; by least state.
  public let stays: [[Int]]
  /// How policies end.
  public let properness: Properness
  /// Whether the uniform policy ends with probability 1 from the start.
  public let uniformEnds: Bool
  /// Why there are no optimal values at gamma 1; nil where there are.
  public let undiscounted: PlanningError?
  /// The optimal values at ``gamma``; nil where there are none.
  public let solution: OptimalSolution?
  /// Reachable states with several optimal actions.
  public let ties: [Int]
  /// The least amount by which the best action of a reachable state is better than one that is not optimal, in units of return; nil where
  /// there is none.
  public let leastGap: Double?
  /// Expected steps of an episode under the uniform policy and under the optimal one; nil where it may not end.
  public let lengths: (uniform: Double?, optimal: Double?)
  /// The Markov chain of the uniform policy.
  public let uniformChain: ChainMixing
  /// The Markov chain of the optimal policy; nil without one.
  public let optimalChain: ChainMixing?

  /// Looks at everything.
  ///
  /// - Parameter gamma: The discount factor for optimal values; nil for 1 where there are values, else 0.99.
  public init(_ model: FiniteMDP, gamma: Double? = nil) {
    self.model = model
    var deviation = 0.0
    for pair in 0..<model.pairCount {
      deviation = max(deviation, abs(model.outcomes(of: pair).reduce(0.0) { $0 + model.probabilities[$1] } - 1))
    }
    rowDeviation = deviation
    let reached = model.reachableStates()
    // Where an episode ends has been reached, too.
    var entered = reached
    for state in 0..<model.stateCount where reached[state] {
      for pair in model.pairs(of: state) {
        for k in model.outcomes(of: pair) where model.targets[k] < 0 { entered[Int(~model.targets[k])] = true }
      }
    }
    unreachable = entered.indices.filter { !entered[$0] }
    absorbing = Self.absorbing(model)
    loopRewards = Self.loopRewards(model)

    let all = EndComponents(model, isAllowed: [Bool](repeating: true, count: model.pairCount))
    var stays = [[Int]](repeating: [], count: all.count)
    for state in 0..<model.stateCount where all.component[state] >= 0 && reached[state] {
      stays[Int(all.component[state])].append(state)
    }
    self.stays = stays.filter { !$0.isEmpty }
    var undiscounted: PlanningError?
    var solution: OptimalSolution?
    do throws(PlanningError) {
      solution = try OptimalSolution(model, gamma: 1)
    } catch { undiscounted = error }
    self.undiscounted = undiscounted
    self.gamma = gamma ?? (undiscounted == nil ? 1 : 0.99)
    if self.gamma < 1 { solution = try? OptimalSolution(model, gamma: self.gamma) }
    self.solution = solution
    properness = self.stays.isEmpty ? .all : Self.canSurelyEnd(model) ? .some : .none

    var ties: [Int] = []
    var gap: Double?
    if let solution {
      let tolerance = solution.tieTolerance
      for state in 0..<model.stateCount where reached[state] && !model.isTerminal(state) {
        let pairs = model.pairs(of: state)
        let best = solution.optimalPairs(of: state, tolerance: tolerance)
        if best.count > 1 { ties.append(state) }
        let top = pairs.reduce(-Double.infinity) { max($0, solution.actionValues[$1]) }
        for pair in pairs where !best.contains(pair) {
          let distance = top - solution.actionValues[pair]
          if distance.isFinite { gap = min(gap ?? distance, distance) }
        }
      }
    }
    self.ties = ties
    leastGap = gap

    let uniform = StationaryPolicy(uniformOver: model)
    let counting = model.countingSteps()
    var evaluator = PolicyEvaluator(counting)
    let uniformLength = evaluator.startValue(of: uniform, gamma: 1)
    uniformEnds = uniformLength.ends
    let optimalLength = solution.map { evaluator.startValue(of: $0.policy, gamma: 1) }
    lengths = (
      uniformLength.ends ? uniformLength.value : nil, optimalLength.flatMap { $0.ends ? $0.value : nil }
    )
    uniformChain = ChainMixing(model, uniform)
    optimalChain = solution.map { ChainMixing(model, $0.policy) }
  }

  /// The steps after which less than a hundredth of a reward's weight is left, `ln 0.01 / ln γ`; nil at gamma 1.
  public var horizon: Int? { gamma < 1 ? (gamma == 0 ? 1 : Int((log(0.01) / log(gamma)).rounded(.up))) : nil }

  /// Whether some policy surely ends from every start.
  private static func canSurelyEnd(_ model: FiniteMDP) -> Bool {
    let proper = TotalRewardModel.properPairs(model)
    return model.initial.allSatisfy { model.isTerminal($0.state) || proper[$0.state] >= 0 }
  }

  private static func absorbing(_ model: FiniteMDP) -> [[Int]] {
    var offsets: [Int32] = [0]
    var targets: [Int32] = []
    for state in 0..<model.stateCount {
      for pair in model.pairs(of: state) {
        for k in model.outcomes(of: pair) where model.targets[k] >= 0 { targets.append(model.targets[k]) }
      }
      offsets.append(Int32(targets.count))
    }
    let found = Graph(offsets: offsets, targets: targets).strongComponents()
    var isOpen = [Bool](repeating: false, count: found.offsets.count - 1)
    for state in 0..<model.stateCount {
      let component = Int(found.component[state])
      if model.isTerminal(state) { isOpen[component] = true }
      for pair in model.pairs(of: state) {
        for k in model.outcomes(of: pair) {
          let target = model.targets[k]
          if target < 0 || found.component[Int(target)] != found.component[state] { isOpen[component] = true }
        }
      }
    }
    var members = [[Int]](repeating: [], count: isOpen.count)
    for state in 0..<model.stateCount where !isOpen[Int(found.component[state])] {
      members[Int(found.component[state])].append(state)
    }
    return members.filter { !$0.isEmpty }.sorted { $0[0] < $1[0] }
  }

  private static func loopRewards(_ model: FiniteMDP) -> [LoopReward] {
    var isEntered = [Bool](repeating: false, count: model.stateCount)
    var isEnd = [Bool](repeating: false, count: model.stateCount)
    for start in model.initial { isEntered[start.state] = true }
    for state in 0..<model.stateCount {
      for pair in model.pairs(of: state) {
        for k in model.outcomes(of: pair) {
          let outcome = model.outcome(k)
          if outcome.next == state { continue }
          if outcome.terminated { isEnd[outcome.next] = true } else { isEntered[outcome.next] = true }
        }
      }
    }
    var loops: [LoopReward] = []
    for state in 0..<model.stateCount where isEntered[state] || isEnd[state] {
      var greatest = 0.0
      var isLoop = true
      for pair in model.pairs(of: state) {
        for k in model.outcomes(of: pair) {
          let outcome = model.outcome(k)
          // One that can be ended there pays what it pays once.
          if outcome.next != state || isEntered[state] && outcome.terminated { isLoop = false }
          if abs(outcome.reward) > abs(greatest) { greatest = outcome.reward }
        }
      }
      if isLoop && greatest != 0 {
        loops.append(LoopReward(state: state, reward: greatest, isCollected: isEntered[state]))
      }
    }
    return loops
  }
}

extension FiniteMDP {
  /// The same model with a reward of 1 for every step, so that undiscounted values are expected numbers of steps.
  func countingSteps() -> FiniteMDP {
    var ones = RewardColumn()
    ones.reserveCapacity(outcomeCount)
    for _ in 0..<outcomeCount { ones.append(1) }
    return FiniteMDP(
      stateCount: stateCount, actionCount: actionCount, pairOffsets: pairOffsets, pairActions: pairActions,
      outcomeOffsets: outcomeOffsets, probabilities: probabilities, targets: targets, rewards: ones,
      expectedRewards: [Double](repeating: 1, count: pairCount), initial: initial, stateLabels: stateLabels,
      actionLabels: actionLabels)
  }
}
