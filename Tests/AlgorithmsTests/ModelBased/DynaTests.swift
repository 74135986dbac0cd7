import Algorithms
import Environments
import RLCore
import Testing

/// Dyna-Q, Dyna-Q+, prioritized sweeping.
@Suite struct DynaTests {
  private func maze() throws -> FiniteMDP {
    try DynaMaze.task(Settings([], for: DynaMaze.about.parameters, owner: "dyna-maze")).model
  }

  /// Without planning Dyna-Q is Q-learning, to the bit.
  @Test func withoutPlanningIsQLearning() throws {
    let model = try SmallTasks.irregular()
    var dyna = try loop(DynaQ.self, ["planning_steps": .integer(0)], on: model)
    var plain = try loop(QLearning.self, on: model)
    dyna.run(untilStep: 2000, episode: .max)
    plain.run(untilStep: 2000, episode: .max)
    for slot in 0..<21 { #expect(dyna.learner.q[slot: slot] == plain.learner.q[slot: slot]) }
  }

  @Test func planningByHand() throws {
    // One pair seen: planning can draw nothing else.
    let model = try SmallTasks.walk(5, leftReward: 0)
    var learner = try make(
      DynaQ.self, ["alpha": .real(0.5), "planning_steps": .integer(3), "epsilon": .integer(0)], on: model)
    var stream = RandomStream(seed: 0)
    _ = learner.learn(
      from: Transition(state: 4, action: 1, reward: 1, next: 4, terminated: true), using: &stream)
    #expect(learner.q[4, 1] == 1 - 1.0 / 16)

    var plus = try make(
      DynaQPlus.self, ["alpha": .real(1), "gamma": .real(0.5), "planning_steps": .integer(100), "kappa": .real(0.1)],
      on: model)
    _ = plus.learn(from: Transition(state: 4, action: 1, reward: 1, next: 4, terminated: true), using: &stream)
    // The pair just tried has no bonus; the other, never tried in one step, is planned with 0.1 √1 and believed to stay.
    #expect(plus.q[4, 1] == 1 && abs(plus.q[4, 0] - (0.1 + 0.5)) < 1e-12 && plus.q[3, 0] == 0)
  }

  /// Steps an episode in the maze of Figure 8.2, against 30 runs of an independent implementation.
  @Test(arguments: [(5, 67.575, 3.80717, 16.8483, 0.226359), (50, 22.725, 0.335485, 16.6933, 0.217915)])
  func mazeCurves(planning: Int, early: Double, earlyError: Double, late: Double, lateError: Double) throws {
    let model = try maze()
    var (first, last): ([Double], [Double]) = ([], [])
    for run in 0..<15 {
      var loop = try loop(
        DynaQ.self, ["gamma": .real(0.95), "planning_steps": .integer(planning)], on: model, seed: UInt64(run))
      loop.run(untilStep: .max, episode: 1)
      var step = loop.step
      loop.run(untilStep: .max, episode: 5)
      first.append(Double(loop.step - step) / 4)
      loop.run(untilStep: .max, episode: 10)
      step = loop.step
      loop.run(untilStep: .max, episode: 30)
      last.append(Double(loop.step - step) / 20)
    }
    expectAgreement(first, mean: early, error: earlyError)
    expectAgreement(last, mean: late, error: lateError)
  }

  /// After one episode prioritized sweeping has carried the goal's value all the way back, if it may take as many steps as that needs.
  @Test func sweepsBackward() throws {
    let model = try SmallTasks.walk(9, leftReward: 0)
    var learner = try make(
      PrioritizedSweeping.self, ["alpha": .real(1), "gamma": .real(0.5), "planning_steps": .integer(50)], on: model)
    for t in walkEpisode([1, 1, 1, 1, 1], states: 9, leftReward: 0) {
      learner.observe(t)
      learner.plan()
    }
    for (k, state) in (4...8).reversed().enumerated() { #expect(learner.q[state, 1] == power(0.5, k)) }
    #expect(learner.queue.count == 0)
    // With one step at a time the wave moves one state a step: the step into the goal reaches only its own state.
    var slow = try make(
      PrioritizedSweeping.self, ["alpha": .real(1), "gamma": .real(0.5), "planning_steps": .integer(1)], on: model)
    for t in walkEpisode([1, 1, 1, 1, 1], states: 9, leftReward: 0) {
      slow.observe(t)
      slow.plan()
    }
    #expect(slow.q[8, 1] == 1 && slow.q[7, 1] == 0 && slow.queue.count == 1)
    slow.plan()
    #expect(slow.q[7, 1] == 0.5)
  }

  /// A pair whose outcome changes leaves the list of the state that it led to.
  @Test func changedOutcomesAreUnlinked() throws {
    let model = try SmallTasks.walk(9, leftReward: 0)
    var learner = try make(
      PrioritizedSweeping.self, ["alpha": .real(1), "gamma": .real(0.5), "planning_steps": .integer(9)], on: model)
    learner.observe(Transition(state: 1, action: 1, reward: 0, next: 2, terminated: false))
    learner.observe(Transition(state: 3, action: 0, reward: 0, next: 2, terminated: false))
    learner.observe(Transition(state: 1, action: 1, reward: 0, next: 5, terminated: false))
    learner.observe(Transition(state: 2, action: 1, reward: 8, next: 3, terminated: true))
    learner.plan()
    #expect(learner.q[2, 1] == 8 && learner.q[3, 0] == 4 && learner.q[1, 1] == 0)
  }

  /// Learns the maze with far fewer updates than Dyna-Q, as Sutton & Barto say of it: after 10 episodes its greedy path is shortest.
  @Test func sweepingSolvesTheMaze() throws {
    let model = try maze()
    var loop = try loop(
      PrioritizedSweeping.self, ["gamma": .real(0.95), "alpha": .real(1), "planning_steps": .integer(20)], on: model)
    loop.run(untilStep: .max, episode: 10)
    var simulation = FiniteSimulation(model)
    var stream = RandomStream(seed: 0)
    var state = simulation.reset(using: &stream)
    var steps = 0
    while steps < 100 {
      let outcome = simulation.step(loop.learner.q.greedyAction(in: state, using: &stream), using: &stream)
      steps += 1
      state = outcome.observation
      if outcome.terminated { break }
    }
    #expect(steps == 14)
  }
}

@Suite struct PriorityQueueTests {
  @Test func ordersAsSortingDoes() {
    var queue = PriorityQueue(entries: 200)
    var stream = RandomStream(seed: 1)
    var priorities = [Int: Double]()
    for _ in 0..<500 {
      let entry = stream.uniform(below: 200)
      let priority = Double(stream.uniform(below: 50))
      queue.insert(entry, priority: priority)
      priorities[entry] = priority
      if stream.uniform(below: 3) == 0 {
        let first = queue.popFirst()!
        let best = priorities.values.max()!
        #expect(first == priorities.filter { $0.value == best }.keys.min())
        priorities[first] = nil
      }
    }
    #expect(queue.count == priorities.count)
    var order: [Int] = []
    while let entry = queue.popFirst() { order.append(entry) }
    #expect(order == priorities.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key))
    #expect(queue.popFirst() == nil && queue.priority(of: order[0]) == nil)
  }
}
