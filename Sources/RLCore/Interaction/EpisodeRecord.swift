/// The steps of one episode, for methods that learn at its end. The memory grows to the longest episode and is kept.
///
/// An entry is whatever the method updates: a state, or a slot of a table. Where only its first visit in an episode counts, later ones
/// are marked as they come, by the number of the episode that saw the entry last; nothing is searched.
public struct EpisodeRecord: ~Copyable {
  /// One step.
  public struct Step: BitwiseCopyable, Sendable {
    @usableFromInline let mark: Int
    /// The reward that followed.
    public let reward: Double

    @inlinable @inline(__always)
    init(mark: Int, reward: Double) {
      self.mark = mark
      self.reward = reward
    }

    /// The entry.
    @inlinable @inline(__always)
    public var entry: Int { mark < 0 ? ~mark : mark }

    /// Whether the step counts: whether it is the first visit, or all count.
    @inlinable @inline(__always)
    public var counts: Bool { mark >= 0 }
  }

  /// The most steps that an episode may have unless the record is told otherwise: 320 megabytes.
  @inlinable public static var defaultLimit: Int { 20_000_000 }

  /// The most steps that are kept.
  public let limit: Int
  @usableFromInline let firstOnly: Bool
  @usableFromInline var isOverfull = false
  @usableFromInline var steps = GrowingTable<Step>()
  @usableFromInline var lastSeen: Table<Int>
  @usableFromInline var episode = 1

  /// An empty record.
  ///
  /// - Parameters:
  ///   - entries: The number of what can be visited: states or slots.
  ///   - firstOnly: Whether only the first visit to an entry in an episode counts.
  ///   - limit: The most steps that an episode may have, at least 1.
  public init(entries: Int, firstOnly: Bool, limit: Int = EpisodeRecord.defaultLimit) {
    precondition(limit > 0, "a record of \(limit) steps")
    self.limit = limit
    self.firstOnly = firstOnly
    lastSeen = Table(firstOnly ? entries : 0, repeating: 0)
  }

  /// The number of steps.
  @inlinable public var count: Int { steps.count }

  /// One step, by its time in the episode.
  @inlinable @inline(__always)
  public subscript(time: Int) -> Step { steps[time] }

  /// Adds a step.
  @inlinable @inline(__always)
  public mutating func append(_ entry: Int, reward: Double) { append(entry, of: entry, reward: reward) }

  /// Adds a step whose visits are counted by something else than its entry: a slot, of a state. A step beyond ``limit`` is not kept (see
  /// ``failure``).
  @inlinable @inline(__always)
  public mutating func append(_ entry: Int, of visited: Int, reward: Double) {
    if steps.count == limit {
      isOverfull = true
      return
    }
    var mark = entry
    if firstOnly {
      if lastSeen[visited] == episode { mark = ~entry } else { lastSeen[visited] = episode }
    }
    steps.append(Step(mark: mark, reward: reward))
  }

  /// What is wrong if an episode has had more steps than fit; nil while all is well.
  public var failure: String? { isOverfull ? Self.failure(limit: limit) : nil }

  /// Says that an episode has had more steps than fit.
  public static func failure(limit: Int = defaultLimit) -> String {
    "an episode has lasted more than \(limit) steps without an end; set environment.time_limit"
  }

  /// Forgets the episode.
  @inlinable
  public mutating func removeAll() {
    steps.removeAll()
    episode += 1
  }
}

extension EpisodeRecord: Checkpointable {
  /// Appends the steps and the marks.
  public func save(to writer: inout StateWriter) {
    steps.save(to: &writer)
    lastSeen.save(to: &writer)
    writer.write(episode)
  }

  /// Takes up the steps and the marks.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try steps.restore(from: &reader)
    try lastSeen.restore(from: &reader)
    episode = try reader.integer()
  }
}
