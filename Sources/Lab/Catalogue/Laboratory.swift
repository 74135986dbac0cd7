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

  /// Adds the environments of Gymnasium, which live in a Python process.
  mutating func registerGymnasium() {
    environments.append(
      EnvironmentEntry(Gymnasium.about, gives: EnvironmentEntry.either) { try Gymnasium.task($0) })
  }

  /// Adds a task that is observed as a vector.
  @inlinable
  public mutating func register<E: SampledVectorEnvironment>(vector type: E.Type) {
    add(environment: E.about, gives: EnvironmentEntry.vectors) { settings in
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
      needs: .init(model: L.needsModel, numberedActions: L.needsNumberedActions),
      check: { settings, task in try BatchTrial<L>.check(settings, task) },
      make: { request in try BatchTrial<L>.process(for: request) })
    entry.expand = { given, environment throws(SettingProblem) in
      try L.expand(given, environment: environment?.about.id ?? "")
    }
    add(entry)
  }

  /// Adds a method that has a tabular form, one over features, and one on networks: finite tasks get the first and tasks observed as vectors the
  /// last, unless the parameter `policy` says otherwise.
  public mutating func register<
    L: TabularLearner & ~Copyable, F: FeatureActor & ~Copyable, N: BatchLearner & ~Copyable
  >(
    _ tabular: L.Type, linear: F.Type, network: N.Type, kind: AlgorithmEntry.Kind
  ) {
    var entry = Self.entry(L.self, linear: F.self, kind: kind, choice: PolicyForm.parameter.declaration, N.about)
    let (check, make) = (entry.check!, entry.make)
    entry = AlgorithmEntry(
      entry.about, kind: kind, units: entry.units, acceptsVectors: true,
      needs: .init(ends: L.learnsAtEnd, numberedActions: N.needsNumberedActions),
      check: { settings, task in
        if settings[PolicyForm.parameter] == .mlp { return try BatchTrial<N>.check(settings, task) }
        try check(settings, task)
      },
      make: { request in
        request.settings[PolicyForm.parameter] == .mlp ? try BatchTrial<N>.process(for: request) : try make(request)
      })
    let forms = PolicyForm.Names(tabular: L.about, linear: F.about, network: N.about)
    entry.forms = forms
    entry.expand = { given, environment throws(SettingProblem) in
      let rest = try forms.settle(given, isVector: environment?.gives == EnvironmentEntry.vectors)
      return try N.expand(rest, environment: environment?.about.id ?? "")
    }
    add(entry)
  }

  /// Adds a method that has a tabular form and one over features: finite tasks get the first and tasks observed as vectors the second, unless the
  /// parameter `policy` says otherwise.
  public mutating func register<L: TabularLearner & ~Copyable, F: FeatureActor & ~Copyable>(
    _ tabular: L.Type, linear: F.Type, kind: AlgorithmEntry.Kind
  ) {
    var entry = Self.entry(L.self, linear: F.self, kind: kind, choice: PolicyForm.withoutNetwork.declaration)
    let forms = PolicyForm.Names(tabular: L.about, linear: F.about, network: nil)
    entry.forms = forms
    entry.expand = { given, environment throws(SettingProblem) in
      try forms.settle(given, isVector: environment?.gives == EnvironmentEntry.vectors)
    }
    add(entry)
  }

  /// The entry of a method that has a tabular form and one over features.
  private static func entry<L: TabularLearner & ~Copyable, F: FeatureActor & ~Copyable>(
    _ tabular: L.Type, linear: F.Type, kind: AlgorithmEntry.Kind, choice: ParameterDeclaration, _ network: About? = nil
  ) -> AlgorithmEntry {
    var parameters = L.about.parameters + [choice]
    for other in F.about.parameters + (network?.parameters ?? [])
    where !parameters.contains(where: { $0.name == other.name }) {
      let isShared = network != nil && other.name == PolicyForm.features.declaration.name
      parameters.append(isShared ? PolicyForm.features.declaration : other)
    }
    return AlgorithmEntry(
      About(
        id: L.about.id, summary: L.about.summary, source: L.about.source, equation: L.about.equation,
        parameters: parameters, relations: L.about.relations),
      kind: kind, units: [.episodes, .steps], acceptsVectors: true,
      needs: .init(ends: L.learnsAtEnd, numberedActions: true),
      check: { settings, task in
        let isLinear = settings[PolicyForm.parameter] == .linear
        if task.vector != nil && !isLinear {
          let words = network == nil ? "\"linear\"" : "\"mlp\" or \"linear\""
          throw SettingProblem(
            "the task is observed as a vector, for which there is no table; write \(words)", at: ".policy")
        }
        if L.learnsAtEnd && task.timeLimit == nil && !task.canEnd {
          throw SettingProblem(
            "\"\(L.about.id)\" learns when an episode ends, and no episode of this task does; set environment.time_limit"
          )
        }
        if isLinear {
          _ = try F(settings, context: task.linearContext(settings).context)
        } else {
          _ = try L(settings, context: task.learnerContext)
        }
      },
      make: { request in
        request.settings[PolicyForm.parameter] == .linear
          ? try OnlineTrial<F>.process(linearActorFor: request) : try OnlineTrial<L>.process(for: request)
      })
  }

  /// Adds a method of features that learns from data drawn from the model of a finite task: its budget counts updates.
  public mutating func register<L: BatchLearner & ~Copyable>(offline type: L.Type) {
    var entry = AlgorithmEntry(
      L.about, kind: .policy, units: [.iterations], acceptsVectors: false,
      needs: .init(model: L.needsModel),
      check: { settings, task in try BatchTrial<L>.check(settings, task) },
      make: { request in try BatchTrial<L>.process(for: request) })
    entry.expand = { given, environment throws(SettingProblem) in
      try L.expand(given, environment: environment?.about.id ?? "")
    }
    add(entry)
  }

  /// Adds a tabular learner.
  @inlinable
  public mutating func register<L: TabularLearner & ~Copyable>(_ type: L.Type, kind: AlgorithmEntry.Kind = .control) {
    add(
      AlgorithmEntry(
        L.about, kind: kind, units: [.episodes, .steps], needs: .init(model: L.needsModel, ends: L.learnsAtEnd),
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

  /// Adds a tabular learner whose trials may take their steps in turn.
  @inlinable
  public mutating func register<L: OneStepLearner & ~Copyable>(_ type: L.Type, kind: AlgorithmEntry.Kind = .control) {
    var entry = AlgorithmEntry(
      L.about, kind: kind, units: [.episodes, .steps],
      check: { settings, task in _ = try L(settings, context: task.learnerContext) },
      make: { request in try OnlineTrial<L>.process(inTurnFor: request) })
    entry.takesTurns = true
    add(entry)
  }

  /// Adds a learner of linear values over features: of states, or of vectors.
  @inlinable
  public mutating func register<L: TabularLearner & ~Copyable>(linear type: L.Type, kind: AlgorithmEntry.Kind) {
    add(
      AlgorithmEntry(
        L.about, kind: kind, units: [.episodes, .steps], acceptsVectors: true,
        needs: .init(ends: L.learnsAtEnd, numberedActions: true),
        check: { settings, task in
          if L.learnsAtEnd && task.timeLimit == nil && !task.canEnd {
            throw SettingProblem(
              "\"\(L.about.id)\" learns when an episode ends, and no episode of this task does; set environment.time_limit"
            )
          }
          _ = try L(settings, context: task.linearContext(settings).context)
        },
        make: { request in try OnlineTrial<L>.process(linearFor: request) }))
  }

  /// Adds a control method of linear action values over features: of states, or of vectors.
  @inlinable
  public mutating func register<L: LinearActor & ~Copyable>(linear type: L.Type) {
    add(
      AlgorithmEntry(
        L.about, kind: .control, units: [.episodes, .steps], acceptsVectors: true,
        needs: .init(numberedActions: true),
        check: { settings, task in _ = try L(settings, context: task.linearContext(settings).context) },
        make: { request in try OnlineTrial<L>.process(linearActorFor: request) }))
  }

  /// Adds a rule for bandits that looks at contexts.
  @inlinable
  public mutating func register<L: TabularLearner & ~Copyable>(contextual rule: L.Type) {
    add(
      AlgorithmEntry(
        L.about, kind: .bandit, units: [.episodes, .steps],
        check: { settings, task in _ = try L(settings, context: task.contextualBandit.context) },
        make: { request in try OnlineTrial<L>.process(ofContextualRuleFor: request) }))
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
        P.about, kind: .planner, units: [.iterations], needs: .init(model: true, continuing: P.findsAverageReward),
        check: { settings, task in
          guard let model = task.model else { return }
          _ = try P(settings, model: model, threads: 1)
        },
        make: { request in
          let gamma = request.settings.resolved.first { $0.key == "gamma" }?.value.number ?? 1
          return try PlannerTrial<P>.process(for: request, gamma: gamma)
        }))
  }

  /// Adds a method that improves a policy update by update.
  public mutating func register<A: PolicyAscent & ~Copyable>(ascent type: A.Type) {
    add(
      AlgorithmEntry(
        A.about, kind: .policy, units: A.takesSteps ? [.iterations, .steps] : [.iterations],
        needs: .init(model: true),
        check: { settings, task in _ = try A(settings, task: try AscentTrial<A>.task(task)) },
        make: { request in try AscentTrial<A>.process(for: request) }))
  }

  /// Adds an algorithm.
  public mutating func add(_ entry: AlgorithmEntry) { algorithms.append(entry) }

  /// The environment with an id, if there is one.
  public func environment(_ id: String) -> EnvironmentEntry? { environments.first { $0.about.id == id } }

  /// The algorithm with an id, if there is one.
  public func algorithm(_ id: String) -> AlgorithmEntry? { algorithms.first { $0.about.id == id } }
}
