import RLCore

/// A finite MDP read from a file: JSON of the format `rl-lab-mdp/1`, or CSV with the columns
/// `state,action,probability,next_state,reward,terminated` in any order. Rows may stand in any order; a state without rows is terminal.
///
/// A JSON file may leave out `initial`, `state_labels` and `action_labels`; a CSV file has none of them, and its numbers of states and
/// actions are one more than the greatest that occur. Where no start distribution is given, every state with a row begins with the
/// same probability.
public enum MDPFile: FiniteEnvironment {
  static let path = Parameter<String>(
    "path", type: "path", default: nil, "a JSON or CSV file with the model", isFile: true
  ) { setting throws(SettingProblem) in
    guard let text = setting.text else {
      throw SettingProblem("\(setting) is \(setting.kind); write the path of a file")
    }
    if text.isEmpty { throw SettingProblem("the path is empty; write the path of a file") }
    return text
  }
  static let initial = Parameter<[StateProbability]?>(
    "initial", type: "list of [state, probability] or null", default: .null, range: "probabilities in [0, 1], sum 1",
    "the start distribution, in place of the file's; null for the file's"
  ) { setting throws(SettingProblem) in
    setting == .null ? nil : try ModelReader.distribution(setting)
  }

  /// What configurations and readers see.
  public static let about = About(
    id: "mdp-file",
    summary: "a finite MDP read from a JSON or CSV file",
    source: "the format rl-lab-mdp/1",
    parameters: [path.declaration, initial.declaration])

  /// Builds the task from the attached content of the file: an object for JSON, a string for CSV.
  ///
  /// - Throws: ``SettingProblem`` that names the file, the row, and the state and action.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let name = settings[path]
    guard let content = settings.attachment("path") else {
      throw SettingProblem("\(name) was not read; attach its content", at: ".path")
    }
    do {
      var reader: ModelReader
      if let text = content.text {
        reader = try ModelReader(csv: text)
      } else {
        reader = try ModelReader(json: content)
      }
      if let initial = settings[initial] { reader.initial = initial }
      return FiniteTask(model: try reader.model())
    } catch let problem as SettingProblem {
      throw SettingProblem("\(name): \(problem.message)", at: ".path")
    } catch let error as ModelError {
      throw SettingProblem("\(name): \(error)", at: ".path")
    }
  }
}
