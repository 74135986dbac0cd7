import Foundation
import RLCore
import Synchronization

/// Any environment that Gymnasium knows, in a Python process of the user's: see docs/gymnasium.md.
enum Gymnasium {
  static let env = Parameter<String>(
    "env", type: "string", default: nil,
    "Gymnasium's id: \"Taxi-v4\", or \"module:Name-v0\" for a module that registers it"
  ) { setting throws(SettingProblem) in
    guard let text = setting.text else {
      throw SettingProblem("\(setting) is \(setting.kind); write an id such as \"Taxi-v4\"")
    }
    if text.isEmpty { throw SettingProblem("the id is empty; write one such as \"Taxi-v4\"") }
    return text
  }
  static let kwargs = Parameter<Setting>(
    "kwargs", type: "object", default: .table([]), "keyword arguments for gymnasium.make: {is_slippery: false}"
  ) { setting throws(SettingProblem) in
    guard let fields = setting.fields else {
      throw SettingProblem("\(setting) is \(setting.kind); write an object such as {is_slippery: false}")
    }
    for field in fields where field.key == "max_episode_steps" {
      throw SettingProblem("write time_limit beside env instead", at: ".max_episode_steps")
    }
    for field in fields where ["id", "disable_env_checker", "vectorization_mode"].contains(field.key) {
      throw SettingProblem("this one is set by the bridge; leave it out", at: ".\(field.key)")
    }
    return setting
  }
  static let python = Parameter<String?>(
    "python", type: "path or null", default: .null,
    "the Python interpreter that has gymnasium; null for $RL_LAB_PYTHON, or python3"
  ) { setting throws(SettingProblem) in
    if setting == .null { return nil }
    guard let text = setting.text, !text.isEmpty, !text.utf8.contains(0) else {
      throw SettingProblem("\(setting) is no interpreter; write its path, such as \"/usr/bin/python3\"")
    }
    return text
  }

  static let about = About(
    id: "gymnasium",
    summary: "any environment of Gymnasium, in a Python process: {env: \"Taxi-v4\", kwargs: {...}}",
    source: "Towers et al., 2024, Gymnasium: a standard interface for reinforcement learning environments",
    parameters: [env.declaration, kwargs.declaration, python.declaration])

  /// The interpreter that is meant where settings name none.
  static var defaultPython: String {
    let named = ProcessInfo.processInfo.environment["RL_LAB_PYTHON"] ?? ""
    return named.isEmpty ? "python3" : named
  }

  /// Makes a task: asks Python for its spaces. Where Python or a package is not there, the task knows why, and only trials of it fail.
  ///
  /// - Throws: ``SettingProblem`` where there is no such environment, or nothing here works on its spaces.
  static func task(_ settings: Settings) throws(SettingProblem) -> PreparedTask {
    let isDefault = settings.resolved.first { $0.key == "time_limit" }?.value == .text("default")
    var request = GymnasiumSession.Request(
      id: settings[env], kwargs: settings[kwargs], python: settings[python] ?? defaultPython)
    request.timeLimit = isDefault ? nil : settings[EnvironmentEntry.timeLimit]
    request.hasOwnTimeLimit = isDefault
    let place = settings[python] == nil ? "" : ".python"
    let spaces: GymnasiumSpaces
    do throws(BridgeFault) {
      spaces = try GymnasiumSession(request).spaces
    } catch {
      if error.kind == .missing {
        return try PreparedTask(
          unavailable: LabError(.noInput, "environment\(place): \(missing(error, request.python))"))
      }
      throw problem(error, request.id)
    }
    request.hasOwnTimeLimit = false
    request.timeLimit = isDefault ? spaces.timeLimit : request.timeLimit
    return try prepared(GymnasiumTask(request, spaces: spaces))
  }

  private static func missing(_ fault: BridgeFault, _ python: String) -> String {
    let place = "environment.python or RL_LAB_PYTHON"
    let remedy =
      fault.message.contains("interpreter")
      ? "install Python, or name an interpreter by \(place)"
      : "install it for \(python), or name another interpreter by \(place)"
    return "\(fault.message); \(remedy)"
  }

  private static func problem(_ fault: BridgeFault, _ id: String) -> SettingProblem {
    switch fault.kind {
    case .id: SettingProblem("Gymnasium has no such environment: \(fault.message)", at: ".env")
    case .kwargs: SettingProblem("\"\(id)\" does not take these arguments: \(fault.message)", at: ".kwargs")
    case .space:
      SettingProblem(
        "\"\(id)\" has \(fault.message); write a wrapper in Python: observations may be Discrete, MultiDiscrete, Tuple of such, or Box, actions Discrete or Box",
        at: ".env")
    case .missing, .make, .died: SettingProblem("\"\(id)\" cannot be made: \(fault.message)", at: ".env")
    }
  }

  private static func prepared(_ task: GymnasiumTask) throws(SettingProblem) -> PreparedTask {
    let spaces = task.spaces
    let isNumbered = spaces.isNumbered
    let copies = VectorTask(
      prototype: GymnasiumCopy(task), observationCount: spaces.observationCount, actionSpace: spaces.actions,
      usesStateIndices: isNumbered, offersAllActions: true
    ) { request in
      var stream = RandomStream(
        root: request.root, index: request.seed, component: request.isEvaluation ? "evaluation" : "environment")
      let session = task.session(copies: request.copies, limit: request.timeLimit, using: &stream)
      return EnvironmentBatch(
        VectorizedEnvironments(
          GymnasiumCopy(task, in: session), count: request.copies, timeLimit: nil, usesStateIndices: isNumbered,
          root: request.root, seed: request.seed, component: request.isEvaluation ? "evaluation" : "environment"),
        through: session)
    }
    let limit = task.request.timeLimit
    if isNumbered && spaces.actions.isDiscrete {
      return try PreparedTask(
        .sampled(.init(environment: GymnasiumTable(task), copies: copies)), timeLimit: limit, isRemote: true)
    }
    return try PreparedTask(.vector(copies), timeLimit: limit, isRemote: true)
  }
}

/// What all copies of a Gymnasium environment share.
final class GymnasiumTask: Sendable {
  let request: GymnasiumSession.Request
  let spaces: GymnasiumSpaces
  private let failure = Mutex<String?>(nil)

  init(_ request: GymnasiumSession.Request, spaces: GymnasiumSpaces) {
    self.request = request
    self.spaces = spaces
  }

  /// Why the last session could not be begun.
  var startFailure: String? { failure.withLock { $0 } }

  /// Copies with the task's own time limit.
  func session(copies: Int, using stream: inout RandomStream) -> GymnasiumSession? {
    session(copies: copies, limit: request.timeLimit, using: &stream)
  }

  /// Copies with a time limit; nil where they cannot be made, which ``startFailure`` explains.
  func session(copies: Int, limit: Int?, using stream: inout RandomStream) -> GymnasiumSession? {
    var request = self.request
    request.copies = copies
    request.timeLimit = limit
    request.seed = Int(stream.next() >> 33)
    do throws(BridgeFault) {
      let session = try GymnasiumSession(request)
      if session.spaces.observation == spaces.observation && session.spaces.actions == spaces.actions { return session }
      failure.withLock { $0 = "the spaces of \"\(request.id)\" are others than before" }
    } catch { failure.withLock { $0 = error.message } }
    return nil
  }
}
