import RLCore

/// Finds the best average reward a step of a task that never ends, and how much better than average each state is.
///
///     h_{k+1} = T h_k − (T h_k)(s₀),    T h(s) = max_a [r(s, a) + Σ_s′ p(s′|s, a) h(s′)]
///     min_s (T h − h)(s)  ≤  g*  ≤  max_s (T h − h)(s)
///
/// White (1963); Puterman (1994), sec. 8.5.5 and theorem 8.5.5. The sweeps stop when half the distance of the bounds on `g*` is within
/// the tolerance: here `error_bound` is about the average reward, and values are differential, `h(s₀) = 0`, `s₀` the first state.
///
/// With every step the process stays where it is with probability 1 − `damping` (Schweitzer, 1971), which changes neither the best policy
/// nor `h` and keeps sweeps from going round in periods. Converges where all states have the same best average, as when each state
/// can be reached from each; else the bounds stay apart.
public struct RelativeValueIteration: Planner {
  static let tolerance = PlanningParameters.tolerance
  static let damping = Parameter.real(
    "damping", symbol: "τ", default: 0.5, in: .positive(through: 1),
    "how much of each sweep is taken; below 1 against periods")

  /// What configurations and readers see.
  public static let about = About(
    id: "relative-value-iteration",
    summary: "the best average reward of a continuing task, with bounds",
    source: "White (1963); Puterman (1994), sec. 8.5.5",
    equation: "h_{k+1} = T h_k - (T h_k)(s0)",
    parameters: [tolerance.declaration, damping.declaration] + PlanningParameters.greedy)

  /// Its values are differential.
  public static var findsAverageReward: Bool { true }

  private let tolerance: Double
  private let damping: Double
  private let greedy: GreedyRule
  private var sweeper: ModelSweeper
  /// The middle of the bounds on the average reward.
  public private(set) var averageReward = 0.0
  private var errorBound = Double.infinity

  /// Begins at `h_0 = 0`.
  public init(_ settings: Settings, model: FiniteMDP, threads: Int) throws {
    tolerance = settings[Self.tolerance]
    damping = settings[Self.damping]
    greedy = GreedyRule(settings)
    guard model.isContinuing else {
      throw SettingProblem(
        "\"\(Self.about.id)\" is for tasks that never end; choose a continuing task or another planner")
    }
    sweeper = ModelSweeper(model, threads: threads)
  }

  /// One sweep.
  public mutating func iterate() -> PlannerProgress {
    let rounding = sweeper.rounding(gamma: 1)
    let change = sweeper.sweepOptimal(gamma: 1)
    averageReward = (change.least + change.greatest) / 2
    errorBound = ((change.greatest - change.least) / 2 + 2 * rounding) * (1 + 4 * Double.ulpOfOne)
    sweeper.mixWithPrevious(weight: damping)
    sweeper.shift(by: -sweeper.value(of: 0))
    return PlannerProgress(
      residual: change.greatest - change.least, errorBound: errorBound, isConverged: errorBound <= tolerance,
      isFinished: errorBound <= tolerance || errorBound <= 4 * rounding, averageReward: averageReward)
  }

  /// The differential values `h`.
  public var values: [Double] { sweeper.values }

  /// `r(s, a) − g + Σ_s′ p(s′|s, a) h(s′)` of each pair.
  public var actionValues: [Double] { sweeper.actionValues(gamma: 1).map { $0 - averageReward } }

  /// Greedy in ``actionValues``.
  public var policy: StationaryPolicy {
    greedy.policy(actionValues, sweeper.model, errorBound: errorBound, total: nil)
  }

  /// Stores the values and the average.
  public func save(to writer: inout StateWriter) {
    sweeper.save(to: &writer)
    writer.write(averageReward)
    writer.write(errorBound)
  }

  /// Takes up the values and the average.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try sweeper.restore(from: &reader)
    averageReward = try reader.number()
    errorBound = try reader.number()
  }
}
