import RLCore
import Testing

@testable import Environments

@Suite struct FrozenLakeTests {
  private static let own: [String: Setting] = [
    "desc": .rows("SFFHF", "FHFSG", "FFHFF"), "success_rate": .real(0.7),
    "reward_schedule": .list([.integer(10), .integer(-5), .real(-0.25)]),
  ]

  /// Gymnasium's tables, entry by entry.
  @Test(
    arguments: [
      ("frozenlake_4x4_slippery", [:]),
      ("frozenlake_4x4_deterministic", ["is_slippery": .boolean(false)]),
      ("frozenlake_8x8_slippery", ["map_name": .text("8x8")]),
      ("frozenlake_own", own),
    ] as [(String, [String: Setting])])
  func table(name: String, changes: [String: Setting]) throws {
    let model = try FrozenLake.task(with: changes).model
    #expect(model.actionLabels == ["left", "down", "right", "up"])
    try ReferenceTable(name).check(model)
  }

  @Test func limits() throws {
    #expect(try FrozenLake.task().timeLimit == 100)
    #expect(try FrozenLake.task(with: ["map_name": .text("8x8")]).timeLimit == 200)
    #expect(try FrozenLake.task(with: ["map_name": .null, "desc": .rows("SG")]).timeLimit == 100)
    #expect(try FrozenLake.task(with: ["map_name": .text("8x8"), "desc": .rows("SG")]).timeLimit == 100)
  }

  /// The ends of the range of `success_rate`: outcomes without probability are left out.
  @Test func certainty() throws {
    let sure = try FrozenLake.task(with: ["success_rate": .integer(1)]).model
    let dry = try FrozenLake.task(with: ["is_slippery": .boolean(false)]).model
    #expect(sure.targets == dry.targets && sure.probabilities == dry.probabilities)
    let never = try FrozenLake.task(with: ["success_rate": .integer(0)]).model
    // From the middle of the upper row, left leads up, which is nowhere, or down into the hole.
    let pair = never.pairs(of: 1).lowerBound
    #expect(Set(never.outcomes(of: pair).map { never.outcome($0).next }) == [1, 5])
  }

  @Test(
    arguments: [
      (["map_name": .null], ".desc: there is no map; give \"desc\", or \"map_name\" as \"4x4\" or \"8x8\""),
      (["map_name": .text("4X4")], ".map_name: \"4X4\" is none of \"4x4\", \"8x8\"; did you mean \"4x4\"?"),
      (["desc": .rows("SFF", "FH")], ".desc[1]: row 2 has 2 cells but row 1 has 3; give every row the same length"),
      (
        ["desc": .rows("SFF", "F.G")],
        ".desc[1]: row 2, column 2: \".\" is no cell; use S (start), F (frozen), H (hole)"
      ),
      (["desc": .rows("FFG")], ".desc: the map has no start; mark at least one cell with S"),
      (["desc": .text("SFG")], ".desc: \"SFG\" is a string; write a list of rows like"),
      (["reward_schedule": .numbers(1, 0)], ".reward_schedule: [1,0] is no list of 3 numbers; give the rewards [goal"),
      (
        ["reward_schedule": .list([.integer(1), .text("x"), .integer(0)])],
        ".reward_schedule[1]: \"x\" is a string; write"
      ),
      (["success_rate": .real(-0.1)], ".success_rate: -0.1 is out of range; give a number in [0, 1]"),
      (["is_slippery": .integer(1)], ".is_slippery: 1 is a number; write true or false"),
    ] as [([String: Setting], String)])
  func wrongSettings(_ changes: [String: Setting], _ message: String) throws {
    let problem = try #require(FrozenLake.problem(with: changes))
    #expect(problem.hasPrefix(message), "\(problem)")
  }
}
