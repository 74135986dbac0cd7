import RLCore

/// What a comparison is asked for.
struct ComparisonOptions: Sendable {
  /// A level of the metric that trials are to reach.
  enum Threshold: Sendable, Equatable {
    case level(Double)
    /// A share of the way from where the variants start to the best final mean.
    case share(Double)
  }

  var metric: String?
  var baseline: String?
  var score = ScoreRules.Kind.final
  var interval = ScoreSummary.IntervalMethod.bca
  var threshold = Threshold.share(0.9)
  var finalShare = 0.1
  /// Swept columns whose values are kept apart instead of chosen from.
  var apart: [String] = []
  /// Whether every cell of a sweep is a row of its own, and none is chosen.
  var everyCell = false
  var workers = 1
}

/// A results folder to compare, with the fresh seeds of its chosen cells where there are some.
struct ComparisonInput: Sendable {
  let experiment: StoredExperiment
  var confirmation: StoredExperiment?
}

/// One line of a comparison: a variant, or the chosen cell of a sweep.
struct Contestant: Sendable {
  let variant: StoredExperiment.Variant
  /// Which input it comes from.
  let source: Int
  /// Unique in its environment.
  var label: String
  /// What it has in common with its likes in other environments.
  var method: String
  let curves: [StoredExperiment.Curve]
  let scores: TrialScores
  let choice: CellChoice?

  /// The label where the environment is named beside it: without the words that name the environment and its options.
  var shortLabel: String {
    let full = variant.name
    return label.hasPrefix(full) ? Comparison.Field.method(variant) + label.dropFirst(full.count) : label
  }
}

/// Variants side by side: tables by environment, tests against a baseline, and what deserves to be said about them.
struct Comparison: Sendable {
  /// One line of a table.
  struct Row: Sendable {
    let contestant: Contestant
    let final: ScoreSummary
    let area: ScoreSummary
    let reach: ReachSummary?
    /// The mean final score on the scale where the uniform policy has 0 and the optimal one 1.
    let normalized: ScoreSummary?

    func summary(_ kind: ScoreRules.Kind) -> ScoreSummary {
      switch kind {
      case .final: final
      case .area: area
      }
    }
  }

  /// The tests of one variant against the baseline.
  struct Duel: Sendable {
    let environment: Int
    let row: Int
    let baseline: Int
    let kind: ScoreRules.Kind
    let contest: Contest
    /// Corrected by Holm's method over all duels of this kind.
    var tHolm: Double?
    var freeHolm: Double?
  }

  /// The table of one environment.
  struct Table: Sendable {
    let label: String
    let environment: Setting
    let rows: [Row]
    let threshold: Double?
  }

  let metric: String
  let rules: ScoreRules
  let options: ComparisonOptions
  let effort: ComparisonEffort
  let inputs: [ComparisonInput]
  let tables: [Table]
  /// The method against which the others are set; nil where there is only one.
  let baseline: String?
  let duels: [Duel]
  let aggregate: NormalizedAggregate?
  let notes: [String]

  /// The duels of the score that was asked for.
  var mainDuels: [Duel] { duels.filter { $0.kind == options.score } }
}

extension Comparison {
  /// Compares results.
  ///
  /// - Throws: ``LabError``: 64 for a metric, column or baseline that is not there, 65 for files that cannot be read as
  ///   results.
  init(_ inputs: [ComparisonInput], options: ComparisonOptions) async throws {
    let metric = try MetricChoice.metric(options.metric, in: inputs.map(\.experiment))
    let rules = ScoreRules(metric: Metric(rawValue: metric), finalShare: options.finalShare)
    var field = Field(rules: rules, options: options)
    for (index, input) in inputs.enumerated() { try await field.add(input, source: index, metric: metric) }
    field.nameApart(inputs.map(\.experiment))
    let groups = field.environments
    let labels = Field.environmentLabels(groups.map(\.setting), of: inputs.map(\.experiment))
    let baseline = try field.baseline()
    let effort = ComparisonEffort(lines: field.contestants.count)
    let levels = groups.map { field.threshold(of: $0.contestants.map { field.contestants[$0] }) }
    var tables: [Table] = []
    for (index, group) in groups.enumerated() {
      let contestants = group.contestants.map { field.contestants[$0] }
      let level = levels[index]
      let rows = await parallel(contestants.count) { place in
        Row(contestants[place], rules: rules, options: options, effort: effort, threshold: level)
      }
      tables.append(Table(label: labels[index], environment: group.setting, rows: rows, threshold: level))
    }
    let plans = Self.plans(tables, baseline: baseline)
    let rootSeeds = inputs.map(\.experiment.root)
    let allTables = tables
    var duels = await parallel(plans.count) { index in
      let (environment, row, rival, kind) = plans[index]
      let table = allTables[environment]
      let (ours, theirs) = (table.rows[row].contestant, table.rows[rival].contestant)
      let contest = Contest(
        Array(zip(ours.scores.seeds, ours.scores.values(kind))),
        against: Array(zip(theirs.scores.seeds, theirs.scores.values(kind))),
        sharesRandomNumbers: rootSeeds[ours.source] != nil && rootSeeds[ours.source] == rootSeeds[theirs.source],
        rules: rules, effort: effort,
        key: [ours.label, theirs.label, table.label, metric, kind.rawValue].joined(separator: "\n"))
      return Duel(environment: environment, row: row, baseline: rival, kind: kind, contest: contest)
    }
    for kind in ScoreRules.Kind.allCases {
      let places = duels.indices.filter { duels[$0].kind == kind }
      let t = Statistics.holm(places.map { duels[$0].contest.tTest?.pValue })
      let free = Statistics.holm(places.map { duels[$0].contest.freeTest?.pValue })
      for (k, place) in places.enumerated() {
        duels[place].tHolm = t[k]
        duels[place].freeHolm = free[k]
      }
    }
    self.metric = metric
    self.rules = rules
    self.options = options
    self.effort = effort
    self.inputs = inputs
    self.tables = tables
    self.baseline = baseline
    self.duels = duels
    let aggregation = NormalizedAggregate.make(tables, metric: metric, baseline: baseline)
    aggregate = aggregation.aggregate
    notes =
      ComparisonNotes(
        inputs: inputs, tables: tables, rules: rules, options: options, metric: metric, baseline: baseline
      ).all + field.notes + aggregation.notes
  }

  private static func plans(
    _ tables: [Table], baseline: String?
  ) -> [(environment: Int, row: Int, baseline: Int, kind: ScoreRules.Kind)] {
    var plans: [(environment: Int, row: Int, baseline: Int, kind: ScoreRules.Kind)] = []
    for kind in ScoreRules.Kind.allCases {
      for (environment, table) in tables.enumerated() {
        guard let rival = table.rows.firstIndex(where: { $0.contestant.method == baseline }) else { continue }
        for row in table.rows.indices where row != rival { plans.append((environment, row, rival, kind)) }
      }
    }
    return plans
  }
}

extension Comparison.Row {
  init(
    _ contestant: Contestant, rules: ScoreRules, options: ComparisonOptions, effort: ComparisonEffort,
    threshold: Double?
  ) {
    let scores = contestant.scores
    self.contestant = contestant
    let key = contestant.label + "\n" + contestant.variant.environment.description
    final = ScoreSummary(scores.final, method: options.interval, resamples: effort.resamples, key: key)
    area = ScoreSummary(scores.area, method: options.interval, resamples: effort.resamples, key: key)
    let seeds = Set(scores.seeds)
    reach = threshold.map { level in
      ReachSummary(
        contestant.curves.filter { seeds.contains($0.seed) }.map { rules.reach(level, x: $0.x, y: $0.y) })
    }
    normalized = NormalizedScale(contestant.variant, metric: rules.metric).scale.map { scale in
      ScoreSummary(scores.final.map(scale), method: options.interval, resamples: effort.resamples, key: key)
    }
  }
}

/// Which metric is compared where none is named.
enum MetricChoice {
  private static let preferred = [
    "return", "reward", "evaluation_return", "value_error", "optimality_gap", "regret", "residual",
  ]

  /// The usual metrics, the most usual first. What prediction earns is its policy's doing: only its values are learned.
  private static func preferred(of experiments: [StoredExperiment]) -> [String] {
    let isPrediction = experiments.allSatisfy { $0.variants.allSatisfy { $0.kind == .prediction } }
    return isPrediction ? [Metric.valueError.rawValue] + preferred : preferred
  }

  /// The metric that was asked for, or the first usual one that all folders have.
  static func metric(_ wanted: String?, in experiments: [StoredExperiment]) throws(LabError) -> String {
    var common: [String]?
    var all: [String] = []
    for experiment in experiments {
      let metrics = try experiment.reader().metrics
      if let wanted, !metrics.contains(wanted) {
        let hint =
          Spelling.hint(for: wanted, among: metrics)
        throw LabError(.usage, "\(experiment.path): there is no metric \"\(wanted)\"; \(hint)")
      }
      common = common.map { $0.filter(metrics.contains) } ?? metrics
      all += metrics.filter { !all.contains($0) }
    }
    if let wanted { return wanted }
    let shared = common ?? []
    guard let metric = preferred(of: experiments).first(where: shared.contains) ?? shared.first else {
      throw LabError(
        .data,
        all.isEmpty
          ? "\(experiments[0].path): the curves have no metric; run the experiment again"
          : "the folders have no metric in common; name folders with one, of: " + all.joined(separator: ", "))
    }
    return metric
  }
}
