import RLCore

/// Reads PRISM's explicit files: transitions (`.tra`), rewards of states or transitions (`.rew`, `.srew`, `.trew`), labels (`.lab`).
///
/// MDPs (`source choice target probability [action]`) and Markov chains (`source target probability`) as models of one action. Storm's first
/// line `mdp` or `dtmc` may stand before the counts or in their place; `#` begins a comment.
enum PrismReader {
  private struct Transition {
    let state: Int
    let choice: Int
    let next: Int
    let probability: Double
    let action: Int
  }

  /// The counts of the first line: of states, of choices (of an MDP), and of transitions.
  private struct Counts {
    var states: Int
    var choices: Int?
    var transitions: Int

    init(_ line: WordLines.Line) throws(SettingProblem) {
      states = try line.whole(0, "the number of states", below: ModelSize.mostStates + 1)
      choices = line.words.count > 2 ? try line.whole(1, "the number of choices", below: Int.max) : nil
      transitions = try line.whole(line.words.count - 1, "the number of transitions", below: Int.max)
    }

    /// Holds against what the file has.
    func check(choices found: Int, transitions rows: Int) throws(SettingProblem) {
      for (what, said, has) in [("choices", choices, found), ("transitions", transitions, rows)] {
        if let said, said != has {
          throw SettingProblem(
            "the first line says \(said) \(what), the file has \(has): it is cut off, or the count is wrong")
        }
      }
    }
  }

  private static let mostChoices = 1_000_000

  /// Reads the files.
  static func draft(
    transitions: String, rewards: [(key: String, text: String)], labels: String?
  ) throws(SettingProblem) -> ModelDraft {
    var lines = Self.lines(transitions)
    var counts: Counts?
    var isChain: Bool?
    if let first = lines.first, ["mdp", "dtmc"].contains(first.words[0].lowercased()) {
      isChain = first.words[0].lowercased() == "dtmc"
      lines.removeFirst()
    }
    if let first = lines.first, first.words.count < 4, first.words.count == 2 || isChain != true {
      counts = try Counts(first)
      isChain = isChain ?? (first.words.count == 2)
      lines.removeFirst()
    }
    let isChoice = isChain != true
    let bound = counts?.states ?? ModelSize.mostStates
    var states = counts?.states ?? 0
    var names = ActionNames()
    var actions: [Int: Int] = [:]
    var taken: [Int: Set<String>] = [:]
    var rows: [Transition] = []
    for line in lines {
      let state = try line.whole(0, "the state", below: bound)
      let choice = isChoice ? try line.whole(1, "the choice", below: mostChoices) : 0
      let next = try line.whole(isChoice ? 2 : 1, "the next state", below: bound)
      let probability = try line.number(isChoice ? 3 : 2, "the probability")
      let pair = state * mostChoices + choice
      if actions[pair] == nil {
        let label = line.words.count > 4 && isChoice ? String(line.words[4]) : "\(choice)"
        let name = ActionNames.free(label, among: taken[state, default: []])
        taken[state, default: []].insert(name)
        actions[pair] = names.number(of: name)
      }
      rows.append(.init(state: state, choice: choice, next: next, probability: probability, action: actions[pair]!))
      states = max(states, state + 1, next + 1)
    }
    if rows.isEmpty { throw SettingProblem("the file has no transitions; write \"source choice target probability\"") }
    try counts?.check(choices: actions.count, transitions: rows.count)
    let table = try Self.rewards(rewards, isChoice: isChoice, states: states)
    if !table.transitions.isEmpty {
      let known = Set(rows.map { [$0.state, $0.choice, $0.next] })
      if let lost = table.transitions.keys.filter({ !known.contains($0) }).min(by: { $0.lexicographicallyPrecedes($1) })
      {
        throw SettingProblem(
          "the rewards: state \(lost[0]), choice \(lost[1]) does not lead to state \(lost[2]); give rewards of transitions that are there"
        )
      }
    }
    var draft = ModelDraft(
      states: states, actions: names.names.count,
      rows: rows.map { row in
        let reward =
          (table.states[row.state] ?? 0) + (table.transitions[[row.state, row.choice, row.next]] ?? 0)
        return .init(
          state: row.state, action: row.action,
          outcome: .init(probability: row.probability, next: row.next, reward: reward, terminated: false))
      })
    if let labels { draft.initial = try Self.starts(labels) }
    return names.finished(draft)
  }

  private static func lines(_ text: String) -> [WordLines.Line] {
    WordLines.lines(text).filter { !$0.words[0].hasPrefix("#") }
  }

  private static func rewards(
    _ files: [(key: String, text: String)], isChoice: Bool, states count: Int
  ) throws(SettingProblem) -> (states: [Int: Double], transitions: [[Int]: Double]) {
    var states: [Int: Double] = [:]
    var transitions: [[Int]: Double] = [:]
    for (key, text) in files {
      do throws(SettingProblem) {
        var lines = Self.lines(text)
        if let first = lines.first, Self.isCounts(first, states: count, isChoice: isChoice, key: key) {
          lines.removeFirst()
          let said = try first.whole(first.words.count - 1, "the number of rewards", below: Int.max)
          if said != lines.count {
            throw first.wrong(
              "there should be \(said) rewards, the file has \(lines.count): it is cut off, or the count is wrong")
          }
        }
        for line in lines {
          let width = line.words.count
          if width == (isChoice ? 4 : 3) {
            let state = try line.whole(0, "the state", below: count)
            let choice = isChoice ? try line.whole(1, "the choice", below: mostChoices) : 0
            let next = try line.whole(isChoice ? 2 : 1, "the next state", below: count)
            transitions[[state, choice, next], default: 0] += try line.number(width - 1, "the reward")
          } else if width == 2 && key != "trew" {
            states[try line.whole(0, "the state", below: count), default: 0] += try line.number(1, "the reward")
          } else {
            throw line.wrong(
              "\"\(line.text.prefix(80))\" is no reward; write \"source choice target reward\" or \"state reward\"")
          }
        }
      } catch { throw SettingProblem("the rewards (.\(key)), \(error.message)") }
    }
    return (states, transitions)
  }

  /// Whether a first line says how many states, choices and rewards there are, and is no row itself: no state has the number of all states.
  private static func isCounts(_ line: WordLines.Line, states: Int, isChoice: Bool, key: String) -> Bool {
    let width = line.words.count
    if width == (isChoice ? 3 : 2) && key == "trew" || width == 3 && isChoice { return true }
    return width == 2 && Int(line.words[0]) == states
  }

  /// Where episodes begin: PRISM's labels (`0="init"`, then `state: label`), or Storm's (`#DECLARATION`, `#END`, then `state name`).
  private static func starts(_ text: String) throws(SettingProblem) -> [StateProbability]? {
    var lines = WordLines.lines(text)
    var key: Substring? = nil
    if let end = lines.firstIndex(where: { $0.words[0] == "#END" }) {
      lines.removeFirst(end + 1)
      key = "init"
    } else {
      lines = Self.lines(text)
    }
    var starts: [Int] = []
    for line in lines {
      if line.text.contains("=") {
        for word in line.words where word.hasSuffix("=\"init\"") { key = word.dropLast("=\"init\"".count) }
        continue
      }
      guard let key else { return nil }
      let parts = line.words.flatMap { $0.split(separator: ":") }
      guard let first = parts.first, let state = Int(first) else {
        throw SettingProblem("the labels (.lab), line \(line.number): write \"state: label ...\"")
      }
      if parts.dropFirst().contains(key) { starts.append(state) }
    }
    return starts.isEmpty ? nil : .uniform(over: starts)
  }
}
