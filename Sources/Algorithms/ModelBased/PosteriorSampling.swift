import RLCore

/// Posterior sampling: draws a whole model that agrees with what was seen, and acts for a while as is best in it.
///
///     p(·|s, a) ~ Dirichlet(prior / K + counts),   r(s, a) ~ N(posterior mean, posterior variance)
///     act greedily in the Q* of that model                              Strens (2000); Osband, Russo & Van Roy (2013)
///
/// over `K` possible outcomes: the states, and the end of the task unless the task is known to have none. Rewards have the prior `N(prior_mean,
/// prior_std²)` and the standard deviation `reward_std`. A model is drawn at the beginning of an episode, and where the visits of some pair have doubled
/// since the last draw (Ouyang, Gagrani, Nayyar & Jain, 2017), so that it learns in tasks without end, too. The expected regret is of the
/// order `S √(A T)` in episodes of fixed length.
///
/// A draw costs a gamma number for every pair and outcome, and value iteration on a model that is full: at most 2²⁰ of them are allowed.
public struct PosteriorSampling: TabularLearner, ~Copyable {
  static let prior = Parameter<Double>.real(
    "prior", symbol: "α₀", default: 1, in: .positive, "how many outcomes the prior of a pair's transitions is worth")
  static let priorMean = Parameter<Double>.real(
    "prior_mean", symbol: "μ₀", default: 0, "mean of the prior of every pair's mean reward")
  static let priorDeviation = Parameter<Double>.real(
    "prior_std", symbol: "σ₀", default: 1, in: .positive, "standard deviation of that prior")

  /// What configurations and readers see.
  public static let about = About(
    id: "posterior-sampling", summary: "model-based control: acts as is best in a model drawn from what is believed",
    source: "Strens (2000); Osband, Russo & Van Roy (2013)",
    equation: "p ~ Dirichlet(prior + counts), r ~ N(…); act greedily in Q* of that model",
    parameters: [
      GuaranteeParameters.gamma.declaration, prior.declaration, priorMean.declaration, priorDeviation.declaration,
      BanditParameters.rewardDeviation.declaration, RMax.tolerance.declaration,
    ])

  /// The discount rate γ.
  public let gamma: Double
  /// The action values of the model drawn last.
  public var q: ActionValues
  private let prior: Double
  private let priorMean: Double
  private let priorPrecision: Double
  private let rewardPrecision: Double
  private let tolerance: Double
  private let outcomeCount: Int
  private let terminal: Table<Bool>
  private var model: EmpiricalModel
  private var atDraw: Table<Int>
  private let transitions: Table<Double>
  private let rewards: Table<Double>
  private let values: Table<Double>

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    outcomeCount = try Self.outcomes(context)
    let space = context.space
    let (priorStd, rewardStd) = (settings[Self.priorDeviation], settings[BanditParameters.rewardDeviation])
    gamma = settings[GuaranteeParameters.gamma]
    prior = settings[Self.prior]
    priorMean = settings[Self.priorMean]
    priorPrecision = 1 / (priorStd * priorStd)
    rewardPrecision = 1 / (rewardStd * rewardStd)
    tolerance = settings[RMax.tolerance]
    q = ActionValues(space, initial: 0)
    model = EmpiricalModel(entries: space.slotCount)
    atDraw = Table(space.slotCount, repeating: 0)
    transitions = Table(space.slotCount * outcomeCount, repeating: 0)
    rewards = Table(space.slotCount, repeating: 0)
    values = Table(outcomeCount, repeating: 0)
    terminal = Table(space.stateCount, repeating: false)
    for state in 0..<space.stateCount { terminal[state] = context.isTerminal(state) }
  }

  private static func outcomes(_ context: LearnerContext) throws(SettingProblem) -> Int {
    let outcomes = context.space.stateCount + (context.model?.isContinuing == true ? 0 : 1)
    guard context.space.slotCount <= (1 << 20) / outcomes else {
      throw SettingProblem(
        "\"\(id)\" draws models of \(context.space.slotCount) × \(outcomes) probabilities, too many; choose \"r-max\"")
    }
    return outcomes
  }

  /// Draws a model and solves it.
  public mutating func draw(using stream: inout RandomStream) {
    let space = q.space
    for state in 0..<space.stateCount where !terminal[state] {
      for action in 0..<space.actions(in: state) {
        let slot = state * space.width + action
        let first = slot * outcomeCount
        transitions.withEntries { entries in
          let row = UnsafeMutableBufferPointer(rebasing: entries[first..<first + outcomeCount])
          for k in row.indices { row[k] = prior / Double(outcomeCount) }
          model.forEachOutcome(of: slot) { next, count in row[next < 0 ? outcomeCount - 1 : next] += Double(count) }
          stream.dirichlet(row)
        }
        let visits = Double(model.visits[slot])
        let precision = priorPrecision + visits * rewardPrecision
        let mean = (priorPrecision * priorMean + rewardPrecision * model.rewards[slot]) / precision
        rewards[slot] = mean + stream.normal() / precision.squareRoot()
        atDraw[slot] = model.visits[slot]
      }
    }
    solve()
  }

  /// Value iteration in place on the model drawn, from the values of the one before; an exact solution where that would take very long.
  private func solve() {
    let space = q.space
    var greatest = 0.0
    for slot in 0..<space.slotCount { greatest = max(greatest, abs(rewards[slot])) }
    let accuracy = SweepAccuracy(tolerance, gamma: gamma, largest: greatest / (1 - gamma))
    if accuracy.needsExactness && solveExactly() { return }
    var change = Double.infinity
    for state in 0..<space.stateCount { values[state] = terminal[state] ? 0 : q.maximum(in: state) }
    while change > accuracy.enough {
      change = 0
      for state in 0..<space.stateCount where !terminal[state] {
        for action in 0..<space.actions(in: state) {
          let slot = state * space.width + action
          let first = slot * outcomeCount
          var sum = 0.0
          for next in 0..<space.stateCount { sum += transitions[first + next] * values[next] }
          q[slot: slot] = rewards[slot] + gamma * sum
        }
        let value = q.maximum(in: state)
        change = max(change, abs(value - values[state]))
        values[state] = value
      }
    }
  }

  /// Policy iteration on the model drawn.
  ///
  /// - Returns: Whether it is a model, rounding considered.
  private func solveExactly() -> Bool {
    let space = q.space
    var builder = FiniteMDPBuilder(states: space.stateCount, actions: space.width)
    for state in 0..<space.stateCount where !terminal[state] {
      for action in 0..<space.actions(in: state) {
        let slot = state * space.width + action
        builder.addPair(state: state, action: action)
        for k in 0..<outcomeCount where transitions[slot * outcomeCount + k] > 0 {
          let isEnd = k == space.stateCount
          builder.addOutcome(
            probability: transitions[slot * outcomeCount + k], next: isEnd ? state : k, reward: rewards[slot],
            terminated: isEnd)
        }
      }
    }
    let start = [StateProbability(state: 0, probability: 1)]
    guard let exact = try? OptimalSolution(builder.build(initial: start), gamma: gamma) else { return false }
    for state in 0..<space.stateCount {
      for (action, pair) in exact.model.pairs(of: state).enumerated() {
        q[slot: state * space.width + action] = exact.actionValues[pair]
      }
    }
    return true
  }

  /// Begins an episode with a new model.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    draw(using: &stream)
    return q.greedyAction(in: state, using: &stream)
  }

  /// Takes a step into account, then acts as is best in the model; draws another where visits have doubled.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    let slot = t.state * q.space.width + t.action
    model.observe(slot, reward: t.reward, next: t.terminated ? nil : t.next)
    if t.isLast { return 0 }
    if model.visits[slot] > max(1, 2 * atDraw[slot]) { draw(using: &stream) }
    return q.greedyAction(in: t.next, using: &stream)
  }

  /// The action values of the model drawn last, and the greedy policy in them, which acts.
  public func report(into report: inout LearnerReport) {
    report.makeRoom(for: q.space)
    q.withSlots { report.actionValues = Array($0) }
    q.writeGreedy(into: &report.targetPolicy)
    report.behaviorPolicy = report.targetPolicy
  }

  /// Appends what was seen, and the values.
  public func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    model.save(to: &writer)
    atDraw.save(to: &writer)
  }

  /// Takes up what was seen, and the values.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try model.restore(from: &reader)
    try atDraw.restore(from: &reader)
  }
}
