import RLCore

/// The blocking maze of Sutton & Barto, Example 8.2: after 1000 steps the short way is closed, and a longer one opens.
///
/// 6 × 9 cells, the start below, the goal in the upper right corner; reaching the goal earns 1, every other step 0. See ``ChangingMaze`` for when
/// the maze changes. The ways take 10 steps before and 16 after.
public struct BlockingMaze: MazeEnvironment, Sendable {
  static let changeStep = Parameter.integer(
    "change_step", default: 1000, in: 0...1_000_000_000, "the steps after which the maze changes")

  /// What configurations and readers see.
  public static let about = About(
    id: "blocking-maze",
    summary: "6 × 9 maze: after 1000 steps the short way to the goal is closed, and a longer one opens",
    source: "Sutton & Barto (2018), Example 8.2",
    parameters: [changeStep.declaration])

  /// The maze before and after.
  public var maze: ChangingMaze

  /// Makes the task.
  public init(_ settings: Settings) {
    maze = ChangingMaze(
      from: ["........G", ".........", ".........", "########.", ".........", "...S....."],
      to: ["........G", ".........", ".........", ".########", ".........", "...S....."],
      after: settings[Self.changeStep])
  }
}

/// The shortcut maze of Sutton & Barto, Example 8.3: after 3000 steps a shorter way opens, and the old one stays.
///
/// 6 × 9 cells, the start below, the goal in the upper right corner; reaching the goal earns 1, every other step 0. See ``ChangingMaze`` for when
/// the maze changes. The ways take 16 steps before and 10 after.
public struct ShortcutMaze: MazeEnvironment, Sendable {
  static let changeStep = BlockingMaze.changeStep.with(default: .integer(3000))

  /// What configurations and readers see.
  public static let about = About(
    id: "shortcut-maze", summary: "6 × 9 maze: after 3000 steps a shorter way to the goal opens, and the old one stays",
    source: "Sutton & Barto (2018), Example 8.3",
    parameters: [changeStep.declaration])

  /// The maze before and after.
  public var maze: ChangingMaze

  /// Makes the task.
  public init(_ settings: Settings) {
    maze = ChangingMaze(
      from: ["........G", ".........", ".........", ".########", ".........", "...S....."],
      to: ["........G", ".........", ".........", ".#######.", ".........", "...S....."],
      after: settings[Self.changeStep])
  }
}

/// A task in a maze that changes.
public protocol MazeEnvironment: SampledEnvironment {
  /// The maze before and after.
  var maze: ChangingMaze { get set }
}

extension MazeEnvironment {
  /// 54 cells with 4 actions each.
  public var space: ActionSpace { maze.space }
  /// Goes back to the maze before.
  public mutating func prepare(using stream: inout RandomStream) { maze.prepare() }
  /// Begins an episode.
  public mutating func reset(using stream: inout RandomStream) -> Int { maze.reset(using: &stream) }
  /// Takes a step.
  public mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
    maze.step(action, using: &stream)
  }
  /// Appends the state and the count of steps.
  public func save(to writer: inout StateWriter) { maze.save(to: &writer) }
  /// Takes up the state and the count of steps.
  public mutating func restore(from reader: inout StateReader) throws(StateError) { try maze.restore(from: &reader) }
}

/// A maze that becomes another once.
///
/// It changes between two episodes, before the first that begins after so many steps, as in the code of the published figures: changed in mid
/// episode, it could build a wall where the agent stands. States are `row * columns + column`, row 0 on top; actions are 0 up, 1 down, 2 left,
/// 3 right. Every cell counts four actions, also the obstacles that one maze has and the other has not.
public struct ChangingMaze: Sendable {
  let space: ActionSpace
  private let mazes: [FiniteSimulation]
  private let changeStep: Int
  private var current: FiniteSimulation
  private var isChanged = false
  private var steps = 0

  init(from first: [String], to second: [String], after changeStep: Int) {
    mazes = [Self.simulation(first), Self.simulation(second)]
    space = ActionSpace(states: mazes[0].space.stateCount, actions: mazes[0].space.width)
    self.changeStep = changeStep
    current = mazes[0]
  }

  private static func simulation(_ rows: [String]) -> FiniteSimulation {
    let compass = Compass("up", "down", "left", "right")
    let rules = GridRules(
      compass: compass, drifts: compass.drifts(ahead: 1, side: 0), step: 0, goal: 1, hazard: 0, bump: 0)
    do {
      let map = try GridMap(rows.map(Setting.text), legend: Gridworld.legend)
      return FiniteSimulation(try rules.task(on: map).model)
    } catch { preconditionFailure("\(rows) is no maze: \(error)") }
  }

  mutating func prepare() {
    steps = 0
    isChanged = false
    current = mazes[0]
  }

  mutating func reset(using stream: inout RandomStream) -> Int {
    if !isChanged && steps > changeStep {
      isChanged = true
      current = mazes[1]
    }
    return current.reset(using: &stream)
  }

  mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
    steps += 1
    return current.step(action, using: &stream)
  }

  /// Appends which maze it is, the state and the count of steps.
  func save(to writer: inout StateWriter) {
    writer.write(isChanged)
    current.save(to: &writer)
    writer.write(steps)
  }

  /// Takes up which maze it is, the state and the count of steps.
  mutating func restore(from reader: inout StateReader) throws(StateError) {
    isChanged = try reader.flag()
    current = mazes[isChanged ? 1 : 0]
    try current.restore(from: &reader)
    steps = try reader.integer()
  }
}
