/// Sweeps in place in a chosen order, with cheap sweeps of the greedy policy between them.
///
/// A sweep of improvement replaces each value by its best backup, with the values that are there: after it,
///
///     ‖V* − v‖∞ ≤ γ / (1 − γ) · (largest change of the sweep)
///
/// as for synchronous sweeps, for the sweep is a contraction by γ too (Bertsekas, 2012, *Dynamic Programming and Optimal Control* II,
/// sec. 2.2). The greedy pairs of the sweep are copied together, a quarter of the memory where there are four actions; sweeps of evaluation
/// over the copy then carry values further (modified policy iteration; Puterman & Shin, 1978). In the copy, what leads back to the
/// state itself is solved for.
package struct OrderedSweeper: Sendable {
  /// In which order states come.
  package enum Order: Sendable {
    /// By rising number.
    case rising
    /// By falling number.
    case falling
    /// Rising and falling in turn.
    case alternating
    /// As listed.
    case listed([Int32])
  }

  /// The model and its rounding.
  package let sweep: BellmanSweep
  private let gamma: Double
  private var table: ValueTable
  private var isFalling = false
  private var rows = PolicyRows()
  private var largest = 0.0

  /// The greedy pairs of the last improvement, laid out in its order.
  fileprivate struct PolicyRows: Sendable {
    var count = 0
    var states: [Int32] = []
    var offsets: [Int32] = []
    var weights: [Double] = []
    var targets: [Int32] = []
    var rewards: [Double] = []
  }

  /// Values that are given.
  ///
  /// - Parameter values: `stateCount` entries, 0 at terminal states.
  package init(_ model: FiniteMDP, gamma: Double, values: [Double]) {
    sweep = BellmanSweep(model)
    self.gamma = gamma
    table = ValueTable(for: sweep)
    replaceValues(with: values)
  }

  /// The model.
  package var model: FiniteMDP { sweep.model }

  /// The values, `stateCount` entries.
  package var values: [Double] { table.values }

  /// A bound on the rounding error of one backup.
  package var rounding: Double { sweep.rounding(gamma: gamma, largest: largest) }

  /// Values that are at most V*, below gamma 1: the least that the best immediate reward of a state may be, for ever.
  package static func lowerBound(_ model: FiniteMDP, gamma: Double) -> [Double] {
    var least = Double.infinity
    for state in 0..<model.stateCount where !model.isTerminal(state) {
      var best = -Double.infinity
      for pair in model.pairs(of: state) { best = max(best, model.expectedRewards[pair]) }
      least = min(least, best)
    }
    if !model.isContinuing { least = min(least, 0) }
    let value = least.isFinite ? least / (1 - gamma) : 0
    return (0..<model.stateCount).map { model.isTerminal($0) ? 0 : value }
  }

  /// Values that are at least V*, below gamma 1: the best reward for ever.
  package static func upperBound(_ model: FiniteMDP, gamma: Double) -> [Double] {
    var most = model.expectedRewards.reduce(-Double.infinity) { max($0, $1) }
    if !model.isContinuing { most = max(most, 0) }
    let value = most.isFinite ? most / (1 - gamma) : 0
    return (0..<model.stateCount).map { model.isTerminal($0) ? 0 : value }
  }

  /// Replaces the values; those of terminal states must be 0.
  package mutating func replaceValues(with values: [Double]) {
    for state in 0..<values.count { table[state] = values[state] }
    largest = table.largest
  }

  /// `v(s) ← max_a [r(s, a) + γ Σ p v]`, state by state.
  ///
  /// - Parameters:
  ///   - range: Which part of a list; nil for all.
  ///   - keepingPolicy: Whether the greedy pairs are copied for ``evaluate(sweeps:until:)``.
  /// - Returns: The changes.
  package mutating func improve(
    _ order: Order, range: Range<Int>? = nil, keepingPolicy: Bool = false
  ) -> BellmanSweep.Change {
    let count = model.stateCount
    let result: BellmanSweep.Change
    switch order {
    case .rising: result = improve(0..<count, keepingPolicy) { $0 }
    case .falling: result = improve(0..<count, keepingPolicy) { count &- 1 &- $0 }
    case .alternating:
      result =
        isFalling
        ? improve(0..<count, keepingPolicy) { count &- 1 &- $0 } : improve(0..<count, keepingPolicy) { $0 }
      isFalling.toggle()
    case .listed(let states):
      result = states.withUnsafeBufferPointer { states in
        improve(range ?? 0..<states.count, keepingPolicy) { Int(states[$0]) }
      }
    }
    largest += result.size
    return result
  }

  @inline(__always)
  private mutating func improve(
    _ range: Range<Int>, _ keepingPolicy: Bool, _ state: (Int) -> Int
  ) -> BellmanSweep.Change {
    var change = BellmanSweep.Change()
    let gamma = gamma
    if keepingPolicy { rows.makeRoom(model) }
    var rows = PolicyRows()
    swap(&rows, &self.rows)
    let sweep = sweep
    table.withPointer { (v: UnsafeMutablePointer<Double>) in
      sweep.withTables { tables in
        rows.withWriter { writer in
          for position in range {
            let s = state(position)
            let pairs = Int(tables.pairOffsets[s])..<Int(tables.pairOffsets[s &+ 1])
            if pairs.isEmpty { continue }
            var best = -Double.infinity
            var chosen = pairs.lowerBound
            var first = Int(tables.outcomeOffsets[pairs.lowerBound])
            for pair in pairs {
              let end = Int(tables.outcomeOffsets[pair &+ 1])
              let x: Double
              if end &- first == 3 {
                let (p, t) = (tables.probabilities + first, tables.targets + first)
                x = tables.rewards[pair] + gamma * (p[0] * v[Int(t[0])] + p[1] * v[Int(t[1])] + p[2] * v[Int(t[2])])
              } else {
                x = tables.rewards[pair] + gamma * tables.expectation(first, end, v)
              }
              first = end
              if x > best {
                best = x
                chosen = pair
              }
            }
            change.note(best - v[s])
            v[s] = best
            if keepingPolicy { writer.append(s, chosen, tables, gamma) }
          }
        }
      }
    }
    swap(&rows, &self.rows)
    return change
  }

  /// How often the likeliest path under the greedy policy goes to a higher number, to a lower one, and turns from one to the other,
  /// as long as values rise along it.
  package func walk(from start: Int, limit: Int) -> (rises: Int, falls: Int, turns: Int) {
    var (rises, falls, turns, last) = (0, 0, 0, 0)
    var state = start
    for _ in 0..<limit {
      if model.isTerminal(state) { break }
      let pair = table.withPointer { v in
        sweep.withTables { tables in
          var best = model.pairs(of: state).lowerBound
          var most = -Double.infinity
          for pair in model.pairs(of: state) {
            let x = tables.backup(pair, gamma, v)
            if x > most { (best, most) = (pair, x) }
          }
          return best
        }
      }
      var likeliest = model.outcomes(of: pair).lowerBound
      for k in model.outcomes(of: pair) where model.probabilities[k] > model.probabilities[likeliest] { likeliest = k }
      let target = Int(model.targets[likeliest])
      if target < 0 || table[target] <= table[state] { break }
      let direction = target > state ? 1 : target < state ? -1 : 0
      if direction > 0 { rises += 1 }
      if direction < 0 { falls += 1 }
      if direction != 0 {
        if last != 0 && last != direction { turns += 1 }
        last = direction
      }
      state = target
    }
    return (rises, falls, turns)
  }

  /// `v(s) ← r(s, π(s)) + γ Σ p v` in the order of the last improvement, for its greedy pairs.
  ///
  /// - Parameters:
  ///   - sweeps: How many times at most.
  ///   - limit: The change below which it is enough.
  /// - Returns: How many sweeps were made.
  package mutating func evaluate(sweeps: Int, until limit: Double) -> Int {
    var done = 0
    let rows = rows
    while done < sweeps && rows.count > 0 {
      done += 1
      let change = table.withPointer { (v: UnsafeMutablePointer<Double>) in rows.sweep(v) }
      largest += change
      if change <= limit { break }
    }
    if done > 0 { largest = table.largest }
    return done
  }
}

extension OrderedSweeper.PolicyRows {
  /// Room for a row of each state.
  fileprivate mutating func makeRoom(_ model: FiniteMDP) {
    if !rewards.isEmpty || count > 0 { return }
    var entries = 0
    for state in 0..<model.stateCount {
      entries += model.pairs(of: state).reduce(0) { max($0, model.outcomes(of: $1).count) }
    }
    states = [Int32](repeating: 0, count: model.stateCount)
    offsets = [Int32](repeating: 0, count: model.stateCount + 1)
    rewards = [Double](repeating: 0, count: model.stateCount)
    weights = [Double](repeating: 0, count: entries)
    targets = [Int32](repeating: 0, count: entries)
  }

  /// Lets rows be written.
  fileprivate mutating func withWriter(_ body: (inout Writer) -> Void) {
    var written = 0
    states.withUnsafeMutableBufferPointer { states in
      offsets.withUnsafeMutableBufferPointer { offsets in
        weights.withUnsafeMutableBufferPointer { weights in
          targets.withUnsafeMutableBufferPointer { targets in
            rewards.withUnsafeMutableBufferPointer { rewards in
              var writer = Writer(
                states: states.baseAddress, offsets: offsets.baseAddress, weights: weights.baseAddress,
                targets: targets.baseAddress, rewards: rewards.baseAddress)
              body(&writer)
              written = writer.count
            }
          }
        }
      }
    }
    count = written
  }

  fileprivate struct Writer {
    let states: UnsafeMutablePointer<Int32>?
    let offsets: UnsafeMutablePointer<Int32>?
    let weights: UnsafeMutablePointer<Double>?
    let targets: UnsafeMutablePointer<Int32>?
    let rewards: UnsafeMutablePointer<Double>?
    var count = 0
    private var entries = 0
    private var last = -1

    init(
      states: UnsafeMutablePointer<Int32>?, offsets: UnsafeMutablePointer<Int32>?,
      weights: UnsafeMutablePointer<Double>?, targets: UnsafeMutablePointer<Int32>?,
      rewards: UnsafeMutablePointer<Double>?
    ) {
      self.states = states
      self.offsets = offsets
      self.weights = weights
      self.targets = targets
      self.rewards = rewards
    }

    /// Copies a pair, without what leads back to the state. What was changed last comes last: a sweep waits for it.
    @inline(__always)
    mutating func append(_ state: Int, _ pair: Int, _ tables: BellmanSweep.Tables, _ gamma: Double) {
      var stay = 0.0
      var recent = 0.0
      let first = Int(tables.outcomeOffsets[pair])
      let end = Int(tables.outcomeOffsets[pair &+ 1])
      var to = entries
      for k in first..<end {
        let target = Int(tables.targets[k])
        let p = gamma * tables.probabilities[k]
        if target == state {
          stay += p
        } else if target == last {
          recent += p
        } else if target >= 0 {
          weights![to] = p
          targets![to] = Int32(truncatingIfNeeded: target)
          to = to &+ 1
        }
      }
      if recent > 0 {
        weights![to] = recent
        targets![to] = Int32(truncatingIfNeeded: last)
        to = to &+ 1
      }
      var reward = tables.rewards[pair]
      if stay > 0 {
        // A certain stay has no value to solve for.
        if stay >= 1 { return }
        for k in entries..<to { weights![k] /= 1 - stay }
        reward /= 1 - stay
      }
      states![count] = Int32(truncatingIfNeeded: state)
      rewards![count] = reward
      count = count &+ 1
      offsets![count] = Int32(truncatingIfNeeded: to)
      entries = to
      last = state
    }
  }

  /// One sweep; gives the largest change.
  fileprivate func sweep(_ v: UnsafeMutablePointer<Double>) -> Double {
    var most = 0.0
    states.withUnsafeBufferPointer { states in
      offsets.withUnsafeBufferPointer { offsets in
        weights.withUnsafeBufferPointer { weights in
          targets.withUnsafeBufferPointer { targets in
            rewards.withUnsafeBufferPointer { rewards in
              guard let p = weights.baseAddress, let t = targets.baseAddress else { return }
              var k = 0
              for row in 0..<count {
                let end = Int(offsets[row &+ 1])
                var x = rewards[row]
                if end &- k == 3 {
                  x += p[k] * v[Int(t[k])]
                  x += p[k &+ 1] * v[Int(t[k &+ 1])]
                  x += p[k &+ 2] * v[Int(t[k &+ 2])]
                  k = end
                } else {
                  while k < end {
                    x += p[k] * v[Int(t[k])]
                    k = k &+ 1
                  }
                }
                let s = Int(states[row])
                let change = abs(x - v[s])
                most = change > most ? change : most
                v[s] = x
              }
            }
          }
        }
      }
    }
    return most
  }
}

extension OrderedSweeper: Checkpointable {
  /// Stores the values and the greedy pairs.
  package func save(to writer: inout StateWriter) {
    writer.write(largest)
    writer.write(isFalling)
    writer.write(values)
    writer.write(rows.count)
    writer.write(rows.states)
    writer.write(rows.offsets)
    writer.write(rows.weights)
    writer.write(rows.targets)
    writer.write(rows.rewards)
  }

  /// Takes up the values and the greedy pairs.
  package mutating func restore(from reader: inout StateReader) throws(StateError) {
    let magnitude = try reader.number()
    isFalling = try reader.flag()
    let values = try reader.list(of: 0.0)
    guard values.count == model.stateCount else { throw StateError("\(values.count) values do not fit") }
    replaceValues(with: values)
    largest = magnitude
    rows.count = try reader.integer()
    rows.states = try reader.list(of: 0 as Int32)
    rows.offsets = try reader.list(of: 0 as Int32)
    rows.weights = try reader.list(of: 0.0)
    rows.targets = try reader.list(of: 0 as Int32)
    rows.rewards = try reader.list(of: 0.0)
    let states = 0..<Int32(model.stateCount)
    guard
      rows.count == 0
        || (1...model.stateCount).contains(rows.count) && rows.states.count == model.stateCount
          && rows.offsets.count == model.stateCount + 1 && rows.rewards.count == model.stateCount
          && rows.weights.count == rows.targets.count && Int(rows.offsets[rows.count]) <= rows.weights.count
          && zip(rows.offsets[..<rows.count], rows.offsets[1...]).allSatisfy({ $0 >= 0 && $0 <= $1 })
          && rows.states.allSatisfy({ states.contains($0) }) && rows.targets.allSatisfy({ states.contains($0) })
    else { throw StateError("the greedy pairs do not fit the model") }
  }
}
