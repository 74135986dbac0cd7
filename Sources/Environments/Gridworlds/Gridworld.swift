import RLCore

/// A gridworld of one's own, from a map: `S` start, `G` goal, `#` wall, `.` free, `X` hazard.
///
/// - States are `row * columns + column`, row 0 on top. Walls are states without actions, and so are goals and hazards
///   that end the episode. Episodes begin in one of the `S` cells, all equally likely.
/// - Actions are 0 up, 1 right, 2 down, 3 left; with eight moves 4 up-right, 5 down-right, 6 down-left, 7 up-left; a
///   stay action, if any, is the last. A diagonal move asks only whether the cell that it leads to can be entered.
/// - The reward is paid on arrival: `goal`, `hazard`, or `step` for any other cell, also where one stays in a cell on
///   purpose or comes back to it. A move that a wall or the edge stops earns `bump` (by default as much as `step`)
///   whatever the cell is.
/// - With chance `slip` a move goes to a side, half each: at right angles among four moves, at 45° among eight. Staying
///   never slips. A slippery move has exactly three outcomes, also where two of them lead to the same cell.
public enum Gridworld: FiniteEnvironment {
  static let map = Parameter<MapSource>(
    "map", type: "list of rows, path of a text file, or null", default: .null,
    range: "S start, G goal, # wall, . free, X hazard",
    "the map; null: an open grid of `rows` × `columns` if they are given, else a small map of the project", isFile: true
  ) { setting throws(SettingProblem) in try MapSource(setting) }
  static let rows = Parameter.optionalInteger(
    "rows", in: 1...GridMap.maximumCells,
    "without a map: the rows of an open grid, start above left and goal below right (as many as columns if null)")
  static let columns = Parameter.optionalInteger(
    "columns", in: 1...GridMap.maximumCells, "without a map: the columns of an open grid (as many as rows if null)")
  static let rewards = Parameter<Rewards>(
    "rewards", type: "object of numbers", default: Rewards.defaultSetting,
    range: "step, goal, hazard, bump: (-∞, ∞)",
    "rewards on arrival, and `bump` for a move that is stopped (null: as step)"
  ) { setting throws(SettingProblem) in try Rewards(setting) }
  static let terminal = Parameter<Terminal>(
    "terminal", type: "list of cells", default: .list([.text("G"), .text("X")]), range: "\"G\", \"X\"",
    "the cells that end an episode"
  ) { setting throws(SettingProblem) in try Terminal(setting) }
  static let slip = Parameter.real(
    "slip", default: 0, in: .unit, "the chance that a move goes to a side, half each (45° with 8 moves, else 90°)")
  static let moves = Parameter<Int>(
    "moves", type: "whole number", default: .integer(4), range: "4, 8", "the number of moves; 8 with the diagonals"
  ) { setting throws(SettingProblem) in
    guard let n = setting.whole, n == 4 || n == 8 else {
      throw SettingProblem("\(setting) is not 4 or 8; give 4 moves, or 8 with the diagonals")
    }
    return n
  }
  static let stay = Parameter.flag("stay", default: false, "whether there is an action that stays in its cell")

  /// What configurations and readers see.
  public static let about = About(
    id: "gridworld",
    summary: "a grid from a map of one's own, with walls, hazards, slipping and a choice of moves and rewards",
    source: "Sutton & Barto (2018), Examples 3.5, 4.1 and 8.1 in one frame",
    parameters: [
      map.declaration, rows.declaration, columns.declaration, rewards.declaration, terminal.declaration,
      slip.declaration, moves.declaration, stay.declaration,
    ],
    relations: [
      .never([.notAmong("map", [.null]), .notAmong("rows", [.null])]),
      .never([.notAmong("map", [.null]), .notAmong("columns", [.null])]),
      .never([.among("rows", .integer(1)), .among("columns", .integer(1), .null)]),
      .never([.among("rows", .null), .among("columns", .integer(1))]),
      .size(of: ["rows", "columns"], atMost: Double(GridMap.maximumCells)) { $0[0] * $0[1] },
    ])

  /// Builds the task.
  ///
  /// - Throws: ``SettingProblem`` where the map's file is not a map, the size is too large, or a map and a size are
  ///   both given.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let cells = try gridMap(settings)
    let four = settings[moves] == 4 ? Compass.four : Compass.eight
    let compass = settings[stay] ? four.staying : four
    let slip = settings[slip]
    let rewards = settings[rewards]
    let terminal = settings[terminal]
    let rules = GridRules(
      compass: compass, drifts: compass.drifts(ahead: 1 - slip, side: slip / 2), step: rewards.step,
      goal: rewards.goal, hazard: rewards.hazard, bump: rewards.bump ?? rewards.step, endsAtGoal: terminal.goal,
      endsAtHazard: terminal.hazard)
    return try rules.task(on: cells)
  }

  /// What the characters of a map mean.
  static let legend = GridMap.Legend(characters: [
    ("S", .start, "start"), ("G", .goal, "goal"), ("#", .wall, "wall"), (".", .free, "free"), ("X", .hazard, "hazard"),
  ])

  /// The map that is used where neither a map nor a size is given: a long way round and a short one past a hazard.
  static let defaultMap = ["S....", ".##.X", ".....", "..X.G"]

  private static func gridMap(_ settings: Settings) throws(SettingProblem) -> GridMap {
    let (givenRows, givenColumns) = (settings[rows], settings[columns])
    let source = settings[map]
    if givenRows != nil || givenColumns != nil {
      if case .none = source {
        let size = (rows: givenRows ?? givenColumns!, columns: givenColumns ?? givenRows!)
        do throws(SettingProblem) {
          try GridMap.check(rows: size.rows, columns: size.columns)
        } catch { throw SettingProblem(error.message, at: givenRows == nil ? ".columns" : ".rows") }
        if size.rows * size.columns < 2 {
          throw SettingProblem("a grid of one cell has no way to go; give at least two cells", at: ".rows")
        }
        return GridMap(openRows: size.rows, columns: size.columns)
      }
      throw SettingProblem(
        "the map has its own size; leave out \"rows\" and \"columns\", or the map",
        at: givenRows == nil ? ".columns" : ".rows")
    }
    switch source {
    case .none: return try GridMap(defaultMap.map(Setting.text), legend: legend)
    case .rows(let map): return map
    case .file(let path):
      do throws(SettingProblem) {
        switch settings.attachment("map") {
        case .text(let text): return try GridMap(text, legend: legend)
        case .list(let list): return try GridMap(list, legend: legend)
        case nil: throw SettingProblem("the file has not been read; give the rows of the map as a list instead")
        case let other?: throw SettingProblem("the file holds \(other.kind); write a text with one row a line")
        }
      } catch { throw SettingProblem("\(Setting.text(path)): \(error.message)", at: ".map") }
    }
  }
}

extension Gridworld {
  /// Where the map comes from.
  enum MapSource {
    case none
    case rows(GridMap)
    case file(path: String)

    init(_ setting: Setting) throws(SettingProblem) {
      switch setting {
      case .null: self = .none
      case .text(let path): self = .file(path: path)
      case .list(let rows): self = .rows(try GridMap(rows, legend: Gridworld.legend))
      default:
        throw SettingProblem(
          "\(setting) is \(setting.kind); write a list of rows like [\"S.G\"], or the path of a text file")
      }
    }
  }

  /// The rewards of the cells.
  struct Rewards {
    var step = -1.0
    var goal = 0.0
    var hazard = -100.0
    var bump: Double?

    static let defaultSetting = Setting.object([
      .init("step", .integer(-1)), .init("goal", .integer(0)), .init("hazard", .integer(-100)), .init("bump", .null),
    ])

    init(_ setting: Setting) throws(SettingProblem) {
      guard let fields = setting.fields else {
        throw SettingProblem("\(setting) is \(setting.kind); write an object like {step: -1, goal: 0}")
      }
      let names = ["step", "goal", "hazard", "bump"]
      for field in fields {
        do throws(SettingProblem) {
          switch field.key {
          case "step": step = try Interval.finite.number(field.value)
          case "goal": goal = try Interval.finite.number(field.value)
          case "hazard": hazard = try Interval.finite.number(field.value)
          case "bump": bump = field.value == .null ? nil : try Interval.finite.number(field.value)
          default:
            let hint = Spelling.hint(
              for: field.key, among: names, otherwise: "there are: " + names.joined(separator: ", "))
            throw SettingProblem("there is no reward \"\(field.key)\"; \(hint)")
          }
        } catch { throw SettingProblem(error.message, at: ".\(field.key)") }
      }
    }
  }

  /// The kinds of cells that end an episode.
  struct Terminal {
    var goal = false
    var hazard = false

    init(_ setting: Setting) throws(SettingProblem) {
      guard let elements = setting.elements else {
        throw SettingProblem("\(setting) is \(setting.kind); write a list like [\"G\", \"X\"], or [] for none")
      }
      for (index, element) in elements.enumerated() {
        switch element {
        case .text("G"): goal = true
        case .text("X"): hazard = true
        default:
          throw SettingProblem("\(element) is no cell that can end an episode; use \"G\" or \"X\"", at: "[\(index)]")
        }
      }
    }
  }
}
