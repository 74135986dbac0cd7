/// Why a task has no optimal values at gamma 1.
public enum PlanningError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No outcome of the task ends an episode, and it cannot be stayed in for nothing.
  case continuing
  /// Episodes may begin in a state from which no policy ends with probability 1 and staying costs: the value is −∞.
  case neverEnds(state: Int, label: String)
  /// A loop of actions pays more than nothing on average: the value is ∞. Or it pays nothing on average but not throughout: there is
  /// no value.
  case unbounded(state: Int, label: String)

  /// One line that says where, what and how to mend it.
  public var description: String {
    switch self {
    case .continuing: "the task never terminates: give gamma below 1"
    case .neverEnds(let state, let label):
      "no policy is sure to end an episode from state \(state)\(Self.named(state, label)), so undiscounted values are "
        + "infinite: give gamma below 1"
    case .unbounded(let state, let label):
      "a loop through state \(state)\(Self.named(state, label)) can be gone round for ever without cost but not without "
        + "rewards, so undiscounted values are infinite or undefined: give gamma below 1"
    }
  }

  private static func named(_ state: Int, _ label: String) -> String { label == "\(state)" ? "" : " (\(label))" }
}
