import Algorithms
import Environments
import RLCore
import Testing

/// Laws that every planner keeps, on random models and on tasks with known answers.
@Suite struct PlannerTests {
  /// A planner by name, without its type.
  private struct Runner {
    var iterate: () -> PlannerProgress
    var values: () -> [Double]
    var policy: () -> StationaryPolicy
    var save: () -> [UInt8]
    var restore: ([UInt8]) throws -> Void
  }

  private static func runner<P: Planner>(
    _ type: P.Type, _ model: FiniteMDP, _ changes: [String: Setting], threads: Int = 1
  ) throws -> Runner {
    var planner = try P(Settings(defaultsOf: P.self, changes), model: model, threads: threads)
    return Runner(
      iterate: { planner.iterate() }, values: { planner.values }, policy: { planner.policy },
      save: {
        var writer = StateWriter()
        planner.save(to: &writer)
        return writer.bytes
      },
      restore: { bytes in
        var reader = StateReader(bytes)
        try planner.restore(from: &reader)
        #expect(reader.isAtEnd)
      })
  }

  private static let solvers = ["in-place", "backward", "alternating", "topological", "anderson", "auto"]
  private static let control =
    [
      "value-iteration", "policy-iteration", "policy-iteration iterative", "modified-policy-iteration",
      "interval-iteration",
    ]
    + solvers.map { "value-iteration " + $0 }
  private static let methods = ["synchronous", "in-place", "direct"]

  private static func make(
    _ name: String, _ model: FiniteMDP, _ changes: [String: Setting], threads: Int = 1
  ) throws -> Runner {
    switch name {
    case "value-iteration": try runner(ValueIteration.self, model, changes, threads: threads)
    case _ where name.hasPrefix("value-iteration "):
      try runner(
        ValueIteration.self, model,
        changes.merging(["solver": .text(String(name.dropFirst("value-iteration ".count)))]) { old, _ in old },
        threads: threads)
    case "interval-iteration": try runner(IntervalIteration.self, model, changes, threads: threads)
    case "policy-iteration iterative":
      try runner(
        PolicyIteration.self, model, changes.merging(["evaluation": .text("iterative")]) { old, _ in old },
        threads: threads)
    case "policy-iteration": try runner(PolicyIteration.self, model, changes, threads: threads)
    case "modified-policy-iteration": try runner(ModifiedPolicyIteration.self, model, changes, threads: threads)
    default:
      try runner(
        PolicyEvaluation.self, model, changes.merging(["method": .text(name)]) { old, _ in old }, threads: threads)
    }
  }

  /// A random model; with `ends`, the first outcome of each pair may end the episode.
  private static func model(_ seed: UInt64, states: Int = 25, ends: Bool, zeros: Bool = false) throws -> FiniteMDP {
    var stream = RandomStream(seed: seed)
    var builder = FiniteMDPBuilder(states: states, actions: 3)
    for state in 0..<states {
      if ends && state > 0 && stream.uniform() < 0.05 { continue }
      for action in 0..<3 where action == 0 || stream.uniform() < 0.8 {
        builder.addPair(state: state, action: action)
        let isFree = zeros && stream.uniform() < 0.4
        for k in 0..<3 {
          let reward = isFree ? 0 : ends ? -stream.uniform() : 2 * stream.uniform() - 1
          let over = ends && k == 0 && !isFree
          builder.addOutcome(
            probability: [0.25, 0.5, 0.25][k], next: Int(stream.uniform() * Double(states)),
            reward: over ? 3 * stream.uniform() : reward, terminated: over)
        }
      }
    }
    return try builder.build(initial: [.init(state: 0, probability: 1)])
  }

  @Test(arguments: control, [0, 0.5, 0.99, 1])
  func boundsHoldAtEveryIteration(name: String, gamma: Double) throws {
    for seed in 1...12 as ClosedRange<UInt64> {
      let model = try Self.model(seed, ends: seed % 3 != 0 || gamma == 1, zeros: seed % 2 == 0)
      let exact = try OptimalSolution(model, gamma: gamma)
      #expect(exact.errorBound < 1e-10)
      let planner = try Self.make(
        name, model,
        ["gamma": .real(gamma), "sweeps": .integer(3)].filter { name.hasPrefix("mod") || $0.key != "sweeps" })
      var progress: PlannerProgress
      var iterations = 0
      repeat {
        progress = planner.iterate()
        iterations += 1
        let values = planner.values()
        var error = 0.0
        for state in 0..<model.stateCount where exact.values[state].isFinite {
          error = max(error, abs(values[state] - exact.values[state]))
        }
        #expect(error <= progress.errorBound + exact.errorBound, "seed \(seed), iteration \(iterations)")
      } while !progress.isFinished && iterations < 100_000
      #expect(progress.isConverged && progress.errorBound <= 1e-8, "seed \(seed): \(progress)")
      var evaluator = PolicyEvaluator(model)
      let reached = evaluator.startValue(of: planner.policy(), gamma: gamma)
      #expect(abs(reached.value - exact.startValue) < 1e-6, "seed \(seed): \(reached), \(exact.startValue)")
    }
  }

  @Test(arguments: methods, [0, 0.5, 0.99, 1])
  func boundsOfEvaluationHoldAtEveryIteration(method: String, gamma: Double) throws {
    for seed in 1...6 as ClosedRange<UInt64> {
      let model = try Self.model(seed, ends: seed % 3 != 0 || gamma == 1)
      var evaluator = PolicyEvaluator(model)
      let exact = evaluator.evaluate(StationaryPolicy(uniformOver: model), gamma: gamma).values
      let planner = try Self.make(method, model, ["gamma": .real(gamma)])
      var progress: PlannerProgress
      repeat {
        progress = planner.iterate()
        var error = 0.0
        for (a, b) in zip(planner.values(), exact) { error = max(error, abs(a - b)) }
        #expect(error <= progress.errorBound + 1e-12, "seed \(seed)")
      } while !progress.isFinished
      #expect(progress.isConverged && progress.errorBound <= 1e-8, "seed \(seed): \(progress)")
    }
  }

  @Test(arguments: control + methods, [0.9, 1])
  func checkpointsContinueToTheBit(name: String, gamma: Double) throws {
    let model = try Self.model(5, ends: true, zeros: true)
    let settings = ["gamma": Setting.real(gamma)]
    let whole = try Self.make(name, model, settings)
    for _ in 0..<3 { _ = whole.iterate() }
    let again = try Self.make(name, model, settings)
    try again.restore(whole.save())
    for _ in 0..<200 {
      let (a, b) = (whole.iterate(), again.iterate())
      #expect(a == b)
      #expect(whole.values().map(\.bitPattern) == again.values().map(\.bitPattern))
      if a.isFinished { break }
    }
    #expect(throws: StateError.self) { try again.restore([1, 2, 3]) }
  }

  @Test(arguments: ["value-iteration", "modified-policy-iteration", "synchronous"])
  func threadsChangeNothing(name: String) throws {
    let settings = try Settings(defaultsOf: Garnet.self, ["states": .integer(3000), "actions": .integer(4)])
    let model = try Garnet.task(settings).model
    let one = try Self.make(name, model, ["gamma": .real(0.9)])
    let three = try Self.make(name, model, ["gamma": .real(0.9)], threads: 3)
    for _ in 0..<4 { #expect(one.iterate() == three.iterate()) }
    #expect(one.values().map(\.bitPattern) == three.values().map(\.bitPattern))
  }

  @Test(arguments: control)
  func frozenLakeUndiscounted(name: String) throws {
    let model = try FrozenLake.task(Settings(defaultsOf: FrozenLake.self)).model
    for ties in ["split", "least"] {
      let planner = try Self.make(name, model, ["gamma": .integer(1), "ties": .text(ties)])
      var progress: PlannerProgress
      repeat { progress = planner.iterate() } while !progress.isFinished
      #expect(progress.isConverged)
      #expect(abs(planner.values()[0] - 14.0 / 17) <= progress.errorBound + 1e-14)
      var evaluator = PolicyEvaluator(model)
      let start = evaluator.startValue(of: planner.policy(), gamma: 1)
      #expect(start.ends && abs(start.value - 14.0 / 17) < 1e-6, "\(ties): \(start)")
    }
  }

  @Test(arguments: control + methods)
  func continuingTasksNeedADiscount(name: String) throws {
    let model = try Self.model(1, ends: false)
    #expect {
      _ = try Self.make(name, model, ["gamma": .integer(1)])
    } throws: { error in
      (error as? SettingProblem)?.place == ".gamma"
        && (error as? SettingProblem)?.message == "the task never terminates: give gamma below 1"
    }
  }
}
