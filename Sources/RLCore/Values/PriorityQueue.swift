/// Entries of a table in the order of their priority, greatest first: a binary heap that knows where each entry is. Allocated once.
///
/// Of equal priorities the lower entry comes first, so that the order depends on nothing but what is inside.
public struct PriorityQueue: ~Copyable {
  /// How many entries wait.
  public private(set) var count = 0
  private let heap: Table<Int32>
  private let places: Table<Int32>
  private let priorities: Table<Double>

  /// An empty queue for entries in `[0, entries)`.
  public init(entries: Int) {
    heap = Table(entries, repeating: 0)
    places = Table(entries, repeating: -1)
    priorities = Table(entries, repeating: 0)
  }

  /// The priority of an entry that waits, or nil.
  public func priority(of entry: Int) -> Double? { places[entry] < 0 ? nil : priorities[entry] }

  /// Adds an entry, or changes the priority of one that waits. O(log n).
  public mutating func insert(_ entry: Int, priority: Double) {
    priorities[entry] = priority
    if places[entry] < 0 {
      place(Int32(truncatingIfNeeded: entry), at: count)
      count += 1
    }
    rise(Int(places[entry]))
    sink(Int(places[entry]))
  }

  /// Takes out the entry of the greatest priority, or nil where none waits. O(log n).
  public mutating func popFirst() -> Int? {
    if count == 0 { return nil }
    let first = heap[0]
    places[Int(first)] = -1
    count -= 1
    if count > 0 {
      place(heap[count], at: 0)
      sink(0)
    }
    return Int(first)
  }

  private func place(_ entry: Int32, at place: Int) {
    heap[place] = entry
    places[Int(entry)] = Int32(truncatingIfNeeded: place)
  }

  private func comesBefore(_ a: Int32, _ b: Int32) -> Bool {
    let (x, y) = (priorities[Int(a)], priorities[Int(b)])
    return x > y || (x == y && a < b)
  }

  private func rise(_ start: Int) {
    let entry = heap[start]
    var hole = start
    while hole > 0 {
      let parent = (hole - 1) >> 1
      if !comesBefore(entry, heap[parent]) { break }
      place(heap[parent], at: hole)
      hole = parent
    }
    place(entry, at: hole)
  }

  private func sink(_ start: Int) {
    let entry = heap[start]
    var hole = start
    while 2 * hole + 1 < count {
      var child = 2 * hole + 1
      if child + 1 < count && comesBefore(heap[child + 1], heap[child]) { child += 1 }
      if !comesBefore(heap[child], entry) { break }
      place(heap[child], at: hole)
      hole = child
    }
    place(entry, at: hole)
  }
}

extension PriorityQueue: Checkpointable {
  /// Appends the entries that wait, in the order of the heap.
  public func save(to writer: inout StateWriter) {
    writer.write(count)
    for k in 0..<count {
      writer.write(Int(heap[k]))
      writer.write(priorities[Int(heap[k])])
    }
  }

  /// Takes up the entries that wait.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    for k in 0..<count { places[Int(heap[k])] = -1 }
    count = 0
    let length = try reader.integer()
    guard (0...heap.count).contains(length) else { throw StateError("\(length) of \(heap.count) entries wait") }
    for k in 0..<length {
      let entry = try reader.integer()
      guard (0..<places.count).contains(entry) else { throw StateError("no entry \(entry) of \(places.count)") }
      priorities[entry] = try reader.number()
      place(Int32(entry), at: k)
    }
    count = length
  }
}
