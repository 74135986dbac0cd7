import RLCore

/// The gridworld of Zhao, *Mathematical Foundations of Reinforcement Learning*: forbidden cells, a target, and an
/// action that stays.
///
/// Arriving in a cell (by moving or by staying) earns `target_reward` in the target, `forbidden_reward` in a forbidden
/// cell and `step_reward` elsewhere. An attempt to leave the grid leaves the agent where it is and earns
/// `boundary_reward`, and `forbidden_reward` on top where that cell is forbidden; the book's printed figures need this
/// sum. The task goes on at the target, where staying earns the target's reward again and again, unless `terminal` ends
/// the episode there.
///
/// With `enterable: false` forbidden cells are walls, as in the code published with the course: an attempt to enter one
/// earns `forbidden_reward` and leaves the agent where it is. They are states without actions then.
///
/// States are `(row − 1) * columns + column − 1`, the book's s1, s2, … counted from 0; actions 0 up, 1 right, 2 down, 3
/// left, 4 stay, the book's a1 to a5. Cells in the options are `[row, column]` counted from 1, as in the book.
public enum ZhaoGridworld: FiniteEnvironment {
  static let rows = Parameter.integer("rows", default: 5, in: 1...1000, "the number of rows")
  static let columns = Parameter.integer("columns", default: 5, in: 1...1000, "the number of columns")
  static let forbidden = Parameter.positions(
    "forbidden", default: [(2, 2), (2, 3), (3, 3), (4, 2), (4, 4), (5, 2)], "the forbidden cells")
  static let target = Parameter.position("target", default: (4, 3), "the target cell")
  static let start = Parameter.optionalPosition(
    "start", default: (1, 1), "where episodes begin; null: in any cell that can be occupied, equally likely")
  static let forbiddenReward = Parameter.real(
    "forbidden_reward", symbol: "r_forbidden", default: -1, "the reward of entering a forbidden cell")
  static let boundaryReward = Parameter.real(
    "boundary_reward", symbol: "r_boundary", default: -1, "the reward of an attempt to leave the grid")
  static let targetReward = Parameter.real(
    "target_reward", symbol: "r_target", default: 1, "the reward of entering the target or staying in it")
  static let stepReward = Parameter.real(
    "step_reward", symbol: "r_other", default: 0, "the reward of any other step")
  static let enterable = Parameter.flag(
    "enterable", default: true, "whether forbidden cells can be entered; false makes them walls")
  static let terminal = Parameter.flag("terminal", default: false, "whether the target ends the episode")

  /// What configurations and readers see.
  public static let about = About(
    id: "zhao-gridworld",
    summary: "5 × 5 grid with forbidden cells and a target at which the task goes on",
    source: "Zhao (2025), Mathematical Foundations of Reinforcement Learning, chapters 1 to 3",
    parameters: [
      forbidden.declaration, target.declaration, forbiddenReward.declaration, boundaryReward.declaration,
      targetReward.declaration, stepReward.declaration, enterable.declaration, terminal.declaration,
      start.declaration, rows.declaration, columns.declaration,
    ],
    relations: [
      .atMost(["target[0]", "start[0]", "forbidden[*][0]"], "rows"),
      .atMost(["target[1]", "start[1]", "forbidden[*][1]"], "columns"),
      .apart(list: "forbidden", from: "target", among: cells),
    ])

  /// The cells of the book's grid.
  private static var cells: [Setting] {
    (1...5).flatMap { row in (1...5).map { .list([.integer(row), .integer($0)]) } }
  }

  /// Builds the task.
  ///
  /// - Throws: ``SettingProblem`` where a cell is not on the grid, the target is forbidden, or the start cannot be
  ///   occupied.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let world = try World(settings)
    let compass = Compass.four.staying
    let count = world.rows * world.columns
    var builder = FiniteMDPBuilder(
      states: count, actions: 5, expectedPairs: count * 5, expectedOutcomes: count * 5)
    for state in 0..<count where world.offersActions(state) {
      for (action, move) in compass.moves.enumerated() {
        let (next, reward) = world.arrival(from: state, by: move)
        builder.addPair(state: state, action: action)
        builder.addOutcome(
          probability: 1, next: next, reward: reward, terminated: world.isTerminal && next == world.target)
      }
    }
    let starts = world.start.map { [$0] } ?? (0..<count).filter(world.offersActions)
    if starts.isEmpty {
      throw SettingProblem("no cell is left to begin in; forbid fewer cells", at: ".forbidden")
    }
    let model = try builder.build(
      initial: .uniform(over: starts), stateLabels: .cells(columns: world.columns), actionLabels: compass.labels)
    return FiniteTask(model: model, grid: world.layout(starts: world.start.map { [$0] } ?? [], compass))
  }

  private struct World {
    let rows: Int
    let columns: Int
    let target: Int
    let start: Int?
    let isForbidden: [Bool]
    let isEnterable: Bool
    let isTerminal: Bool
    let forbiddenReward: Double
    let boundaryReward: Double
    let targetReward: Double
    let stepReward: Double

    init(_ settings: Settings) throws(SettingProblem) {
      rows = settings[ZhaoGridworld.rows]
      columns = settings[ZhaoGridworld.columns]
      isEnterable = settings[enterable]
      isTerminal = settings[terminal]
      forbiddenReward = settings[ZhaoGridworld.forbiddenReward]
      boundaryReward = settings[ZhaoGridworld.boundaryReward]
      targetReward = settings[ZhaoGridworld.targetReward]
      stepReward = settings[ZhaoGridworld.stepReward]
      target = try settings[ZhaoGridworld.target].state(rows: rows, columns: columns, at: ".target")
      var isForbidden = [Bool](repeating: false, count: rows * columns)
      for (index, position) in settings[forbidden].enumerated() {
        let state = try position.state(rows: rows, columns: columns, at: ".forbidden[\(index)]")
        if state == target {
          throw SettingProblem(
            "[\(position.row),\(position.column)] is the target; move the target or take the cell off the list",
            at: ".forbidden[\(index)]")
        }
        isForbidden[state] = true
      }
      self.isForbidden = isForbidden
      start = try settings[ZhaoGridworld.start]?.state(rows: rows, columns: columns, at: ".start")
      if let start, !offersActions(start) {
        let what = start == target ? "ends the episode" : "is a wall"
        throw SettingProblem("the start \(what); choose another cell, or null for any", at: ".start")
      }
    }

    func offersActions(_ state: Int) -> Bool {
      !(isTerminal && state == target) && (isEnterable || !isForbidden[state])
    }

    func arrival(from state: Int, by move: GridLayout.Move) -> (next: Int, reward: Double) {
      let (row, column) = (state / columns + move.rows, state % columns + move.columns)
      if row < 0 || row >= rows || column < 0 || column >= columns {
        return (state, boundaryReward + (isForbidden[state] ? forbiddenReward : 0))
      }
      let next = row * columns + column
      if next == target { return (next, targetReward) }
      if isForbidden[next] { return (isEnterable ? next : state, forbiddenReward) }
      return (next, stepReward)
    }

    func layout(starts: [Int], _ compass: Compass) -> GridLayout {
      var cells = isForbidden.map { $0 ? (isEnterable ? GridLayout.Cell.hazard : .wall) : .free }
      for start in starts where cells[start] == .free { cells[start] = .start }
      cells[target] = .goal
      return GridLayout(rows: rows, columns: columns, cells: cells, moves: compass.moves)
    }
  }
}
