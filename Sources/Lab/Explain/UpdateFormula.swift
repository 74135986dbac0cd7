import RLCore

/// The update of one method with numbers put in. A formula is shown only where it gives the number that the program computed.
struct UpdateFormula {
  /// What a formula may look at.
  struct Context {
    let settings: [Setting.Field]
    let space: ActionSpace
    /// The first state that looks as each one does, under which its value is kept; nil where all look different.
    let owners: [Int]?
    let before: LearnerReport
    let after: LearnerReport
    /// The steps of the episode so far, the last one being explained; the step after it, where there is one.
    let episode: [StepLog.Step]
    let next: StepLog.Step?
    /// All rewards so far, that of the step among them.
    let rewards: [Double]
    /// What schedules count: steps before this one, or episodes.
    let time: Int
    /// How often each state or slot was updated before.
    var visits: [Int: Int]
    let stateName: (Int) -> String
    let actionName: (Int, Int) -> String

    var step: StepLog.Step { episode[episode.count - 1] }
    var gamma: Double { settings.first { $0.key == "gamma" }?.value.number ?? 1 }

    func number(_ key: String) -> Double? { settings.first { $0.key == key }?.value.number }
    func whole(_ key: String) -> Int? { settings.first { $0.key == key }?.value.whole }
    func word(_ key: String) -> String? { settings.first { $0.key == key }?.value.text }

    /// The step size for an entry's next update.
    func alpha(_ entry: Int) -> Double? {
      let setting = settings.first { $0.key == "alpha" }?.value ?? .null
      if setting == .null { return 1 / Double((visits[entry] ?? 0) + 1) }
      guard let schedule = try? Schedule(setting, in: .finite, allowingVisits: true) else { return nil }
      if case .visits(let from, let power) = schedule {
        return from / UpdateFormula.power(Double((visits[entry] ?? 0) + 1), power)
      }
      return schedule.value(at: Double(time))
    }

    func owner(_ state: Int) -> Int { owners?[state] ?? state }
    func slot(_ state: Int, _ action: Int) -> Int { owner(state) * space.width + action }
    func q(_ state: Int) -> [Double] {
      let first = state * space.width
      return Array(before.actionValues[first..<(first + space.actions(in: state))])
    }
  }

  /// Lines with numbers, and the entries that were updated; nil where the method has no formula here or it does not give what happened.
  typealias Lines = (lines: [String], entries: [Int])

  static func power(_ x: Double, _ y: Double) -> Double {
    if y == 1 { return x }
    return Double(RunSummary.power(x, y))
  }

  /// The formula of a method for one step.
  static func lines(_ id: String, _ context: Context) -> Lines? {
    switch id {
    case "q-learning", "sarsa", "expected-sarsa": control(id, context)
    case "td": prediction(context)
    case "monte-carlo-prediction", "monte-carlo-control": monteCarlo(id, context)
    case "reinforce": reinforce(context, hasBaseline: false)
    case "reinforce-baseline": reinforce(context, hasBaseline: true)
    case "actor-critic": actorCritic(context)
    case "epsilon-greedy", "ucb": armAverage(id, context)
    case "gradient-bandit": gradientBandit(context)
    default: nil
    }
  }

  /// One-step control (Sutton & Barto, 2018, eqs. 6.7 to 6.9).
  private static func control(_ id: String, _ c: Context) -> Lines? {
    guard (c.whole("n") ?? 1) == 1, !c.before.actionValues.isEmpty else { return nil }
    let step = c.step
    let slot = c.slot(step.state, step.action)
    guard let alpha = c.alpha(slot) else { return nil }
    let name = "Q(\(c.stateName(step.state)), \(c.actionName(step.state, step.action)))"
    let nextName = c.stateName(step.next)
    var lines: [String] = []
    var bootstrap = 0.0
    if !step.terminated {
      let row = c.q(step.next)
      guard !row.isEmpty else { return nil }
      let shown = row.enumerated().map { "\(c.actionName(step.next, $0.offset)) \(n($0.element))" }.joined(
        separator: ", ")
      switch id {
      case "q-learning":
        bootstrap = row.max()!
        lines.append("max_a Q(S′, a) = max(\(shown)) = \(n(bootstrap))")
      case "sarsa":
        guard let next = c.next else { return nil }
        bootstrap = row[next.action]
        lines.append("A′ = \(c.actionName(step.next, next.action)), Q(S′, A′) = \(n(bootstrap))")
      default:
        guard !c.before.behaviorPolicy.isEmpty else { return nil }
        var terms: [String] = []
        for (place, q) in row.enumerated() {
          let p = c.before.behaviorPolicy[c.slot(step.next, place)]
          bootstrap += p * q
          terms.append("\(n(p)) · \(n(q))")
        }
        lines.append("Σ_a π(a|S′) Q(S′, a) = \(terms.joined(separator: " + ")) = \(n(bootstrap))")
      }
    } else {
      lines.append("S′ = \(nextName) ends the episode: nothing is added for what comes after")
    }
    let old = c.before.actionValues[slot]
    let error = step.reward + c.gamma * bootstrap - old
    let new = old + alpha * error
    lines.append("δ = R + γ Q′ − Q = \(n(step.reward)) + \(n(c.gamma)) · \(n(bootstrap)) − \(b(old)) = \(n(error))")
    lines.append("\(name) ← \(n(old)) + \(n(alpha)) · \(b(error)) = \(n(new))")
    return agrees(new, c.after.actionValues[slot]) ? (lines, [slot]) : nil
  }

  /// TD(0) (Sutton & Barto, 2018, eq. 6.2).
  private static func prediction(_ c: Context) -> Lines? {
    guard (c.whole("n") ?? 1) == 1, !c.before.stateValues.isEmpty else { return nil }
    let step = c.step
    guard let alpha = c.alpha(c.owner(step.state)) else { return nil }
    let old = c.before.stateValues[step.state]
    let bootstrap = step.terminated ? 0 : c.before.stateValues[step.next]
    let error = step.reward + c.gamma * bootstrap - old
    let new = old + alpha * error
    let name = c.stateName(step.state)
    let first =
      step.terminated
      ? "S′ = \(c.stateName(step.next)) ends the episode: V(S′) = 0"
      : "V(S′) = V(\(c.stateName(step.next))) = \(n(bootstrap))"
    let lines = [
      first,
      "δ = R + γ V(S′) − V(S) = \(n(step.reward)) + \(n(c.gamma)) · \(n(bootstrap)) − \(b(old)) = \(n(error))",
      "V(\(name)) ← \(n(old)) + \(n(alpha)) · \(b(error)) = \(n(new))",
    ]
    return agrees(new, c.after.stateValues[step.state]) ? (lines, [c.owner(step.state)]) : nil
  }

  /// Averages of returns (Sutton & Barto, 2018, sections 5.1 and 5.3): the last step first.
  private static func monteCarlo(_ id: String, _ c: Context) -> Lines? {
    let step = c.step
    let isControl = id == "monte-carlo-control"
    let isOver = step.terminated || step.truncated
    let changed =
      isControl ? c.before.actionValues != c.after.actionValues : c.before.stateValues != c.after.stateValues
    if !isOver && !changed { return (["kept until the episode ends"], []) }
    guard step.terminated else { return nil }
    let isFirst = c.word("visit") != "every"
    func entry(_ step: StepLog.Step) -> Int { isControl ? c.slot(step.state, step.action) : c.owner(step.state) }
    var firsts: [Int: Int] = [:]
    for (time, step) in c.episode.enumerated() where firsts[entry(step)] == nil { firsts[entry(step)] = time }
    var table = isControl ? c.before.actionValues : c.before.stateValues
    var context = c
    var lines: [String] = []
    var entries: [Int] = []
    var value = 0.0
    for (time, step) in c.episode.enumerated().reversed() {
      let old = value
      value = step.reward + c.gamma * value
      let place = entry(step)
      var line = "t = \(time): G = \(n(step.reward)) + \(n(c.gamma)) · \(b(old)) = \(n(value))"
      if !isFirst || firsts[place] == time {
        guard let alpha = context.alpha(place) else { return nil }
        let before = table[place]
        table[place] += alpha * (value - before)
        context.visits[place, default: 0] += 1
        entries.append(place)
        let name =
          isControl
          ? "Q(\(c.stateName(step.state)), \(c.actionName(step.state, step.action)))" : "V(\(c.stateName(step.state)))"
        line += ";  \(name) ← \(n(before)) + \(n(alpha)) · (\(n(value)) − \(b(before))) = \(n(table[place]))"
      } else {
        line += ";  \(c.stateName(step.state)) came before in this episode: this visit does not count"
      }
      lines.append(line)
    }
    let after = isControl ? c.after.actionValues : c.after.stateValues
    func isKept(_ entry: Int) -> Bool {
      let state = isControl ? entry / c.space.width : entry
      return c.owner(state) == state
    }
    guard table.indices.allSatisfy({ !isKept($0) || agrees(table[$0], after[$0]) }) else { return nil }
    if lines.count > 14 { lines = lines.prefix(7) + ["… \(lines.count - 14) more …"] + lines.suffix(7) }
    return (lines, entries)
  }

  /// The backups of a sweep of value iteration (Sutton & Barto, 2018, eq. 4.10), or of a policy's evaluation (eq. 4.5).
  ///
  /// - Parameter policy: The policy that is evaluated, a probability a pair; nil for the best action.
  static func backup(
    _ state: Int, model: FiniteMDP, gamma: Double, before: [Double], after: [Double], policy: [Double]? = nil
  ) -> [String]? {
    var best = policy == nil ? -Double.infinity : 0
    var lines: [String] = []
    for pair in model.pairs(of: state) {
      var sum = 0.0
      var terms: [String] = []
      for k in model.outcomes(of: pair) {
        let outcome = model.outcome(k)
        let ends = outcome.terminated || model.isTerminal(outcome.next)
        let value = ends ? 0 : before[outcome.next]
        sum += outcome.probability * (outcome.reward + gamma * value)
        terms.append("\(n(outcome.probability)) · (\(n(outcome.reward)) + \(n(gamma)) · \(b(value)))")
      }
      best = policy.map { best + $0[pair] * sum } ?? max(best, sum)
      let shown = terms.prefix(4).joined(separator: " + ") + (terms.count > 4 ? " + … \(terms.count - 4) more" : "")
      let chance = policy.map { "π = \(n($0[pair])), " } ?? ""
      lines.append("  \(chance)\(model.actionLabels[Int(model.pairActions[pair])]): \(shown) = \(n(sum))")
    }
    guard agrees(best, after[state]) else { return nil }
    if lines.count > 8 { lines = lines.prefix(7) + ["  … \(lines.count - 7) more actions"] }
    let sign = policy == nil ? "max" : "Σ_a π(a|s) …"
    return ["v(\(name(state, model))) ← \(sign) = \(n(best)), was \(n(before[state]))"] + lines
  }

  /// A state's number with its label, where that is another.
  static func name(_ state: Int, _ model: FiniteMDP?) -> String {
    guard let label = model?.stateLabels.label(of: state), label != "\(state)" else { return "\(state)" }
    return "\(state) \(label)"
  }

  static func agrees(_ a: Double, _ b: Double) -> Bool {
    a == b || abs(a - b) <= 1e-9 * max(1, abs(a), abs(b))
  }

  /// A number with six digits at most.
  static func n(_ x: Double) -> String { RunSummary.six(x) }
  /// The same, in brackets where it is negative.
  static func b(_ x: Double) -> String { x < 0 ? "(\(n(x)))" : n(x) }
}
