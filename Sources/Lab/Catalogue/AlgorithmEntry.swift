import RLCore

/// An algorithm in the catalogue.
public struct AlgorithmEntry: Sendable {
  /// What an algorithm is for, which decides what it needs and what is recorded of it.
  public enum Kind: String, Sendable {
    /// Computes values and policies from a known model.
    case planner
    /// Learns to act.
    case control
    /// Learns the values of a given policy.
    case prediction
    /// Learns which arm of a bandit to choose.
    case bandit
    /// Learns a policy, which acts as it is: what is judged is the policy itself.
    case policy
  }

  /// What configurations and readers see.
  public let about: About
  /// What it is for.
  public let kind: Kind
  /// The units in which its budget may be given.
  public let units: [Budget.Unit]
  /// Whether it learns tasks that are observed as vectors; finite tasks it then sees as one-hot vectors.
  public let acceptsVectors: Bool
  /// What a preset adds to the parameters that a configuration gives for a task, if there is such a task.
  var expand: (@Sendable ([Setting.Field], EnvironmentEntry?) throws(SettingProblem) -> [Setting.Field])?
  /// Checks that settings fit a task, before anything runs; nil where the declarations say all.
  public let check: (@Sendable (Settings, PreparedTask) throws -> Void)?
  /// Makes one trial of it.
  public let make: @Sendable (TrialRequest) throws -> TrialProcess

  /// An algorithm with the rule that makes its trials.
  public init(
    _ about: About, kind: Kind, units: [Budget.Unit], acceptsVectors: Bool = false,
    check: (@Sendable (Settings, PreparedTask) throws -> Void)? = nil,
    make: @escaping @Sendable (TrialRequest) throws -> TrialProcess
  ) {
    self.about = about
    self.kind = kind
    self.units = units
    self.acceptsVectors = acceptsVectors
    self.check = check
    self.make = make
  }

  /// The budget that holds where a configuration gives none.
  func defaultBudget(_ task: PreparedTask) -> Budget {
    switch kind {
    case .planner: Budget(.iterations, 1_000_000)
    case .bandit: Budget(.steps, 1000)
    case .policy where units == [.iterations]: Budget(.iterations, 1000)
