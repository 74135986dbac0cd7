import RLCore

/// Whose published settings of a method hold where a configuration says nothing.
enum PublishedSettings {
  /// Those of stable-baselines3, or those of RL Baselines3 Zoo for the task.
  enum Source: String, CaseIterable, Sendable {
    /// The defaults.
    case stableBaselines3 = "stable-baselines3"
    /// RL Baselines3 Zoo's `hyperparams`.
    case rlZoo = "rl-zoo"
  }

  static let preset = Parameter<Source>.choice(
    "preset", default: .stableBaselines3,
    "whose published settings hold where nothing else is given; rl-zoo has some for control tasks")

  /// What a configuration gives, and behind it what a preset adds.
  static func fill(_ given: [Setting.Field], with settings: [(String, Setting)]) -> [Setting.Field] {
    let names = Set(given.map(\.key))
    return given + settings.filter { !names.contains($0.0) }.map { Setting.Field($0.0, $0.1) }
  }

  /// What RL Zoo has for a task.
  ///
  /// - Throws: ``SettingProblem`` where it has nothing.
  static func zoo(
    _ table: [String: [(String, Setting)]], environment: String
  ) throws(SettingProblem) -> [(String, Setting)] {
    if let found = table[environment] { return found }
    let known = table.keys.sorted().joined(separator: ", ")
    throw SettingProblem("RL Zoo has no settings for \"\(environment)\"; it has some for: \(known)", at: ".preset")
  }

  /// Fills in by the parameter `preset`, for methods that have these two.
  static func expand(
    _ given: [Setting.Field], zoo table: [String: [(String, Setting)]], environment: String
  ) throws(SettingProblem) -> [Setting.Field] {
    guard given.contains(where: { $0.key == "preset" && $0.value == .text(Source.rlZoo.rawValue) }) else {
      return given
    }
    return fill(given, with: try zoo(table, environment: environment))
  }
}
