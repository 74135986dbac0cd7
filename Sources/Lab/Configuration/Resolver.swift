import Environments
import Foundation
import RLCore

/// Turns a configuration into an ``Experiment``: lays flags over it, expands variants and axes, checks every key and value, and makes the
/// tasks.
struct Resolver {
  let lab: Laboratory
  /// The file's name for messages; nil where everything comes from flags.
  let source: String?
  /// The folder that paths in the file start from.
  let folder: String
  /// Paths that flags have set: files that they name are relative to the working directory.
  let overridden: Set<String>
  /// The order of keys in the file.
  let outline: JSON5Outline?

  static let keys = [
    "name", "question", "environment", "algorithm", "budget", "seeds", "seed", "record", "sweep", "variants", "confirm",
    "audit", "launch",
  ]
  /// What fits into memory: points of a sweep, trials of an experiment, recorded rows of a trial.
  private static let mostVariants = 100_000.0
  private static let mostTrials = 1e7
  private static let mostRows = 10_000_000
  /// The largest budget, which no machine gets through.
  private static let mostUnits = 1_000_000_000_000

  /// Resolves a whole configuration.
  ///
  /// - Parameters:
  ///   - root: The configuration with all flags laid over it.
  ///   - defaultName: The experiment's name where it gives none.
  func experiment(_ root: Setting, defaultName: String) throws(LabError) -> Experiment {
    try checkKeys(root)
    let name = try self.name(root, default: defaultName)
    if let question = root["question"], question.text == nil {
      throw fail("question", "\(question.kind) is no question; write a string, what the experiment is to find out")
    }
    if let audit = root["audit"] { try mend("audit") { () throws(SettingProblem) in _ = try AuditPlan(audit) } }
    let rootSeed = try mend("seed") { () throws(SettingProblem) in
      UInt64(try Interval.whole(root["seed"] ?? .integer(0), in: 0...Int.max))
    }
    let seeds = try self.seeds(root["seeds"] ?? .integer(1))
    let axes = try root["sweep"].map { sweep throws(LabError) in
      try mend("sweep") { () throws(SettingProblem) in
        try SweepAxes(sweep, keys: outline?.keys["sweep"] ?? [], root: rootSeed)
      }
    }
    let columns = Self.columns(axes?.axes ?? [])
    let bases = try self.bases(root)
    let points = Double(bases.count) * (axes?.pointCount ?? 1)
    if points > Self.mostVariants {
      throw fail(
        "sweep",
        "\(Setting.real(points)) variants are too many; at most \(Int(Self.mostVariants)) fit: give fewer values")
    }
    var variants: [Variant] = []
    var names: Set<String> = []
    var tasks: [String: GroundTruth] = [:]
    for (place, givenName, base) in bases {
      var known: Set<String> = []
      for point in axes?.points(over: base) ?? [(base, [])] {
        let swept = zip(axes?.axes ?? [], point.values).filter { axis, _ in columns.contains { $0.path == axis.path } }
        let variant = try self.variant(
          point.tree, place: place, givenName: givenName, values: Array(zip(axes?.axes ?? [], point.values)),
          swept: swept.map(\.1), rootSeed: rootSeed, tasks: &tasks)
        // A conditional axis, or an axis over a parameter that one environment lacks, may give the same point twice.
        if !known.insert(variant.name + "\n" + variant.identity).inserted { continue }
        if !names.insert(variant.name).inserted {
          throw fail(
            place.isEmpty ? "sweep" : place,
            "two variants are called \"\(variant.name)\"; give each a name of its own")
        }
        try checkRows(variant, place: place.isEmpty ? "" : place + ".")
        variants.append(variant)
      }
    }
    if Double(variants.count) * Double(seeds.count) > Self.mostTrials {
      throw fail(
        "seeds",
        "\(variants.count) variants with \(seeds.count) seeds each are too many trials; at most \(Int(Self.mostTrials)) fit: give fewer"
      )
    }
    return Experiment(
      name: name, root: rootSeed, seeds: seeds, variants: variants, columns: columns, configuration: root,
      confirm: try confirmation(root), launch: try launch(root))
  }

  /// Refuses keys that a configuration does not have.
  func checkKeys(_ root: Setting) throws(LabError) {
    guard let fields = root.fields else { throw fail("", "\(root.kind) is no configuration; write an object { ... }") }
    for field in fields where !Self.keys.contains(field.key) {
      let hint =
        Spelling.suggestion(for: field.key, among: Self.keys).map { "did you mean \"\($0)\"?" }
        ?? "it has: " + Self.keys.joined(separator: ", ")
      throw fail(field.key, "a configuration has no \"\(field.key)\"; \(hint)")
    }
  }

  /// Makes one task from the tree of its environment.
  func task(_ tree: Setting) throws(LabError) -> PreparedTask {
    let (entry, component) = try environment(tree, place: "environment")
    return try make(entry, component, place: "environment")
  }

  /// The entry and the settings that the tree of an environment names.
  func entry(of tree: Setting) throws(LabError) -> (EnvironmentEntry, Component) {
    try environment(tree, place: "environment")
  }

  // MARK: Parts

  func name(_ root: Setting, default: String) throws(LabError) -> String {
    guard let setting = root["name"] else { return `default` }
    guard let text = setting.text, Self.isName(text), !text.contains("/"), text != "..", text != "." else {
      throw fail(
        "name", "\(setting) is no name; write a string of 1 to 200 bytes without slashes and control characters")
    }
    return text
  }

  /// Whether a text can stand in a table, on a terminal, and be called a file.
  private static func isName(_ text: String) -> Bool {
    let isPlain = text.unicodeScalars.allSatisfy { scalar in
      ![.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }
    return isPlain && (1...200).contains(text.utf8.count)
  }

  private func seeds(_ setting: Setting) throws(LabError) -> [UInt64] {
    if let list = setting.elements {
      if list.isEmpty { throw fail("seeds", "the list is empty; give at least one seed") }
      var seeds: [UInt64] = []
      var known: Set<UInt64> = []
      for (index, element) in list.enumerated() {
        let seed = try mend("seeds[\(index)]") { () throws(SettingProblem) in
          UInt64(try Interval.whole(element, in: 0...Int.max))
        }
        if !known.insert(seed).inserted { throw fail("seeds[\(index)]", "the seed \(seed) comes twice; keep one") }
        seeds.append(seed)
      }
      return seeds
    }
    let count = try mend("seeds") { () throws(SettingProblem) in try Interval.whole(setting, in: 1...10_000_000) }
    return (0..<UInt64(count)).map { $0 }
  }

  private func launch(_ root: Setting) throws(LabError) -> LaunchOptions {
    guard let setting = root["launch"], setting != .null else { return LaunchOptions() }
    return try mend("launch") { () throws(SettingProblem) in try LaunchOptions(setting) }
  }

  /// The fresh seeds that chosen cells are scored on: a number, or `{seeds: N, metric: M, score: "final" or "area"}`.
  private func confirmation(_ root: Setting) throws(LabError) -> Confirmation.Plan? {
    guard let setting = root["confirm"], setting != .null else { return nil }
    if root["sweep"] == nil {
      throw fail("confirm", "there is no \"sweep\" whose best cells could be confirmed; add one, or leave it out")
    }
    let keys = ["seeds", "metric", "score"]
    for field in setting.fields ?? [] where !keys.contains(field.key) {
      let hint =
        Spelling.suggestion(for: field.key, among: keys).map { "did you mean \"\($0)\"?" }
        ?? "it has: " + keys.joined(separator: ", ")
      throw fail("confirm.\(field.key)", "confirm has no \"\(field.key)\"; \(hint)")
    }
    let count = setting.fields == nil ? setting : setting["seeds"] ?? .null
    let seeds = try mend(setting.fields == nil ? "confirm" : "confirm.seeds") { () throws(SettingProblem) in
      try Interval.whole(count, in: 1...10_000_000)
    }
    var plan = Confirmation.Plan(seeds: seeds)
    if let metric = setting["metric"] {
      let known = Metric.allCases.map(\.rawValue)
      guard let name = metric.text, known.contains(name) else {
        let hint = Spelling.suggestion(for: metric.text ?? "", among: known).map { "; did you mean \"\($0)\"?" } ?? ""
        throw fail("confirm.metric", "\(metric) is no metric\(hint)")
      }
      plan.metric = name
    }
    if let score = setting["score"] {
      guard let kind = score.text.flatMap(ScoreRules.Kind.init(rawValue:)) else {
        throw fail("confirm.score", "\(score) is neither \"final\" nor \"area\"")
      }
      plan.score = kind
    }
    return plan
  }

  /// The trees over which the axes go: one for each of `variants`, or the configuration itself.
  private func bases(_ root: Setting) throws(LabError) -> [(place: String, name: String?, tree: Setting)] {
    let apart = ["variants", "sweep", "confirm", "audit"]
    let common = Setting.object((root.fields ?? []).filter { !apart.contains($0.key) })
    guard let setting = root["variants"] else { return [("", nil, common)] }
    guard let list = setting.elements else {
      throw fail("variants", "\(setting.kind) is no list; write [{name: \"...\", algorithm: {...}}, ...]")
    }
    if list.isEmpty { throw fail("variants", "the list is empty; give at least one variant") }
    var bases: [(place: String, name: String?, tree: Setting)] = []
    let keys = ["name", "environment", "algorithm", "budget", "record"]
    for (index, element) in list.enumerated() {
      let place = "variants[\(index)]"
      guard let fields = element.fields else { throw fail(place, "\(element.kind) is no variant; write an object") }
      for field in fields where !keys.contains(field.key) {
        let hint =
          Spelling.suggestion(for: field.key, among: keys).map { "did you mean \"\($0)\"?" }
          ?? "it has: " + keys.joined(separator: ", ")
        throw fail("\(place).\(field.key)", "a variant has no \"\(field.key)\"; \(hint)")
      }
      var name: String?
      if let given = element["name"] {
        guard let text = given.text, Self.isName(text) else {
          throw fail(
            "\(place).name", "\(given) is no name; write a string of 1 to 200 bytes without control characters")
        }
        name = text
      }
      var tree = common
      for field in fields where field.key != "name" {
        let old = common[field.key]
        // Another algorithm or environment starts afresh: parameters of the one it replaces mean nothing to it.
        let replaces =
          ["environment", "algorithm"].contains(field.key) && old?.withID["id"] != field.value.withID["id"]
          && field.value.withID["id"] != nil && old?.withID["id"] != nil
        let isBudget = field.key == "budget"
        let value = replaces || isBudget ? field.value : (old ?? .table([])).merging(field.value)
        tree = tree.setting([field.key], to: value)
      }
      bases.append((place, name, tree))
    }
    return bases
  }

  private func variant(
    _ tree: Setting, place: String, givenName: String?, values: [(SweepAxes.Axis, Setting?)], swept: [Setting?],
    rootSeed: UInt64, tasks: inout [String: GroundTruth]
  ) throws(LabError) -> Variant {
    let prefix = place.isEmpty ? "" : place + "."
    let (entry, algorithm) = try self.algorithm(
      tree["algorithm"], environment: tree["environment"]?.withID["id"]?.text ?? "", place: prefix + "algorithm")
    let (environmentEntry, environment) = try self.environment(tree["environment"], place: prefix + "environment")
    let environmentKey = environment.resolved.description
    let truth: GroundTruth
    if let known = tasks[environmentKey] {
      truth = known
    } else {
      truth = GroundTruth(task: try make(environmentEntry, environment, place: prefix + "environment"))
      tasks[environmentKey] = truth
    }
    try checkFit(entry, truth.task, environment: environment.id, place: prefix + "algorithm")
    let budget = try self.budget(tree["budget"], entry: entry, task: truth.task, place: prefix + "budget")
    if budget.unit == .episodes && truth.task.timeLimit == nil && !truth.task.canEnd {
      throw fail(
        prefix + "budget.episodes",
        "no episode of \"\(environment.id)\" ever ends; give a budget of steps, or set environment.time_limit")
    }
    let record = try self.record(
      tree["record"], budget: budget, entry: entry, truth: truth, place: prefix + "record")
    var parts = [givenName ?? algorithm.id]
    for (axis, value) in values {
      guard let value, axis.path != "algorithm.id" || givenName != nil else { continue }
      if givenName != nil && axis.path == "algorithm.id" {
        parts.append(value.text ?? value.description)
        continue
      }
      let key = axis.path == "environment.id" ? "environment" : axis.path.split(separator: ".").last.map(String.init)!
      parts.append("\(key)=\(value.text ?? value.description)")
    }
    let identity = Setting.object([
      .init("environment", environment.resolved), .init("algorithm", algorithm.resolved),
      .init("budget", .object([.init(budget.unit.rawValue, .integer(budget.count))])), .init("record", record.resolved),
      .init("seed", .integer(Int(rootSeed))),
    ])
    let variant = Variant(
      name: parts.joined(separator: " "), environment: environment, algorithm: algorithm, budget: budget,
      record: record,
      swept: swept, entry: entry, truth: truth, identity: identity.description,
      key: Fingerprint.hash(identity.description))
    try checkMakes(variant, rootSeed: rootSeed, place: prefix + "algorithm")
    return variant
  }

  /// Makes a trial once and throws it away, so that what does not fit the task is said before anything runs.
  private func checkMakes(_ variant: Variant, rootSeed: UInt64, place: String) throws(LabError) {
    do {
      try variant.entry.check?(variant.algorithm.settings, variant.task)
    } catch let problem as SettingProblem {
      throw fail(place + problem.place, problem.message)
    } catch { throw fail(place, "\(error)") }
  }

  /// Refuses curves that would not fit into memory. A planner stops when it has converged, long before its budget.
  private func checkRows(_ variant: Variant, place: String) throws(LabError) {
    let rows = variant.budget.count / variant.record.every
    if variant.entry.kind == .planner || rows <= Self.mostRows { return }
    throw fail(
      place + "record.every",
      "\(variant.record.every) would record \(rows) rows of a trial, \(Self.mostRows) fit; give at least \((variant.budget.count - 1) / Self.mostRows + 1)"
    )
  }

  private func algorithm(
    _ setting: Setting?, environment: String, place: String
  ) throws(LabError) -> (AlgorithmEntry, Component) {
    let (id, given) = try idAndFields(setting, place: place, what: "algorithm", example: "q-learning")
    guard let entry = lab.algorithm(id) else {
      throw unknown(id, place: place, what: "algorithm", among: lab.algorithms.map(\.about.id))
    }
    let expanded =
      try entry.expand.map { expand throws(LabError) in
        try mend(place) { () throws(SettingProblem) in try expand(given, lab.environment(environment)) }
      } ?? given
    return (entry, try component(id, expanded, entry.about.parameters, place: place))
  }

  private func environment(_ setting: Setting?, place: String) throws(LabError) -> (EnvironmentEntry, Component) {
    let (id, given) = try idAndFields(setting, place: place, what: "environment", example: "cliff-walking")
    guard let entry = lab.environment(id) else {
      throw unknown(id, place: place, what: "environment", among: lab.environments.map(\.about.id))
    }
    return (entry, try component(id, given, entry.about.parameters, place: place))
  }

  private func idAndFields(
    _ setting: Setting?, place: String, what: String, example: String
  ) throws(LabError) -> (String, [Setting.Field]) {
    guard let setting else {
      let flag = what == "environment" ? "-e" : "-a"
      if source == nil {
        throw LabError(.usage, "no \(what) is given; add \(flag) \(example), or name a configuration")
      }
      throw fail(place, "no \(what) is given; add \(what): \"\(example)\", or \(flag) \(example)")
    }
    guard let fields = setting.withID.fields else {
      throw fail(place, "\(setting) is \(setting.kind); write an id, or an object with \"id\"")
    }
    guard let id = setting.withID["id"] else { throw fail(place, "the \(what) has no \"id\"; add id: \"\(example)\"") }
    guard let text = id.text else {
      throw fail(place + ".id", "\(id) is \(id.kind); write the \(what)'s id as a string")
    }
    return (text, fields.filter { $0.key != "id" })
  }

  private func unknown(_ id: String, place: String, what: String, among ids: [String]) -> LabError {
    let hint =
      Spelling.suggestion(for: id, among: ids).map { "did you mean \"\($0)\"?" } ?? "\"rl-lab list \(what)s\" shows all"
    return fail(place + ".id", "there is no \(what) \"\(id)\"; \(hint)")
  }

  private func component(
    _ id: String, _ given: [Setting.Field], _ declarations: [ParameterDeclaration], place: String
  ) throws(LabError) -> Component {
    var attachments: [String: Setting] = [:]
    var fields = given
    for (index, field) in given.enumerated() {
      guard declarations.contains(where: { $0.name == field.key && $0.isFile }), let path = field.value.text else {
        continue
      }
      let (content, mark) = try attachment(path, place: "\(place).\(field.key)")
      attachments[field.key] = content
      // The content belongs to what the variant is: another file under the same name is another variant.
      fields[index].value = .text(path)
      fields.append(.init("\(field.key)#", .text(mark)))
    }
    let marks = fields.filter { $0.key.hasSuffix("#") }
    let settings = try mend(place) { () throws(SettingProblem) in
      try Settings(
        fields.filter { !$0.key.hasSuffix("#") }, for: declarations, attachments: attachments, owner: id,
        marks: marks.map { .init(String($0.key.dropLast()) + "_hash", $0.value) })
    }
    return Component(id: id, settings: settings)
  }

  private func attachment(_ path: String, place: String) throws(LabError) -> (content: Setting, mark: String) {
    if path.isEmpty { throw fail(place, "the path is empty; name a file") }
    let base = overridden.contains { place == $0 || place.hasPrefix($0 + ".") } ? "" : folder
    let full = path.hasPrefix("/") || base.isEmpty ? path : base + "/" + path
    do throws(LabError) {
      let bytes = try ConfigurationFile.bytes(full)
      let mark = Fingerprint.hex(Fingerprint.hash(bytes))
      let isJSON = [".json", ".json5"].contains { path.lowercased().hasSuffix($0) }
      if isJSON || bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
        return (try ConfigurationFile.parse(bytes, name: ConfigurationFile.displayName(path)).root, mark)
      }
      let text = try Self.text(bytes, path)
      let companions = MDPFile.companions(of: full)
      if companions.isEmpty { return (.text(text), mark) }
      // A model of several files: what stands beside it belongs to it.
      var fields = [Setting.Field("main", .text(text))]
      var marks = mark
      for companion in companions where FileManager.default.fileExists(atPath: companion.path) {
        let bytes = try ConfigurationFile.bytes(companion.path)
        fields.append(.init(companion.key, .text(try Self.text(bytes, companion.path))))
        marks += companion.key + Fingerprint.hex(Fingerprint.hash(bytes))
      }
      return fields.count == 1
        ? (.text(text), mark) : (.object(fields), Fingerprint.hex(Fingerprint.hash(marks)))
    } catch {
      throw error.kind == .noInput ? LabError(.noInput, fail(place, error.message).message) : error
    }
  }

  private static func text(_ bytes: [UInt8], _ path: String) throws(LabError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw LabError(.data, "\(path): the file is not UTF-8 text; save it as UTF-8")
    }
    return text
  }

  private func make(
    _ entry: EnvironmentEntry, _ component: Component, place: String
  ) throws(LabError) -> PreparedTask {
    do {
      return try entry.make(component.settings)
    } catch let problem as SettingProblem {
      throw fail(place + problem.place, problem.message)
    } catch { throw fail(place, "\(error)") }
  }

  private func checkFit(
    _ entry: AlgorithmEntry, _ task: PreparedTask, environment: String, place: String
  ) throws(LabError) {
    let id = entry.about.id
    if entry.kind == .planner && task.model == nil {
      throw fail(
        place,
        "\"\(id)\" plans with a model, and \"\(environment)\" gives only samples; choose a learner such as q-learning")
    }
    if let vector = task.vector, !entry.acceptsVectors {
      let example = vector.actionSpace.isDiscrete ? "ppo, a2c or dqn" : "ppo or a2c"
      throw fail(
        place,
        "\"\(id)\" keeps a table of states, and \"\(environment)\" is observed as a vector; choose a method of features: \(example)"
      )
    }
    if entry.kind == .planner { return }
    do throws(SettingProblem) {
      try task.model?.checkTableSize(isLearned: true)
    } catch { throw fail(place.replacing("algorithm", with: "environment"), error.message) }
    if let state = task.emptyStart {
      throw fail(
        place.replacing("algorithm", with: "environment"),
        "\"\(environment)\" may begin in state \(state), where there is nothing to do; begin in states that offer an action"
      )
    }
    if entry.kind == .bandit, task.space.stateCount > 1 {
      throw fail(
        place,
        "\"\(id)\" learns a task of one state, and \"\(environment)\" has \(task.space.stateCount); choose k-armed-bandit or a learner such as q-learning"
      )
    }
  }

  private func budget(
    _ setting: Setting?, entry: AlgorithmEntry, task: PreparedTask, place: String
  ) throws(LabError) -> Budget {
    guard let setting else { return entry.defaultBudget(task) }
    let units = Budget.Unit.allCases.map(\.rawValue)
    guard let fields = setting.fields else {
      throw fail(place, "\(setting) is \(setting.kind); write {episodes: 500}, {steps: 100000} or {iterations: 100}")
    }
    for field in fields where !units.contains(field.key) {
      let hint =
        Spelling.suggestion(for: field.key, among: units).map { "did you mean \"\($0)\"?" }
        ?? "it has exactly one of: " + units.joined(separator: ", ")
      throw fail("\(place).\(field.key)", "a budget has no \"\(field.key)\"; \(hint)")
    }
    guard fields.count == 1 else {
      let given = fields.isEmpty ? "it is empty" : "it has " + fields.map(\.key).joined(separator: " and ")
      throw fail(place, "a budget is exactly one of episodes, steps, iterations; \(given)")
    }
    let unit = Budget.Unit(rawValue: fields[0].key)!
    if !entry.units.contains(unit) {
      let allowed = entry.units.map(\.rawValue).joined(separator: " or ")
      throw fail("\(place).\(unit.rawValue)", "\"\(entry.about.id)\" does not count \(unit.rawValue); give \(allowed)")
    }
    return Budget(
      unit,
      try mend("\(place).\(unit.rawValue)") { () throws(SettingProblem) in
        try Interval.whole(fields[0].value, in: 1...Self.mostUnits)
      })
  }

  private func record(
    _ setting: Setting?, budget: Budget, entry: AlgorithmEntry, truth: GroundTruth, place: String
  ) throws(LabError) -> RecordOptions {
    let tree = setting ?? .table([])
    guard let fields = tree.fields else { throw fail(place, "\(tree) is \(tree.kind); write an object, {every: 10}") }
    let keys = ["every", "exact", "values", "evaluate", "policy"]
    for field in fields where !keys.contains(field.key) {
      let hint =
        Spelling.suggestion(for: field.key, among: keys).map { "did you mean \"\($0)\"?" }
        ?? "it has: " + keys.joined(separator: ", ")
      throw fail("\(place).\(field.key)", "record has no \"\(field.key)\"; \(hint)")
    }
    let every =
      try tree["every"].map { setting throws(LabError) in
        try mend("\(place).every") { () throws(SettingProblem) in try Interval.whole(setting, in: 1...Self.mostUnits) }
      }
      ?? (entry.kind == .planner
        ? 1 : entry.kind == .bandit ? max(1, budget.count / 100) : max(1, (budget.count + 999) / 1000))
    func whose(_ key: String, default: RecordOptions.Values) throws(LabError) -> RecordOptions.Values {
      guard let given = tree[key] else { return `default` }
      if let choice = given.text.flatMap(RecordOptions.Values.init(rawValue:)) { return choice }
      let words = RecordOptions.Values.allCases.map(\.rawValue)
      let hint = given.text.flatMap { Spelling.suggestion(for: $0, among: words) }.map { "did you mean \"\($0)\"?" }
      throw fail(
        "\(place).\(key)", "\(given) is none of \"first\", \"all\", \"none\"; \(hint ?? "write one of them")")
    }
    return RecordOptions(
      every: every,
      exactEvery: try exact(
        tree["exact"], every: every, budget: budget, entry: entry, truth: truth, place: "\(place).exact"),
      values: try whose("values", default: .first), policy: try whose("policy", default: .none),
      evaluation: try evaluation(tree["evaluate"], every: every, place: "\(place).evaluate"))
  }

  /// The spacing of the exact columns: evenly spaced points on recorded rows, at most 100, and fewer where they would cost more than the
  /// trial itself; a divisor of the budget where one is near.
  private func exact(
    _ setting: Setting?, every: Int, budget: Budget, entry: AlgorithmEntry, truth: GroundTruth, place: String
  ) throws(LabError) -> Int? {
    switch setting {
    case nil, .boolean(true)?:
      let rows = budget.count / every
      // An update by iterations costs more than its exact columns.
      let isJudged = (entry.kind == .control || entry.kind == .policy) && budget.unit != .iterations
      let most = isJudged ? truth.affordablePoints(budget: budget, rows: rows) : 100
      let least = max(1, (rows + most - 2) / (most - 1))
      // A budget of many rows has a divisor near, or does without.
      let divisor = (least...(least + min(least, 10_000))).first { rows % $0 == 0 && budget.count % (every * $0) == 0 }
      return (divisor ?? least) * every
    case .boolean(false)?, .null?: return nil
    case .table(let fields)? where fields.count == 1 && fields[0].key == "every":
      let spacing = try mend("\(place).every") { () throws(SettingProblem) in
        try Interval.whole(fields[0].value, in: 1...Self.mostUnits)
      }
      if spacing % every != 0 {
        throw fail(
          "\(place).every", "\(spacing) is no multiple of record.every, \(every); exact columns stand on recorded rows")
      }
      return spacing
    case .table(let fields)?:
      let other = fields.first { $0.key != "every" }
      throw fail(
        place + (other.map { "." + $0.key } ?? ""),
        other.map { "exact has no \"\($0.key)\"; it has: every" } ?? "the object is empty; write {every: N}")
    default: throw fail(place, "\(setting!) is \(setting!.kind); write true, false or {every: N}")
    }
  }

  private func evaluation(
    _ setting: Setting?, every: Int, place: String
  ) throws(LabError) -> RecordOptions.Evaluation? {
    guard let setting, setting != .null, setting != .boolean(false) else { return nil }
    guard let fields = setting.fields else {
      throw fail(place, "\(setting) is \(setting.kind); write {episodes: 20, every: 50}")
    }
    let keys = ["episodes", "every", "maximum_steps", "policy"]
    for field in fields where !keys.contains(field.key) {
      let hint =
        Spelling.suggestion(for: field.key, among: keys).map { "did you mean \"\($0)\"?" }
        ?? "it has: " + keys.joined(separator: ", ")
      throw fail("\(place).\(field.key)", "evaluate has no \"\(field.key)\"; \(hint)")
    }
    func read(_ key: String, default: Int, atMost limit: Int) throws(LabError) -> Int {
      guard let given = setting[key] else { return `default` }
      return try mend("\(place).\(key)") { () throws(SettingProblem) in try Interval.whole(given, in: 1...limit) }
    }
    let spacing = try read("every", default: every, atMost: Self.mostUnits)
    if spacing % every != 0 {
      throw fail(
        "\(place).every", "\(spacing) is no multiple of record.every, \(every); evaluations stand on recorded rows")
    }
    var isGreedy = true
    if let policy = setting["policy"] {
      guard policy == .text("greedy") || policy == .text("sampled") else {
        throw fail("\(place).policy", "\(policy) is neither \"greedy\" nor \"sampled\"; write one of them")
      }
      isGreedy = policy == .text("greedy")
    }
    return .init(
      episodes: try read("episodes", default: 10, atMost: 1_000_000), every: spacing,
      maximumSteps: try read("maximum_steps", default: 10_000, atMost: 1_000_000_000),
      isGreedy: isGreedy)
  }

  private static func columns(_ axes: [SweepAxes.Axis]) -> [Experiment.SweptColumn] {
    let paths = axes.map(\.path).filter { $0 != "algorithm.id" && $0 != "environment.id" }
    return paths.map { path in
      let last = path.split(separator: ".").last.map(String.init)!
      let clashes = paths.filter { $0.split(separator: ".").last.map(String.init) == last }.count > 1
      let isReserved =
        ["variant", "environment", "algorithm", "seed", "iteration", "episode", "step", "metric"].contains(last)
        || Metric(rawValue: last) != nil
      return Experiment.SweptColumn(
        path: path, name: clashes || isReserved ? path : last,
        isLogarithmic: axes.first { $0.path == path }?.isLogarithmic ?? false)
    }
  }

  // MARK: Errors

  /// An error of the configuration at a place.
  func fail(_ place: String, _ message: String) -> LabError {
    let parts = [source, place.isEmpty ? nil : place].compactMap { $0 }
    return LabError(.data, (parts + [message]).joined(separator: ": "))
  }

  func mend<R>(_ place: String, _ body: () throws(SettingProblem) -> R) throws(LabError) -> R {
    do throws(SettingProblem) {
      return try body()
    } catch { throw fail(place + error.place, error.message) }
  }
}
