import RLCore

/// A method that is a ``GroupOptimizer`` with settings of its own: what it declares is all that sets it apart.
public protocol GroupStage: AlignmentStage {
  /// What does the work.
  var optimizer: GroupOptimizer { get set }

  /// Makes the stage of what does the work.
  init(_ optimizer: GroupOptimizer)
}

extension GroupStage {
  /// The columns that group methods fill.
  public static var quantities: [BatchQuantity] { GroupOptimizer.quantities }

  /// The weight of the divergence.
  public var beta: Double { optimizer.beta }

  /// Makes the stage.
  public init(_ settings: Settings, context: BatchContext, state: AlignmentState) throws(SettingProblem) {
    self.init(try GroupOptimizer(settings, context: context, state: state))
  }

  /// One generation, and the steps on it.
  public mutating func update(
    _ state: inout AlignmentState, in batch: EnvironmentBatch, at time: TrainingTime
  ) throws(SettingProblem) { try optimizer.update(&state, in: batch, at: time) }

  /// Appends the optimizer.
  public func save(to writer: inout StateWriter) { optimizer.save(to: &writer) }
  /// Takes up the optimizer.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try optimizer.restore(from: &reader)
  }
}
