import RLCore

/// How the cell of a sweep came to stand for its group.
struct CellChoice: Sendable, Equatable {
  /// On which seeds the chosen cell is scored.
  enum Basis: String, Sendable {
    /// On seeds of the sweep that had no part in the choice.
    case otherHalf = "other-half"
    /// On seeds that were run for the chosen cells only.
    case fresh
    /// On the one seed there is, which makes the score too good.
    case sameSeed = "same-seed"
  }

  /// From how many cells it was chosen.
  let cells: Int
  let chosenOn: [UInt64]
  let basis: Basis
  /// Swept parameters whose chosen value is the least or greatest of at least three.
  let edges: [String]
}

/// The cells of one sweep that compete with each other: one algorithm on one environment with one budget.
struct CellGroup: Sendable {
  /// What stands for the group in a comparison: the given name or the algorithm, and the columns it is kept apart by.
  let label: String
  /// Places in the experiment's list of variants.
  let members: [Int]

  /// The groups of an experiment, in the order of their first members.
  ///
  /// - Parameter apart: Swept columns whose values are kept apart instead of chosen from.
  static func groups(of experiment: StoredExperiment, apart: [String]) -> [CellGroup] {
    var keys: [String] = []
    var labels: [String] = []
    var members: [[Int]] = []
    for (index, variant) in experiment.variants.enumerated() {
      var label = variant.givenName ?? variant.algorithmID
      if variant.givenName != nil, experiment.sweepsAlgorithms { label += " " + variant.algorithmID }
      for (column, text) in experiment.sweptText(variant) where apart.contains(column) { label += " \(column)=\(text)" }
      let budget = variant.budget.map { "\($0.count) \($0.unit.rawValue)" } ?? ""
      let key = [label, variant.environment.description, budget].joined(separator: "\n")
      if let place = keys.firstIndex(of: key) {
        members[place].append(index)
      } else {
        keys.append(key)
        labels.append(label)
        members.append([index])
      }
    }
    return zip(labels, members).map { CellGroup(label: $0, members: $1) }
  }

  /// The member with the best mean score over some seeds. Among equal means, such as infinite ones, the interquartile
  /// mean decides, then the median, then the order.
  ///
  /// - Parameters:
  ///   - scores: For each member, its scores on these seeds.
  static func best(_ scores: [TrialScores], _ kind: ScoreRules.Kind, rules: ScoreRules) -> Int {
    ranking(scores, kind, rules: rules).first ?? 0
  }

  /// All members from the best to the worst, by the rule of ``best(_:_:rules:)``.
  static func ranking(_ scores: [TrialScores], _ kind: ScoreRules.Kind, rules: ScoreRules) -> [Int] {
    func key(_ score: TrialScores) -> (Double, Double, Double) {
      let summary = Statistics.Summary(score.values(kind))
      func oriented(_ value: Double?) -> Double {
        guard let value, !value.isNaN else { return -.infinity }
        return rules.oriented(value)
      }
      return (oriented(summary.mean), oriented(summary.iqm), oriented(summary.median))
    }
    let keys = scores.map(key)
    return scores.indices.sorted { keys[$0] > keys[$1] || (keys[$0] == keys[$1] && $0 < $1) }
  }

  /// The swept parameters at whose end a member stands.
  func edges(of member: Int, in experiment: StoredExperiment, apart: [String]) -> [String] {
    experiment.columns.filter { !apart.contains($0.name) && !$0.path.hasPrefix("environment.") }.compactMap { column in
      let values = Set(members.compactMap { experiment.variants[$0].value(at: column.path)?.number })
      guard values.count >= 3, let value = experiment.variants[member].value(at: column.path)?.number,
        value == values.min() || value == values.max()
      else { return nil }
      return "\(column.name)=\(experiment.variants[member].value(at: column.path)!.description)"
    }
  }
}

extension StoredExperiment {
  /// Whether `algorithm.id` is an axis of the sweep.
  var sweepsAlgorithms: Bool { sweepPaths.contains("algorithm.id") }

  /// The paths of the sweep's axes, zipped ones included.
  var sweepPaths: [String] {
    let fields = configuration["sweep"]?.fields ?? configuration["search"]?["parameters"]?.fields ?? []
    return fields.flatMap { field -> [String] in
      guard field.key == "zip" else { return [field.key] }
      return (field.value.elements ?? [field.value]).flatMap { $0.fields?.map(\.key) ?? [] }
    }
  }

  /// The seeds on which cells are chosen, the first half, and those on which the chosen ones are scored.
  var halves: (choosing: [UInt64], scoring: [UInt64]) {
    let sorted = seeds.sorted()
    if sorted.count < 2 { return (sorted, sorted) }
    return (Array(sorted[..<(sorted.count / 2)]), Array(sorted[(sorted.count / 2)...]))
  }
}
