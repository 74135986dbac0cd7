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

  /// Reads the files.
  static func draft(
    transitions: String, rewards: [(key: String, text: String)], labels: String?
  ) throws(SettingProblem) -> ModelDraft {
    var lines = Self.lines(transitions)
    var states = 0
    var isChain: Bool?
    if let first = lines.first, ["mdp", "dtmc"].contains(first.words[0].lowercased()) {
      isChain = first.words[0].lowercased() == "dtmc"
      lines.removeFirst()
    }
    if let first = lines.first, first.words.count < 4, first.words.count == 2 || isChain != true {
      // The counts: states and transitions of a chain; states, choices and transitions of an MDP.
      states = try first.whole(0, "the number of states", below: ModelSize.mostStates + 1)
      isChain = isChain ?? (first.words.count == 2)
      lines.removeFirst()
    }
    let isChoice = isChain != true
    var names = ActionNames()
    var rows: [Transition] = []
    for line in lines {
      let state = try line.whole(0, "the state", below: ModelSize.mostStates)
      let choice = isChoice ? try line.whole(1, "the choice", below: 1_000_000) : 0
      let next = try line.whole(isChoice ? 2 : 1, "the next state", below: ModelSize.mostStates)
      let probability = try line.number(isChoice ? 3 : 2, "the probability")
      let label = line.words.count > 4 && isChoice ? String(line.words[4]) : "\(choice)"
      rows.append(
        .init(state: state, choice: choice, next: next, probability: probability, action: names.number(of: label)))
      states = max(states, state + 1, next + 1)
    }
    if rows.isEmpty { throw SettingProblem("the file has no transitions; write \"source choice target probability\"") }
    let table = try Self.rewards(rewards, isChoice: isChoice)
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
    _ files: [(key: String, text: String)], isChoice: Bool
  ) throws(SettingProblem) -> (states: [Int: Double], transitions: [[Int]: Double]) {
    var states: [Int: Double] = [:]
    var transitions: [[Int]: Double] = [:]
    for (key, text) in files {
      do throws(SettingProblem) {
        for (index, line) in Self.lines(text).enumerated() {
          let width = line.words.count
          let isTransition = width == (isChoice ? 4 : 3)
          // The first line may say how many there are: two numbers before states, one more before transitions.
          let isState = width == 2 && key != "trew"
          if index == 0 && !isTransition && (!isState || Self.isCounts(line, of: text)) { continue }
          if isTransition {
            let state = try line.whole(0, "the state", below: ModelSize.mostStates)
            let choice = isChoice ? try line.whole(1, "the choice", below: 1_000_000) : 0
            let next = try line.whole(isChoice ? 2 : 1, "the next state", below: ModelSize.mostStates)
            transitions[[state, choice, next], default: 0] += try line.number(width - 1, "the reward")
          } else if isState {
            states[try line.whole(0, "the state", below: ModelSize.mostStates), default: 0] +=
              try line.number(1, "the reward")
          } else {
            throw line.wrong(
              "\"\(line.text.prefix(80))\" is no reward; write \"source choice target reward\" or \"state reward\"")
          }
        }
      } catch { throw SettingProblem("the rewards (.\(key)), \(error.message)") }
    }
    return (states, transitions)
  }

  /// Whether a first line of two numbers says how many states and how many rows there are, and is no row itself.
  private static func isCounts(_ line: WordLines.Line, of text: String) -> Bool {
    guard let rows = Int(line.words[1]) else { return false }
    return rows == Self.lines(text).count - 1
  }

  private static func starts(_ text: String) throws(SettingProblem) -> [StateProbability]? {
    var key: Substring?
    var starts: [Int] = []
    for line in Self.lines(text) {
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
