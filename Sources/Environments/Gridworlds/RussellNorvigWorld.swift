import RLCore

/// The 4 × 3 world of Russell & Norvig, *Artificial Intelligence: A Modern Approach*: one wall, an exit that pays 1, an
/// exit that costs 1, and moves that slip to a side with probability 0.1 each.
///
/// The editions differ in when a state's reward is paid. The fourth pays on arrival: −0.04 in any cell but the exits,
/// ±1 in those, and the start is worth 0.7453. Up to the third it is paid for being in a state, also for the last one
/// before an exit, which comes to −0.04 ± 1 on arrival there, and the start is worth 0.7053 (both undiscounted).
///
/// States are `row * 4 + column`, row 0 on top: the book's (column, row), counted from 1 below, is state
/// `(3 − row) * 4 + column − 1`. Actions are 0 up, 1 right, 2 down, 3 left.
public enum RussellNorvigWorld: FiniteEnvironment {
  static let stepReward = Parameter.real(
    "step_reward", symbol: "r", default: -0.04, "the reward of a state that is no exit")
  static let slip = Parameter.real("slip", default: 0.2, in: .unit, "the chance that a move goes to a side, half each")
  static let edition = Parameter.integer(
    "edition", default: 4, in: 3...4, "the edition whose rewards hold: 4 on arrival, 3 for being in a state")

  /// What configurations and readers see.
  public static let about = About(
    id: "russell-norvig",
    summary: "the 4 × 3 world: reach the exit that pays 1 and stay clear of the one that costs 1",
    source:
      "Russell & Norvig, Artificial Intelligence: A Modern Approach, 4th ed. (2020), section 16.1 (3rd ed., 17.1)",
    parameters: [stepReward.declaration, slip.declaration, edition.declaration])

  /// Builds the task.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let compass = Compass.four
    let slip = settings[slip]
    let step = settings[stepReward]
    let onLeaving = settings[edition] == 3 ? step : 0
    let rules = GridRules(
      compass: compass, drifts: compass.drifts(ahead: 1 - slip, side: slip / 2), step: step, goal: onLeaving + 1,
      hazard: onLeaving - 1, bump: step)
    return try rules.task(on: GridMap(["...G", ".#.X", "S..."].map(Setting.text), legend: Gridworld.legend))
  }
}
