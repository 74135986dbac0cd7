import RLCore
import Testing

@Suite struct ActionSpaceTests {
  /// Two actions in state 0, one in state 1, none in state 2.
  @Test func tablesAndPairsAreTheSameNumbers() throws {
    var builder = FiniteMDPBuilder(states: 3, actions: 3)
    for (state, action) in [(0, 0), (0, 2), (1, 1)] {
      builder.addPair(state: state, action: action)
      builder.addOutcome(probability: 1, next: 2, reward: 0)
    }
    let model = try builder.build(initial: [.init(state: 0, probability: 1)])
    let space = ActionSpace(model)
    #expect(space.slots([5, 6, 7], of: model) == [5, 6, 7, 0, 0, 0])
    #expect(space.pairs([5, 6, 7, 8, 9, 10], of: model) == [5, 6, 7])
  }

  /// Room for actions of either kind grows from nothing, and keeps what is there.
  @Test func actionStoresGrowFromNothing() {
    var numbered = ActionStore(count: 0, for: .discrete(4))
    numbered.grow(to: 3)
    #expect(numbered.numbers == [0, 0, 0] && numbered.values.isEmpty)
    var continuous = ActionStore(count: 0, for: .continuous(low: [-1, -1], high: [1, 1]))
    continuous.grow(to: 2)
    #expect(continuous.numbers.isEmpty && continuous.values == [0, 0, 0, 0])
    continuous.values[3] = 0.5
    continuous.grow(to: 3)
    continuous.grow(to: 1)
    #expect(continuous.values == [0, 0, 0, 0.5, 0, 0])
  }
}
