import RLCore
import Testing

@testable import Environments

@Suite struct TaxiTests {
  /// Gymnasium's tables, entry by entry.
  @Test(arguments: [("taxi", false), ("taxi_rainy", true)])
  func table(name: String, rainy: Bool) throws {
    let task = try Taxi.task(with: ["is_rainy": .boolean(rainy)])
    #expect(task.timeLimit == 200)
    try ReferenceTable(name).check(task.model)
  }

  /// The last stretch of a ride under a passenger who is about to make up their mind, by hand; nothing else differs
  /// from the table.
  @Test func ficklePassenger() throws {
    let model = try Taxi.task(
      with: ["fickle_passenger": .boolean(true), "is_rainy": .boolean(true), "rainy_probability": .real(0.5)]
    ).model
    let plain = try Taxi.task(with: ["is_rainy": .boolean(true), "rainy_probability": .real(0.5)]).model
    #expect(model.stateCount == 1000)
    #expect(model.initial == plain.initial)
    // The taxi stands at R, (0,0), with the passenger aboard for G (state 17); south leads to (1,0), with the rain to
    // (0,1), or, at the edge, nowhere, where nothing is decided yet.
    let events = ReferenceTable.events(of: model.pairs(of: 17).lowerBound, in: model)
    var expected: [ReferenceTable.Event: Double] = [.init(next: 17, reward: -1, terminated: false): 0.25]
    for destination in 0..<4 {
      let share = destination == 1 ? 0.7 : 0.1
      expected[.init(next: 500 + 100 + 16 + destination, reward: -1, terminated: false)] = 0.5 * share
      expected[.init(next: 500 + 20 + 16 + destination, reward: -1, terminated: false)] = 0.25 * share
    }
    #expect(events.keys.sorted() == expected.keys.sorted())
    for (event, probability) in expected { #expect(abs(events[event, default: 0] - probability) < 1e-15) }
    for state in 0..<500 {
      for action in 0..<6 where !plain.isTerminal(state) {
        let offset = 500 + state
        let reference = ReferenceTable.events(of: plain.pairs(of: state).lowerBound + action, in: plain)
        let settled = ReferenceTable.events(of: model.pairs(of: offset).lowerBound + action, in: model)
        let moved = Dictionary(
          uniqueKeysWithValues: settled.map { event, probability in
            (.init(next: event.next - 500, reward: event.reward, terminated: event.terminated), probability)
          } as [(ReferenceTable.Event, Double)])
        #expect(moved == reference)
        let isAboard = state / 4 % 5 == 4
        if !isAboard || action > 3 {
          #expect(ReferenceTable.events(of: model.pairs(of: state).lowerBound + action, in: model) == reference)
        }
      }
    }
  }

  @Test func faithfulPassengerChangesNothing() throws {
    let model = try Taxi.task(
      with: ["fickle_passenger": .boolean(true), "fickle_probability": .integer(0)]
    ).model
    let plain = try Taxi.task().model
    let values = PlainSolver(model: model, gamma: 0.9).optimalValues()
    let reference = PlainSolver(model: plain, gamma: 0.9).optimalValues()
    for state in 0..<500 {
      #expect(abs(values[state] - reference[state]) < 1e-10)
      #expect(abs(values[500 + state] - reference[state]) < 1e-10)
    }
  }

  @Test func labels() throws {
    let model = try Taxi.task(with: ["fickle_passenger": .boolean(true)]).model
    #expect(model.stateLabels.label(of: 17) == "taxi (0,0), passenger aboard, to G")
    #expect(model.stateLabels.label(of: 500 + 328) == "taxi (3,1), passenger at Y, to R, settled")
  }

  @Test func wrongSettings() {
    #expect(
      Taxi.problem(with: ["rainy_probability": .integer(2)])
        == ".rainy_probability: 2 is out of range; give a number in [0, 1]")
    #expect(Taxi.problem(with: ["is_rany": .boolean(true)])?.hasSuffix("did you mean \"is_rainy\"?") == true)
  }
}
