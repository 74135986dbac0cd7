import Algorithms
import Environments
import RLCore

extension OnlineTrial where Learner: ~Copyable {
  /// Makes a trial of a linear learner: on the simulation of a finite model with the features of its states, or on a task that is observed as
  /// a vector.
  @inlinable
  static func process(linearFor request: TrialRequest) throws -> TrialProcess {
    let (context, vector) = try request.task.linearContext(request.settings)
    if let vector { return try boxed(onVector: vector, request: request, context: context).process }
    if let simulation = request.task.finite {
      return try process(on: simulation, request: request, context: context) { _, _ in }
    }
    return try process(on: request.task.seenEnvironment, request: request, context: context) { environment, row in
      if let statistics = environment.takeStatistics() { statistics.write(into: row) }
    }
  }

  /// Makes a trial on a task that is observed as a vector.
  @inlinable
  static func boxed(
    onVector environment: FeaturedEnvironment, request: TrialRequest, context: LearnerContext
  ) throws -> (process: TrialProcess, box: Box<FeaturedEnvironment>) {
    var (process, box) = try boxed(environment, request: request, context: context) { _, _ in }
    process.place = { AgentPlace(observation: box.loop.step > 0 ? box.loop.environment.observation : []) }
    return (process, box)
  }

  /// Makes a trial of a rule for bandits with contexts; where a bandit has none, the context is the number 1.
  @inlinable
  static func process(ofContextualRuleFor request: TrialRequest) throws -> TrialProcess {
    let (context, environment) = request.task.contextualBandit
    return try process(on: environment, request: request, context: context) { environment, row in
      if let statistics = environment.takeStatistics() { statistics.write(into: row) }
    }
  }
}

extension OnlineTrial where Learner: FeatureActor & ~Copyable {
  /// Makes a trial of a linear control or policy method. On a task that is observed as a vector there is no table of its policy: evaluations are
  /// played by the learner, on a copy of the task.
  @inlinable
  static func process(linearActorFor request: TrialRequest) throws -> TrialProcess {
    let (context, vector) = try request.task.linearContext(request.settings)
    guard let vector else { return try process(linearFor: request) }
    var (process, box) = try boxed(onVector: vector, request: request, context: context)
    if let grid = ObservationGrid(request.task) {
      var view = vector.apart()
      process.report = {
        box.loop.learner.report(points: grid.space.stateCount) { view.look(at: grid.observation($0)) }
      }
    }
    process.archive = { .linear(box.loop.learner.archive(box.loop.environment.basis)) }
    let rollouts = LinearRollouts(vector.apart(), request: request)
    process.rollouts = { wanted in
      try rollouts.play(wanted) { box.loop.learner.choose($0, isGreedy: wanted.isGreedy, using: &$1) }
    }
    let (save, restore) = (process.save, process.restore)
    process.save = {
      save(&$0)
      $0.write(rollouts.stream)
    }
    process.restore = {
      try restore(&$0)
      rollouts.stream = try $0.stream()
    }
    return process
  }
}

/// Plays episodes for evaluations on a copy of a task that is observed as a vector.
@usableFromInline
final class LinearRollouts {
  /// From which the task and the policy draw.
  @usableFromInline var stream: RandomStream
  private let environment: FeaturedEnvironment
  private let timeLimit: Int?

  @usableFromInline
  init(_ environment: FeaturedEnvironment, request: TrialRequest) {
    self.environment = environment
    timeLimit = request.task.timeLimit
    stream = RandomStream(root: request.root, index: request.seed, component: "evaluation")
  }

  /// The undiscounted returns of some episodes.
  ///
  /// - Throws: ``SettingProblem`` where the task lives outside this program and has failed.
  @usableFromInline
  func play(_ wanted: RolloutRequest, _ act: (FeatureRow, inout RandomStream) -> Int) throws(SettingProblem) -> [Double]
  {
    var environment = environment
    let returns = (0..<wanted.episodes).map { _ in
      _ = environment.reset(using: &stream)
      var total = 0.0
      for _ in 0..<(timeLimit ?? wanted.maximumSteps) {
        let outcome = environment.step(act(environment.features, &stream), using: &stream)
        total += outcome.reward
        if outcome.terminated || outcome.truncated { break }
      }
      return total
    }
    if let failure = environment.failure { throw SettingProblem(failure) }
    return returns
  }
}

extension PreparedTask {
  /// What a linear learner finds out about the task; and the task itself, where it is observed as a vector.
  ///
  /// - Throws: ``SettingProblem`` where the features do not fit the task.
  @usableFromInline
  func linearContext(_ settings: Settings) throws(SettingProblem) -> (
    context: LearnerContext, environment: FeaturedEnvironment?
  ) {
    if let vector {
      guard vector.actionSpace.isDiscrete, vector.offersAllActions else {
        throw SettingProblem(
          "the method chooses among numbered actions, and the task takes continuous ones; choose ppo")
      }
      let bounds = vector.prototype.observationRanges
      let basis = try FeatureParameters.basis(settings, states: nil, bounds: bounds)
      guard basis.dimensions == vector.observationCount else {
        throw SettingProblem(
          "there are \(basis.dimensions) ranges for observations of \(vector.observationCount) numbers", at: ".ranges")
      }
      let table = FeatureTable(rows: 2, features: basis.featureCount, active: basis.activeCount, isFixed: false)
      let environment = FeaturedEnvironment(vector.prototype, basis: basis, table: table)
      return (LearnerContext(space: environment.space, features: table), environment)
    }
    let plain = learnerContext
    let count = plain.space.stateCount
    var bounds = [0...Double(count - 1)]
    var coordinates = (0..<count).map { [Double($0)] }
    let isByState = { (kind: FeatureBasis.Kind) in
      switch kind {
      case .oneHot, .baird, .matrix: true
      default: false
      }
    }
    if let grid, observations == nil, grid.rows * grid.columns == count {
      bounds = [0...Double(grid.rows - 1), 0...Double(grid.columns - 1)]
    }
    let basis = try FeatureParameters.basis(settings, states: count, bounds: bounds)
    if !isByState(basis.kind), let grid, bounds.count == 2 {
      coordinates = (0..<count).map { [Double($0 / grid.columns), Double($0 % grid.columns)] }
    }
    guard Double(count) * Double(basis.activeCount) <= 2e8 else {
      throw SettingProblem(
        "\(count) states with \(basis.activeCount) features each do not fit; give fewer", at: ".features")
    }
    let table = FeatureTable(basis, coordinates: coordinates)
    return (LearnerContext(space: plain.space, model: plain.model, features: table), nil)
  }

  /// The task as a bandit with contexts.
  @usableFromInline
  var contextualBandit: (context: LearnerContext, environment: AnyTabularEnvironment) {
    if case .bandit(let bandit) = content, let contextual = bandit as? any ContextualBanditEnvironment {
      let count = contextual.contextDimension
      let table = FeatureTable(rows: 1, features: count, active: count, isFixed: false)
      let context = LearnerContext(space: space, features: table)
      do throws(SettingProblem) {
        let wrapped = try Self.wrap(AnyTabularEnvironment(contextual.showing(in: table)), wrapping)
        return (context, log.map { AnyTabularEnvironment(TracedEnvironment(wrapped, log: $0)) } ?? wrapped)
      } catch { preconditionFailure("what was wrapped before does not fit: \(error.message)") }
    }
    let table = FeatureTable(rows: max(1, space.stateCount), features: 1, active: 1, isFixed: true)
    for state in 0..<table.rowCount { table.row(state).values[0] = 1 }
    return (LearnerContext(space: space, model: model, features: table), seenEnvironment)
  }
}
