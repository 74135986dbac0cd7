import Algorithms
import Environments
import Foundation
import RLCore
import Testing

@Suite struct ExactGradientTests {
  private func corridor(aliased: Bool = true) throws -> PolicyTask {
    let settings = try Settings(defaultsOf: ShortCorridor.self, ["aliased": .boolean(aliased)])
    let task = try ShortCorridor.task(settings)
    return PolicyTask(model: task.model, observations: task.observations)
  }

  private func gradient(
    of probabilities: [Double], gamma: Double, _ solver: PolicyGradientSolver
  ) throws -> ExactPolicyGradient {
    var solver = solver
    let exact = solver.evaluate(probabilities, gamma: gamma)
    return try #require(exact)
  }

  private func softmax(_ preferences: [Double], _ space: ActionSpace) -> [Double] {
    var result = [Double](repeating: 0, count: preferences.count)
    for state in 0..<space.stateCount {
      let slots = state * space.width..<state * space.width + space.actions(in: state)
      let total = slots.reduce(0) { $0 + exp(preferences[$1]) }
      for slot in slots { result[slot] = exp(preferences[slot]) / total }
    }
    return result
  }

  /// J(p) = (2p − 4) / (p (1 − p)) of Example 13.1 and its derivative by p, times dp/dH = p (1 − p).
  @Test(arguments: [0.05, 0.3, 0.5, 0.585786437627, 0.95]) func corridorHasItsClosedForm(p: Double) throws {
    let solver = try corridor().solver()
    let exact = try gradient(of: [1 - p, p], gamma: 1, solver)
    let value = (2 * p - 4) / (p * (1 - p))
    let slope = (2 * p * (1 - p) - (2 * p - 4) * (1 - 2 * p)) / (p * p * (1 - p) * (1 - p))
    #expect(abs(exact.startValue - value) < 1e-12 * abs(value))
    #expect(abs(exact.gradient[1] - slope * p * (1 - p)) < 1e-10 * max(1, abs(slope)))
    #expect(abs(exact.gradient[0] + exact.gradient[1]) < 1e-10 * max(1, abs(slope)))
  }

  /// Central differences of the exact J, on a task with unequal numbers of actions, with and without states that look alike.
  @Test(arguments: [0.0, 0.9, 1.0]) func agreesWithFiniteDifferences(gamma: Double) throws {
    let model = try SmallTasks.irregular()
    // States 0 and 3 offer one action, 1 and 4 two, 2 and 5 three; 6 is terminal.
    for observations in [nil, try Observations([0, 1, 2, 0, 1, 3, 0], of: model)] {
      var solver = try PolicyTask(model: model, observations: observations).solver()
      let space = solver.space
      var stream = RandomStream(seed: 3)
      let preferences = (0..<space.slotCount).map { _ in stream.normal() }
      let exact = try gradient(of: softmax(preferences, space), gamma: gamma, solver)
      #expect(
        abs(exact.startValue - solver.startValue(softmax(preferences, space), gamma: gamma).value)
          <= 1e-13 * abs(exact.startValue))
      for state in 0..<space.stateCount {
        for slot in state * space.width..<state * space.width + space.actions(in: state) {
          let h = 1e-4
          var (up, down) = (preferences, preferences)
          up[slot] += h
          down[slot] -= h
          let rise = solver.startValue(softmax(up, space), gamma: gamma).value
          let fall = solver.startValue(softmax(down, space), gamma: gamma).value
          // The third derivative leaves h² of the size of J, rounding 1e-16 / h of it.
          #expect(abs((rise - fall) / (2 * h) - exact.gradient[slot]) < 1e-7 * max(1, abs(exact.startValue)))
        }
      }
    }
  }

  /// Action values are those of the policy where it never comes, too: state 2 is none that is reached, q(2, 0) = 5 + γ v(1), q(2, 1) = −3.
  @Test func valuesAreToldWhereThePolicyNeverComes() throws {
    var builder = FiniteMDPBuilder(states: 4, actions: 2)
    builder.addPair(state: 0, action: 0)
    builder.addOutcome(probability: 1, next: 1, reward: 0)
    builder.addPair(state: 1, action: 0)
    builder.addOutcome(probability: 1, next: 3, reward: 8)
    builder.addPair(state: 2, action: 0)
    builder.addOutcome(probability: 1, next: 1, reward: 5)
    builder.addPair(state: 2, action: 1)
    builder.addOutcome(probability: 1, next: 3, reward: -3)
    let model = try builder.build(initial: [.init(state: 0, probability: 1)])
    var report = LearnerReport()
    try PolicyTask(model: model).solver().fill(&report, [1, 0, 1, 0, 0.25, 0.75, 0, 0], gamma: 0.5)
    #expect(report.stateValues == [4, 8, 0.25 * 9 - 0.75 * 3, 0])
    #expect(report.actionValues == [4, 0, 8, 0, 9, -3, 0, 0])
  }

  /// η(s) is what a simulation counts: here by summing the powers of the transition matrix.
  @Test func visitsAreTheSumOfPowers() throws {
    let model = try SmallTasks.irregular()
    let policy = StationaryPolicy(uniformOver: model)
    for gamma in [0.5, 0.97, 1] {
      let visits = try #require(PolicyEvaluator(model).visits(of: policy, gamma: gamma))
      var now = [Double](repeating: 0, count: model.stateCount)
      for start in model.initial { now[start.state] = start.probability }
      var sum = now
      for _ in 0..<2000 {
        var next = [Double](repeating: 0, count: model.stateCount)
        for state in 0..<model.stateCount {
          for pair in model.pairs(of: state) {
            for k in model.outcomes(of: pair) where model.targets[k] >= 0 {
              next[Int(model.targets[k])] += gamma * now[state] * policy.probabilities[pair] * model.probabilities[k]
            }
          }
        }
        now = next
        for state in 0..<model.stateCount { sum[state] += now[state] }
      }
      for state in 0..<model.stateCount where !model.isTerminal(state) {
        #expect(abs(visits[state] - sum[state]) < 1e-12 * sum[state])
      }
    }
  }

  @Test func whatNeverEndsHasNoGradientUndiscounted() throws {
    var builder = FiniteMDPBuilder(states: 2, actions: 1)
    for state in 0..<2 {
      builder.addPair(state: state, action: 0)
      builder.addOutcome(probability: 1, next: 1 - state, reward: 1)
    }
    let task = PolicyTask(model: try builder.build(initial: [.init(state: 0, probability: 1)]))
    var solver = try task.solver()
    let endless = solver.evaluate([1, 1], gamma: 1)
    #expect(endless == nil)
    let half = try gradient(of: [1, 1], gamma: 0.5, solver)
    #expect(half.startValue == 2 && half.gradient == [0, 0])
    let settings = try Settings(defaultsOf: GradientAscent.self)
    #expect(throws: SettingProblem.self) { _ = try GradientAscent(settings, task: task) }
  }

  /// A trap that the start never leads to does not matter.
  @Test func onlyWhatIsReachedCounts() throws {
    var builder = FiniteMDPBuilder(states: 2, actions: 2)
    for (state, next) in [(0, 0), (1, 1)] {
      for action in 0..<2 {
        builder.addPair(state: state, action: action)
        builder.addOutcome(probability: 1, next: next, reward: Double(action), terminated: state == 0)
      }
    }
    let solver = try PolicyTask(model: try builder.build(initial: [.init(state: 0, probability: 1)])).solver()
    let exact = try gradient(of: [0.25, 0.75, 0.5, 0.5], gamma: 1, solver)
    #expect(exact.startValue == 0.75 && exact.gradient == [-0.1875, 0.1875, 0, 0] && exact.visits == [1, 0])
  }

  private func values<M: PolicyAscent & ~Copyable>(
    _ type: M.Type, _ settings: [String: Setting], _ task: PolicyTask, updates: Int
  ) throws -> [Double] {
    var method = try M(Settings(defaultsOf: type, settings), task: task)
    var streams = PolicyStreams(root: 0, seed: 0)
    var values: [Double] = []
    for time in 0..<updates {
      var report = LearnerReport()
      method.report(into: &report)
      values.append(task.model.initial.reduce(0) { $0 + $1.probability * report.stateValues[$1.state] })
      try method.update(at: time, using: &streams)
    }
    return values
  }

  /// At small steps J rises at every update; it tends to 2 − √2 in the corridor, worth −11.656854.
  @Test func trueGradientAscentIsMonotone() throws {
    let left = try values(
      GradientAscent.self, ["alpha": .real(0.01), "initial_preferences": .list([.real(1.47), .real(-1.47)])],
      corridor(), updates: 1500)
    #expect(zip(left, left.dropFirst()).allSatisfy { $1 >= $0 - 1e-12 })
    #expect(abs(left.last! - -11.6568542495) < 1e-9)
    let irregular = try values(
      GradientAscent.self, ["alpha": .real(0.05), "gamma": .real(0.9)], PolicyTask(model: SmallTasks.irregular()),
      updates: 300)
    #expect(zip(irregular, irregular.dropFirst()).allSatisfy { $1 > $0 })
  }

  /// With states that are told apart the natural gradient improves whatever the step, and a huge step is policy iteration.
  @Test func naturalGradientImprovesAtAnyStep() throws {
    let task = PolicyTask(model: try SmallTasks.irregular())
    let optimum = try OptimalSolution(task.model, gamma: 0.9).startValue
    for alpha in [0.1, 1, 100] {
      let values = try values(
        NaturalPolicyGradient.self, ["alpha": .real(alpha), "gamma": .real(0.9)], task, updates: 60)
      #expect(zip(values, values.dropFirst()).allSatisfy { $1 >= $0 - 1e-12 })
      if alpha > 1 { #expect(abs(values[30] - optimum) < 1e-9) }
    }
  }

  /// F⁺ ∇J solves F x = ∇J, with F put together from its definition.
  @Test func naturalDirectionSolvesTheFisherSystem() throws {
    let model = try SmallTasks.irregular()
    let task = PolicyTask(model: model, observations: try Observations([0, 1, 2, 0, 1, 3, 0], of: model))
    let solver = try task.solver()
    let space = solver.space
    var stream = RandomStream(seed: 5)
    let probabilities = softmax((0..<space.slotCount).map { _ in stream.normal() }, space)
    let exact = try gradient(of: probabilities, gamma: 0.9, solver)
    let direction = NaturalPolicyGradient.direction(exact, solver)
    var product = [Double](repeating: 0, count: space.slotCount)
    for state in 0..<model.stateCount where exact.visits[state] > 0 {
      let slots = model.pairs(of: state).map { Int(solver.slots[$0]) }
      for taken in slots {
        // ∇ ln π(taken) · x
        let along = direction[taken] - slots.reduce(0) { $0 + probabilities[$1] * direction[$1] }
        for slot in slots {
          let derivative = (slot == taken ? 1 : 0) - probabilities[slot]
          product[slot] += exact.visits[state] * probabilities[taken] * along * derivative
        }
      }
    }
    for slot in product.indices { #expect(abs(product[slot] - exact.gradient[slot]) < 1e-12) }
  }
}
