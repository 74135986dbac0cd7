import Foundation
import RLCore

/// What a linter says of a model: one finding a check, in the order in which readers want them.
struct LintReport {
  /// How bad a finding is.
  enum Severity: String {
    /// Nothing found.
    case ok
    /// Worth knowing.
    case note
    /// Probably not meant so.
    case warning
    /// No model at all.
    case error
  }

  /// What one check found.
  struct Finding {
    let check: String
    let severity: Severity
    let message: String
    /// The states that it is about.
    var states: [Int] = []
    /// Numbers for programs.
    var data: [Setting.Field] = []
  }

  let name: String
  private(set) var findings: [Finding] = []
  private var facts: [Setting.Field] = []
  private var labels = StateLabels.numbered

  /// Looks at what a file holds; where it is no model, only at what is wrong with it.
  init(_ name: String, draft: ModelDraft, gamma: Double?) {
    var problems = draft.problems()
    if problems.isEmpty {
      do throws(ModelError) {
        self.init(name, model: try draft.model(), gamma: gamma)
        return
      } catch { problems = [error] }
    }
    self.init(name: name)
    findBroken(draft, problems)
  }

  private init(name: String) { self.name = name }

  /// Looks at a model.
  init(_ name: String, model: FiniteMDP, gamma: Double?) {
    self.init(name: name)
    labels = model.stateLabels
    let diagnosis = ModelDiagnosis(model, gamma: gamma)
    facts = [
      .init("states", .integer(model.stateCount)), .init("actions", .integer(model.actionCount)),
      .init("pairs", .integer(model.pairCount)), .init("outcomes", .integer(model.outcomeCount)),
      .init("starts", .integer(model.initial.count)), .init("gamma", .real(diagnosis.gamma)),
      .init("terminal_states", .integer((0..<model.stateCount).count { model.isTerminal($0) })),
    ]
    findings = [
      rowSums(diagnosis), unreachable(diagnosis), absorbing(diagnosis), loopRewards(diagnosis), proper(diagnosis),
      ties(diagnosis), mixing(diagnosis), horizon(diagnosis),
    ]
  }

  /// How many findings are of a severity.
  func count(_ severity: Severity) -> Int { findings.count { $0.severity == severity } }

  // MARK: Checks

  private mutating func findBroken(_ draft: ModelDraft, _ problems: [ModelError]) {
    labels = draft.stateLabels
    facts = [
      .init("states", .integer(draft.states)), .init("actions", .integer(draft.actions)),
      .init("rows", .integer(draft.rows.count)),
    ]
    findings = problems.map { problem in
      switch problem {
      case .rowSum(let sum, let state, let action):
        Finding(
          check: "row-sums", severity: .error, message: "\(problem)", states: [state],
          data: [.init("action", .integer(action)), .init("sum", .real(sum))])
      case .startSum, .invalidStart: Finding(check: "start", severity: .error, message: "\(problem)")
      default: Finding(check: "rows", severity: .error, message: "\(problem)")
      }
    }
  }

  private func rowSums(_ d: ModelDiagnosis) -> Finding {
    Finding(
      check: "row-sums", severity: .ok,
      message:
        "the probabilities of every state and action sum to 1 (greatest distance \(Self.number(d.rowDeviation)))",
      data: [.init("greatest_deviation", .real(d.rowDeviation))])
  }

  private func unreachable(_ d: ModelDiagnosis) -> Finding {
    let acting = d.unreachable.filter { !d.model.isTerminal($0) }
    if d.unreachable.isEmpty {
      return Finding(check: "unreachable", severity: .ok, message: "every state can be reached from the start")
    }
    let kinds = acting.isEmpty ? "none of which offers an action" : "\(acting.count) of which offer actions"
    return Finding(
      check: "unreachable", severity: acting.isEmpty ? .note : .warning,
      message: "\(d.unreachable.count) states cannot be reached from the start, \(kinds): \(list(d.unreachable))",
      states: d.unreachable, data: [.init("acting", .integer(acting.count))])
  }

  private func absorbing(_ d: ModelDiagnosis) -> Finding {
    if d.absorbing.isEmpty {
      return Finding(
        check: "absorbing", severity: .ok, message: "no set of states holds for ever whatever is done")
    }
    let isWhole = d.absorbing.count == 1 && d.absorbing[0].count == d.model.stateCount
    let parts = d.absorbing.prefix(5).map { "{\(list($0))}" }.joined(separator: ", ")
    let more = d.absorbing.count > 5 ? " and \(d.absorbing.count - 5) more" : ""
    return Finding(
      check: "absorbing", severity: .note,
      message: isWhole
        ? "the task is continuing: every state can be reached from every other, and nothing ends"
        : "\(d.absorbing.count) sets of states are never left once entered, and nothing ends there: \(parts)\(more)",
      states: d.absorbing.flatMap { $0 },
      data: [.init("components", .list(d.absorbing.map { .list($0.map(Setting.integer)) }))])
  }

  private func loopRewards(_ d: ModelDiagnosis) -> Finding {
    let collected = d.loopRewards.filter(\.isCollected)
    let lost = d.loopRewards.filter { !$0.isCollected }
    let data = d.loopRewards.map { loop in
      Setting.object([
        .init("state", .integer(loop.state)), .init("reward", .real(loop.reward)),
        .init("collected", .boolean(loop.isCollected)),
      ])
    }
    if d.loopRewards.isEmpty {
      return Finding(
        check: "terminal-rewards", severity: .ok, message: "no reward stands on a loop that ends everything")
    }
    var parts: [String] = []
    if !collected.isEmpty {
      parts.append(
        "\(collected.count) states that cannot be left pay at every step there, for ever (\(Self.number(collected[0].reward)) in "
          + "state \(list([collected[0].state]))): if they are ends, make them terminal")
    }
    if !lost.isEmpty {
      parts.append(
        "\(lost.count) states behind a termination have rewards on their loops that are never collected (state \(list([lost[0].state])))"
      )
    }
    return Finding(
      check: "terminal-rewards", severity: .warning, message: parts.joined(separator: "; "),
      states: d.loopRewards.map(\.state), data: [.init("loops", .list(data))])
  }

  private func proper(_ d: ModelDiagnosis) -> Finding {
    var data: [Setting.Field] = [
      .init("proper", .text(d.properness.rawValue)), .init("uniform_is_proper", .boolean(d.uniformEnds)),
      .init("stays", .list(d.stays.map { .list($0.map(Setting.integer)) })),
    ]
    let uniform = d.uniformEnds ? "the uniform policy ends" : "the uniform policy may not end either"
    let message: String
    var severity = Severity.note
    switch d.properness {
    case .all:
      message = "every policy ends with probability 1: gamma 1 is safe"
      severity = .ok
    case .some:
      message =
        "some policies never end (they can stay in {\(list(d.stays[0]))}); another ends with probability 1, \(uniform)"
    case .none: message = "no policy is sure to end from the start: undiscounted values need gamma below 1"
    }
    if let problem = d.undiscounted {
      data.append(.init("undiscounted", .text("\(problem)")))
      return Finding(
        check: "improper-policies", severity: .warning, message: message + "; at gamma 1: \(problem)",
        states: d.stays.flatMap { $0 }, data: data)
    }
    return Finding(
      check: "improper-policies", severity: severity, message: message, states: d.stays.flatMap { $0 }, data: data)
  }

  private func ties(_ d: ModelDiagnosis) -> Finding {
    guard d.solution != nil else {
      return Finding(
        check: "ties", severity: .warning, message: "there are no optimal values at gamma \(Self.number(d.gamma))")
    }
    let gap = d.leastGap.map { "; the least gap to an action that is worse is \(Self.number($0))" } ?? ""
    let data: [Setting.Field] = [
      .init("gamma", .real(d.gamma)), .init("least_gap", d.leastGap.map(Setting.real) ?? .null),
      .init("start_value", .real(d.solution!.startValue)),
    ]
    if d.ties.isEmpty {
      return Finding(
        check: "ties", severity: .ok,
        message: "one optimal policy at gamma \(Self.number(d.gamma)): every state has one best action\(gap)",
        data: data)
    }
    return Finding(
      check: "ties", severity: .note,
      message:
        "\(d.ties.count) states have several optimal actions at gamma \(Self.number(d.gamma)): \(list(d.ties))\(gap)",
      states: d.ties, data: data)
  }

  private func mixing(_ d: ModelDiagnosis) -> Finding {
    var parts: [String] = []
    var data: [Setting.Field] = []
    var severity = Severity.ok
    for (name, chain) in [("uniform", d.uniformChain), ("optimal", d.optimalChain)] {
      guard let chain else { continue }
      data.append(
        .init(
          name,
          .object([
            .init("recurrent_classes", .integer(chain.recurrentClasses)), .init("period", .integer(chain.period)),
            .init("recurrent_states", .integer(chain.recurrentStates)),
            .init("mixing_time", chain.mixingTime.map(Setting.integer) ?? .null),
            .init("worst_case", .boolean(chain.isWorstCase)),
          ])))
      if chain.recurrentClasses > 1 {
        parts.append("\(name) policy: \(chain.recurrentClasses) recurrent classes, where it ends up is chance")
        severity = .note
      } else if let time = chain.mixingTime {
        let from = chain.isWorstCase ? "" : " from the start"
        let lazy = chain.period > 1 ? " (period \(chain.period): of the chain that stays half the time)" : ""
        parts.append("\(name) policy: \(time) steps\(from)\(lazy)")
      } else {
        parts.append("\(name) policy: slower than could be followed")
        severity = .note
      }
    }
    return Finding(
      check: "mixing", severity: severity,
      message: "mixing time, episodes following each other: " + parts.joined(separator: "; "), data: data)
  }

  private func horizon(_ d: ModelDiagnosis) -> Finding {
    var parts: [String] = []
    if let horizon = d.horizon {
      parts.append(
        "at gamma \(Self.number(d.gamma)) the effective horizon is \(Self.number(1 / (1 - d.gamma))) steps, and after \(horizon) a "
          + "reward weighs less than 1 %")
    }
    func steps(_ x: Double?) -> String { x.map { Self.number($0) + " steps" } ?? "possibly for ever" }
    if !d.model.isContinuing {
      parts.append("an episode lasts \(steps(d.lengths.optimal)) optimally, \(steps(d.lengths.uniform)) uniformly")
    }
    var severity = Severity.ok
    if let horizon = d.horizon, let length = d.lengths.optimal, length > Double(horizon) { severity = .note }
    return Finding(
      check: "horizon", severity: severity, message: parts.isEmpty ? "no horizon" : parts.joined(separator: "; "),
      data: [
        .init("gamma", .real(d.gamma)), .init("effective_horizon", d.gamma < 1 ? .real(1 / (1 - d.gamma)) : .null),
        .init("one_percent_horizon", d.horizon.map(Setting.integer) ?? .null),
        .init("uniform_length", d.lengths.uniform.map(Setting.real) ?? .null),
        .init("optimal_length", d.lengths.optimal.map(Setting.real) ?? .null),
      ])
  }

  // MARK: Forms

  private func list(_ states: [Int]) -> String {
    let shown = states.prefix(8).map { state in
      let label = labels.label(of: state)
      return label == "\(state)" ? label : "\(state) \(label)"
    }
    return shown.joined(separator: ", ") + (states.count > 8 ? ", … \(states.count - 8) more" : "")
  }

  private static func number(_ x: Double) -> String { RunSummary.plain(x) }

  /// The report for people.
  var text: String {
    func fact(_ key: String) -> Int { facts.first { $0.key == key }?.value.whole ?? 0 }
    var lines: [String] = []
    if facts.contains(where: { $0.key == "rows" }) {
      lines.append("\(name): \(fact("states")) states, \(fact("actions")) actions, \(fact("rows")) rows")
    } else {
      lines.append(
        "\(name): \(fact("states")) states (\(fact("terminal_states")) terminal), \(fact("actions")) actions, "
          + "\(fact("pairs")) state–action pairs, \(fact("outcomes")) outcomes, \(fact("starts")) starts")
    }
    let width = (findings.map(\.check.count).max() ?? 0) + 2
    for finding in findings {
      let severity = finding.severity.rawValue.padding(toLength: 9, withPad: " ", startingAt: 0)
      lines.append(severity + finding.check.padding(toLength: width, withPad: " ", startingAt: 0) + finding.message)
    }
    lines.append("\(count(.error)) errors, \(count(.warning)) warnings, \(count(.note)) notes")
    return lines.joined(separator: "\n")
  }

  /// The report for programs.
  var json: Setting {
    .object([
      .init("name", .text(name)), .init("model", .object(facts)), .init("errors", .integer(count(.error))),
      .init("warnings", .integer(count(.warning))), .init("notes", .integer(count(.note))),
      .init(
        "findings",
        .list(
          findings.map { finding in
            .object(
              [
                .init("check", .text(finding.check)), .init("severity", .text(finding.severity.rawValue)),
                .init("message", .text(finding.message)), .init("states", .list(finding.states.map(Setting.integer))),
              ] + finding.data)
          })),
    ])
  }
}

extension RunSummary {
  /// Four significant digits, without zeros behind them.
  static func plain(_ x: Double) -> String {
    let text = number(x)
    if text.contains("e") || !text.contains(".") { return text }
    var end = Substring(text)
    while end.last == "0" { end = end.dropLast() }
    return String(end.last == "." ? end.dropLast() : end)
  }
}
