import RLCore

/// Updates of bandit methods with numbers put in.
extension UpdateFormula {
  /// Averages of rewards (Sutton & Barto, 2018, eqs. 2.3 and 2.5), and for upper confidence bounds why the arm was pulled (eq. 2.10).
  static func armAverage(_ id: String, _ c: Context) -> Lines? {
    let step = c.step
    let slot = c.slot(step.state, step.action)
    guard let alpha = c.alpha(slot), !c.before.actionValues.isEmpty else { return nil }
    let old = c.before.actionValues[slot]
    let new = old + alpha * (step.reward - old)
    guard agrees(new, c.after.actionValues[slot]) else { return nil }
    let arm = c.actionName(step.state, step.action)
    var lines: [String] = []
    if id == "ucb" {
      let pulls = c.visits[slot] ?? 0
      if pulls == 0 {
        lines.append("arm \(arm) was never pulled, and counts as best")
      } else if let factor = c.number("c") {
        let time = c.rewards.count
        let bound = old + factor * power(RunSummary.logarithm(Double(time)) / Double(pulls), 0.5)
        lines.append(
          "Q(\(arm)) + c √(ln t / N(\(arm))) = \(n(old)) + \(n(factor)) · √(ln \(time) / \(pulls)) = \(n(bound)), the greatest"
        )
      }
    } else {
      let best = c.q(step.state).max()!
      lines.append(
        old == best
          ? "Q(\(arm)) = \(n(old)) is the greatest"
          : "Q(\(arm)) = \(n(old)) is below the greatest, \(n(best)): a random arm")
    }
    lines.append("Q(\(arm)) ← \(n(old)) + \(n(alpha)) · (\(n(step.reward)) − \(b(old))) = \(n(new))")
    return (lines, [slot])
  }

  /// The gradient bandit (Sutton & Barto, 2018, eq. 2.12).
  static func gradientBandit(_ c: Context) -> Lines? {
    let step = c.step
    let slot = c.slot(step.state, step.action)
    guard let alpha = c.alpha(slot) else { return nil }
    var mean = 0.0
    if c.settings.first(where: { $0.key == "baseline" })?.value == .boolean(true) {
      let includes = c.settings.first { $0.key == "baseline_includes_reward" }?.value == .boolean(true)
      let rewards = includes ? c.rewards[...] : c.rewards.dropLast()
      mean = rewards.isEmpty ? 0 : rewards.reduce(0, +) / Double(rewards.count)
    }
    let by = alpha * (step.reward - mean)
    var policy = Probabilities(array: c.before.targetPolicy, context: c)
    let lines = [
      "R̄ = \(n(mean)), α (R − R̄) = \(n(alpha)) · (\(n(step.reward)) − \(b(mean))) = \(n(by))",
      policy.ascend(step.state, step.action, by: by).replacing("θ(\(c.stateName(step.state)), ", with: "H(").replacing(
        "|\(c.stateName(step.state))", with: ""),
    ]
    return policy.agrees(with: c.after.targetPolicy) ? (lines, [slot]) : nil
  }
}
