import RLCore

/// A model that believes of every state and action what it saw last: right for tasks without chance, and for those that change.
public struct LastOutcomes: ~Copyable {
  struct Outcome: BitwiseCopyable {
    var reward: Double
    /// The next state, or its complement where the task ended.
    var target: Int
  }

  let space: ActionSpace
  private let width: Int
  private let outcomes: Table<Outcome>
  private let isTried: Table<Bool>
  /// The actions tried in each state, in the order of their first trial.
  private let tried: Table<Int32>
  private let triedCounts: Table<Int32>
  /// The states in which something was tried, in the order of their first visit.
  private var visited = GrowingTable<Int>()

  /// Nothing has been seen.
  init(_ space: ActionSpace) {
    self.space = space
    width = space.width
    outcomes = Table(space.slotCount, repeating: Outcome(reward: 0, target: 0))
    isTried = Table(space.slotCount, repeating: false)
    tried = Table(space.slotCount, repeating: 0)
    triedCounts = Table(space.stateCount, repeating: 0)
  }

  /// Takes a step for what will always happen.
  mutating func observe(_ t: Transition) {
    let slot = t.state * width + t.action
    outcomes[slot] = Outcome(reward: t.reward, target: t.terminated ? ~t.next : t.next)
    if isTried[slot] { return }
    isTried[slot] = true
    let count = triedCounts[t.state]
    tried[t.state * width + Int(count)] = Int32(truncatingIfNeeded: t.action)
    triedCounts[t.state] = count + 1
    if count == 0 { visited.append(t.state) }
  }

  /// Whether a slot was ever tried.
  func knows(_ slot: Int) -> Bool { isTried[slot] }

  /// What is believed to follow.
  @inline(__always)
  func outcome(_ slot: Int) -> (reward: Double, next: Int, terminated: Bool) {
    let outcome = outcomes[slot]
    return (outcome.reward, outcome.target < 0 ? ~outcome.target : outcome.target, outcome.target < 0)
  }

  /// A state that was visited. One word.
  @inline(__always)
  func drawState(using stream: inout RandomStream) -> Int { visited[stream.uniform(below: visited.count)] }

  /// An action that was tried in it. One word.
  @inline(__always)
  func drawTriedAction(in state: Int, using stream: inout RandomStream) -> Int {
    Int(tried[state * width + stream.uniform(below: Int(triedCounts[state]))])
  }
}

extension LastOutcomes: Checkpointable {
  /// Appends what was seen, in the order in which it was first seen.
  public func save(to writer: inout StateWriter) {
    visited.save(to: &writer)
    for k in 0..<visited.count {
      let state = visited[k]
      writer.write(Int(triedCounts[state]))
      for place in 0..<Int(triedCounts[state]) {
        let action = Int(tried[state * width + place])
        writer.write(action)
        writer.write(outcomes[state * width + action].reward)
        writer.write(outcomes[state * width + action].target)
      }
    }
  }

  /// Takes up what was seen.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    isTried.fill(with: false)
    triedCounts.fill(with: 0)
    try visited.restore(from: &reader)
    for k in 0..<visited.count {
      let state = visited[k]
      let count = try reader.integer()
      guard (0..<space.stateCount).contains(state), (0...width).contains(count) else {
        throw StateError("state \(state) with \(count) tried actions")
      }
      for place in 0..<count {
        let action = try reader.integer()
        guard (0..<width).contains(action) else { throw StateError("action \(action) of \(width)") }
        let outcome = Outcome(reward: try reader.number(), target: try reader.integer())
        outcomes[state * width + action] = outcome
        isTried[state * width + action] = true
        tried[state * width + place] = Int32(action)
      }
      triedCounts[state] = Int32(count)
    }
  }
}
