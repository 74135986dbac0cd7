import Environments
import Foundation
import RLCore
import Testing

@Suite struct SequenceTasksTests {
  private func uniformReturn(_ model: FiniteMDP) -> Double {
    var evaluator = PolicyEvaluator(model)
    return evaluator.startValue(of: StationaryPolicy(uniformOver: model), gamma: 1).value
  }

  private func isSolvable(_ model: FiniteMDP) throws -> Bool {
    abs(try OptimalSolution(model, gamma: 1).startValue - 1) < 1e-12
  }

  /// Follows an answer from a state, and gives the sum of its rewards and whether it ended.
  private func play(_ model: FiniteMDP, from label: String, _ answer: [Int]) -> (reward: Double, ended: Bool) {
    guard case .listed(let labels) = model.stateLabels, var state = labels.firstIndex(of: label) else {
      return (.nan, false)
    }
    var sum = 0.0
    for (place, action) in answer.enumerated() {
      let outcome = model.outcomes(state: state, action: action)[0]
      sum += outcome.reward
      if outcome.terminated { return (sum, place == answer.count - 1) }
      state = outcome.next
    }
    return (sum, false)
  }

  /// A policy that writes at random copies n letters and ends with probability (letters + 1)^−(n + 1).
  @Test func copyingByChance() throws {
    let model = try CopyString.task(with: ["letters": .integer(2), "length": .integer(2)]).model
    // Prompts a, b, aa, ab, ba, bb, each with 1 + 2 + 4 prefixes.
    #expect(model.stateCount == 6 * 7 + 1)
    let chance = (2.0 / 9 + 4.0 / 27) / 6
    #expect(abs(uniformReturn(model) - chance) < 1e-15)
    #expect(play(model, from: "ab|", [0, 1, 2]) == (1, true))
    #expect(play(model, from: "ab|", [0, 2]) == (0, true))
    #expect(play(model, from: "ab|", [0, 1, 1]) == (0, true))  // cut off
    #expect(try isSolvable(model))
  }

  @Test func rewardsAreWeightedSums() throws {
    let rewards = Setting.object([
      .init("correct", .integer(2)), .init("format", .real(0.5)), .init("progress", .integer(4)),
      .init("token", .real(-0.25)),
    ])
    let model = try CopyString.task(with: ["letters": .integer(2), "length": .integer(2), "rewards": rewards]).model
    #expect(play(model, from: "ab|", [0, 1, 2]) == (2 + 0.5 + 4 - 0.75, true))
    #expect(play(model, from: "ab|", [0, 2]) == (0.5 + 2 - 0.5, true))
    #expect(play(model, from: "ab|", [1, 1, 1]) == (-0.75, true))
  }

  @Test func countingEndsWhereThePromptSays() throws {
    let model = try CountToN.task(with: ["n": .integer(3)]).model
    #expect(play(model, from: "3:", [0, 1, 2, 3]) == (1, true))
    #expect(play(model, from: "2:", [0, 1, 3]) == (1, true))
    #expect(play(model, from: "2:", [0, 1, 2, 3]) == (0, true))
    #expect(try isSolvable(model))
  }

  /// With one kind and room for three brackets, "(" has the right answers ")", "())" and ")()".
  @Test func bracketsHaveManyAnswers() throws {
    let model = try BracketMatching.task(
      with: ["kinds": .integer(1), "depth": .integer(1), "max_length": .integer(4)]
    ).model
    var right: [String] = []
    guard case .listed(let labels) = model.stateLabels else { return }
    for state in 0..<model.stateCount where !model.isTerminal(state) {
      if model.outcomes(state: state, action: 2)[0].reward == 1 { right.append(labels[state]) }
    }
    #expect(right == ["(|)", "(|())", "(|)()"])
    let kinds = try BracketMatching.task().model
    #expect(play(kinds, from: "([|", [3, 1, 4]) == (1, true))
    #expect(play(kinds, from: "([|", [1, 3, 4]) == (0, true))
  }

  @Test func arithmeticHoldsPromptsOut() throws {
    let task = try ModularArithmetic.task()
    let held = try #require(task.heldOut)
    #expect(task.model.initial.count == 80 && held.count == 20)
    #expect(Set(task.model.initial.map(\.state)).isDisjoint(with: held.map(\.state)))
    #expect(play(task.model, from: "3+4=", [7, 10]) == (1, true))
    #expect(play(task.model, from: "7+8=", [5, 10]) == (1, true))
    #expect(play(task.model, from: "7+8=", [1, 5]) == (0, true))
    #expect(try isSolvable(task.model))
    #expect(try isSolvable(task.model.starting(in: held)))
    #expect(try ModularArithmetic.task(with: ["held_out": .integer(0)]).heldOut == nil)
    let other = try ModularArithmetic.task(with: ["split_seed": .integer(1)])
    #expect(other.heldOut?.map(\.state) != held.map(\.state))
    let large = try ModularArithmetic.task(with: ["modulus": .integer(13), "operation": .text("multiply")]).model
    #expect(play(large, from: "5*8=", [1, 10]) == (1, true))  // 40 = 3 · 13 + 1
    #expect(play(large, from: "11*12=", [2, 10]) == (1, true))  // 132 = 10 · 13 + 2
    #expect(play(large, from: "10*1=", [1, 0, 10]) == (1, true))
  }

  /// As numbers, prompts are points on a circle; the answer's tokens and its length stand beside them.
  @Test func promptsAreSeenAsNumbers() throws {
    let task = try ModularArithmetic.task(with: ["modulus": .integer(20)])
    let layout = try #require(task.tokens).seen(as: .numbers)
    #expect(layout.hasNumbers && layout.width == 2 * 2 + 2 * 12 + 3)
    guard case .listed(let labels) = task.model.stateLabels else { return }
    var row = [Float](repeating: 0, count: layout.width)
    row.withUnsafeMutableBufferPointer { layout.write(labels.firstIndex(of: "5+10=5")!, into: $0.baseAddress!) }
    let expected: [Float] = [0, 1, -1, 0]
    for (a, b) in zip(row, expected) { #expect(abs(a - b) < 1e-6) }
    #expect(row[4..<16].firstIndex(of: 1) == 4 + 5 && row[16..<28].allSatisfy { $0 == 0 })
    #expect(Array(row[28...]) == [0, 1, 0])
    #expect(try CopyString.task().tokens?.hasNumbers == false)
  }

  @Test func difficultiesAreWhatTheyAre() throws {
    let model = try TwoDifficulty.task(with: ["hard_share": .real(0.25)]).model
    #expect(abs(uniformReturn(model) - (0.75 / 9 + 0.25 / 243)) < 1e-15)
    #expect(model.initial.map(\.probability) == [0.75, 0.25])
    #expect(try TwoDifficulty.task(with: ["hard_share": .integer(1)]).model.initial.count == 1)
  }

  /// The first letter decides, and comes out at random in four cases of five; all lengths are right after A.
  @Test func theTrapHasRightAnswersOfEveryLength() throws {
    let task = try LengthTrap.task()
    let model = task.model
    #expect(model.stateCount == 1 + 2 * 9 + 1 && task.timeLimit == 10)
    let first = model.outcomes(state: 0, action: 0)
    #expect(first.map(\.next) == [1, 10])
    #expect(abs(first[0].probability - 0.6) < 1e-15 && abs(first[1].probability - 0.4) < 1e-15)
    for length in 1...9 {
      for (letter, reward) in [(0, 1.0), (1, 0)] {
        let state = letter * 9 + length
        #expect(model.outcomes(state: state, action: 2)[0].reward == reward)
        let longer = model.outcomes(state: state, action: 1)[0]
        #expect(longer.terminated == (length == 9) && (length == 9 || longer.next == state + 1))
        #expect(longer.reward == (length == 9 ? reward : 0))
        #expect(task.tokens?.isRight[state] == (letter == 0))
      }
    }
    // At random half of the answers that have a letter are right.
    var evaluator = PolicyEvaluator(model)
    let value = evaluator.startValue(of: StationaryPolicy(uniformOver: model), gamma: 1).value
    #expect(abs(value - 1.0 / 3) < 1e-12)
    let plain = try LengthTrap.task(with: ["mistakes": .integer(0), "letters": .integer(3)]).model
    #expect(plain.outcomeCount == plain.pairCount)
  }

  /// Tokens tell all states apart, and the prompts of held-out sums are made of what other prompts are made of.
  @Test func tokensTellStatesApart() throws {
    for task in [try CopyString.task(), try CountToN.task(), try BracketMatching.task(), try ModularArithmetic.task()] {
      let layout = try #require(task.tokens)
      var seen: Set<[Float]> = []
      var row = [Float](repeating: 0, count: layout.width)
      for state in 0..<task.model.stateCount where !task.model.isTerminal(state) {
        row.withUnsafeMutableBufferPointer { layout.write(state, into: $0.baseAddress!) }
        #expect(seen.insert(row).inserted)
      }
      var view = FiniteVectorView(FiniteSimulation(task.model), features: .tokens(layout))
      var stream = RandomStream(seed: 1)
      view.reset(using: &stream)
      row.withUnsafeMutableBufferPointer { layout.write(view.state, into: $0.baseAddress!) }
      #expect(view.observation == row && view.stateIndex == nil)
    }
  }

  @Test func treesThatWouldNotFitAreRefused() {
    for problem in [
      CopyString.problem(with: ["letters": .integer(26), "length": .integer(20)]),
      CountToN.problem(with: ["n": .integer(12)]),
      BracketMatching.problem(with: ["depth": .integer(20)]),
      ModularArithmetic.problem(with: ["modulus": .integer(1000)]),
      TwoDifficulty.problem(with: ["hard_length": .integer(20)]),
    ] {
      #expect(problem?.contains("4000000 fit; lower") == true)
    }
    #expect(CopyString.problem(with: ["min_length": .integer(4)])?.hasPrefix(".min_length: ") == true)
    #expect(
      ModularArithmetic.problem(with: ["modulus": .integer(1), "held_out": .real(0.9)])?.hasPrefix(".held_out: ")
        == true)
    #expect(
      CopyString.problem(with: ["rewards": .object([.init("style", .integer(1))])])?.hasPrefix(".rewards") == true)
  }
}
