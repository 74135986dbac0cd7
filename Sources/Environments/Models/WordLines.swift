import RLCore

/// The lines of a text as words between blanks, with messages that name the line.
struct WordLines {
  /// One line.
  struct Line {
    /// Counted from 1.
    let number: Int
    /// What stands between blanks.
    let words: [Substring]
    /// The whole line, without blanks at its end.
    let text: Substring

    /// A message about this line.
    func wrong(_ message: String) -> SettingProblem { SettingProblem("line \(number): \(message)") }

    /// A word as a number of a state, a choice, or how many there are.
    func whole(_ place: Int, _ what: String, below bound: Int) throws(SettingProblem) -> Int {
      guard place < words.count else { throw wrong("\(what) is missing; write a whole number in [0, \(bound - 1)]") }
      guard let value = Int(words[place]), value >= 0, value < bound else {
        throw wrong("\(what) is \"\(words[place].prefix(80))\"; write a whole number in [0, \(bound - 1)]")
      }
      return value
    }

    /// A word as a finite number.
    func number(_ place: Int, _ what: String) throws(SettingProblem) -> Double {
      guard place < words.count else { throw wrong("\(what) is missing; write a finite number") }
      return try number(words[place], what)
    }

    /// A word as a finite number; fractions like 1/3 too.
    func number(_ word: Substring, _ what: String) throws(SettingProblem) -> Double {
      if let value = Double(word), value.isFinite { return value }
      let parts = word.split(separator: "/", omittingEmptySubsequences: false)
      if parts.count == 2, let a = Double(parts[0]), let b = Double(parts[1]), (a / b).isFinite { return a / b }
      throw wrong("\(what) is \"\(word.prefix(80))\"; write a finite number")
    }
  }

  /// Every line that is not blank.
  static func lines(_ text: String) -> [Line] {
    var lines: [Line] = []
    var number = 0
    for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let line = Substring(line)
      let words = line.utf8.split { $0 == 32 || $0 == 9 || $0 == 13 }.map { Substring($0) }
      if !words.isEmpty { lines.append(Line(number: number, words: words, text: line)) }
    }
    return lines
  }
}

/// Gives actions numbers by their names: the number that a name is, or the order in which names come.
struct ActionNames {
  private(set) var names: [String] = []
  private var numbers: [String: Int] = [:]
  private let declared: Int

  /// Names that are known beforehand, in their order.
  init(_ names: [String] = []) {
    declared = names.count
    for name in names { _ = number(of: name) }
  }

  /// The number of an action.
  mutating func number(of name: String) -> Int {
    if let known = numbers[name] { return known }
    numbers[name] = names.count
    names.append(name)
    return names.count - 1
  }

  /// The name of a state's next choice. Several may be called alike: the later ones are called `a.2`, `a.3`.
  ///
  /// - Parameter taken: What the state's choices are called so far.
  static func free(_ name: String, among taken: Set<String>) -> String {
    var free = name
    var copy = 1
    while taken.contains(free) {
      copy += 1
      free = "\(name).\(copy)"
    }
    return free
  }

  /// A draft whose rows hold places among the names, with action numbers: names that are all numbers are those numbers.
  ///
  /// States that can only stay for nothing become terminal. A name that was used there alone, as `end` in files of this program, is no
  /// action, unless it was known beforehand.
  func finished(_ draft: ModelDraft) -> ModelDraft {
    var draft = draft.endingAtRest()
    var isUsed = names.indices.map { $0 < declared }
    for row in draft.rows { isUsed[row.action] = true }
    var places = names.indices.map { $0 }
    var kept: [String] = []
    for place in names.indices where isUsed[place] {
      places[place] = kept.count
      kept.append(names[place])
    }
    if kept.count < names.count {
      for index in draft.rows.indices {
        let row = draft.rows[index]
        draft.rows[index] = .init(state: row.state, action: places[row.action], outcome: row.outcome)
      }
    }
    (draft.rows, draft.actions, draft.actionLabels) = Self.renumbered(draft.rows, kept)
    return draft
  }

  private static func renumbered(
    _ rows: [FiniteMDP.Row], _ names: [String]
  ) -> (rows: [FiniteMDP.Row], actions: Int, labels: [String]) {
    let given = names.map { Int($0) }
    if given.allSatisfy({ $0 != nil && $0! >= 0 && $0! < 1_000_000 }) {
      let numbers = given.map { $0! }
      let actions = (numbers.max() ?? 0) + 1
      return (
        rows.map { FiniteMDP.Row(state: $0.state, action: numbers[$0.action], outcome: $0.outcome) }, actions, []
      )
    }
    return (rows, max(1, names.count), names)
  }
}
