import RLCore
import Synchronization

/// A task ready for trials: made once from its settings and shared by all trials of its variants.
public final class PreparedTask: Sendable {
  /// What a task can give.
  enum Content: Sendable {
    /// An exact model, and samples of it.
    case finite(FiniteTask)
    /// Samples of a bandit.
    case bandit(any BanditEnvironment & Sendable)
    /// Samples.
    case sampled(AnySampled)
    /// Samples of a task that is observed as a vector.
    case vector(VectorTask)
  }

  /// An environment that gives samples only.
  struct AnySampled: Sendable {
    let environment: any TabularEnvironment & Sendable
    /// How methods of features get copies, where the task makes them itself.
    var copies: VectorTask?
  }

  let content: Content
  /// After how many steps an episode is truncated; nil for never.
  public let timeLimit: Int?
  /// Whether episodes never end by themselves.
  public let isContinuing: Bool
  /// What stands between the task and the agent besides its model; nil for nothing.
  let wrapping: WrappedTask.Options?
  /// States and actions; of what is wrapped, what is seen of it.
  public let space: ActionSpace
  private let drawn = Mutex<FiniteSimulation?>(nil)
  private let unseen = Mutex<FiniteSimulation?>(nil)
  private let ending = Mutex<Bool?>(nil)

  /// Where everything that happens in copies of the task is written down; nil in trials.
  let log: StepLog?
  /// Whether it lives in a process of its own: steps take long there, and its state cannot be stored.
  @usableFromInline let isRemote: Bool
  /// Why no trial of it can be made here, where something outside this program is missing; what it gives is then unknown.
  let unavailable: LabError?

  /// - Throws: ``SettingProblem`` where what is wrapped around the task does not fit it.
  init(
    _ content: Content, timeLimit: Int?, wrapping: WrappedTask.Options? = nil, log: StepLog? = nil,
    isRemote: Bool = false, unavailable: LabError? = nil
  ) throws(SettingProblem) {
    self.content = content
    self.log = log
    self.isRemote = isRemote
    self.unavailable = unavailable
    self.timeLimit = timeLimit
    self.wrapping = wrapping
    isContinuing = if case .finite(let task) = content { task.model.isContinuing } else { false }
    switch content {
    case .finite(let task): space = ActionSpace(task.model)
    case .bandit(let bandit): space = try Self.wrap(AnyTabularEnvironment(bandit), wrapping).space
    case .sampled(let sampled): space = try Self.wrap(AnyTabularEnvironment(sampled.environment), wrapping).space
    case .vector: space = ActionSpace(states: 1, actions: 1)  // no table has rows for it; it is refused where one would
    }
  }

  /// A task of which nothing is known, for something outside this program is missing.
  convenience init(unavailable error: LabError) throws(SettingProblem) {
    try self.init(
      .sampled(.init(environment: NothingKnown())), timeLimit: nil, isRemote: true, unavailable: error)
  }

  static func wrap(
    _ environment: AnyTabularEnvironment, _ wrapping: WrappedTask.Options?
  ) throws(SettingProblem) -> AnyTabularEnvironment {
    guard let wrapping else { return environment }
    return AnyTabularEnvironment(try WrappedTask(environment, wrapping))
  }

  /// The task as an environment of any type, off the hot path, with all that is wrapped around it.
  ///
  /// - Parameter seesStates: Whether the states of a finite task are seen, whatever learners see of them.
  func anyEnvironment(seesStates: Bool) -> AnyTabularEnvironment {
    let hidden = seesStates ? nil : observations
    let plain: AnyTabularEnvironment
    switch content {
    case .finite(let task):
      let simulation = simulation(of: task.model)
      // What is written down are states.
      plain = AnyTabularEnvironment(log == nil ? hidden.map(simulation.observed) ?? simulation : simulation)
    case .bandit(let bandit): plain = AnyTabularEnvironment(bandit)
    case .sampled(let sampled): plain = AnyTabularEnvironment(sampled.environment)
    case .vector: preconditionFailure("a task observed as a vector has no table")
    }
    do throws(SettingProblem) {
      let wrapped = try Self.wrap(plain, wrapping)
      return log.map { AnyTabularEnvironment(TracedEnvironment(wrapped, log: $0, observations: hidden)) } ?? wrapped
    } catch { preconditionFailure("what was wrapped before does not fit: \(error.message)") }
  }

  /// The same task, of which all copies write down what happens; it is slower.
  func traced(by log: StepLog) throws(SettingProblem) -> PreparedTask {
    try PreparedTask(content, timeLimit: timeLimit, wrapping: wrapping, log: log, isRemote: isRemote)
  }

  /// Whether an episode can end by itself at all, whatever is done; true where nobody knows.
  public var canEnd: Bool {
    guard let model else { return vector?.prototype.terminates ?? true }
    if isContinuing { return false }
    return ending.withLock { ending in
      if ending == nil { ending = model.canEnd }
      return ending!
    }
  }

  /// A state in which an episode may begin though it offers no action; nil where there is none.
  var emptyStart: Int? {
    model.flatMap { model in model.initial.first { model.isTerminal($0.state) }?.state }
  }

  /// What the task gives to methods of features, if it is observed as a vector.
  var vector: VectorTask? {
    if case .vector(let task) = content { task } else { nil }
  }

  /// The exact model, if the task has one.
  public var model: FiniteMDP? {
    if case .finite(let task) = content { task.model } else { nil }
  }

  /// What learners see of the states; nil where they see which one it is.
  public var observations: Observations? {
    if case .finite(let task) = content { task.observations } else { nil }
  }

  /// What a learner finds out about the task.
  public var learnerContext: LearnerContext {
    if let observations { return LearnerContext(space: observations.space) }
    return LearnerContext(space: space, model: model)
  }

  /// The grid that the states lie on, if they do.
  public var grid: GridLayout? {
    if case .finite(let task) = content { task.grid } else { nil }
  }

  /// Samples of a finite model: laid out when first asked for, for planners need none; every copy shares the layout.
  func simulation(of model: FiniteMDP) -> FiniteSimulation {
    drawn.withLock { drawn in
      if drawn == nil { drawn = FiniteSimulation(model) }
      return drawn!
    }
  }

  /// Samples for evaluations, begun in what was held out of training; nil where nothing was.
  var heldOutSimulation: FiniteSimulation? {
    guard case .finite(let task) = content, let starts = task.heldOut, wrapping == nil else { return nil }
    return unseen.withLock { unseen in
      if unseen == nil { unseen = FiniteSimulation(task.model.starting(in: starts)) }
      return unseen!
    }
  }
}

/// Stands for a task that cannot be made here.
private struct NothingKnown: TabularEnvironment {
  var space: ActionSpace { ActionSpace(states: 1, actions: 1) }
  mutating func reset(using stream: inout RandomStream) -> Int { 0 }
  mutating func resetAnywhere(using stream: inout RandomStream) -> Int { 0 }
  mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
    Outcome(observation: 0, reward: 0, terminated: true)
  }
  func save(to writer: inout StateWriter) {}
  mutating func restore(from reader: inout StateReader) throws(StateError) {}
}

/// An environment in the catalogue.
public struct EnvironmentEntry: Sendable {
  /// What configurations and readers see, with the options that every environment has.
  public let about: About
  /// What the task gives: "model", "bandit", "samples", "samples of vectors", "samples of states or of vectors".
  public let gives: String
  let make: @Sendable (Settings) throws -> PreparedTask

  /// What a task gives that is observed as a vector.
  @usableFromInline static let vectors = "samples of vectors"

  /// The options that every environment has.
  static let timeLimit = Parameter<Int?>(
    "time_limit", type: "whole number, null or \"default\"", default: .text("default"), range: "[1, ∞)",
    "steps after which an episode is truncated; null for never, \"default\" for the task's own"
  ) { setting throws(SettingProblem) in
    if setting == .null || setting == .text("default") { return nil }
    return try Interval.whole(setting, in: 1...Int.max)
  }

  /// The time limit that holds: the one given, or the task's own.
  static func limit(_ settings: Settings, taskDefault: Int?) -> Int? {
    settings.resolved.first { $0.key == "time_limit" }?.value == .text("default") ? taskDefault : settings[timeLimit]
  }

  /// What a task gives that tells only when it is made whether its states are numbered.
  static let either = "samples of states or of vectors"

  init(_ about: About, gives: String, make: @escaping @Sendable (Settings) throws -> PreparedTask) {
    // What is observed as a vector has no numbered states to merge, nor to remember.
    let hasOptions = gives != Self.vectors && gives != Self.either
    let options = hasOptions ? TaskOptions.declarations(beside: about.parameters) : []
    self.about = About(
      id: about.id, summary: about.summary, source: about.source, equation: about.equation,
      parameters: about.parameters + options + [Self.timeLimit.declaration], relations: about.relations,
      neverEnds: about.neverEnds)
    self.gives = gives
    self.make = make
  }
}

extension FiniteMDP {
  /// Whether the end of an episode can be reached from the start.
  fileprivate var canEnd: Bool {
    var seen = [Bool](repeating: false, count: stateCount)
    var stack = initial.map(\.state)
    for start in stack { seen[start] = true }
    while let state = stack.popLast() {
      if isTerminal(state) { return true }
      for pair in pairs(of: state) {
        for k in outcomes(of: pair) {
          let target = Int(targets[k])
          if target < 0 { return true }
          if !seen[target] {
            seen[target] = true
            stack.append(target)
          }
        }
      }
    }
    return false
  }

  /// Refuses a model whose tables would not fit: they have a row for each state, as wide as the state with the most actions, and for learners
  /// as deep as the action with the most outcomes.
  func checkTableSize(isLearned: Bool) throws(SettingProblem) {
    var deepest = 1
    if isLearned { for pair in 0..<pairCount { deepest = max(deepest, outcomes(of: pair).count) } }
    let actions = max(1, maximumActions)
    let limit = 150_000_000
    if Double(stateCount) * Double(actions) * Double(deepest) > Double(limit) {
      let depth = deepest > 1 ? " and \(deepest) outcomes of an action" : ""
      throw SettingProblem(
        "a table of \(stateCount) states with up to \(actions) actions each\(depth) would have more than \(limit) entries; choose a smaller task"
      )
    }
  }
}
