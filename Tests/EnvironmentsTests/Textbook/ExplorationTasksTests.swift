import Environments
import RLCore
import Testing

/// The small tasks of the exploration literature: dynamics entry by entry, and what is best in the long run.
@Suite struct ExplorationTasksTests {
  @Test func riverSwimByOsband() throws {
    let model = try RiverSwim.task().model
    #expect(model.outcomes(state: 0, action: 0) == [.on(1, 0, 0.005)])
    #expect(model.outcomes(state: 3, action: 0) == [.on(1, 2, 0)])
    #expect(model.outcomes(state: 0, action: 1) == [.on(0.4, 0, 0), .on(0.6, 1, 0)])
    #expect(model.outcomes(state: 3, action: 1) == [.on(0.05, 2, 0), .on(0.6, 3, 0), .on(0.35, 4, 0)])
    #expect(model.outcomes(state: 5, action: 1) == [.on(0.4, 4, 1), .on(0.6, 5, 1)])
    #expect(model.initial == [.init(state: 0, probability: 1)])
    // The share of time at the right end under always swimming right, from the balance of neighbouring states.
    var weights = [1.0]
    let up = [0.6, 0.35, 0.35, 0.35, 0.35]
    let down = [0.05, 0.05, 0.05, 0.05, 0.4]
    for (on, back) in zip(up, down) { weights.append(weights.last! * on / back) }
    let best = model.bestAverageReward()
    #expect(abs(best.gain - weights.last! / weights.reduce(0, +)) < 1e-9)
    #expect(abs(best.gain - 0.428622) < 5e-7)
    #expect(best.actions == Array(repeating: [1], count: 6))
  }

  @Test func riverSwimByStrehlAndLittman() throws {
    let model = try RiverSwim.task(with: ["version": .text("strehl-littman")]).model
    #expect(model.outcomes(state: 0, action: 0) == [.on(1, 0, 5)])
    #expect(model.outcomes(state: 0, action: 1) == [.on(0.7, 0, 0), .on(0.3, 1, 0)])
    #expect(model.outcomes(state: 2, action: 1) == [.on(0.1, 1, 0), .on(0.6, 2, 0), .on(0.3, 3, 0)])
    #expect(model.outcomes(state: 5, action: 1) == [.on(0.7, 4, 0), .on(0.3, 5, 10_000)])
    #expect(model.initial == [.init(state: 1, probability: 0.5), .init(state: 2, probability: 0.5)])
    let rewarded = try RiverSwim.task(with: [
      "states": .integer(3), "left_reward": .integer(7), "right_reward": .integer(9),
    ]).model
    #expect(rewarded.outcomes(state: 0, action: 0) == [.on(1, 0, 7)])
    #expect(rewarded.outcomes(state: 2, action: 1) == [.on(0.4, 1, 9), .on(0.6, 2, 9)])
  }

  @Test func sixArms() throws {
    let model = try SixArms.task().model
    #expect(model.stateCount == 7 && model.actionCount == 6)
    #expect(model.outcomes(state: 0, action: 0) == [.on(1, 1, 0)])
    #expect(model.outcomes(state: 0, action: 5).map(\.next) == [6, 0])
    #expect(model.outcomes(state: 0, action: 5)[0].probability == 0.01)
    #expect((0..<6).map { model.outcomes(state: 1, action: $0)[0].reward } == [50, 50, 50, 50, 0, 50])
    #expect((0..<6).map { model.outcomes(state: 4, action: $0)[0].reward } == [0, 0, 0, 800, 0, 0])
    #expect((0..<6).map { model.outcomes(state: 4, action: $0)[0].next } == [0, 0, 0, 4, 0, 0])
    // A hundredth of 6000 is more than a sure 50: the sixth arm is best at any discount.
    let patient = PlainSolver(model: model, gamma: 0.999)
    #expect(patient.optimalActions(patient.optimalValues())[0] == [5])
    let hasty = PlainSolver(model: model, gamma: 0.1)
    #expect(hasty.optimalActions(hasty.optimalValues())[0] == [5])
    #expect(patient.optimalActions(patient.optimalValues())[2] == [0, 2, 3, 4, 5])
  }

  /// Every step leads to state 0 with probability .2, whatever came before, so the last state holds .8⁴ of the time.
  @Test func chain() throws {
    let model = try Chain.task().model
    #expect(model.outcomes(state: 1, action: 0) == [.on(0.8, 2, 0), .on(0.2, 0, 2)])
    #expect(model.outcomes(state: 4, action: 1) == [.on(0.2, 4, 10), .on(0.8, 0, 2)])
    let best = model.bestAverageReward()
    #expect(abs(best.gain - (0.2 * 2 + 0.8 * 10 * 0.4096)) < 1e-9)
    #expect(best.actions == Array(repeating: [0], count: 5))
    let short = try Chain.task(with: [
      "states": .integer(2), "slip": .integer(0), "large_reward": .integer(3), "small_reward": .integer(1),
    ]).model
    #expect(short.outcomes(state: 1, action: 0) == [.on(1, 1, 3)])
    #expect(short.outcomes(state: 0, action: 1) == [.on(1, 0, 1)])
  }

  /// Values of waiting at discount .9 by hand: V(0) = .9 (.1 V(0) + .9 V(1)), and so on; the toolbox's manual prints the same.
  @Test func forestManagement() throws {
    let model = try ForestManagement.task().model
    #expect(model.outcomes(state: 1, action: 0) == [.on(0.1, 0, 0), .on(0.9, 2, 0)])
    #expect(model.outcomes(state: 2, action: 0) == [.on(0.1, 0, 4), .on(0.9, 2, 4)])
    #expect((0..<3).map { model.outcomes(state: $0, action: 1) } == [[.on(1, 0, 0)], [.on(1, 0, 1)], [.on(1, 0, 2)]])
    let solver = PlainSolver(model: model, gamma: 0.9)
    let values = solver.optimalValues()
    for (value, expected) in zip(values, [26.244, 29.484, 33.484]) { #expect(abs(value - expected) < 1e-10) }
    #expect(solver.optimalActions(values) == [[0], [0], [0]])
    let other = try ForestManagement.task(with: [
      "states": .integer(5), "r1": .integer(7), "r2": .integer(8), "p": .integer(0),
    ]).model
    #expect(other.outcomes(state: 4, action: 0) == [.on(1, 4, 7)])
    #expect((0..<5).map { other.outcomes(state: $0, action: 1)[0].reward } == [0, 1, 1, 1, 8])
  }

  @Test func baird() throws {
    let model = try Baird.task().model
    #expect(model.stateCount == 7 && model.isContinuing && model.initial.count == 7)
    for state in 0..<7 {
      #expect(model.outcomes(state: state, action: 0) == (0..<6).map { .on(1.0 / 6, $0, 0) })
      #expect(model.outcomes(state: state, action: 1) == [.on(1, 6, 0)])
    }
    #expect(try Baird.task(with: ["upper": .integer(5)]).model.stateCount == 6)
  }

  @Test func deepSeaPaysForTheWholeWayOnly() throws {
    let model = try DeepSea.task(with: ["randomize_actions": .boolean(false)]).model
    #expect(model.outcomes(state: 0, action: 1) == [.on(1, 11, -0.001)])
    #expect(model.outcomes(state: 11, action: 0) == [.on(1, 20, 0)])
    #expect(model.outcomes(state: 10, action: 0) == [.on(1, 20, 0)])
    #expect(model.outcomes(state: 99, action: 1) == [.end(1, 99, 0.999)])
    #expect(model.outcomes(state: 98, action: 1) == [.end(1, 98, -0.001)])
    #expect(model.isTerminal(1))  // above the diagonal
    let solver = PlainSolver(model: model, gamma: 1)
    #expect(abs(solver.optimalValues()[0] - 0.99) < 1e-12)

    // bsuite's random actions leave the values alone.
    let task = try DeepSea.task()
    #expect(task.grid == nil)
    #expect(abs(PlainSolver(model: task.model, gamma: 1).optimalValues()[0] - 0.99) < 1e-12)
    let rights = (0..<100).filter { !task.model.isTerminal($0) }
      .map { task.model.outcomes(state: $0, action: 1)[0].reward != 0 }
    // 55 cells, each a fair coin: within 4 standard errors of half.
    #expect(abs(Double(rights.filter(\.self).count) - 27.5) < 4 * 55.0.squareRoot() / 2)
    let other = try DeepSea.task(with: ["mapping_seed": .integer(43)]).model
    #expect(other.rewards != task.model.rewards)
    #expect(try DeepSea.task().model.rewards == task.model.rewards)
  }

  /// Always right: nine moves must succeed, each with probability .9, and ten are paid.
  @Test func deepSeaWithFailures() throws {
    let model = try DeepSea.task(with: [
      "deterministic": .boolean(false), "randomize_actions": .boolean(false), "move_cost": .real(0.02),
    ]).model
    #expect(model.outcomes(state: 0, action: 1).map(\.next) == [11, 10])
    let values = PlainSolver(model: model, gamma: 1).values(of: Array(repeating: 1, count: 100))
    var chance = 1.0
    for _ in 0..<9 { chance *= 0.9 }
    #expect(abs(values[0] - (chance - 0.02)) < 1e-12)
  }

  @Test func wrongSettingsSayWhatIsWrong() {
    func expect(_ type: any FiniteEnvironment.Type, _ name: String, _ wrong: Setting) {
      #expect(type.problem(with: [name: wrong])?.hasPrefix(".\(name): ") == true, "\(type).\(name)")
    }
    expect(RiverSwim.self, "version", .text("strehl"))
    expect(RiverSwim.self, "states", .integer(2))
    expect(RiverSwim.self, "left_reward", .text("5"))
    expect(RiverSwim.self, "right_reward", .real(.infinity))
    expect(Chain.self, "states", .integer(1))
    expect(Chain.self, "slip", .real(-0.1))
    expect(Chain.self, "large_reward", .null)
    expect(Chain.self, "small_reward", .null)
    expect(ForestManagement.self, "states", .integer(1))
    expect(ForestManagement.self, "p", .real(1.1))
    expect(ForestManagement.self, "r1", .null)
    expect(ForestManagement.self, "r2", .null)
    expect(Baird.self, "upper", .integer(0))
    expect(DeepSea.self, "size", .integer(0))
    expect(DeepSea.self, "deterministic", .integer(1))
    expect(DeepSea.self, "move_cost", .null)
    expect(DeepSea.self, "randomize_actions", .text("yes"))
    expect(DeepSea.self, "mapping_seed", .integer(-1))
    #expect(
      SixArms.problem(with: ["arms": .integer(6)]) == ".arms: \"six-arms\" has no parameter \"arms\"; it has none")
  }
}
