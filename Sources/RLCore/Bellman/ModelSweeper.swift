/// Sweeps over a model with values of its own, shared by the planners: two tables that swap, and threads for large models.
public struct ModelSweeper: Sendable {
  /// The model and its runs.
  public let sweep: BellmanSweep
  private let crew: WorkCrew
  private let parts: [Range<Int>]
  private var table: ValueTable
  private var other: ValueTable
  /// A bound on the size of the values: grown by every change, found anew every 32 sweeps.
  private var largest = 0.0
  private var sweeps = 0

  /// Values that are all zero.
  ///
  /// - Parameter threads: How many threads a sweep may use; small models use one. The values do not depend on it.
  public init(_ model: FiniteMDP, threads: Int) {
    sweep = BellmanSweep(model)
    let useful = min(threads, max(1, model.outcomeCount / 20_000))
    crew = WorkCrew(size: useful)
    parts = sweep.parts(useful)
    table = ValueTable(for: sweep)
    other = table
  }

  /// The model.
  public var model: FiniteMDP { sweep.model }

  /// The values, `stateCount` entries.
  public var values: [Double] { table.values }

  /// A bound on the rounding error of one backup of the values as they are.
  public func rounding(gamma: Double) -> Double { sweep.rounding(gamma: gamma, largest: largest) }

  /// A bound on the size of the finite values.
  public var magnitude: Double { largest }

  /// Replaces the values; those of terminal states must be 0.
  public mutating func replaceValues(with values: [Double]) {
    precondition(values.count == model.stateCount, "\(values.count) values for \(model.stateCount) states")
    largest = 0
    for state in 0..<values.count {
      table[state] = values[state]
      other[state] = values[state]
      if values[state].isFinite { largest = max(largest, abs(values[state])) }
    }
  }

  /// Adds a number to the values of all states that offer actions.
  public mutating func shift(by amount: Double) {
    for state in 0..<model.stateCount where !model.isTerminal(state) { table[state] += amount }
    largest += abs(amount)
  }

  /// Mixes the values with those before the last sweep: `V ← w V + (1 − w) V_before`.
  public mutating func mixWithPrevious(weight: Double) {
    for state in 0..<model.stateCount { table[state] = weight * table[state] + (1 - weight) * other[state] }
  }

  /// The value of a state.
  public func value(of state: Int) -> Double { table[state] }

  /// `V ← T V`.
  public mutating func sweepOptimal(gamma: Double) -> BellmanSweep.Change {
    run { sweep, tables, v, w, states in sweep.optimal(tables, from: v, to: w, states: states, gamma: gamma) }
  }

  /// `V ← max(V, T V)`.
  public mutating func sweepRising(gamma: Double) -> BellmanSweep.Change {
    let change = sweepOptimal(gamma: gamma)
    for state in 0..<model.stateCount where other[state] > table[state] { table[state] = other[state] }
    return change
  }

  /// `V ← min(V, T V)`.
  public mutating func sweepFalling(gamma: Double) -> BellmanSweep.Change {
    let change = sweepOptimal(gamma: gamma)
    for state in 0..<model.stateCount where other[state] < table[state] { table[state] = other[state] }
    return change
  }

  /// `V ← T V`, with the first best pair of each state.
  ///
  /// - Parameter pairs: Takes the pairs, `stateCount` entries; those of terminal states are left alone.
  public mutating func sweepGreedy(pairs: inout [Int32], gamma: Double) -> BellmanSweep.Change {
    pairs.withUnsafeMutableBufferPointer { pairs in
      let p = SharedOutput(pointer: pairs.baseAddress!)
      return run { sweep, tables, v, w, states in
        sweep.greedy(tables, from: v, to: w, pairs: p.pointer, states: states, gamma: gamma)
      }
    }
  }

  /// `V ← T_π V`.
  public mutating func sweepPolicy(_ policy: StationaryPolicy, gamma: Double) -> BellmanSweep.Change {
    policy.probabilities.withUnsafeBufferPointer { p in
      let p = Shared(p.baseAddress)
      return run { sweep, tables, v, w, states in
        guard let p = p.pointer else { return BellmanSweep.Change() }
        return sweep.policy(tables, p, from: v, to: w, states: states, gamma: gamma)
      }
    }
  }

  /// `V ← T_π V` in place, state by state in rising order.
  public mutating func sweepPolicyInPlace(_ policy: StationaryPolicy, gamma: Double) -> BellmanSweep.Change {
    let sweep = sweep
    let change = table.withPointer { (v: UnsafeMutablePointer<Double>) in
      policy.probabilities.withUnsafeBufferPointer { p in
        sweep.withTables { tables in
          guard let p = p.baseAddress else { return BellmanSweep.Change() }
          return sweep.policy(tables, p, from: v, to: v, states: 0..<sweep.model.stateCount, gamma: gamma)
        }
      }
    }
    note(change)
    return change
  }

  /// `V ← T_π V` for the policy that takes one pair in each state.
  public mutating func sweepPolicy(pairs: [Int32], gamma: Double) -> BellmanSweep.Change {
    pairs.withUnsafeBufferPointer { pairs in
      let p = Shared(pairs.baseAddress!)
      return run { sweep, tables, v, w, states in
        sweep.policy(tables, pairs: p.pointer!, from: v, to: w, states: states, gamma: gamma)
      }
    }
  }

  /// `Q(s, a)` of each pair for the values as they are.
  public func actionValues(gamma: Double) -> [Double] { sweep.actionValues(of: table, gamma: gamma) }

  private struct Shared<T>: @unchecked Sendable {
    let pointer: UnsafePointer<T>?
    init(_ pointer: UnsafePointer<T>?) { self.pointer = pointer }
  }

  private struct SharedOutput: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Int32>
  }

  private mutating func run(
    _ body: (
      BellmanSweep, BellmanSweep.Tables, UnsafePointer<Double>, UnsafeMutablePointer<Double>, Range<Int>
    ) -> BellmanSweep.Change
  ) -> BellmanSweep.Change {
    var changes = [BellmanSweep.Change](repeating: .init(), count: parts.count)
    let (sweep, parts, crew) = (sweep, parts, crew)
    table.withPointer { (v: UnsafePointer<Double>) in
      other.withPointer { w in
        changes.withUnsafeMutableBufferPointer { changes in
          sweep.withTables { tables in
            crew.run { part in changes[part] = body(sweep, tables, v, w, parts[part]) }
          }
        }
      }
    }
    var change = changes[0]
    for other in changes.dropFirst() { change.merge(other) }
    swap(&table, &other)
    note(change)
    return change
  }

  private mutating func note(_ change: BellmanSweep.Change) {
    sweeps += 1
    largest += change.size
    if sweeps % 32 == 0 { largest = table.largest }
  }
}

extension ModelSweeper: Checkpointable {
  /// Stores the values.
  public func save(to writer: inout StateWriter) {
    writer.write(largest)
    writer.write(sweeps)
    writer.write(values)
  }

  /// Takes up the values.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let magnitude = try reader.number()
    let count = try reader.integer()
    var values = [Double](repeating: 0, count: model.stateCount)
    var failure: StateError?
    values.withUnsafeMutableBufferPointer {
      do throws(StateError) { try reader.read(into: $0) } catch { failure = error }
    }
    if let failure { throw failure }
    replaceValues(with: values)
    largest = magnitude
    sweeps = count
  }
}

extension BellmanSweep {
  /// `Q(s, a) = r(s, a) + γ Σ_s′ p(s′|s, a) v(s′)` of each pair; Sutton & Barto (2018), eq. 4.6.
  ///
  /// - Parameter values: `v`, `stateCount` entries, 0 at terminal states.
  public func actionValues(of values: [Double], gamma: Double) -> [Double] {
    var table = ValueTable(for: self)
    for state in 0..<model.stateCount { table[state] = values[state] }
    return actionValues(of: table, gamma: gamma)
  }

  func actionValues(of table: ValueTable, gamma: Double) -> [Double] {
    table.withPointer { v in
      withTables { tables in
        [Double](unsafeUninitializedCapacity: model.pairCount) { q, count in
          for pair in 0..<model.pairCount { q[pair] = tables.backup(pair, gamma, v) }
          count = model.pairCount
        }
      }
    }
  }
}
