import Algorithms
import RLCore
import Testing

/// What every learner must keep, whatever it learns.
@Suite struct LearnerLawsTests {
  /// A learner with its settings; the closure holds nothing but a type and constants.
  struct Case: @unchecked Sendable, CustomTestStringConvertible {
    let testDescription: String
    let check: () throws -> Void
  }

  static func learner<L: TabularLearner & ~Copyable>(
    _ type: L.Type, _ changes: [String: Setting] = [:]
  ) -> Case {
    Case(testDescription: "\(type.id) \(Setting.object(changes.map { .init($0.key, $0.value) }))") {
      try checkLaws(type, changes, on: SmallTasks.irregular(), timeLimit: 9)
    }
  }

  static func bandit<L: TabularLearner & ~Copyable>(_ type: L.Type, _ changes: [String: Setting] = [:]) -> Case {
    Case(testDescription: "\(type.id) \(Setting.object(changes.map { .init($0.key, $0.value) }))") {
      try checkLaws(type, changes, on: SmallTasks.bandit(), timeLimit: nil)
    }
  }

  static let uniform: Setting = .text("uniform")
  static let visits: Setting = .object([.init("schedule", .text("visits"))])
  static let falling: Setting = .object([
    .init("schedule", .text("linear")), .init("from", .real(0.9)), .init("to", .real(0.1)), .init("over", .real(60)),
  ])

  static let cases: [Case] = [
    learner(QLearning.self), learner(QLearning.self, ["epsilon": falling, "behavior": .text("softmax")]),
    learner(Sarsa.self), learner(Sarsa.self, ["n": .integer(4), "alpha": visits]),
    learner(ExpectedSarsa.self, ["alpha": falling]), learner(ExpectedSarsa.self, ["n": .integer(3)]),
    learner(TemporalDifference.self, ["policy": uniform]),
    learner(TemporalDifference.self, ["policy": uniform, "n": .integer(5), "initial_value": .real(0.5)]),
    learner(MonteCarloPrediction.self, ["policy": uniform]),
    learner(MonteCarloPrediction.self, ["policy": uniform, "visit": .text("every"), "alpha": .real(0.1)]),
    learner(MonteCarloControl.self), learner(MonteCarloControl.self, ["exploring_starts": .boolean(true)]),
    learner(QLearning.self, ["behavior": uniform]),
    learner(TDLambda.self, ["policy": uniform]), learner(TDLambda.self, ["policy": uniform, "traces": .text("dutch")]),
    learner(TrueOnlineTDLambda.self, ["policy": uniform]), learner(LambdaReturn.self, ["policy": uniform]),
    learner(LambdaReturn.self, ["policy": uniform, "frozen": .boolean(true), "alpha": visits]),
    learner(SarsaLambda.self, ["gamma": .real(0.9)]), learner(SarsaLambda.self, ["true_online": .boolean(true)]),
    learner(QLambda.self), learner(QLambda.self, ["variant": .text("peng"), "behavior": .text("softmax")]),
    learner(Retrace.self), learner(Retrace.self, ["target_epsilon": .null, "behavior": uniform]),
    learner(DoubleQLearning.self), learner(DoubleSarsa.self), learner(DoubleSarsa.self, ["expected": .boolean(true)]),
    learner(QSigma.self, ["n": .integer(3)]),
    learner(QSigma.self, ["n": .integer(2), "control_variates": .boolean(true), "sigma": falling]),
    learner(TreeBackup.self, ["n": .integer(3)]),
    learner(TreeBackup.self, ["target_epsilon": .integer(0), "behavior": .text("softmax")]),
    learner(RLearning.self), learner(SpeedyQLearning.self, ["gamma": .real(0.9)]),
    learner(WeightedQLearning.self, ["gamma": .real(0.9)]), learner(MaxminQLearning.self, ["tables": .integer(3)]),
    learner(ImportanceSampling.self, ["policy": uniform]),
    learner(ImportanceSampling.self, ["policy": uniform, "method": .text("per-decision"), "visit": .text("every")]),
    learner(OffPolicyMonteCarlo.self, ["epsilon": .real(0.4)]),
    learner(BatchTD.self, ["policy": uniform, "gamma": .real(0.9)]),
    learner(BatchMonteCarlo.self, ["policy": uniform]), learner(LeastSquaresTD.self, ["policy": uniform]),
    learner(DynaQ.self, ["gamma": .real(0.9)]), learner(DynaQPlus.self, ["gamma": .real(0.9)]),
    learner(PrioritizedSweeping.self, ["gamma": .real(0.9)]),
    learner(RMax.self, ["m": .integer(3)]), learner(UCBVI.self, ["horizon": .integer(6)]),
    learner(UCBHoeffding.self, ["horizon": .integer(6)]), learner(PosteriorSampling.self),
    learner(Reinforce.self, ["gamma": .real(0.9)]), learner(Reinforce.self, ["alpha": visits]),
    learner(ReinforceBaseline.self, ["min_probability": .real(0.05)]), learner(ActorCritic.self, ["alpha": falling]),
    learner(ActorCritic.self, ["lambda": .real(0.8), "gamma": .real(0.9)]),
    learner(ActorCritic.self, ["average_reward": .boolean(true), "lambda_w": .real(0.5)]),
    learner(SemiGradientTD.self, ["policy": uniform, "n": .integer(3), "behavior": uniform]),
    learner(GradientMonteCarlo.self, ["policy": uniform]), learner(GTD2.self, ["policy": uniform]),
    learner(TDC.self, ["policy": uniform, "beta": falling]), learner(EmphaticTD.self, ["policy": uniform]),
    learner(SemiGradientSarsa.self, ["n": .integer(3), "alpha": falling]), learner(DifferentialSarsa.self),
    learner(SemiGradientSarsaLambda.self, ["gamma": .real(0.9), "alpha": falling, "clear_others": .boolean(true)]),
    learner(SemiGradientSarsaLambda.self, ["true_online": .boolean(true), "alpha": .real(0.1)]),
    learner(RealTimeDynamicProgramming.self, ["gamma": .real(0.9)]),
    learner(MonteCarloTreeSearch.self, ["simulations": .integer(8), "depth": .integer(5)]),
    bandit(LinUCB.self), bandit(LinThompson.self),
    bandit(ThompsonSampling.self), bandit(ThompsonSampling.self, ["posterior": .text("beta")]), bandit(UCB1.self),
    bandit(KLUCB.self), bandit(KLUCB.self, ["law": .text("gaussian"), "c": .integer(3)]), bandit(MOSS.self),
    bandit(Exp3.self, ["low": .integer(-2), "high": .integer(2)]), bandit(Boltzmann.self),
    bandit(ExploreThenCommit.self, ["m": .integer(100)]), bandit(SuccessiveRejects.self),
    bandit(EpsilonGreedyBandit.self), bandit(EpsilonGreedyBandit.self, ["alpha": .real(0.1)]),
    bandit(UpperConfidenceBound.self), bandit(GradientBandit.self),
    bandit(GradientBandit.self, ["baseline": .boolean(false)]),
  ]

  @Test(arguments: cases) func keepsTheLaws(_ learner: Case) throws { try learner.check() }
}

/// Same seed, same bytes; taken up in mid-episode, same bytes after; policies are distributions; values are finite.
private func checkLaws<L: TabularLearner & ~Copyable>(
  _ type: L.Type, _ changes: [String: Setting], on model: FiniteMDP, timeLimit: Int?
) throws {
  func state(of loop: borrowing EpisodeLoop<L, FiniteSimulation>) -> [UInt8] {
    var writer = StateWriter()
    loop.save(to: &writer)
    return writer.bytes
  }
  var first = try loop(type, changes, on: model, timeLimit: timeLimit)
  var second = try loop(type, changes, on: model, timeLimit: timeLimit)
  var other = try loop(type, changes, on: model, timeLimit: timeLimit, seed: 2)
  first.run(untilStep: 203, episode: .max)
  let middle = state(of: first)
  second.run(untilStep: 100, episode: .max)
  second.run(untilStep: 203, episode: .max)
  other.run(untilStep: 203, episode: .max)
  let isSame = state(of: second) == middle
  #expect(isSame, "running in parts changes nothing")
  let isOther = state(of: other) != middle
  #expect(isOther, "another seed gives another course")

  first.run(untilStep: 600, episode: .max)
  let end = state(of: first)
  var restored = try loop(type, changes, on: model, timeLimit: timeLimit, seed: 77)
  var reader = StateReader(middle)
  try restored.restore(from: &reader)
  #expect(reader.isAtEnd)
  let isTakenUp = state(of: restored) == middle
  #expect(isTakenUp)
  restored.run(untilStep: 600, episode: .max)
  let isContinued = state(of: restored) == end
  #expect(isContinued, "taking up a stored state changes nothing")

  for length in stride(from: 0, to: middle.count, by: 41) {
    var cut = try loop(type, changes, on: model, timeLimit: timeLimit)
    var short = StateReader(Array(middle[..<length]))
    do {
      try cut.restore(from: &short)
      Issue.record("\(length) of \(middle.count) bytes were taken for a state")
    } catch { #expect(!error.message.isEmpty) }
  }

  var report = LearnerReport()
  first.learner.report(into: &report)
  let space = ActionSpace(model)
  #expect(!report.targetPolicy.isEmpty)
  #expect((report.actionValues + report.stateValues).allSatisfy { $0.isFinite })
  for policy in [report.targetPolicy, report.behaviorPolicy] where !policy.isEmpty {
    for state in 0..<model.stateCount where !model.isTerminal(state) {
      let row = policy[state * space.width..<(state + 1) * space.width]
      #expect(abs(row.reduce(0, +) - 1) < 1e-12)
      #expect(row.dropFirst(space.actions(in: state)).allSatisfy { $0 == 0 })
    }
  }
  if !report.stateValues.isEmpty {
    for state in 0..<model.stateCount where model.isTerminal(state) { #expect(report.stateValues[state] == 0) }
  }
  for declaration in type.about.parameters {
    #expect(!declaration.meaning.isEmpty && !declaration.name.contains("-"))
  }
}
