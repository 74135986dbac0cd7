/// An algorithm that knows the model. A trial drives it sweep by sweep; it does not own the loop.
public protocol Planner: Configurable, Checkpointable {
  /// Begins.
  ///
  /// - Parameters:
  ///   - settings: The parameters that the type declares.
  ///   - model: The task.
  ///   - threads: How many threads a sweep may use, at least 1; results do not depend on it.
  /// - Throws: ``SettingProblem`` where the parameters do not fit the task: a task that never terminates at gamma 1.
  init(_ settings: Settings, model: FiniteMDP, threads: Int) throws

  /// Whether it finds the best average reward a step instead of a discounted or total one.
  static var findsAverageReward: Bool { get }

  /// Does one sweep or one improvement.
  mutating func iterate() -> PlannerProgress

  /// `V(s)`, `stateCount` entries, 0 at terminal states; −∞ where, undiscounted, no policy ends.
  var values: [Double] { get }

  /// `Q(s, a)` of each pair of the model, one backup from ``values``.
  var actionValues: [Double] { get }

  /// What the planner would do: for control the policy that is greedy in ``actionValues``, for prediction the policy itself.
  var policy: StationaryPolicy { get }
}

extension Planner {
  /// Values are discounted or total rewards.
  public static var findsAverageReward: Bool { false }
}

/// How far a planner has come.
public struct PlannerProgress: Sendable, Equatable {
  /// The sup-norm Bellman residual `‖T V − V‖∞` of the values that the iteration began with, over states of finite value.
  public var residual: Double
  /// A certified bound on `‖V − V*‖∞`, for prediction on `‖V − V^π‖∞`, for the values as they are now; ∞ where nothing is certified
  /// yet.
  public var errorBound: Double
  /// Whether the bound is within the tolerance.
  public var isConverged: Bool
  /// Whether further iterations would change nothing: converged, or the bound is as small as rounding lets it be.
  public var isFinished: Bool
  /// In how many states the policy changed, for methods that iterate over policies.
  public var changedStates: Int?
  /// The best average reward a step, for methods that compute it.
  public var averageReward: Double?

  /// How far a planner has come.
  public init(
    residual: Double, errorBound: Double, isConverged: Bool, isFinished: Bool? = nil, changedStates: Int? = nil,
    averageReward: Double? = nil
  ) {
    self.residual = residual
    self.errorBound = errorBound
    self.isConverged = isConverged
    self.isFinished = isFinished ?? isConverged
    self.changedStates = changedStates
    self.averageReward = averageReward
  }
}
