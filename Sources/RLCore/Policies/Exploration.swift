#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How a control method acts: epsilon-greedily in its action values, by a softmax of them, or, where it learns off-policy, by a fixed policy.
public struct Exploration: Sendable {
  /// A rule that follows the action values.
  public enum Rule: String, Sendable, CaseIterable {
    /// Any action with probability ε, a greedy one otherwise; ties are broken at random (Sutton & Barto, 2018, section 2.2).
    case epsilonGreedy = "epsilon-greedy"
    /// Actions with probability proportional to `exp(Q(s, a) / temperature)` (Sutton & Barto, 2018, exercise 2.9).
    case softmax
  }

  /// Which rule.
  public static let rule = Parameter<Rule>.choice("behavior", default: .epsilonGreedy, "the policy that acts")
  /// The chance of ε.
  public static let epsilonParameter = Parameter<Schedule>.schedule(
    "epsilon", symbol: "ε", default: 0.1, in: .unit, "chance of a random action")
  /// The temperature of the softmax.
  public static let temperatureParameter = Parameter<Schedule>.schedule(
    "temperature", symbol: "τ", default: 1, in: .positive, "temperature of the softmax policy, in units of return")
  /// What an on-policy learner that explores this way declares.
  public static let parameters = [epsilonParameter.declaration, rule.declaration, temperatureParameter.declaration]

  @usableFromInline let isSpecial: Bool
  @usableFromInline var chance: Chance
  /// The chance of a random action now.
  public internal(set) var epsilon: Double
  /// The temperature now.
  public internal(set) var temperature: Double
  private let epsilonSchedule: Schedule
  private let temperatureSchedule: Schedule
  /// The policy that acts, where it does not follow the action values.
  @usableFromInline let fixed: SharedPolicy?

  /// Reads the settings that ``parameters`` declares.
  public init(_ settings: Settings) {
    self.init(
      rule: settings[Self.rule], epsilon: settings[Self.epsilonParameter],
      temperature: settings[Self.temperatureParameter])
  }

  /// Epsilon-greedy, whatever other settings say.
  public init(epsilon: Schedule) { self.init(rule: .epsilonGreedy, epsilon: epsilon, temperature: .constant(1)) }

  /// A softmax, whatever other settings say.
  public init(temperature: Schedule) { self.init(rule: .softmax, epsilon: .constant(0), temperature: temperature) }

  init(rule: Rule, epsilon: Schedule, temperature: Schedule, fixed: SharedPolicy? = nil) {
    isSpecial = rule == .softmax || fixed != nil
    epsilonSchedule = epsilon
    temperatureSchedule = temperature
    self.fixed = fixed
    self.epsilon = epsilon.value(at: 0)
    self.temperature = temperature.value(at: 0)
    chance = Chance(self.epsilon)
  }

  /// Whether actions are drawn from a softmax of their values, and not by chance.
  public var followsSoftmax: Bool { isSpecial && fixed == nil }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { fixed == nil && (!epsilonSchedule.isConstant || !temperatureSchedule.isConstant) }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    epsilon = epsilonSchedule.value(at: time)
    temperature = temperatureSchedule.value(at: time)
    chance = Chance(epsilon)
  }

  /// Draws an action.
  @inlinable @inline(__always)
  public func action(_ q: borrowing ActionValues, in state: Int, using stream: inout RandomStream) -> Int {
    // Handed over piece by piece: handing over the whole policy would copy it at every step.
    if isSpecial { return Self.specialAction(fixed, temperature, q, in: state, using: &stream) }
    if chance.contains(stream.next()) { return stream.uniform(below: q.actions(in: state)) }
    return q.greedyAction(in: state, using: &stream)
  }

  @usableFromInline
  static func specialAction(
    _ fixed: SharedPolicy?, _ temperature: Double, _ q: borrowing ActionValues, in state: Int,
    using stream: inout RandomStream
  ) -> Int {
    if let fixed { return fixed.table.action(in: state, using: &stream) }
    let count = q.actions(in: state)
    let best = q.maximum(in: state)
    var total = 0.0
    for action in 0..<count { total += exp((q[state, action] - best) / temperature) }
    let target = stream.uniform() * total
    var sum = 0.0
    for action in 0..<count {
      sum += exp((q[state, action] - best) / temperature)
      if target < sum { return action }
    }
    return count - 1
  }

  /// The probability of each action of a state, into `probabilities[0..<actions]`; ties of greedy actions split evenly.
  @inlinable
  public func write(_ q: borrowing ActionValues, in state: Int, into probabilities: UnsafeMutablePointer<Double>) {
    let count = q.actions(in: state)
    if count == 0 { return }
    if isSpecial {
      writeSpecial(q, in: state, into: probabilities)
      return
    }
    let best = q.maximum(in: state)
    var ties = 0
    for action in 0..<count where q[state, action] == best { ties += 1 }
    let each = epsilon / Double(count)
    let greedy = (1 - epsilon) / Double(max(1, ties))
    for action in 0..<count { probabilities[action] = each + (q[state, action] == best ? greedy : 0) }
  }

  @usableFromInline
  func writeSpecial(_ q: borrowing ActionValues, in state: Int, into probabilities: UnsafeMutablePointer<Double>) {
    let count = q.actions(in: state)
    if let fixed {
      for action in 0..<count { probabilities[action] = fixed.table[state, action] }
      return
    }
    let best = q.maximum(in: state)
    var total = 0.0
    for action in 0..<count {
      probabilities[action] = exp((q[state, action] - best) / temperature)
      total += probabilities[action]
    }
    for action in 0..<count { probabilities[action] /= total }
  }

  /// The probability of one action; ties of greedy actions split evenly.
  @inlinable @inline(__always)
  public func probability(of action: Int, _ q: borrowing ActionValues, in state: Int) -> Double {
    if isSpecial { return specialProbability(of: action, q, in: state) }
    let count = q.actions(in: state)
    let best = q.maximum(in: state)
    let each = epsilon / Double(count)
    if q[state, action] != best { return each }
    var ties = 0
    for other in 0..<count where q[state, other] == best { ties += 1 }
    return each + (1 - epsilon) / Double(ties)
  }

  @usableFromInline
  func specialProbability(of action: Int, _ q: borrowing ActionValues, in state: Int) -> Double {
    if let fixed { return fixed.table[state, action] }
    let best = q.maximum(in: state)
    var total = 0.0
    for other in 0..<q.actions(in: state) { total += exp((q[state, other] - best) / temperature) }
    return exp((q[state, action] - best) / temperature) / total
  }

  /// `Σ_a π(a|s) Q(s, a)`: the expected value of the policy in a state.
  @inlinable @inline(__always)
  public func expectation(_ q: borrowing ActionValues, in state: Int) -> Double {
    if isSpecial { return Self.specialExpectation(fixed, temperature, q, in: state) }
    let count = q.actions(in: state)
    var sum = 0.0
    for action in 0..<count { sum += q[state, action] }
    return epsilon * (sum / Double(count)) + (1 - epsilon) * q.maximum(in: state)
  }

  @usableFromInline
  static func specialExpectation(
    _ fixed: SharedPolicy?, _ temperature: Double, _ q: borrowing ActionValues, in state: Int
  ) -> Double {
    if let fixed { return fixed.table.expectation(q, in: state) }
    let best = q.maximum(in: state)
    var total = 0.0
    var sum = 0.0
    for action in 0..<q.actions(in: state) {
      let weight = exp((q[state, action] - best) / temperature)
      total += weight
      sum += weight * q[state, action]
    }
    return sum / total
  }

  /// Writes the policy, as a probability for each slot.
  public func write(_ q: borrowing ActionValues, into probabilities: inout [Double]) {
    probabilities.withUnsafeMutableBufferPointer { buffer in
      for state in 0..<q.space.stateCount {
        write(q, in: state, into: buffer.baseAddress! + state * q.space.width)
      }
    }
  }
}

/// A policy that several values may hold: made once, never changed.
@usableFromInline
final class SharedPolicy: @unchecked Sendable {
  let table: PolicyTable

  init(_ specification: PolicySpecification, context: LearnerContext, name: String) throws(SettingProblem) {
    table = try PolicyTable(specification, context: context, name: name)
  }
}
