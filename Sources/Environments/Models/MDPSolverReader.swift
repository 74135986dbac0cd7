import RLCore

/// Reads the two tables of MDPSolver: `state,action,next_state,probability` and `state,action,reward`, each below a line of names.
enum MDPSolverReader {
  /// Reads the tables.
  static func draft(transitions: String, rewards: String) throws(SettingProblem) -> ModelDraft {
    var table: [[Int]: Double] = [:]
    do throws(SettingProblem) {
      for line in Self.lines(rewards) {
        let cells = try Self.cells(line, 3, "state,action,reward")
        if table.updateValue(try line.number(line.words[2], "the reward"), forKey: [cells.0, cells.1]) != nil {
          throw line.wrong("state \(cells.0), action \(cells.1) comes twice; keep one reward")
        }
      }
    } catch { throw SettingProblem("the rewards (rewards.csv), \(error.message)") }
    var draft = ModelDraft(states: 0, actions: 0, rows: [])
    for line in Self.lines(transitions) {
      let cells = try Self.cells(line, 4, "state,action,next_state,probability")
      let next = try line.whole(2, "the next state", below: ModelSize.mostStates)
      let probability = try line.number(line.words[3], "the probability")
      guard let reward = table[[cells.0, cells.1]] else {
        throw line.wrong("state \(cells.0), action \(cells.1) has no row in rewards.csv; add one")
      }
      draft.rows.append(
        .init(
          state: cells.0, action: cells.1,
          outcome: .init(probability: probability, next: next, reward: reward, terminated: false)))
      draft.states = max(draft.states, cells.0 + 1, next + 1)
      draft.actions = max(draft.actions, cells.1 + 1)
    }
    if draft.rows.isEmpty {
      throw SettingProblem("the file has no rows; write state,action,next_state,probability below the column names")
    }
    let known = Set(draft.rows.map { [$0.state, $0.action] })
    if let lost = table.keys.filter({ !known.contains($0) }).min(by: { $0.lexicographicallyPrecedes($1) }) {
      throw SettingProblem(
        "state \(lost[0]), action \(lost[1]) has a reward but no transition: the file is cut off, or rewards.csv of another model"
      )
    }
    return draft.endingAtRest()
  }

  /// The lines below the names, cut at commas.
  private static func lines(_ text: String) -> [WordLines.Line] {
    WordLines.lines(text).dropFirst().map { line in
      let cells = line.text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { cell in
        var cell = Substring(cell)
        while let last = cell.utf8.last, last == 32 || last == 13 || last == 9 {
          cell = Substring(cell.utf8.dropLast())
        }
        return cell.drop { $0 == " " }
      }
      return WordLines.Line(number: line.number, words: cells, text: line.text)
    }
  }

  private static func cells(_ line: WordLines.Line, _ count: Int, _ names: String) throws(SettingProblem) -> (Int, Int)
  {
    guard line.words.count == count else {
      throw line.wrong("there are \(line.words.count) cells; write \(names)")
    }
    return (
      try line.whole(0, "the state", below: ModelSize.mostStates), try line.whole(1, "the action", below: 1_000_000)
    )
  }
}
