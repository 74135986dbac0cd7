import RLCore

/// Reads Cassandra's format of MDPs (and of POMDPs, whose observations are passed over: the model is of what is behind them).
///
/// Grammar: <https://pomdp.org/code/pomdp-file-spec.html>. `T:` and `R:` may give one number, a row or a matrix, `*` stands for all, later
/// lines win over earlier ones, `values: cost` turns signs. A state and action without a `T:` line are not offered.
struct CassandraReader {
  private struct Token {
    let text: Substring
    let line: Int
  }

  private var tokens: [Token]
  private var place = 0
  private var states: [String] = []
  private var actions: [String] = []
  private var stateNumbers: [String: Int] = [:]
  private var actionNumbers: [String: Int] = [:]
  private var start: [Double]?
  private var sign = 1.0
  /// Probabilities by pair (state × actions + action), then next state.
  private var chances: [[Int: Double]] = []
  /// Rewards of everything, of pairs, and of pairs with their next state; each line's number says which came last.
  private var rewards: [(order: Int, action: Int?, state: Int?, next: Int?, value: Double)] = []
  private var namesStates = false
  private var namesActions = false

  /// Whether the first line that is no comment names a part, as no table does.
  static func isLikely(_ text: String) -> Bool {
    WordLines.lines(text).first { !$0.words[0].hasPrefix("#") }?.text.contains(":") ?? false
  }

  /// Reads a file.
  static func draft(_ text: String) throws(SettingProblem) -> ModelDraft {
    var reader = CassandraReader(text)
    try reader.readPreamble()
    try reader.readBody()
    return reader.draft().endingAtRest()
  }

  private init(_ text: String) {
    tokens = []
    for line in WordLines.lines(text) {
      for word in line.words {
        if word.hasPrefix("#") { break }
        let (body, isEnd) =
          word.firstIndex(of: "#").map { (word[..<$0], true) } ?? (word, false)
        // Colons are tokens of their own, wherever they stand.
        var rest = body
        while let colon = rest.firstIndex(of: ":") {
          if colon > rest.startIndex { tokens.append(.init(text: rest[..<colon], line: line.number)) }
          tokens.append(.init(text: rest[colon...colon], line: line.number))
          rest = rest[rest.index(after: colon)...]
        }
        if !rest.isEmpty { tokens.append(.init(text: rest, line: line.number)) }
        if isEnd { break }
      }
    }
  }

  // MARK: Tokens

  private var current: Substring? { place < tokens.count ? tokens[place].text : nil }
  private func peek(_ distance: Int) -> Substring? {
    place + distance < tokens.count ? tokens[place + distance].text : nil
  }
  private func wrong(_ message: String) -> SettingProblem {
    SettingProblem("line \(tokens.isEmpty ? 1 : tokens[min(place, tokens.count - 1)].line): \(message)")
  }
  private mutating func expectColon(after what: String) throws(SettingProblem) {
    guard current == ":" else { throw wrong("a colon is missing after \"\(what)\"; write \"\(what): ...\"") }
    place += 1
  }
  private mutating func number(_ what: String) throws(SettingProblem) -> Double {
    guard let text = current, let value = Double(text), value.isFinite else {
      throw wrong("\(what) is \"\(current ?? "missing")\"; write a finite number")
    }
    place += 1
    return value
  }

  /// Whether a line of its own begins here: a word, then a colon, or `start include:`.
  private var beginsStatement: Bool {
    guard let word = current, let next = peek(1) else { return current == nil }
    return next == ":"
      && ["discount", "values", "states", "actions", "observations", "start", "T", "R", "O"].contains(word)
      || word == "start" && (next == "include" || next == "exclude")
  }

  // MARK: Parts

  private mutating func readPreamble() throws(SettingProblem) {
    while let word = current, !["T", "R", "O"].contains(word) || peek(1) != ":" {
      place += 1
      switch word {
      case "discount":
        try expectColon(after: "discount")
        _ = try number("the discount")
      case "values":
        try expectColon(after: "values")
        guard let kind = current, ["reward", "cost"].contains(kind) else {
          throw wrong("values is \"\(current ?? "missing")\"; write reward or cost")
        }
        sign = kind == "cost" ? -1 : 1
        place += 1
      case "states":
        try expectColon(after: "states")
        (states, namesStates) = try names("states", atMost: ModelSize.mostStates)
        for (number, name) in states.enumerated() { stateNumbers[name] = number }
      case "actions":
        try expectColon(after: "actions")
        (actions, namesActions) = try names("actions", atMost: 1_000_000)
        for (number, name) in actions.enumerated() { actionNumbers[name] = number }
      case "observations":
        try expectColon(after: "observations")
        _ = try names("observations", atMost: 1_000_000)
      case "start":
        try readStart()
      default:
        throw SettingProblem(
          "line \(tokens[place - 1].line): there is no \"\(word.prefix(80))\"; write discount, values, states, actions, start, T or R"
        )
      }
    }
    if states.isEmpty { throw wrong("\"states:\" is missing; give their number or names") }
    if actions.isEmpty { throw wrong("\"actions:\" is missing; give their number or names") }
    if Double(states.count) * Double(actions.count) > Double(ModelSize.mostOutcomes) {
      throw wrong("\(states.count) states with \(actions.count) actions do not fit; give fewer")
    }
    chances = [[Int: Double]](repeating: [:], count: states.count * actions.count)
  }

  private mutating func names(_ what: String, atMost most: Int) throws(SettingProblem) -> ([String], Bool) {
    if let word = current, let count = Int(word),
      peek(1) == nil || !isName(peek(1)!) || tokens[place + 1].line != tokens[place].line
    {
      guard count >= 1 && count <= most else {
        throw wrong("\(count) \(what) are out of range; give a whole number in [1, \(most)]")
      }
      place += 1
      return ((0..<count).map { "\($0)" }, false)
    }
    var names: [String] = []
    while let word = current, !beginsStatement, word != ":" {
      names.append(String(word))
      place += 1
    }
    if names.isEmpty { throw wrong("\(what) has neither a number nor names; give one of them") }
    return (names, true)
  }

  private func isName(_ word: Substring) -> Bool { word != ":" }

  private mutating func readStart() throws(SettingProblem) {
    let mode = current
    if mode == "include" || mode == "exclude" {
      place += 1
      try expectColon(after: "start \(mode!)")
      var chosen = [Bool](repeating: false, count: states.count)
      while current != nil, !beginsStatement {
        for state in try members(of: stateNumbers, states, "state") { chosen[state] = true }
      }
      let included = mode == "include" ? chosen : chosen.map { !$0 }
      let count = included.count { $0 }
      start = included.map { $0 ? 1 / Double(max(1, count)) : 0 }
      return
    }
    try expectColon(after: "start")
    if current == "uniform" {
      place += 1
      start = [Double](repeating: 1 / Double(max(1, states.count)), count: states.count)
      return
    }
    var words: [Substring] = []
    while let word = current, !beginsStatement {
      words.append(word)
      place += 1
    }
    if words.count == 1, states.count != 1 || Double(words[0]) == nil, let state = stateNumbers[String(words[0])] {
      start = (0..<states.count).map { $0 == state ? 1 : 0 }
      return
    }
    guard words.count == states.count else {
      throw wrong("start has \(words.count) numbers; give \(states.count), a state, or uniform")
    }
    var numbers: [Double] = []
    for word in words {
      guard let x = Double(word) else { throw wrong("\"\(word)\" is no start probability; write a number in [0, 1]") }
      numbers.append(x)
    }
    start = numbers
  }

  /// What a name, a number or `*` stands for.
  private mutating func members(of numbers: [String: Int], _ names: [String], _ what: String) throws(SettingProblem)
    -> [Int]
  {
    guard let word = current else { throw wrong("the \(what) is missing; write its name, its number or *") }
    if word == "*" {
      place += 1
      return Array(names.indices)
    }
    guard let number = numbers[String(word)] ?? Int(word), names.indices.contains(number) else {
      throw wrong("there is no \(what) \"\(word.prefix(80))\"; write one of the \(names.count), or *")
    }
    place += 1
    return [number]
  }

  private mutating func readBody() throws(SettingProblem) {
    while let word = current {
      guard peek(1) == ":" else {
        throw wrong("\"\(word.prefix(80))\" stands where T: or R: should; check how many numbers stand before it")
      }
      place += 2
      switch word {
      case "T": try readTransitions()
      case "R": try readRewards()
      case "O": while current != nil, !beginsStatement { place += 1 }
      default: throw wrong("there is no \"\(word.prefix(80)):\" here; write T: or R:")
      }
    }
  }

  private mutating func row(_ count: Int, at index: Int) throws(SettingProblem) -> [Int: Double] {
    if current == "uniform" {
      place += 1
      return Dictionary(uniqueKeysWithValues: (0..<count).map { ($0, 1 / Double(count)) })
    }
    if current == "reset" {
      place += 1
      var row: [Int: Double] = [:]
      for (state, p) in (start ?? []).enumerated() where p > 0 { row[state] = p }
      return row
    }
    var row: [Int: Double] = [:]
    for next in 0..<count {
      let p = try number("a probability")
      if p != 0 { row[next] = p }
    }
    return row
  }

  private mutating func readTransitions() throws(SettingProblem) {
    let chosen = try members(of: actionNumbers, actions, "action")
    guard current == ":" else {
      // A matrix, or a word for one.
      if current == "identity" {
        place += 1
        for action in chosen { for state in states.indices { chances[state * actions.count + action] = [state: 1] } }
        return
      }
      if current == "uniform" {
        let row = try row(states.count, at: 0)
        for action in chosen { for state in states.indices { chances[state * actions.count + action] = row } }
        return
      }
      for state in states.indices {
        let row = try row(states.count, at: state)
        for action in chosen { chances[state * actions.count + action] = row }
      }
      return
    }
    place += 1
    let sources = try members(of: stateNumbers, states, "state")
    guard current == ":" else {
      let row = try row(states.count, at: 0)
      for action in chosen { for state in sources { chances[state * actions.count + action] = row } }
      return
    }
    place += 1
    let targets = try members(of: stateNumbers, states, "state")
    let p = try number("the probability")
    for action in chosen {
      for state in sources { for next in targets { chances[state * actions.count + action][next] = p } }
    }
  }

  private mutating func readRewards() throws(SettingProblem) {
    let action = current == "*" ? nil : try members(of: actionNumbers, actions, "action").first
    if current == "*" { place += 1 }
    guard current == ":" else { return try readRewardMatrix(action, nil) }
    place += 1
    let state = current == "*" ? nil : try members(of: stateNumbers, states, "state").first
    if current == "*" { place += 1 }
    guard current == ":" else { return try readRewardMatrix(action, .some(state)) }
    place += 1
    let next = current == "*" ? nil : try members(of: stateNumbers, states, "state").first
    if current == "*" { place += 1 }
    if current == ":" {
      // The observation: of an MDP always all of them.
      place += 1
      guard current == "*" || current == "0" else {
        throw wrong("the reward depends on the observation \"\(current ?? "")\"; write * there")
      }
      place += 1
    }
    note(action, state, next, try number("the reward"))
  }

  /// Rewards of one state by next state, or of all states by state and next state.
  private mutating func readRewardMatrix(_ action: Int?, _ state: Int??) throws(SettingProblem) {
    if case .some(let state) = state {
      for next in states.indices { note(action, state, next, try number("the reward")) }
    } else {
      for state in states.indices { for next in states.indices { note(action, state, next, try number("the reward")) } }
    }
  }

  private mutating func note(_ action: Int?, _ state: Int?, _ next: Int?, _ value: Double) {
    rewards.append((rewards.count, action, state, next, sign * value))
  }

  // MARK: The whole

  private func draft() -> ModelDraft {
    // Exact keys are found at once; those with an asterisk are few, and looked through.
    var exact: [[Int]: (order: Int, value: Double)] = [:]
    var general: [(order: Int, action: Int?, state: Int?, next: Int?, value: Double)] = []
    for reward in rewards {
      if let action = reward.action, let state = reward.state, let next = reward.next {
        exact[[action, state, next]] = (reward.order, reward.value)
      } else {
        general.append(reward)
      }
    }
    var byState: [Int: [Int]] = [:]
    var everywhere: [Int] = []
    for (index, reward) in general.enumerated() {
      if let state = reward.state { byState[state, default: []].append(index) } else { everywhere.append(index) }
    }
    func reward(_ action: Int, _ state: Int, _ next: Int) -> Double {
      var best = exact[[action, state, next]] ?? (-1, 0)
      for index in (byState[state] ?? []) + everywhere {
        let other = general[index]
        if other.order > best.order, other.action == nil || other.action == action,
          other.next == nil || other.next == next
        {
          best = (other.order, other.value)
        }
      }
      return best.value
    }
    var draft = ModelDraft(states: states.count, actions: actions.count, rows: [])
    for state in states.indices {
      for action in actions.indices {
        let row = chances[state * actions.count + action]
        for next in row.keys.sorted() where row[next]! != 0 {
          draft.rows.append(
            .init(
              state: state, action: action,
              outcome: .init(
                probability: row[next]!, next: next, reward: reward(action, state, next), terminated: false)))
        }
      }
    }
    if let start {
      draft.initial = start.indices.filter { start[$0] != 0 }.map { .init(state: $0, probability: start[$0]) }
    } else {
      draft.initial = .uniform(over: states.indices)
    }
    if namesStates { draft.stateLabels = .listed(states) }
    if namesActions { draft.actionLabels = actions }
    return draft
  }
}
