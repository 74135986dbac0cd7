/// A finite task as methods see it that improve a policy update by update.
public struct PolicyTask: Sendable {
  /// The exact model.
  public let model: FiniteMDP
  /// What the policy sees of the states; nil where it sees which one it is.
  public let observations: Observations?
  /// Samples of the task, as the policy sees them.
  public let simulation: FiniteSimulation
  /// After how many steps an episode is truncated; nil for never.
  public let timeLimit: Int?
  /// An evaluator of the model, where there is one already.
  public let evaluator: PolicyEvaluator?

  /// A finite task.
  public init(
    model: FiniteMDP, observations: Observations? = nil, simulation: FiniteSimulation? = nil, timeLimit: Int? = nil,
    evaluator: PolicyEvaluator? = nil
  ) {
    self.model = model
    self.observations = observations
    let plain = simulation ?? FiniteSimulation(model)
    self.simulation = simulation ?? observations.map(plain.observed) ?? plain
    self.timeLimit = timeLimit
    self.evaluator = evaluator
  }

  /// States (or observations) and actions of the policy.
  public var space: ActionSpace { observations?.space ?? ActionSpace(model) }

  /// The solver of exact gradients.
  ///
  /// - Throws: ``SettingProblem`` where the model is too entangled for one.
  public func solver() throws(SettingProblem) -> PolicyGradientSolver {
    guard let solver = PolicyGradientSolver(model, observations: observations, evaluator: evaluator) else {
      throw SettingProblem(
        "the model has \(model.stateCount) states and is too entangled for an exact gradient; choose a smaller task")
    }
    return solver
  }
}

/// The random streams of a method that samples.
public struct PolicyStreams: Sendable {
  /// Draws the task's outcomes.
  public var environment: RandomStream
  /// Draws actions.
  public var exploration: RandomStream

  /// The streams of a trial.
  public init(root: UInt64, seed: UInt64) {
    environment = RandomStream(root: root, index: seed, component: "environment")
    exploration = RandomStream(root: root, index: seed, component: "exploration")
  }
}

/// A method that improves a policy on a finite task, one update after another: with the exact gradient, or on a batch of samples an
/// update. A trial drives it; it does not own the loop.
public protocol PolicyAscent: ~Copyable, Configurable, Checkpointable {
  /// Makes it as it is before its first update.
  ///
  /// - Throws: ``SettingProblem`` where settings do not fit the task.
  init(_ settings: Settings, task: PolicyTask) throws(SettingProblem)

  /// The discount rate γ.
  var gamma: Double { get }

  /// Makes one update.
  ///
  /// - Parameter time: Updates made so far, for parameters that change with time.
  /// - Throws: ``SettingProblem`` where it cannot go on: it names the update and the quantity.
  mutating func update(at time: Int, using streams: inout PolicyStreams) throws(SettingProblem)

  /// Whether further updates would change nothing.
  var isFinished: Bool { get }

  /// Whether it takes environment steps, so that its budget may be given in them.
  static var takesSteps: Bool { get }

  /// Environment steps taken so far; nil where none are.
  var steps: Int? { get }

  /// Episodes finished so far; nil where there are none.
  var episodes: Int? { get }

  /// The names of what ``measure()`` gives, as columns are called.
  static var columns: [String] { get }

  /// A number for each of ``columns``: of the last update, NaN before the first.
  mutating func measure() -> [Double]

  /// The policy and whatever else has been learned, by states and not by observations.
  func report(into report: inout LearnerReport)
}

extension PolicyAscent where Self: ~Copyable {
  /// It goes on.
  public var isFinished: Bool { false }
  /// It takes no steps.
  public static var takesSteps: Bool { false }
  /// It takes no steps.
  public var steps: Int? { nil }
  /// It has no episodes.
  public var episodes: Int? { nil }
}

extension PolicyGradientSolver {
  /// Fills a report with a policy, the same for target and behaviour, and its exact values.
  ///
  /// - Parameter probabilities: π(a|o), slot by slot of ``space``.
  public func fill(_ report: inout LearnerReport, _ probabilities: [Double], gamma: Double) {
    report.targetPolicy = observations?.lift(slots: probabilities) ?? probabilities
    report.behaviorPolicy = report.targetPolicy
    var solver = self
    guard let exact = solver.evaluate(probabilities, gamma: gamma) else { return }
    report.stateValues = exact.values
    let states = observations?.states ?? space
    let q = BellmanSweep(model).actionValues(of: exact.values, gamma: gamma)
    report.actionValues = states.slots(q, of: model)
  }
}
