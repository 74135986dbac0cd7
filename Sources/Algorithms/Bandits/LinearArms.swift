import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ridge regression of the rewards of each arm on the context, arm by arm ("disjoint" linear models):
///
///     A_a = λ I + Σ x xᵀ,    b_a = Σ r x,    θ_a = A_a⁻¹ b_a
///
/// `A_a⁻¹` is kept up to date by the formula of Sherman and Morrison: O(d²) a pull.
public struct LinearArms: ~Copyable {
  /// The contexts, in row 0.
  public let contexts: FeatureTable
  /// How many arms there are.
  public let count: Int
  /// How many numbers a context has.
  public let dimension: Int
  private var inverses: Table<Double>
  private var sums: Table<Double>
  private var theta: Table<Double>
  private var product: Table<Double>
  private var factor: Table<Double>
  var scores: ActionValues

  static let regularization = Parameter<Double>.real(
    "regularization", symbol: "λ", default: 1, in: .positive, "ridge: what the regression begins with")

  init(_ settings: Settings, context: LearnerContext) throws(SettingProblem) {
    let contexts = try context.requiredFeatures()
    let count = context.space.actions(in: 0)
    let d = contexts.featureCount
    guard Double(count) * Double(d) * Double(d) <= 1e8 else {
      throw SettingProblem("\(count) arms with \(d) features each have too many numbers; choose fewer")
    }
    self.contexts = contexts
    self.count = count
    dimension = d
    inverses = Table(count * d * d, repeating: 0)
    for arm in 0..<count { for k in 0..<d { inverses[(arm * d + k) * d + k] = 1 / settings[Self.regularization] } }
    sums = Table(count * d, repeating: 0)
    theta = Table(count * d, repeating: 0)
    product = Table(d, repeating: 0)
    factor = Table(d * d, repeating: 0)
    scores = ActionValues(context.space, initial: 0)
  }

  /// A number of the context.
  private func x(_ k: Int) -> Double { contexts.row(0).values[k] }

  /// The estimated mean `θ_aᵀx` of an arm in the context at hand.
  func mean(_ arm: Int) -> Double {
    var sum = 0.0
    for k in 0..<dimension { sum += theta[arm * dimension + k] * x(k) }
    return sum
  }

  /// `xᵀA_a⁻¹x`; leaves `A_a⁻¹x` in `product`.
  func spread(_ arm: Int) -> Double {
    var total = 0.0
    for i in 0..<dimension {
      var sum = 0.0
      for k in 0..<dimension { sum += inverses[(arm * dimension + i) * dimension + k] * x(k) }
      product[i] = sum
      total += sum * x(i)
    }
    return max(0, total)
  }

  /// Takes a reward of an arm in the context at hand into its regression.
  ///
  /// - Returns: The error `R − θ_aᵀx`, before the update.
  @discardableResult
  mutating func update(_ arm: Int, reward: Double) -> Double {
    let error = reward - mean(arm)
    let divisor = 1 + spread(arm)
    let d = dimension
    for i in 0..<d {
      for k in 0..<d { inverses[(arm * d + i) * d + k] -= product[i] * product[k] / divisor }
      sums[arm * d + i] += reward * x(i)
    }
    for i in 0..<d {
      var sum = 0.0
      for k in 0..<d { sum += inverses[(arm * d + i) * d + k] * sums[arm * d + k] }
      theta[arm * d + i] = sum
    }
    return error
  }

  /// `mean + scale · xᵀL z`, `A_a⁻¹ = L Lᵀ` and `z` standard normal: a draw of `θᵀx` from N(θ_a, scale² A_a⁻¹). Draws `dimension` normal numbers.
  mutating func draw(_ arm: Int, scale: Double, using stream: inout RandomStream) -> Double {
    let d = dimension
    for i in 0..<d {
      for k in 0...i {
        var sum = inverses[(arm * d + i) * d + k]
        for j in 0..<k { sum -= factor[i * d + j] * factor[k * d + j] }
        factor[i * d + k] = i == k ? max(0, sum).squareRoot() : (factor[k * d + k] > 0 ? sum / factor[k * d + k] : 0)
      }
    }
    var total = mean(arm)
    for k in 0..<d {
      let z = stream.normal()
      for i in k..<d { total += scale * x(i) * factor[i * d + k] * z }
    }
    return total
  }

  /// The estimated means in the context at hand.
  func report(into report: inout LearnerReport) {
    // The chances of the arms have no closed form, or depend on the context; the greedy choice is of the one at hand.
    report.targetPolicy = [Double](repeating: 0, count: count)
    var best = -Double.infinity
    for arm in 0..<count { best = max(best, mean(arm)) }
    var ties = 0.0
    for arm in 0..<count where mean(arm) == best { ties += 1 }
    report.actionValues = (0..<count).map { mean($0) }
    for arm in 0..<count where mean(arm) == best { report.targetPolicy[arm] = 1 / ties }
  }

  func save(to writer: inout StateWriter) {
    inverses.save(to: &writer)
    sums.save(to: &writer)
    theta.save(to: &writer)
    contexts.save(to: &writer)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    try inverses.restore(from: &reader)
    try sums.restore(from: &reader)
    try theta.restore(from: &reader)
    try contexts.restore(from: &reader)
  }
}

/// A contextual bandit method that goes by ``LinearArms``: how it chooses is all that sets it apart.
public protocol LinearBandit: TabularLearner, ~Copyable {
  /// What is known of each arm.
  var arms: LinearArms { get set }
}

extension LinearBandit where Self: ~Copyable {
  /// Of no meaning: an episode is one pull.
  public var gamma: Double { 1 }

  /// Learns from a pull; chooses the next arm where the task goes on without end.
  public mutating func learn(from t: Transition, using stream: inout RandomStream) -> Int {
    arms.update(t.action, reward: t.reward)
    return t.isLast ? 0 : begin(in: t.next, using: &stream)
  }

  /// The estimated means in the context at hand, and the greedy policy in them.
  public func report(into report: inout LearnerReport) { arms.report(into: &report) }

  /// Appends the regressions.
  public func save(to writer: inout StateWriter) { arms.save(to: &writer) }

  /// Takes up the regressions.
  public mutating func restore(from reader: inout StateReader) throws(StateError) { try arms.restore(from: &reader) }
}
