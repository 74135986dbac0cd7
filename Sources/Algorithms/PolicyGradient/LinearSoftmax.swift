import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A softmax policy whose preferences are linear in features, with a weight vector for each action.
///
///     h(s, a) = θ_aᵀ x(s),   π(a|s) = exp h(s, a) / Σ_b exp h(s, b)     Sutton & Barto (2018), eqs. 13.2 and 13.3
///     ∇_{θ_b} ln π(A|S) = (1[b = A] − π(b|S)) x(S)                      ibid., eq. 13.9 with x(s, a) stacked by action
///
/// With a feature for each state it is ``SoftmaxPolicy``. The policy owns its memory and cannot be copied.
public struct LinearSoftmax: ~Copyable {
  /// The features.
  public let features: FeatureTable
  /// θ: the weights of the first action, then those of the second, …
  public var weights: Table<Double>
  /// π of the state that was looked at last.
  let probabilities: Table<Double>
  private let space: ActionSpace
  private var made = 0
  private var fault = 0

  /// A policy that gives every action the same probability.
  init(_ features: FeatureTable, space: ActionSpace) {
    self.features = features
    self.space = space
    weights = Table(features.featureCount * space.width, repeating: 0)
    probabilities = Table(space.width, repeating: 0)
  }

  /// How many actions there are in a state, or behind an observation that is remembered.
  func actions(in state: Int) -> Int { features.isFixed ? space.actions(in: state) : space.width }

  /// Computes ``probabilities``.
  ///
  /// - Parameter count: How many actions there are.
  /// - Returns: Whether they are numbers.
  @discardableResult
  func evaluate(_ row: FeatureRow, _ count: Int) -> Bool {
    if count == 0 { return true }
    var greatest = -Double.infinity
    weights.withEntries { weights in
      for action in 0..<count {
        let preference = row.dot(weights.baseAddress! + action * features.featureCount)
        probabilities[action] = preference
        greatest = preference > greatest ? preference : greatest
      }
    }
    var total = 0.0
    for action in 0..<count {
      let weight = exp(probabilities[action] - greatest)
      probabilities[action] = weight
      total += weight
    }
    for action in 0..<count { probabilities[action] /= total }
    return total.magnitude < .infinity
  }

  /// Draws an action. One word.
  mutating func action(_ row: FeatureRow, _ count: Int, using stream: inout RandomStream) -> Int {
    if !evaluate(row, count) && fault == 0 { fault = made + 1 }
    let target = stream.uniform()
    var sum = 0.0
    for action in 0..<max(0, count - 1) {
      sum += probabilities[action]
      if target < sum { return action }
    }
    return max(0, count - 1)
  }

  /// The likeliest action, the first of equals.
  func mode(_ row: FeatureRow, _ count: Int) -> Int {
    evaluate(row, count)
    var best = 0
    for action in 0..<max(1, count) where probabilities[action] > probabilities[best] { best = action }
    return best
  }

  /// An action where all are offered: the likeliest, or one that is drawn.
  mutating func choose(_ row: FeatureRow, isGreedy: Bool, using stream: inout RandomStream) -> Int {
    isGreedy ? mode(row, space.width) : action(row, space.width, using: &stream)
  }

  /// As a file stores it.
  func archive(_ basis: FeatureBasis) -> LinearArchive {
    LinearArchive(
      head: .softmax, basis: basis, actionCount: space.width, weights: weights.withEntries { Array($0) })
  }

  /// `θ ← θ + step ∇ ln π(A|S)`, by the probabilities as they are.
  mutating func ascend(_ row: FeatureRow, _ count: Int, _ action: Int, by step: Double) {
    weights.withEntries { weights in
      for other in 0..<count {
        let factor = step * ((other == action ? 1 : 0) - probabilities[other])
        row.add(factor, to: weights.baseAddress! + other * features.featureCount)
      }
    }
    note(step)
  }

  /// Counts an update, and notes the first whose step is no number.
  mutating func note(_ step: Double) {
    made += 1
    if !(step.magnitude < .infinity) && fault == 0 { fault = made }
  }

  /// What is wrong where an update or a preference was no number; nil while all is well.
  var failure: String? {
    fault == 0
      ? nil : "the step of the policy's weights is not finite at update \(fault); make the step sizes smaller"
  }

  /// The policy, and the values `wᵀx(s)`, of all states where states are numbered.
  func report(into report: inout LearnerReport, values: borrowing Table<Double>, isTerminal: [Bool]) {
    guard features.isFixed else { return }
    fill(&report, space, values) { isTerminal[$0] ? nil : features.row($0) }
  }

  /// The same at points that are not states, where every action is offered.
  func report(points: Int, values: borrowing Table<Double>, _ row: (Int) -> FeatureRow) -> LearnerReport {
    var report = LearnerReport()
    fill(&report, ActionSpace(states: points, actions: space.width), values) { row($0) }
    return report
  }

  private func fill(
    _ report: inout LearnerReport, _ space: ActionSpace, _ values: borrowing Table<Double>,
    _ features: (Int) -> FeatureRow?
  ) {
    report.targetPolicy = [Double](repeating: 0, count: space.slotCount)
    report.stateValues = [Double](repeating: 0, count: space.stateCount)
    for state in 0..<space.stateCount {
      guard let row = features(state) else { continue }
      let count = space.actions(in: state)
      evaluate(row, count)
      for action in 0..<count { report.targetPolicy[state * space.width + action] = probabilities[action] }
      report.stateValues[state] = values.withEntries { row.dot($0.baseAddress!) }
    }
    report.behaviorPolicy = report.targetPolicy
  }
}

extension LinearSoftmax: Checkpointable {
  /// Appends the weights.
  public func save(to writer: inout StateWriter) {
    weights.save(to: &writer)
    writer.write(made)
    writer.write(fault)
  }

  /// Takes up the weights.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try weights.restore(from: &reader)
    made = try reader.integer()
    fault = try reader.integer()
  }
}

/// Eligibility traces of a linear softmax policy: what ``PolicyTraces`` are to a table. A visit touches the weights of all actions, so that
/// decay, visits and the move of the weights are steps of their own; of the vector only what is alive is visited.
///
///     z ← decay z, then z ← z + weight x                              Sutton & Barto (2018), section 12.2
///
/// What falls below 10⁻¹⁸ is forgotten.
struct LinearPolicyTraces: ~Copyable {
  private var count = 0
  private let traces: Table<Double>
  private var places: Table<Int32>
  private let isAlive: Table<Bool>

  init(weights: Int) {
    traces = Table(weights, repeating: 0)
    places = Table(weights, repeating: 0)
    isAlive = Table(weights, repeating: false)
  }

  /// Lets all traces fade.
  mutating func decay(by factor: Double) {
    var kept = 0
    for k in 0..<count {
      let place = Int(places[k])
      let trace = traces[place] * factor
      // What is not a number stays, so that it is seen.
      if trace.magnitude < 1e-18 {
        traces[place] = 0
        isAlive[place] = false
        continue
      }
      traces[place] = trace
      places[kept] = Int32(truncatingIfNeeded: place)
      kept += 1
    }
    count = kept
  }

  /// Adds `weight x`.
  ///
  /// - Parameter offset: Where the vector of the features begins among the weights.
  mutating func visit(_ row: FeatureRow, at offset: Int = 0, weight: Double) {
    for k in 0..<row.count {
      let place = offset + Int(row.places[k])
      if !isAlive[place] {
        isAlive[place] = true
        places[count] = Int32(truncatingIfNeeded: place)
        count += 1
      }
      traces[place] += weight * row.values[k]
    }
  }

  /// `w ← w + step z`.
  func move(_ weights: borrowing Table<Double>, by step: Double) {
    for k in 0..<count { weights[Int(places[k])] += step * traces[Int(places[k])] }
  }

  /// Ends all traces.
  mutating func clear() {
    for k in 0..<count {
      traces[Int(places[k])] = 0
      isAlive[Int(places[k])] = false
    }
    count = 0
  }
}

extension LinearPolicyTraces: Checkpointable {
  /// Appends the living traces.
  func save(to writer: inout StateWriter) {
    writer.write(count)
    for k in 0..<count {
      writer.write(Int(places[k]))
      writer.write(traces[Int(places[k])])
    }
  }

  /// Takes up the living traces.
  mutating func restore(from reader: inout StateReader) throws(StateError) {
    clear()
    let length = try reader.integer()
    guard (0...places.count).contains(length) else { throw StateError("\(length) traces for \(places.count) weights") }
    for k in 0..<length {
      let place = try reader.integer()
      guard (0..<places.count).contains(place) else { throw StateError("no weight \(place) of \(places.count)") }
      places[k] = Int32(truncatingIfNeeded: place)
      traces[place] = try reader.number()
      isAlive[place] = true
    }
    count = length
  }
}
