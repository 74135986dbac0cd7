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
