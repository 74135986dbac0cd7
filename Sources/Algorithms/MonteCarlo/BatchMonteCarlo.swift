import RLCore

/// Batch Monte-Carlo prediction: after every episode, what constant-α Monte Carlo would settle at if all episodes so far were presented to it again
/// and again.
///
///     V(s) = 1/N(s) Σ G   over all N(s) visits to s so far               Sutton & Barto (2018), sections 6.3 and 6.4
///
/// The mean of all returns seen from a state minimises the squared error on what was seen, as batch TD does not. It is every-visit Monte Carlo
/// with sample averages: there is no step size, and nothing depends on the order of presentation. A truncated episode is completed by
/// the value of the state that it was cut off in.
public struct BatchMonteCarlo: TabularLearner, ~Copyable {
  /// What configurations and readers see.
  public static let about = About(
    id: "batch-monte-carlo", summary: "prediction: what Monte Carlo settles at on all episodes so far",
    source: "Sutton & Barto (2018), sections 6.3 and 6.4", equation: "V(s) = Σ G / N(s)",
    parameters: [
      PolicyTable.parameter.declaration, ControlParameters.gamma.declaration,
      PredictionParameters.initialValue.declaration, PredictionParameters.diagnose.declaration,
    ])

  /// The method with every visit and no step size.
  @usableFromInline var averages: MonteCarloPrediction

  /// Makes the learner as it is before its first step.
  public init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    averages = try MonteCarloPrediction(
      gamma: settings[ControlParameters.gamma], policy: settings[PolicyTable.parameter], visit: .every, alpha: nil,
      initialValue: settings[PredictionParameters.initialValue], diagnose: settings[PredictionParameters.diagnose],
      context: context)
  }

  /// The discount rate γ.
  public var gamma: Double { averages.gamma }

  /// The state values.
  public var v: StateValues {
    _read { yield averages.v }
    _modify { yield &averages.v }
  }

  /// Begins an episode.
  @inlinable
  public mutating func begin(in state: Int, using stream: inout RandomStream) -> Int {
    averages.begin(in: state, using: &stream)
  }

  /// Keeps a step, learns at the episode's end, and follows the policy.
  @inlinable @inline(__always)
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    averages.learn(from: t, using: &stream)
  }

  /// Learns when an episode is over.
  public static var learnsAtEnd: Bool { true }

  /// Whether an episode has become too long to be kept.
  public var failure: String? { averages.failure }

  /// The state values, and the policy that is evaluated.
  public func report(into report: inout LearnerReport) { averages.report(into: &report) }

  /// Appends the tables and the episode so far.
  public func save(to writer: inout StateWriter) { averages.save(to: &writer) }

  /// Takes up the tables and the episode so far.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try averages.restore(from: &reader)
  }
}
