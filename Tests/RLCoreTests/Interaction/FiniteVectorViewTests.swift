import RLCore
import Testing

@Suite struct FiniteVectorViewTests {
  /// Three states; state 1 offers a second action.
  private func simulation() throws -> FiniteSimulation {
    var builder = FiniteMDPBuilder(states: 3, actions: 2)
    for (state, action) in [(0, 0), (1, 0), (1, 1), (2, 0)] {
      builder.addPair(state: state, action: action)
      for (next, probability) in [0.2, 0.3, 0.5].enumerated() {
        let reward = Double(10 * state + action) + Double(next) / 10
        builder.addOutcome(probability: probability, next: next, reward: reward, terminated: state == 2 && next == 0)
      }
    }
    return FiniteSimulation(
      try builder.build(initial: [.init(state: 0, probability: 0.5), .init(state: 1, probability: 0.5)]))
  }

  /// With the same stream the view goes where the simulation goes.
  @Test func theTaskIsTheSame() throws {
    var simulation = try simulation()
    var view = FiniteVectorView(simulation, timeLimit: 9)
    #expect(view.actionSpace == .discrete(2) && view.observationCount == 3 && view.timeLimit == 9)
    var (first, second) = (RandomStream(seed: 3), RandomStream(seed: 3))
    var ends = 0
    var state = simulation.reset(using: &first)
    view.reset(using: &second)
    for step in 0..<500 {
      #expect(view.state == state && view.stateIndex == state)
      #expect(view.observation == (0..<3).map { $0 == state ? 1 : 0 })
      #expect(view.availableActions == (state == 1 ? 2 : 1))
      let action = step % view.availableActions
      let outcome = simulation.step(action, using: &first)
      #expect(
        view.step(action: action, using: &second)
          == VectorOutcome(reward: outcome.reward, terminated: outcome.terminated))
      state = outcome.observation
      if outcome.terminated {
        ends += 1
        state = simulation.reset(using: &first)
        view.reset(using: &second)
      }
    }
    #expect(ends > 0 && first == second)
  }

  @Test func groupsCannotBeToldApart() throws {
    var stream = RandomStream(seed: 4)
    var view = FiniteVectorView(try simulation(), features: .groups([0, 0, 1]))
    #expect(view.observationCount == 2)
    view.reset(using: &stream)
    for _ in 0..<50 {
      #expect(view.stateIndex == (view.state == 2 ? 1 : 0))
      #expect(view.observation == (view.state == 2 ? [0, 1] : [1, 0]))
      if view.step(action: 0, using: &stream).terminated { view.reset(using: &stream) }
    }
    let blind = FiniteVectorView(try simulation(), features: .groups([0, 0, 0]))
    #expect(blind.observation == [1] && blind.stateIndex == 0)
  }

  @Test func tablesGiveAnyFeatures() throws {
    var stream = RandomStream(seed: 5)
    var view = FiniteVectorView(try simulation(), features: .table([0, 1, 10, 11, 20, 21], width: 2))
    view.reset(using: &stream)
    #expect(view.stateIndex == nil)
    for _ in 0..<50 {
      #expect(view.observation == [Float(10 * view.state), Float(10 * view.state + 1)])
      if view.step(action: 0, using: &stream).terminated { view.reset(using: &stream) }
    }
  }

  @Test func coordinatesOfAGrid() {
    let grid = GridLayout(rows: 3, columns: 2, cells: .init(repeating: .free, count: 6), moves: [])
    #expect(
      FiniteVectorView.Features.coordinates(of: grid)
        == .table([-1, -1, -1, 1, 0, -1, 0, 1, 1, -1, 1, 1], width: 2))
    let row = GridLayout(rows: 1, columns: 3, cells: .init(repeating: .free, count: 3), moves: [])
    #expect(FiniteVectorView.Features.coordinates(of: row) == .table([0, -1, 0, 0, 0, 1], width: 2))
  }

  @Test func aCheckpointGoesOnToTheBit() throws {
    var stream = RandomStream(seed: 6)
    var view = FiniteVectorView(try simulation())
    view.reset(using: &stream)
    for _ in 0..<7 { _ = view.step(action: 0, using: &stream) }
    var writer = StateWriter()
    view.save(to: &writer)
    var other = FiniteVectorView(try simulation())
    var reader = StateReader(writer.bytes)
    try other.restore(from: &reader)
    #expect(reader.isAtEnd && other.state == view.state)
    reader = StateReader([3, 0, 0, 0, 0, 0, 0, 0])
    #expect(throws: StateError.self) { try other.restore(from: &reader) }
  }
}
