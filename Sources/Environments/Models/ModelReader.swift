import RLCore

/// Reads the rows of a model from either form of its file. Problems name the row; the sums and ranges are checked when the model is built.
struct ModelReader {
  private var states = 0
  private var actions = 0
  private var rows: [FiniteMDP.Row] = []
  private var stateLabels = StateLabels.numbered
  private var actionLabels: [String] = []
  private var initial: [StateProbability]?

  static let mostActions = 1_000_000
  private static let columns = ["state", "action", "probability", "next_state", "reward", "terminated"]

  /// What was read, with nothing summed up yet.
  var draft: ModelDraft {
    ModelDraft(
      states: states, actions: actions, rows: rows, initial: initial, stateLabels: stateLabels,
      actionLabels: actionLabels)
  }
}

// MARK: JSON

extension ModelReader {
  /// Reads the object of the JSON form.
  init(json: Setting) throws(SettingProblem) {
    guard let fields = json.fields else {
      throw SettingProblem("the file holds \(json.kind); it must hold one object of the format \"rl-lab-mdp/1\"")
    }
    let keys = ["format", "states", "actions", "initial", "state_labels", "action_labels", "transitions"]
    for field in fields where !keys.contains(field.key) {
      throw SettingProblem("the format has no \"\(field.key)\"; \(Spelling.hint(for: field.key, among: keys))")
    }
    guard let format = json["format"] else {
      throw SettingProblem("\"format\" is missing; write \"format\": \"rl-lab-mdp/1\"")
    }
    if format != .text("rl-lab-mdp/1") {
      throw SettingProblem("\"format\" is \(Self.brief(format)); this program reads \"rl-lab-mdp/1\"")
    }
    states = try Self.count("states", json, atMost: ModelSize.mostStates)
    actions = try Self.count("actions", json, atMost: Self.mostActions)
    if let labels = json["state_labels"] { stateLabels = .listed(try Self.words("state_labels", labels)) }
    if let labels = json["action_labels"] { actionLabels = try Self.words("action_labels", labels) }
    if let given = json["initial"] {
      do throws(SettingProblem) {
        initial = try Self.distribution(given)
      } catch { throw SettingProblem("initial\(error.place): \(error.message)") }
    }
    guard let transitions = json["transitions"]?.elements else {
      throw SettingProblem("\"transitions\" is missing or no list; give a list of rows [\(Self.listed)]")
    }
    rows.reserveCapacity(transitions.count)
    for (index, transition) in transitions.enumerated() { rows.append(try Self.row(transition, index)) }
  }

  /// Reads a list of `[state, probability]`.
  static func distribution(_ setting: Setting) throws(SettingProblem) -> [StateProbability] {
    guard let elements = setting.elements else {
      throw SettingProblem("\(brief(setting)) is \(setting.kind); write a list of [state, probability]")
    }
    var distribution: [StateProbability] = []
    for (index, element) in elements.enumerated() {
      guard let pair = element.elements, pair.count == 2, let state = pair[0].whole, let chance = pair[1].number else {
        throw SettingProblem(
          "\(brief(element)) is no pair; write [state, probability], like [0, 1.0]", at: "[\(index)]")
      }
      distribution.append(StateProbability(state: state, probability: chance))
    }
    return distribution
  }

  private static func count(_ key: String, _ json: Setting, atMost most: Int) throws(SettingProblem) -> Int {
    guard let setting = json[key] else {
      throw SettingProblem("\"\(key)\" is missing; give their number, a whole number in [1, \(most)]")
    }
    do throws(SettingProblem) {
      return try Interval.whole(setting, in: 1...most)
    } catch { throw SettingProblem("\(key): \(error.message)") }
  }

  private static func words(_ key: String, _ setting: Setting) throws(SettingProblem) -> [String] {
    guard let elements = setting.elements else {
      throw SettingProblem("\(key) is \(setting.kind); write a list of strings, or leave it out")
    }
    var words: [String] = []
    for (index, element) in elements.enumerated() {
      guard let word = element.text else {
        throw SettingProblem("\(key)[\(index)] is \(element.kind); write a string")
      }
      words.append(word)
    }
    return words
  }

  private static func row(_ setting: Setting, _ index: Int) throws(SettingProblem) -> FiniteMDP.Row {
    guard let fields = setting.elements, fields.count == columns.count else {
      throw SettingProblem("transitions[\(index)] is \(brief(setting)); write a row [\(listed)]")
    }
    func wrong(_ column: Int, _ wanted: String) -> SettingProblem {
      let pair = column > 1 ? " (state \(fields[0]), action \(fields[1]))" : ""
      return SettingProblem(
        "transitions[\(index)]\(pair): \(columns[column]) is \(brief(fields[column])); write \(wanted)")
    }
    guard let state = fields[0].whole else { throw wrong(0, "a whole number") }
    guard let action = fields[1].whole else { throw wrong(1, "a whole number") }
    guard let probability = fields[2].number else { throw wrong(2, "a number in [0, 1]") }
    guard let next = fields[3].whole else { throw wrong(3, "a whole number") }
    guard let reward = fields[4].number else { throw wrong(4, "a finite number") }
    guard case .boolean(let terminated) = fields[5] else { throw wrong(5, "true or false") }
    return FiniteMDP.Row(
      state: state, action: action,
      outcome: .init(probability: probability, next: next, reward: reward, terminated: terminated))
  }

  private static var listed: String { columns.joined(separator: ", ") }

  /// A value short enough for a message.
  private static func brief(_ setting: Setting) -> String {
    switch setting {
    case .list(let elements) where elements.count > 6: "a list of \(elements.count)"
    case .table: "an object"
    default: String(setting.description.prefix(80))
    }
  }
}

// MARK: CSV

extension ModelReader {
  /// Reads the CSV form: a line of column names, then a line a row. Lines may end in `\n` or `\r\n`; blank ones are passed over.
  init(csv: String) throws(SettingProblem) {
    var places: [Int]?
    var number = 0
    for line in Array(csv.utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let line = Self.trimmed(line)
      if line.isEmpty { continue }
      let cells = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map(Self.text)
      if let places {
        guard cells.count == places.count else {
          throw SettingProblem("line \(number) has \(cells.count) cells; write \(places.count): \(Self.listed)")
        }
        rows.append(try Self.row(cells, places, line: number))
      } else {
        places = try Self.header(cells)
      }
    }
    if places == nil { throw SettingProblem("the file is empty; begin it with the line \(Self.header)") }
    if rows.isEmpty { throw SettingProblem("the file has no rows; write at least one below the column names") }
    for row in rows {
      states = max(states, row.state + 1, row.outcome.next + 1)
      actions = max(actions, row.action + 1)
    }
  }

  private static var header: String { columns.joined(separator: ",") }

  /// Where in a line each column stands.
  private static func header(_ cells: [String]) throws(SettingProblem) -> [Int] {
    var places: [Int] = []
    for column in columns {
      guard let place = cells.firstIndex(where: { $0 == column }) else {
        throw SettingProblem("the first line has no column \"\(column)\"; write \(header)")
      }
      places.append(place)
    }
    guard cells.count == columns.count else {
      throw SettingProblem("the first line has \(cells.count) columns; write \(header)")
    }
    return places
  }

  private static func row(_ cells: [String], _ places: [Int], line: Int) throws(SettingProblem) -> FiniteMDP.Row {
    func wrong(_ column: Int, _ wanted: String) -> SettingProblem {
      let pair = column > 1 ? " (state \(cells[places[0]]), action \(cells[places[1]]))" : ""
      let cell = cells[places[column]].prefix(80)
      return SettingProblem("line \(line)\(pair): \(columns[column]) is \"\(cell)\"; write \(wanted)")
    }
    func whole(_ column: Int, below bound: Int) throws(SettingProblem) -> Int {
      guard let value = Int(cells[places[column]]), value >= 0, value < bound else {
        throw wrong(column, "a whole number in [0, \(bound - 1)]")
      }
      return value
    }
    func number(_ column: Int, _ wanted: String) throws(SettingProblem) -> Double {
      guard let value = Double(cells[places[column]]), value.isFinite else { throw wrong(column, wanted) }
      return value
    }
    let state = try whole(0, below: ModelSize.mostStates)
    let action = try whole(1, below: mostActions)
    let probability = try number(2, "a number in [0, 1]")
    let next = try whole(3, below: ModelSize.mostStates)
    let reward = try number(4, "a finite number")
    let terminated: Bool
    switch cells[places[5]] {
    case "true", "True", "1": terminated = true
    case "false", "False", "0": terminated = false
    default: throw wrong(5, "true or false")
    }
    return FiniteMDP.Row(
      state: state, action: action,
      outcome: .init(probability: probability, next: next, reward: reward, terminated: terminated))
  }

  /// A cell without blanks and quotes around it.
  private static func text(_ cell: ArraySlice<UInt8>) -> String {
    var cell = trimmed(cell)
    let quote = UInt8(ascii: "\"")
    if cell.count >= 2 && cell.first == quote && cell.last == quote { cell = cell.dropFirst().dropLast() }
    return String(decoding: cell, as: UTF8.self)
  }

  /// The bytes without blanks or a byte-order mark around them.
  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 13 }
    var text = text
    if text.first == 0xEF && text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
    while let first = text.first, isBlank(first) { text.removeFirst() }
    while let last = text.last, isBlank(last) { text.removeLast() }
    return text
  }
}
