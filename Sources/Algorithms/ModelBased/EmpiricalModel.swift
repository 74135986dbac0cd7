import RLCore

/// What has been seen of a task: for each entry, a state or a slot, how often it was left, for what reward, and where it led.
///
/// Outcomes of an entry are a list in the order in which they were first seen; memory grows with what is seen, not with what could be.
public struct EmpiricalModel: ~Copyable {
  struct Outcome: BitwiseCopyable {
    /// The next state, or −1 for the end of the task.
    var next: Int
    var count: Int
    /// The entry's next outcome, or −1.
    var link: Int
  }

  /// How often each entry was left.
  public var visits: Table<Int>
  /// The sum of the rewards of each entry.
  public var rewards: Table<Double>
  private var heads: Table<Int>
  private var outcomes = GrowingTable<Outcome>()

  /// Nothing has been seen.
  public init(entries: Int) {
    visits = Table(entries, repeating: 0)
    rewards = Table(entries, repeating: 0)
    heads = Table(entries, repeating: -1)
  }

  /// Takes a step into account.
  ///
  /// - Parameter next: The next state; nil where the task ended.
  public mutating func observe(_ entry: Int, reward: Double, next: Int?) {
    visits[entry] += 1
    rewards[entry] += reward
    let target = next ?? -1
    var place = heads[entry]
    var last = -1
    while place >= 0 {
      if outcomes[place].next == target {
        outcomes[place].count += 1
        return
      }
      last = place
      place = outcomes[place].link
    }
    outcomes.append(Outcome(next: target, count: 1, link: -1))
    if last < 0 { heads[entry] = outcomes.count - 1 } else { outcomes[last].link = outcomes.count - 1 }
  }

  /// The mean reward of an entry that has been left.
  public func reward(_ entry: Int) -> Double { rewards[entry] / Double(visits[entry]) }

  /// Calls for each next state that has been seen to follow, with its count; −1 for the end of the task.
  @inline(__always)
  func forEachOutcome(of entry: Int, _ body: (_ next: Int, _ count: Int) -> Void) {
    var place = heads[entry]
    while place >= 0 {
      let outcome = outcomes[place]
      body(outcome.next, outcome.count)
      place = outcome.link
    }
  }

  /// The mean, over what has been seen to follow, of the values of the next states; 0 at the end of the task.
  func expectedNext(of entry: Int, _ value: (Int) -> Double) -> Double {
    var sum = 0.0
    var place = heads[entry]
    while place >= 0 {
      let outcome = outcomes[place]
      if outcome.next >= 0 { sum += Double(outcome.count) * value(outcome.next) }
      place = outcome.link
    }
    return sum / Double(visits[entry])
  }
}

extension EmpiricalModel: Checkpointable {
  /// Appends all that has been seen.
  public func save(to writer: inout StateWriter) {
    visits.save(to: &writer)
    rewards.save(to: &writer)
    heads.save(to: &writer)
    outcomes.save(to: &writer)
  }

  /// Takes up all that has been seen.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try visits.restore(from: &reader)
    try rewards.restore(from: &reader)
    try heads.restore(from: &reader)
    try outcomes.restore(from: &reader)
  }
}
