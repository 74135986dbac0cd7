import RLCore

/// Holds estimators of the policy gradient against the truth: one policy, one task, the exact gradient, and for each estimator its bias, its variance and
/// its direction.
///
/// Sampled numbers come with standard errors between batches. All estimators see the same batches. What is a sum over steps
/// (``AdvantageForm``) is known exactly on small tasks (``EstimatorMoments``).
public struct GradientAudit: Sendable {
  /// How numbers are found.
  public enum Method: String, Sendable, CaseIterable {
    /// Exactly where that can be done, sampled elsewhere.
    case auto
    /// From samples.
    case sampled
    /// Exactly.
    case exact
  }

  /// What is known of one estimator.
  public struct Finding: Sendable {
    /// The estimator.
    public let name: String
    /// Its λ, where it has one.
    public let lambda: Double?
    /// Whether bias, variance and cosine are exact.
    public var isExact: Bool
    /// ‖E[ĝ] − ∇J‖₂; sampled, the distance of the mean estimate from ∇J.
    public var bias: Double
    /// What that distance would be, root mean squared, if there were no bias: √(tr Cov(ĝ) / samples); 0 where it is exact.
    public var biasError: Double
    /// tr Cov(ĝ): the sum of the variances of all entries, of one batch.
    public var variance: Double
    /// Its standard error; 0 where it is exact, NaN with fewer than two samples.
    public var varianceError: Double
    /// The cosine of E[ĝ] and ∇J; NaN where one of them is 0.
    public var cosine: Double
    /// Its standard error (jackknife); 0 where it is exact.
    public var cosineError: Double
    /// The mean cosine of one batch's estimate and ∇J; NaN where nothing was sampled.
    public var sampleCosine: Double
    /// Its standard error.
    public var sampleCosineError: Double
    /// E[ĝ]·∇J / ∇J·∇J: how long the mean estimate is along the truth; 1 without bias.
    public var scale: Double
    /// E[ĝ], slot by slot.
    public var mean: [Double]
  }

  /// The task.
  public let task: PolicyTask
  /// The discount rate γ.
  public let gamma: Double
  /// π(a|s), slot by slot.
  public let policy: [Double]
  /// What the critic says of each state that the policy sees.
  public let critic: [Double]
  /// J and ∇J.
  public let truth: ExactPolicyGradient
  /// Batches to sample.
  public let samples: Int
  /// Episodes of a batch.
  public let batch: Int
  private let solver: PolicyGradientSolver

  /// The most steps of an episode that has no time limit.
  public static let longestEpisode = 20_000_000

  /// Finds the exact gradient.
  ///
  /// - Parameters:
  ///   - policy: π(a|s), slot by slot of the task's space.
  ///   - critic: Values of the states that the policy sees; nil for v_π, averaged over the states behind an observation as they are visited.
  /// - Throws: ``SettingProblem`` where there is no exact gradient.
  public init(
    task: PolicyTask, gamma: Double, policy: [Double], critic: [Double]? = nil, samples: Int, batch: Int
  ) throws(SettingProblem) {
    precondition(samples >= 0 && batch > 0, "\(samples) samples of \(batch) episodes")
    var solver = try task.solver()
    guard let truth = solver.evaluate(policy, gamma: gamma) else {
      throw SettingProblem("undiscounted, the policy may go on for ever; give gamma less than 1")
    }
    self.task = task
    self.gamma = gamma
    self.policy = policy
    self.truth = truth
    self.samples = samples
    self.batch = batch
    self.solver = solver
    self.critic = critic ?? Self.exactCritic(truth, solver)
  }

  /// v_π of what the policy sees.
  public static func exactCritic(_ truth: ExactPolicyGradient, _ solver: PolicyGradientSolver) -> [Double] {
    guard let observations = solver.observations else { return truth.values.map { $0.isFinite ? $0 : 0 } }
    var sums = [Double](repeating: 0, count: observations.count)
    var weights = sums
    for state in 0..<solver.model.stateCount where truth.visits[state] > 0 {
      sums[observations[state]] += truth.visits[state] * truth.values[state]
      weights[observations[state]] += truth.visits[state]
    }
    return zip(sums, weights).map { $1 > 0 ? $0 / $1 : 0 }
  }

  /// Judges some estimators.
  ///
  /// - Parameters:
  ///   - root: The root seed of the samples.
  ///   - workLimit: The most multiplications, about, for the exact numbers of one estimator.
  ///   - interrupted: Asked between batches; true stops.
  /// - Throws: ``SettingProblem`` where an episode does not end, or where exact numbers are asked for that cannot be had.
  public func judge(
    _ estimators: [any GradientEstimator], method: Method, root: UInt64, workLimit: Double = 1e9,
    interrupted: () -> Bool = { false }
  ) throws(SettingProblem) -> [Finding] {
    var exact: [EstimatorMoments?] = estimators.map { _ in nil }
    if method != .sampled {
      for (index, estimator) in estimators.enumerated() {
        exact[index] = estimator.form.flatMap {
          EstimatorMoments(
            $0, solver: solver, policy: policy, critic: critic, gamma: gamma, limit: task.timeLimit,
            workLimit: workLimit)
        }
        if method == .exact && exact[index] == nil {
          throw SettingProblem(
            estimator.form == nil
              ? "\"\(estimator.name)\" has no exact mean and variance; give method \"auto\" or \"sampled\""
              : "the exact numbers of \"\(estimator.name)\" are too dear here; give method \"auto\" or \"sampled\"")
        }
      }
    }
    var tallies = estimators.map { _ in AuditTally(truth: truth.gradient, samples: samples) }
    if method != .exact { try sample(estimators, root: root, into: &tallies, interrupted: interrupted) }
    return estimators.indices.map { index in
      var finding = tallies[index].finding(name: estimators[index].name, lambda: estimators[index].lambda)
      if let moments = exact[index] {
        finding.isExact = true
        finding.mean = moments.mean
        finding.bias = AuditTally.distance(moments.mean, truth.gradient)
        finding.variance = moments.variance / Double(batch)
        finding.cosine = AuditTally.cosine(moments.mean, truth.gradient)
        finding.scale = AuditTally.dot(moments.mean, truth.gradient) / AuditTally.dot(truth.gradient, truth.gradient)
        finding.biasError = 0
        finding.varianceError = 0
        finding.cosineError = 0
      }
      return finding
    }
  }

  private func sample(
    _ estimators: [any GradientEstimator], root: UInt64, into tallies: inout [AuditTally], interrupted: () -> Bool
  ) throws(SettingProblem) {
    var streams = PolicyStreams(root: root, seed: 0)
    var simulation = task.simulation
    var episodes = EpisodeBatch(space: task.space, policy: policy, critic: critic, gamma: gamma)
    let limit = task.timeLimit ?? Self.longestEpisode
    let zero = [Double](repeating: 0, count: task.space.slotCount)
    for _ in 0..<samples {
      if interrupted() { return }
      episodes.removeAll()
      for _ in 0..<batch {
        if !episodes.play(in: &simulation, limit: limit, using: &streams) && task.timeLimit == nil {
          throw SettingProblem(EpisodeRecord.failure(limit: limit))
        }
      }
      for (index, estimator) in estimators.enumerated() {
        var gradient = zero
        estimator.estimate(from: episodes, into: &gradient)
        tallies[index].add(gradient)
      }
    }
  }
}
