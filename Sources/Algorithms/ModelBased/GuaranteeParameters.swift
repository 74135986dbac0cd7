import RLCore

/// What the methods share whose exploration comes with a guarantee.
enum GuaranteeParameters {
  /// A discount rate below 1: values must have a bound.
  static let gamma = Parameter<Double>.real(
    "gamma", symbol: "γ", default: 0.95, in: .halfOpen(0, 1), "discount rate, below 1")
  /// What is thought possible where nothing is known.
  static let greatestReward = Parameter<Double?>.optionalReal(
    "r_max", symbol: "R_max", "the greatest mean reward of a step; null for that of the task's model")
  /// The least of it.
  static let leastReward = Parameter<Double?>.optionalReal(
    "r_min", symbol: "R_min", "the least mean reward of a step; null for that of the task's model")
  /// How many steps are planned ahead.
  static let horizon = Parameter<Int>.integer(
    "horizon", symbol: "H", default: 20, in: 1...100_000,
    "steps that values look ahead; an episode that goes on longer begins anew there")
  /// The weight of the bonus.
  static let c = Parameter<Double>.real("c", symbol: "c", default: 0.01, in: .nonnegative, "weight of the bonus")
  /// The chance that the bounds may fail.
  static let delta = Parameter<Double>.real(
    "delta", symbol: "δ", default: 0.05, in: .open(0, 1), "chance with which the bounds may fail")
  /// What methods declare that look ahead over a horizon with a bonus.
  static let overHorizon = [
    horizon.declaration, c.declaration, delta.declaration, greatestReward.declaration, leastReward.declaration,
  ]

  /// The greatest mean reward, as given or of the model.
  static func greatest(
    _ settings: Settings, _ context: LearnerContext, for id: String
  ) throws(SettingProblem) -> Double {
    if let given = settings[greatestReward] { return given }
    guard let most = context.model?.expectedRewards.max() else {
      throw SettingProblem("\"\(id)\" needs \"r_max\" where the task has no model; give a number", at: ".r_max")
    }
    return most
  }

  /// The width of the range of mean rewards, as given or of the model; 0, the worth of what follows the end, is one of them where the task
  /// can end.
  static func range(
    _ settings: Settings, _ context: LearnerContext, for id: String
  ) throws(SettingProblem) -> Double {
    let greatest = try greatest(settings, context, for: id)
    guard let least = settings[leastReward] ?? context.model?.expectedRewards.min() else {
      throw SettingProblem("\"\(id)\" needs \"r_min\" where the task has no model; give a number", at: ".r_min")
    }
    if least > greatest {
      throw SettingProblem("\(least) is above the greatest reward, \(greatest); give a lesser number", at: ".r_min")
    }
    return context.model?.isContinuing == true ? greatest - least : max(0, greatest) - min(0, least)
  }

  /// The number of values of a table with a layer for each step of the horizon, where it is not too large.
  static func layered(
    _ settings: Settings, _ context: LearnerContext, for id: String
  ) throws(SettingProblem) -> Int {
    let (horizon, slots) = (settings[horizon], context.space.slotCount)
    guard slots <= (1 << 27) / horizon else {
      throw SettingProblem(
        "\"\(id)\" keeps \(horizon) × \(slots) values, too many; choose a horizon of at most \((1 << 27) / slots)",
        at: ".horizon")
    }
    return horizon * slots
  }
}

/// Action values with a layer for each step of a horizon, and how often each state was met in each layer.
struct LayeredValues: ~Copyable {
  let space: ActionSpace
  let horizon: Int
  var q: Table<Double>
  var visits: Table<Int>

  /// Values that start with the most that is left to earn: `(H − h) r`, or 0 where rewards are negative and an end may come.
  init(_ space: ActionSpace, horizon: Int, greatest: Double) {
    self.space = space
    self.horizon = horizon
    q = Table(horizon * space.slotCount, repeating: 0)
    visits = Table(horizon * space.stateCount, repeating: 0)
    for h in 0..<horizon {
      let bound = Self.bound(horizon - h, greatest)
      for slot in 0..<space.slotCount { q[h * space.slotCount + slot] = bound }
    }
  }

  static func bound(_ left: Int, _ greatest: Double) -> Double { Double(left) * max(0, greatest) }

  @inline(__always)
  func row(_ h: Int, _ state: Int) -> Int { h * space.slotCount + state * space.width }

  /// `max_a Q_h(s, a)`; 0 beyond the horizon.
  func value(_ h: Int, _ state: Int) -> Double {
    if h == horizon { return 0 }
    let first = row(h, state)
    var best = q[first]
    for action in 1..<max(1, space.actions(in: state)) { best = max(best, q[first + action]) }
    return best
  }

  /// A best action in a layer, ties broken at random. One word where there is a tie.
  func action(_ h: Int, _ state: Int, using stream: inout RandomStream) -> Int {
    let first = row(h, state)
    let count = space.actions(in: state)
    let best = value(h, state)
    var ties = 0
    for action in 0..<count where q[first + action] == best { ties += 1 }
    var left = ties > 1 ? stream.uniform(below: ties) : 0
    for action in 0..<count where q[first + action] == best {
      if left == 0 { return action }
      left -= 1
    }
    return 0
  }

  /// The values of each state in the layer in which it was met most often, and the greedy policy in them.
  func report(into report: inout LearnerReport) {
    report.makeRoom(for: space)
    let values = ActionValues(space, initial: 0)
    for state in 0..<space.stateCount {
      var layer = 0
      for h in 1..<max(1, horizon)
      where visits[h * space.stateCount + state] > visits[layer * space.stateCount + state] { layer = h }
      let first = row(layer, state)
      for action in 0..<space.actions(in: state) { values[state, action] = q[first + action] }
    }
    values.withSlots { report.actionValues = Array($0) }
    values.writeGreedy(into: &report.targetPolicy)
    report.behaviorPolicy = report.targetPolicy
  }
}

extension LayeredValues: Checkpointable {
  func save(to writer: inout StateWriter) {
    q.save(to: &writer)
    visits.save(to: &writer)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    try q.restore(from: &reader)
    try visits.restore(from: &reader)
  }
}
