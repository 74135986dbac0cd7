import RLCore

/// Reads Storm's explicit format: MDPs, and DTMCs as models of one action. Rewards of states and of choices are summed, from one reward model:
/// the one that is asked for, else the first.
///
/// Grammar: <https://www.stormchecker.org/documentation/background/languages.html>, section "The DRN format".
struct DRNReader {
  private let rewardModel: String?
  /// Which of the rewards in brackets counts.
  private var rewardPlace: Int
  private var section = ""
  private var placeholders: [Substring: Double] = [:]
  private var declaredStates: Int?
  private var declaredChoices: Int?

  private var rows: [FiniteMDP.Row] = []
  /// Where among the rows the present choice began.
  private var choiceBegin = 0
  private var choices = 0
  private var statesRead = 0
  private var states = 0
  private var starts: [Int] = []
  private var initial: [StateProbability]?
  private var actions = ActionNames()
  private var labels: [Int: String] = [:]

  private var state: Int?
  private var action: Int?
  /// What the present state's choices are called so far.
  private var taken: Set<String> = []
  private var stateReward = 0.0
  private var reward = 0.0

  private init(rewardModel: String?) {
    self.rewardModel = rewardModel
    rewardPlace = rewardModel == nil ? 0 : -1
  }

  /// Reads a file.
  ///
  /// - Parameter rewardModel: The name of the reward model whose rewards count; nil for the first.
  static func draft(_ text: String, rewardModel: String? = nil) throws(SettingProblem) -> ModelDraft {
    var reader = DRNReader(rewardModel: rewardModel)
    for line in WordLines.lines(text) {
      if line.words[0].hasPrefix("//") {
        try reader.readComment(line)
      } else if reader.section == "@model" {
        try reader.readModel(line)
      } else {
        try reader.readPreamble(line)
      }
    }
    return try reader.finished()
  }

  private mutating func finished() throws(SettingProblem) -> ModelDraft {
    guard section == "@model" else {
      throw SettingProblem("the file has no \"@model\"; write one before the first state")
    }
    endChoice()
    for (name, declared, read) in [
      ("@nr_states", declaredStates, statesRead), ("@nr_choices", declaredChoices, choices),
    ] {
      if let declared, declared != read {
        throw SettingProblem("\(name) says \(declared), the file has \(read): it is cut off, or the number is wrong")
      }
    }
    var draft = ModelDraft(
      states: max(states, 1), actions: actions.names.count, rows: rows,
      initial: initial ?? (starts.isEmpty ? nil : .uniform(over: starts)))
    if !labels.isEmpty { draft.stateLabels = .listed((0..<draft.states).map { labels[$0] ?? "\($0)" }) }
    return actions.finished(draft)
  }

  // MARK: Before the states

  private mutating func readComment(_ line: WordLines.Line) throws(SettingProblem) {
    if section == "@model", let state, action == nil {
      let body = String(line.text.drop { $0 == " " || $0 == "\t" }.dropFirst(2))
      let name = body.hasSuffix("\r") ? String(body.dropLast()) : body
      if name.hasPrefix("[") && name.hasSuffix("]") { labels[state] = String(name.dropFirst().dropLast()) }
    } else if line.words.count > 1, line.words[1] == "start:" {
      initial = try Self.start(line)
    } else if line.words.count > 1, line.words[1] == "actions:" {
      actions = ActionNames(line.words.dropFirst(2).map(String.init))
    }
  }

  private mutating func readPreamble(_ line: WordLines.Line) throws(SettingProblem) {
    let first = line.words[0]
    if first.hasPrefix("@type:") {
      let type = (line.words.count > 1 ? String(line.words[1]) : String(first.dropFirst(6))).lowercased()
      guard ["mdp", "dtmc"].contains(type) else {
        throw line.wrong("the type is \"\(type.prefix(40))\"; give a model of type MDP or DTMC")
      }
      return
    }
    if first.hasPrefix("@") {
      if section == "@nr_states" && declaredStates == nil || section == "@nr_choices" && declaredChoices == nil {
        throw line.wrong("there is no number below \(section); write one")
      }
      section = String(first)
      if section == "@model", let rewardModel, rewardPlace < 0 {
        throw line.wrong("there is no reward model \"\(rewardModel)\" in \"@reward_models\"; name one of them")
      }
      return
    }
    switch section {
    case "@parameters":
      throw line.wrong("the model has parameters (\(line.text.prefix(80))); give them values before it is exported")
    case "@placeholders":
      let words = line.words.flatMap { $0.split(separator: ":", omittingEmptySubsequences: true) }
      guard words.count == 2 else { throw line.wrong("write a placeholder and its value: \"$0 : 0.5\"") }
      placeholders[words[0]] = try line.number(words[1], "the value of \(words[0])")
    case "@reward_models":
      guard let rewardModel else { return }
      guard let place = line.words.firstIndex(where: { $0 == rewardModel }) else {
        let names = line.words.map(String.init)
        throw line.wrong(
          "there is no reward model \"\(rewardModel)\"; "
            + Spelling.hint(for: rewardModel, among: names, otherwise: "name one of: " + names.joined(separator: ", ")))
      }
      rewardPlace = place
    case "@nr_states": declaredStates = try line.whole(0, "the number of states", below: ModelSize.mostStates + 1)
    case "@nr_choices": declaredChoices = try line.whole(0, "the number of choices", below: Int.max)
    default: break
    }
  }

  // MARK: The states

  private mutating func readModel(_ line: WordLines.Line) throws(SettingProblem) {
    switch line.words[0] {
    case "state":
      endChoice()
      let number = try line.whole(1, "the state", below: declaredStates ?? ModelSize.mostStates)
      if let state, number <= state {
        throw line.wrong("state \(number) comes after state \(state); write states in rising order, each once")
      }
      state = number
      states = max(states, number + 1, declaredStates ?? 0)
      statesRead += 1
      action = nil
      taken = []
      let (value, rest) = try rewards(line, from: 2)
      stateReward = value
      if line.words[min(rest, line.words.count)...].contains("init") { starts.append(number) }
    case "action":
      guard let state else { throw line.wrong("an action stands before the first state; begin with \"state 0\"") }
      guard line.words.count > 1, !line.words[1].hasPrefix("[") else {
        throw line.wrong("the action has no name; write \"action 0\"")
      }
      endChoice()
      let isNameless = line.words[1] == "__NOLABEL__"
      let name = isNameless ? "\(taken.count)" : String(line.words[1])
      if !isNameless && Int(name) != nil && taken.contains(name) {
        throw line.wrong("state \(state) has the action \(name) twice; give each choice a number of its own")
      }
      beginChoice(name)
      reward = stateReward + (try rewards(line, from: 2).value)
    default: try readTransition(line)
    }
  }

  private mutating func readTransition(_ line: WordLines.Line) throws(SettingProblem) {
    guard let state else { throw line.wrong("a transition stands before the first state; begin with \"state 0\"") }
    if action == nil {
      beginChoice("0")
      reward = stateReward
    }
    let words = line.words.flatMap { $0.split(separator: ":", omittingEmptySubsequences: true) }
    guard words.count == 2, let next = Int(words[0]) else {
      throw line.wrong("\"\(line.text.prefix(80))\" is no transition; write \"state : probability\"")
    }
    let bound = declaredStates ?? ModelSize.mostStates
    guard next >= 0, next < bound else {
      throw line.wrong("the next state is \(next); write a whole number in [0, \(bound - 1)]")
    }
    states = max(states, next + 1)
    rows.append(
      .init(
        state: state, action: action!,
        outcome: .init(
          probability: try number(line, words[1], "the probability"), next: next, reward: reward, terminated: false)))
  }

  private mutating func beginChoice(_ name: String) {
    let free = ActionNames.free(name, among: taken)
    taken.insert(free)
    action = actions.number(of: free)
    choices += 1
    choiceBegin = rows.count
  }

  /// Storm writes probabilities with ten digits, so that each may be off by half a unit of the tenth: a sum that misses 1 by no more is made 1.
  private mutating func endChoice() {
    let count = rows.count - choiceBegin
    let sum = rows[choiceBegin...].reduce(0) { $0 + $1.outcome.probability }
    let distance = abs(sum - 1)
    if distance > 1e-9 && distance <= 0.5e-10 * Double(count) {
      for index in choiceBegin..<rows.count {
        let (row, outcome) = (rows[index], rows[index].outcome)
        rows[index] = .init(
          state: row.state, action: row.action,
          outcome: .init(
            probability: outcome.probability / sum, next: outcome.next, reward: outcome.reward, terminated: false))
      }
    }
    choiceBegin = rows.count
  }

  // MARK: Numbers

  private func number(_ line: WordLines.Line, _ word: Substring, _ what: String) throws(SettingProblem) -> Double {
    if let value = placeholders[word] { return value }
    return try line.number(word, what)
  }

  /// The reward in brackets that counts, if some stand at a place. Also where the words behind them begin.
  private func rewards(_ line: WordLines.Line, from place: Int) throws(SettingProblem) -> (value: Double, rest: Int) {
    guard place < line.words.count, line.words[place].hasPrefix("[") else { return (0, place) }
    var end = place
    while end < line.words.count && !line.words[end].hasSuffix("]") { end += 1 }
    guard end < line.words.count else { throw line.wrong("the rewards have no end; write them as [0.5]") }
    var value = 0.0
    let words = line.words[place...end].joined().dropFirst().dropLast().split(separator: ",")
    for (index, word) in words.enumerated() {
      // Of the others only the form is looked at: they may be infinite.
      if index == rewardPlace { value = try number(line, word, "the reward") }
    }
    return (value, end + 1)
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
