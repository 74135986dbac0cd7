/// The n-step returns of an episode as it goes on:
///
///     G_{τ:τ+n} = R_{τ+1} + γ R_{τ+2} + … + γ^{n−1} R_{τ+n} + γ^n B      Sutton & Barto (2018), eqs. 7.1, 7.4
///
/// with `B` the value that the learner bootstraps from. The last `n` steps stand in a ring that is allocated once. A step costs the same
/// for every `n`: whenever the ring is full its rewards are replaced by their discounted sums up to the ring's end, and the rewards
/// after that are summed as they come; a return is one sum of each kind. Nothing is ever subtracted, so nothing drifts.
///
///     returns.append(slot, reward: t.reward)
///     if t.isLast {
///       returns.finish(bootstrap)
///       for k in 0..<returns.count { update(returns.entry(k), toward: returns.value(k)) }
///       returns.removeAll()
///     } else {
///       if returns.isFull { update(returns.oldest, toward: returns.value(bootstrap: bootstrap)) }
///       returns.advance()
///     }
public struct NStepReturns: ~Copyable {
  /// How many rewards a return holds, at least 1.
  public let n: Int
  /// The discount rate γ.
  public let gamma: Double
  /// How many steps wait for their return.
  public var count: Int { pending }

  @usableFromInline let powers: Table<Double>
  @usableFromInline var rewards: Table<Double>
  @usableFromInline var entries: Table<Int>
  @usableFromInline var position = 0
  @usableFromInline var pending = 0
  @usableFromInline var prefix = 0.0

  /// An empty ring.
  public init(n: Int, gamma: Double) {
    precondition(n > 0, "\(n)-step returns")
    self.n = n
    self.gamma = gamma
    powers = Table(n + 1, repeating: 1)
    for k in 1...n { powers[k] = powers[k - 1] * gamma }
    rewards = Table(n, repeating: 0)
    entries = Table(n, repeating: 0)
  }

  /// Adds a step: the table entry that its return will update, and its reward.
  @inlinable @inline(__always)
  public mutating func append(_ entry: Int, reward: Double) {
    rewards[position] = reward
    entries[position] = entry
    prefix += powers[position] * reward
    pending += 1
  }

  /// Whether the oldest step has seen `n` rewards.
  @inlinable @inline(__always)
  public var isFull: Bool { pending == n }

  /// The entry of the oldest step; only where the ring is full.
  @inlinable @inline(__always)
  public var oldest: Int { entries[position + 1 == n ? 0 : position + 1] }

  /// The n-step return of the oldest step; only where the ring is full.
  @inlinable @inline(__always)
  public func value(bootstrap: Double) -> Double {
    let first = position + 1
    if first == n { return prefix + powers[n] * bootstrap }
    return rewards[first] + powers[n - first] * prefix + powers[n] * bootstrap
  }

  /// Makes room for the next step; the oldest one leaves if the ring is full.
  @inlinable @inline(__always)
  public mutating func advance() {
    if pending == n { pending -= 1 }
    position += 1
    if position == n { turn() }
  }

  /// The ring's end: rewards become discounted sums up to here.
  @usableFromInline
  mutating func turn() {
    var k = n - 2
    while k >= 0 {
      rewards[k] += gamma * rewards[k + 1]
      k -= 1
    }
    prefix = 0
    position = 0
  }

  /// Ends the episode after the step added last: all steps that wait get returns up to here, then `bootstrap` (0 where the task ended).
  public mutating func finish(_ bootstrap: Double) {
    var value = bootstrap
    var k = position
    while k >= 0 {
      value = rewards[k] + gamma * value
      rewards[k] = value
      k -= 1
    }
    if pending == n {
      for k in position + 1..<max(position + 1, n) { rewards[k] += powers[n - k] * value }
    }
  }

  /// The entry of the `k`-th of the steps that wait, oldest first; after ``finish(_:)``.
  @inlinable public func entry(_ k: Int) -> Int { entries[index(k)] }

  /// The return of the `k`-th of the steps that wait; after ``finish(_:)``.
  @inlinable public func value(_ k: Int) -> Double { rewards[index(k)] }

  @inlinable
  func index(_ k: Int) -> Int {
    if pending < n { return k }
    let place = position + 1 + k
    return place < n ? place : place - n
  }

  /// Forgets the episode.
  @inlinable
  public mutating func removeAll() {
    position = 0
    pending = 0
    prefix = 0
  }
}

extension NStepReturns: Checkpointable {
  /// Appends the ring.
  public func save(to writer: inout StateWriter) {
    rewards.save(to: &writer)
    entries.save(to: &writer)
    writer.write(position)
    writer.write(pending)
    writer.write(prefix)
  }

  /// Takes up the ring.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try rewards.restore(from: &reader)
    try entries.restore(from: &reader)
    position = try reader.integer()
    pending = try reader.integer()
    prefix = try reader.number()
    guard (0..<n).contains(position), (0...n).contains(pending) else {
      throw StateError("a ring of \(n) steps cannot stand at \(position) with \(pending)")
    }
  }
}
