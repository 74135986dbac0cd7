import Algorithms
import Environments
import RLCore
import Testing

@Suite struct LinearMethodTests {
  private func context(_ model: FiniteMDP, _ kind: FeatureBasis.Kind = .oneHot) throws -> LearnerContext {
    let space = ActionSpace(model)
    let basis = try FeatureBasis(kind, ranges: [0...Double(space.stateCount - 1)], isNumbered: true)
    return LearnerContext(
      space: space, model: model,
      features: FeatureTable(basis, coordinates: (0..<space.stateCount).map { [Double($0)] }))
  }

  private func learn<L: TabularLearner & ~Copyable>(
    _ type: L.Type, _ changes: [String: Setting], on model: FiniteMDP, episodes: Int
  ) throws -> LearnerReport {
    let context = try context(model)
    var loop = EpisodeLoop(
      learner: try L(Settings(defaultsOf: L.self, changes), context: context), environment: FiniteSimulation(model),
      timeLimit: 12, clock: .episodes, root: 0, seed: 5)
    loop.run(untilStep: .max, episode: episodes)
    var report = LearnerReport()
    loop.learner.report(into: &report)
    return report
  }

  private func expectEqual(_ a: [Double], _ b: [Double]) {
    #expect(a.count == b.count)
    for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-12) }
  }

  /// With a feature for each state the methods are those of tables.
  @Test(arguments: [1, 3, 40]) func oneHotFeaturesAreTables(n: Int) throws {
    let model = try SmallTasks.irregular()
    let settings: [String: Setting] = ["alpha": .real(0.2), "gamma": .real(0.9), "n": .integer(n)]
    let prediction = settings.merging(["policy": .text("uniform")]) { $1 }
    expectEqual(
      try learn(SemiGradientTD.self, prediction, on: model, episodes: 40).stateValues,
      try learn(TemporalDifference.self, prediction, on: model, episodes: 40).stateValues)
    let linear = try learn(SemiGradientSarsa.self, settings, on: model, episodes: 40)
    let table = try learn(Sarsa.self, settings, on: model, episodes: 40)
    for state in 0..<6 {
      for action in 0..<(state % 3 + 1) {
        #expect(abs(linear.actionValues[state * 3 + action] - table.actionValues[state * 3 + action]) < 1e-12)
      }
    }
    expectEqual(Array(linear.behaviorPolicy.prefix(18)), Array(table.behaviorPolicy.prefix(18)))
  }

  /// With a feature for each state, traces over features are those of tables.
  @Test(arguments: ["accumulating", "replacing", "dutch", "true online"])
  func oneHotTracesAreTables(traces: String) throws {
    let model = try SmallTasks.irregular()
    var settings: [String: Setting] = ["alpha": .real(0.2), "gamma": .real(0.9), "lambda": .real(0.7)]
    if traces == "true online" {
      settings["true_online"] = .boolean(true)
    } else {
      settings["traces"] = .text(traces)
    }
    let linear = try learn(SemiGradientSarsaLambda.self, settings, on: model, episodes: 40)
    let table = try learn(SarsaLambda.self, settings, on: model, episodes: 40)
    for state in 0..<6 {
      for action in 0..<(state % 3 + 1) {
        #expect(abs(linear.actionValues[state * 3 + action] - table.actionValues[state * 3 + action]) < 1e-12)
      }
    }
  }

  private func overlapping(_ changes: [String: Setting]) throws -> SemiGradientSarsaLambda {
    // Three states of three features that overlap; two actions, with the weights of the second behind those of the first.
    let basis = try FeatureBasis(
      .matrix([[1, 1, 0], [0, 1, 2], [0, 0, 1]]), ranges: [0...2], isNumbered: true)
    let context = LearnerContext(
      space: ActionSpace(states: 3, actions: 2), features: FeatureTable(basis, coordinates: [[0], [1], [2]]))
    let own: [String: Setting] = ["alpha": .real(0.1), "gamma": .real(0.5), "lambda": .real(0.8)]
    return try SemiGradientSarsaLambda(
      Settings(defaultsOf: SemiGradientSarsaLambda.self, own.merging(changes) { $1 }), context: context)
  }

  private func expectWeights(_ learner: borrowing SemiGradientSarsaLambda, _ expected: [Double]) {
    for (k, weight) in expected.enumerated() {
      #expect(abs(learner.base.weights[k] - weight) < 1e-12, "weight \(k): \(learner.base.weights[k])")
    }
  }

  /// Two steps of action 0: δ = 1, w = (0.1, 0.1, 0); then q = 0.1, δ = 1.9, and the traces (1, 1, 0) have decayed to (0.4, 0.4, 0).
  @Test func tracesByHand() throws {
    let steps = [
      Transition(state: 0, action: 0, reward: 1, next: 1, terminated: false),
      Transition(state: 1, action: 0, reward: 2, next: 2, terminated: true),
    ]
    func learn(_ changes: [String: Setting]) throws -> SemiGradientSarsaLambda {
      var learner = try overlapping(changes)
      #expect(abs(learner.update(steps[0], nextAction: 0) - 1) < 1e-12)
      #expect(abs(learner.update(steps[1], nextAction: 0) - 1.9) < 1e-12)
      return learner
    }
    // z = (0.4, 1.4, 2), (0.4, 1, 2), and by dutch traces (0.4, 0.4, 0) + (1 − 0.1 · 0.4) (0, 1, 2).
    expectWeights(try learn([:]), [0.1 + 0.19 * 0.4, 0.1 + 0.19 * 1.4, 0.38, 0, 0, 0])
    expectWeights(try learn(["traces": .text("replacing")]), [0.1 + 0.19 * 0.4, 0.1 + 0.19, 0.38, 0, 0, 0])
    expectWeights(
      try learn(["traces": .text("dutch")]), [0.1 + 0.19 * 0.4, 0.1 + 0.19 * 1.36, 0.19 * 1.92, 0, 0, 0])
    // True online: q_old is q(S′, A′) before the first update, 0; so the error is 1.9 + 0.1, and 0.1 · 0.1 x is taken back.
    expectWeights(
      try learn(["true_online": .boolean(true)]),
      [0.1 + 0.2 * 0.4, 0.1 + 0.2 * 1.36 - 0.01, 0.2 * 1.92 - 0.02, 0, 0, 0])
  }

  /// The second action in the state clears what the first one has left of the features that are seen: z = (0.4, 0, 0) beside (0, 1, 2).
  @Test func othersAreCleared() throws {
    var learner = try overlapping(["clear_others": .boolean(true)])
    learner.update(Transition(state: 0, action: 0, reward: 1, next: 1, terminated: false), nextAction: 1)
    learner.update(Transition(state: 1, action: 1, reward: 2, next: 2, terminated: true), nextAction: 0)
    expectWeights(learner, [0.1 + 0.2 * 0.4, 0.1, 0, 0, 0.2, 0.4])
  }

  private let dashed: Setting = .list([Setting](repeating: .list([.real(6 / 7.0), .real(1 / 7.0)]), count: 7))
  private let solid: Setting = .list([Setting](repeating: .integer(1), count: 7))

  private func baird(_ changes: [String: Setting] = [:]) throws -> (FiniteMDP, [String: Setting]) {
    let weights: [Setting] = [1, 1, 1, 1, 1, 1, 10, 1].map(Setting.real)
    let own: [String: Setting] = [
      "policy": solid, "behavior": dashed, "gamma": .real(0.99), "alpha": .real(0.01),
      "initial_weights": .list(weights),
    ]
    return (try Baird.task(Settings(defaultsOf: Baird.self)).model, own.merging(changes) { $1 })
  }

  /// Steps from state 2 to the lower state by the solid action: ρ = 7, v(2) = 3, v(6) = 12, δ = 0.99 · 12 − 3 = 8.88.
  @Test func updatesByHand() throws {
    let t = Transition(state: 2, action: 1, reward: 0, next: 6, terminated: false)
    let (model, settings) = try baird()
    let context = try context(model, .baird)
    var td = try SemiGradientTD(Settings(defaultsOf: SemiGradientTD.self, settings), context: context)
    td.update(t)
    let step = 0.01 * 7 * 8.88
    #expect(abs(td.base.weights[2] - (1 + 2 * step)) < 1e-12 && abs(td.base.weights[7] - (1 + step)) < 1e-12)

    var tdc = try TDC(
      Settings(defaultsOf: TDC.self, settings.merging(["beta": .real(0.1)]) { $1 }), context: context)
    #expect(abs(tdc.update(t) - 8.88) < 1e-12)
    #expect(abs(tdc.correction.base.weights[2] - (1 + 2 * step)) < 1e-12)
    #expect(
      abs(tdc.correction.estimates[2] - 2 * 0.1 * 7 * 8.88) < 1e-12
        && abs(tdc.correction.estimates[7] - 0.1 * 7 * 8.88) < 1e-12)
    // The second time, xᵀv = 5 · 0.7 · 8.88 = 31.08 takes part.
    let before = tdc.correction.base.weights[6]
    tdc.update(t)
    #expect(abs(tdc.correction.base.weights[6] - (before - 0.07 * 0.99 * 31.08)) < 1e-12)

    var gtd2 = try GTD2(
      Settings(defaultsOf: GTD2.self, settings.merging(["beta": .real(0.1)]) { $1 }), context: context)
    gtd2.update(t)
    #expect(gtd2.correction.base.weights[2] == 1, "the first step moves only the second weights")
    gtd2.update(t)
    #expect(abs(gtd2.correction.base.weights[2] - (1 + 2 * 0.07 * 31.08)) < 1e-12)
    #expect(abs(gtd2.correction.base.weights[6] - (10 - 0.07 * 0.99 * 31.08)) < 1e-12)

    var emphatic = try EmphaticTD(Settings(defaultsOf: EmphaticTD.self, settings), context: context)
    emphatic.update(t)
    #expect(emphatic.emphasis == 1 && abs(emphatic.base.weights[2] - (1 + 2 * step)) < 1e-12)
    emphatic.update(Transition(state: 6, action: 0, reward: 0, next: 3, terminated: false))
    #expect(abs(emphatic.emphasis - (1 + 0.99 * 7)) < 1e-12)
  }

  /// Off-policy semi-gradient TD diverges on Baird's counterexample; TDC does not (Sutton & Barto, 2018, Figures 11.2 and 11.5).
  @Test func onlyGradientMethodsAreStable() throws {
    func error<L: TabularLearner & ~Copyable>(_ type: L.Type, _ changes: [String: Setting]) throws -> Double {
      let (model, settings) = try baird(changes)
      let context = try context(model, .baird)
      var loop = EpisodeLoop(
        learner: try L(Settings(defaultsOf: L.self, settings), context: context), environment: FiniteSimulation(model),
        timeLimit: nil, clock: .steps, root: 0, seed: 1)
      loop.run(untilStep: 3000, episode: .max)
      var report = LearnerReport()
      loop.learner.report(into: &report)
      return SmallTasks.rootMeanSquare(report.stateValues, [Double](repeating: 0, count: 7))
    }
    #expect(try error(SemiGradientTD.self, [:]) > 100)
    // It begins with √((6 · 3² + 12²) / 7).
    let start = (198.0 / 7).squareRoot()
    #expect(try error(TDC.self, ["alpha": .real(0.005), "beta": .real(0.05)]) < start)
  }

  /// Gradient Monte Carlo by hand: two steps with rewards 1 and 2, γ = 0.5: returns 2 and 2.
  @Test func gradientMonteCarloByHand() throws {
    let model = try SmallTasks.walk(3, leftReward: 0)
    let settings: [String: Setting] = ["policy": .text("uniform"), "alpha": .real(0.1), "gamma": .real(0.5)]
    var learner = try GradientMonteCarlo(
      Settings(defaultsOf: GradientMonteCarlo.self, settings), context: try context(model))
    learner.update(Transition(state: 1, action: 1, reward: 1, next: 2, terminated: false))
    learner.update(Transition(state: 2, action: 1, reward: 2, next: 2, terminated: true))
    #expect((0..<3).map { learner.base.weights[$0] } == [0, 0.2, 0.2])
  }

  /// The average reward of differential Sarsa by hand: δ = 4 − 0 + 0 − 0, R̄ = 0.04, then δ = 0 − 0.04 + w.
  @Test func differentialSarsaByHand() throws {
    let model = try AccessControl.task(Settings(defaultsOf: AccessControl.self)).model
    var learner = try DifferentialSarsa(
      Settings(defaultsOf: DifferentialSarsa.self, ["alpha": .real(0.5), "beta": .real(0.01)]),
      context: try context(model))
    #expect(
      learner.update(Transition(state: 42, action: 1, reward: 4, next: 41, terminated: false), nextAction: 0) == 4)
    #expect(learner.averageReward == 0.04)
    let second = learner.update(
      Transition(state: 41, action: 0, reward: 0, next: 42, terminated: false), nextAction: 1)
    #expect(abs(second - (2 - 0.04)) < 1e-12)
  }

  /// A car on tiles: what is stored in mid-episode goes on to the same bits.
  @Test(arguments: [1, 4]) func vectorsAreTakenUp(n: Int) throws {
    func make() throws -> EpisodeLoop<SemiGradientSarsa, FeaturedEnvironment> {
      let car = try MountainCar(Settings(defaultsOf: MountainCar.self))
      let settings = try Settings(
        defaultsOf: SemiGradientSarsa.self, ["n": .integer(n), "alpha": .real(0.05), "epsilon": .real(0.1)])
      let basis = try FeatureParameters.basis(settings, states: nil, bounds: car.observationRanges)
      let table = FeatureTable(rows: 2, features: basis.featureCount, active: basis.activeCount, isFixed: false)
      let environment = FeaturedEnvironment(car, basis: basis, table: table)
      return EpisodeLoop(
        learner: try SemiGradientSarsa(settings, context: LearnerContext(space: environment.space, features: table)),
        environment: environment, timeLimit: 70, clock: .steps, root: 0, seed: 3)
    }
    func state(_ loop: borrowing EpisodeLoop<SemiGradientSarsa, FeaturedEnvironment>) -> [UInt8] {
      var writer = StateWriter()
      loop.save(to: &writer)
      return writer.bytes
    }
    var first = try make()
    first.run(untilStep: 333, episode: .max)
    let middle = state(first)
    first.run(untilStep: 700, episode: .max)
    var second = try make()
    var reader = StateReader(middle)
    try second.restore(from: &reader)
    second.run(untilStep: 700, episode: .max)
    let isSame = state(second) == state(first)
    #expect(isSame && reader.isAtEnd)
  }
}
