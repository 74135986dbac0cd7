import RLCore

/// What is known of an environment before a configuration gives it anything: found by making it with its defaults.
struct TaskFacts {
  let about: About
  /// What it gives, as its entry says.
  let gives: String
  /// The task; nil where it cannot be made without more.
  let task: PreparedTask?

  init(_ entry: EnvironmentEntry) {
    about = entry.about
    gives = entry.gives
    task = Self.task(entry)
  }

  private static func task(_ entry: EnvironmentEntry) -> PreparedTask? {
    // What lives in another process, or must be told a file, is unknown.
    if entry.gives == EnvironmentEntry.either || entry.about.parameters.contains(where: { $0.defaultSetting == nil }) {
      return nil
    }
    guard let settings = try? Settings([], for: entry.about.parameters, owner: entry.about.id),
      let task = try? entry.make(settings), task.unavailable == nil
    else { return nil }
    return task
  }

  /// Whether there is a model, whatever the options; nil where nobody knows.
  var hasModel: Bool? { gives == EnvironmentEntry.either ? nil : gives == "model" }
  /// Whether actions are continuous; options change no space of actions.
  var hasContinuousActions: Bool { task?.vector.map { !$0.actionSpace.isDiscrete } ?? false }
  /// Whether no episode ends by itself.
  var neverEnds: Bool { about.neverEnds || task.map { !$0.canEnd } ?? false }
  /// The states and actions that learners see; nil where they are not numbered.
  var space: ActionSpace? {
    guard let task, task.model != nil, task.observations == nil else { return nil }
    return task.learnerContext.space
  }

  /// Options under which what is known of the defaults still holds.
  static let harmless = ["time_limit", "reward_noise"]
  /// Options that change neither whether episodes end nor that there are many states.
  static let mild = harmless + TaskOptions.declarations.map(\.name)
}
