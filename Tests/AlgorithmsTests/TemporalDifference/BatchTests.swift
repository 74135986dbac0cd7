import Algorithms
import RLCore
import Testing

/// Batch and least-squares prediction.
@Suite struct BatchTests {
  private let uniform: Setting = .text("uniform")

  /// Sutton & Barto, Example 6.4: eight episodes over states A (0) and B (1). Batch TD says V(A) = 3/4, Monte Carlo 0.
  @Test func predictor() throws {
    var builder = FiniteMDPBuilder(states: 2, actions: 1)
    for state in 0..<2 {
      builder.addPair(state: state, action: 0)
      builder.addOutcome(probability: 1, next: 1, reward: 0, terminated: state == 1)
    }
    let model = try builder.build(initial: [.init(state: 0, probability: 1)])
    func b(_ reward: Double) -> Transition {
      Transition(state: 1, action: 0, reward: reward, next: 1, terminated: true)
    }
    var steps = [Transition(state: 0, action: 0, reward: 0, next: 1, terminated: false), b(0)]
    for _ in 0..<6 { steps.append(b(1)) }
    steps.append(b(0))
    var stream = RandomStream(seed: 0)
    var td = try make(BatchTD.self, ["policy": uniform], on: model)
    var mc = try make(BatchMonteCarlo.self, ["policy": uniform], on: model)
    var lstd = try make(LeastSquaresTD.self, ["policy": uniform, "regularization": .real(1e-9)], on: model)
    var lstdOne = try make(
      LeastSquaresTD.self, ["policy": uniform, "regularization": .real(1e-9), "lambda": .integer(1)], on: model)
    for t in steps {
      _ = td.learn(from: t, using: &stream)
      _ = mc.learn(from: t, using: &stream)
      lstd.update(t)
      lstdOne.update(t)
    }
    #expect(abs(td.v[0] - 0.75) < 1e-12 && abs(td.v[1] - 0.75) < 1e-12)
    #expect(mc.v[0] == 0 && abs(mc.v[1] - 0.75) < 1e-12)
    #expect(abs(lstd.values[0] - 0.75) < 1e-6 && abs(lstd.values[1] - 0.75) < 1e-6)
    #expect(abs(lstdOne.values[0]) < 1e-6 && abs(lstdOne.values[1] - 0.75) < 1e-6)
  }

  /// Batch TD is the fixed point of presenting all experience again and again; LSTD finds the same.
  @Test func fixedPoint() throws {
    let model = try SmallTasks.irregular()
    let changes: [String: Setting] = ["policy": uniform, "gamma": .real(0.9)]
    var batch = try make(BatchTD.self, changes, on: model)
    var lstd = try make(LeastSquaresTD.self, changes.merging(["regularization": .real(1e-8)]) { $1 }, on: model)
    var simulation = FiniteSimulation(model)
    var stream = RandomStream(seed: 6)
    var steps: [Transition] = []
    for _ in 0..<40 {
      var state = simulation.reset(using: &stream)
      for k in 1...6 {
        let action = batch.begin(in: state, using: &stream)
        let outcome = simulation.step(action, using: &stream)
        let t = Transition(
          state: state, action: action, reward: outcome.reward, next: outcome.observation,
          terminated: outcome.terminated, truncated: k == 6 && !outcome.terminated)
        _ = batch.learn(from: t, using: &stream)
        lstd.update(t)
        steps.append(t)
        state = t.next
        if t.isLast { break }
      }
    }
    var sums = [Double](repeating: 0, count: 7)
    for t in steps { sums[t.state] += t.reward + 0.9 * (t.terminated ? 0 : batch.v[t.next]) - batch.v[t.state] }
    for state in 0..<7 {
      #expect(abs(sums[state]) < 1e-9)
      #expect(abs(lstd.values[state] - batch.v[state]) < 1e-5)
    }
    #expect(batch.v[6] == 0 && steps.contains { $0.truncated })
  }

  /// A class of states that was never left has no unique values without discounting; batch TD stays finite.
  @Test func closedClass() throws {
    let model = try SmallTasks.walk(3, leftReward: 0)
    var batch = try make(BatchTD.self, ["policy": uniform, "initial_value": .integer(2)], on: model)
    var stream = RandomStream(seed: 0)
    _ = batch.learn(from: Transition(state: 0, action: 1, reward: 0, next: 1, terminated: false), using: &stream)
    _ = batch.learn(
      from: Transition(state: 1, action: 0, reward: 0, next: 0, terminated: false, truncated: true), using: &stream)
    #expect(batch.v[0] == 2 && batch.v[1] == 2 && batch.v[2] == 2)
  }

  @Test func tooManyStatesAreRefused() throws {
    let space = LearnerContext(space: ActionSpace(states: 5000, actions: 2))
    let settings = try Settings(defaultsOf: BatchTD.self, ["policy": uniform])
    #expect(throws: SettingProblem.self) { _ = try BatchTD(settings, context: space) }
    let lstd = try Settings(defaultsOf: LeastSquaresTD.self, ["policy": uniform])
    #expect(throws: SettingProblem.self) { _ = try LeastSquaresTD(lstd, context: space) }
  }
}
