import RLCore

/// A method that chooses actions by the features of what it observes, of a task that is trained on or of another copy.
public protocol FeatureActor: TabularLearner, ~Copyable {
  /// Chooses an action where every action is offered.
  ///
  /// - Parameters:
  ///   - row: The features of what is observed.
  ///   - isGreedy: Whether it is the best or likeliest one, and not of the policy that acts.
  mutating func choose(_ row: FeatureRow, isGreedy: Bool, using stream: inout RandomStream) -> Int

  /// What has been learned of points that are not states, where every action is offered.
  ///
  /// - Parameter row: The features of a point.
  func report(points: Int, _ row: (Int) -> FeatureRow) -> LearnerReport

  /// The policy as a file stores it.
  ///
  /// - Parameter basis: What its features are made of.
  func archive(_ basis: FeatureBasis) -> LinearArchive
}

/// A method of linear action values.
public protocol LinearActor: FeatureActor, ~Copyable {
  /// Weights and features.
  var base: LinearControl { get }
}

extension LinearActor where Self: ~Copyable {
  /// Begins an episode.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    base.action(in: state, using: &stream)
  }

  /// What is wrong where an update was no number.
  public var failure: String? { base.failure }

  /// The action values and policies of all states.
  public func report(into report: inout LearnerReport) { base.report(into: &report) }

  /// Chooses by action values.
  public mutating func choose(_ row: FeatureRow, isGreedy: Bool, using stream: inout RandomStream) -> Int {
    base.action(for: row, isGreedy: isGreedy, using: &stream)
  }

  /// The values and policies at points that are not states.
  public func report(points: Int, _ row: (Int) -> FeatureRow) -> LearnerReport { base.report(points: points, row) }

  /// The action values as a file stores them.
  public func archive(_ basis: FeatureBasis) -> LinearArchive { base.archive(basis) }
}

/// What the linear control methods share: a weight vector for each action, and how they act.
public struct LinearControl: ~Copyable {
  /// The features.
  public let features: FeatureTable
  /// The weights: those of the first action, then those of the second, …
  public var weights: Table<Double>
  /// How the method acts.
  var exploration: Exploration
  private let space: ActionSpace
  /// A table with a row for each number of actions, into which the values of one state are written for choosing.
  private var scratch: ActionValues
  private let terminal: [Bool]
  private var fault = StepFault()

  /// What is wrong where an update was no number.
  var failure: String? { fault.message }

  /// What every such method declares.
  static let declarations = FeatureParameters.declarations + Exploration.parameters

  init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    let features = try context.requiredFeatures()
    let weights = try settings.initialWeights(features, vectors: context.space.width)
    self.features = features
    self.weights = weights
    space = context.space
    exploration = Exploration(settings)
    scratch = ActionValues(ActionSpace(counts: Array(0...space.width)), initial: 0)
    terminal = (0..<space.stateCount).map { context.isTerminal($0) }
  }

  /// Action values that were learned before.
  init(_ features: FeatureTable, _ weights: consuming Table<Double>, space: ActionSpace, exploration: Exploration) {
    self.features = features
    self.weights = weights
    self.space = space
    self.exploration = exploration
    scratch = ActionValues(ActionSpace(counts: Array(0...space.width)), initial: 0)
    terminal = []
  }

  /// As a file stores them.
  func archive(_ basis: FeatureBasis) -> LinearArchive {
    LinearArchive(
      head: .values, basis: basis, actionCount: space.width, weights: weights.withEntries { Array($0) },
      epsilon: exploration.epsilon, temperature: exploration.followsSoftmax ? exploration.temperature : nil)
  }

  /// `q(s, a) = w_aᵀx(s)`.
  func value(_ row: FeatureRow, _ action: Int) -> Double {
    weights.withEntries { row.dot($0.baseAddress! + action * features.featureCount) }
  }

  /// `q(s, a)`.
  func value(_ state: Int, _ action: Int) -> Double { value(features.row(state), action) }

  /// Notes a step of the weights that is taken by somebody else.
  mutating func note(_ step: Double) { fault.note(step) }

  /// `w_a ← w_a + c x`.
  mutating func add(_ factor: Double, _ row: FeatureRow, _ action: Int) {
    fault.note(factor)
    weights.withEntries { row.add(factor, to: $0.baseAddress! + action * features.featureCount) }
  }

  /// Writes the values of a state's actions into the scratch table.
  ///
  /// - Returns: Its row.
  private func evaluate(_ row: FeatureRow, actions count: Int) -> Int {
    for action in 0..<count { scratch[count, action] = value(row, action) }
    return count
  }

  /// An action of the exploring policy.
  func action(in state: Int, using stream: inout RandomStream) -> Int {
    let row = evaluate(features.row(state), actions: space.actions(in: state))
    return exploration.action(scratch, in: row, using: &stream)
  }

  /// An action where every action is offered.
  ///
  /// - Parameters:
  ///   - row: The features of what is observed.
  ///   - isGreedy: Whether it is of the greedy policy, and not of the exploring one.
  public func action(for row: FeatureRow, isGreedy: Bool, using stream: inout RandomStream) -> Int {
    let row = evaluate(row, actions: space.width)
    return isGreedy
      ? scratch.greedyAction(in: row, using: &stream) : exploration.action(scratch, in: row, using: &stream)
  }

  /// The values and policies of all states, where states are numbered.
  func report(into report: inout LearnerReport) {
    guard features.isFixed else { return }
    fill(&report, space) { terminal[$0] ? nil : features.row($0) }
  }

  /// The values and policies at points that are not states, where every action is offered.
  ///
  /// - Parameter row: The features of a point.
  public func report(points: Int, _ row: (Int) -> FeatureRow) -> LearnerReport {
    var report = LearnerReport()
    fill(&report, ActionSpace(states: points, actions: space.width)) { row($0) }
    return report
  }

  private func fill(_ report: inout LearnerReport, _ space: ActionSpace, _ features: (Int) -> FeatureRow?) {
    report.makeRoom(for: space)
    report.actionValues = [Double](repeating: 0, count: space.slotCount)
    var row = [Double](repeating: 0, count: space.width)
    for state in 0..<space.stateCount {
      guard let own = features(state) else { continue }
      let count = evaluate(own, actions: space.actions(in: state))
      let first = state * space.width
      let best = scratch.maximum(in: count)
      var ties = 0
      for action in 0..<count where scratch[count, action] == best { ties += 1 }
      row.withUnsafeMutableBufferPointer { exploration.write(scratch, in: count, into: $0.baseAddress!) }
      for action in 0..<count {
        report.actionValues[first + action] = scratch[count, action]
        report.targetPolicy[first + action] = scratch[count, action] == best ? 1 / Double(max(1, ties)) : 0
        report.behaviorPolicy[first + action] = row[action]
      }
    }
  }
}

extension LinearControl {
  /// Appends the weights.
  func save(to writer: inout StateWriter) {
    weights.save(to: &writer)
    fault.save(to: &writer)
  }

  /// Takes up the weights.
  mutating func restore(from reader: inout StateReader) throws(StateError) {
    try weights.restore(from: &reader)
    try fault.restore(from: &reader)
  }
}
