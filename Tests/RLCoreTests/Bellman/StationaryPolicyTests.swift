import RLCore
import Testing

@Suite struct StationaryPolicyTests {
  /// State 0 offers actions 0 and 2, state 1 actions 0, 1, 2; state 2 is terminal.
  private func model() throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: 3, actions: 3)
    for (state, action) in [(0, 0), (0, 2), (1, 0), (1, 1), (1, 2)] {
      builder.addPair(state: state, action: action)
      builder.addOutcome(probability: 1, next: 2, reward: 0)
    }
    return try builder.build(initial: [.init(state: 0, probability: 1)])
  }

  @Test func buildsPolicies() throws {
    let model = try model()
    let third = 1.0 / 3
    #expect(StationaryPolicy(uniformOver: model).probabilities == [0.5, 0.5, third, third, third])
    #expect(try StationaryPolicy(actions: [2, 1, -1], of: model).probabilities == [0, 1, 0, 1, 0])
    let wide = try StationaryPolicy(table: [[0.25, 0, 0.75], [0, 1, 0], []], of: model)
    #expect(wide.probabilities == [0.25, 0.75, 0, 1, 0])
    let narrow = try StationaryPolicy(table: [[0.5, 0.5], [0, 0, 1], []], of: model)
    #expect(narrow.probabilities == [0.5, 0.5, 0, 0, 1])
    let q = [1.0, 2, 3, 3, 0]
    #expect(StationaryPolicy(greedyIn: q, of: model).probabilities == [0, 1, 0.5, 0.5, 0])
    let soft = StationaryPolicy(greedyIn: q, epsilon: 0.3, of: model)
    let expected = [0.15, 0.85, 0.45, 0.45, 0.1]
    for (p, right) in zip(soft.probabilities, expected) { #expect(abs(p - right) < 1e-15) }
    #expect(StationaryPolicy(greedyIn: q, tieTolerance: 1, of: model).probabilities[0] == 0.5)
    var inPlace = StationaryPolicy(uniformOver: model)
    let slots = [1.0, 2, -9, 3, 3, 0, 5, 5, 5]
    slots.withUnsafeBufferPointer { inPlace.becomeGreedy(in: $0, width: 3, of: model) }
    #expect(inPlace == StationaryPolicy(greedyIn: q, of: model))
    #expect(inPlace.deterministicPairs(in: model) == nil)
    #expect(try StationaryPolicy(actions: [0, 2, 0], of: model).deterministicPairs(in: model) == [0, 4, -1])
  }

  @Test func refusesWithTheState() throws {
    let model = try model()
    func problem(_ body: () throws -> Void) -> SettingProblem? {
      do {
        try body()
        return nil
      } catch { return error as? SettingProblem }
    }
    let places = [
      problem { _ = try StationaryPolicy(actions: [1, 0, 0], of: model) }?.place,
      problem { _ = try StationaryPolicy(actions: [0, 0], of: model) }?.place,
      problem { _ = try StationaryPolicy(table: [[1, 0], [0.5, 0.2, 0.2], []], of: model) }?.place,
      problem { _ = try StationaryPolicy(table: [[1], [0, 0, 1], []], of: model) }?.place,
      problem { _ = try StationaryPolicy(table: [[0, 1, 0], [0, 0, 1], []], of: model) }?.place,
      problem { _ = try StationaryPolicy(table: [[2, -1], [0, 0, 1], []], of: model) }?.place,
      problem { _ = try PolicySpecification(.text("unifrom")) }?.place,
      problem { _ = try PolicySpecification(.list([.list([.real(0.5), .text("x")])])) }?.place,
      problem { _ = try PolicySpecification(.list([.integer(0), .real(0.5)])) }?.place,
    ]
    #expect(places == ["[0]", "", "[1]", "[0]", "[0][1]", "[0][0]", "", "[0][1]", "[1]"])
  }

  @Test func readsSettings() throws {
    let model = try model()
    let actions = try PolicySpecification(.list([.integer(2), .integer(1), .null]))
    #expect(try actions.policy(for: model) == StationaryPolicy(actions: [2, 1, 0], of: model))
    let rows: [Setting] = [
      .list([.integer(0), .integer(1)]), .list([.integer(0), .integer(0), .integer(1)]), .null,
    ]
    let table = try PolicySpecification(.list(rows))
    #expect(try table.policy(for: model) == StationaryPolicy(actions: [2, 2, 0], of: model))
    #expect(try PolicySpecification(.text("uniform")).policy(for: model) == StationaryPolicy(uniformOver: model))
  }
}
