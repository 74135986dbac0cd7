/// A task that is observed as a vector, for learners of features: the observation is the number of the row of a ``FeatureTable`` in which
/// its features stand. The table has two rows, written in turn, so that a step's both ends can be read.
public struct FeaturedEnvironment: TabularEnvironment {
  /// Two observations, and the actions of the task.
  public let space: ActionSpace
  private var base: any VectorEnvironment
  /// What features are made of.
  public let basis: FeatureBasis
  private let table: FeatureTable
  /// What was observed last.
  public private(set) var observation: [Float]
  private var point: [Double]
  private var row = 0

  /// Puts a task behind its features.
  ///
  /// - Parameters:
  ///   - base: The task, of numbered actions that are offered everywhere.
  ///   - basis: What features are made of.
  ///   - table: Where they stand; no other environment may write there.
  public init(_ base: any VectorEnvironment, basis: FeatureBasis, table: FeatureTable) {
    precondition(table.rowCount == 2 && !table.isFixed, "a table of \(table.rowCount) rows")
    space = ActionSpace(states: 2, actions: base.actionSpace.count)
    self.base = base
    self.basis = basis
    self.table = table
    observation = [Float](repeating: 0, count: base.observationCount)
    point = [Double](repeating: 0, count: base.observationCount)
  }

  /// A copy with a table of its own.
  public func apart() -> FeaturedEnvironment {
    let own = FeatureTable(
      rows: 2, features: table.featureCount, active: table.activeCount, isFixed: false)
    return FeaturedEnvironment(base, basis: basis, table: own)
  }

  /// The features of what was observed last.
  public var features: FeatureRow { table.row(row) }

  private mutating func observe() -> Int {
    row = 1 - row
    observation.withUnsafeMutableBufferPointer { base.observe(into: $0.baseAddress!) }
    for k in 0..<point.count { point[k] = Double(observation[k]) }
    return writeFeatures()
  }

  private func writeFeatures() -> Int {
    point.withUnsafeBufferPointer { basis.write($0.baseAddress!, into: table.row(row)) }
    return row
  }

  /// The features of another observation, which take the place of those of the last one: for copies on which nobody acts.
  public mutating func look(at observation: [Double]) -> FeatureRow {
    precondition(observation.count == point.count, "\(observation.count) numbers where \(point.count) are observed")
    point = observation
    return table.row(writeFeatures())
  }

  /// Begins an episode.
  public mutating func reset(using stream: inout RandomStream) -> Int {
    base.reset(using: &stream)
    return observe()
  }

  /// Begins an episode: the task knows no other starts.
  public mutating func resetAnywhere(using stream: inout RandomStream) -> Int { reset(using: &stream) }

  /// Takes an action.
  public mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
    let outcome = base.step(action: action, using: &stream)
    return Outcome(
      observation: observe(), reward: outcome.reward, terminated: outcome.terminated, truncated: outcome.truncated)
  }

  /// Why the task cannot go on.
  public var failure: String? { base.failure }

  /// Appends the task's state and the features.
  public func save(to writer: inout StateWriter) {
    base.save(to: &writer)
    table.save(to: &writer)
    writer.write(row)
  }

  /// Takes up the task's state and the features.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try base.restore(from: &reader)
    try table.restore(from: &reader)
    row = try reader.integer()
  }
}
