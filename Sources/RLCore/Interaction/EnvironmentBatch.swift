/// What lets all copies of a task take their steps at once, where they live outside this program: each copy then only tells what came of it.
public protocol BatchExchange: AnyObject {
  /// Takes a step in every copy.
  ///
  /// - Parameters:
  ///   - actions: As many numbers of actions as there are copies.
  ///   - moves: For each copy whether it moves; nil where all do.
  func exchange(actions: UnsafePointer<Int32>, moves: UnsafePointer<Bool>?)

  /// Takes a step in every copy by rows of numbers.
  func exchange(values: UnsafePointer<Float>, moves: UnsafePointer<Bool>?)
}

/// Copies of a task observed as a vector, stepped together, whatever the task's type: what ``BatchLearner``s act in.
///
/// It is ``VectorizedEnvironments`` behind a table of functions. A step of all copies is one indirect call, in which the loop over the copies is
/// compiled for the task's type; learners need not be compiled for every task. Results lie side by side, a row a copy; see
/// ``VectorizedEnvironments`` for what each pointer holds. They are valid as long as the batch lives.
public final class EnvironmentBatch {
  /// How many copies there are.
  public let count: Int
  /// How many numbers one observation has.
  public let observationCount: Int
  /// What an agent may do.
  public let actionSpace: VectorActionSpace
  /// Whether observations are places in a one-hot vector, ``stateIndices``.
  public let usesStateIndices: Bool
  /// Whether every state offers every action.
  public let offersAllActions: Bool
  /// The current observations.
  public let observations: UnsafeMutablePointer<Float>
  /// The observations that episodes ended in.
  public let finalObservations: UnsafeMutablePointer<Float>
  /// The current places of the observations' 1.
  public let stateIndices: UnsafeMutablePointer<Int32>
  /// The same for the observations that episodes ended in.
  public let finalStateIndices: UnsafeMutablePointer<Int32>
  /// How many actions each current state offers.
  public let availableActions: UnsafeMutablePointer<Int32>
  /// The same for the states that episodes ended in.
  public let finalAvailableActions: UnsafeMutablePointer<Int32>
  /// The rewards of the last step.
  public let rewards: UnsafeMutablePointer<Double>
  /// Whether the last step ended the task.
  public let terminated: UnsafeMutablePointer<Bool>
  /// Whether the last step reached the time limit without ending the task.
  public let truncated: UnsafeMutablePointer<Bool>
  /// The undiscounted return of the current episode, or of the one that ended in the last step.
  public let episodeReturns: UnsafeMutablePointer<Double>
  /// The number of steps of the current episode, or of the one that ended in the last step.
  public let episodeLengths: UnsafeMutablePointer<Int>
  private let ledger: UnsafeMutablePointer<EpisodeLedger>
  private let stepByActions: (UnsafePointer<Int32>) -> Void
  private let stepByValues: (UnsafePointer<Float>) -> Void
  private let stepSomeByActions: (UnsafePointer<Int32>, UnsafePointer<Bool>) -> Void
  private let stepSomeByValues: (UnsafePointer<Float>, UnsafePointer<Bool>) -> Void
  private let resetGroups: (Int) -> Void
  private let statistics: () -> BanditStatistics?
  private let saveState: (inout StateWriter) -> Void
  private let restoreState: (inout StateReader) throws(StateError) -> Void
  private let whyFailed: () -> String?

  /// Holds the copies in one place while closures work on them.
  @usableFromInline final class Box<Base: VectorEnvironment> {
    @usableFromInline var copies: VectorizedEnvironments<Base>

    @inlinable init(_ copies: consuming VectorizedEnvironments<Base>) { self.copies = copies }
  }

  /// What the closures of a batch do.
  @usableFromInline struct Functions {
    @usableFromInline var stepByActions: (UnsafePointer<Int32>) -> Void
    @usableFromInline var stepByValues: (UnsafePointer<Float>) -> Void
    @usableFromInline var stepSomeByActions: (UnsafePointer<Int32>, UnsafePointer<Bool>) -> Void
    @usableFromInline var stepSomeByValues: (UnsafePointer<Float>, UnsafePointer<Bool>) -> Void
    @usableFromInline let resetGroups: (Int) -> Void
    @usableFromInline let statistics: () -> BanditStatistics?
    @usableFromInline let save: (inout StateWriter) -> Void
    @usableFromInline let restore: (inout StateReader) throws(StateError) -> Void

    @inlinable init<Base: VectorEnvironment>(_ box: Box<Base>) {
      stepByActions = { box.copies.step(actions: $0) }
      stepByValues = { box.copies.step(values: $0) }
      stepSomeByActions = { box.copies.step(actions: $0, where: $1) }
      stepSomeByValues = { box.copies.step(values: $0, where: $1) }
      resetGroups = { box.copies.reset(groupsOf: $0) }
      statistics = { box.copies.takeStatistics() }
      save = { box.copies.save(to: &$0) }
      restore = { reader throws(StateError) in try box.copies.restore(from: &reader) }
    }

    /// The same, after all copies have taken their steps elsewhere.
    init(_ functions: Functions, after exchange: any BatchExchange) {
      self = functions
      stepByActions = {
        exchange.exchange(actions: $0, moves: nil)
        functions.stepByActions($0)
      }
      stepByValues = {
        exchange.exchange(values: $0, moves: nil)
        functions.stepByValues($0)
      }
      stepSomeByActions = {
        exchange.exchange(actions: $0, moves: $1)
        functions.stepSomeByActions($0, $1)
      }
      stepSomeByValues = {
        exchange.exchange(values: $0, moves: $1)
        functions.stepSomeByValues($0, $1)
      }
    }
  }

  /// Takes over the copies. Call it where the task's type is known, so that its step is compiled for it.
  @inlinable
  public convenience init<Base: VectorEnvironment>(_ copies: consuming VectorizedEnvironments<Base>) {
    let box = Box(copies)
    self.init(box, Functions(box))
  }

  /// Takes over copies that live outside this program.
  ///
  /// - Parameter exchange: What lets them take their steps; nil where it could not be had, so that they have failed.
  public convenience init<Base: VectorEnvironment>(
    _ copies: consuming VectorizedEnvironments<Base>, through exchange: (any BatchExchange)?
  ) {
    let box = Box(copies)
    let functions = Functions(box)
    self.init(box, exchange.map { Functions(functions, after: $0) } ?? functions)
  }

  @usableFromInline
  init<Base: VectorEnvironment>(_ box: Box<Base>, _ functions: Functions) {
    count = box.copies.count
    observationCount = box.copies.observationCount
    actionSpace = box.copies.actionSpace
    usesStateIndices = box.copies.usesStateIndices
    offersAllActions = box.copies.offersAllActions
    observations = box.copies.observations
    finalObservations = box.copies.finalObservations
    stateIndices = box.copies.stateIndices
    finalStateIndices = box.copies.finalStateIndices
    availableActions = box.copies.availableActions
    finalAvailableActions = box.copies.finalAvailableActions
    rewards = box.copies.rewards
    terminated = box.copies.terminated
    truncated = box.copies.truncated
    episodeReturns = box.copies.episodeReturns
    episodeLengths = box.copies.episodeLengths
    ledger = box.copies.ledger
    stepByActions = functions.stepByActions
    stepByValues = functions.stepByValues
    stepSomeByActions = functions.stepSomeByActions
    stepSomeByValues = functions.stepSomeByValues
    resetGroups = functions.resetGroups
    statistics = functions.statistics
    saveState = functions.save
    restoreState = functions.restore
    whyFailed = { box.copies.environments[0].failure }
  }

  /// Why the copies cannot go on, where they live outside this program; nil while they can.
  public var failure: String? { whyFailed() }

  /// Steps taken so far, all copies together.
  public var steps: Int { ledger.pointee.steps }
  /// Episodes finished so far, all copies together.
  public var episodes: Int { ledger.pointee.episodes }
  /// How many episodes ended in the last step.
  public var endings: Int { ledger.pointee.endings }

  /// Takes a step in every copy, and begins the next episode where one ends.
  ///
  /// - Parameter actions: ``count`` numbers of actions, each among those that its copy offers.
  public func step(actions: UnsafePointer<Int32>) { stepByActions(actions) }

  /// Takes a step in every copy, and begins the next episode where one ends.
  ///
  /// - Parameter values: ``count`` rows of as many numbers as an action has.
  public func step(values: UnsafePointer<Float>) { stepByValues(values) }

  /// Takes a step in every copy by the first ``count`` rows of a store.
  public func step(_ actions: ActionStore) {
    if actionSpace.isDiscrete {
      actions.numbers.withUnsafeBufferPointer { step(actions: $0.baseAddress!) }
    } else {
      actions.values.withUnsafeBufferPointer { step(values: $0.baseAddress!) }
    }
  }

  /// Takes a step in some copies by the first ``count`` rows of a store; the others stay as they are, and nothing of them is counted: what they did
  /// with their last step can be read again.
  ///
  /// - Parameter moves: For each copy whether it moves.
  public func step(_ actions: ActionStore, where moves: [Bool]) {
    precondition(moves.count >= count, "\(moves.count) flags for \(count) copies")
    moves.withUnsafeBufferPointer { moves in
      if actionSpace.isDiscrete {
        actions.numbers.withUnsafeBufferPointer { stepSomeByActions($0.baseAddress!, moves.baseAddress!) }
      } else {
        actions.values.withUnsafeBufferPointer { stepSomeByValues($0.baseAddress!, moves.baseAddress!) }
      }
    }
  }

  /// Begins a new episode in every copy; those of a group begin in the same state.
  ///
  /// - Parameter size: How many copies a group has; a divisor of ``count``.
  public func reset(groupsOf size: Int = 1) { resetGroups(size) }

  /// How good the choices since the last call were, where the task is a bandit; nil elsewhere.
  public func takeStatistics() -> BanditStatistics? { statistics() }

  /// Gives what has happened since the last call, and starts counting anew.
  public func takeTally() -> EpisodeTally {
    defer { ledger.pointee.tally = EpisodeTally() }
    return ledger.pointee.tally
  }
}

extension EnvironmentBatch {
  /// Appends every copy, its stream and the results of the last step.
  public func save(to writer: inout StateWriter) { saveState(&writer) }

  /// Takes up every copy, its stream and the results of the last step.
  public func restore(from reader: inout StateReader) throws(StateError) { try restoreState(&reader) }
}
