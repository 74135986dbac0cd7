import Testing

@testable import RLCore

/// Pairs by which episodes surely end, against their definition.
@Suite struct ProperPairsTests {
  /// By the definition: the greatest set of states from which, over pairs that stay within it, an end can be reached from each.
  private func canEnd(_ model: FiniteMDP) -> Set<Int> {
    var kept = Set(0..<model.stateCount)
    while true {
      var ends = Set((0..<model.stateCount).filter { model.isTerminal($0) })
      var isGrowing = true
      while isGrowing {
        isGrowing = false
        for state in kept where !ends.contains(state) {
          for pair in model.pairs(of: state) {
            let next = model.outcomes(of: pair).map { Int(model.targets[$0]) }
            if next.allSatisfy({ $0 < 0 || kept.contains($0) }) && next.contains(where: { $0 < 0 || ends.contains($0) })
            {
              ends.insert(state)
              isGrowing = true
              break
            }
          }
        }
      }
      if ends == kept { return kept }
      kept = ends
    }
  }

  /// Random models of few outcomes, in most of which some states can end and some cannot.
  @Test func theyAreThoseOfTheDefinition() throws {
    var stream = RandomStream(seed: 5)
    var both = 0
    for _ in 0..<200 {
      var builder = FiniteMDPBuilder(states: 9, actions: 3)
      for state in 0..<8 {
        for action in 0...stream.uniform(below: 3) {
          builder.addPair(state: state, action: action)
          // State 7 is left by nothing.
          let count = state == 7 ? 1 : 1 + stream.uniform(below: 2)
          for _ in 0..<count {
            builder.addOutcome(
              probability: 1 / Double(count), next: state == 7 ? 7 : stream.uniform(below: 9), reward: -1)
          }
        }
      }
      let model = try builder.build(initial: [.init(state: 0, probability: 1)])
      let proper = TotalRewardModel.properPairs(model)
      let kept = canEnd(model)
      for state in 0..<8 {
        #expect((proper[state] >= 0) == kept.contains(state))
        guard proper[state] >= 0 else { continue }
        #expect(model.pairs(of: state).contains(Int(proper[state])))
        for k in model.outcomes(of: Int(proper[state])) where model.targets[k] >= 0 {
          #expect(kept.contains(Int(model.targets[k])))
        }
      }
      if kept.count > 1 && kept.count < 9 { both += 1 }
    }
    #expect(both > 20)
  }

  /// Each state ends or falls to the one below, and the lowest stays for ever: all are lost at once, upward as well as downward.
  @Test(arguments: [false, true]) func oneTrapBelowALadderSpoilsAll(isUpward: Bool) throws {
    let n = 20_000
    func number(_ rung: Int) -> Int { isUpward ? rung : n - 1 - rung }
    var builder = FiniteMDPBuilder(states: n, actions: 1)
    for state in 0..<n {
      let rung = number(state)
      builder.addPair(state: state, action: 0)
      if rung == 0 {
        builder.addOutcome(probability: 1, next: state, reward: -1)
      } else {
        builder.addOutcome(probability: 0.5, next: state, reward: -1, terminated: true)
        builder.addOutcome(probability: 0.5, next: number(rung - 1), reward: -1)
      }
    }
    let model = try builder.build(initial: [.init(state: number(n - 1), probability: 1)])
    #expect(TotalRewardModel.properPairs(model).allSatisfy { $0 < 0 })
  }
}
