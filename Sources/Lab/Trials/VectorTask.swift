import RLCore

/// A task as methods of features see it: what they find out before they start, and how copies of it are made.
@usableFromInline
struct VectorTask: Sendable {
  /// Which copies are wanted.
  @usableFromInline
  struct Request: Sendable {
    @usableFromInline let copies: Int
    @usableFromInline let timeLimit: Int?
    @usableFromInline let root: UInt64
    @usableFromInline let seed: UInt64
    /// Whether they are for evaluation, with streams of their own.
    @usableFromInline let isEvaluation: Bool
  }

  /// The task itself, for methods that take one copy.
  let prototype: any VectorEnvironment
  let observationCount: Int
  let actionSpace: VectorActionSpace
  let usesStateIndices: Bool
  let offersAllActions: Bool
  let make: @Sendable (Request) -> EnvironmentBatch

  /// Calls for copies where the type of the task is known, so that its step is compiled for it.
  ///
  /// - Parameter prepare: Draws what is fixed for a trial.
  @inlinable
  init<E: VectorEnvironment>(
    _ environment: E, usesStateIndices: Bool, prepare: (@Sendable (inout E, Request) -> Void)? = nil
  ) {
    self.init(
      prototype: environment, observationCount: environment.observationCount, actionSpace: environment.actionSpace,
      usesStateIndices: usesStateIndices, offersAllActions: environment.offersAllActions
    ) { request in
      var environment = environment
      prepare?(&environment, request)
      return EnvironmentBatch(
        VectorizedEnvironments(
          environment, count: request.copies, timeLimit: request.timeLimit, usesStateIndices: usesStateIndices,
          root: request.root, seed: request.seed, component: request.isEvaluation ? "evaluation" : "environment"))
    }
  }

  @usableFromInline
  init(
    prototype: any VectorEnvironment,
    observationCount: Int, actionSpace: VectorActionSpace, usesStateIndices: Bool, offersAllActions: Bool,
    make: @escaping @Sendable (Request) -> EnvironmentBatch
  ) {
    self.prototype = prototype
    self.observationCount = observationCount
    self.actionSpace = actionSpace
    self.usesStateIndices = usesStateIndices
    self.offersAllActions = offersAllActions
    self.make = make
  }
}

extension PreparedTask {
  /// The task as methods of features see it.
  ///
  /// - Parameter settings: Their settings, of which `features` says how states of a finite task become vectors.
  /// - Throws: ``SettingProblem`` where the task has no such features.
  func vectorTask(_ settings: Settings) throws(SettingProblem) -> VectorTask {
    let wanted = wantedFeatures(settings)
    switch content {
    case .vector(let task):
      if wanted != "one-hot" {
        throw SettingProblem("the task has features of its own; leave this out", at: ".features")
      }
      return task
    case .finite(let task) where wrapping == nil:
      var features = FiniteVectorView.Features.oneHot
      if wanted == "coordinates" {
        guard let grid = task.grid, grid.rows * grid.columns == task.model.stateCount else {
          throw SettingProblem("the states of this task lie on no grid; write \"one-hot\"", at: ".features")
        }
        features = .coordinates(of: grid)
      } else if wanted == "tokens" {
        guard let tokens = task.tokens else {
          throw SettingProblem("the states of this task are no sequences of tokens; write \"one-hot\"", at: ".features")
        }
        features = .tokens(tokens)
      } else if let observations = task.observations {
        features = .groups(observations.numbers.map(Int.init))
      }
      var prepare: (@Sendable (inout FiniteVectorView, VectorTask.Request) -> Void)?
      if let unseen = heldOutSimulation.map({ FiniteVectorView($0, features: features) }) {
        prepare = { view, request in if request.isEvaluation { view = unseen } }
      }
      return VectorTask(
        FiniteVectorView(simulation(of: task.model), features: features), usesStateIndices: wanted == "one-hot",
        prepare: prepare)
    case .finite, .bandit, .sampled:
      if wanted != "one-hot" {
        let reason =
          model == nil
          ? "the states of this task have neither coordinates nor tokens" : "noisy rewards come with numbered states"
        throw SettingProblem("\(reason); write \"one-hot\"", at: ".features")
      }
      return VectorTask(TabularVectorView(anyEnvironment(seesStates: false)), usesStateIndices: true) { view, request in
        var stream = RandomStream(root: request.root, index: request.seed, component: "initialisation")
        view.base.prepare(using: &stream)
      }
    }
  }

  /// What `features` says. Where that is "auto", networks read the tokens of sequences.
  private func wantedFeatures(_ settings: Settings) -> String {
    let values = settings.resolved
    let wanted = values.first { $0.key == "features" }?.value.text ?? "one-hot"
    if wanted != "auto" { return wanted }
    guard case .finite(let task) = content, task.tokens != nil, wrapping == nil else { return "one-hot" }
    return values.first { $0.key == "policy" }?.value.text == "mlp" ? "tokens" : "one-hot"
  }

  /// The observations of all states of a finite task, state by state; nil where the task has no model.
  func allObservations(_ view: VectorTask) -> ObservationStore? {
    guard case .finite(let task) = content else { return nil }
    let count = task.model.stateCount
    var store = ObservationStore(
      count: count, width: view.observationCount, usesStateIndices: view.usesStateIndices,
      offersAllActions: view.offersAllActions)
    if view.usesStateIndices {
      for state in 0..<count { store.states[state] = task.observations?[state] ?? state }
    } else if let tokens = task.tokens, tokens.width == view.observationCount {
      store.numbers.withUnsafeMutableBufferPointer { numbers in
        for state in 0..<count { tokens.write(state, into: numbers.baseAddress! + state * tokens.width) }
      }
    } else if let grid = task.grid, case .table(let numbers, _) = FiniteVectorView.Features.coordinates(of: grid) {
      store.numbers = numbers
    }
    if !view.offersAllActions {
      for state in 0..<count { store.availableActions[state] = Int32(max(1, finiteActions(in: state))) }
    }
    return store
  }

  private func finiteActions(in state: Int) -> Int { space.actions(in: state) }
}
