import RLCore

/// Gymnasium's `FrozenLake-v1` (1.4): cross a lake from `S` to `G` without falling into a hole `H`; `F` is frozen.
///
/// On slippery ice a move goes its way with `success_rate` and to each side with half the rest. A move off the lake
/// leaves the agent where it is. States are `row * columns + column`; actions 0 left, 1 down, 2 right, 3 up. Several
/// `S` cells are equally likely starts. As in Gymnasium `desc`, if given, goes before `map_name`, and a lake may be any
/// rectangle; its characters are checked, though, and no map is ever drawn at random. Goals and holes are states
/// without actions.
///
/// Episodes are cut off after 100 steps, on the map 8x8 after 200 (Gymnasium's `FrozenLake8x8-v1`).
public enum FrozenLake: FiniteEnvironment {
  /// The maps that have a name.
  enum MapName: String, CaseIterable {
    case small = "4x4"
    case large = "8x8"

    var rows: [String] {
      switch self {
      case .small: ["SFFF", "FHFH", "FFFH", "HFFG"]
      case .large:
        [
          "SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG",
        ]
      }
    }
  }

  private static let namedMap = Parameter<MapName>.choice("map_name", default: .small, "a map of Gymnasium's")
  static let mapName = Parameter<MapName?>(
    "map_name", type: "word or null", default: .text("4x4"), range: "\"4x4\", \"8x8\", null",
    "the map, where `desc` gives none"
  ) { setting throws(SettingProblem) in
    if setting == .null { return nil }
    if let problem = namedMap.declaration.problem(setting) { throw problem }
    return setting.text.flatMap(MapName.init(rawValue:))
  }
  static let desc = Parameter<GridMap?>(
    "desc", type: "list of rows or null", default: .null, range: "S start, F frozen, H hole, G goal",
    "a map of one's own, before `map_name`"
  ) { setting throws(SettingProblem) in
    if setting == .null { return nil }
    guard let rows = setting.elements else {
      throw SettingProblem("\(setting) is \(setting.kind); write a list of rows like [\"SFH\", \"FFG\"]")
    }
    return try GridMap(rows, legend: legend)
  }
  static let isSlippery = Parameter.flag("is_slippery", default: true, "whether moves may go to a side")
  static let successRate = Parameter.real(
    "success_rate", default: 1.0 / 3.0, in: .unit, "on slippery ice, the probability that a move goes its way")
  static let rewardSchedule = Parameter<[Double]>(
    "reward_schedule", type: "list of 3 numbers", default: .list([.integer(1), .integer(0), .integer(0)]),
    range: "(-∞, ∞)", "the rewards of arriving at the goal, in a hole, on frozen ice"
  ) { setting throws(SettingProblem) in
    guard let elements = setting.elements, elements.count == 3 else {
      throw SettingProblem("\(setting) is no list of 3 numbers; give the rewards [goal, hole, frozen]")
    }
    return try elements.read(Interval.finite.number)
  }

  /// What configurations and readers see.
  public static let about = About(
    id: "frozen-lake",
    summary: "cross a slippery frozen lake to the goal without falling into a hole",
    source: "Gymnasium 1.4 FrozenLake-v1",
    parameters: [
      mapName.declaration, desc.declaration, isSlippery.declaration, successRate.declaration,
      rewardSchedule.declaration,
    ], relations: [.never([.among("map_name", .null), .among("desc", .null)])])

  private static let legend = GridMap.Legend(characters: [
    ("S", .start, "start"), ("F", .free, "frozen"), ("H", .hazard, "hole"), ("G", .goal, "goal"),
  ])

  /// Builds the task.
  ///
  /// - Throws: ``SettingProblem`` where neither `desc` nor `map_name` gives a map.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let name = settings[mapName]
    let own = settings[desc]
    guard let map = try own ?? name.map({ try GridMap($0.rows.map(Setting.text), legend: legend) }) else {
      throw SettingProblem("there is no map; give \"desc\", or \"map_name\" as \"4x4\" or \"8x8\"", at: ".desc")
    }
    let success = settings[successRate]
    let rewards = settings[rewardSchedule]
    let compass = Compass("left", "down", "right", "up")
    let slippery = settings[isSlippery]
    // Reversed, the outcomes stand in the order of Gymnasium's table: the side to the right comes first.
    let drifts = compass.drifts(ahead: slippery ? success : 1, side: slippery ? (1 - success) / 2 : 0)
      .map { Array($0.reversed()) }
    let rules = GridRules(
      compass: compass, drifts: drifts, step: rewards[2], goal: rewards[0], hazard: rewards[1], bump: rewards[2])
    return try rules.task(on: map, timeLimit: own == nil && name == .large ? 200 : 100)
  }
}
