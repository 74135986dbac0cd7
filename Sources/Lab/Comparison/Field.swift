import Foundation
import RLCore

extension Comparison {
  /// Gathers the contestants of a comparison from its inputs.
  struct Field {
    let rules: ScoreRules
    let options: ComparisonOptions
    private(set) var contestants: [Contestant] = []
    private(set) var notes: [String] = []

    init(rules: ScoreRules, options: ComparisonOptions) {
      self.rules = rules
      self.options = options
    }

    /// Adds the variants of one input; of a sweep, the chosen cell of each group.
    mutating func add(_ input: ComparisonInput, source: Int, metric: String) async throws {
      let experiment = input.experiment
      let curves = try await experiment.curves(metric, workers: options.workers)
      for column in options.apart where !experiment.columns.contains(where: { $0.name == column }) {
        let names = experiment.columns.map(\.name)
        let hint = Spelling.hint(
          for: column, among: names,
          otherwise: names.isEmpty ? "nothing is swept" : "swept are: " + names.joined(separator: ", "))
        throw LabError(.usage, "\(experiment.path): there is no swept column \"\(column)\"; \(hint)")
      }
      let groups = CellGroup.groups(of: experiment, apart: options.apart)
      let isSweep = !experiment.columns.isEmpty && groups.contains { $0.members.count > 1 }
      if options.everyCell || !isSweep {
        let places = Dictionary(
          groups.flatMap { group in group.members.map { ($0, group) } }, uniquingKeysWith: { first, _ in first })
        for (index, variant) in experiment.variants.enumerated() {
          // A group of one goes by its own name: the algorithm's, or the one it was given.
          let method = isSweep || variant.givenName == nil ? Self.method(variant) : places[index]!.label
          contestants.append(
            Contestant(
              variant: variant, source: source, label: variant.name, method: method, curves: curves[index],
              scores: TrialScores(curves[index], rules: rules), choice: nil))
        }
        return
      }
      let scores = curves.map { TrialScores($0, rules: rules) }
      let chosen = try await choose(groups, input, curves: curves, scores: scores, metric: metric)
      for (group, pick) in zip(groups, chosen) {
        contestants.append(
          Contestant(
            variant: experiment.variants[pick.member], source: source, label: experiment.variants[pick.member].name,
            method: group.label, curves: pick.curves, scores: pick.scores,
            choice: group.members.count > 1 || pick.choice.basis == .fresh ? pick.choice : nil))
      }
    }

    private typealias Pick = (
      member: Int, curves: [StoredExperiment.Curve], scores: TrialScores, choice: CellChoice
    )

    /// The best cell of each group: chosen on all seeds and scored on fresh ones where these have been run, else chosen
    /// on one half of the seeds and scored on the other. Each budget of a search is a group, and fresh seeds are run for
    /// what it chose in the end only: the groups of the smaller budgets do with the halves.
    private mutating func choose(
      _ groups: [CellGroup], _ input: ComparisonInput, curves: [[StoredExperiment.Curve]], scores: [TrialScores],
      metric: String
    ) async throws -> [Pick] {
      let experiment = input.experiment
      func pick(_ group: CellGroup, on seeds: [UInt64]) -> Int {
        let wanted = Set(seeds)
        let candidates = group.members.map { scores[$0].restricted(to: wanted) }
        return group.members[CellGroup.best(candidates, options.score, rules: rules)]
      }
      func choice(_ group: CellGroup, _ member: Int, on seeds: [UInt64], _ basis: CellChoice.Basis) -> CellChoice {
        CellChoice(
          cells: group.members.count, chosenOn: seeds, basis: basis,
          edges: group.edges(of: member, in: experiment, apart: options.apart))
      }
      let (choosing, scoring) = experiment.halves
      let basis: CellChoice.Basis = choosing == scoring ? .sameSeed : .otherHalf
      func halves(_ group: CellGroup) -> Pick {
        // A group of one cell has nothing to choose: all its seeds count, but the same ones as the others' for the
        // tests.
        let member = pick(group, on: choosing)
        return (
          member, curves[member], scores[member].restricted(to: Set(scoring)),
          choice(group, member, on: choosing, basis)
        )
      }
      if let confirmation = input.confirmation {
        let confirmed = Set(confirmation.variants.map(\.hash))
        let winners = groups.map { pick($0, on: experiment.seeds) }
        let places = winners.map { winner in
          confirmation.variants.firstIndex { $0.hash == experiment.variants[winner].hash }
        }
        let isSearch = experiment.configuration["search"] != nil
        let lacking = zip(groups, places).filter { group, place in
          place == nil && !(isSearch && group.members.allSatisfy { !confirmed.contains(experiment.variants[$0].hash) })
        }
        if lacking.isEmpty, places.contains(where: { $0 != nil }), try confirmation.reader().metrics.contains(metric) {
          let fresh = try await confirmation.curves(metric, workers: options.workers)
          return zip(groups, zip(winners, places)).map { group, found in
            guard let place = found.1 else { return halves(group) }
            let own = fresh[place].filter { !experiment.seeds.contains($0.seed) }
            return (
              found.0, own, TrialScores(own, rules: rules), choice(group, found.0, on: experiment.seeds, .fresh)
            )
          }
        }
        notes.append(
          "\(experiment.name): the fresh seeds were run for cells chosen by another score, "
            + "so the halves of the sweep's seeds serve here"
        )
      }
      return groups.map(halves)
    }

    /// What a variant is apart from its environment: its name without the words that name options of the environment.
    static func method(_ variant: StoredExperiment.Variant) -> String {
      let options = (variant.environment.fields ?? []).map { field in
        (field.key == "id" ? "environment" : field.key) + "=" + (field.value.text ?? field.value.description)
      }
      let words = variant.name.split(separator: " ").map(String.init).filter { !options.contains($0) }
      return words.isEmpty ? variant.name : words.joined(separator: " ")
    }

    /// Tells contestants apart that have one name in one environment, by their folders.
    mutating func nameApart(_ experiments: [StoredExperiment]) {
      let paths = experiments.map(\.path)
      let folders = paths.map { URL(fileURLWithPath: $0).lastPathComponent }
      let names = Set(folders).count == folders.count ? folders : paths
      for key in [\Contestant.label, \Contestant.method] {
        var count: [String: Int] = [:]
        for contestant in contestants {
          count[contestant[keyPath: key] + "\n" + contestant.variant.environment.description, default: 0] += 1
        }
        let doubled = Set(
          contestants.filter {
            count[$0[keyPath: key] + "\n" + $0.variant.environment.description]! > 1
          }.map { $0[keyPath: key] })
        for index in contestants.indices where doubled.contains(contestants[index][keyPath: key]) {
          contestants[index][keyPath: key] += " (\(names[contestants[index].source]))"
        }
      }
      unifyMethods()
    }

    /// Where no method stands in two environments, because every variant has a name of its own, the algorithms
    /// themselves are the methods, if each environment has every algorithm once.
    private mutating func unifyMethods() {
      let groups = environments
      if groups.count < 2 { return }
      let all = contestants.map(\.method)
      if Set(all).count < all.count { return }
      let algorithms = groups.map { group in group.contestants.map { contestants[$0].variant.algorithmID } }
      guard algorithms.allSatisfy({ Set($0).count == $0.count }) else { return }
      for index in contestants.indices { contestants[index].method = contestants[index].variant.algorithmID }
    }

    /// The environments in the order in which they first appear, with the places of their contestants.
    var environments: [(setting: Setting, contestants: [Int])] {
      var groups: [(setting: Setting, contestants: [Int])] = []
      for (index, contestant) in contestants.enumerated() {
        let setting = contestant.variant.environment
        if let place = groups.firstIndex(where: { $0.setting == setting }) {
          groups[place].contestants.append(index)
        } else {
          groups.append((setting, [index]))
        }
      }
      return groups
    }

    /// What environments are called: their ids, with the options that are swept or in which environments of one id
    /// differ.
    static func environmentLabels(_ environments: [Setting], of experiments: [StoredExperiment]) -> [String] {
      let swept = Set(experiments.flatMap(\.columns).map(\.path))
      return environments.map { environment in
        let id = environment["id"]?.text ?? "environment"
        let likes = environments.filter { $0["id"]?.text == id }
        let differing = (environment.fields ?? []).filter { field in
          field.key != "id"
            && (swept.contains("environment." + field.key) || likes.contains { $0[field.key] != field.value })
        }
        return ([id] + differing.map { "\($0.key)=\($0.value.text ?? $0.value.description)" }).joined(separator: " ")
      }
    }

    /// The method that was asked for as the baseline, or the first; nil where there is but one.
    func baseline() throws(LabError) -> String? {
      guard let wanted = options.baseline else {
        return Set(contestants.map(\.method)).count > 1 ? contestants.first?.method : nil
      }
      if let found = contestants.first(where: { $0.label == wanted || $0.method == wanted }) { return found.method }
      let algorithms = contestants.filter { $0.variant.algorithmID == wanted }
      if let found = algorithms.first, Set(algorithms.map(\.method)).count == 1 { return found.method }
      var names: [String] = []
      for contestant in contestants {
        for name in [contestant.label, contestant.method] where !names.contains(name) { names.append(name) }
      }
      let hint = Spelling.hint(
        for: wanted, among: names,
        otherwise: "there are: " + names.prefix(12).map { "\"\($0)\"" }.joined(separator: ", "))
      throw LabError(.usage, "compare: --baseline \(wanted): there is no such variant; \(hint)")
    }

    /// The level to reach in one environment: the one given, or a share of the way from where the contestants start,
    /// the median of their mean first values, to the best mean final score.
    func threshold(of contestants: [Contestant]) -> Double? {
      let share: Double
      switch options.threshold {
      case .level(let level): return level
      case .share(let given): share = given
      }
      let starts = contestants.compactMap { Statistics.mean($0.scores.first) }
      let finals = contestants.compactMap { Statistics.mean($0.scores.final) }.filter(\.isFinite)
      guard let best = finals.max(by: { rules.oriented($0) < rules.oriented($1) }) else { return nil }
      var start = Statistics.median(starts) ?? .nan
      if !start.isFinite {
        // A gap is infinite where the first policy never ends; the uniform one does.
        guard let variant = contestants.first?.variant, let uniform = variant.uniformReturn,
          let optimum = variant.optimalReturn, rules.metric == .optimalityGap || rules.metric == .behaviorGap
        else { return nil }
        start = optimum - uniform
      }
      guard rules.oriented(best) > rules.oriented(start) else { return nil }
      return start + share * (best - start)
    }
  }
}
