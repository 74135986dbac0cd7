import RLCore
import Testing

@testable import Environments

@Suite struct GridworldTests {
  private typealias Event = ReferenceTable.Event

  private func events(_ model: FiniteMDP, _ state: Int, _ action: Int) -> [Event: Double] {
    let pair = model.pairs(of: state).first { Int(model.pairActions[$0]) == action }!
    return ReferenceTable.events(of: pair, in: model)
  }

  /// One map by hand: rewards on arrival, walls, the edge, ends.
  @Test func ruleByRule() throws {
    let task = try Gridworld.task(with: ["map": .rows("S.#", "X.G")])
    let model = task.model
    #expect(model.stateCount == 6 && model.actionCount == 4)
    #expect(model.actionLabels == ["up", "right", "down", "left"])
    #expect(model.initial == [.init(state: 0, probability: 1)])
    #expect(model.stateLabels.label(of: 4) == "(1,1)")
    #expect([0, 1, 4].allSatisfy { !model.isTerminal($0) })
    #expect([2, 3, 5].allSatisfy(model.isTerminal))
    #expect(events(model, 0, 0) == [Event(next: 0, reward: -1, terminated: false): 1])
    #expect(events(model, 0, 1) == [Event(next: 1, reward: -1, terminated: false): 1])
    #expect(events(model, 0, 2) == [Event(next: 3, reward: -100, terminated: true): 1])
    #expect(events(model, 1, 1) == [Event(next: 1, reward: -1, terminated: false): 1])
    #expect(events(model, 4, 1) == [Event(next: 5, reward: 0, terminated: true): 1])
    let grid = try #require(task.grid)
    #expect(grid.rows == 2 && grid.columns == 3)
    #expect(grid.cells == [.start, .free, .wall, .hazard, .free, .goal])
    #expect(task.timeLimit == nil)
  }

  @Test func rewardsAreReplacedOneByOne() throws {
    let rewards = Setting.object([.init("step", .real(-0.5)), .init("goal", .integer(7))])
    let model = try Gridworld.task(with: ["map": .rows("SXG", "..."), "rewards": rewards]).model
    #expect(events(model, 0, 0) == [Event(next: 0, reward: -0.5, terminated: false): 1])
    #expect(events(model, 0, 1) == [Event(next: 1, reward: -100, terminated: true): 1])
    #expect(events(model, 5, 0) == [Event(next: 2, reward: 7, terminated: true): 1])
    let bump = Setting.object([.init("bump", .integer(-3))])
    let bumping = try Gridworld.task(with: ["map": .rows("S#G", "..."), "rewards": bump]).model
    #expect(events(bumping, 0, 0) == [Event(next: 0, reward: -3, terminated: false): 1])
    #expect(events(bumping, 0, 1) == [Event(next: 0, reward: -3, terminated: false): 1])
    #expect(events(bumping, 0, 2) == [Event(next: 3, reward: -1, terminated: false): 1])
  }

  /// A goal that ends nothing pays whenever it is entered, and when one stays in it; being stopped there is a bump.
  @Test func continuingCells() throws {
    let model = try Gridworld.task(
      with: [
        "map": .rows("SGX"), "terminal": .list([]), "stay": .boolean(true),
        "rewards": .object([.init("goal", .integer(5)), .init("bump", .integer(-2))]),
      ]
    ).model
    #expect((0..<3).allSatisfy { !model.isTerminal($0) })
    #expect(model.isContinuing)
    #expect(model.actionLabels.last == "stay")
    #expect(events(model, 0, 1) == [Event(next: 1, reward: 5, terminated: false): 1])
    #expect(events(model, 1, 4) == [Event(next: 1, reward: 5, terminated: false): 1])
    #expect(events(model, 1, 0) == [Event(next: 1, reward: -2, terminated: false): 1])
    #expect(events(model, 2, 4) == [Event(next: 2, reward: -100, terminated: false): 1])
    #expect(events(model, 0, 4) == [Event(next: 0, reward: -1, terminated: false): 1])
    let half = try Gridworld.task(with: ["map": .rows("SGX"), "terminal": .rows("G")]).model
    #expect(half.isTerminal(1) && !half.isTerminal(2))
    #expect(events(half, 2, 3) == [Event(next: 1, reward: 0, terminated: true): 1])
  }

  @Test func slipGoesToTheSides() throws {
    let model = try Gridworld.task(with: ["map": .rows("...", ".S.", "..G"), "slip": .real(0.2)]).model
    #expect(
      events(model, 4, 0) == [
        Event(next: 1, reward: -1, terminated: false): 0.8, Event(next: 3, reward: -1, terminated: false): 0.1,
        Event(next: 5, reward: -1, terminated: false): 0.1,
      ])
    #expect(
      events(model, 5, 1) == [
        Event(next: 5, reward: -1, terminated: false): 0.8, Event(next: 2, reward: -1, terminated: false): 0.1,
        Event(next: 8, reward: 0, terminated: true): 0.1,
      ])
    // Every slippery move has three outcomes, also in a corner where two of them coincide.
    #expect((0..<model.pairCount).allSatisfy { model.outcomes(of: $0).count == 3 })
    // With certainty to a side there are only the sides.
    let sure = try Gridworld.task(with: ["map": .rows("...", ".S.", "..G"), "slip": .integer(1)]).model
    #expect(
      events(sure, 4, 3) == [
        Event(next: 1, reward: -1, terminated: false): 0.5, Event(next: 7, reward: -1, terminated: false): 0.5,
      ])
  }

  @Test func eightMovesSlipBy45Degrees() throws {
    let model = try Gridworld.task(
      with: [
        "map": .rows("...", ".S.", "G.."), "moves": .integer(8), "stay": .boolean(true), "slip": .real(0.5),
      ]
    ).model
    #expect(
      model.actionLabels == [
        "up", "right", "down", "left", "up-right", "down-right", "down-left", "up-left", "stay",
      ])
    func step(_ next: Int) -> Event { Event(next: next, reward: next == 6 ? 0 : -1, terminated: next == 6) }
    #expect(events(model, 4, 0) == [step(1): 0.5, step(0): 0.25, step(2): 0.25])
    #expect(events(model, 4, 4) == [step(2): 0.5, step(1): 0.25, step(5): 0.25])
    #expect(events(model, 4, 6) == [step(6): 0.5, step(7): 0.25, step(3): 0.25])
    #expect(events(model, 4, 8) == [step(4): 1])
    // A diagonal that leads off the grid goes nowhere.
    #expect(events(model, 1, 4) == [step(1): 0.75, step(2): 0.25])
    let sharp = try Gridworld.task(with: ["map": .rows("S#", "#G"), "moves": .integer(8)]).model
    #expect(events(sharp, 0, 5) == [Event(next: 3, reward: 0, terminated: true): 1])
  }

  @Test func startsShare() throws {
    let model = try Gridworld.task(with: ["map": .rows("S.S", ".GS", "#.S")]).model
    #expect(model.initial.map(\.state) == [0, 2, 5, 8])
    #expect(model.initial.allSatisfy { $0.probability == 0.25 })
  }

  @Test func openGridsNeedNoMap() throws {
    let task = try Gridworld.task(with: ["rows": .integer(3), "columns": .integer(5)])
    let byHand = try Gridworld.task(with: ["map": .rows("S....", ".....", "....G")])
    #expect(task.grid == byHand.grid)
    #expect(task.model.targets == byHand.model.targets)
    #expect(task.model.rewards == byHand.model.rewards)
    #expect(try Gridworld.task(with: ["rows": .integer(4)]).model.stateCount == 16)
    #expect(try Gridworld.task(with: ["columns": .integer(7)]).model.stateCount == 49)
  }

  /// The default map: the goal is seven steps away, and every free cell can reach it.
  @Test func defaultMap() throws {
    let model = try Gridworld.task().model
    let values = PlainSolver(model: model, gamma: 1).optimalValues()
    #expect(values[0] == -6)
    #expect(model.stateCount == 20)
  }

  @Test(arguments: ["S.G\n#.X\n", "S.G\r\n#.X\r\n", "S.G\n#.X", "S.G\n#.X\n\n\n", "\u{FEFF}S.G\n#.X\n"])
  func mapFiles(_ text: String) throws {
    let settings = try Settings(
      [.init("map", .text("some/maze.txt"))], for: Gridworld.about.parameters, attachments: ["map": .text(text)],
      owner: "gridworld")
    let byHand = try Gridworld.task(with: ["map": .rows("S.G", "#.X")])
    #expect(try Gridworld.task(settings).grid == byHand.grid)
  }

  @Test func wrongFilesAreNamed() throws {
    func problem(_ content: Setting?) -> SettingProblem? {
      do {
        let settings = try Settings(
          [.init("map", .text("maze.txt"))], for: Gridworld.about.parameters,
          attachments: content.map { ["map": $0] } ?? [:], owner: "gridworld")
        _ = try Gridworld.task(settings)
        return nil
      } catch { return error as? SettingProblem }
    }
    #expect(
      problem(.text("S.G\n.q.\n"))
        == .init(
          "\"maze.txt\": row 2, column 2: \"q\" is no cell; "
            + "use S (start), G (goal), # (wall), . (free), X (hazard)", at: ".map"))
    #expect(
      problem(.text("S.G\n..\n"))
        == .init("\"maze.txt\": row 2 has 2 cells but row 1 has 3; give every row the same length", at: ".map"))
    #expect(problem(.text(""))?.message.hasPrefix("\"maze.txt\": the map has no rows") == true)
    #expect(problem(.text("S.\n\n.G\n"))?.message.hasPrefix("\"maze.txt\": row 2 is empty") == true)
    #expect(problem(.integer(3))?.message == "\"maze.txt\": the file holds a number; write a text with one row a line")
    #expect(problem(nil)?.message.contains("has not been read") == true)
  }

  @Test(
    arguments: [
      (["map": .rows("S.", ".")], ".map[1]: row 2 has 1 cells but row 1 has 2; give every row the same length"),
      (["map": .rows("S.", ".g")], ".map[1]: row 2, column 2: \"g\" is no cell; did you mean \"G\"?"),
      (["map": .rows("..", ".G")], ".map: the map has no start; mark at least one cell with S"),
      (["map": .list([])], ".map: the map has no rows; give at least one, made of S (start)"),
      (["map": .rows("", "S")], ".map[0]: row 1 is empty; write its cells: S (start)"),
      (["map": .list([.integer(3)])], ".map[0]: row 1 is a number; write a row as a string of S (start)"),
      (["map": .rows("Sé")], ".map[0]: row 1, column 2: \"é\" is no cell; use S (start)"),
      (["map": .rows("S\u{301}G")], ".map[0]: row 1, column 2: "),
      (["map": .rows("S.\r\n")], ".map[0]: row 1, column 3: \"\\r\" is no cell; use S (start)"),
      (["map": .boolean(true)], ".map: true is a boolean; write a list of rows like"),
      (["map": .rows("SG"), "rows": .integer(3)], ".rows: the map has its own size; leave out"),
      (["map": .rows("SG"), "columns": .integer(3)], ".columns: the map has its own size; leave out"),
      (["rows": .integer(1)], ".rows: a grid of one cell has no way to go; give at least two cells"),
      (["rows": .integer(0)], ".rows: 0 is out of range; give a whole number in [1, 4000000]"),
      (["rows": .integer(3000)], ".rows: 3000 × 3000 cells are too many; at most 4000000 fit: choose a smaller grid"),
      (["rewards": .object([.init("gaol", .integer(1))])], ".rewards.gaol: there is no reward \"gaol\"; did you mean"),
      (["rewards": .object([.init("q", .integer(1))])], ".rewards.q: there is no reward \"q\"; there are: step, goal"),
      (["rewards": .object([.init("step", .text("x"))])], ".rewards.step: \"x\" is a string; write a number in"),
      (["rewards": .object([.init("goal", .real(.infinity))])], ".rewards.goal: Infinity is out of range; give"),
      (["rewards": .integer(3)], ".rewards: 3 is a number; write an object like"),
      (["terminal": .rows("G", "S")], ".terminal[1]: \"S\" is no cell that can end an episode; use \"G\" or \"X\""),
      (["terminal": .text("G")], ".terminal: \"G\" is a string; write a list like"),
      (["slip": .real(1.5)], ".slip: 1.5 is out of range; give a number in [0, 1]"),
      (["slip": .real(.nan)], ".slip: NaN is out of range; give a number in [0, 1]"),
      (["moves": .integer(6)], ".moves: 6 is not 4 or 8; give 4 moves, or 8 with the diagonals"),
      (["slipp": .real(0.1)], ".slipp: \"gridworld\" has no parameter \"slipp\"; did you mean \"slip\"?"),
    ] as [([String: Setting], String)])
  func wrongSettings(_ changes: [String: Setting], _ message: String) throws {
    let problem = try #require(Gridworld.problem(with: changes))
    #expect(problem.hasPrefix(message), "\(problem)")
  }
}
