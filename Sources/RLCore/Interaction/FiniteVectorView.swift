/// A finite task seen as a vector, for policies and value functions over features: by a one-hot vector, by groups of
/// states, by a table of features, or by the tokens that states are made of.
///
/// In the first two, ``stateIndex`` tells the place of the 1, so that the vector need never be built. The exact answers
/// of the task hold on: the view changes what is seen and nothing else.
public struct FiniteVectorView: VectorEnvironment {
  /// How states become vectors.
  public enum Features: Sendable, Equatable {
    /// A 1 at the state's number, 0 elsewhere.
    case oneHot
    /// A 1 at the number of the state's group, 0 elsewhere: one entry a state, with groups numbered from 0. States of a
    /// group cannot be told apart (Sutton & Barto (2018), section 9.3, state aggregation; Example 13.1 has a single
    /// group).
    case groups([Int])
    /// A row of `width` numbers for each state, one after another.
    case table([Float], width: Int)
    /// The features of the tokens that states are made of, written when they are asked for.
    case tokens(TokenLayout)

    /// Row and column of each cell of a grid, scaled to [-1, 1]; a side of one cell gives 0.
    public static func coordinates(of grid: GridLayout) -> Features {
      func scaled(_ place: Int, of count: Int) -> Float { count > 1 ? 2 * Float(place) / Float(count - 1) - 1 : 0 }
      var rows: [Float] = []
      rows.reserveCapacity(2 * grid.rows * grid.columns)
      for row in 0..<grid.rows {
        for column in 0..<grid.columns {
          rows.append(scaled(row, of: grid.rows))
          rows.append(scaled(column, of: grid.columns))
        }
      }
      return .table(rows, width: 2)
    }
  }

  /// How many numbers an observation has.
  public let observationCount: Int
  /// After how many steps an episode is truncated unless a configuration says otherwise; nil for never.
  public let timeLimit: Int?
  @usableFromInline var simulation: FiniteSimulation
  @usableFromInline let form: Form
  @usableFromInline let groups: [Int32]
  @usableFromInline let table: [Float]
  @usableFromInline let layout: TokenLayout?

  @usableFromInline enum Form: Sendable {
    case oneHot, groups, table, tokens
  }

  /// Views a finite task.
  ///
  /// - Parameters:
  ///   - simulation: The task.
  ///   - features: How states become vectors; groups and tables have an entry for each state of the task.
  ///   - timeLimit: After how many steps an episode is truncated; nil for never.
  public init(_ simulation: FiniteSimulation, features: Features = .oneHot, timeLimit: Int? = nil) {
    let states = simulation.space.stateCount
    self.simulation = simulation
    self.timeLimit = timeLimit
    layout = if case .tokens(let layout) = features { layout } else { nil }
    switch features {
    case .oneHot:
      (form, groups, table, observationCount) = (.oneHot, [], [], states)
    case .groups(let numbers):
      precondition(numbers.count == states, "\(numbers.count) groups' numbers for \(states) states")
      precondition(numbers.allSatisfy { $0 >= 0 && $0 < states }, "a group's number is not in [0, \(states))")
      (form, groups, table, observationCount) = (.groups, numbers.map(Int32.init), [], numbers.max()! + 1)
    case .table(let numbers, let width):
      precondition(width > 0 && numbers.count == states * width, "\(numbers.count) numbers for \(states) × \(width)")
      (form, groups, table, observationCount) = (.table, [], numbers, width)
    case .tokens(let layout):
      precondition(
        layout.answerLengths.count == states, "a layout of \(layout.answerLengths.count) states for \(states)")
      (form, groups, table, observationCount) = (.tokens, [], [], layout.width)
    }
  }

  /// The state of the task, in `[0, stateCount)`, however it is seen.
  @inlinable public var state: Int { simulation.state }

  /// States and actions of the task.
  public var space: ActionSpace { simulation.space }

  /// As many actions as the state with the most of them offers; see ``availableActions``.
  public var actionSpace: VectorActionSpace { .discrete(simulation.space.width) }

  /// How many actions the current state offers.
  @inlinable public var availableActions: Int { simulation.space.actions(in: simulation.state) }

  /// Whether no state offers fewer actions than another.
  public var offersAllActions: Bool { simulation.space.counts.isEmpty }

  /// The place of the observation's 1; nil where a table or tokens give the features.
  @inlinable public var stateIndex: Int? {
    switch form {
    case .oneHot: simulation.state
    case .groups: Int(groups[simulation.state])
    case .table, .tokens: nil
    }
  }

  /// Begins an episode in a state drawn from the start distribution.
  @inlinable
  public mutating func reset(using stream: inout RandomStream) { _ = simulation.reset(using: &stream) }

  /// Takes an action in the current state.
  @inlinable
  public mutating func step(action: Int, using stream: inout RandomStream) -> VectorOutcome {
    assert(action >= 0 && action < availableActions, "action \(action) of \(availableActions) in state \(state)")
    let outcome = simulation.step(action, using: &stream)
    return VectorOutcome(reward: outcome.reward, terminated: outcome.terminated)
  }

  /// Writes the features of the current state.
  @inlinable
  public func observe(into observation: UnsafeMutablePointer<Float>) {
    if let place = stateIndex {
      observation.update(repeating: 0, count: observationCount)
      observation[place] = 1
    } else if form == .tokens {
      layout.unsafelyUnwrapped.write(simulation.state, into: observation)
    } else {
      let first = simulation.state * observationCount
      for k in 0..<observationCount { observation[k] = table[first + k] }
    }
  }
}

extension FiniteVectorView: Checkpointable {
  /// Appends the current state.
  public func save(to writer: inout StateWriter) { simulation.save(to: &writer) }

  /// Takes up the current state.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try simulation.restore(from: &reader)
  }
}
