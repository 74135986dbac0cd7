import RLCore
import Testing

@testable import Environments

@Suite struct BlackjackTests {
  /// Tables enumerated elsewhere from the source's rules.
  @Test(arguments: [("blackjack_sab", true), ("blackjack_plain", false)])
  func table(name: String, sab: Bool) throws {
    try ReferenceTable(name).check(Blackjack.task(with: ["sab": .boolean(sab)]).model)
  }

  /// Without `sab`, `natural` raises what a win with a natural pays, and nothing else.
  @Test func naturalPaysMore() throws {
    var reference = try ReferenceTable("blackjack_plain")
    for state in 280..<290 {
      let pair = ReferenceTable.Pair(state: state, action: 0)
      let win = ReferenceTable.Event(next: 290, reward: 1, terminated: true)
      let removed = reference.rows[pair]?.removeValue(forKey: win)
      let probability = try #require(removed)
      reference.rows[pair]?[.init(next: 290, reward: 1.5, terminated: true)] = probability
    }
    reference.check(try Blackjack.task(with: ["sab": .boolean(false), "natural": .boolean(true)]).model)
    let model = try Blackjack.task(with: ["sab": .boolean(true), "natural": .boolean(true)]).model
    try ReferenceTable("blackjack_sab").check(model)
  }

  /// S&B Example 5.1 without naturals: optimal values and actions, solved elsewhere (`sb_example_5_1_blackjack.csv`).
  @Test func example51() throws {
    let model = try Blackjack.task(with: ["sab": .boolean(false)]).model
    let solver = PlainSolver(model: model, gamma: 1)
    let values = solver.optimalValues()
    let random = solver.randomValues()
    var checked = 0
    for line in try Fixture.lines("textbook/sb_example_5_1_blackjack.csv").dropFirst() {
      let cells = line.split(separator: ",").map { Double($0)! }
      let (isSoft, sum, dealer) = (cells[0] == 1, Int(cells[1]), Int(cells[2]))
      let state = isSoft ? 180 + (sum - 12) * 10 + dealer - 1 : (sum - 4) * 10 + dealer - 1
      #expect(abs(values[state] - cells[4]) < 1e-8)
      #expect(abs(random[state] - cells[8]) < 1e-8)
      let q = model.pairs(of: state).map { solver.value(of: $0, values) }
      #expect(abs(q[1] - cells[5]) < 1e-8 && abs(q[0] - cells[6]) < 1e-8)
      checked += 1
    }
    #expect(checked == 200)
  }

  @Test func handsMayBeginInOneState() throws {
    let model = try Blackjack.task(with: ["start": .integer(191)]).model
    #expect(model.initial.map(\.state) == [191])
    #expect(model.stateLabels.label(of: 191) == "soft 13, dealer 2")
  }

  @Test func labels() throws {
    let labels = try Blackjack.task().model.stateLabels
    #expect(labels.label(of: 0) == "hard 4, dealer ace")
    #expect(labels.label(of: 191) == "soft 13, dealer 2")
    #expect(labels.label(of: 289) == "natural, dealer 10")
    #expect(labels.label(of: 290) == "over")
  }
}
