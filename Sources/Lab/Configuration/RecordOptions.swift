import RLCore

/// What is recorded of a trial.
public struct RecordOptions: Sendable, Equatable {
  /// Whose tables go to `values.csv`.
  public enum Values: String, Sendable, CaseIterable {
    /// The first seed's.
    case first
    /// All seeds'.
    case all
    /// Nobody's.
    case none
  }

  /// Rows: every so many units of the budget.
  public let every: Int
  /// Exact columns: every so many units; nil for none.
  public let exactEvery: Int?
  /// Whose tables go to `values.csv`.
  public let values: Values
  /// Whose trained policies are written as files; nobody's unless it is asked for.
  public var policy = Values.none
  /// Rollouts of the target policy: how many episodes, every so many units, at most how many steps each; nil for none.
  public let evaluation: Evaluation?

  /// Rollouts of the target policy.
  public struct Evaluation: Sendable, Equatable {
    /// Episodes each time.
    public let episodes: Int
    /// Units of the budget between them.
    public let every: Int
    /// After how many steps a rollout is cut off, where the task has no time limit.
    public let maximumSteps: Int
    /// Whether the policy that is learned is judged at its best: the greedy policy of a control method, the likeliest actions of a policy
    /// method; otherwise the policy that acts.
    public var isGreedy = true
  }

  /// The options as a configuration writes them.
  var resolved: Setting {
    var fields: [Setting.Field] = [
      .init("every", .integer(every)), .init("values", .text(values.rawValue)),
      .init("exact", exactEvery.map { .object([.init("every", .integer($0))]) } ?? .boolean(false)),
    ]
    if policy != .none { fields.append(.init("policy", .text(policy.rawValue))) }
    if let evaluation {
      let policy = evaluation.isGreedy ? [] : [Setting.Field("policy", .text("sampled"))]
      fields.append(
        .init(
          "evaluate",
          .object(
            [
              .init("episodes", .integer(evaluation.episodes)), .init("every", .integer(evaluation.every)),
              .init("maximum_steps", .integer(evaluation.maximumSteps)),
            ] + policy)))
    }
    return .object(fields)
  }
}

extension RecordOptions {
  /// Reads the `record` of a configuration.
  ///
  /// - Parameters:
  ///   - setting: The object; empty for what is usual.
  ///   - budget: How long a trial goes on.
  ///   - entry: The algorithm.
  ///   - truth: What is known exactly of the task, and what the exact columns cost there.
  /// - Throws: ``SettingProblem`` with the place below `record`.
  init(
    _ setting: Setting, budget: Budget, entry: AlgorithmEntry, truth: GroundTruth
  ) throws(SettingProblem) {
    guard setting.fields != nil else {
      throw SettingProblem("\(setting) is \(setting.kind); write an object, {every: 10}")
    }
    try setting.checkKeys(["every", "exact", "values", "evaluate", "policy"], of: "record")
    func whose(_ key: String, default: Values) throws(SettingProblem) -> Values {
      guard let given = setting[key] else { return `default` }
      if let choice = given.text.flatMap(Values.init(rawValue:)) { return choice }
      let hint = Spelling.hint(
        for: given.text ?? "", among: Values.allCases.map(\.rawValue), otherwise: "write one of them")
      throw SettingProblem("\(given) is none of \"first\", \"all\", \"none\"; \(hint)", at: ".\(key)")
    }
    let every = try setting.read("every", Self.spacing) ?? entry.defaultSpacing(budget)
    self.every = every
    exactEvery = try SettingProblem.at(".exact") { () throws(SettingProblem) in
      try Self.exact(setting["exact"] ?? .boolean(true), every: every, budget: budget, entry: entry, truth: truth)
    }
    values = try whose("values", default: .first)
    policy = try whose("policy", default: .none)
    evaluation =
      try setting.read("evaluate") { setting throws(SettingProblem) in
        setting == .null || setting == .boolean(false) ? nil : try Evaluation(setting, every: every)
      } ?? nil
  }

  fileprivate static func spacing(_ setting: Setting) throws(SettingProblem) -> Int {
    try Interval.whole(setting, in: 1...Budget.mostUnits)
  }

  /// The spacing of the exact columns: evenly spaced points on recorded rows, at most 100, and fewer where they would cost more than the
  /// trial itself; a divisor of the budget where one is near.
  private static func exact(
    _ setting: Setting, every: Int, budget: Budget, entry: AlgorithmEntry, truth: GroundTruth
  ) throws(SettingProblem) -> Int? {
    switch setting {
    case .boolean(true):
      let rows = budget.count / every
      // An update by iterations costs more than its exact columns.
      let isJudged = (entry.kind == .control || entry.kind == .policy) && budget.unit != .iterations
      let most = isJudged ? truth.affordablePoints(budget: budget, rows: rows) : 100
      let least = max(1, (rows + most - 2) / (most - 1))
      // A budget of many rows has a divisor near, or does without.
      let divisor = (least...(least + min(least, 10_000))).first { rows % $0 == 0 && budget.count % (every * $0) == 0 }
      return (divisor ?? least) * every
    case .boolean(false), .null: return nil
    case .table(let fields):
      if fields.isEmpty { throw SettingProblem("the object is empty; write {every: N}") }
      try setting.checkKeys(["every"], of: "exact", otherwise: "it has: every")
      return try setting.read("every") { given throws(SettingProblem) in
        let spacing = try Self.spacing(given)
        if spacing % every != 0 {
          throw SettingProblem(
            "\(spacing) is no multiple of record.every, \(every); exact columns stand on recorded rows")
        }
        return spacing
      }
    default: throw SettingProblem("\(setting) is \(setting.kind); write true, false or {every: N}")
    }
  }
}

extension RecordOptions.Evaluation {
  /// Reads the `evaluate` of a record.
  fileprivate init(_ setting: Setting, every: Int) throws(SettingProblem) {
    guard setting.fields != nil else {
      throw SettingProblem("\(setting) is \(setting.kind); write {episodes: 20, every: 50}")
    }
    try setting.checkKeys(["episodes", "every", "maximum_steps", "policy"], of: "evaluate")
    self.every = try setting.read("every", RecordOptions.spacing) ?? every
    if self.every % every != 0 {
      throw SettingProblem(
        "\(self.every) is no multiple of record.every, \(every); evaluations stand on recorded rows", at: ".every")
    }
    if let policy = setting["policy"] {
      guard policy == .text("greedy") || policy == .text("sampled") else {
        throw SettingProblem("\(policy) is neither \"greedy\" nor \"sampled\"; write one of them", at: ".policy")
      }
      isGreedy = policy == .text("greedy")
    }
    episodes =
      try setting.read("episodes") { s throws(SettingProblem) in try Interval.whole(s, in: 1...1_000_000) } ?? 10
    maximumSteps =
      try setting.read("maximum_steps") { s throws(SettingProblem) in
        try Interval.whole(s, in: 1...1_000_000_000)
      } ?? 10_000
  }
}

extension AlgorithmEntry {
  /// How many units of a budget lie between rows where nothing else is said: every sweep of a planner, about 100 rows of a bandit's trial,
  /// 1000 of any other.
  fileprivate func defaultSpacing(_ budget: Budget) -> Int {
    switch kind {
    case .planner: 1
    case .bandit: max(1, (budget.count + 99) / 100)
    default: max(1, (budget.count + 999) / 1000)
    }
  }
}
