/// The parameters that planners share.
public enum PlanningParameters {
  /// The discount factor.
  public static let gamma = Parameter.real(
    "gamma", symbol: "γ", default: 1, in: .closed(0, 1),
    "discount factor; 1 only for tasks that can be made to end, or that can be stayed in for nothing")
  /// Where a planner stops.
  public static let tolerance = Parameter.real(
    "tolerance", symbol: "θ", default: 1e-8, in: .nonnegative,
    "stop when the certified bound on the error of the values is at most this")
  /// Which actions count as greedy.
  public static let tieTolerance = Parameter.real(
    "tie_tolerance", default: 1e-9, in: .nonnegative,
    "how far below the best an action still counts as greedy; times the largest value where that is above 1")
  /// What becomes of ties.
  public static let ties = Parameter<Ties>.choice(
    "ties", default: .split, "whether equally greedy actions share the probability or the least of them has all")

  /// The parameters of the greedy policy that is reported.
  public static let greedy = [tieTolerance.declaration, ties.declaration]

  /// What becomes of ties.
  public enum Ties: String, CaseIterable, Sendable {
    /// Equally greedy actions have the same probability.
    case split
    /// The least of them has probability 1.
    case least
  }
}
