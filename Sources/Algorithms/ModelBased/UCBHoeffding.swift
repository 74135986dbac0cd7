import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// UCB-H: Q-learning that needs no model to explore well, with a bonus by Hoeffding's inequality and step sizes that favour what came late.
///
///     Q_h(s, a) ← (1 − α_t) Q_h(s, a) + α_t [R + V_{h+1}(S′) + b_t]
///     V_h(s) = min { (H − h) R_max, max_a Q_h(s, a) }
///     α_t = (H + 1) / (H + t),   b_t = c (R_max − R_min) √(H³ ι / t),   ι = ln(S A T / δ)      Jin, Allen-Zhu, Bubeck & Jordan (2018), algorithm 1
///
/// for the `t`-th update of a pair at step `h`, with `T` the steps so far. Its regret over `T` steps is of the order `√(H⁴ S A T)`, with a `c` of
/// some size; on small tasks the default, a hundredth, is already thorough. Episodes of more than `H` steps begin anew there; reported are, for each state, the values at the step at which it was met most often.
///
/// A step takes a logarithm and a root for the bonus, which is two thirds of its time, and tables are `H` times as large.
public struct UCBHoeffding: TabularLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "ucb-h", summary: "control: optimistic Q-learning over a horizon, with a bonus by Hoeffding's inequality",
    source: "Jin, Allen-Zhu, Bubeck & Jordan (2018)",
    equation: "Q_h ← (1 − α_t) Q_h + α_t [R + V_{h+1}(S′) + c √(H³ ι / t)], α_t = (H + 1) / (H + t)",
    parameters: GuaranteeParameters.overHorizon)

  /// There is no discounting within the horizon.
  public var gamma: Double { 1 }
  private let width: Double
  private let delta: Double
  private let greatest: Double
  private var values: LayeredValues
  private var counts: Table<Int>
  private var h = 0
  private var steps = 0

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    let greatest = try GuaranteeParameters.greatest(settings, context, for: Self.id)
    let range = try GuaranteeParameters.range(settings, context, for: Self.id)
    let entries = try GuaranteeParameters.layered(settings, context, for: Self.id)
    let horizon = settings[GuaranteeParameters.horizon]
    self.greatest = greatest
    width = settings[GuaranteeParameters.c] * range * (Double(horizon) * Double(horizon) * Double(horizon)).squareRoot()
    delta = settings[GuaranteeParameters.delta]
    values = LayeredValues(context.space, horizon: horizon, greatest: greatest)
    counts = Table(entries, repeating: 0)
  }

  /// The value of an action at a step of the horizon.
  public func value(step: Int, state: Int, action: Int) -> Double { values.q[values.row(step, state) + action] }

  /// Moves the value of a pair at a step of the horizon.
  ///
  /// - Parameter step: In `[0, H)`.
  /// - Returns: The step size α.
  @discardableResult
  public mutating func update(_ t: Transition, step: Int) -> Double {
    let space = values.space
    let place = values.row(step, t.state) + t.action
    steps += 1
    counts[place] += 1
    let count = Double(counts[place])
    let horizon = Double(values.horizon)
    let stepSize = (horizon + 1) / (horizon + count)
    let term = log(Double(space.stateCount) * Double(space.width) * Double(steps) / delta)
    let bonus = width * (max(0, term) / count).squareRoot()
    let bound = LayeredValues.bound(values.horizon - step - 1, greatest)
    let next = t.terminated ? 0 : min(bound, values.value(step + 1, t.next))
    values.q[place] = (1 - stepSize) * values.q[place] + stepSize * (t.reward + next + bonus)
    return stepSize
  }

  private mutating func choose(in state: Int, using stream: inout RandomStream) -> Int {
    values.visits[h * values.space.stateCount + state] += 1
    return values.action(h, state, using: &stream)
  }

  /// Begins an episode.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    h = 0
    return choose(in: state, using: &stream)
  }

  /// Learns from a step, then chooses from the changed values.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    update(t, step: h)
    if t.isLast { return 0 }
    h = h + 1 == values.horizon ? 0 : h + 1
    return choose(in: t.next, using: &stream)
  }

  /// The optimistic action values, and the greedy policy, which acts.
  public func report(into report: inout LearnerReport) { values.report(into: &report) }

  /// Appends the tables.
  public func save(to writer: inout StateWriter) {
    values.save(to: &writer)
    counts.save(to: &writer)
    writer.write(h)
    writer.write(steps)
  }

  /// Takes up the tables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try values.restore(from: &reader)
    try counts.restore(from: &reader)
    h = try reader.integer()
    steps = try reader.integer()
    guard (0..<values.horizon).contains(h) else { throw StateError("step \(h) of a horizon of \(values.horizon)") }
  }
}
