import RLCore
import Testing

/// What is peculiar about small models whose answers are known by hand.
@Suite struct ModelDiagnosisTests {
  private func model(
    _ states: Int, _ actions: Int, _ rows: [(Int, Int, Double, Int, Double, Bool)], start: Int = 0
  ) throws -> FiniteMDP {
    try FiniteMDP(
      states: states, actions: actions,
      transitions: rows.map {
        .init(state: $0.0, action: $0.1, outcome: .init(probability: $0.2, next: $0.3, reward: $0.4, terminated: $0.5))
      }, initial: [.init(state: start, probability: 1)])
  }

  @Test func aWalkToTheEndHasNothingPeculiar() throws {
    let d = ModelDiagnosis(try model(3, 1, [(0, 0, 1, 1, 0, false), (1, 0, 1, 2, 1, false)]))
    #expect(d.unreachable.isEmpty && d.absorbing.isEmpty && d.loopRewards.isEmpty && d.stays.isEmpty && d.ties.isEmpty)
    #expect(d.properness == .all && d.undiscounted == nil && d.gamma == 1 && d.horizon == nil)
    #expect(d.lengths.uniform == 2 && d.lengths.optimal == 2)
    // Two states by turns, for ever: period 2.
    #expect(d.uniformChain.period == 2 && d.uniformChain.recurrentStates == 2)
  }

  @Test func unreachableStatesAreFoundAndEndsAreNotAmongThem() throws {
    let d = ModelDiagnosis(try model(4, 1, [(0, 0, 1, 1, 0, true), (2, 0, 1, 0, 0, false)]))
    #expect(d.unreachable == [2, 3])
  }

  @Test func aLoopThatPaysForEverIsFound() throws {
    let d = ModelDiagnosis(try model(2, 1, [(0, 0, 1, 1, 0, false), (1, 0, 1, 1, 5, false)]))
    #expect(d.absorbing == [[1]])
    #expect(d.loopRewards.map(\.state) == [1] && d.loopRewards[0].reward == 5 && d.loopRewards[0].isCollected)
    #expect(d.properness == .none && d.undiscounted != nil && d.gamma == 0.99)
    #expect(!d.uniformEnds && d.lengths.uniform == nil)
    // 5 / (1 − 0.99) after one step.
    #expect(abs(d.solution!.startValue - 0.99 * 500) < 1e-9)
    #expect(d.horizon == 459)
  }

  @Test func aRewardBehindATerminationIsNeverCollected() throws {
    let d = ModelDiagnosis(try model(2, 1, [(0, 0, 1, 1, 0, true), (1, 0, 1, 1, 5, true)]))
    #expect(d.loopRewards.map(\.state) == [1] && d.loopRewards[0].reward == 5 && !d.loopRewards[0].isCollected)
  }

  /// A last state that names itself where it ends pays once: nothing is peculiar about it.
  @Test func aRewardOnAnEndThatNamesItselfIsPaidOnce() throws {
    let d = ModelDiagnosis(try model(2, 1, [(0, 0, 1, 1, 0, false), (1, 0, 1, 1, 5, true)]))
    #expect(d.loopRewards.isEmpty && d.solution!.startValue == 5)
  }

  @Test func aPolicyThatMayStayIsImproperThoughAnotherEnds() throws {
    let d = ModelDiagnosis(
      try model(2, 2, [(0, 0, 1, 0, -1, false), (0, 1, 0.5, 1, -1, true), (0, 1, 0.5, 0, -1, false)]))
    #expect(d.properness == .some && d.stays == [[0]] && d.uniformEnds)
    // Action 1 ends every second time; chosen every second time, it takes four steps.
    #expect(abs(d.lengths.optimal! - 2) < 1e-12 && abs(d.lengths.uniform! - 4) < 1e-12)
    #expect(d.ties.isEmpty && abs(d.leastGap! - 1) < 1e-9)
  }

  @Test func tiesAndGapsAreThoseOfTheOptimalValues() throws {
    let d = ModelDiagnosis(
      try model(2, 3, [(0, 0, 1, 1, 1, true), (0, 1, 1, 1, 1, true), (0, 2, 1, 1, 0.25, true)]))
    #expect(d.ties == [0] && d.leastGap == 0.75)
  }

  @Test func mixingTimesAreThoseOfTheTwoStateChain() throws {
    // P = [[0.9, 0.1], [0.1, 0.9]]: ½ · 0.8^t ≤ ¼ first at t = 4 (0.8³ = 0.512, 0.8⁴ = 0.41).
    let d = ModelDiagnosis(
      try model(
        2, 1, [(0, 0, 0.9, 0, 0, false), (0, 0, 0.1, 1, 0, false), (1, 0, 0.9, 1, 0, false), (1, 0, 0.1, 0, 0, false)]),
      gamma: 0.9)
    #expect(d.uniformChain.mixingTime == 4 && d.uniformChain.isWorstCase && d.uniformChain.recurrentClasses == 1)
    #expect(d.horizon == 44)
  }

  @Test func severalRecurrentClassesDoNotMix() throws {
    let d = ModelDiagnosis(
      try model(
        3, 1, [(0, 0, 0.5, 1, 0, false), (0, 0, 0.5, 2, 0, false), (1, 0, 1, 1, 0, false), (2, 0, 1, 2, 0, false)]),
      gamma: 0.9)
    #expect(d.uniformChain.recurrentClasses == 2 && d.uniformChain.mixingTime == nil)
    #expect(d.absorbing == [[1], [2]])
  }

  /// The first problem is the same, whoever looks for it.
  @Test func aDraftThrowsTheFirstOfItsProblems() throws {
    var draft = ModelDraft(
      states: 2, actions: 1,
      rows: [
        .init(state: 1, action: 0, outcome: .init(probability: 0.5, next: 7, reward: .nan, terminated: false)),
        .init(state: 0, action: 0, outcome: .init(probability: 2, next: 1, reward: 0, terminated: false)),
      ])
    draft.stateLabels = .listed(["one"])
    for _ in 0..<3 {
      let first = try #require(draft.problems(atMost: 1).first)
      #expect(throws: first) { _ = try draft.model() }
      if draft.rows.count == 2 { draft.rows.removeLast() } else { draft.rows = [] }
    }
  }

  @Test func allProblemsOfADraftAreSaid() {
    var draft = ModelDraft(
      states: 2, actions: 1,
      rows: [
        .init(state: 0, action: 0, outcome: .init(probability: 0.5, next: 1, reward: 0, terminated: false)),
        .init(state: 1, action: 0, outcome: .init(probability: 0.7, next: 1, reward: .nan, terminated: false)),
        .init(state: 5, action: 0, outcome: .init(probability: 1, next: 0, reward: 0, terminated: false)),
      ])
    draft.initial = [.init(state: 0, probability: 0.25)]
    let problems = draft.problems()
    #expect(problems.count == 5)
    #expect(
      problems.contains(.rowSum(0.5, state: 0, action: 0)) && problems.contains(.rowSum(0.7, state: 1, action: 0)))
    #expect(problems.contains(.stateOutOfRange(5, states: 2)) && problems.contains(.startSum(0.25)))
  }
}
