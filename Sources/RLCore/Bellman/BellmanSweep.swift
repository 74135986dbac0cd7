/// Full-width backups of a model over flat memory: the inner loop of every planner.
///
///     (T v)(s)   = max_a [r(s, a) + γ Σ_s′ p(s′|s, a) v(s′)]          Sutton & Barto (2018), eq. 4.10
///     (T_π v)(s) = Σ_a π(a|s) [r(s, a) + γ Σ_s′ p(s′|s, a) v(s′)]     eq. 4.5
///
/// States that follow each other and have the same numbers of actions and of outcomes form a *run*, in which no offset is read: an
/// outcome then costs 12 bytes of memory, a pair 8. Values stand in a ``ValueTable``, whose places below zero hold the zeros that a
/// terminated outcome reads, so that nothing is asked within a backup.
public struct BellmanSweep: Sendable {
  /// The model.
  public let model: FiniteMDP
  /// How many places below zero a table of values needs.
  let padding: Int
  /// Whether no outcome ends an episode.
  public let isContinuing: Bool
  private let roundingOfValues: Double
  private let roundingOfRewards: Double
  private let runs: [Run]

  private struct Run: Sendable {
    var first: Int32
    var end: Int32
    /// The pairs of each state; −1 where they differ.
    var actions: Int32
    /// The outcomes of each pair; −1 where they differ.
    var outcomes: Int32
  }

  /// By how much values changed: the least and the greatest of `new − old` over the states that offer actions. Where there are none, or
  /// all are infinite, the least is ∞ and the greatest −∞.
  public struct Change: Sendable, Equatable {
    /// The least difference.
    public var least = Double.infinity
    /// The greatest difference.
    public var greatest = -Double.infinity

    /// The greatest difference in size.
    public var size: Double { least > greatest ? 0 : max(abs(least), abs(greatest)) }

    /// Takes another part of the states into account.
    mutating func merge(_ other: Change) {
      least = min(least, other.least)
      greatest = max(greatest, other.greatest)
    }

    @inline(__always)
    mutating func note(_ difference: Double) {
      least = difference < least ? difference : least
      greatest = difference > greatest ? difference : greatest
    }
  }

  /// Finds the runs of a model.
  public init(_ model: FiniteMDP) {
    self.model = model
    var lowest: Int32 = 0
    for target in model.targets { lowest = min(lowest, target) }
    padding = -Int(lowest)
    isContinuing = model.isContinuing
    var most = 0
    var defect = 0.0
    var largest = 0.0
    for pair in 0..<model.pairCount {
      let outcomes = model.outcomes(of: pair)
      most = max(most, outcomes.count)
      var sum = 0.0
      for k in outcomes {
        sum += model.probabilities[k]
        largest = max(largest, abs(model.rewards[k]))
      }
      defect = max(defect, abs(sum - 1))
    }
    let steps = Double(most + 4) * Double.ulpOfOne
    roundingOfValues = steps + defect
    roundingOfRewards = steps * largest
    var runs: [Run] = []
    for state in 0..<model.stateCount {
      let pairs = model.pairs(of: state)
      var outcomes: Int32 = pairs.isEmpty ? 0 : -1
      if let first = pairs.first {
        let count = model.outcomeOffsets[first + 1] - model.outcomeOffsets[first]
        let isEven = pairs.allSatisfy { model.outcomeOffsets[$0 + 1] - model.outcomeOffsets[$0] == count }
        if isEven { outcomes = count }
      }
      let actions = outcomes < 0 ? -1 : Int32(pairs.count)
      if let last = runs.last, last.actions == actions, last.outcomes == outcomes {
        runs[runs.count - 1].end += 1
      } else {
        runs.append(Run(first: Int32(state), end: Int32(state) + 1, actions: actions, outcomes: outcomes))
      }
    }
    self.runs = runs
  }

  /// A bound on the error of one backup in floating point, against the model whose probabilities sum to exactly 1.
  ///
  /// - Parameter largest: A bound on the size of the values that are backed up.
  func rounding(gamma: Double, largest: Double) -> Double { roundingOfRewards + gamma * roundingOfValues * largest }

  /// The model's tables without bounds checks.
  struct Tables: @unchecked Sendable {
    let pairOffsets: UnsafePointer<Int32>
    let outcomeOffsets: UnsafePointer<Int32>
    let probabilities: UnsafePointer<Double>
    let targets: UnsafePointer<Int32>
    let rewards: UnsafePointer<Double>

    /// `r(s, a) + γ Σ p v` of one pair.
    @inline(__always)
    func backup(_ pair: Int, _ gamma: Double, _ v: UnsafePointer<Double>) -> Double {
      rewards[pair] + gamma * expectation(Int(outcomeOffsets[pair]), Int(outcomeOffsets[pair + 1]), v)
    }

    /// `Σ p v` over a range of outcomes, in four sums that take turns.
    @inline(__always)
    func expectation(_ first: Int, _ end: Int, _ v: UnsafePointer<Double>) -> Double {
      var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
      var k = first
      while k &+ 4 <= end {
        a += probabilities[k] * v[Int(targets[k])]
        b += probabilities[k &+ 1] * v[Int(targets[k &+ 1])]
        c += probabilities[k &+ 2] * v[Int(targets[k &+ 2])]
        d += probabilities[k &+ 3] * v[Int(targets[k &+ 3])]
        k = k &+ 4
      }
      while k < end {
        a += probabilities[k] * v[Int(targets[k])]
        k = k &+ 1
      }
      return (a + b) + (c + d)
    }
  }

  /// Works on the tables.
  func withTables<Result>(_ body: (Tables) -> Result) -> Result {
    func call(
      _ pairOffsets: UnsafePointer<Int32>, _ outcomeOffsets: UnsafePointer<Int32>,
      _ probabilities: UnsafePointer<Double>, _ targets: UnsafePointer<Int32>, _ rewards: UnsafePointer<Double>
    ) -> Result {
      body(
        Tables(
          pairOffsets: pairOffsets, outcomeOffsets: outcomeOffsets, probabilities: probabilities, targets: targets,
          rewards: rewards))
    }
    return call(
      model.pairOffsets, model.outcomeOffsets, model.probabilities, model.targets, model.expectedRewards)
  }

  /// `w ← T v` over a range of states.
  ///
  /// - Returns: By how much `w` differs from `v`.
  func optimal(
    _ tables: Tables, from v: UnsafePointer<Double>, to w: UnsafeMutablePointer<Double>, states: Range<Int>,
    gamma: Double
  ) -> Change {
    var change = Change()
    var index = firstRun(at: states.lowerBound)
    while index < runs.count && Int(runs[index].first) < states.upperBound {
      let run = runs[index]
      let range = max(Int(run.first), states.lowerBound)..<min(Int(run.end), states.upperBound)
      index += 1
      if run.actions == 0 { continue }
      if run.actions < 0 {
        for state in range {
          var best = -Double.infinity
          for pair in Int(tables.pairOffsets[state])..<Int(tables.pairOffsets[state + 1]) {
            let x = tables.backup(pair, gamma, v)
            best = x > best ? x : best
          }
          change.note(best - v[state])
          w[state] = best
        }
        continue
      }
      let actions = Int(run.actions)
      let outcomes = Int(run.outcomes)
      let pair = Int(tables.pairOffsets[range.lowerBound])
      let outcome = Int(tables.outcomeOffsets[pair])
      let r = tables.rewards + pair
      let p = tables.probabilities + outcome
      let t = tables.targets + outcome
      let part: Change
      switch outcomes {
      case 1:
        part = Self.sweep(range, actions, 1, gamma, r, v, w) { p[$0] * v[Int(t[$0])] }
      case 2:
        part = Self.sweep(range, actions, 2, gamma, r, v, w) {
          p[$0] * v[Int(t[$0])] + p[$0 &+ 1] * v[Int(t[$0 &+ 1])]
        }
      case 3:
        part = Self.sweep(range, actions, 3, gamma, r, v, w) {
          p[$0] * v[Int(t[$0])] + p[$0 &+ 1] * v[Int(t[$0 &+ 1])] + p[$0 &+ 2] * v[Int(t[$0 &+ 2])]
        }
      case 4:
        part = Self.sweep(range, actions, 4, gamma, r, v, w) {
          (p[$0] * v[Int(t[$0])] + p[$0 &+ 1] * v[Int(t[$0 &+ 1])])
            + (p[$0 &+ 2] * v[Int(t[$0 &+ 2])] + p[$0 &+ 3] * v[Int(t[$0 &+ 3])])
        }
      default:
        part = Self.sweep(range, actions, outcomes, gamma, r, v, w) {
          tables.expectation(outcome &+ $0, outcome &+ $0 &+ outcomes, v)
        }
      }
      change.merge(part)
    }
    return change
  }

  /// A run whose states have `actions` pairs of `outcomes` outcomes each, both counted from the run's beginning.
  @inline(__always)
  private static func sweep(
    _ states: Range<Int>, _ actions: Int, _ outcomes: Int, _ gamma: Double, _ rewards: UnsafePointer<Double>,
    _ v: UnsafePointer<Double>, _ w: UnsafeMutablePointer<Double>, _ expectation: (Int) -> Double
  ) -> Change {
    var change = Change()
    if actions == 4 {
      var pair = 0
      var outcome = 0
      for state in states {
        let a = rewards[pair] + gamma * expectation(outcome)
        let b = rewards[pair &+ 1] + gamma * expectation(outcome &+ outcomes)
        let c = rewards[pair &+ 2] + gamma * expectation(outcome &+ 2 &* outcomes)
        let d = rewards[pair &+ 3] + gamma * expectation(outcome &+ 3 &* outcomes)
        let e = a > b ? a : b
        let f = c > d ? c : d
        let best = e > f ? e : f
        change.note(best - v[state])
        w[state] = best
        pair = pair &+ 4
        outcome = outcome &+ 4 &* outcomes
      }
      return change
    }
    var pair = 0
    var outcome = 0
    for state in states {
      var best = -Double.infinity
      for _ in 0..<actions {
        let x = rewards[pair] + gamma * expectation(outcome)
        best = x > best ? x : best
        pair = pair &+ 1
        outcome = outcome &+ outcomes
      }
      change.note(best - v[state])
      w[state] = best
    }
    return change
  }

  /// `w ← T v` over a range of states, with the first best pair of each.
  ///
  /// - Parameter pairs: Takes the pairs; terminal states are left alone.
  /// - Returns: By how much `w` differs from `v`.
  func greedy(
    _ tables: Tables, from v: UnsafePointer<Double>, to w: UnsafeMutablePointer<Double>,
    pairs: UnsafeMutablePointer<Int32>, states: Range<Int>, gamma: Double
  ) -> Change {
    var change = Change()
    for state in states {
      let all = Int(tables.pairOffsets[state])..<Int(tables.pairOffsets[state + 1])
      if all.isEmpty { continue }
      var best = -Double.infinity
      var chosen = all.lowerBound
      for pair in all {
        let x = tables.backup(pair, gamma, v)
        if x > best {
          best = x
          chosen = pair
        }
      }
      change.note(best - v[state])
      w[state] = best
      pairs[state] = Int32(chosen)
    }
    return change
  }

  /// `w ← T_π v` over a range of states.
  ///
  /// - Parameter policy: `π(a|s)` of each pair.
  /// - Returns: By how much `w` differs from `v`.
  func policy(
    _ tables: Tables, _ policy: UnsafePointer<Double>, from v: UnsafePointer<Double>,
    to w: UnsafeMutablePointer<Double>, states: Range<Int>, gamma: Double
  ) -> Change {
    var change = Change()
    for state in states {
      let pairs = Int(tables.pairOffsets[state])..<Int(tables.pairOffsets[state + 1])
      if pairs.isEmpty { continue }
      var sum = 0.0
      for pair in pairs {
        let p = policy[pair]
        if p != 0 { sum += p * tables.backup(pair, gamma, v) }
      }
      change.note(sum - v[state])
      w[state] = sum
    }
    return change
  }

  /// `w(s) ← r(s, a) + γ Σ p v` with one pair a state, over a range of states.
  ///
  /// - Parameter pairs: The pair taken in each state; what stands at terminal states is not read.
  /// - Returns: By how much `w` differs from `v`.
  func policy(
    _ tables: Tables, pairs: UnsafePointer<Int32>, from v: UnsafePointer<Double>,
    to w: UnsafeMutablePointer<Double>, states: Range<Int>, gamma: Double
  ) -> Change {
    var change = Change()
    for state in states where tables.pairOffsets[state] < tables.pairOffsets[state + 1] {
      let x = tables.backup(Int(pairs[state]), gamma, v)
      change.note(x - v[state])
      w[state] = x
    }
    return change
  }

  private func firstRun(at state: Int) -> Int {
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if Int(runs[middle].end) <= state { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Cuts the states into parts of about the same number of outcomes.
  func parts(_ count: Int) -> [Range<Int>] {
    var bounds = [0]
    for part in 1..<max(count, 1) {
      let goal = model.outcomeCount / count * part
      var low = bounds.last!
      var high = model.stateCount
      while low < high {
        let middle = (low + high) / 2
        if Int(model.outcomeOffsets[Int(model.pairOffsets[middle])]) < goal { low = middle + 1 } else { high = middle }
      }
      bounds.append(low)
    }
    bounds.append(model.stateCount)
    return zip(bounds, bounds.dropFirst()).map { $0..<$1 }
  }
}

/// Values of states with places below zero that stay 0: a terminated outcome's target is the bitwise complement of a state's number,
/// a negative index, and reads 0 there.
struct ValueTable: Sendable {
  private var storage: [Double]
  private let padding: Int

  /// All zero.
  init(for sweep: BellmanSweep) {
    padding = sweep.padding
    storage = [Double](repeating: 0, count: padding + sweep.model.stateCount)
  }

  /// The values alone.
  var values: [Double] { Array(storage[padding...]) }

  /// The greatest size of a finite value.
  var largest: Double {
    var most = 0.0
    storage.withUnsafeBufferPointer { for value in $0 where abs(value) > most && value.isFinite { most = abs(value) } }
    return most
  }

  subscript(state: Int) -> Double {
    get { storage[padding + state] }
    set { storage[padding + state] = newValue }
  }

  /// Works on the table; state 0 is at the pointer, zeros are below.
  mutating func withPointer<Result>(_ body: (UnsafeMutablePointer<Double>) -> Result) -> Result {
    storage.withUnsafeMutableBufferPointer { body($0.baseAddress! + padding) }
  }

  /// Reads the table; state 0 is at the pointer, zeros are below.
  func withPointer<Result>(_ body: (UnsafePointer<Double>) -> Result) -> Result {
    storage.withUnsafeBufferPointer { body($0.baseAddress! + padding) }
  }
}
