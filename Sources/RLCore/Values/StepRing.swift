/// The last `n` steps of an episode, for methods whose targets go back over them. Allocated once.
public struct StepRing: ~Copyable {
  /// One step.
  public struct Step: BitwiseCopyable, Sendable {
    /// The state left.
    public var state: Int
    /// The action taken.
    public var action: Int
    /// The reward that followed.
    public var reward: Double
    /// What else the method needs to know of the step: the importance ratio of its action.
    public var ratio: Double

    /// One step.
    @inlinable @inline(__always)
    public init(state: Int, action: Int, reward: Double, ratio: Double = 1) {
      self.state = state
      self.action = action
      self.reward = reward
      self.ratio = ratio
    }
  }

  /// How many steps it can hold, at least 1.
  public let capacity: Int
  /// How many it holds.
  @inlinable @inline(__always) public var count: Int { stored }

  @usableFromInline var steps: Table<Step>
  @usableFromInline var first = 0
  @usableFromInline var stored = 0

  /// An empty ring.
  public init(capacity: Int) {
    precondition(capacity > 0, "a ring of \(capacity) steps")
    self.capacity = capacity
    steps = Table(capacity, repeating: Step(state: 0, action: 0, reward: 0))
  }

  /// Whether there is no room left.
  @inlinable @inline(__always) public var isFull: Bool { stored == capacity }

  /// The `k`-th step, oldest first.
  @inlinable @inline(__always)
  public subscript(k: Int) -> Step {
    let place = first + k
    return steps[place < capacity ? place : place - capacity]
  }

  /// Adds a step; there must be room.
  @inlinable @inline(__always)
  public mutating func append(_ step: Step) {
    let place = first + stored
    steps[place < capacity ? place : place - capacity] = step
    stored += 1
  }

  /// Forgets the oldest step.
  @inlinable @inline(__always)
  public mutating func removeFirst() {
    first = first + 1 == capacity ? 0 : first + 1
    stored -= 1
  }

  /// Forgets the episode.
  @inlinable
  public mutating func removeAll() {
    first = 0
    stored = 0
  }
}

extension StepRing: Checkpointable {
  /// Appends the steps that it holds.
  public func save(to writer: inout StateWriter) {
    writer.write(stored)
    for k in 0..<stored {
      writer.write(self[k].state)
      writer.write(self[k].action)
      writer.write(self[k].reward)
      writer.write(self[k].ratio)
    }
  }

  /// Takes up the steps.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    removeAll()
    let length = try reader.integer()
    guard (0...capacity).contains(length) else { throw StateError("\(length) steps in a ring of \(capacity)") }
    for _ in 0..<length {
      let (state, action) = (try reader.integer(), try reader.integer())
      append(Step(state: state, action: action, reward: try reader.number(), ratio: try reader.number()))
    }
  }
}
