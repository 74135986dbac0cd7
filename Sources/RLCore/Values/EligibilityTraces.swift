/// Eligibility traces: how much each entry of a table shares in what is learned now (Sutton & Barto, 2018, ch. 12).
///
/// A trace holds the step size of its visits, `α z` instead of `z`: where step sizes change, each visit keeps its own. Only entries whose
/// trace is alive are kept, in a list, so that a step costs as much as there are of them: about `log(10⁻¹⁸) / log(γλ)` visits back, and
/// never more than the table has. What falls below 10⁻¹⁸ is forgotten: it is less than the rounding of what it would be added to.
public struct EligibilityTraces: ~Copyable {
  /// What a visit does to a trace `z` that has decayed.
  public enum Rule: String, Sendable, CaseIterable {
    /// `z ← z + 1`.
    case accumulating
    /// `z ← 1`.
    case replacing
    /// `z ← (1 − α) z + 1`.
    case dutch
  }

  /// The `traces` of the methods that have them.
  public static let parameter = Parameter<Rule>.choice(
    "traces", default: .accumulating, "what a visit does to a trace: adds 1, sets it to 1, or (1 − α) z + 1")

  /// What a visit does.
  public let rule: Rule
  /// How many traces are alive.
  public private(set) var count = 0
  private var entries: Table<Int32>
  private var traces: Table<Double>
  private var places: Table<Int32>

  /// No trace is alive.
  ///
  /// - Parameter entries: The number of entries of the table.
  public init(entries: Int, rule: Rule) {
    self.rule = rule
    self.entries = Table(entries, repeating: 0)
    traces = Table(entries, repeating: 0)
    places = Table(entries, repeating: -1)
  }

  /// The trace of an entry, times the step sizes of its visits.
  public func trace(of entry: Int) -> Double { places[entry] < 0 ? 0 : traces[Int(places[entry])] }

  /// Decays all traces, visits an entry, and moves every value by the error times its trace.
  ///
  /// - Parameters:
  ///   - values: The table.
  ///   - error: The TD error δ.
  ///   - freshError: The error for the visit itself, where it is another one.
  ///   - entry: What is visited.
  ///   - stepSize: Its step size α.
  ///   - decay: What all traces are multiplied with before the visit: `γλ`.
  public mutating func learn(
    _ values: borrowing ActionValues, error: Double, freshError: Double? = nil, visiting entry: Int, stepSize: Double,
    decay: Double
  ) {
    learn(
      values.values, error: error, freshError: freshError ?? error, visiting: entry, stepSize: stepSize, decay: decay)
  }

  /// Decays all traces, visits an entry, and moves every value by the error times its trace.
  public mutating func learn(
    _ values: borrowing StateValues, error: Double, visiting entry: Int, stepSize: Double, decay: Double
  ) {
    learn(values.values.base, error: error, freshError: error, visiting: entry, stepSize: stepSize, decay: decay)
  }

  private mutating func learn(
    _ values: UnsafeMutablePointer<Double>, error: Double, freshError: Double, visiting entry: Int, stepSize: Double,
    decay: Double
  ) {
    move(values, error: error, decay: decay)
    let place = place(of: entry)
    // All values have been moved by their decayed traces; what the visit adds is still missing.
    let fresh =
      switch rule {
      case .accumulating: stepSize
      case .replacing: stepSize - traces[place]
      case .dutch: stepSize - stepSize * traces[place]
      }
    values[entry] += freshError * fresh
    traces[place] += fresh
  }

  /// Decays all traces, visits the features of a row, and moves every weight by the error times its trace (Sutton & Barto, 2018,
  /// section 12.7). What is a visit of 1 for an entry of a table is `x_i` for a feature, and a dutch trace becomes
  /// `γλ z + (1 − α γλ zᵀx) x`.
  ///
  /// - Parameters:
  ///   - weights: The weights of all actions, one behind another.
  ///   - error: The TD error δ.
  ///   - row: The features.
  ///   - first: Where the weights of the action taken begin.
  ///   - stepSize: The step size α.
  ///   - decay: What all traces are multiplied with before the visit: `γλ`.
  public mutating func learn(
    _ weights: borrowing Table<Double>, error: Double, visiting row: FeatureRow, from first: Int, stepSize: Double,
    decay: Double
  ) {
    move(weights.base, error: error, decay: decay)
    var factor = stepSize
    if rule == .dutch {
      var overlap = 0.0
      for k in 0..<row.count { overlap += trace(of: first + Int(row.places[k])) * row.values[k] }
      factor -= stepSize * overlap
    }
    for k in 0..<row.count where row.values[k] != 0 {
      let entry = first + Int(row.places[k])
      let place = place(of: entry)
      let fresh = factor * row.values[k] - (rule == .replacing ? traces[place] : 0)
      weights.base[entry] += error * fresh
      traces[place] += fresh
    }
  }

  /// Decays all traces, and moves the values by the error times what is left of them.
  @inline(__always)
  private mutating func move(_ values: UnsafeMutablePointer<Double>, error: Double, decay: Double) {
    let entries = entries.base
    let traces = traces.base
    let places = places.base
    var kept = 0
    for k in 0..<count {
      let other = entries[k]
      let trace = traces[k] * decay
      if abs(trace) < 1e-18 {
        places[Int(other)] = -1
        continue
      }
      values[Int(other)] += error * trace
      if kept != k {
        entries[kept] = other
        places[Int(other)] = Int32(truncatingIfNeeded: kept)
      }
      traces[kept] = trace
      kept += 1
    }
    count = kept
  }

  /// Where the trace of an entry stands in the list; it is put there if it is not alive.
  @inline(__always)
  private mutating func place(of entry: Int) -> Int {
    let place = Int(places[entry])
    if place >= 0 { return place }
    places[entry] = Int32(truncatingIfNeeded: count)
    entries[count] = Int32(truncatingIfNeeded: entry)
    traces[count] = 0
    count += 1
    return count - 1
  }

  /// Sets the traces of the features that a row has to 0.
  ///
  /// - Parameter first: Where the weights of their action begin.
  public mutating func forget(_ row: FeatureRow, from first: Int) {
    for k in 0..<row.count where row.values[k] != 0 {
      let place = Int(places[first + Int(row.places[k])])
      if place >= 0 { traces[place] = 0 }
    }
  }

  /// Ends all traces.
  public mutating func clear() {
    for k in 0..<count { places[Int(entries[k])] = -1 }
    count = 0
  }
}

extension EligibilityTraces: Checkpointable {
  /// Appends the living traces.
  public func save(to writer: inout StateWriter) {
    writer.write(count)
    for k in 0..<count {
      writer.write(Int(entries[k]))
      writer.write(traces[k])
    }
  }

  /// Takes up the living traces.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    clear()
    let length = try reader.integer()
    guard (0...entries.count).contains(length) else {
      throw StateError("\(length) traces for \(entries.count) entries")
    }
    for k in 0..<length {
      let entry = try reader.integer()
      guard (0..<places.count).contains(entry) else { throw StateError("no entry \(entry) of \(places.count)") }
      entries[k] = Int32(entry)
      traces[k] = try reader.number()
      places[entry] = Int32(k)
    }
    count = length
  }
}
