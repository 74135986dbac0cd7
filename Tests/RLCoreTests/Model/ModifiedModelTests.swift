import RLCore
import Testing

/// Slips, sticky actions and histories as parts of a model, each beside the same thing done to samples.
@Suite struct ModifiedModelTests {
  /// A row of three cells with walls at both ends, left 0 and right 1; going right from the last ends with 1; the middle also offers to wait.
  private func row() throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: 4, actions: 3)
    for state in 0..<3 {
      builder.addPair(state: state, action: 0)
      builder.addOutcome(probability: 1, next: max(0, state - 1), reward: -1)
      builder.addPair(state: state, action: 1)
      if state == 1 {
        builder.addOutcome(probability: 0.75, next: 2, reward: -1)
        builder.addOutcome(probability: 0.25, next: 1, reward: -2)
      } else {
        builder.addOutcome(probability: 1, next: state + 1, reward: state == 2 ? 1 : -1, terminated: state == 2)
      }
      if state == 1 {
        builder.addPair(state: 1, action: 2)
        builder.addOutcome(probability: 1, next: 1, reward: 0)
      }
    }
    return try builder.build(
      initial: [.init(state: 0, probability: 0.5), .init(state: 1, probability: 0.5)],
      actionLabels: ["left", "right", "wait"])
  }

  private func outcomes(_ model: FiniteMDP, _ state: Int, _ action: Int) -> [FiniteMDP.Outcome] {
    guard let pair = model.pair(state: state, action: action) else { return [] }
    return model.outcomes(of: pair).map(model.outcome)
  }

  @Test func aSlipIsAnotherAction() throws {
    let model = try row().slipping(0.2)
    #expect(
      outcomes(model, 0, 0) == [
        .init(probability: 0.8, next: 0, reward: -1, terminated: false),
        .init(probability: 0.2, next: 1, reward: -1, terminated: false),
      ])
    // Two others share the slip: left with .1, waiting with .1.
    #expect(
      outcomes(model, 1, 1) == [
        .init(probability: 0.1, next: 0, reward: -1, terminated: false),
        .init(probability: 0.8 * 0.75, next: 2, reward: -1, terminated: false),
        .init(probability: 0.8 * 0.25, next: 1, reward: -2, terminated: false),
        .init(probability: 0.1, next: 1, reward: 0, terminated: false),
      ])
    #expect(model.isTerminal(3))
    #expect(model.actionLabels == ["left", "right", "wait"])
  }

  /// A row may be off by 1e-9; mixed, rounding may take it beyond, which is said and is no trap.
  @Test func rowsAtTheEdgeOfWhatIsAllowedAreMixedOrRefused() throws {
    var refused = 0
    for step in 0..<200 {
      let excess = 1e-9 * (1 - Double(step) * 1e-9)
      var builder = FiniteMDPBuilder(states: 3, actions: 2)
      for action in 0..<2 {
        builder.addPair(state: 0, action: action)
        builder.addOutcome(probability: 0.3, next: 1 + action, reward: 0)
        builder.addOutcome(probability: 0.7 + excess, next: 0, reward: Double(action))
      }
      guard let model = try? builder.build(initial: [.init(state: 0, probability: 1)]) else { continue }
      for chance in [0.1, 0.3, 0.7] {
        do throws(SettingProblem) {
          _ = try model.slipping(chance)
          _ = try UnfoldedModel(sticky: chance, model)
        } catch {
          refused += 1
          #expect(error.message.contains("sum to"))
        }
      }
    }
    #expect(refused > 0)
  }

  @Test func slipsThatComeToTheSameAreAddedUp() throws {
    // Left of the first cell stays; with another wall on the right both actions would: one outcome.
    var builder = FiniteMDPBuilder(states: 1, actions: 2)
    for action in 0..<2 {
      builder.addPair(state: 0, action: action)
      builder.addOutcome(probability: 1, next: 0, reward: 3)
    }
    let model = try builder.build(initial: [.init(state: 0, probability: 1)]).slipping(0.37)
    #expect(outcomes(model, 0, 0) == [.init(probability: 1, next: 0, reward: 3, terminated: false)])
    #expect(model.outcomeCount == 2)
  }

  @Test func onlySoManyOutcomesFit() throws {
    #expect(throws: SettingProblem.self) { try row().slipping(0.5, limit: 9) }
    #expect(throws: SettingProblem.self) { try UnfoldedModel(sticky: 0.5, try row(), limit: 4) }
    #expect(try row().slipping(0).outcomeCount == row().outcomeCount)
  }

  @Test func aStickyActionComesAgain() throws {
    let sticky = try UnfoldedModel(sticky: 0.25, try row())
    let model = sticky.model
    func place(_ state: Int, _ last: Int32) throws -> Int {
      try #require(sticky.origins.indices.first { sticky.origins[$0] == state && sticky.memories[$0] == [last] })
    }
    // Nothing to repeat at the start.
    #expect(
      outcomes(model, try place(0, -1), 1) == [
        .init(probability: 1, next: try place(1, 1), reward: -1, terminated: false)
      ])
    // From the left cell after "left", chosen right: .25 left again, .75 right; each is remembered.
    #expect(
      outcomes(model, try place(0, 0), 1) == [
        .init(probability: 0.75, next: try place(1, 1), reward: -1, terminated: false),
        .init(probability: 0.25, next: try place(0, 0), reward: -1, terminated: false),
      ])
    // After waiting in the middle and going on to the right, there is nothing to wait for: the last cell does not offer it.
    #expect(
      outcomes(model, try place(1, 2), 1) == [
        .init(probability: 0.75 * 0.75, next: try place(2, 1), reward: -1, terminated: false),
        .init(probability: 0.75 * 0.25, next: try place(1, 1), reward: -2, terminated: false),
        .init(probability: 0.25, next: try place(1, 2), reward: 0, terminated: false),
      ])
    #expect(model.initial.map(\.state) == [try place(0, -1), try place(1, -1)])
    #expect(model.stateLabels.label(of: try place(1, 2)) == "1 after wait")
    #expect(model.isTerminal(try place(3, 1)))
    // The certain repetition of the first action: who goes left first stays at the wall for ever.
    let certain = try UnfoldedModel(sticky: 1, try row()).model
    #expect(try OptimalSolution(certain, gamma: 0.5).startValue < OptimalSolution(try row(), gamma: 0.5).startValue)
  }

  /// A history of states is a state: whatever was seen before, values are those of the state now.
  @Test(arguments: [2, 3]) func aHistoryOfStatesIsAState(length: Int) throws {
    let base = try row()
    let unfolded = try UnfoldedModel(history: length, base, observations: nil)
    let plain = try OptimalSolution(base, gamma: 0.9)
    let long = try OptimalSolution(unfolded.model, gamma: 0.9)
    for (state, origin) in unfolded.origins.enumerated() where !unfolded.model.isTerminal(state) {
      #expect(abs(long.values[state] - plain.values[origin]) < 1e-12)
    }
    #expect(abs(long.startValue - plain.startValue) < 1e-12)
    #expect(unfolded.memories.allSatisfy { $0.count == length - 1 })
    #expect(try unfolded.observations(nil) == nil)
    let first = unfolded.model.initial[0].state
    #expect(unfolded.model.stateLabels.label(of: first) == "0")
    #expect(unfolded.memories[first].allSatisfy { $0 == -1 })
  }

  /// Cells 0 and 2 look alike: a history of one observation tells them apart only if what was seen before does.
  @Test func aHistoryOfObservations() throws {
    let base = try row()
    let seen = try Observations([0, 1, 0, 2], of: base)
    let unfolded = try UnfoldedModel(history: 2, base, observations: seen)
    let numbers = try #require(try unfolded.observations(seen))
    func observation(_ state: Int, _ before: Int32) throws -> Int {
      numbers[
        try #require(
          unfolded.origins.indices.first { unfolded.origins[$0] == state && unfolded.memories[$0] == [before] })]
    }
    // Coming from the middle, both ends look the same; at the very beginning there is only the left one.
    #expect(try observation(0, 1) == observation(2, 1))
    #expect(try observation(0, -1) != observation(0, 1))
    #expect(try observation(1, 0) != observation(1, 1))
    #expect(numbers.count == Set(numbers.numbers).count)
  }

  /// The model with sticky actions and slips, and samples of the plain model with both done to each step, by an agent that acts at random:
  /// how often each transition comes up agrees within 4.5 standard errors.
  @Test func samplesOfTheWrappedTaskAgreeWithTheModel() throws {
    let base = try row()
    let unfolded = try UnfoldedModel(sticky: 0.3, try base.slipping(0.2))
    let model = unfolded.model
    var options = WrappedTask.Options()
    options.sticky = 0.3
    options.slip = 0.2
    var task = try WrappedTask(AnyTabularEnvironment(FiniteSimulation(base)), options)
    // What is seen of a state after an action: the state's number times four, and one more than the action.
    var places: [Int: Int] = [:]
    for (place, (origin, memory)) in zip(unfolded.origins, unfolded.memories).enumerated() {
      places[origin * 4 + Int(memory[0]) + 1] = place
    }
    var stream = RandomStream(seed: 5)
    var tried = [Int](repeating: 0, count: model.pairCount)
    var came = [[Int]: Int]()
    var paid = [Double](repeating: 0, count: model.pairCount)
    var state = places[task.reset(using: &stream)]!
    for _ in 0..<60_000 {
      let pairs = model.pairs(of: state)
      let choice = stream.uniform(below: pairs.count)
      let outcome = task.step(choice, using: &stream)
      let pair = pairs.lowerBound + choice
      tried[pair] += 1
      paid[pair] += outcome.reward
      if outcome.terminated {
        came[[pair, -1], default: 0] += 1
        state = places[task.reset(using: &stream)]!
      } else {
        state = places[outcome.observation]!
        came[[pair, state], default: 0] += 1
      }
    }
    var seen = 0
    for pair in 0..<model.pairCount where tried[pair] > 0 {
      var chances: [Int: Double] = [:]
      for k in model.outcomes(of: pair) {
        let outcome = model.outcome(k)
        chances[outcome.terminated ? -1 : outcome.next, default: 0] += outcome.probability
      }
      let n = Double(tried[pair])
      for (next, chance) in chances {
        let count = Double(came[[pair, next]] ?? 0)
        #expect(abs(count - n * chance) <= 4.5 * (n * chance * (1 - chance)).squareRoot() + 1e-9)
        seen += Int(count)
      }
      // Rewards lie in [−2, 1].
      #expect(abs(paid[pair] - n * model.expectedRewards[pair]) <= 4.5 * 1.5 * n.squareRoot())
    }
    // Nothing happens that the model does not know.
    #expect(seen == 60_000)
  }
}
