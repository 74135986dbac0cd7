import Testing

@testable import Lab

@Suite struct CellChoiceTests {
  private let folder = TemporaryFolder()
  private let rules = ScoreRules(metric: .episodeReturn)

  /// Two algorithms at three step sizes; what each of four seeds ends with.
  private func sweep(_ scores: [String: [[Double]]]) -> SyntheticResults {
    var variants: [SyntheticResults.Variant] = []
    for algorithm in scores.keys.sorted() {
      for (index, seeds) in scores[algorithm]!.enumerated() {
        let alpha = [0.1, 0.2, 0.4][index]
        let curves = Dictionary(uniqueKeysWithValues: seeds.enumerated().map { (UInt64($0), [-100, $1]) })
        variants.append(.init(name: "\(algorithm) alpha=\(alpha)", algorithm: algorithm, alpha: alpha, curves: curves))
      }
    }
    return SyntheticResults(variants: variants, sweepsAlpha: true)
  }

  @Test func choosesOnOneHalfAndScoresOnTheOther() async throws {
    // The luckiest cell over the first half is the first of q-learning and the second of sarsa; the other half knows
    // better.
    let stored = try sweep([
      "q-learning": [[9, 9, 1, 2], [5, 5, 8, 8], [0, 0, 0, 0]],
      "sarsa": [[1, 1, 1, 1], [3, 3, 4, 6], [2, 2, 9, 9]],
    ]).write(to: folder)
    let comparison = try await Comparison([.init(experiment: stored)], options: .init())
    let rows = comparison.tables[0].rows
    #expect(rows.map(\.contestant.label) == ["q-learning alpha=0.1", "sarsa alpha=0.2"])
    #expect(rows.map(\.contestant.method) == ["q-learning", "sarsa"])
    #expect(rows.map { $0.contestant.scores.seeds } == [[2, 3], [2, 3]])
    #expect(rows.map { $0.final.mean } == [1.5, 5])
    let choice = try #require(rows[0].contestant.choice)
    #expect(choice.basis == .otherHalf && choice.chosenOn == [0, 1] && choice.cells == 3)
    #expect(choice.edges == ["alpha=0.1"])
    #expect(rows[1].contestant.choice?.edges == [])
    #expect(
      comparison.text.contains("chosen by the final score on seeds 0 to 1, scored on the other seeds, seeds 2 to 3"))
    #expect(comparison.notes.contains { $0.contains("alpha=0.1 is at the end of its axis") })
  }

  @Test func keepsValuesApartWhenAsked() async throws {
    let stored = try sweep(["sarsa": [[1, 1, 1, 1], [3, 3, 4, 6], [2, 2, 9, 9]]]).write(to: folder)
    let apart = try await Comparison([.init(experiment: stored)], options: .init(apart: ["alpha"]))
    #expect(apart.tables[0].rows.map { $0.final.mean } == [1, 4, 5.5])
    let every = try await Comparison([.init(experiment: stored)], options: .init(everyCell: true))
    #expect(every.tables[0].rows.map(\.contestant.label) == ["sarsa alpha=0.1", "sarsa alpha=0.2", "sarsa alpha=0.4"])
    #expect(every.tables[0].rows.allSatisfy { $0.contestant.choice == nil && $0.final.count == 4 })
  }

  @Test func scoresOnFreshSeedsWhereTheyWereRun() async throws {
    var results = sweep(["sarsa": [[1, 1, 1, 1], [3, 3, 4, 6], [2, 2, 9, 9]]])
    let stored = try results.write(to: folder)
    // Over all seeds the last cell is best.
    results.variants = [results.variants[2]]
    results.variants[0].curves = [4: [-100, 7], 5: [-100, 5]]
    let fresh = try results.write(to: folder, "results/confirm")
    let comparison = try await Comparison([.init(experiment: stored, confirmation: fresh)], options: .init())
    let row = comparison.tables[0].rows[0]
    #expect(row.contestant.label == "sarsa alpha=0.4")
    #expect(row.contestant.choice?.basis == .fresh)
    #expect(row.contestant.scores.seeds == [4, 5])
    #expect(row.final.mean == 6)
    #expect(comparison.text.contains("scored on fresh seeds, seeds 4 to 5"))
  }

  @Test func fallsBackToHalvesWhereOtherCellsWereConfirmed() async throws {
    var results = sweep(["sarsa": [[1, 1, 1, 1], [3, 3, 4, 6], [2, 2, 9, 9]]])
    let stored = try results.write(to: folder)
    results.variants = [results.variants[0]]
    let fresh = try results.write(to: folder, "results/confirm")
    let comparison = try await Comparison([.init(experiment: stored, confirmation: fresh)], options: .init())
    #expect(comparison.tables[0].rows[0].contestant.choice?.basis == .otherHalf)
    #expect(comparison.notes.contains { $0.contains("chosen by another score") })
  }

  @Test func whatASearchChoseIsScoredOnFreshSeeds() async throws {
    // Three cells with a small budget, the best of them with the whole one, and fresh seeds for that.
    var results = sweep(["sarsa": [[1, 1, 1, 1], [3, 3, 4, 6], [2, 2, 9, 9]]])
    results.configuration = #"{"search": {"parameters": {"algorithm.alpha": [0.1, 0.2, 0.4]}}}"#
    var whole = results.variants[2]
    (whole.name, whole.episodes) = ("sarsa alpha=0.4 episodes=30", 30)
    whole.curves = [0: [-100, 11], 1: [-100, 11], 2: [-100, 11], 3: [-100, 11]]
    results.variants.append(whole)
    let stored = try results.write(to: folder)
    whole.curves = [4: [-100, 7], 5: [-100, 5]]
    results.variants = [whole]
    let fresh = try results.write(to: folder, "results/confirm")
    let comparison = try await Comparison([.init(experiment: stored, confirmation: fresh)], options: .init())
    let rows = comparison.tables[0].rows
    #expect(rows.map(\.contestant.choice?.basis) == [.otherHalf, .fresh])
    #expect(rows.map { $0.contestant.scores.seeds } == [[2, 3], [4, 5]])
    #expect(rows.map { $0.final.mean } == [5, 6])
    #expect(comparison.text.contains("scored on fresh seeds, seeds 4 to 5"))
    #expect(!comparison.notes.contains { $0.contains("another score") || $0.contains("missing") })
  }

  @Test func oneSeedIsSaidToFlatter() async throws {
    let stored = try sweep(["sarsa": [[1], [3], [2]]]).write(to: folder)
    let comparison = try await Comparison([.init(experiment: stored)], options: .init())
    #expect(comparison.tables[0].rows[0].contestant.choice?.basis == .sameSeed)
    #expect(comparison.notes.contains { $0.contains("same single seed") })
  }

  @Test func missingScoresNeverWin() {
    func scores(_ values: [Double]) -> TrialScores {
      TrialScores(seeds: [], final: values, area: values, first: values, missing: 0)
    }
    #expect(CellGroup.best([scores([]), scores([-5]), scores([-5])], .final, rules: rules) == 1)
    #expect(CellGroup.best([scores([-.infinity]), scores([-5])], .area, rules: rules) == 1)
    let gaps = ScoreRules(metric: .optimalityGap)
    // Where all means are infinite, the middle of the runs decides.
    #expect(
      CellGroup.best([scores([9, 9, 9, 9, .infinity]), scores([2, 2, 3, 3, .infinity])], .final, rules: gaps) == 1)
    #expect(CellGroup.best([scores([.infinity]), scores([5]), scores([1])], .final, rules: gaps) == 2)
  }
}
