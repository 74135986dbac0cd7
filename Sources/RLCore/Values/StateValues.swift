/// A table of state values, `V(s)`; those of terminal states are 0.
///
/// The table owns its memory and cannot be copied, so two learners can never share one by accident.
public struct StateValues: ~Copyable {
  @usableFromInline var values: Table<Double>

  /// A table with the same value in all states but the terminal ones.
  ///
  /// - Parameters:
  ///   - context: States and actions; the terminal states as far as it knows them.
  ///   - initial: The value that every other state starts with, in units of return.
  public init(_ context: LearnerContext, initial: Double) {
    values = Table(context.space.stateCount, repeating: initial)
    for state in 0..<values.count where context.isTerminal(state) { values[state] = 0 }
  }

  /// The number of states.
  @inlinable public var count: Int { values.count }

  /// The value of a state.
  @inlinable @inline(__always)
  public subscript(state: Int) -> Double {
    get { values[state] }
    nonmutating set { values[state] = newValue }
  }

  /// All values, state by state.
  public var array: [Double] { values.withEntries { Array($0) } }
}

extension StateValues: Checkpointable {
  /// Appends every value.
  public func save(to writer: inout StateWriter) { values.save(to: &writer) }

  /// Takes up every value.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try values.restore(from: &reader)
  }
}

extension LearnerContext {
  /// Whether a state is known to offer no action.
  public func isTerminal(_ state: Int) -> Bool { model?.isTerminal(state) ?? (space.actions(in: state) == 0) }
}
