/// A policy as configurations write it, before a model is at hand.
public enum PolicySpecification: Sendable, Equatable {
  /// `"uniform"`: every action that a state offers with the same probability.
  case uniform
  /// A list of lists: a row of probabilities a state.
  case table([[Double]])
  /// A list of action numbers: one a state. Where a state is terminal, anything may stand, `null` too.
  case actions([Int])

  /// The policy over the pairs of a model.
  ///
  /// - Throws: ``SettingProblem`` with the state where the policy does not fit the model.
  public func policy(for model: FiniteMDP) throws(SettingProblem) -> StationaryPolicy {
    switch self {
    case .uniform: StationaryPolicy(uniformOver: model)
    case .table(let rows): try StationaryPolicy(table: rows, of: model)
    case .actions(let actions): try StationaryPolicy(actions: actions, of: model)
    }
  }

  /// Reads `"uniform"`, a table of probabilities, or a list of action numbers.
  ///
  /// - Throws: ``SettingProblem`` that says which entry is none of these.
  public init(_ setting: Setting) throws(SettingProblem) {
    if let text = setting.text {
      guard text == "uniform" else {
        let hint = Spelling.suggestion(for: text, among: ["uniform"]).map { "; did you mean \"\($0)\"?" } ?? ""
        throw SettingProblem(
          "\"\(text)\" is not a policy; write \"uniform\", a list of probabilities for each state, "
            + "or an action's number for each state\(hint)")
      }
      self = .uniform
      return
    }
    guard let elements = setting.elements, !elements.isEmpty else {
      let what = setting.elements == nil ? setting.kind : "an empty list"
      throw SettingProblem(
        "a policy cannot be \(what); write \"uniform\", a list of probabilities for each state, "
          + "or an action's number for each state")
    }
    if elements.contains(where: { $0.elements != nil }) {
      var rows: [[Double]] = []
      rows.reserveCapacity(elements.count)
      for (state, element) in elements.enumerated() {
        if element == .null {
          rows.append([])
          continue
        }
        guard let entries = element.elements else {
          throw SettingProblem("\(element) is \(element.kind); write a list of probabilities", at: "[\(state)]")
        }
        var row: [Double] = []
        for (k, entry) in entries.enumerated() {
          do throws(SettingProblem) {
            row.append(try Interval.unit.number(entry))
          } catch { throw SettingProblem(error.message, at: "[\(state)][\(k)]") }
        }
        rows.append(row)
      }
      self = .table(rows)
    } else {
      var actions: [Int] = []
      actions.reserveCapacity(elements.count)
      for (state, element) in elements.enumerated() {
        if element == .null {
          actions.append(-1)
          continue
        }
        do throws(SettingProblem) {
          actions.append(try Interval.whole(element, in: 0...Int(Int32.max)))
        } catch { throw SettingProblem(error.message, at: "[\(state)]") }
      }
      self = .actions(actions)
    }
  }
}

extension Parameter where Value == PolicySpecification {
  /// A policy: `"uniform"`, a row of probabilities a state, or an action's number a state.
  public static func policy(
    _ name: String, default: PolicySpecification?, _ meaning: String
  ) -> Parameter {
    var given: Setting?
    switch `default` {
    case .none: given = nil
    case .uniform: given = .text("uniform")
    case .table(let rows): given = .list(rows.map { .list($0.map(Setting.real)) })
    case .actions(let actions): given = .list(actions.map(Setting.integer))
    }
    return Parameter(
      name, symbol: "π", type: "\"uniform\", rows of probabilities, or actions", default: given,
      range: "\"uniform\", one row a state, or one action number a state", meaning
    ) { setting throws(SettingProblem) in try PolicySpecification(setting) }
  }
}
