import RLCore

/// What is known exactly of a policy that is held to a reference policy: how far it is from the reference, and from the policy that maximises the
/// return less β times that distance.
struct RegularizedTruth {
  private let model: FiniteMDP
  private let gamma: Double
  /// The last optimum, which holds as long as reference, β and reward stay what they are.
  private var known: (reference: [Double], beta: Double, proxy: [Double], optimum: SoftOptimalSolution?)?

  init(_ model: FiniteMDP, gamma: Double) {
    self.model = model
    self.gamma = gamma
  }

  /// The columns that a method can have.
  static func metrics(_ regularization: Regularization?) -> [Metric] {
    guard let regularization else { return [] }
    return [.referenceKL, .trueReturn]
      + (regularization.hasPenalty ? [.optimumKL, .optimumKLReverse, .regularizedGap] : [])
      + (regularization.hasProxy ? [.proxyReturn] : [])
  }

  /// The columns of a policy.
  ///
  /// - Parameters:
  ///   - startValue: Its exact return.
  ///   - reference: The reference policy, pair by pair.
  ///   - beta: The weight of the divergence; 0 where there is no optimum to compare with.
  ///   - proxy: A learned reward, pair by pair; empty for none. The optimum is that of the reward which is learned from: the
  ///     task's own is told by `true_return`.
  mutating func judge(
    _ policy: StationaryPolicy, startValue: Double, reference: [Double], beta: Double, proxy: [Double],
    using evaluator: inout PolicyEvaluator
  ) -> [(Metric, Double)] {
    if reference.isEmpty { return [] }
    let anchor = StationaryPolicy(unchecked: reference)
    let distance = divergence(of: policy, from: anchor, &evaluator)
    var numbers: [(Metric, Double)] = [(.referenceKL, distance), (.trueReturn, startValue)]
    var value = startValue
    if !proxy.isEmpty {
      let learned = evaluator.evaluate(policy, gamma: gamma, rewards: proxy).startValue
      numbers.append((.proxyReturn, learned))
      value = learned
    }
    guard beta > 0, let optimum = optimum(reference, beta, proxy) else { return numbers }
    numbers.append((.optimumKL, divergence(of: policy, from: optimum.policy, &evaluator)))
    numbers.append((.optimumKLReverse, divergence(of: optimum.policy, from: policy, &evaluator)))
    let gap = optimum.startValue - (value - beta * distance)
    numbers.append((.regularizedGap, gap.isNaN ? .infinity : max(0, gap)))
    return numbers
  }

  /// The expected sum of γᵗ KL(policy ‖ other) over the states of an episode of `policy`.
  private func divergence(
    of policy: StationaryPolicy, from other: StationaryPolicy, _ evaluator: inout PolicyEvaluator
  ) -> Double {
    let costs = model.divergences(of: policy, from: other)
    if costs.allSatisfy({ $0 == 0 }) { return 0 }
    if costs.allSatisfy(\.isFinite) {
      let value = evaluator.evaluate(policy, gamma: gamma, rewards: costs).startValue
      return value.isNaN ? .infinity : max(0, value)
    }
    // Where an action that the other never takes is met at all, the divergence is infinite.
    let isMet = evaluator.evaluate(policy, gamma: gamma, rewards: costs.map { $0.isFinite ? 0 : 1 }).startValue
    if isMet != 0 { return .infinity }
    return evaluator.evaluate(policy, gamma: gamma, rewards: costs.map { $0.isFinite ? $0 : 0 }).startValue
  }

  private mutating func optimum(_ reference: [Double], _ beta: Double, _ proxy: [Double]) -> SoftOptimalSolution? {
    if let known, known.beta == beta, known.reference == reference, known.proxy == proxy { return known.optimum }
    let optimum = SoftOptimalSolution(
      model, reference: StationaryPolicy(unchecked: reference), beta: beta, gamma: gamma,
      rewards: proxy.isEmpty ? nil : proxy)
    known = (reference, beta, proxy, optimum)
    return optimum
  }
}
