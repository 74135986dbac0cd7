import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Trust region policy optimization with a tabular softmax policy and a tabular critic.
///
///     maximise  L(θ) = mean Â π_θ(a|s) / π_old(a|s)   subject to   mean KL(π_old(·|s) ‖ π_θ(·|s)) ≤ δ
///     x ≈ F⁻¹ ∇L  by conjugate gradients,  θ ← θ + βᵏ √(2δ / xᵀFx) x  with the least k that keeps both promises
///                                                                          Schulman et al. (2015), section 6 and appendix C
///
/// Advantages are generalized ones (Schulman et al., 2016) over a rollout that goes on from update to update; a truncated episode
/// bootstraps. Parameters bear the names of stable-baselines3-contrib.
///
/// Departures from that program: the critic is a table, moved `n_critic_updates` times by `learning_rate` toward the mean return of each state
/// in the rollout, instead of a network under Adam; there is one environment.
public struct TRPO: PolicyAscent, ~Copyable {
  static let nSteps = Parameter.integer(
    "n_steps", default: 2048, in: 1...10_000_000, "environment steps of an update's rollout")
  static let gamma = ControlParameters.gamma.with(default: .real(0.99))
  static let gaeLambda = Parameter.real(
    "gae_lambda", symbol: "λ", default: 0.95, in: .unit, "decay of the generalized advantages")
  static let targetKL = Parameter<Schedule>.schedule(
    "target_kl", symbol: "δ", default: 0.01, in: .positive, "the mean divergence that an update may bring")
  static let cgMaxSteps = Parameter.integer(
    "cg_max_steps", default: 15, in: 1...10_000, "steps of the conjugate gradients")
  static let cgDamping = Parameter.real(
    "cg_damping", default: 0.1, in: .nonnegative, "what is added to the diagonal of the Fisher matrix")
  static let shrinking = Parameter.real(
    "line_search_shrinking_factor", symbol: "β", default: 0.8, in: .open(0, 1), "how a step that is refused shrinks")
  static let lineSearch = Parameter.integer(
    "line_search_max_iter", default: 10, in: 1...1000, "steps that are tried before the policy stays as it is")
  static let criticUpdates = Parameter.integer(
    "n_critic_updates", default: 10, in: 0...100_000, "updates of the critic after each of the policy")
  static let learningRate = Parameter<Schedule>.schedule(
    "learning_rate", default: 0.1, in: .positive(through: 1), "step size of the critic toward the mean returns")
  static let normalizes = Parameter.flag(
    "normalize_advantage", default: true, "whether advantages are normalised over the rollout")

  /// What configurations and readers see.
  public static let about = About(
    id: "trpo", summary: "trust region policy optimization of a tabular softmax policy",
    source: "Schulman, Levine, Abbeel, Jordan & Moritz (2015)",
    equation: "max mean Â π_θ / π_old  subject to  mean KL(π_old ‖ π_θ) ≤ δ",
    parameters: [
      targetKL.declaration, gamma.declaration, gaeLambda.declaration, nSteps.declaration, cgMaxSteps.declaration,
      cgDamping.declaration, shrinking.declaration, lineSearch.declaration, criticUpdates.declaration,
      learningRate.declaration, normalizes.declaration, PredictionParameters.initialValue.declaration,
    ] + SoftmaxPolicy.parameters.prefix(1))

  /// The discount rate γ.
  public let gamma: Double
  /// The policy.
  public var policy: SoftmaxPolicy
  /// The critic.
  public var values: [Double]
  private let task: PolicyTask
  private let space: ActionSpace
  private let nSteps: Int
  private let lambda: Double
  private let targetKL: Schedule
  private let learningRate: Schedule
  private let cgMaxSteps: Int
  private let cgDamping: Double
  private let shrinking: Double
  private let lineSearch: Int
  private let criticUpdates: Int
  private let normalizes: Bool
  private var rollout: TabularRollout
  private var measures = [Double](repeating: .nan, count: 6)

  /// Makes it as it is before its first update.
  public init(_ settings: Settings, task: PolicyTask) throws(SettingProblem) {
    let start = try SoftmaxPolicy.Start(settings[SoftmaxPolicy.initialPreferences], space: task.space)
    self.task = task
    space = task.space
    gamma = settings[Self.gamma]
    nSteps = settings[Self.nSteps]
    lambda = settings[Self.gaeLambda]
    targetKL = settings[Self.targetKL]
    learningRate = settings[Self.learningRate]
    cgMaxSteps = settings[Self.cgMaxSteps]
    cgDamping = settings[Self.cgDamping]
    shrinking = settings[Self.shrinking]
    lineSearch = settings[Self.lineSearch]
    criticUpdates = settings[Self.criticUpdates]
    normalizes = settings[Self.normalizes]
    values = [Double](repeating: settings[PredictionParameters.initialValue], count: task.space.stateCount)
    rollout = TabularRollout(task)
    policy = SoftmaxPolicy(start)
  }

  /// Plays a rollout, moves the policy as far as the trust region allows, and the critic after it.
  public mutating func update(at time: Int, using streams: inout PolicyStreams) throws(SettingProblem) {
    rollout.play(nSteps, policy, using: &streams)
    let (raw, returns) = rollout.advantages(values, gamma: gamma, lambda: lambda)
    var advantages = raw
    if normalizes { normalizeAdvantages(&advantages, count: advantages.count) }
    let region = TrustRegion(
      steps: rollout.steps, advantages: advantages, policy: policy.array, space: space, damping: cgDamping)
    let gradient = region.gradient()
    let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard norm.isFinite else {
      throw SettingProblem("update \(time + 1): the gradient's norm is \(norm); make learning_rate smaller")
    }
    let limit = targetKL.value(at: Double(time))
    let moved = norm == 0 ? (kl: 0.0, gain: 0.0) : step(region, gradient, limit)
    measures = [
      -moved.gain, criticLoss(returns), region.entropy(), moved.kl,
      explainedVariance(values: rollout.steps.map { values[$0.state] }, returns: returns), norm,
    ]
    moveCritic(returns, by: learningRate.value(at: Double(time)))
  }

  /// The line search along the natural gradient.
  ///
  /// - Returns: The divergence and the gain of the surrogate that were taken; 0 where every step was refused.
  private mutating func step(
    _ region: TrustRegion, _ gradient: [Double], _ limit: Double
  ) -> (kl: Double, gain: Double) {
    let direction = region.solve(gradient, steps: cgMaxSteps)
    let image = region.product(direction)
    let curvature = image.indices.reduce(0.0) { $0 + direction[$1] * image[$1] }
    guard curvature > 0 else { return (0, 0) }
    var size = (2 * limit / curvature).squareRoot()
    for _ in 0..<lineSearch {
      policy.move(by: size, along: direction)
      let new = policy.array
      let kl = region.divergence(to: new)
      let gain = region.gain(of: new)
      if kl < limit && gain > 0 { return (kl, gain) }
      policy.move(by: -size, along: direction)
      size *= shrinking
    }
    return (0, 0)
  }

  private func criticLoss(_ returns: [Double]) -> Double {
    var sum = 0.0
    for (t, step) in rollout.steps.enumerated() {
      let error = returns[t] - values[step.state]
      sum += error * error
    }
    return sum / Double(returns.count)
  }

  private mutating func moveCritic(_ returns: [Double], by rate: Double) {
    var sums = [Double](repeating: 0, count: values.count)
    var counts = sums
    for (t, step) in rollout.steps.enumerated() {
      sums[step.state] += returns[t]
      counts[step.state] += 1
    }
    // Moving n times by a rate toward a mean that stays is moving once by 1 − (1 − rate)ⁿ.
    let share = 1 - pow(1 - rate, Double(criticUpdates))
    for state in values.indices where counts[state] > 0 {
      values[state] += share * (sums[state] / counts[state] - values[state])
    }
  }

  /// Its budget may be given in steps.
  public static var takesSteps: Bool { true }

  /// Environment steps so far.
  public var steps: Int? { rollout.stepCount }

  /// Episodes finished so far.
  public var episodes: Int? { rollout.episodeCount }

  /// What is measured.
  public static var columns: [String] {
    ["policy_loss", "value_loss", "entropy", "kl", "explained_variance", "gradient_norm", "return", "length"]
  }

  /// The last update's numbers, and mean return and length of the episodes since the last call.
  public mutating func measure() -> [Double] { measures + rollout.takeMeans() }

  /// The policy and the critic.
  public func report(into report: inout LearnerReport) {
    let probabilities = policy.array
    report.targetPolicy = task.observations?.lift(slots: probabilities) ?? probabilities
    report.behaviorPolicy = report.targetPolicy
    report.stateValues = task.observations?.lift(values: values) ?? values
    for state in 0..<task.model.stateCount where task.model.isTerminal(state) { report.stateValues[state] = 0 }
  }

  /// Appends policy, critic and the episode under way.
  public func save(to writer: inout StateWriter) {
    policy.save(to: &writer)
    writer.write(values)
    writer.write(measures)
    rollout.save(to: &writer)
  }

  /// Takes up policy, critic and the episode under way.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try policy.restore(from: &reader)
    let stored = try reader.list(of: 0.0)
    let numbers = try reader.list(of: 0.0)
    guard stored.count == values.count, numbers.count == measures.count else {
      throw StateError("\(stored.count) values and \(numbers.count) measures")
    }
    values = stored
    measures = numbers
    try rollout.restore(from: &reader)
  }
}
