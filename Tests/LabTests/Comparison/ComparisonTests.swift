import Foundation
import Testing

@testable import Lab
@testable import RLCore

@Suite struct ComparisonTests {
  private let folder = TemporaryFolder()

  private func curves(_ finals: [Double], start: Double = -100) -> [UInt64: [Double]] {
    Dictionary(uniqueKeysWithValues: finals.enumerated().map { (UInt64($0), [start, $1]) })
  }

  private func compare(
    _ results: [SyntheticResults], _ change: (inout ComparisonOptions) -> Void = { _ in }
  ) async throws -> Comparison {
    var options = ComparisonOptions()
    change(&options)
    var inputs: [ComparisonInput] = []
    for (index, result) in results.enumerated() {
      inputs.append(ComparisonInput(experiment: try result.write(to: folder, "r\(index)")))
    }
    return try await Comparison(inputs, options: options)
  }

  private var twoAlgorithms: SyntheticResults {
    SyntheticResults(variants: [
      .init(name: "sarsa", algorithm: "sarsa", curves: curves([-10, -12, -11, -13, -14])),
      .init(name: "q-learning", algorithm: "q-learning", curves: curves([-20, -21, -22, -25, -22])),
    ])
  }

  @Test func tellsMeansDifferencesAndTests() async throws {
    let comparison = try await compare([twoAlgorithms])
    #expect(comparison.metric == "return")
    #expect(comparison.baseline == "sarsa")
    let rows = comparison.tables[0].rows
    #expect(rows.map { $0.final.mean } == [-12, -22])
    #expect(rows.map { $0.area.mean } == [-56, -61])
    #expect(rows.map { $0.final.median } == [-12, -22])
    // From the start at −100 nine tenths of the way to −12: −20.8, which one run of the second reaches with −20.
    #expect(comparison.tables[0].threshold! == -100 + 0.9 * 88)
    #expect(rows.map { $0.reach?.reached } == [5, 1])
    let duel = try #require(comparison.mainDuels.first)
    #expect(comparison.mainDuels.count == 1)
    // Differences −10, −9, −11, −12, −8: mean −10, s² = 2.5, t = −10 / √(2.5/5).
    #expect(abs(duel.contest.tTest!.statistic + 10 / 0.5.squareRoot()) < 1e-12)
    #expect(duel.contest.freeTest?.pValue == 2 / 32.0)
    #expect(duel.tHolm == duel.contest.tTest?.pValue)
    #expect(comparison.verdicts.count == 1)
    // Five seeds cannot be significant in a sign-flip test, and the verdict does not hide that.
    #expect(
      comparison.verdicts[0].contains("q-learning may have a worse final return than sarsa, but the tests do not agree")
    )
  }

  @Test func saysBetterOrWorseWhenBothTestsAgree() async throws {
    var results = twoAlgorithms
    results.variants[0].curves = curves((0..<12).map { -10 - Double($0 % 3) })
    results.variants[1].curves = curves((0..<12).map { -20 - Double($0 % 5) })
    let comparison = try await compare([results])
    #expect(
      comparison.verdicts[0].hasPrefix(
        "On cliff-walking, q-learning has a worse final return than sarsa: -21.75 against -11,"))
    let other = try await compare([results]) { $0.baseline = "q-learning" }
    #expect(other.verdicts[0].hasPrefix("On cliff-walking, sarsa has a better final return than q-learning"))
    let area = try await compare([results]) { $0.score = .area }
    #expect(area.verdicts[0].contains("worse mean return over the whole of training"))
    results.metric = "length"
    let length = try await compare([results])
    #expect(length.rules.lessIsBetter)
    #expect(length.verdicts[0].contains("q-learning has a better final length than sarsa"))
  }

  @Test func saysWhenNothingIsShown() async throws {
    var results = twoAlgorithms
    results.variants[0].curves = curves((0..<12).map { -10 - Double($0 % 3) })
    results.variants[1].curves = curves((0..<12).map { -10 - Double($0 % 4) })
    let verdict = try await compare([results]).verdicts[0]
    #expect(verdict.hasPrefix("On cliff-walking, no difference in final return between q-learning and sarsa is shown"))
  }

  @Test func infiniteMeansAreSpokenOfAsMedians() async throws {
    var results = twoAlgorithms
    results.metric = "optimality_gap"
    results.variants[0].curves = curves((0..<12).map { $0 == 3 ? .infinity : Double($0 % 3) })
    results.variants[1].curves = curves((0..<12).map { 10 + Double($0 % 4) })
    let verdict = try await compare([results]).verdicts[0]
    #expect(
      verdict.hasPrefix(
        "On cliff-walking, q-learning has a worse final optimality_gap than sarsa: a median of 11.50 against 1, "
          + "Mann–Whitney test"), "\(verdict)")
  }

  @Test func correctsOverAllComparisons() async throws {
    var results = twoAlgorithms
    results.variants.append(
      .init(name: "third", algorithm: "expected-sarsa", curves: curves([-11, -12, -11.5, -13, -13])))
    let comparison = try await compare([results])
    let raw = comparison.mainDuels.map { $0.contest.tTest!.pValue }
    #expect(comparison.mainDuels.map(\.tHolm) == Statistics.holm(raw).map(Optional.some))
    #expect(comparison.duels.count == 4)
  }

  @Test func unequalBudgetsAreSaid() async throws {
    var results = twoAlgorithms
    results.variants[1].episodes = 20
    let notes = try await compare([results]).notes
    #expect(
      notes.contains("unequal budgets on cliff-walking: sarsa had 10 episodes; q-learning had 20 episodes"), "\(notes)")
  }

  @Test func unequalSeedsAndMissingTrialsAreSaid() async throws {
    var results = twoAlgorithms
    results.variants[1].curves[4] = nil
    let comparison = try await compare([results])
    #expect(comparison.notes.contains("unequal numbers of seeds on cliff-walking: sarsa 5, q-learning 4"))
    #expect(comparison.notes.contains { $0.hasPrefix("q-learning: 1 of 5 trials are missing") })
    #expect(comparison.mainDuels[0].contest.design == .paired(count: 4, leftOut: 1))
  }

  @Test func trialsWithoutValuesAreSaid() async throws {
    var results = twoAlgorithms
    results.variants[1].curves[4] = []
    let comparison = try await compare([results])
    #expect(comparison.notes.contains("q-learning: 1 trial has no return and is left out"))
    #expect(comparison.tables[0].rows[1].final.count == 4)
  }

  @Test func otherRootSeedsAreNotPaired() async throws {
    var first = twoAlgorithms
    var second = twoAlgorithms
    first.variants.removeLast()
    second.variants.removeFirst()
    second.root = 7
    let comparison = try await compare([first, second])
    #expect(comparison.mainDuels[0].contest.design == .independent(reason: "their root seeds differ"))
    #expect(comparison.notes.contains { $0.contains("different root seeds") })
    #expect(comparison.text.contains("Welch, p"))
  }

  @Test func equalNamesAreToldApartByFolders() async throws {
    var other = twoAlgorithms
    other.variants[0].curves = curves([-1, -2, -3, -4, -5])
    let comparison = try await compare([twoAlgorithms, other])
    #expect(
      comparison.tables[0].rows.map(\.contestant.label) == [
        "sarsa (r0)", "q-learning (r0)", "sarsa (r1)", "q-learning (r1)",
      ])
    #expect(comparison.baseline == "sarsa (r0)")
  }

  @Test func environmentsHaveTablesOfTheirOwn() async throws {
    var results = twoAlgorithms
    for variant in twoAlgorithms.variants {
      var other = variant
      other.environment = "windy-gridworld"
      other.name += " environment=windy-gridworld"
      results.variants.append(other)
    }
    let comparison = try await compare([results])
    #expect(comparison.tables.map(\.label) == ["cliff-walking", "windy-gridworld"])
    #expect(comparison.mainDuels.map(\.environment) == [0, 1])
    #expect(comparison.tables[1].rows.map(\.contestant.method) == ["sarsa", "q-learning"])
    #expect(comparison.aggregate == nil)
    #expect(comparison.notes.contains { $0.contains("only their normalised values are") })
    #expect(comparison.notes.contains { $0.contains("the optimal return is not known") })
  }

  @Test func normalisedScoresGoOverEnvironments() async throws {
    var results = twoAlgorithms
    for index in results.variants.indices {
      results.variants[index].optimum = -10
      results.variants[index].uniform = -30
    }
    for variant in twoAlgorithms.variants {
      var other = variant
      other.environment = "windy-gridworld"
      other.name += " environment=windy-gridworld"
      (other.optimum, other.uniform) = (0, -40)
      results.variants.append(other)
    }
    let comparison = try await compare([results])
    let aggregate = try #require(comparison.aggregate)
    #expect(aggregate.lines.map(\.method) == ["sarsa", "q-learning"])
    // sarsa: (−12 + 30)/20 = 0.9 and 28/40 = 0.7; q-learning: 8/20 = 0.4 and 18/40 = 0.45.
    #expect(abs(aggregate.lines[0].mean.value! - 0.8) < 1e-12)
    #expect(abs(aggregate.lines[1].mean.value! - 0.425) < 1e-12)
    #expect(aggregate.lines[0].improvement == nil)
    #expect(aggregate.lines[1].improvement?.value == 0)
    #expect(comparison.verdicts.last?.hasPrefix("Over 2 environments, q-learning has an interquartile mean") == true)
    #expect(abs(comparison.tables[1].rows[0].normalized!.mean! - 0.7) < 1e-12)
  }

  @Test func discountedOptimaDoNotScaleUndiscountedReturns() throws {
    var variant = SyntheticResults.Variant(name: "a", gamma: 0.9, optimum: -1, uniform: -5, curves: [0: [1]])
    func scale(_ metric: Metric) throws -> NormalizedScale {
      let stored = try SyntheticResults(variants: [variant]).write(to: folder)
      return NormalizedScale(stored.variants[0], metric: metric)
    }
    #expect(try scale(.episodeReturn).scale == nil)
    #expect(try scale(.episodeReturn).reason?.contains("discounted by gamma") == true)
    #expect(try scale(.optimalityGap).scale?(1) == 0.75)
    variant.gamma = 1
    #expect(try scale(.episodeReturn).scale?(-2) == 0.75)
    #expect(try scale(.valueError).scale == nil)
    variant.uniform = nil
    #expect(try scale(.episodeReturn).reason?.contains("uniformly random policy") == true)
  }

  @Test func whatIsNotThereIsSuggested() async throws {
    let metric = await #expect(throws: LabError.self) { try await compare([twoAlgorithms]) { $0.metric = "retrun" } }
    #expect(metric?.kind == .usage)
    #expect(metric?.message.contains("did you mean \"return\"?") == true)
    let baseline = await #expect(throws: LabError.self) {
      try await compare([twoAlgorithms]) { $0.baseline = "sarsaa" }
    }
    #expect(baseline?.kind == .usage)
    #expect(baseline?.message.contains("did you mean \"sarsa\"?") == true)
    let column = await #expect(throws: LabError.self) { try await compare([twoAlgorithms]) { $0.apart = ["alpha"] } }
    #expect(column?.kind == .usage)
  }

  @Test func foldersThatAreNoResultsAreRefused() throws {
    func kind(_ path: String) -> LabError.Kind? {
      do throws(LabError) {
        _ = try StoredExperiment(path).reader()
        return nil
      } catch { return error.kind }
    }
    #expect(kind(folder.path + "/nothing") == .noInput)
    #expect(kind(folder.path) == .data)
    try folder.write("{", to: "broken/experiment.json")
    #expect(kind(folder.path + "/broken") == .data)
    try folder.write("{}", to: "empty/experiment.json")
    #expect(kind(folder.path + "/empty") == .data)
    try folder.write(#"{"seeds": [0], "variants": [{"name": "a"}]}"#, to: "half/experiment.json")
    #expect(kind(folder.path + "/half") == .data)
    try folder.write(#"{"seeds": [0], "variants": []}"#, to: "curveless/experiment.json")
    #expect(kind(folder.path + "/curveless") == .data)
  }

  @Test func thresholdsMayBeGiven() async throws {
    let level = try await compare([twoAlgorithms]) { $0.threshold = .level(-12) }
    #expect(level.tables[0].rows.map { $0.reach?.reached } == [3, 0])
    #expect(level.tables[0].rows[0].reach?.median == 2)
    #expect(level.tables[0].rows[1].reach?.median == .infinity)
    let share = try await compare([twoAlgorithms]) { $0.threshold = .share(0.5) }
    #expect(share.tables[0].threshold == -56)
    #expect(share.tables[0].rows.map { $0.reach?.reached } == [5, 5])
  }

  @Test func exportsAreReadable() async throws {
    let comparison = try await compare([twoAlgorithms])
    let json = try ConfigurationFile.parse(Array(comparison.json.json.utf8), name: "json").root
    #expect(json["schema"]?.text == "rl-lab-comparison/1")
    #expect(json["variants"]?.elements?.map { $0["final"]?["mean"]?.number } == [-12, -22])
    #expect(json["comparisons"]?.elements?.count == 2)
    let first = try #require(json["comparisons"]?.elements?.first)
    #expect(first["variant"]?.text == "q-learning" && first["score"]?.text == "final")
    #expect(first["difference"]?.number == -10)
    #expect(first["paired"] == .boolean(true))
    let lines = String(decoding: comparison.csv, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 4 && lines[3].isEmpty)
    let counts = Set(lines.dropLast().map { $0.split(separator: ",", omittingEmptySubsequences: false).count })
    #expect(counts == [38])
    #expect(lines[1].hasPrefix("cliff-walking,sarsa,sarsa,5,-12,"))
  }

  @Test func theSameInputGivesTheSameText() async throws {
    let first = try await compare([twoAlgorithms]) { $0.workers = 1 }
    let second = try await compare([twoAlgorithms]) { $0.workers = 4 }
    #expect(first.text == second.text)
    #expect(first.csv == second.csv)
  }

  @Test func oneVariantIsDescribedOnly() async throws {
    var results = twoAlgorithms
    results.variants.removeLast()
    let comparison = try await compare([results])
    #expect(comparison.baseline == nil && comparison.duels.isEmpty)
    #expect(comparison.notes == ["one variant: there is nothing to compare it with"])
  }
}
