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
  /// How tokens are read, where observations are made of them.
  var tokens: TokenLayout?
  /// What each state is seen as, where a policy sees the last tokens only.
  var groups: [Int]?

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

/// How networks see the states of a finite task.
enum StateView: String, CaseIterable, Sendable {
  /// A 1 at the state's number, or at that of what is seen of it.
  case oneHot = "one-hot"
  /// Row and column of a cell.
  case coordinates
  /// The tokens that the state is made of.
  case tokens
  /// The numbers of a prompt as points on a circle, and the tokens of the answer.
  case numbers
  /// The number of the last few tokens.
  case ngram
}

extension PreparedTask {
  /// The task as methods of features see it.
  ///
  /// - Parameter settings: Their settings, of which `features` says how states of a finite task become vectors.
  /// - Throws: ``SettingProblem`` where the task has no such features.
  func vectorTask(_ settings: Settings) throws(SettingProblem) -> VectorTask {
    let length = settings.resolved.first { $0.key == "ngram" }?.value.whole
    return try vectorTask(seen: stateView(settings), ngram: length ?? 1)
  }

  /// The task as one sees it who sees states so.
  ///
  /// - Parameter ngram: How many of the last tokens are seen, where that is all.
  /// - Throws: ``SettingProblem`` where the task has no such features.
  func vectorTask(seen view: StateView, ngram: Int = 1) throws(SettingProblem) -> VectorTask {
    switch content {
    case .vector(let task):
      if view != .oneHot {
        throw SettingProblem("the task has features of its own; leave this out", at: ".features")
      }
      return task
    case .finite(let task) where wrapping == nil:
      if view != .oneHot && task.observations != nil {
        throw SettingProblem("some states of this task look alike; write \"one-hot\"", at: ".features")
      }
      var features = FiniteVectorView.Features.oneHot
      var layout: TokenLayout?
      var groups: [Int]?
      if view == .coordinates {
        guard let grid = task.grid, grid.rows * grid.columns == task.model.stateCount else {
          throw SettingProblem("the states of this task lie on no grid; write \"one-hot\"", at: ".features")
        }
        features = .coordinates(of: grid)
      } else if view == .ngram {
        guard let tokens = task.tokens else {
          throw SettingProblem("the states of this task are no sequences of tokens; write \"tabular\"", at: ".policy")
        }
        groups = tokens.groups(ofLast: ngram)
        features = .groups(groups!)
      } else if view == .tokens || view == .numbers {
        guard let tokens = task.tokens else {
          throw SettingProblem("the states of this task are no sequences of tokens; write \"one-hot\"", at: ".features")
        }
        if view == .numbers && !tokens.hasNumbers {
          throw SettingProblem("the prompts of this task are about no numbers; write \"tokens\"", at: ".features")
        }
        layout = tokens.seen(as: view == .numbers ? .numbers : .symbols)
        features = .tokens(layout!)
      } else if let observations = task.observations {
        features = .groups(observations.numbers.map(Int.init))
      }
      var prepare: (@Sendable (inout FiniteVectorView, VectorTask.Request) -> Void)?
      if let unseen = heldOutSimulation.map({ FiniteVectorView($0, features: features) }) {
        prepare = { view, request in if request.isEvaluation { view = unseen } }
      }
      var seen = VectorTask(
        FiniteVectorView(simulation(of: task.model), features: features),
        usesStateIndices: view == .oneHot || view == .ngram, prepare: prepare)
      (seen.tokens, seen.groups) = (layout, groups)
      return seen
    case .sampled(let sampled) where sampled.copies != nil && wrapping == nil && view == .oneHot:
      return sampled.copies!
    case .finite, .bandit, .sampled:
      if view != .oneHot {
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

  /// What `features` says. Where that is "auto", networks read the tokens of sequences, and the numbers of prompts.
  func stateView(_ settings: Settings) -> StateView {
    let values = settings.resolved
    if values.first(where: { $0.key == "policy" })?.value.text == "ngram" { return .ngram }
    let wanted = values.first { $0.key == "features" }?.value.text ?? StateView.oneHot.rawValue
    if let view = StateView(rawValue: wanted) { return view }
    guard case .finite(let task) = content, let tokens = task.tokens, task.observations == nil, wrapping == nil else {
      return .oneHot
    }
    if values.first(where: { $0.key == "policy" })?.value.text != "mlp" { return .oneHot }
    return tokens.hasNumbers ? .numbers : .tokens
  }

  /// The observations of all states of a finite task, state by state; nil where the task has no model.
  func allObservations(_ view: VectorTask) -> ObservationStore? {
    guard case .finite(let task) = content else { return nil }
    let count = task.model.stateCount
    var store = ObservationStore(
      count: count, width: view.observationCount, usesStateIndices: view.usesStateIndices,
      offersAllActions: view.offersAllActions)
    if view.usesStateIndices {
      for state in 0..<count { store.states[state] = view.groups?[state] ?? task.observations?[state] ?? state }
    } else if let tokens = view.tokens {
      store.numbers.withUnsafeMutableBufferPointer { numbers in
        for state in 0..<count { tokens.write(state, into: numbers.baseAddress! + state * tokens.width) }
      }
    } else if let grid = task.grid, case .table(let numbers, _) = FiniteVectorView.Features.coordinates(of: grid) {
      store.numbers = numbers
    }
    if !view.offersAllActions {
      for state in 0..<count { store.availableActions[state] = Int32(max(1, space.actions(in: state))) }
    }
    return store
  }
}
