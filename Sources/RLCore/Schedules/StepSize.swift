#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The step size α of a table: constant, changing with time, or falling with the visits of each entry.
///
/// It owns the counts of visits, if it needs them, and cannot be copied.
public struct StepSize: ~Copyable {
  /// The value now, where it does not depend on visits.
  @usableFromInline var value: Double
  @usableFromInline let counts: UnsafeMutablePointer<Int>?
  private let entries: Int
  private let schedule: Schedule

  /// A step size for a table of `entries`.
  public init(_ schedule: Schedule, entries: Int) {
    self.schedule = schedule
    self.entries = entries
    value = schedule.value(at: 0)
    if case .visits = schedule {
      let counts = UnsafeMutablePointer<Int>.allocate(capacity: entries)
      counts.initialize(repeating: 0, count: entries)
      self.counts = counts
    } else {
      counts = nil
    }
  }

  deinit { counts?.deallocate() }

  /// Whether the value changes with time.
  public var isScheduled: Bool { !schedule.isConstant }

  /// Sets the value for a time.
  public mutating func adjust(to time: Double) { value = schedule.value(at: time) }

  /// The step size for the next update of an entry, which counts as a visit.
  @inlinable @inline(__always)
  public mutating func next(for entry: Int) -> Double {
    if counts == nil { return value }
    return visit(entry)
  }

  @usableFromInline
  mutating func visit(_ entry: Int) -> Double {
    guard let counts, case .visits(let from, let power) = schedule else { return value }
    counts[entry] += 1
    let visits = Double(counts[entry])
    return power == 1 ? from / visits : from / pow(visits, power)
  }
}

extension StepSize: Checkpointable {
  /// Appends the value and the counts.
  public func save(to writer: inout StateWriter) {
    writer.write(value)
    if let counts { writer.write(UnsafeBufferPointer(start: counts, count: entries)) }
  }

  /// Takes up the value and the counts.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    value = try reader.number()
    if let counts { try reader.read(into: UnsafeMutableBufferPointer(start: counts, count: entries)) }
  }
}
