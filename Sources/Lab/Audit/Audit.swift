import Algorithms
import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An audit of one task and policy: what is held against what, and the findings.
struct Audit {
  /// The variant's name.
  let variant: String
  /// The environment's id.
  let environment: String
  /// What is known exactly, and how it is sampled.
  let audit: GradientAudit
  /// What came of it.
  let findings: [Row]

  /// Episodes of a group, where a group method is audited.
  let groupSize: Int?

  /// One finding, and what it was held against.
  struct Row {
    let finding: GradientAudit.Finding
    /// J and ‖∇J‖₂, or what an estimator aims at in their place.
    let value: Double
    let norm: Double
    /// Episodes of a batch, or groups of a generation.
    let batch: Int
  }

  /// Audits a task.
  ///
  /// - Parameters:
  ///   - algorithm: Its id, and its settings, which give what the plan leaves open; nil for none.
  ///   - root: The root seed.
  init(
    _ plan: AuditPlan, variant: String, environment: String, task: PreparedTask,
    algorithm: (id: String, settings: Settings)?, root: UInt64
  ) throws(SettingProblem) {
    let settings = algorithm?.settings
    func given(_ name: String) -> Setting? { settings?.resolved.first { $0.key == name }?.value }
    let gamma = plan.gamma ?? given("gamma")?.number ?? 1
    guard let model = task.model, let simulation = task.finite else {
      throw SettingProblem("\"\(environment)\" has no finite model to find the exact gradient of; choose a finite task")
    }
    if task.timeLimit == nil && !task.canEnd {
      throw SettingProblem("no episode of \"\(environment)\" ever ends; set environment.time_limit")
    }
    if let state = task.emptyStart {
      throw SettingProblem("\"\(environment)\" may begin in state \(state), where there is nothing to do")
    }
    let policyTask = PolicyTask(
      model: model, observations: task.observations, simulation: simulation, timeLimit: task.timeLimit)
    let space = policyTask.space
    var preferences = plan.preferences
    if preferences == nil, let setting = given("initial_preferences") { preferences = try InitialPreferences(setting) }
    let initial = given("initial_probabilities")?.elements.map { numbers in
      InitialPreferences.actions(numbers.map { log($0.number ?? 1) })
    }
    let policy = SoftmaxPolicy(try SoftmaxPolicy.Start(preferences ?? initial ?? .same(0), space: space)).array
    var solver = try policyTask.solver()
    guard let truth = solver.evaluate(policy, gamma: gamma) else {
      throw SettingProblem("undiscounted, the policy may go on for ever; give gamma less than 1", at: ".gamma")
    }
    var critic =
      switch plan.critic {
      case .exact: GradientAudit.exactCritic(truth, solver)
      case .same(let value): [Double](repeating: value, count: space.stateCount)
      case .values(let values): values
      }
    guard critic.count == space.stateCount else {
      throw SettingProblem(
        "the list has \(critic.count) values; give \(space.stateCount), one for each state that the policy sees",
        at: ".critic")
    }
    if plan.criticNoise > 0 {
      var stream = RandomStream(root: root, index: 0, component: "critic")
      for state in critic.indices { critic[state] += plan.criticNoise * stream.normal() }
    }
    let audit = try GradientAudit(
      task: policyTask, gamma: gamma, policy: policy, critic: critic, samples: plan.samples, batch: plan.batch ?? 1)
    self.variant = variant
    self.environment = environment
    self.audit = audit
    let isGroup = given("num_generations") != nil && given("loss_type") != nil && given("kl_placement") != nil
    let estimators = plan.estimators ?? (isGroup ? [.group] : AuditPlan.Estimator.allCases.filter { $0 != .group })
    let list = plan.list(estimators, gaeLambda: plan.gaeLambda ?? given("gae_lambda")?.number ?? 0.95)
    var findings: [Row] = []
    if estimators.contains(.group) {
      guard isGroup, let algorithm else {
        throw SettingProblem(
          "\"group\" is the estimate of a group method; name one as algorithm, grpo or rloo", at: ".estimators")
      }
      let start = try SoftmaxPolicy.Start(plan.reference ?? initial ?? .same(0), space: space)
      let group = try GroupAudit(
        algorithm.id, task: policyTask, settings: algorithm.settings, policy: policy,
        reference: SoftmaxPolicy(start).array, truth: truth, gamma: gamma, groups: plan.batch)
      findings += try group.judge(method: plan.method, samples: plan.samples, root: root).map {
        Row(finding: $0.finding, value: $0.truth.value, norm: $0.truth.norm, batch: group.groups)
      }
    }
    if !list.isEmpty {
      findings += try audit.judge(list, method: plan.method, root: root).map {
        Row(finding: $0, value: truth.startValue, norm: truth.norm, batch: audit.batch)
      }
    }
    self.findings = findings
    groupSize = estimators.contains(.group) ? given("num_generations")?.whole : nil
  }

  /// The columns of `audit.csv`.
  static let columns = [
    "variant", "environment", "estimator", "lambda", "gamma", "batch", "samples", "method", "value",
    "gradient_norm", "bias", "bias_se", "variance", "variance_se", "cosine", "cosine_se", "sample_cosine",
    "sample_cosine_se", "scale",
  ]

  /// The numbers behind `method` of one finding.
  private func numbers(_ row: Row) -> [Double] {
    let finding = row.finding
    return [
      row.value, row.norm, finding.bias, finding.biasError, finding.variance,
      finding.varianceError, finding.cosine, finding.cosineError, finding.sampleCosine, finding.sampleCosineError,
      finding.scale,
    ]
  }

  /// Appends a row for each finding.
  func write(to buffer: inout CSVBuffer) {
    for row in findings {
      let finding = row.finding
      for text in [variant, environment, finding.name] {
        buffer.append(text)
        buffer.comma()
      }
      buffer.append(finding.lambda ?? .nan)
      buffer.comma()
      buffer.append(audit.gamma)
      buffer.comma()
      buffer.append(row.batch)
      buffer.comma()
      if !finding.sampleCosine.isNaN { buffer.append(audit.samples) }
      buffer.comma()
      buffer.append(finding.isExact ? "exact" : "sampled")
      for number in numbers(row) {
        buffer.comma()
        buffer.append(number)
      }
      buffer.newline()
    }
  }

  /// The findings for programs.
  var json: Setting {
    func real(_ x: Double) -> Setting { x.isFinite ? .real(x) : .null }
    let names = Self.columns.drop { $0 != "bias" }
    return .object([
      .init("variant", .text(variant)), .init("environment", .text(environment)), .init("gamma", .real(audit.gamma)),
      .init("value", real(audit.truth.startValue)), .init("gradient_norm", real(audit.truth.norm)),
      .init("gradient", .list(audit.truth.gradient.map(real))), .init("batch", .integer(audit.batch)),
      .init("samples", .integer(audit.samples)),
      .init(
        "estimators",
        .list(
          findings.map { row in
            let finding = row.finding
            return .object(
              [
                .init("estimator", .text(finding.name)), .init("lambda", finding.lambda.map(Setting.real) ?? .null),
                .init("method", .text(finding.isExact ? "exact" : "sampled")),
                .init("mean", .list(finding.mean.map(real))),
              ] + zip(names, numbers(row).dropFirst(2)).map { .init($0, real($1)) })
          })),
    ])
  }

  /// The findings for people.
  var text: String {
    var rows = [["estimator", "λ", "bias", "±", "variance", "cosine", "of a batch", ""]]
    for finding in findings.map(\.finding) {
      rows.append([
        finding.name, finding.lambda.map { RunSummary.number($0) } ?? "", RunSummary.number(finding.bias),
        finding.isExact ? "" : RunSummary.number(finding.biasError), RunSummary.number(finding.variance),
        RunSummary.number(finding.cosine), RunSummary.number(finding.sampleCosine),
        finding.isExact ? "exact" : "sampled",
      ])
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
    let batch = findings.first?.batch ?? 1
    let unit = groupSize.map { "group of \($0)" } ?? "episode"
    let batches = batch == 1 ? "1 \(unit)" : "\(batch) " + (groupSize.map { "groups of \($0)" } ?? "episodes")
    let head =
      "\(variant) on \(environment): J \(RunSummary.number(audit.truth.startValue)), ‖∇J‖ \(RunSummary.number(audit.truth.norm)), "
      + "γ \(RunSummary.number(audit.gamma)), \(audit.samples) samples of \(batches)"
    return head + "\n"
      + rows.map { row in
        var line = "  "
        for (column, cell) in row.enumerated() {
          let pad = String(repeating: " ", count: widths[column] - cell.count)
          line += (column == 0 ? cell + pad : pad + cell) + "  "
        }
        while line.last == " " { line.removeLast() }
        return line
      }.joined(separator: "\n")
  }
}
