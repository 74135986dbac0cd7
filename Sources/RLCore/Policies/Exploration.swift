#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How a control method explores around its action values: epsilon-greedily, or by a softmax of them.
public struct Exploration: Sendable {
  /// The rule.
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
  /// What a learner that explores this way declares.
  public static let parameters = [epsilonParameter.declaration, rule.declaration, temperatureParameter.declaration]

  @usableFromInline let isSoftmax: Bool
  @usableFromInline var chance: Chance
  /// The chance of a random action now.
  public private(set) var epsilon: Double
  /// The temperature now.
  public private(set) var temperature: Double
  private let epsilonSchedule: Schedule
  private let temperatureSchedule: Schedule

  /// Reads the settings that ``parameters`` declares.
  public init(_ settings: Settings) {
    isSoftmax = settings[Self.rule] == .softmax
    epsilonSchedule = settings[Self.epsilonParameter]
    temperatureSchedule = settings[Self.temperatureParameter]
    epsilon = epsilonSchedule.value(at: 0)
    temperature = temperatureSchedule.value(at: 0)
    chance = Chance(epsilon)
  }

  /// Epsilon-greedy, whatever other settings say.
  public init(epsilon schedule: Schedule) {
    isSoftmax = false
    epsilonSchedule = schedule
    temperatureSchedule = .constant(1)
    epsilon = schedule.value(at: 0)
    temperature = 1
    chance = Chance(epsilon)
  }

  /// Whether a parameter changes with time.
  public var isScheduled: Bool { !epsilonSchedule.isConstant || !temperatureSchedule.isConstant }

  /// Sets the parameters that change with time.
  public mutating func adjust(to time: Double) {
    epsilon = epsilonSchedule.value(at: time)
    temperature = temperatureSchedule.value(at: time)
    chance = Chance(epsilon)
  }

  /// Draws an action.
  @inlinable @inline(__always)
  public func action(_ q: borrowing ActionValues, in state: Int, using stream: inout RandomStream) -> Int {
    if isSoftmax { return softmaxAction(q, in: state, using: &stream) }
    if chance.contains(stream.next()) { return stream.uniform(below: q.actions(in: state)) }
    return q.greedyAction(in: state, using: &stream)
  }

  @usableFromInline
  func softmaxAction(_ q: borrowing ActionValues, in state: Int, using stream: inout RandomStream) -> Int {
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

  /// The probability of each action of a state, into `probabilities[0..<actions]`.
  @inlinable
  public func write(_ q: borrowing ActionValues, in state: Int, into probabilities: UnsafeMutablePointer<Double>) {
    let count = q.actions(in: state)
    if count == 0 { return }
    let best = q.maximum(in: state)
    if isSoftmax {
      var total = 0.0
      for action in 0..<count {
        probabilities[action] = exponential((q[state, action] - best) / temperature)
        total += probabilities[action]
      }
      for action in 0..<count { probabilities[action] /= total }
      return
    }
    var ties = 0
    for action in 0..<count where q[state, action] == best { ties += 1 }
    let each = epsilon / Double(count)
    let greedy = (1 - epsilon) / Double(max(1, ties))
    for action in 0..<count { probabilities[action] = each + (q[state, action] == best ? greedy : 0) }
  }

  @usableFromInline func exponential(_ x: Double) -> Double { exp(x) }

  /// `Σ_a π(a|s) Q(s, a)`: the expected value of the policy in a state, ties of greedy actions split evenly.
  @inlinable
  public func expectation(_ q: borrowing ActionValues, in state: Int) -> Double {
    let count = q.actions(in: state)
    let best = q.maximum(in: state)
    if !isSoftmax {
      var sum = 0.0
      for action in 0..<count { sum += q[state, action] }
      return epsilon * (sum / Double(count)) + (1 - epsilon) * best
    }
    var total = 0.0
    var sum = 0.0
    for action in 0..<count {
      let weight = exponential((q[state, action] - best) / temperature)
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
