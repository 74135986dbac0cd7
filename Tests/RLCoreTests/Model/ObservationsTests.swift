import RLCore
import Testing

@Suite struct ObservationsTests {
  /// Five states in a row, the last of them terminal; the middle one offers a third action, by number 2.
  private func row() throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: 5, actions: 3)
    for state in 0..<4 {
      for action in 0..<(state == 2 ? 3 : 2) {
        builder.addPair(state: state, action: action)
        builder.addOutcome(probability: 0.75, next: min(4, state + 1), reward: Double(state))
        builder.addOutcome(probability: 0.25, next: 0, reward: -1)
      }
    }
    return try builder.build(initial: [.init(state: 0, probability: 0.5), .init(state: 1, probability: 0.5)])
  }

  @Test func statesThatLookAlikeShareARow() throws {
    let seen = try Observations([0, 1, 2, 1, 1], labels: ["left", "outer", "middle"], of: row())
    #expect(seen.count == 3 && seen[3] == 1)
    #expect((0..<3).map(seen.space.actions) == [2, 2, 3])
    #expect(seen.space.width == 3 && seen.states.stateCount == 5)
    #expect(seen.lift(values: [5, 6, 7]) == [5, 6, 7, 6, 0])
    #expect(
      seen.lift(slots: [1, 2, 0, 3, 4, 0, 5, 6, 7]) == [1, 2, 0, 3, 4, 0, 5, 6, 7, 3, 4, 0, 0, 0, 0])
    var report = LearnerReport()
    report.stateValues = [1, 2, 3]
    report.targetPolicy = [0.5, 0.5, 0, 1, 0, 0, 0.25, 0.25, 0.5]
    report.lift(through: seen)
    #expect(report.stateValues == [1, 2, 3, 2, 0] && report.actionValues.isEmpty)
    #expect(report.targetPolicy.suffix(6) == [1, 0, 0, 0, 0, 0] && report.behaviorPolicy.isEmpty)
  }

  @Test func whatCannotBeIsRefused() throws {
    let model = try row()
    for (numbers, hint) in [
      ([0, 0, 0], "give 5"), ([0, 1, 2, 3, -1], "out of range"), ([0, 1, 2, 3, 5], "out of range"),
      ([0, 0, 3, 1, 1], "no state has observation 2"), ([0, 0, 0, 0, 0], "different actions"),
    ] {
      do {
        _ = try Observations(numbers, of: model)
        Issue.record("\(numbers) was taken")
      } catch { #expect(error.message.contains(hint), "\(error.message)") }
    }
    #expect(throws: SettingProblem.self) { try Observations([0, 0, 1, 0, 0], labels: ["one"], of: model) }
  }

  /// The same words from the stream, the same rewards and ends; only what is seen differs.
  @Test func simulationGivesObservations() throws {
    let model = try row()
    let numbers = [0, 1, 2, 1, 1]
    var plain = FiniteSimulation(model)
    var blind = plain.observed(through: try Observations(numbers, of: model))
    #expect(blind.space.stateCount == 3 && plain.space.stateCount == 5)
    var first = RandomStream(seed: 5)
    var second = first
    var state = plain.reset(using: &first)
    #expect(blind.reset(using: &second) == numbers[state])
    for k in 0..<200 {
      let a = plain.step(k % 2, using: &first)
      let b = blind.step(k % 2, using: &second)
      #expect(b.observation == numbers[a.observation] && b.reward == a.reward && b.terminated == a.terminated)
      if a.terminated {
        state = plain.resetAnywhere(using: &first)
        #expect(blind.resetAnywhere(using: &second) == numbers[state])
      }
    }
    #expect(first == second)
    var writer = StateWriter()
    blind.save(to: &writer)
    var taken = FiniteSimulation(model).observed(through: try Observations(numbers, of: model))
    var reader = StateReader(writer.bytes)
    try taken.restore(from: &reader)
    let next = blind.step(0, using: &first)
    let same = taken.step(0, using: &second)
    #expect(next.observation == same.observation && next.reward == same.reward)
  }
}
