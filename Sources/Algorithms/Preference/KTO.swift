import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Kahneman–Tversky optimization: single episodes that were liked or disliked, in place of pairs.
///
///     h = log π(y) − log π_ref(y),   z = KL(π ‖ π_ref)
///     L = mean λ_D (1 − σ(β (h − z))) over liked ones and λ_U (1 − σ(β (z − h))) over disliked ones
///
/// Ethayarajh et al., ICML 2024, eq. 8. The preferred of each pair is liked, the other disliked. Departure: z is estimated with the batch's own
/// importance weights π / π_ref, E_ref[w log w], and not with mismatched prompts; like there, no gradient passes through it.
public struct KTO: AlignmentStage {
  static let beta = DPO.beta
  static let desirable = Parameter.real(
    "desirable_weight", symbol: "λ_D", default: 1, in: .positive, "weight of what was liked")
  static let undesirable = Parameter.real(
    "undesirable_weight", symbol: "λ_U", default: 1, in: .positive, "weight of what was disliked")

  /// What configurations and readers see.
  public static let about = About(
    id: "kto", summary: "Kahneman-Tversky optimization: episodes that were liked or disliked, without pairs",
    source: "Ethayarajh et al. (2024), arXiv:2402.01306, eq. 8",
    equation: "L = mean λ (1 − σ(±β (log π/π_ref − z)))",
    parameters: [beta.declaration, desirable.declaration, undesirable.declaration]
      + PreferenceData.parameters + AlignmentParameters.optimization)
  /// Its data come from the model.
  public static let needsModel = true
  /// The columns that it fills.
  public static let quantities: [BatchQuantity] = DPO.quantities

  /// The weight of the divergence.
  public let beta: Double
  private let weights: (desirable: Double, undesirable: Double)
  private var data: PreferenceData
  private var optimizer: AlignmentOptimizer

  /// Makes the stage.
  public init(_ settings: Settings, context: BatchContext, state: AlignmentState) throws(SettingProblem) {
    beta = settings[Self.beta]
    weights = (settings[Self.desirable], settings[Self.undesirable])
    data = try PreferenceData("kto", settings, context: context)
    optimizer = try AlignmentOptimizer(settings, state.policy)
  }

  /// The loss of some episodes, with its derivatives.
  ///
  /// - Parameters:
  ///   - logRatios: h of each.
  ///   - liked: Whether each was liked.
  ///   - divergence: z, not negative.
  ///   - gradients: Receives ∂L/∂h of each.
  /// - Returns: L.
  static func loss(
    _ logRatios: [Double], liked: [Bool], divergence: Double, beta: Double,
    weights: (desirable: Double, undesirable: Double), into gradients: inout [Double]
  ) -> Double {
    let count = Double(logRatios.count)
    var loss = 0.0
    for (k, h) in logRatios.enumerated() {
      let sign = liked[k] ? 1.0 : -1.0
      let weight = liked[k] ? weights.desirable : weights.undesirable
      let value = sigmoid(sign * beta * (h - divergence))
      loss += weight * (1 - value) / count
      gradients[k] = -weight * sign * beta * value * (1 - value) / count
    }
    return loss
  }

  /// A step on some episodes.
  public mutating func update(
    _ state: inout AlignmentState, in environments: EnvironmentBatch, at time: TrainingTime
  ) throws(SettingProblem) {
    try data.prepare(by: &state.reference, using: &state.data)
    let (chosen, rejected) = data.minibatch(using: &state.data)
    let rows = SequenceRows(data.batch, chosen + rejected)
    let anchor = rows.logLikelihoods(of: &state.reference, in: data.batch).sums
    let (own, entropy) = rows.logLikelihoods(of: &state.policy, in: data.batch)
    let ratios = zip(own, anchor).map { $0 - $1 }
    let divergence = max(0, ratios.reduce(0) { $0 + exp($1) * $1 } / Double(ratios.count))
    let count = chosen.count
    var gradients = [Double](repeating: 0, count: 2 * count)
    let value = Self.loss(
      ratios, liked: (0..<2 * count).map { $0 < count }, divergence: divergence, beta: beta, weights: weights,
      into: &gradients)
    try time.check(value, .policyLoss)
    state.policy.zeroGradients()
    state.policy.backward(rows.actions, rows: rows.rows.count, logProbability: rows.spread(gradients))
    state.statistics.add(.policyLoss, value)
    state.statistics.add(.entropy, entropy)
    let right = (0..<count).count { ratios[$0] > ratios[count + $0] }
    state.statistics.add(.preferenceAccuracy, Double(right) / Double(count))
    let difference = ratios[0..<count].reduce(0, +) - ratios[count...].reduce(0, +)
    state.statistics.add(.rewardMargin, beta * difference / Double(count))
    state.statistics.add(
      .gradientNorm, try optimizer.step(&state.policy, elapsed: time.elapsed(in: environments), at: time))
  }

  /// Appends data and optimizer.
  public func save(to writer: inout StateWriter) {
    data.save(to: &writer)
    optimizer.save(to: &writer)
  }

  /// Takes up data and optimizer.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try data.restore(from: &reader)
    try optimizer.restore(from: &reader)
  }
}
