/// A table of action values, `Q(s, a)`: one flat array with a row of slots a state (see ``ActionSpace``).
///
/// The table owns its memory and cannot be copied, so two learners can never share one by accident.
public struct ActionValues: ~Copyable {
  /// The states and actions of the table.
  public let space: ActionSpace
  @usableFromInline let values: UnsafeMutablePointer<Double>
  @usableFromInline let width: Int
  @usableFromInline let counts: UnsafeMutablePointer<Int32>?

  /// A table with the same value everywhere.
  ///
  /// - Parameters:
  ///   - space: States and actions.
  ///   - initial: The value that every action starts with, in units of return.
  public init(_ space: ActionSpace, initial: Double) {
    self.space = space
    width = space.width
    values = .allocate(capacity: space.slotCount)
    values.initialize(repeating: initial, count: space.slotCount)
    if space.counts.isEmpty {
      counts = nil
    } else {
      let counts = UnsafeMutablePointer<Int32>.allocate(capacity: space.stateCount)
      for state in 0..<space.stateCount { counts[state] = space.counts[state] }
      self.counts = counts
    }
  }

  deinit {
    values.deallocate()
    counts?.deallocate()
  }

  /// The number of slots.
  public var count: Int { space.slotCount }

  /// How many actions a state offers.
  @inlinable @inline(__always)
  public func actions(in state: Int) -> Int {
    if let counts { return Int(counts[state]) }
    return width
  }

  /// The value of a state's `action`-th action.
  @inlinable @inline(__always)
  public subscript(state: Int, action: Int) -> Double {
    get {
      assert(action >= 0 && action < actions(in: state), "action \(action) in state \(state)")
      return values[state &* width &+ action]
    }
    nonmutating set {
      assert(action >= 0 && action < actions(in: state), "action \(action) in state \(state)")
      values[state &* width &+ action] = newValue
    }
  }

  /// The value in a slot.
  @inlinable @inline(__always)
  public subscript(slot slot: Int) -> Double {
    get { values[slot] }
    nonmutating set { values[slot] = newValue }
  }

  /// `max_a Q(s, a)`, over the actions that the state offers.
  @inlinable @inline(__always)
  public func maximum(in state: Int) -> Double {
    let row = values + state &* width
    var best = row[0]
    for action in 1..<max(1, actions(in: state)) {
      let value = row[action]
      best = value > best ? value : best
    }
    return best
  }

  /// An action of the greatest value; ties are broken at random. One word from the stream where there is a tie.
  @inlinable @inline(__always)
  public func greedyAction(in state: Int, using stream: inout RandomStream) -> Int {
    let row = values + state &* width
    let count = actions(in: state)
    var best = row[0]
    var arg = 0
    var ties = 1
    for action in 1..<max(1, count) {
      let value = row[action]
      if value > best {
        best = value
        arg = action
        ties = 1
      } else if value == best {
        ties += 1
      }
    }
    if ties == 1 { return arg }
    return tiedAction(row: row, count: count, best: best, ties: ties, using: &stream)
  }

  /// The drawn one of several equally good actions; apart, so that the common case stays short.
  @usableFromInline @inline(never)
  func tiedAction(
    row: UnsafeMutablePointer<Double>, count: Int, best: Double, ties: Int, using stream: inout RandomStream
  ) -> Int {
    var left = stream.uniform(below: ties)
    for action in 0..<count where row[action] == best {
      if left == 0 { return action }
      left -= 1
    }
    return 0
  }

  /// Writes the greedy policy, ties split evenly, as a probability for each slot.
  public func writeGreedy(into probabilities: inout [Double]) {
    for state in 0..<space.stateCount {
      let count = actions(in: state)
      let first = state * width
      for slot in first..<first + width { probabilities[slot] = 0 }
      if count == 0 { continue }
      let best = maximum(in: state)
      var ties = 0
      for action in 0..<count where values[first + action] == best { ties += 1 }
      for action in 0..<count where values[first + action] == best {
        probabilities[first + action] = 1 / Double(max(1, ties))
      }
    }
  }

  /// Changes the whole table, slot by slot.
  public func withMutableSlots<R, E: Error>(
    _ body: (UnsafeMutableBufferPointer<Double>) throws(E) -> R
  ) throws(E) -> R {
    try body(UnsafeMutableBufferPointer(start: values, count: count))
  }

  /// Reads the whole table, slot by slot.
  public func withSlots<R>(_ body: (UnsafeBufferPointer<Double>) throws -> R) rethrows -> R {
    try body(UnsafeBufferPointer(start: values, count: count))
  }
}

extension ActionValues: Checkpointable {
  /// Appends every value.
  public func save(to writer: inout StateWriter) {
    writer.write(UnsafeBufferPointer(start: values, count: count))
  }

  /// Takes up every value.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try reader.read(into: UnsafeMutableBufferPointer(start: values, count: count))
  }
}
