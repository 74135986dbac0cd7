import Environments
import RLCore
import Testing

@Suite struct GarnetTests {
  private func model(_ changes: [String: Setting]) throws -> FiniteMDP { try Garnet.task(with: changes).model }

  @Test func hasTheShapeThatIsAskedFor() throws {
    let model = try model(["states": .integer(30), "actions": .integer(3), "branching": .integer(7)])
    #expect(model.stateCount == 30 && model.actionCount == 3 && model.pairCount == 90 && model.outcomeCount == 630)
    #expect(model.isContinuing && model.initial.count == 30)
    for pair in 0..<model.pairCount {
      let outcomes = model.outcomes(of: pair).map { model.outcome($0) }
      #expect(Set(outcomes.map(\.next)).count == 7)
      #expect(outcomes.allSatisfy { $0.probability > 0 && $0.reward >= 0 && $0.reward < 1 })
    }
  }

  /// The gap below the first of b − 1 uniform cut points has mean 1 / b, second moment 2 / (b (b + 1)), fourth 24 / (b (b + 1) (b + 2) (b + 3));
  /// a first next state is any state alike. One outcome a pair is used, so that samples are independent; 4 standard errors.
  @Test(arguments: [2, 5, 100]) func drawsWhatItSays(branching: Int) throws {
    let states = 200
    let model = try model(["states": .integer(states), "actions": .integer(100), "branching": .integer(branching)])
    let firsts = (0..<model.pairCount).map { model.outcome(model.outcomes(of: $0).lowerBound) }
    let b = Double(branching)
    let second = 2 / (b * (b + 1))
    let fourth = 24 / (b * (b + 1) * (b + 2) * (b + 3))
    let gaps = firsts.map(\.probability)
    #expect(gaps.hasMean(1 / b, variance: second - 1 / (b * b)))
    #expect(gaps.map { $0 * $0 }.hasMean(second, variance: fourth - second * second))
    // The sum of squared deviations of the counts over their expectation is chi-squared with 199 degrees of freedom.
    var counts = [Double](repeating: 0, count: states)
    for outcome in firsts { counts[outcome.next] += 1 }
    let expected = Double(firsts.count) / Double(states)
    let chiSquared = counts.map { ($0 - expected) * ($0 - expected) / expected }.reduce(0, +)
    #expect(abs(chiSquared - 199) < 4 * (2 * 199.0).squareRoot())
  }

  @Test func rewardsFollowTheirLawAndScope() throws {
    let size: [String: Setting] = ["states": .integer(100), "actions": .integer(20), "branching": .integer(10)]
    let uniform = Array(try model(size).rewards)
    #expect(uniform.count == 20_000 && uniform.hasMean(0.5, variance: 1 / 12))
    let normal = Array(try model(size.merging(["reward": .text("normal")]) { $1 }).rewards)
    #expect(normal.haveStandardMoments)
    #expect(Set(normal).count == 20_000)
    #expect(Set(try model(size.merging(["reward_of": .text("action")]) { $1 }).rewards).count == 2000)
    #expect(Set(try model(size.merging(["reward_of": .text("state")]) { $1 }).rewards).count == 100)
    let ending = try model(size.merging(["terminal_probability": .real(0.25)]) { $1 })
    #expect(ending.targets.map { $0 < 0 ? 1 : 0 }.hasMean(0.25, variance: 0.25 * 0.75))
  }

  @Test func theSeedIsTheModel() throws {
    let first = try model([:])
    let again = try model([:])
    #expect(first.exported(as: .json) == again.exported(as: .json))
    #expect(first.exported(as: .json) != (try model(["seed": .integer(1)])).exported(as: .json))
  }

  /// The first two pairs of a small model, by a second program that follows the rule in the type's comment.
  @Test func theRuleOfDrawingIsKept() throws {
    let model = try model([
      "states": .integer(5), "actions": .integer(2), "branching": .integer(3), "seed": .integer(7),
    ])
    let expected: [[FiniteMDP.Outcome]] = [
      [
        .on(0.42720981929150526, 0, 0.46570368914047844), .on(0.5364497025897244, 1, 0.7239070952365361),
        .on(0.03634047811877039, 4, 0.329839429552528),
      ],
      [
        .on(0.17196814066247745, 2, 0.11308576852426488), .on(0.5618555774168751, 1, 0.49463516142148656),
        .on(0.26617628192064746, 4, 0.09727624489399345),
      ],
    ]
    #expect((0...1).map { model.outcomes(state: 0, action: $0) } == expected)
  }

  /// One next state of each pair is certain, whatever the stream gives.
  @Test func oneBranchIsDeterministic() throws {
    let model = try model(["branching": .integer(1)])
    #expect(model.probabilities.allSatisfy { $0 == 1 })
    #expect(try self.model(["states": .integer(1), "branching": .integer(1)]).targets == [0, 0, 0, 0])
  }

  @Test func wrongSettingsSayWhatIsWrong() {
    func problem(_ changes: [String: Setting]) -> String { Garnet.problem(with: changes) ?? "none" }
    #expect(problem(["branching": .integer(101)]).hasPrefix(".branching: 101 different next states"))
    #expect(problem(["states": .integer(0)]).hasPrefix(".states: "))
    #expect(problem(["actions": .integer(0)]).hasPrefix(".actions: "))
    #expect(problem(["seed": .integer(-1)]).hasPrefix(".seed: "))
    #expect(problem(["reward": .text("unifrom")]).contains("did you mean \"uniform\"?"))
    #expect(problem(["reward_of": .text("pair")]).hasPrefix(".reward_of: "))
    #expect(problem(["terminal_probability": .real(1.5)]).hasPrefix(".terminal_probability: "))
    let huge: [String: Setting] = ["states": .integer(10_000_000), "branching": .integer(10_000_000)]
    #expect(problem(huge).contains("lower \"states\""))
  }
}
