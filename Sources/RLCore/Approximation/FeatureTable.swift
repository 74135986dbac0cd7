/// The features `x(s)` of what a learner may observe, a row for each observation: the places of those that are not 0, and their values.
///
/// For a task of numbered states there is a row for each state, and rows never change. A task that is observed as a vector has two rows,
/// which it writes in turn (``FeaturedEnvironment``): the row of the step before stays as it was.
public final class FeatureTable: @unchecked Sendable {
  /// How many features there are: the length of a weight vector.
  public let featureCount: Int
  /// How many rows there are.
  public let rowCount: Int
  /// How many features of a row may differ from 0.
  public let activeCount: Int
  /// Whether rows stay as they are, so that a learner may remember an observation by its number.
  public let isFixed: Bool
  @usableFromInline let places: UnsafeMutablePointer<Int32>
  @usableFromInline let values: UnsafeMutablePointer<Double>

  /// Rows of zeros.
  ///
  /// - Parameters:
  ///   - rows: How many rows.
  ///   - features: How many features, in `[1, 2³¹)`.
  ///   - active: How many of a row may differ from 0.
  ///   - isFixed: Whether rows stay as they are once they are written.
  public init(rows: Int, features: Int, active: Int, isFixed: Bool) {
    precondition(rows > 0 && active > 0 && features > 0 && features <= Int(Int32.max), "\(rows) rows of \(features)")
    rowCount = rows
    featureCount = features
    activeCount = active
    self.isFixed = isFixed
    places = .allocate(capacity: rows * active)
    places.initialize(repeating: 0, count: rows * active)
    values = .allocate(capacity: rows * active)
    values.initialize(repeating: 0, count: rows * active)
  }

  deinit {
    places.deallocate()
    values.deallocate()
  }

  /// A row.
  @inlinable @inline(__always)
  public func row(_ row: Int) -> FeatureRow {
    assert(row >= 0 && row < rowCount, "row \(row) of \(rowCount)")
    return FeatureRow(places: places + row &* activeCount, values: values + row &* activeCount, count: activeCount)
  }

  /// Makes rows for numbered states.
  ///
  /// - Parameters:
  ///   - basis: What features are made of.
  ///   - coordinates: Where each state lies, `basis.dimensions` numbers a state.
  public convenience init(_ basis: FeatureBasis, coordinates: [[Double]]) {
    self.init(rows: coordinates.count, features: basis.featureCount, active: basis.activeCount, isFixed: true)
    for (state, point) in coordinates.enumerated() {
      point.withUnsafeBufferPointer { basis.write($0.baseAddress!, into: row(state)) }
    }
  }
}

/// One row of a ``FeatureTable``. It owns nothing: the table must outlive it.
public struct FeatureRow: BitwiseCopyable {
  /// The places of the features, in `[0, featureCount)`.
  public let places: UnsafeMutablePointer<Int32>
  /// Their values.
  public let values: UnsafeMutablePointer<Double>
  /// How many there are.
  public let count: Int

  @inlinable @inline(__always)
  init(places: UnsafeMutablePointer<Int32>, values: UnsafeMutablePointer<Double>, count: Int) {
    self.places = places
    self.values = values
    self.count = count
  }

  /// `wᵀx`.
  @inlinable @inline(__always)
  public func dot(_ weights: UnsafePointer<Double>) -> Double {
    var sum = 0.0
    for k in 0..<count { sum += weights[Int(places[k])] * values[k] }
    return sum
  }

  /// `w ← w + c x`.
  @inlinable @inline(__always)
  public func add(_ factor: Double, to weights: UnsafeMutablePointer<Double>) {
    for k in 0..<count { weights[Int(places[k])] += factor * values[k] }
  }

  /// Takes over another row of the same length.
  @inlinable @inline(__always)
  public func copy(_ other: FeatureRow) {
    places.update(from: other.places, count: count)
    values.update(from: other.values, count: count)
  }
}

extension FeatureTable: Checkpointable {
  /// Appends the rows, where they change.
  public func save(to writer: inout StateWriter) {
    if isFixed { return }
    writer.write(UnsafeBufferPointer(start: places, count: rowCount * activeCount))
    writer.write(UnsafeBufferPointer(start: values, count: rowCount * activeCount))
  }

  /// Takes up the rows, where they change.
  public func restore(from reader: inout StateReader) throws(StateError) {
    if isFixed { return }
    try reader.read(into: UnsafeMutableBufferPointer(start: places, count: rowCount * activeCount))
    try reader.read(into: UnsafeMutableBufferPointer(start: values, count: rowCount * activeCount))
  }
}

/// Rows that a learner keeps until they are due for an update. Of a table that never changes it keeps the numbers only.
public struct FeatureMemory: ~Copyable {
  private let table: FeatureTable
  @usableFromInline let fixed: FeatureTable?
  @usableFromInline var places = GrowingTable<Int32>()
  @usableFromInline var values = GrowingTable<Double>()
  @usableFromInline let active: Int
  @usableFromInline let capacity: Int
  @usableFromInline var next = 0

  /// An empty memory.
  ///
  /// - Parameters:
  ///   - table: Whose rows are kept.
  ///   - capacity: How many rows are kept at most, the oldest making room for the newest; nil for as many as come.
  public init(_ table: FeatureTable, capacity: Int?) {
    self.table = table
    fixed = table.isFixed ? table : nil
    active = table.activeCount
    self.capacity = capacity ?? .max
  }

  /// Keeps a row as it is now.
  ///
  /// - Returns: By what number it is found again.
  @inlinable
  public mutating func keep(_ row: Int, of table: FeatureTable) -> Int {
    if fixed != nil { return row }
    let place = next
    next = next + 1 == capacity ? 0 : next + 1
    let source = table.row(row)
    if places.count == place * active {
      for k in 0..<active {
        places.append(source.places[k])
        values.append(source.values[k])
      }
    } else {
      for k in 0..<active {
        places[place * active + k] = source.places[k]
        values[place * active + k] = source.values[k]
      }
    }
    return place
  }

  /// A kept row; good until the next one is kept.
  @inlinable
  public func row(_ number: Int) -> FeatureRow {
    if let fixed { return fixed.row(number) }
    return FeatureRow(
      places: places.base + number * active, values: values.base + number * active, count: active)
  }

  /// Forgets all rows.
  @inlinable
  public mutating func removeAll() {
    places.removeAll()
    values.removeAll()
    next = 0
  }

  /// Numbers held, for checking that memory suffices.
  @inlinable public var count: Int { values.count }
}

extension FeatureMemory: Checkpointable {
  /// Appends the rows.
  public func save(to writer: inout StateWriter) {
    places.save(to: &writer)
    values.save(to: &writer)
    writer.write(next)
  }

  /// Takes up the rows.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try places.restore(from: &reader)
    try values.restore(from: &reader)
    next = try reader.integer()
  }
}
