import RLCore

/// The maze of Sutton & Barto, Example 8.1 (Figure 8.2): 6 × 9 cells, seven of them obstacles; reaching the goal earns
/// 1, every other step 0. The book discounts by 0.95; the shortest way takes 14 steps.
///
/// States are `row * 9 + column`; obstacles are states without actions. Actions are 0 up, 1 down, 2 left, 3 right.
public enum DynaMaze: FiniteEnvironment {
  /// What configurations and readers see.
  public static let about = About(
    id: "dyna-maze",
    summary: "6 × 9 maze: reach the goal, which alone pays, in as few steps as possible",
    source: "Sutton & Barto (2018), Example 8.1")

  private static let rows = [
    ".......#G",
    "..#....#.",
    "S.#....#.",
    "..#......",
    ".....#...",
    ".........",
  ]

  /// Builds the task.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let compass = Compass("up", "down", "left", "right")
    let rules = GridRules(
      compass: compass, drifts: compass.drifts(ahead: 1, side: 0), step: 0, goal: 1, hazard: 0, bump: 0)
    return try rules.task(on: GridMap(rows.map(Setting.text), legend: Gridworld.legend))
  }
}
