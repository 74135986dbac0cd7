import Algorithms
import Environments
import RLCore

/// All environments and algorithms that configurations can name, and the program that runs them.
///
///     var lab = Laboratory.standard
///     lab.register(MyTask.self)
///     await lab.run(arguments: CommandLine.arguments)   // the whole rl-lab command line, with MyTask in it
public struct Laboratory: Sendable {
  /// Every environment, in the order of registration.
  public private(set) var environments: [EnvironmentEntry] = []
  /// Every algorithm, in the order of registration.
  public private(set) var algorithms: [AlgorithmEntry] = []

  /// A laboratory with nothing in it.
  public init() {}

  /// Adds a task whose model is known.
  public mutating func register<E: FiniteEnvironment>(_ type: E.Type) {
    environments.append(
      EnvironmentEntry(E.about, gives: "model") { settings in
        let options = TaskOptions(settings, beside: E.about.parameters)
        let task = try options.applied(to: try E.task(settings))
        try task.model.checkTableSize(isLearned: false)
        let limit = EnvironmentEntry.limit(settings, taskDefault: task.timeLimit)
        return try PreparedTask(.finite(task), timeLimit: limit, wrapping: options.noise)
      })
  }

  /// Adds a bandit.
  public mutating func register<E: BanditEnvironment & Sendable>(task type: E.Type) {
    environments.append(
      EnvironmentEntry(E.about, gives: "bandit") { settings in
        let options = TaskOptions(settings, beside: E.about.parameters)
        let bandit = try E(settings)
        return try PreparedTask(
          .bandit(bandit), timeLimit: EnvironmentEntry.limit(settings, taskDefault: bandit.timeLimit),
          wrapping: options.wrapping(of: bandit.space))
      })
  }

  /// Adds a task that gives samples only.
  public mutating func register<E: SampledEnvironment & Sendable>(_ type: E.Type) {
    environments.append(
      EnvironmentEntry(E.about, gives: "samples") { settings in
        let options = TaskOptions(settings, beside: E.about.parameters)
        let task = try E(settings)
        return try PreparedTask(
          .sampled(.init(environment: task)),
          timeLimit: EnvironmentEntry.limit(settings, taskDefault: task.timeLimit),
          wrapping: options.wrapping(of: task.space))
      })
  }

  /// Adds a task that is observed as a vector.
  @inlinable
  public mutating func register<E: SampledVectorEnvironment>(vector type: E.Type) {
    add(environment: E.about, gives: "samples of vectors") { settings in
      let task = try E(settings)
      return (VectorTask(task, usesStateIndices: false), task.timeLimit)
    }
  }

  @usableFromInline
  mutating func add(
    environment about: About, gives: String, make: @escaping @Sendable (Settings) throws -> (VectorTask, Int?)
  ) {
    environments.append(
      EnvironmentEntry(about, gives: gives) { settings in
        let (task, limit) = try make(settings)
        return try PreparedTask(.vector(task), timeLimit: EnvironmentEntry.limit(settings, taskDefault: limit))
      })
  }

  /// Adds a method that learns from vectors; finite tasks it sees as one-hot vectors.
  ///
  /// - Parameter units: The units in which its budget may be given.
  public mutating func register<L: BatchLearner & ~Copyable>(
    batch type: L.Type, units: [Budget.Unit] = [.steps, .episodes, .iterations]
  ) {
    var entry = AlgorithmEntry(
      L.about, kind: L.isOnPolicy ? .policy : .control, units: units, acceptsVectors: true,
      check: { settings, task in try BatchTrial<L>.check(settings, task) },
      make: { request in try BatchTrial<L>.process(for: request) })
    entry.expand = { given, environment throws(SettingProblem) in try L.expand(given, environment: environment) }
    add(entry)
  }

  /// Adds a tabular learner.
  @inlinable
  public mutating func register<L: TabularLearner & ~Copyable>(_ type: L.Type, kind: AlgorithmEntry.Kind = .control) {
    add(
      AlgorithmEntry(
        L.about, kind: kind, units: [.episodes, .steps],
        check: { settings, task in
          if L.learnsAtEnd && task.timeLimit == nil && !task.canEnd {
            throw SettingProblem(
              "\"\(L.about.id)\" learns when an episode ends, and no episode of this task does; set environment.time_limit"
            )
          }
          _ = try L(settings, context: task.learnerContext)
        },
        make: { request in try OnlineTrial<L>.process(for: request) }))
  }

  /// Adds a rule for bandits.
  @inlinable
  public mutating func register<L: TabularLearner & ~Copyable>(bandit rule: L.Type) {
    add(
      AlgorithmEntry(
        L.about, kind: .bandit, units: [.episodes, .steps],
        check: { settings, task in _ = try L(settings, context: task.learnerContext) },
        make: { request in try OnlineTrial<L>.process(ofRuleFor: request) }))
  }

  /// Adds a planner.
  public mutating func register<P: Planner>(planner type: P.Type) {
    add(
      AlgorithmEntry(
        P.about, kind: .planner, units: [.iterations],
        check: { settings, task in
          guard let model = task.model else { return }
          _ = try P(settings, model: model, threads: 1)
        },
        make: { request in
          let gamma = request.settings.resolved.first { $0.key == "gamma" }?.value.number ?? 1
          return try PlannerTrial<P>.process(for: request, gamma: gamma)
        }))
  }

  /// Adds an algorithm.
  public mutating func add(_ entry: AlgorithmEntry) { algorithms.append(entry) }

  /// The environment with an id, if there is one.
  public func environment(_ id: String) -> EnvironmentEntry? { environments.first { $0.about.id == id } }

  /// The algorithm with an id, if there is one.
  public func algorithm(_ id: String) -> AlgorithmEntry? { algorithms.first { $0.about.id == id } }
}
