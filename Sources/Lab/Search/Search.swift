import RLCore
import Synchronization

/// A search whose configurations are drawn and checked, and who makes their variants for any budget.
final class Search: Sendable {
  /// What the search goes over: one of a configuration's `variants`, or the configuration itself.
  struct Base: Sendable {
    let place: String
    /// The name that the configuration gives it, if it has one.
    let name: String?
    let unit: Budget.Unit
    /// The rows of the whole budget, which all rungs share.
    let every: Int
    /// Each with its rungs, from the smallest budget to the whole one.
    let brackets: [[SearchPlan.Rung]]
    /// For each bracket its configurations: the tree, and the values of the dimensions.
    let candidates: [[(tree: Setting, values: [Setting?])]]
  }

  let plan: SearchPlan
  let space: SearchSpace
  let bases: [Base]
  /// The columns of the results: the parameters, and the budget where there are several.
  let columns: [Experiment.SweptColumn]
  private let axes: [SweepAxes.Axis]
  private let resolver: Resolver
  private let root: UInt64
  private let tasks = Mutex<[String: GroundTruth]>([:])

  /// Draws the configurations and checks them with the first budget.
  init(
    _ setting: Setting, bases: [(place: String, name: String?, tree: Setting)], resolver: Resolver, root: UInt64
  ) throws(LabError) {
    self.resolver = resolver
    self.root = root
    let (plan, space) = try resolver.mend("search") { () throws(SettingProblem) in
      (
        try SearchPlan(setting),
        try SearchSpace(setting["parameters"], keys: resolver.outline?.keys["search.parameters"] ?? [], root: root)
      )
    }
    self.plan = plan
    self.space = space
    var made: [Base] = []
    for (place, name, tree) in bases {
      let first = space.draw(1, over: tree)[0]
      let whole = try tasks.withLock { tasks throws(LabError) in
        try resolver.variant(
          first.tree, place: place, givenName: name, values: [], swept: [], rootSeed: root, tasks: &tasks)
      }
      let brackets = try resolver.mend("search") { () throws(SettingProblem) in
        try plan.brackets(upTo: whole.budget.count)
      }
      let count = brackets.reduce(0) { $0 + $1[0].count }
      if count > SearchPlan.most {
        throw resolver.fail("search", "\(count) configurations are too many; at most \(SearchPlan.most) fit")
      }
      var left = space.draw(count, over: tree)[...]
      let candidates = brackets.map { rungs in
        let own = Array(left.prefix(rungs[0].count))
        left = left.dropFirst(own.count)
        return own
      }
      made.append(
        Base(
          place: place, name: name, unit: whole.budget.unit, every: whole.record.every, brackets: brackets,
          candidates: candidates))
    }
    self.bases = made
    var axes = space.dimensions.map { $0.axis([]) }
    if made.contains(where: { $0.brackets.contains { $0.count > 1 } }) {
      let units = made.map(\.unit.rawValue)
      axes.append(
        .init(
          path: units.allSatisfy { $0 == units[0] } ? "budget." + units[0] : "budget.count", values: [],
          isLogarithmic: true, condition: []))
    }
    self.axes = axes
    columns = SweepAxes(groups: axes.map { [$0] }).columns
  }

  /// How many trials there are at most, for one seed.
  var mostVariants: Int { bases.reduce(0) { $0 + $1.brackets.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } } } }

  /// By which metric of the results configurations are judged.
  ///
  /// - Throws: ``LabError`` (65) where no trial has recorded what the search asks for.
  func metric(in stored: StoredExperiment) throws(LabError) -> String {
    let recorded = try stored.reader().metrics
    if let wanted = plan.metric, !recorded.contains(wanted) {
      throw resolver.unrecorded(wanted, place: "search.metric", by: "the trials", recorded: recorded)
    }
    return try MetricChoice.metric(plan.metric, in: [stored])
  }

  /// One configuration with the budget of a rung.
  ///
  /// - Throws: ``LabError`` (65) where it cannot be, with the drawn values.
  func variant(_ base: Int, bracket: Int, rung: Int, candidate: Int) throws(LabError) -> Variant {
    let (owner, drawn) = (bases[base], bases[base].candidates[bracket][candidate])
    let budget = owner.brackets[bracket][rung].budget
    var tree = drawn.tree.setting(["budget"], to: .object([.init(owner.unit.rawValue, .integer(budget))]))
    tree = tree.setting(["record", "every"], to: .integer(min(owner.every, budget)))
    let values = drawn.values + (axes.count > drawn.values.count ? [Setting.integer(budget)] : [])
    let named = Array(zip(axes, values))
    let swept = named.filter { axis, _ in columns.contains { $0.path == axis.path } }.map(\.1)
    do throws(LabError) {
      return try tasks.withLock { tasks throws(LabError) in
        try resolver.variant(
          tree, place: owner.place, givenName: owner.name, values: named, swept: swept, rootSeed: root, tasks: &tasks)
      }
    } catch {
      let drawn = named.compactMap { axis, value in value.map { "\(axis.path) = \($0)" } }.joined(separator: ", ")
      throw LabError(error.kind, "\(error.message) (drawn: \(drawn))")
    }
  }
}
