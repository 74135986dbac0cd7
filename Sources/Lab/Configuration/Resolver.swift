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
    "name", "question", "environment", "algorithm", "stages", "budget", "seeds", "seed", "record", "sweep", "search",
    "variants", "confirm", "audit", "launch",
  ]
  /// What fits into memory: points of a sweep, trials of an experiment, recorded rows of a trial.
  private static let mostVariants = 100_000.0
  static let mostTrials = 1e7
  static let mostRows = 10_000_000
  /// How many variants are begun at most to see what they record.
  private static let mostTried = 200

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
    if let setting = root["search"] {
      return try searchExperiment(setting, root, name: name, rootSeed: rootSeed, seeds: seeds)
    }
    let axes = try root["sweep"].map { sweep throws(LabError) in
      try mend("sweep") { () throws(SettingProblem) in
        try SweepAxes(sweep, keys: outline?.keys["sweep"] ?? [], root: rootSeed)
      }
    }
    let columns = axes?.columns ?? []
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
    let confirm = try confirmation(root)
    try checkRecorded(confirm?.metric, place: "confirm.metric", variants: variants, root: rootSeed, seed: seeds[0])
    return Experiment(
      name: name, root: rootSeed, seeds: seeds, variants: variants, columns: columns, configuration: root,
      confirm: confirm, launch: try part(root, "launch", LaunchOptions.init) ?? LaunchOptions())
  }

  /// The experiment of a search: its variants are those of the first budgets.
  private func searchExperiment(
    _ setting: Setting, _ root: Setting, name: String, rootSeed: UInt64, seeds: [UInt64]
  ) throws(LabError) -> Experiment {
    if root["sweep"] != nil {
      throw fail("search", "\"sweep\" and \"search\" exclude each other; put the sweep's lists among search.parameters")
    }
    let search = try Search(setting, bases: try bases(root), resolver: self, root: rootSeed)
    var variants: [Variant] = []
    for (b, base) in search.bases.enumerated() {
      let first = variants.count
      for k in base.brackets.indices {
        for candidate in base.candidates[k].indices {
          let variant = try search.variant(b, bracket: k, rung: 0, candidate: candidate)
          try checkRows(variant, place: base.place.isEmpty ? "" : base.place + ".")
          variants.append(variant)
        }
      }
      try checkRecorded(
        search.plan.metric, place: "search.metric", variants: variants[first...], root: rootSeed, seed: seeds[0])
    }
    return Experiment(
      name: name, root: rootSeed, seeds: seeds, variants: variants, columns: search.columns, configuration: root,
      confirm: try confirmation(root), launch: try part(root, "launch", LaunchOptions.init) ?? LaunchOptions(),
      search: search)
  }

  /// Refuses keys that a configuration does not have.
  func checkKeys(_ root: Setting) throws(LabError) {
    guard let fields = root.fields else { throw fail("", "\(root.kind) is no configuration; write an object { ... }") }
    for field in fields where !Self.keys.contains(field.key) {
      throw fail(
        field.key, "a configuration has no \"\(field.key)\"; \(Spelling.hint(for: field.key, among: Self.keys))")
    }
  }

  /// Makes one task from the tree of its environment.
  func task(_ tree: Setting) throws(LabError) -> PreparedTask {
    let (entry, component) = try environment(tree, place: "environment")
    let task = try make(entry, component, place: "environment")
    if let error = task.unavailable { throw error }
    return task
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

  private func confirmation(_ root: Setting) throws(LabError) -> Confirmation.Plan? {
    let plan = try part(root, "confirm", Confirmation.Plan.init)
    if plan != nil && root["sweep"] == nil && root["search"] == nil {
      throw fail(
        "confirm", "there is no \"sweep\" or \"search\" whose best cells could be confirmed; add one, or leave it out")
    }
    return plan
  }

  /// What stands under a key of the configuration; nil where nothing does.
  private func part<Value>(
    _ root: Setting, _ key: String, _ read: (Setting) throws(SettingProblem) -> Value
  ) throws(LabError) -> Value? {
    guard let setting = root[key], setting != .null else { return nil }
    return try mend(key) { () throws(SettingProblem) in try read(setting) }
  }

  /// The trees over which the axes go: one for each of `variants`, or the configuration itself.
  private func bases(_ root: Setting) throws(LabError) -> [(place: String, name: String?, tree: Setting)] {
    let apart = ["variants", "sweep", "search", "confirm", "audit"]
    let common = Setting.object((root.fields ?? []).filter { !apart.contains($0.key) })
    guard let setting = root["variants"] else { return [("", nil, common)] }
    guard let list = setting.elements else {
      throw fail("variants", "\(setting.kind) is no list; write [{name: \"...\", algorithm: {...}}, ...]")
    }
    if list.isEmpty { throw fail("variants", "the list is empty; give at least one variant") }
    var bases: [(place: String, name: String?, tree: Setting)] = []
    let keys = ["name", "environment", "algorithm", "stages", "budget", "record"]
    for (index, element) in list.enumerated() {
      let place = "variants[\(index)]"
      guard let fields = element.fields else { throw fail(place, "\(element.kind) is no variant; write an object") }
      try mend(place) { () throws(SettingProblem) in try element.checkKeys(keys, of: "a variant") }
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

  /// One variant from the tree of its parts.
  func variant(
    _ tree: Setting, place: String, givenName: String?, values: [(SweepAxes.Axis, Setting?)], swept: [Setting?],
    rootSeed: UInt64, tasks: inout [String: GroundTruth]
  ) throws(LabError) -> Variant {
    let prefix = place.isEmpty ? "" : place + "."
    let tree = try staged(tree, prefix: prefix)
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
    let budget =
      try tree["budget"].map { setting throws(LabError) in
        try mend(prefix + "budget") { () throws(SettingProblem) in try Budget(setting, for: entry) }
      } ?? entry.defaultBudget(truth.task)
    if budget.unit == .episodes && truth.task.timeLimit == nil && !truth.task.canEnd {
      throw fail(
        prefix + "budget.episodes",
        "no episode of \"\(environment.id)\" ever ends; give a budget of steps, or set environment.time_limit")
    }
    let record = try mend(prefix + "record") { () throws(SettingProblem) in
      try RecordOptions(tree["record"] ?? .table([]), budget: budget, entry: entry, truth: truth)
    }
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
    if variant.task.unavailable != nil { return }
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

  /// Refuses a metric to choose by that no trial will record, before anything runs.
  private func checkRecorded(
    _ name: String?, place: String, variants: some Collection<Variant>, root: UInt64, seed: UInt64
  ) throws(LabError) {
    guard let name, let metric = Metric(rawValue: name) else { return }
    var recorded: [Metric] = []
    for variant in variants.prefix(Self.mostTried) {
      guard let metrics = variant.metrics(until: metric, root: root, seed: seed) else { return }
      if metrics.contains(metric) { return }
      recorded += metrics.filter { !recorded.contains($0) }
    }
    guard let first = variants.first, variants.count <= Self.mostTried else { return }
    throw unrecorded(
      name, place: place, by: "\(first.algorithm.id) on \(first.environment.id)", recorded: recorded.map(\.rawValue))
  }

  // MARK: Errors

  /// The error that a metric to choose by is in no results.
  func unrecorded(_ metric: String, place: String, by whom: String, recorded: [String]) -> LabError {
    let known = recorded.isEmpty ? "nothing is" : "give one of: " + recorded.joined(separator: ", ")
    return fail(place, "\"\(metric)\" is not recorded by \(whom); \(known)")
  }

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
