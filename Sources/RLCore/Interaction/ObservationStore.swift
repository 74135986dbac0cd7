/// Rows of observations as networks take them: feature vectors, or the places of one-hot vectors that are never built; and how many actions
/// each row's state offers, where that differs.
public struct ObservationStore: Sendable {
  /// How many numbers an observation has.
  public let width: Int
  /// How many rows there are.
  public private(set) var count: Int
  /// Whether rows are places in a one-hot vector.
  public let usesStateIndices: Bool
  /// Whether every row offers every action, so that ``availableActions`` is empty.
  public let offersAllActions: Bool
  /// `count` rows of `width` numbers; empty where rows are places.
  public var numbers: [Float]
  /// A place a row, in `[0, width)`; empty where rows are vectors.
  public var states: [Int]
  /// How many actions each row offers: the first so many; empty where all do.
  public var availableActions: [Int32]

  /// Rows of zeros.
  public init(count: Int, width: Int, usesStateIndices: Bool, offersAllActions: Bool) {
    precondition(count >= 0 && width > 0, "\(count) rows of \(width) numbers")
    self.count = count
    self.width = width
    self.usesStateIndices = usesStateIndices
    self.offersAllActions = offersAllActions
    numbers = [Float](repeating: 0, count: usesStateIndices ? 0 : count * width)
    states = [Int](repeating: 0, count: usesStateIndices ? count : 0)
    availableActions = [Int32](repeating: 0, count: offersAllActions ? 0 : count)
  }

  /// Rows that fit what a learner is told of its task.
  public init(count: Int, for context: BatchContext) {
    self.init(
      count: count, width: context.observationCount, usesStateIndices: context.usesStateIndices,
      offersAllActions: context.offersAllActions)
  }

  /// Makes room for more rows, which are zero; those that are there stay.
  public mutating func grow(to rows: Int) {
    guard rows > count else { return }
    if usesStateIndices {
      states.append(contentsOf: repeatElement(0, count: rows - count))
    } else {
      numbers.append(contentsOf: repeatElement(0, count: (rows - count) * width))
    }
    if !offersAllActions { availableActions.append(contentsOf: repeatElement(0, count: rows - count)) }
    count = rows
  }

  /// Copies the current observations of a batch into rows from `row` on.
  public mutating func record(_ batch: EnvironmentBatch, at row: Int) {
    copy(batch.observations, batch.stateIndices, batch.availableActions, count: batch.count, at: row)
  }

  /// Copies the observations that episodes of a batch ended in into rows from `row` on; rows of copies whose episode did not end in the last
  /// step hold older ones.
  public mutating func recordFinal(_ batch: EnvironmentBatch, at row: Int) {
    copy(batch.finalObservations, batch.finalStateIndices, batch.finalAvailableActions, count: batch.count, at: row)
  }

  /// Copies the observation that one copy's episode ended in into a row.
  public mutating func recordFinal(_ batch: EnvironmentBatch, copy k: Int, at row: Int) {
    copy(
      batch.finalObservations + (usesStateIndices ? 0 : k * width), batch.finalStateIndices + k,
      batch.finalAvailableActions + k, count: 1, at: row)
  }

  private mutating func copy(
    _ rows: UnsafeMutablePointer<Float>, _ places: UnsafeMutablePointer<Int32>, _ counts: UnsafeMutablePointer<Int32>,
    count added: Int, at row: Int
  ) {
    precondition(row >= 0 && row + added <= count, "rows \(row)..<\(row + added) of \(count)")
    if usesStateIndices {
      for k in 0..<added { states[row + k] = Int(places[k]) }
    } else {
      let width = width
      numbers.withUnsafeMutableBufferPointer { $0.baseAddress! + row * width }.update(from: rows, count: added * width)
    }
    if !offersAllActions { for k in 0..<added { availableActions[row + k] = max(1, counts[k]) } }
  }

  /// Copies a row to another place.
  public mutating func copyRow(_ from: Int, to row: Int) {
    if usesStateIndices {
      states[row] = states[from]
    } else {
      for k in 0..<width { numbers[row * width + k] = numbers[from * width + k] }
    }
    if !offersAllActions { availableActions[row] = availableActions[from] }
  }

  /// Copies a row of another store.
  public mutating func copyRow(_ from: Int, of other: ObservationStore, to row: Int) {
    if usesStateIndices {
      states[row] = other.states[from]
    } else {
      for k in 0..<width { numbers[row * width + k] = other.numbers[from * width + k] }
    }
    if !offersAllActions { availableActions[row] = other.availableActions[from] }
  }
}

extension ObservationStore: Checkpointable {
  /// Appends all rows.
  public func save(to writer: inout StateWriter) {
    writer.write(numbers)
    writer.write(states)
    writer.write(availableActions)
  }

  /// Takes up all rows.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let numbers = try reader.list(of: 0 as Float)
    let states = try reader.list(of: 0)
    let available = try reader.list(of: 0 as Int32)
    guard numbers.count == self.numbers.count, states.count == self.states.count,
      available.count == availableActions.count, states.allSatisfy({ $0 >= 0 && $0 < width })
    else { throw StateError("the checkpoint's observations do not fit") }
    (self.numbers, self.states, availableActions) = (numbers, states, available)
  }
}

/// Rows of actions: numbers of a discrete space, or vectors of a continuous one.
public struct ActionStore: Sendable {
  /// Whether actions are numbered.
  public let isDiscrete: Bool
  /// How many numbers an action has: 1 in a discrete space.
  public let width: Int
  /// The number of each row's action; empty in a continuous space.
  public var numbers: [Int32]
  /// `width` numbers a row; empty in a discrete space.
  public var values: [Float]

  /// Rows of zeros.
  public init(count: Int, for space: VectorActionSpace) {
    isDiscrete = space.isDiscrete
    width = space.isDiscrete ? 1 : space.count
    numbers = [Int32](repeating: 0, count: space.isDiscrete ? count : 0)
    values = [Float](repeating: 0, count: space.isDiscrete ? 0 : count * width)
  }

  /// Makes room for more rows, which are zero; those that are there stay.
  public mutating func grow(to rows: Int) {
    let missing = rows * width - (isDiscrete ? numbers.count : values.count)
    guard missing > 0 else { return }
    if isDiscrete {
      numbers.append(contentsOf: repeatElement(0, count: missing))
    } else {
      values.append(contentsOf: repeatElement(0, count: missing))
    }
  }
}
