import RLCore

/// A method of linear state values, which acts by a policy that is given.
public protocol LinearPredictor: TabularLearner, ~Copyable {
  /// Weights, features, policies.
  var base: LinearPrediction { get }
}

extension LinearPredictor where Self: ~Copyable {
  /// Begins an episode.
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    base.action(in: state, using: &stream)
  }

  /// What is wrong where an update was no number.
  public var failure: String? { base.failure }

  /// The values of all states and the policies.
  public func report(into report: inout LearnerReport) { base.report(into: &report) }
}

/// What the linear prediction methods share: the weights, the policy that is evaluated and the one that acts.
public struct LinearPrediction: ~Copyable {
  /// The discount rate γ.
  public let gamma: Double
  /// The features.
  public let features: FeatureTable
  /// The weights w.
  public var weights: Table<Double>
  private let policy: PolicyTable
  private let behavior: PolicyTable
  private let ratios: Table<Double>
  private let width: Int
  private let terminal: [Bool]
  private var fault = StepFault()

  /// What is wrong where an update was no number.
  var failure: String? { fault.message }

  /// What every such method declares.
  static let declarations =
    [PolicyTable.parameter.declaration, ControlParameters.gamma.declaration, FeatureParameters.alpha.declaration]
    + FeatureParameters.declarations

  /// Reads the settings.
  ///
  /// - Parameter isOffPolicy: Whether `behavior` is declared.
  init(_ settings: Settings, context: LearnerContext, isOffPolicy: Bool) throws(SettingProblem) {
    let features = try context.requiredFeatures()
    let given = settings[PolicyTable.parameter]
    let acting = isOffPolicy ? settings[FeatureParameters.behavior] : nil
    let policy = try PolicyTable(given, context: context)
    let behavior = try PolicyTable(
      acting ?? given, context: context, name: acting == nil ? "policy" : "behavior")
    let ratios = try policy.ratios(to: behavior, context)
    let weights = try settings.initialWeights(features)
    gamma = settings[ControlParameters.gamma]
    self.features = features
    self.weights = weights
    self.ratios = ratios
    width = context.space.width
    terminal = (0..<context.space.stateCount).map { context.isTerminal($0) }
    self.policy = policy
    self.behavior = behavior
  }

  /// `v(s) = wᵀx(s)`.
  func value(_ row: Int) -> Double { weights.withEntries { features.row(row).dot($0.baseAddress!) } }

  /// `v` of the state after a step, 0 where the task ended.
  func nextValue(_ t: Transition) -> Double { t.terminated ? 0 : value(t.next) }

  /// `ρ = π(a|s) / b(a|s)`.
  func ratio(_ t: Transition) -> Double { ratios[t.state * width + t.action] }

  /// `w ← w + c x`.
  mutating func add(_ factor: Double, _ row: FeatureRow) {
    fault.note(factor)
    weights.withEntries { row.add(factor, to: $0.baseAddress!) }
  }

  /// An action of the policy that acts.
  func action(in state: Int, using stream: inout RandomStream) -> Int { behavior.action(in: state, using: &stream) }

  /// The values of all states, where states are numbered, and the policies.
  func report(into report: inout LearnerReport) {
    guard features.isFixed else { return }
    report.stateValues = (0..<features.rowCount).map { terminal[$0] ? 0 : value($0) }
    report.targetPolicy = policy.array
    report.behaviorPolicy = behavior.array
  }
}

extension LinearPrediction {
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
