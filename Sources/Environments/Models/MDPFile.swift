import RLCore

/// A finite MDP read from a file: JSON of the format `rl-lab-mdp/1`, or CSV with the columns
/// `state,action,probability,next_state,reward,terminated` in any order. Rows may stand in any order; a state without rows is terminal. By the
/// endings of their names also Storm's `.drn`, PRISM's `.tra` with the `.rew` and `.lab` beside it, Cassandra's `.mdp` and MDPSolver's
/// `transitions.csv` with the `rewards.csv` beside it: in these a state where nothing but staying for nothing is left is terminal.
///
/// A JSON file may leave out `initial`, `state_labels` and `action_labels`; a CSV file has none of them, and its numbers of states and
/// actions are one more than the greatest that occur. Where no start distribution is given, every state with a row begins with the
/// same probability.
public enum MDPFile: FiniteEnvironment {
  static let path = Parameter<String>(
    "path", type: "path", default: nil, "a file with the model: .json, .csv, .drn, .tra, .mdp or transitions.csv",
    isFile: true
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
  static let rewardModel = Parameter<String?>(
    "reward_model", type: "word or null", default: .null,
    "of a .drn file with several reward models, the one whose rewards count; null for the first"
  ) { setting throws(SettingProblem) in
    if setting == .null { return nil }
    guard let text = setting.text else {
      throw SettingProblem("\(setting) is \(setting.kind); write the name of a reward model, or null")
    }
    return text
  }

  /// What configurations and readers see.
  public static let about = About(
    id: "mdp-file",
    summary: "a finite MDP read from a file: JSON, CSV, DRN, PRISM, Cassandra, MDPSolver",
    source: "the format rl-lab-mdp/1",
    parameters: [path.declaration, initial.declaration, rewardModel.declaration])

  /// The most states that a model may have.
  public static let mostStates = ModelSize.mostStates
  /// The most actions that a model may have.
  public static let mostActions = ModelReader.mostActions

  /// Builds the task from the attached content of the file: an object for JSON, a string for CSV.
  ///
  /// - Throws: ``SettingProblem`` that names the file, the row, and the state and action.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let name = settings[path]
    do {
      return FiniteTask(model: try draft(settings).model())
    } catch let error as ModelError {
      throw SettingProblem("\(name): \(error)", at: ".path")
    }
  }

  /// What the file holds, with nothing summed up yet, read by its name's ending: `.drn`, `.tra`, `.mdp` and `.pomdp`, `transitions.csv`, other
  /// tables, or JSON.
  ///
  /// - Throws: ``SettingProblem`` that names the file and the line or row that cannot be read.
  public static func draft(_ settings: Settings) throws(SettingProblem) -> ModelDraft {
    let name = settings[path]
    guard let content = settings.attachment("path") else {
      throw SettingProblem("\(name) was not read; attach its content", at: ".path")
    }
    do throws(SettingProblem) {
      var draft = try draft(of: content, name: name.lowercased(), rewardModel: settings[rewardModel])
      if let initial = settings[initial] { draft.initial = initial }
      return draft
    } catch { throw SettingProblem("\(name): \(error.message)", at: ".path") }
  }

  private static func draft(
    of content: Setting, name: String, rewardModel: String?
  ) throws(SettingProblem) -> ModelDraft {
    let text = content.text ?? content["main"]?.text
    if let rewardModel, text == nil || !name.hasSuffix(".drn") {
      throw SettingProblem("only .drn files have reward models; leave out reward_model: \"\(rewardModel)\"")
    }
    if let text {
      if name.hasSuffix(".drn") { return try DRNReader.draft(text, rewardModel: rewardModel) }
      if name.hasSuffix(".tra") {
        let rewards = ["rew", "srew", "trew"].compactMap { key in content[key]?.text.map { (key, $0) } }
        return try PrismReader.draft(transitions: text, rewards: rewards, labels: content["lab"]?.text)
      }
      if [".mdp", ".pomdp"].contains(where: { name.hasSuffix($0) }), CassandraReader.isLikely(text) {
        return try CassandraReader.draft(text)
      }
      if name.hasSuffix("transitions.csv"), let rewards = content["rewards.csv"]?.text {
        return try MDPSolverReader.draft(transitions: text, rewards: rewards)
      }
      return try ModelReader(csv: text).draft
    }
    return try ModelReader(json: content).draft
  }

  /// The files that belong to a model's file and are read with it, by what their names end in: the name's ending that is replaced, and what
  /// stands in its place. One that is not there is passed over.
  public static func companions(of path: String) -> [(key: String, path: String)] {
    let name = path.lowercased()
    if name.hasSuffix(".tra") {
      return ["rew", "srew", "trew", "lab"].map { ($0, String(path.dropLast(3)) + $0) }
    }
    if name.hasSuffix("transitions.csv") {
      return [("rewards.csv", String(path.dropLast("transitions.csv".count)) + "rewards.csv")]
    }
    return []
  }
}
