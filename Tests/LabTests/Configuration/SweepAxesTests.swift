import RLCore
import Testing

@testable import Lab

@Suite struct SweepAxesTests {
  private func sweep(_ axes: String, base: String = #"algorithm: "q-learning", environment: "cliff-walking""#) throws
    -> Experiment
  { try experiment("{ \(base), sweep: { \(axes) } }") }

  private func values(_ experiment: Experiment, _ key: String) -> [Double?] {
    experiment.variants.map { variant in
      variant.algorithm.settings.resolved.first { $0.key == key }?.value.number
    }
  }

  @Test func theProductOfTheAxesInTheOrderOfTheFile() throws {
    let experiment = try sweep(#""algorithm.epsilon": [0.1, 0.2], "algorithm.alpha": [1, 0.5, 0.25]"#)
    #expect(values(experiment, "epsilon") == [0.1, 0.1, 0.1, 0.2, 0.2, 0.2])
    #expect(values(experiment, "alpha") == [1, 0.5, 0.25, 1, 0.5, 0.25])
    #expect(experiment.columns.map(\.name) == ["epsilon", "alpha"])
    #expect(experiment.variants[1].name == "q-learning epsilon=0.1 alpha=0.5")
  }

  @Test func linearAndLogarithmicAxesHaveTheirEnds() throws {
    #expect(
      values(try sweep(#""algorithm.alpha": {linear: [0.1, 1, 7]}"#), "alpha") == [0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1])
    let log = try sweep(#""algorithm.alpha": {log: [0.01, 1, 3]}"#)
    #expect(values(log, "alpha") == [0.01, 0.1, 1])
    #expect(log.columns[0].isLogarithmic)
  }

  @Test func randomAxesDrawWhatTheRootSeedSays() throws {
    func draw(_ axis: String, seed: Int) throws -> [Double] {
      try values(
        experiment(
          "{ environment: 'cliff-walking', algorithm: 'q-learning', seed: \(seed), sweep: {'algorithm.alpha': \(axis)} }"
        ),
        "alpha"
      ).map { $0! }
    }
    let first = try draw("{random: {log: [0.01, 1]}, n: 20}", seed: 0)
    #expect(first.count == 20 && Set(first).count == 20)
    #expect(first.allSatisfy { $0 >= 0.01 && $0 <= 1 })
    #expect(try draw("{random: {log: [0.01, 1]}, n: 20}", seed: 0) == first)
    #expect(try draw("{random: {log: [0.01, 1]}, n: 20}", seed: 1) != first)
    // More draws begin with the same ones: an experiment can be extended.
    #expect(try draw("{random: {log: [0.01, 1]}, n: 5}", seed: 0) == Array(first.prefix(5)))
    #expect(try draw("{random: {linear: [0.2, 0.3]}, n: 8}", seed: 0).allSatisfy { $0 >= 0.2 && $0 <= 0.3 })
    let whole = try sweep(
      #""algorithm.n": {random: {integer: [1, 4]}, n: 4}"#, base: "algorithm: 'sarsa', environment: 'cliff-walking'")
    #expect(values(whole, "n").compactMap { $0 }.sorted() == [1, 2, 3, 4])
  }

  @Test func zippedAxesMoveTogether() throws {
    let experiment = try sweep(
      #"zip: {"algorithm.n": [1, 2, 4], "algorithm.alpha": [0.8, 0.6, 0.4]}, "algorithm.epsilon": [0.1, 0.2]"#,
      base: "algorithm: 'sarsa', environment: 'cliff-walking'")
    let points = zip(values(experiment, "n"), values(experiment, "alpha")).map { [$0!, $1!] }
    #expect(points == [[1, 0.8], [1, 0.8], [2, 0.6], [2, 0.6], [4, 0.4], [4, 0.4]])
    #expect(values(experiment, "epsilon") == [0.1, 0.2, 0.1, 0.2, 0.1, 0.2])
  }

  @Test func severalBundlesOfAxes() throws {
    let experiment = try sweep(
      #"zip: [{"algorithm.n": [1, 2], "algorithm.alpha": [0.8, 0.6]}, {"algorithm.epsilon": [0.1, 0.2], "algorithm.gamma": [1, 0.9]}]"#,
      base: "algorithm: 'sarsa', environment: 'cliff-walking'")
    #expect(experiment.variants.count == 4)
    #expect(values(experiment, "gamma") == [1, 0.9, 1, 0.9])
    #expect(values(experiment, "n") == [1, 1, 2, 2])
  }

  @Test func axesApplyOnlyUnderTheirConditions() throws {
    let experiment = try sweep(
      #""algorithm.id": ["sarsa", "q-learning"], "algorithm.n": {values: [1, 4], when: {"algorithm.id": "sarsa"}}"#,
      base: "environment: 'cliff-walking'")
    #expect(experiment.variants.map(\.name) == ["sarsa n=1", "sarsa n=4", "q-learning"])
    #expect(experiment.variants.map { $0.swept.map { $0?.whole } } == [[1], [4], [nil]])
    let list = try sweep(
      #""algorithm.id": ["sarsa", "q-learning", "expected-sarsa"], "algorithm.alpha": {values: {linear: [0.5, 1, 2]}, when: {"algorithm.id": ["sarsa", "q-learning"]}}"#,
      base: "environment: 'cliff-walking'")
    #expect(list.variants.count == 5)
  }

  @Test func environmentsAndAlgorithmsAreAxes() throws {
    let experiment = try sweep(
      #""environment.id": ["cliff-walking", "windy-gridworld"], "algorithm.id": ["sarsa", "q-learning"]"#,
      base: "seeds: 2")
    #expect(
      experiment.variants.map(\.environment.id) == [
        "cliff-walking", "cliff-walking", "windy-gridworld", "windy-gridworld",
      ])
    #expect(experiment.variants.map(\.algorithm.id) == ["sarsa", "q-learning", "sarsa", "q-learning"])
    #expect(experiment.columns.isEmpty)
    #expect(Set(experiment.variants.map(\.name)).count == 4)
  }

  @Test func optionsOfEnvironmentsAreAxes() throws {
    let experiment = try sweep(#""environment.is_slippery": [false, true]"#)
    #expect(experiment.variants.map(\.name) == ["q-learning is_slippery=false", "q-learning is_slippery=true"])
    #expect(experiment.columns.map(\.path) == ["environment.is_slippery"])
  }

  @Test func everyVariantIsSwept() throws {
    let experiment = try experiment(
      """
      {
        environment: "cliff-walking",
        variants: [{name: "on-policy", algorithm: "sarsa"}, {name: "off-policy", algorithm: {id: "q-learning", epsilon: 0.2}}],
        sweep: {"algorithm.alpha": [0.1, 0.5]},
      }
      """)
    #expect(
      experiment.variants.map(\.name) == [
        "on-policy alpha=0.1", "on-policy alpha=0.5", "off-policy alpha=0.1", "off-policy alpha=0.5",
      ])
    #expect(values(experiment, "epsilon") == [0.1, 0.1, 0.2, 0.2])
  }

  @Test func addingAValueKeepsTheOthersIdentity() throws {
    let few = try sweep(#""algorithm.alpha": [0.1, 0.5]"#).variants.map(\.hash)
    let more = try sweep(#""algorithm.alpha": [0.1, 0.3, 0.5], "algorithm.epsilon": [0.1, 0.2]"#)
    let kept = zip(more.variants, values(more, "epsilon")).filter { $0.1 == 0.1 }.map(\.0.hash)
    #expect(kept.count == 3 && kept[0] == few[0] && kept[2] == few[1])
  }

  @Test(arguments: [
    (#""algorithm.alpha": []"#, "the list is empty"),
    (#""algorithm.alpha": [0.1, 0.1]"#, "comes twice"),
    (#""alpha": [0.1]"#, "no path that can be swept"),
    (#""algorithm.alpha": {log: [0, 1, 3]}"#, "a log axis needs ends above 0"),
    (#""algorithm.alpha": {linear: [0, 1]}"#, "[first, last, how many]"),
    (#""algorithm.alpha": {random: {log: [1, 0.1]}, n: 3}"#, "with a below b"),
    (#""algorithm.alpha": {random: {log: [0.1, 1]}}"#, "needs \"n\""),
    (#""algorithm.alpha": {values: [0.1]}"#, "needs \"values\" and \"when\""),
    (#"zip: {"algorithm.alpha": [0.1, 0.2], "algorithm.epsilon": [0.1]}"#, "zip needs equally many"),
    (#"zip: {"algorithm.alpha": [0.1]}, "algorithm.alpha": [0.2]"#, "stands in two axes"),
    (#""algorithm.aplha": [0.1]"#, "did you mean \"alpha\"?"),
  ])
  func mistakesAreSaid(axes: String, message: String) {
    let error = #expect(throws: LabError.self) { try sweep(axes) }
    #expect(error?.kind == .data)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }
}
