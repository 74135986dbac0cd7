import RLCore

/// The options that every environment of numbered states and actions has beside `time_limit`: what may stand between the task and the agent.
///
/// Where the model is known, slips, repetitions and histories become part of it (``FiniteMDP/slipping(_:limit:)``, ``UnfoldedModel``), so
/// that planners and exact columns know the task that is really there; aggregation changes what learners see (``Observations``); noise has
/// mean 0, changes no value, and is added to samples alone. A task that declares an option of the same name keeps its own.
struct TaskOptions {
  /// States merged by a rule.
  enum Aggregation: Sendable, Equatable {
    /// So many states in a row.
    case groups(of: Int)
    /// A group for each state.
    case listed([Int])
    /// The states of each group; all others stay alone.
    case members([[Int]])
    /// Blocks of a grid.
    case blocks(rows: Int, columns: Int)
  }

  static let sticky = Parameter.real(
    "sticky_actions", symbol: "ς", default: 0, in: .unit,
    "chance that the action carried out last happens again in place of the chosen one; that action is part of the state"
  )
  static let slip = Parameter.real(
    "slip", default: 0, in: .unit, "chance that another action happens than the chosen one, each other one alike")
  static let noise = Parameter.real(
    "reward_noise", symbol: "σ", default: 0, in: .nonnegative,
    "standard deviation of a normal number that is added to every reward; values do not change")
  static let history = Parameter.integer(
    "history", symbol: "k", default: 1, in: 1...64, "how many of the latest observations are the state")
  static let aggregate = Parameter<Aggregation?>(
    "aggregate", type: "whole number, list, {rows, columns} or null", default: .null,
    range: "[1, ∞) states in a row, a group for each state, the states of each group, or the size of a grid's blocks",
    "which states look alike to learners; null for none"
  ) { setting throws(SettingProblem) in try Aggregation(setting) }

  static let declarations = [
    sticky.declaration, slip.declaration, noise.declaration, aggregate.declaration, history.declaration,
  ]

  /// The options that a task of one's own does not declare itself.
  static func declarations(beside own: [ParameterDeclaration]) -> [ParameterDeclaration] {
    declarations.filter { option in !own.contains { $0.name == option.name } }
  }

  private let own: [ParameterDeclaration]
  private let settings: Settings

  /// Reads the options of a task.
  ///
  /// - Parameter own: What the task declares itself.
  init(_ settings: Settings, beside own: [ParameterDeclaration]) {
    self.settings = settings
    self.own = own
  }

  private func value<V>(_ parameter: Parameter<V>, else none: V) -> V {
    own.contains { $0.name == parameter.declaration.name } ? none : settings[parameter]
  }

  /// What stands between a finite task and the agent beside its model: the noise; nil for nothing.
  var noise: WrappedTask.Options? {
    var options = WrappedTask.Options()
    options.noise = value(Self.noise, else: 0)
    return options.noise > 0 ? options : nil
  }

  /// A finite task as the options make it, but for the noise.
  ///
  /// - Throws: ``SettingProblem`` at the option that does not fit the task.
  func applied(to task: FiniteTask) throws(SettingProblem) -> FiniteTask {
    var task = task
    if let rule = value(Self.aggregate, else: nil) {
      try SettingProblem.at(".aggregate") { () throws(SettingProblem) in
        let numbers = try rule.numbers(of: task.observations?.count ?? task.model.stateCount, grid: task.grid)
        let groups = (0..<task.model.stateCount).map { Int(numbers[task.observations?[$0] ?? $0]) }
        task.observations = try Observations(groups, of: task.model)
      }
    }
    let slip = value(Self.slip, else: 0)
    if slip > 0 {
      try SettingProblem.at(".slip") { () throws(SettingProblem) in task.model = try task.model.slipping(slip) }
    }
    let sticky = value(Self.sticky, else: 0)
    if sticky > 0 {
      try SettingProblem.at(".sticky_actions") { () throws(SettingProblem) in
        try task.unfold(UnfoldedModel(sticky: sticky, task.model))
      }
    }
    let history = value(Self.history, else: 1)
    if history > 1 {
      try SettingProblem.at(".history") { () throws(SettingProblem) in
        try task.unfold(UnfoldedModel(history: history, task.model, observations: task.observations))
      }
    }
    return task
  }

  /// What stands between a task that gives samples only and the agent; nil for nothing.
  ///
  /// - Throws: ``SettingProblem`` at the option that does not fit the task.
  func wrapping(of space: ActionSpace) throws(SettingProblem) -> WrappedTask.Options? {
    var options = WrappedTask.Options()
    options.sticky = value(Self.sticky, else: 0)
    options.slip = value(Self.slip, else: 0)
    options.noise = value(Self.noise, else: 0)
    options.history = value(Self.history, else: 1)
    if let rule = value(Self.aggregate, else: nil) {
      try SettingProblem.at(".aggregate") { () throws(SettingProblem) in
        options.groups = try rule.numbers(of: space.stateCount, grid: nil)
      }
    }
    return options == WrappedTask.Options() ? nil : options
  }
}

extension FiniteTask {
  /// Goes over to states with memories.
  fileprivate mutating func unfold(_ unfolded: UnfoldedModel) throws(SettingProblem) {
    observations = try unfolded.observations(observations)
    model = unfolded.model
    (grid, tokens, heldOut) = (nil, nil, nil)
  }
}

extension TaskOptions.Aggregation {
  /// Reads a whole number, a list of groups, a list of lists of states, or `{rows, columns}`.
  init?(_ setting: Setting) throws(SettingProblem) {
    if setting == .null { return nil }
    if let fields = setting.fields {
      for field in fields where field.key != "rows" && field.key != "columns" {
        throw SettingProblem("a block has no \"\(field.key)\"; write {rows: 2, columns: 2}", at: ".\(field.key)")
      }
      func side(_ key: String) throws(SettingProblem) -> Int {
        try setting.read(key) { side throws(SettingProblem) in try Interval.whole(side, in: 1...1_000_000) } ?? 1
      }
      if fields.isEmpty { throw SettingProblem("the block has no size; write {rows: 2, columns: 2}") }
      self = .blocks(rows: try side("rows"), columns: try side("columns"))
      return
    }
    guard let elements = setting.elements else {
      guard setting.number != nil else {
        throw SettingProblem(
          "\(setting) is \(setting.kind); write how many states form a group, a list of groups, or {rows, columns}")
      }
      self = .groups(of: try Interval.whole(setting, in: 1...1_000_000_000))
      return
    }
    if elements.isEmpty { throw SettingProblem("the list is empty; give a group for each state") }
    func number(_ element: Setting, _ place: String) throws(SettingProblem) -> Int {
      try SettingProblem.at(place) { () throws(SettingProblem) in try Interval.whole(element, in: 0...1_000_000_000) }
    }
    if elements.allSatisfy({ $0.elements != nil }) {
      var groups: [[Int]] = []
      for (index, element) in elements.enumerated() {
        var group: [Int] = []
        for (place, member) in element.elements!.enumerated() {
          group.append(try number(member, "[\(index)][\(place)]"))
        }
        groups.append(group)
      }
      self = .members(groups)
    } else {
      var groups: [Int] = []
      for (index, element) in elements.enumerated() { groups.append(try number(element, "[\(index)]")) }
      self = .listed(groups)
    }
  }

  /// The group of each state, 0, 1, … without a gap, in the order of the first state of each (of `listed`: of the groups' own numbers).
  func numbers(of states: Int, grid: GridLayout?) throws(SettingProblem) -> [Int32] {
    var keys: [Int]
    switch self {
    case .groups(let size): keys = (0..<states).map { $0 / size }
    case .listed(let groups):
      guard groups.count == states else {
        throw SettingProblem("the list has \(groups.count) groups; give \(states), one a state")
      }
      keys = groups
    case .members(let groups):
      keys = [Int](repeating: -1, count: states)
      for (index, group) in groups.enumerated() {
        for (place, state) in group.enumerated() {
          guard state < states else {
            throw SettingProblem(
              "there is no state \(state); give numbers in [0, \(states))", at: "[\(index)][\(place)]")
          }
          if keys[state] >= 0 {
            throw SettingProblem("state \(state) comes twice; keep one", at: "[\(index)][\(place)]")
          }
          keys[state] = index
        }
      }
      var first: [Int: Int] = [:]
      for state in 0..<states {
        let key = keys[state] < 0 ? groups.count + state : keys[state]
        keys[state] = first[key] ?? state
        if first[key] == nil { first[key] = state }
      }
    case .blocks(let rows, let columns):
      guard let grid, grid.rows * grid.columns == states else {
        throw SettingProblem("the states lie on no grid; give how many form a group, or a list of groups")
      }
      let across = (grid.columns + columns - 1) / columns
      keys = (0..<states).map { $0 / grid.columns / rows * across + $0 % grid.columns / columns }
    }
    var ranks: [Int: Int32] = [:]
    for (rank, key) in Set(keys).sorted().enumerated() { ranks[key] = Int32(rank) }
    return keys.map { ranks[$0]! }
  }
}
