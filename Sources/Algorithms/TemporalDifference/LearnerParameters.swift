import RLCore

/// Parameters that the control methods share.
public enum ControlParameters {
  /// The step size α.
  public static let alpha = Parameter<Schedule>.schedule(
    "alpha", symbol: "α", default: 0.1, in: .positive(through: 1), visits: true, "step size")
  /// The step size α, or the sample average.
  public static let averagingAlpha = Parameter<Schedule?>.optionalSchedule(
    "alpha", symbol: "α", in: .positive(through: 1), visits: true, "step size; null for the sample average")
  /// The discount rate γ.
  public static let gamma = Parameter<Double>.real("gamma", symbol: "γ", default: 1, in: .unit, "discount rate")
  /// How many rewards a target holds.
  public static let n = Parameter<Int>.integer(
    "n", symbol: "n", default: 1, in: 1...1_000_000, "how many rewards a target holds before it bootstraps")
  /// The trace decay λ.
  public static let lambda = Parameter<Double>.real(
    "lambda", symbol: "λ", default: 0.9, in: .unit, "trace decay: 0 for one-step targets, 1 for whole returns")
  /// The exploration of the target policy, where the method learns about an epsilon-greedy one.
  public static let targetEpsilon = Parameter<Double?>.optionalReal(
    "target_epsilon", symbol: "ε_π", in: .unit,
    "the policy learned about is epsilon-greedy with this chance, 0 for greedy; null for that of the behaviour")
  /// Where action values start.
  public static let initialValue = Parameter<Double>.real(
    "initial_value", symbol: "Q₁", default: 0, "what every action value starts with")
}

/// Parameters that the prediction methods share, beside those of the control methods.
public enum PredictionParameters {
  /// Where state values start.
  public static let initialValue = Parameter<Double>.real(
    "initial_value", symbol: "V₀", default: 0, "what the value of every state that is not terminal starts with")

  /// The states whose targets are held against the exact values.
  public static let diagnose = Parameter<DiagnosedStates>(
    "diagnose", type: "list of states, \"all\" or null", default: .null, range: "states that offer actions",
    "states whose target's bias and variance are recorded, where the model is known; null for none"
  ) { setting throws(SettingProblem) in try DiagnosedStates(setting) }
}

/// The states whose targets are held against the exact values.
public enum DiagnosedStates: Sendable, Equatable {
  /// No state.
  case none
  /// Every state that offers actions.
  case all
  /// These states.
  case listed([Int])

  /// Reads a list of states, `"all"`, or `null`.
  ///
  /// - Throws: What is wrong with the entry.
  init(_ setting: Setting) throws(SettingProblem) {
    if setting == .null {
      self = .none
      return
    }
    if setting == .text("all") {
      self = .all
      return
    }
    guard let elements = setting.elements, !elements.isEmpty else {
      throw SettingProblem("\(setting) is no list of states; write [0, 3], \"all\" or null")
    }
    var states: [Int] = []
    for (index, element) in elements.enumerated() {
      do throws(SettingProblem) {
        let state = try Interval.whole(element, in: 0...Int(Int32.max))
        if states.contains(state) { throw SettingProblem("state \(state) comes twice; keep one") }
        states.append(state)
      } catch { throw SettingProblem(error.message, at: "[\(index)]") }
    }
    self = .listed(states)
  }

  /// The states of a task.
  ///
  /// - Returns: Nil for none.
  /// - Throws: ``SettingProblem`` where the task has no model, or a state does not exist or offers no action.
  func states(of context: LearnerContext) throws(SettingProblem) -> [Int]? {
    if self == .none { return nil }
    guard let model = context.model else {
      throw SettingProblem(
        "targets are held against exact values, and no model of what is seen here is known; leave it out",
        at: ".diagnose")
    }
    guard case .listed(let states) = self else { return (0..<model.stateCount).filter { !model.isTerminal($0) } }
    for (index, state) in states.enumerated() {
      guard state < model.stateCount else {
        throw SettingProblem(
          "there is no state \(state); give numbers in [0, \(model.stateCount))", at: ".diagnose[\(index)]")
      }
      if model.isTerminal(state) {
        throw SettingProblem("state \(state) is terminal and has no target; choose another", at: ".diagnose[\(index)]")
      }
    }
    return states
  }
}

extension Schedule {
  /// The step size of a sample average, `1/N`, where none is given.
  init(averagingUnless given: Schedule?) { self = given ?? .visits(from: 1, power: 1) }
}

extension Exploration {
  /// The target policy of a method that learns about an epsilon-greedy one: `target_epsilon`, or the behaviour's `epsilon` where that is null.
  init(
    targetOf settings: Settings, _ parameter: Parameter<Double?> = ControlParameters.targetEpsilon
  ) {
    self.init(epsilon: settings[parameter].map(Schedule.constant) ?? settings[Exploration.epsilonParameter])
  }
}

extension LearnerReport {
  /// What a control method has learned: its action values, the greedy policy (ties split) and the policy that acts.
  mutating func fill(_ q: borrowing ActionValues, _ exploration: Exploration) {
    makeRoom(for: q.space)
    q.withSlots { actionValues = Array($0) }
    q.writeGreedy(into: &targetPolicy)
    exploration.write(q, into: &behaviorPolicy)
  }

  /// What a prediction method has learned: its state values, and the policy that it evaluates.
  mutating func fill(_ v: borrowing StateValues, _ policy: borrowing PolicyTable) {
    stateValues = v.array
    targetPolicy = policy.array
  }
}
