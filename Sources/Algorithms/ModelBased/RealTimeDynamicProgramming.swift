import RLCore

/// Real-time dynamic programming: value iteration only where the agent goes, while it acts greedily in a task whose model it knows.
///
///     V(S) ← max_a Σ p(s′, r|S, a) [r + γ V(s′)],    A = argmax_a of the same                Barto, Bradtke & Singh (1995)
///
/// in every state that it acts in. Where values begin no lower than V* (`initial_value` 0 where every reward costs), it converges to an optimal
/// policy on the states that an optimal policy meets from the start, without ever looking at the others. Ties are broken at random; with
/// `epsilon` above 0 it explores, too, which values that begin too low need.
///
/// A state counts as solved (labelled RTDP; Bonet & Geffner, 2003) once no greedy step from it changes a value by more than
/// `tolerance`; this file leaves the labels out: a trial is cheap, and the curve beside the exact optimum says when it is enough.
///
/// A step looks at all outcomes of all actions of a state, where Q-learning moves one number: that is why it takes longer.
public struct RealTimeDynamicProgramming: TabularLearner, ~Copyable {
  static let epsilon = Exploration.epsilonParameter.with(default: .integer(0))

  /// What configurations and readers see.
  public static let about = About(
    id: "rtdp", summary: "acts greedily in a known model, and backs up the states that it meets",
    source: "Barto, Bradtke & Singh (1995)", equation: "V(S) ← max_a Σ p(s′,r|S,a) [r + γ V(s′)]",
    parameters: [
      ControlParameters.gamma.declaration, epsilon.declaration, ControlParameters.initialValue.declaration,
    ])

  /// It plans while it acts.
  public static var needsModel: Bool { true }

  /// The discount rate γ.
  public let gamma: Double
  /// The state values.
  public var v: StateValues
  private let model: FiniteMDP
  private var q: ActionValues
  private var exploration: Exploration

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    guard let model = context.model else {
      throw SettingProblem(
        "\"rtdp\" needs the model of a task whose states are seen; choose a learner such as q-learning")
    }
    self.model = model
    gamma = settings[ControlParameters.gamma]
    v = StateValues(context, initial: settings[ControlParameters.initialValue])
    q = ActionValues(context.space, initial: 0)
    exploration = Exploration(epsilon: settings[Exploration.epsilonParameter])
  }

  /// One expected backup of each action of a state, into its row.
  private func look(_ state: Int) {
    for (action, pair) in model.pairs(of: state).enumerated() {
      var sum = 0.0
      for k in model.outcomes(of: pair) {
        let target = model.targets[k]
        let next = target < 0 ? 0 : v[Int(target)]
        sum += model.probabilities[k] * (model.rewards[k] + gamma * next)
      }
      q[state, action] = sum
    }
  }

  /// Backs a state up.
  ///
  /// - Returns: By how much its value changed.
  @discardableResult
  public mutating func backUp(_ state: Int) -> Double {
    look(state)
    let change = q.maximum(in: state) - v[state]
    v[state] += change
    return change
  }

  /// Backs the state up, and chooses from what was found.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    backUp(state)
    return exploration.action(q, in: state, using: &stream)
  }

  /// Backs up the state that follows, and chooses from what was found.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    t.isLast ? 0 : begin(in: t.next, using: &stream)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { exploration.isScheduled }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) { exploration.adjust(to: time) }

  /// The values, and the policies that are greedy in one backup of them.
  public func report(into report: inout LearnerReport) {
    for state in 0..<model.stateCount where !model.isTerminal(state) { look(state) }
    report.fill(q, exploration)
    report.stateValues = v.array
  }

  /// Appends the values.
  public func save(to writer: inout StateWriter) { v.save(to: &writer) }

  /// Takes up the values.
  public mutating func restore(from reader: inout StateReader) throws(StateError) { try v.restore(from: &reader) }
}
