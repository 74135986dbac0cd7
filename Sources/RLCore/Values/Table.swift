/// A flat table of plain numbers that owns its memory and cannot be copied: what learners keep beside their values, allocated once.
public struct Table<Element: BitwiseCopyable>: ~Copyable {
  /// The number of entries.
  public let count: Int
  @usableFromInline let base: UnsafeMutablePointer<Element>

  /// A table with the same entry everywhere.
  public init(_ count: Int, repeating element: Element) {
    precondition(count >= 0, "a table of \(count) entries")
    self.count = count
    base = .allocate(capacity: count)
    base.initialize(repeating: element, count: count)
  }

  deinit { base.deallocate() }

  /// The entry at an index in `[0, count)`.
  @inlinable @inline(__always)
  public subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < count, "entry \(index) of \(count)")
      return base[index]
    }
    nonmutating set {
      assert(index >= 0 && index < count, "entry \(index) of \(count)")
      base[index] = newValue
    }
  }

  /// Sets every entry.
  @inlinable
  public func fill(with element: Element) { base.update(repeating: element, count: count) }

  /// Reads or changes all entries at once.
  @inlinable
  public func withEntries<R>(_ body: (UnsafeMutableBufferPointer<Element>) throws -> R) rethrows -> R {
    try body(UnsafeMutableBufferPointer(start: base, count: count))
  }
}

extension Table: Checkpointable {
  /// Appends every entry.
  public func save(to writer: inout StateWriter) { writer.write(UnsafeBufferPointer(start: base, count: count)) }

  /// Takes up every entry.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try reader.read(into: UnsafeMutableBufferPointer(start: base, count: count))
  }
}

/// A list of plain numbers that owns its memory, cannot be copied, and keeps what it has grown to: the steps of an episode.
public struct GrowingTable<Element: BitwiseCopyable>: ~Copyable {
  /// The number of entries.
  @inlinable @inline(__always) public var count: Int { stored }
  @usableFromInline var stored = 0
  @usableFromInline var capacity: Int
  @usableFromInline var base: UnsafeMutablePointer<Element>

  /// An empty list.
  public init() {
    capacity = 256
    base = .allocate(capacity: capacity)
  }

  deinit { base.deallocate() }

  /// The entry at an index in `[0, count)`.
  @inlinable @inline(__always)
  public subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < count, "entry \(index) of \(count)")
      return base[index]
    }
    nonmutating set {
      assert(index >= 0 && index < count, "entry \(index) of \(count)")
      base[index] = newValue
    }
  }

  /// Appends an entry; allocates only where the list was never that long.
  @inlinable @inline(__always)
  public mutating func append(_ element: Element) {
    if stored == capacity { grow(to: 2 * capacity) }
    (base + stored).initialize(to: element)
    stored += 1
  }

  /// Forgets all entries and keeps the memory.
  @inlinable @inline(__always)
  public mutating func removeAll() { stored = 0 }

  @usableFromInline @inline(never)
  mutating func grow(to capacity: Int) {
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    larger.update(from: base, count: stored)
    base.deallocate()
    base = larger
    self.capacity = capacity
  }
}

extension GrowingTable: Checkpointable {
  /// Appends every entry.
  public func save(to writer: inout StateWriter) { writer.write(UnsafeBufferPointer(start: base, count: count)) }

  /// Takes up every entry.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    var ahead = reader
    let length = try ahead.integer()
    guard length >= 0, length <= ahead.remaining / max(1, MemoryLayout<Element>.stride) else {
      throw StateError("the checkpoint cannot hold a list of \(length) entries")
    }
    if length > capacity { grow(to: length) }
    stored = length
    try reader.read(into: UnsafeMutableBufferPointer(start: base, count: length))
  }
}
