import RLCore

/// The words of a command line, sorted into flags and what stands alone.
struct Arguments {
  /// A flag of a command.
  struct Flag: Sendable {
    let name: String
    let short: String?
    /// What its value is called; nil for a switch.
    let value: String?
    let meaning: String
    let repeats: Bool

    init(_ name: String, short: String? = nil, value: String? = nil, repeats: Bool = false, _ meaning: String) {
      self.name = name
      self.short = short
      self.value = value
      self.repeats = repeats
      self.meaning = meaning
    }
  }

  /// What stands alone, in order.
  private(set) var positional: [String] = []
  private var values: [String: [String]] = [:]

  /// Sorts the words.
  ///
  /// - Throws: ``LabError`` (64) on an unknown flag, a missing value, a flag given twice, or too many words.
  init(_ words: ArraySlice<String>, flags: [Flag], command: String, positional allowed: ClosedRange<Int>)
    throws(LabError)
  {
    var rest = words
    var onlyPositional = false
    while let word = rest.popFirst() {
      if onlyPositional || !word.hasPrefix("-") || word == "-" {
        positional.append(word)
        continue
      }
      if word == "--" {
        onlyPositional = true
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let flag = flags.first(where: { "--" + $0.name == parts[0] || $0.short == parts[0] }) else {
        let hint =
          Spelling.suggestion(for: parts[0], among: flags.map { "--" + $0.name }).map { "did you mean \($0)?" }
          ?? "\"rl-lab \(command) --help\" shows all"
        throw LabError(.usage, "\(command): there is no flag \(parts[0]); \(hint)")
      }
      if values[flag.name] != nil && !flag.repeats {
        throw LabError(.usage, "\(command): --\(flag.name) is given twice; give it once")
      }
      if flag.value == nil {
        if parts.count > 1 {
          throw LabError(.usage, "\(command): --\(flag.name) takes no value; leave \"=\(parts[1])\" out")
        }
        values[flag.name] = [""]
      } else if parts.count > 1 {
        values[flag.name, default: []].append(parts[1])
      } else if let value = rest.popFirst() {
        values[flag.name, default: []].append(value)
      } else {
        throw LabError(.usage, "\(command): --\(flag.name) has no value; write --\(flag.name) \(flag.value!)")
      }
    }
    if positional.count > allowed.upperBound {
      throw LabError(
        .usage,
        "\(command): \"\(positional[allowed.upperBound])\" is one word too many; \"rl-lab \(command) --help\" shows the usage"
      )
    }
    if positional.count < allowed.lowerBound {
      throw LabError(.usage, "\(command): a word is missing; \"rl-lab \(command) --help\" shows the usage")
    }
  }

  /// Whether a switch or a flag is given.
  func has(_ name: String) -> Bool { values[name] != nil }

  /// The value of a flag.
  func value(_ name: String) -> String? { values[name]?.last }

  /// All values of a flag that repeats.
  func all(_ name: String) -> [String] { values[name] ?? [] }

  /// A word as a number that goes into the configuration, where its range is checked.
  func number(_ text: String, of flag: String, command: String) throws(LabError) -> Setting {
    if let whole = Int(text) { return .integer(whole) }
    guard let number = Double(text), number.isFinite else {
      throw LabError(.usage, "\(command): --\(flag) \(text) is not a number; give a whole number")
    }
    return Int(exactly: number).map(Setting.integer) ?? .real(number)
  }

  /// The value of a flag as a whole number.
  func whole(_ name: String, in range: ClosedRange<Int>, command: String) throws(LabError) -> Int? {
    guard let text = value(name) else { return nil }
    guard let number = Int(text) ?? Double(text).flatMap({ Int(exactly: $0) }) else {
      throw LabError(
        .usage, "\(command): --\(name) \(text) is not a whole number; give one in \(Interval.describe(range))")
    }
    guard range.contains(number) else {
      throw LabError(
        .usage, "\(command): --\(name) \(text) is out of range; give a whole number in \(Interval.describe(range))")
    }
    return number
  }

  /// The value of a flag as a number.
  func number(_ name: String, in range: ClosedRange<Double>, command: String) throws(LabError) -> Double? {
    guard let text = value(name) else { return nil }
    guard let number = Double(text), range.contains(number) else {
      throw LabError(
        .usage, "\(command): --\(name) \(text) is no number in [\(range.lowerBound), \(range.upperBound)]; give one")
    }
    return number
  }

  /// The value of a flag as one of some words.
  func choice<C: RawRepresentable & CaseIterable>(
    _ name: String, of type: C.Type, command: String
  ) throws(LabError) -> C? where C.RawValue == String {
    guard let text = value(name) else { return nil }
    guard let choice = C(rawValue: text) else {
      let words = C.allCases.map(\.rawValue)
      let hint = Spelling.hint(
        for: text, among: words, otherwise: "give one of: " + words.joined(separator: ", "))
      throw LabError(.usage, "\(command): --\(name) \(text) is not known; \(hint)")
    }
    return choice
  }
}

/// A command of the program: its page of help, and what it does.
struct Command: Sendable {
  let name: String
  let usage: String
  let summary: String
  let flags: [Arguments.Flag]
  let positional: ClosedRange<Int>
  let body: @Sendable (Laboratory, Arguments) async throws -> Void

  /// The page of help.
  var help: String {
    var lines = ["\(summary)", "", "usage: rl-lab \(usage)"]
    if !flags.isEmpty { lines.append("") }
    let heads = flags.map { flag in
      "  " + (flag.short.map { $0 + ", " } ?? "    ") + "--" + flag.name + (flag.value.map { " " + $0 } ?? "")
    }
    let width = (heads.map(\.count).max() ?? 0) + 2
    for (head, flag) in zip(heads, flags) {
      lines.append(head + String(repeating: " ", count: width - head.count) + flag.meaning)
    }
    return lines.joined(separator: "\n")
  }
}
