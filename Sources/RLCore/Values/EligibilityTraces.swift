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
    let entries = entries.base
    let traces = traces.base
    let places = places.base
    var kept = 0
    for k in 0..<count {
      let other = entries[k]
      let trace = traces[k] * decay
      if trace < 1e-18 {
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
    var place = Int(places[entry])
    if place < 0 {
      place = kept
      kept += 1
      places[entry] = Int32(truncatingIfNeeded: place)
      entries[place] = Int32(truncatingIfNeeded: entry)
      traces[place] = 0
    }
    count = kept
    // The loop has moved the visited value by its decayed trace; what the visit adds is still missing.
    let fresh =
      switch rule {
      case .accumulating: stepSize
      case .replacing: stepSize - traces[place]
      case .dutch: stepSize - stepSize * traces[place]
      }
    values[entry] += freshError * fresh
    traces[place] += fresh
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
