import RLCore

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
    let ratios = try Self.ratios(policy, behavior, context)
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

  /// `π(a|s) / b(a|s)` of every slot.
  private static func ratios(
    _ policy: borrowing PolicyTable, _ behavior: borrowing PolicyTable, _ context: LearnerContext
  ) throws(SettingProblem) -> Table<Double> {
    let space = context.space
    let ratios = Table(space.slotCount, repeating: 0.0)
    for state in 0..<space.stateCount where !context.isTerminal(state) {
      for action in 0..<space.actions(in: state) where policy[state, action] > 0 {
        guard behavior[state, action] > 0 else {
          throw SettingProblem(
            "state \(state): \"policy\" takes action \(action), which \"behavior\" never takes; give it a chance",
            at: ".behavior")
        }
        ratios[state * space.width + action] = policy[state, action] / behavior[state, action]
      }
    }
    return ratios
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

/// Notes the first update whose step is no number: from there on, nothing that is learned means anything.
struct StepFault: Sendable {
  private var made = 0
  private var first = 0

  /// Counts an update.
  @inline(__always)
  mutating func note(_ step: Double) {
    made &+= 1
    if !(step.magnitude < .infinity) && first == 0 { first = made }
  }

  /// What is wrong; nil while all is well.
  var message: String? {
    first == 0 ? nil : "the step of the weights is not finite at update \(first); make alpha smaller"
  }
}

extension StepFault: Checkpointable {
  /// Appends the counts.
  func save(to writer: inout StateWriter) {
    writer.write(made)
    writer.write(first)
  }

  /// Takes up the counts.
  mutating func restore(from reader: inout StateReader) throws(StateError) {
    made = try reader.integer()
    first = try reader.integer()
  }
}
