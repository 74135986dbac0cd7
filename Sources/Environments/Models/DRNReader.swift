import RLCore

/// Reads Storm's explicit format: MDPs, and DTMCs as models of one action. Rewards of states and of choices are summed, from the first
/// reward model.
///
/// Grammar: <https://www.stormchecker.org/documentation/background/languages.html>, section "The DRN format".
enum DRNReader {
  /// Reads a file.
  static func draft(_ text: String) throws(SettingProblem) -> ModelDraft {
    var rows: [FiniteMDP.Row] = []
    var starts: [Int] = []
    var initial: [StateProbability]?
    var actions = ActionNames()
    var labels: [Int: String] = [:]
    var states = 0
    var isModel = false
    var expectsCount = false
    var state: Int?
    var action: Int?
    var stateReward = 0.0
    var reward = 0.0
    var place = 0
    for line in WordLines.lines(text) {
      let first = line.words[0]
      if first.hasPrefix("//") {
        if isModel, let state, action == nil {
          let body = String(line.text.drop { $0 == " " || $0 == "\t" }.dropFirst(2))
          let name = body.hasSuffix("\r") ? String(body.dropLast()) : body
          if name.hasPrefix("[") && name.hasSuffix("]") { labels[state] = String(name.dropFirst().dropLast()) }
        } else if line.words.count > 1, line.words[1] == "start:" {
          initial = try Self.start(line)
        } else if line.words.count > 1, line.words[1] == "actions:" {
          actions = ActionNames(line.words.dropFirst(2).map(String.init))
        }
        continue
      }
      if !isModel {
        if first == "@type:" || first.hasPrefix("@type:") {
          let type = (line.words.count > 1 ? String(line.words[1]) : String(first.dropFirst(6))).lowercased()
          guard ["mdp", "dtmc"].contains(type) else {
            throw line.wrong("the type is \"\(type.prefix(40))\"; give a model of type MDP or DTMC")
          }
        } else if expectsCount {
          states = try line.whole(0, "the number of states", below: ModelSize.mostStates + 1)
          expectsCount = false
        } else if first == "@nr_states" {
          expectsCount = true
        } else if first == "@model" {
          isModel = true
        }
        continue
      }
      if first == "state" {
        let number = try line.whole(1, "the state", below: ModelSize.mostStates)
        state = number
        states = max(states, number + 1)
        action = nil
        place = 0
        let (value, rest) = try Self.reward(line, from: 2)
        stateReward = value
        if line.words[min(rest, line.words.count)...].contains("init") { starts.append(number) }
      } else if first == "action" {
        guard state != nil else { throw line.wrong("an action stands before the first state; begin with \"state 0\"") }
        guard line.words.count > 1 else { throw line.wrong("the action has no name; write \"action 0\"") }
        let name = line.words[1] == "__NOLABEL__" ? "\(place)" : String(line.words[1])
        action = actions.number(of: name)
        place += 1
        reward = stateReward + (try Self.reward(line, from: 2).value)
      } else {
        guard let state else { throw line.wrong("a transition stands before the first state; begin with \"state 0\"") }
        if action == nil {
          action = actions.number(of: "0")
          reward = stateReward
        }
        let words = line.words.flatMap { $0.split(separator: ":", omittingEmptySubsequences: true) }
        guard words.count == 2, let next = Int(words[0]), next >= 0, next < ModelSize.mostStates else {
          throw line.wrong("\"\(line.text.prefix(80))\" is no transition; write \"state : probability\"")
        }
        let probability = try line.number(words[1], "the probability")
        states = max(states, next + 1)
        rows.append(
          .init(
            state: state, action: action!,
            outcome: .init(probability: probability, next: next, reward: reward, terminated: false)))
      }
    }
    guard isModel else { throw SettingProblem("the file has no \"@model\"; write one before the first state") }
    var draft = ModelDraft(
      states: max(states, 1), actions: actions.names.count, rows: rows,
      initial: initial ?? (starts.isEmpty ? nil : .uniform(over: starts)))
    if !labels.isEmpty { draft.stateLabels = .listed((0..<draft.states).map { labels[$0] ?? "\($0)" }) }
    return actions.finished(draft)
  }

  /// A reward in brackets, if one stands at a place; of several, the first. Also where the words behind it begin.
  private static func reward(_ line: WordLines.Line, from place: Int) throws(SettingProblem) -> (
    value: Double, rest: Int
  ) {
    guard place < line.words.count, line.words[place].hasPrefix("[") else { return (0, place) }
    var end = place
    while end < line.words.count && !line.words[end].hasSuffix("]") { end += 1 }
    guard end < line.words.count else { throw line.wrong("the rewards have no end; write them as [0.5]") }
    let first = line.words[place].dropFirst().prefix { $0 != "," && $0 != "]" }
    return (first.isEmpty ? 0 : try line.number(first, "the reward"), end + 1)
  }

  private static func start(_ line: WordLines.Line) throws(SettingProblem) -> [StateProbability] {
    var starts: [StateProbability] = []
    let words = line.words.dropFirst(2).map { $0.hasSuffix(",") ? $0.dropLast() : $0 }
    for index in stride(from: 0, to: words.count - 1, by: 2) {
      guard let state = Int(words[index]) else { throw line.wrong("\"\(words[index])\" is no state; write its number") }
      starts.append(.init(state: state, probability: try line.number(words[index + 1], "the start probability")))
    }
    return starts
  }
}
