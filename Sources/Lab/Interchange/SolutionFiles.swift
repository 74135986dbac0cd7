import Foundation
import RLCore

/// Values and policies of a model as files: CSV, or `.npy` by the name's ending.
enum SolutionFiles {
  /// A value a state: columns `state,label,value`, or an array of `states` numbers.
  static func values(_ values: [Double], of model: FiniteMDP, path: String) -> [UInt8] {
    if isArray(path) { return NumPyFile(shape: [values.count], numbers: values).bytes }
    var buffer = CSVBuffer()
    for name in ["state", "label", "value"] { buffer.append(name, isFirst: name == "state") }
    buffer.newline()
    for (state, value) in values.enumerated() {
      buffer.append("\(state)")
      buffer.comma()
      buffer.append(model.stateLabels.label(of: state))
      buffer.comma()
      buffer.append("\(value)")
      buffer.newline()
    }
    return buffer.bytes
  }

  /// A number for each state and action: columns `state,label,action,action_label,NAME`, or an array of `states` × `actions` numbers, with
  /// `missing` where a state does not offer an action.
  static func table(
    _ numbers: [Double], name: String, missing: Double, of model: FiniteMDP, path: String
  ) -> [UInt8] {
    if isArray(path) {
      var cells = [Double](repeating: missing, count: model.stateCount * model.actionCount)
      for state in 0..<model.stateCount {
        for pair in model.pairs(of: state) {
          cells[state * model.actionCount + Int(model.pairActions[pair])] = numbers[pair]
        }
      }
      return NumPyFile(shape: [model.stateCount, model.actionCount], numbers: cells).bytes
    }
    var buffer = CSVBuffer()
    for name in ["state", "label", "action", "action_label", name] { buffer.append(name, isFirst: name == "state") }
    buffer.newline()
    for state in 0..<model.stateCount {
      for pair in model.pairs(of: state) {
        let action = Int(model.pairActions[pair])
        let cells = ["\(state)", model.stateLabels.label(of: state), "\(action)", model.actionLabels[action]]
        for cell in cells {
          buffer.append(cell)
          buffer.comma()
        }
        buffer.append("\(numbers[pair])")
        buffer.newline()
      }
    }
    return buffer.bytes
  }

  private static func isArray(_ path: String) -> Bool { path.lowercased().hasSuffix(".npy") }

  /// Writes a file whole.
  static func write(_ bytes: [UInt8], to path: String) throws(LabError) {
    if path.isEmpty { throw LabError(.usage, "the path is empty; name a file that ends in .csv or .npy") }
    let writer = try FileWriter(path)
    try writer.write(bytes)
    try writer.commit()
  }
}

extension CSVBuffer {
  fileprivate mutating func append(_ name: String, isFirst: Bool) {
    if !isFirst { comma() }
    append(name)
  }
}

/// Values or a policy that somebody hands in.
enum Submission {
  /// A value for some states.
  case values([Int: Double])
  /// Probabilities of actions for some states; an action stands for probability 1.
  case policy([Int: [Int: Double]])

  /// Reads a CSV file with `state` and `value`, or `state`, `action` and perhaps `probability`, or an `.npy` array: floats by state are
  /// values, whole numbers by state are actions, a table by state and action is a policy.
  init(_ path: String, model: FiniteMDP) throws(LabError) {
    let bytes = try ConfigurationFile.bytes(path)
    let name = ConfigurationFile.displayName(path)
    self =
      bytes.first == 0x93
      ? try Self.array(try NumPyFile(bytes, name: name), model, name) : try Self.table(bytes, model, name)
  }

  private static func array(_ file: NumPyFile, _ model: FiniteMDP, _ name: String) throws(LabError) -> Submission {
    guard let states = file.shape.first, states == model.stateCount, file.shape.count <= 2 else {
      throw LabError(.data, "\(name): the shape is \(file.shape); give \(model.stateCount) states in the first axis")
    }
    if file.shape.count == 1 {
      if !file.isWhole {
        return .values(Dictionary(uniqueKeysWithValues: file.numbers.enumerated().map { ($0.offset, $0.element) }))
      }
      var policy: [Int: [Int: Double]] = [:]
      for (state, action) in file.numbers.enumerated() where action >= 0 && action < Double(model.actionCount) {
        policy[state] = [Int(action): 1]
      }
      return .policy(policy)
    }
    guard file.shape[1] == model.actionCount else {
      throw LabError(.data, "\(name): the shape is \(file.shape); give \(model.actionCount) actions in the second axis")
    }
    var policy: [Int: [Int: Double]] = [:]
    for (place, number) in file.numbers.enumerated() where number != 0 {
      policy[place / model.actionCount, default: [:]][place % model.actionCount] = number
    }
    return .policy(policy)
  }

  private static func table(_ bytes: [UInt8], _ model: FiniteMDP, _ name: String) throws(LabError) -> Submission {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw LabError(.data, "\(name): the file is neither UTF-8 text nor an .npy array; save it as CSV")
    }
    let lines = text.split(whereSeparator: \.isNewline).map { Self.cells(String($0)) }
    guard let header = lines.first else {
      throw LabError(.data, "\(name): the file is empty; begin it with state,value or state,action")
    }
    func column(_ name: String) -> Int? { header.firstIndex { $0.lowercased() == name } }
    guard let stateColumn = column("state") else {
      throw LabError(.data, "\(name): the first line has no column \"state\"; write state,value or state,action")
    }
    let actionColumn = column("action")
    let valueColumn = column("value")
    let chanceColumn = column("probability")
    guard actionColumn != nil || valueColumn != nil else {
      throw LabError(
        .data, "\(name): the first line has neither \"value\" nor \"action\"; write state,value or state,action")
    }
    var values: [Int: Double] = [:]
    var policy: [Int: [Int: Double]] = [:]
    for (index, cells) in lines.enumerated().dropFirst() {
      func wrong(_ message: String) -> LabError { LabError(.data, "\(name): line \(index + 1): \(message)") }
      guard cells.count == header.count else {
        throw wrong("there are \(cells.count) cells; write \(header.count): \(header.joined(separator: ","))")
      }
      let word = cells[stateColumn]
      guard
        let state = Int(word).flatMap({ (0..<model.stateCount).contains($0) ? $0 : nil })
          ?? (0..<model.stateCount).first(where: { model.stateLabels.label(of: $0) == word })
      else {
        throw wrong("state is \"\(word.prefix(80))\"; write a number in [0, \(model.stateCount - 1)] or a label")
      }
      if let actionColumn {
        let word = cells[actionColumn]
        if word.isEmpty && model.isTerminal(state) { continue }
        guard
          let action = Int(word).flatMap({ (0..<model.actionCount).contains($0) ? $0 : nil })
            ?? model.actionLabels.firstIndex(of: word)
        else {
          throw wrong("action is \"\(word.prefix(80))\"; write a number in [0, \(model.actionCount - 1)] or a label")
        }
        var chance = 1.0
        if let chanceColumn {
          guard let p = Double(cells[chanceColumn]), p >= 0, p <= 1 + 1e-9 else {
            throw wrong("probability is \"\(cells[chanceColumn].prefix(80))\"; write a number in [0, 1]")
          }
          chance = p
        } else if policy[state] != nil {
          throw wrong("state \(state) comes twice; keep one action, or add a column \"probability\"")
        }
        policy[state, default: [:]][action] = chance
      } else if let valueColumn {
        guard let value = Double(cells[valueColumn]) else {
          throw wrong("value is \"\(cells[valueColumn].prefix(80))\"; write a number")
        }
        if values.updateValue(value, forKey: state) != nil { throw wrong("state \(state) comes twice; keep one value") }
      }
    }
    return actionColumn == nil ? .values(values) : .policy(policy)
  }

  /// The cells of one line, quotes taken off.
  private static func cells(_ line: String) -> [String] {
    var cells: [String] = []
    var cell = ""
    var isQuoted = false
    for character in line {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        cells.append(cell.trimmingCharacters(in: .whitespaces))
        cell = ""
      case "\u{FEFF}": break
      default: cell.append(character)
      }
    }
    return cells + [cell.trimmingCharacters(in: .whitespaces)]
  }
}
