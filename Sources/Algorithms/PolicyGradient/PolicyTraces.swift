import RLCore

/// Eligibility traces of a softmax policy: how much each preference shares in what is learned now.
///
///     z ← decay z + weight ∇ ln π(A|S),   H ← H + δ z                 Sutton & Barto (2018), section 13.5, box with traces
///
/// A visit touches the preferences of all actions of its state, so a trace is kept for whole rows; only rows that are alive are visited.
/// What falls below 10⁻¹⁸ is forgotten.
@usableFromInline
struct PolicyTraces: ~Copyable {
  @usableFromInline var count = 0
  let width: Int
  var rows: Table<Int32>
  var places: Table<Int32>
  var traces: Table<Double>

  init(_ space: ActionSpace) {
    width = space.width
    rows = Table(space.stateCount, repeating: 0)
    places = Table(space.stateCount, repeating: -1)
    traces = Table(space.slotCount, repeating: 0)
  }

  /// Decays all traces, visits a state and an action, and moves all preferences by the error times their traces.
  ///
  /// - Parameter weight: What the visit counts, step size included.
  @usableFromInline
  mutating func learn(
    _ policy: inout SoftmaxPolicy, error: Double, visiting state: Int, _ action: Int, weight: Double, decay: Double
  ) {
    // The gradient of the visit is that of the policy as it acted.
    policy.refresh(state)
    var place = Int(places[state])
    if place < 0 {
      place = count
      rows[place] = Int32(truncatingIfNeeded: state)
      places[state] = Int32(truncatingIfNeeded: place)
      for slot in place * width..<(place + 1) * width { traces[slot] = 0 }
      count += 1
    }
    var kept = 0
    for k in 0..<count {
      let row = Int(rows[k])
      let actions = policy.preferences.actions(in: row)
      var greatest = 0.0
      for other in 0..<actions {
        var trace = traces[k * width + other] * decay
        if row == state { trace += weight * ((other == action ? 1 : 0) - policy[state, other]) }
        traces[kept * width + other] = trace
        greatest = max(greatest, trace.magnitude)
      }
      if greatest < 1e-18 && row != state {
        places[row] = -1
        continue
      }
      rows[kept] = Int32(truncatingIfNeeded: row)
      places[row] = Int32(truncatingIfNeeded: kept)
      kept += 1
    }
    count = kept
    for k in 0..<count {
      let row = Int(rows[k])
      for other in 0..<policy.preferences.actions(in: row) {
        policy.preferences[row, other] += error * traces[k * width + other]
      }
      policy.touch(row)
    }
    policy.count(error * weight)
  }

  /// Ends all traces.
  @usableFromInline
  mutating func clear() {
    for k in 0..<count { places[Int(rows[k])] = -1 }
    count = 0
  }
}

extension PolicyTraces: Checkpointable {
  /// Appends the living traces.
  @usableFromInline
  func save(to writer: inout StateWriter) {
    writer.write(count)
    rows.save(to: &writer)
    traces.save(to: &writer)
  }

  /// Takes up the living traces.
  @usableFromInline
  mutating func restore(from reader: inout StateReader) throws(StateError) {
    let count = try reader.integer()
    guard (0...rows.count).contains(count) else { throw StateError("\(count) traces of \(rows.count) states") }
    try rows.restore(from: &reader)
    try traces.restore(from: &reader)
    places.fill(with: -1)
    for k in 0..<count {
      guard (0..<places.count).contains(Int(rows[k])) else { throw StateError("a trace of state \(rows[k])") }
      places[Int(rows[k])] = Int32(k)
    }
    self.count = count
  }
}
