import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// UCB-VI: optimistic value iteration on the model seen so far, with a bonus for what was seldom seen.
///
///     Q_h(s, a) = min { Q_h(s, a) of before, (H − h) R_max, r̂ + b + Σ p̂(s′|s, a) max_a′ Q_{h+1}(s′, a′) }
///     b = c H (R_max − R_min) L / √N(s, a),   L = ln(5 S A T / δ)          Azar, Osband & Munos (2017), algorithms 1 to 3 (UCBVI-CH)
///
/// for `S` states, `A` actions and `T` steps so far. Its regret over `T` steps is of the order `√(H³ S A T)`, with the paper's `c = 7`. That
/// explores for very long: on small tasks the default, a hundredth, is already thorough. The model does not depend on the step of the episode. Episodes of more than `H` steps begin anew there; reported
/// are, for each state, the values at the step at which it was met most often.
///
/// A step costs next to nothing, but before every episode all pairs seen are backed up `H` times.
public struct UCBVI: TabularLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "ucb-vi", summary: "model-based control: optimistic value iteration over a horizon, with a bonus",
    source: "Azar, Osband & Munos (2017)",
    equation: "Q_h = min { Q_h, (H − h) R_max, r̂ + c H L / √N + Σ p̂ max Q_{h+1} }",
    parameters: GuaranteeParameters.overHorizon)

  /// There is no discounting within the horizon.
  public var gamma: Double { 1 }
  private let width: Double
  private let delta: Double
  private let greatest: Double
  private var values: LayeredValues
  private var model: EmpiricalModel
  private var seen = GrowingTable<Int>()
  private let next: Table<Double>
  private var h = 0
  private var steps = 0

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    let greatest = try GuaranteeParameters.greatest(settings, context, for: Self.id)
    let range = try GuaranteeParameters.range(settings, context, for: Self.id)
    _ = try GuaranteeParameters.layered(settings, context, for: Self.id)
    let horizon = settings[GuaranteeParameters.horizon]
    self.greatest = greatest
    width = settings[GuaranteeParameters.c] * Double(horizon) * range
    delta = settings[GuaranteeParameters.delta]
    values = LayeredValues(context.space, horizon: horizon, greatest: greatest)
    model = EmpiricalModel(entries: context.space.slotCount)
    next = Table(context.space.stateCount, repeating: 0)
  }

  /// The value of an action at a step of the horizon.
  public func value(step: Int, state: Int, action: Int) -> Double { values.q[values.row(step, state) + action] }

  /// Takes a step into the model.
  public mutating func observe(_ t: Transition) {
    let slot = t.state * values.space.width + t.action
    if model.visits[slot] == 0 { seen.append(slot) }
    model.observe(slot, reward: t.reward, next: t.terminated ? nil : t.next)
    steps += 1
  }

  /// Backs up all pairs seen, from the horizon's end to its beginning.
  public mutating func plan() {
    let space = values.space
    let states = Double(space.stateCount)
    let factor = width * log(5 * states * Double(space.width) * Double(max(1, steps)) / delta)
    next.fill(with: 0)
    for h in stride(from: values.horizon - 1, through: 0, by: -1) {
      let bound = LayeredValues.bound(values.horizon - h, greatest)
      for k in 0..<seen.count {
        let slot = seen[k]
        let bonus = factor / Double(model.visits[slot]).squareRoot()
        let value = model.reward(slot) + bonus + model.expectedNext(of: slot) { next[$0] }
        let place = h * space.slotCount + slot
        values.q[place] = min(values.q[place], bound, value)
      }
      for state in 0..<space.stateCount { next[state] = values.value(h, state) }
    }
  }

  private mutating func choose(in state: Int, using stream: inout RandomStream) -> Int {
    values.visits[h * values.space.stateCount + state] += 1
    return values.action(h, state, using: &stream)
  }

  /// Plans, and begins an episode.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    h = 0
    plan()
    return choose(in: state, using: &stream)
  }

  /// Takes a step into the model, then chooses; plans anew where the horizon ends.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    observe(t)
    if t.isLast { return 0 }
    h += 1
    if h == values.horizon { return begin(in: t.next, using: &stream) }
    return choose(in: t.next, using: &stream)
  }

  /// The optimistic action values, and the greedy policy, which acts.
  public func report(into report: inout LearnerReport) { values.report(into: &report) }

  /// Appends what was seen, and the values.
  public func save(to writer: inout StateWriter) {
    values.save(to: &writer)
    model.save(to: &writer)
    seen.save(to: &writer)
    writer.write(h)
    writer.write(steps)
  }

  /// Takes up what was seen, and the values.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try values.restore(from: &reader)
    try model.restore(from: &reader)
    try seen.restore(from: &reader)
    h = try reader.integer()
    steps = try reader.integer()
    guard (0..<values.horizon).contains(h) else { throw StateError("step \(h) of a horizon of \(values.horizon)") }
  }
}
