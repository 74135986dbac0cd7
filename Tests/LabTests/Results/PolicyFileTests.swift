import Foundation
import RLCore
import Testing

@testable import Lab

@Suite struct PolicyFileTests {
  private let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/rl-lab-tests-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func run(_ arguments: String) async -> Int32 {
    await Laboratory.standard.exitCode(arguments: ["rl-lab"] + arguments.split(separator: " ").map(String.init))
  }

  /// A stored policy, read back, plays as it did: networks to the bit, tables by their probabilities.
  @Test(arguments: [
    ("cart-pole", "ppo --set algorithm.n_steps=16 --set algorithm.batch_size=16"),
    ("pendulum", "a2c --set algorithm.normalize_observations=true"),
    ("cart-pole", "dqn --set algorithm.dueling=true"), ("frozen-lake", "a2c"), ("frozen-lake", "sarsa"),
    ("mountain-car", "semi-gradient-sarsa"),
    ("mountain-car", "semi-gradient-sarsa-lambda --set algorithm.behavior=softmax --set algorithm.temperature=0.5"),
    ("acrobot", "actor-critic --set algorithm.policy=linear --set algorithm.features=fourier --set algorithm.order=1"),
    ("mountain-car", "reinforce --set algorithm.policy=linear --set algorithm.features=aggregation"),
  ])
  func storesAndPlays(environment: String, algorithm: String) async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let results = folder + "/results"
    #expect(
      await run(
        "run -e \(environment) -a \(algorithm) --steps 64 --seeds 2 --set record.policy=all --set environment.time_limit=20 -o \(results) --quiet"
      ) == 0)
    let files = try FileManager.default.contentsOfDirectory(atPath: results + "/policies").sorted()
    let id = algorithm.split(separator: " ")[0]
    #expect(files == ["\(id)-seed-0.json", "\(id)-seed-1.json"])
    let path = results + "/policies/" + files[0]
    let file = try PolicyFile(reading: path)
    #expect(file.bytes == Array(try Data(contentsOf: URL(fileURLWithPath: path))))
    #expect(await run("evaluate \(path) --episodes 5 --json") == 0)
    #expect(await run("evaluate \(path) --episodes 5 --sample") == 0)
    #expect(await run("evaluate \(path) -e taxi --episodes 5") == 65)
    #expect(await run("evaluate \(path).json") == 66)
    #expect(await run("evaluate \(path) --greedy --sample") == 64)
  }

  /// A network plays by what it saw in training, also where nothing but `--maximum-steps` ends an episode.
  @Test(arguments: [
    ("copy-string", "grpo --set algorithm.policy=mlp --iterations 1", StateView.tokens),
    ("copy-string", "grpo --set algorithm.policy=mlp --set algorithm.features=one-hot --iterations 1", .oneHot),
    ("windy-gridworld", "ppo --set algorithm.features=coordinates --steps 64", .coordinates),
    ("gridworld-3-5", "ppo --set algorithm.gamma=0.9 --steps 64", .oneHot),
  ])
  func aNetworkPlaysByWhatItSaw(environment: String, algorithm: String, view: StateView) async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let results = folder + "/results"
    #expect(await run("run -e \(environment) -a \(algorithm) --set record.policy=first -o \(results) --quiet") == 0)
    let path = results + "/policies/\(algorithm.split(separator: " ")[0])-seed-0.json"
    let file = try PolicyFile(reading: path)
    #expect(file.features == view)
    #expect(file.bytes == Array(try Data(contentsOf: URL(fileURLWithPath: path))))
    #expect(await run("evaluate \(path) --episodes 3 --maximum-steps 10") == 0)
  }

  /// Greedy actions of a policy that was learned as it acts are its likeliest: on the corridor of Sutton & Barto, Example 13.1, that is 3 steps or
  /// never. Drawn ones are of every length.
  @Test func greedyIsNotSampled() async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let results = folder + "/results"
    #expect(
      await run(
        "run -e short-corridor -a reinforce --episodes 5 --set environment.time_limit=50 --set record.policy=first -o \(results) --quiet"
      )
        == 0)
    let path = results + "/policies/reinforce-seed-0.json"
    let arguments = try Arguments([], flags: [], command: "evaluate", positional: 0...0)
    let rollouts = try PolicyRollouts(
      PolicyFile(reading: path), at: path, lab: .standard, arguments: arguments, command: "evaluate")
    func returns(_ isGreedy: Bool) throws -> Set<Double> {
      Set(try rollouts.play(RolloutRequest(episodes: 60, maximumSteps: 50, isGreedy: isGreedy), root: 3))
    }
    let greedy = try returns(true)
    #expect(greedy == [-50] || greedy == [-3])
    #expect(try returns(false).count > 5)
  }

  /// What is not a policy is refused with its place.
  @Test func refusesWhatIsNone() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func message(_ text: String) throws -> String {
      let path = folder + "/p.json"
      try Output.write(text, to: path)
      do {
        _ = try PolicyFile(reading: path)
        return ""
      } catch { return (error as LabError).message }
    }
    let layer = "{weights: [[1, 2]], biases: [0]}"
    let good = "format: 'rl-lab-policy/1', kind: 'network', head: 'values', actions: {discrete: 1}, widths: [2, 1]"
    #expect(try message("{\(good), layers: [\(layer)]}") == "")
    #expect(try message("{}").contains("format"))
    #expect(try message("{\(good), features: 'tokens', layers: [\(layer)]}") == "")
    #expect(try message("{\(good), features: 'pixels', layers: [\(layer)]}").contains("features: write one of"))
    #expect(try message("{\(good), layers: []}").contains("1 layers"))
    let moments = "{\(good), layers: [\(layer)], normalization: {mean: [0, 1], variance: [1, -1]}}"
    #expect(try message(moments).contains("normalization: variances"))
    func linear(_ basis: String, _ weights: String) throws -> String {
      try message(
        "{format: 'rl-lab-policy/1', kind: 'linear', head: 'softmax', actions: {discrete: 1}, basis: {\(basis)}, weights: \(weights)}"
      )
    }
    #expect(try linear("kind: 'fourier', order: 1, ranges: [[0, 1]]", "[[1, 2]]") == "")
    let sparse = "[{usual: 0.5, places: [1], numbers: [2]}]"
    #expect(try linear("kind: 'fourier', order: 1, ranges: [[0, 1]]", sparse) == "")
    let beyond = "[{usual: 0.5, places: [2], numbers: [2]}]"
    #expect(try linear("kind: 'fourier', order: 1, ranges: [[0, 1]]", beyond).contains("weights[0].places"))
    let huge = good.replacing("layers: [\(layer)]", with: "")
    #expect(try message("{\(huge), layers: [{weights: [[1, 1e300]], biases: [0]}]}").contains("single precision"))
    #expect(try linear("kind: 'fourier', order: 1, ranges: [[0, 1]]", "[[1, 2, 3]]").contains("weights: it has the"))
    #expect(try linear("kind: 'fourier', order: 1, ranges: [[1, 0]]", "[[1, 2]]").contains("basis.ranges[0]: low"))
    #expect(try linear("kind: 'fourier', order: 1", "[[1, 2]]").contains("basis.ranges: write"))
    #expect(try linear("kind: 'tile-coding', tiles: 2, ranges: [[0, 1]]", "[[1]]").contains("basis.tilings: it is"))
    #expect(try message("{\(good), layers: [{weights: [[1]], biases: [0]}]}").contains("layers[0].weights"))
    #expect(try message("{\(good), layers: [{weights: [[1, NaN]], biases: [0]}]}").contains("no finite number"))
    #expect(
      try message("{format: 'rl-lab-policy/1', kind: 'table', states: 1, actions: 1, target: [[-1]], behavior: [[1]]}")
        .contains("negative"))
  }

  /// A trial that comes to infinity ends with the update and the quantity, keeps its curve, and leaves the others alone.
  @Test func aFailedTrialKeepsItsCurve() async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let config = folder + "/c.json5"
    try Output.write(
      """
      {environment: 'cart-pole', budget: {iterations: 40}, seeds: 2, record: {every: 1}, variants: [
        {name: 'good', algorithm: {id: 'a2c'}},
        {name: 'bad', algorithm: {id: 'ppo', n_steps: 16, batch_size: 16, n_epochs: 2, max_grad_norm: null,
          learning_rate: {schedule: 'exponential', from: 1e-3, to: 1e30, over: 10}}}]}
      """, to: config)
    let results = folder + "/results"
    #expect(await run("run \(config) -o \(results) --quiet") == 70)
    let curves = try String(contentsOfFile: results + "/curves.csv", encoding: .utf8).split(separator: "\n")
    #expect(curves.count { $0.hasPrefix("good,") } == 2 * 41)
    let bad = curves.count { $0.hasPrefix("bad,") }
    #expect(bad > 2 && bad < 2 * 41)
    let summary = try String(contentsOfFile: results + "/summary.csv", encoding: .utf8)
    #expect(!summary.contains("\nbad,"))
    let description = try ConfigurationFile.read(results + "/experiment.json").root
    let failures = try #require(description["failures"]?.elements)
    #expect(failures.count == 2 && failures.allSatisfy { $0["message"]?.text?.hasPrefix("update ") == true })
    // Run again, the good ones are there already and the bad ones fail again.
    #expect(await run("run \(config) -o \(results) --quiet") == 70)
    #expect(try String(contentsOfFile: results + "/curves.csv", encoding: .utf8).split(separator: "\n") == curves)
    #expect(await run("compare \(results)") == 0)
  }
}
