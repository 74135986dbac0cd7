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
  private var states = Names()
  private var actions = Names()
  private var start: [Double]?
  private var sign = 1.0
  /// Probabilities by pair (state × actions + action), then next state.
  private var chances: [[Int: Double]] = []
  /// How many transitions there are: a line of a few words may ask for any number.
  private var outcomes = 0
  /// Rewards of everything, of pairs, and of pairs with their next state, in the order of the lines.
  private var rewards: [Reward] = []

  private struct Reward {
    let action: Int?
    let state: Int?
    let next: Int?
    let value: Double
  }

  /// States or actions: their number, and what they are called where they have names.
  private struct Names {
    var count = 0
    var words: [String] = []
    private var numbers: [String: Int] = [:]

    init(count: Int = 0) { self.count = count }

    init(_ words: [String]) {
      count = words.count
      self.words = words
      for (number, word) in words.enumerated() { numbers[word] = number }
    }

    /// What a name stands for, or a number in range.
    func number(of word: Substring) -> Int? {
      numbers[String(word)] ?? Int(word).flatMap { (0..<count).contains($0) ? $0 : nil }
    }
  }

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
        states = try names("states", atMost: ModelSize.mostStates)
      case "actions":
        try expectColon(after: "actions")
        actions = try names("actions", atMost: 1_000_000)
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
    if states.count == 0 { throw wrong("\"states:\" is missing; give their number or names") }
    if actions.count == 0 { throw wrong("\"actions:\" is missing; give their number or names") }
    if Double(states.count) * Double(actions.count) > Double(ModelSize.mostOutcomes) {
      throw wrong("\(states.count) states with \(actions.count) actions do not fit; give fewer")
    }
    chances = [[Int: Double]](repeating: [:], count: states.count * actions.count)
  }

  private mutating func names(_ what: String, atMost most: Int) throws(SettingProblem) -> Names {
    if let word = current, let count = Int(word),
      peek(1) == nil || !isName(peek(1)!) || tokens[place + 1].line != tokens[place].line
    {
      guard count >= 1 && count <= most else {
        throw wrong("\(count) \(what) are out of range; give a whole number in [1, \(most)]")
      }
      place += 1
      return Names(count: count)
    }
    var names: [String] = []
    while let word = current, !beginsStatement, word != ":" {
      names.append(String(word))
      place += 1
    }
    if names.isEmpty { throw wrong("\(what) has neither a number nor names; give one of them") }
    return Names(names)
  }

  private func isName(_ word: Substring) -> Bool { word != ":" }

  private mutating func readStart() throws(SettingProblem) {
    let mode = current
    if mode == "include" || mode == "exclude" {
      place += 1
      try expectColon(after: "start \(mode!)")
      var chosen = [Bool](repeating: false, count: states.count)
      while current != nil, !beginsStatement {
        for state in try members(of: states, "state") { chosen[state] = true }
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
    if words.count == 1, let state = states.number(of: words[0]) {
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
  private mutating func members(of names: Names, _ what: String) throws(SettingProblem) -> Range<Int> {
    guard let word = current else { throw wrong("the \(what) is missing; write its name, its number or *") }
    if word == "*" {
      place += 1
      return 0..<names.count
    }
    guard let number = names.number(of: word) else {
      throw wrong("there is no \(what) \"\(word.prefix(80))\"; write one of the \(names.count), or *")
    }
    place += 1
    return number..<number + 1
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

  private mutating func row() throws(SettingProblem) -> [Int: Double] {
    if current == "uniform" {
      place += 1
      return Dictionary(uniqueKeysWithValues: (0..<states.count).map { ($0, 1 / Double(states.count)) })
    }
    if current == "reset" {
      place += 1
      var row: [Int: Double] = [:]
      for (state, p) in (start ?? []).enumerated() where p > 0 { row[state] = p }
      return row
    }
    var row: [Int: Double] = [:]
    for next in 0..<states.count {
      let p = try number("a probability")
      if p != 0 { row[next] = p }
    }
    return row
  }

  private mutating func readTransitions() throws(SettingProblem) {
    let chosen = try members(of: actions, "action")
    guard current == ":" else {
      // A matrix, or a word for one.
      if current == "identity" {
        place += 1
        for state in 0..<states.count { try set([state: 1], chosen, state..<state + 1) }
      } else if current == "uniform" {
        try set(try row(), chosen, 0..<states.count)
      } else {
        for state in 0..<states.count { try set(try row(), chosen, state..<state + 1) }
      }
      return
    }
    place += 1
    let sources = try members(of: states, "state")
    guard current == ":" else { return try set(try row(), chosen, sources) }
    place += 1
    let targets = try members(of: states, "state")
    let p = try number("the probability")
    if targets.count == states.count {
      return try set(Dictionary(uniqueKeysWithValues: targets.map { ($0, p) }), chosen, sources)
    }
    for action in chosen {
      for state in sources {
        if chances[state * actions.count + action].updateValue(p, forKey: targets.lowerBound) == nil { try count(1) }
      }
    }
  }

  /// Gives some pairs a row in place of theirs. They share its memory until it is laid out, which is why it is counted here.
  private mutating func set(_ row: [Int: Double], _ actions: Range<Int>, _ sources: Range<Int>) throws(SettingProblem) {
    for action in actions {
      for state in sources {
        let pair = state * self.actions.count + action
        try count(row.count - chances[pair].count)
        chances[pair] = row
      }
    }
  }

  private mutating func count(_ more: Int) throws(SettingProblem) {
    outcomes += more
    if outcomes > ModelSize.mostOutcomes {
      throw wrong(
        "the model would have more than \(ModelSize.mostOutcomes) outcomes; give fewer states, or fewer next states")
    }
  }

  private mutating func readRewards() throws(SettingProblem) {
    let action = current == "*" ? nil : try members(of: actions, "action").first
    if current == "*" { place += 1 }
    guard current == ":" else { return try readRewardMatrix(action, nil) }
    place += 1
    let state = current == "*" ? nil : try members(of: states, "state").first
    if current == "*" { place += 1 }
    guard current == ":" else { return try readRewardMatrix(action, .some(state)) }
    place += 1
    let next = current == "*" ? nil : try members(of: states, "state").first
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
      for next in 0..<states.count { note(action, state, next, try number("the reward")) }
    } else {
      for state in 0..<states.count {
        for next in 0..<states.count { note(action, state, next, try number("the reward")) }
      }
    }
  }

  private mutating func note(_ action: Int?, _ state: Int?, _ next: Int?, _ value: Double) {
    rewards.append(Reward(action: action, state: state, next: next, value: sign * value))
  }

  // MARK: The whole

  private func draft() -> ModelDraft {
    // Exact keys are found at once; those with an asterisk are few, and looked through. Of all that fit, the last line counts.
    var exact: [[Int]: Int] = [:]
    var byState: [Int: [Int]] = [:]
    var everywhere: [Int] = []
    for (order, reward) in rewards.enumerated() {
      if let action = reward.action, let state = reward.state, let next = reward.next {
        exact[[action, state, next]] = order
      } else if let state = reward.state {
        byState[state, default: []].append(order)
      } else {
        everywhere.append(order)
      }
    }
    func reward(_ action: Int, _ state: Int, _ next: Int) -> Double {
      func fits(_ order: Int) -> Bool {
        let reward = rewards[order]
        return (reward.action == nil || reward.action == action) && (reward.next == nil || reward.next == next)
      }
      let last = max(
        exact[[action, state, next]] ?? -1, byState[state]?.last(where: fits) ?? -1, everywhere.last(where: fits) ?? -1)
      return last < 0 ? 0 : rewards[last].value
    }
    var draft = ModelDraft(states: states.count, actions: actions.count, rows: [])
    draft.rows.reserveCapacity(outcomes)
    for state in 0..<states.count {
      for action in 0..<actions.count {
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
      draft.initial = .uniform(over: 0..<states.count)
    }
    if !states.words.isEmpty { draft.stateLabels = .listed(states.words) }
    draft.actionLabels = actions.words
    return draft
  }
}
