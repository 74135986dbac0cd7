import RLCore

/// Updates of tabular softmax policies with numbers put in.
///
/// Preferences are not told, and need not be: a step of them by d multiplies the probability of each action by exp d, before all are
/// scaled to sum to 1.
extension UpdateFormula {
  /// Probabilities that are moved by hand, as a method moves them.
  struct Probabilities {
    var array: [Double]
    let context: Context

    func row(_ state: Int) -> Range<Int> {
      let first = context.slot(state, 0)
      return first..<first + context.space.actions(in: state)
    }

    /// `θ ← θ + step ∇ ln π(A|S, θ)`.
    ///
    /// - Returns: The step with numbers, and what comes of it.
    mutating func ascend(_ state: Int, _ action: Int, by step: Double) -> String {
      let row = row(state)
      let old = Array(array[row])
      for (place, slot) in row.enumerated() {
        array[slot] *= RunSummary.exponential(step * ((place == action ? 1 : 0) - old[place]))
      }
      let total = row.reduce(0) { $0 + array[$1] }
      for slot in row { array[slot] /= total }
      let (before, after) = (old[action], array[row.lowerBound + action])
      let name = "\(context.actionName(state, action))|\(context.stateName(state))"
      return
        "θ(\(context.stateName(state)), \(context.actionName(state, action))) += \(n(step)) · (1 − \(n(before))) "
        + "= \(n(step * (1 - before))), the others += \(n(step)) · (0 − π): π(\(name)) \(n(before)) → \(n(after))"
    }

    /// Whether the method came to the same.
    func agrees(with policy: [Double]) -> Bool {
      policy.count == array.count && array.indices.allSatisfy { UpdateFormula.agrees(array[$0], policy[$0]) }
    }

    /// The same for states that look alike.
    mutating func spread() {
      guard let owners = context.owners else { return }
      for state in owners.indices where owners[state] != state {
        let row = row(state)
        for (place, slot) in row.enumerated() { array[state * context.space.width + place] = array[slot] }
      }
    }
  }

  /// A schedule's value; nil where it counts visits.
  private static func rate(_ key: String, _ c: Context) -> Double? {
    guard let setting = c.settings.first(where: { $0.key == key })?.value,
      let schedule = try? Schedule(setting, in: .finite)
    else { return nil }
    return schedule.value(at: Double(c.time))
  }

  private static func isSet(_ key: String, _ c: Context) -> Bool {
    c.settings.first { $0.key == key }?.value == .boolean(true)
  }

  /// REINFORCE, with or without a baseline (Sutton & Barto, 2018, sections 13.3 and 13.4): an episode, the first step first.
  static func reinforce(_ c: Context, hasBaseline: Bool) -> Lines? {
    if !c.step.terminated && !c.step.truncated && c.before.targetPolicy == c.after.targetPolicy {
      return (["kept until the episode ends"], [])
    }
    var values = c.before.stateValues
    if hasBaseline && values.isEmpty { return nil }
    var returns = [Double](repeating: 0, count: c.episode.count)
    var sum = c.step.terminated || !hasBaseline ? 0 : values[c.step.next]
    for (time, step) in c.episode.enumerated().reversed() {
      sum = step.reward + c.gamma * sum
      returns[time] = sum
    }
    let updateDiscount = isSet("discount_updates", c) ? c.gamma : 1
    var policy = Probabilities(array: c.before.targetPolicy, context: c)
    var context = c
    var lines: [String] = []
    var entries: [Int] = []
    var discount = 1.0
    for (time, step) in c.episode.enumerated() {
      let slot = c.slot(step.state, step.action)
      guard let alpha = context.alpha(slot) else { return nil }
      context.visits[slot, default: 0] += 1
      entries.append(slot)
      var weight = returns[time]
      var line = "t = \(time): G = \(n(weight))"
      if hasBaseline {
        guard let rate = rate("alpha_w", c) else { return nil }
        let old = values[c.owner(step.state)]
        weight -= old
        line += ", δ = G − v(S) = \(n(returns[time])) − \(b(old)) = \(n(weight))"
        let name = "v(\(c.stateName(step.state)))"
        values[c.owner(step.state)] += rate * weight
        line += "; \(name) ← \(n(old)) + \(n(rate)) · \(b(weight)) = \(n(values[c.owner(step.state)]))"
      }
      let by = alpha * discount * weight
      line += "; α γᵗ \(hasBaseline ? "δ" : "G") = \(n(alpha)) · \(n(discount)) · \(b(weight)) = \(n(by))"
      lines += [line, "  " + policy.ascend(step.state, step.action, by: by)]
      discount *= updateDiscount
    }
    policy.spread()
    guard policy.agrees(with: c.after.targetPolicy), !hasBaseline || told(values, c) else { return nil }
    if lines.count > 16 { lines = lines.prefix(8) + ["… \((lines.count - 16) / 2) steps more …"] + lines.suffix(8) }
    return (lines, entries)
  }

  /// Whether values of states are those that the method came to.
  private static func told(_ values: [Double], _ c: Context) -> Bool {
    c.after.stateValues.indices.allSatisfy { c.owner($0) != $0 || agrees(values[$0], c.after.stateValues[$0]) }
  }

  /// One-step actor–critic (Sutton & Barto, 2018, section 13.5).
  static func actorCritic(_ c: Context) -> Lines? {
    guard c.number("lambda") ?? 0 == 0, c.number("lambda_w") ?? 0 == 0, !isSet("average_reward", c),
      !c.before.stateValues.isEmpty, let rate = rate("alpha_w", c)
    else { return nil }
    let step = c.step
    let slot = c.slot(step.state, step.action)
    guard let alpha = c.alpha(slot) else { return nil }
    var values = c.before.stateValues
    let state = c.owner(step.state)
    let (old, bootstrap) = (values[state], step.terminated ? 0 : values[c.owner(step.next)])
    let error = step.reward + c.gamma * bootstrap - old
    values[state] += rate * error
    let discount = isSet("discount_updates", c) ? power(c.gamma, Double(c.episode.count - 1)) : 1
    var policy = Probabilities(array: c.before.targetPolicy, context: c)
    let by = alpha * discount * error
    let lines = [
      step.terminated
        ? "S′ = \(c.stateName(step.next)) ends the episode: v(S′) = 0"
        : "v(S′) = v(\(c.stateName(step.next))) = \(n(bootstrap))",
      "δ = R + γ v(S′) − v(S) = \(n(step.reward)) + \(n(c.gamma)) · \(b(bootstrap)) − \(b(old)) = \(n(error))",
      "v(\(c.stateName(step.state))) ← \(n(old)) + \(n(rate)) · \(b(error)) = \(n(values[state]))",
      "α I δ = \(n(alpha)) · \(n(discount)) · \(b(error)) = \(n(by))",
      policy.ascend(step.state, step.action, by: by),
    ]
    policy.spread()
    return policy.agrees(with: c.after.targetPolicy) && told(values, c) ? (lines, [slot]) : nil
  }
}
