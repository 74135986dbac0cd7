/// What a step gives back.
public struct Outcome<Observation> {
  /// What the agent sees next; at an end, the state that the episode ended in.
  public var observation: Observation
  /// The reward of the step, in the task's units.
  public var reward: Double
  /// Whether the episode ended because the task is over: nothing after it counts, and nothing is bootstrapped.
  public var terminated: Bool
  /// Whether the episode was cut off by something that is not part of the task: learners bootstrap from the observation.
  public var truncated: Bool

  /// What a step gives back.
  @inlinable @inline(__always)
  public init(observation: Observation, reward: Double, terminated: Bool, truncated: Bool = false) {
    self.observation = observation
    self.reward = reward
    self.terminated = terminated
    self.truncated = truncated
  }
}

/// A task that gives samples: the least that a learner can ask for.
///
/// An environment is a value: a copy shares nothing with the original. It draws from the stream that it is handed and from nothing
/// else. `terminated` and `truncated` are two things everywhere.
public protocol Environment {
  /// What the agent sees: a state's number, or a vector of features.
  associatedtype Observation
  /// What the agent does: an action's number, or a vector.
  associatedtype Action

  /// Draws what is fixed for a whole trial, before its first episode: a bandit's means. The default draws nothing.
  mutating func prepare(using stream: inout RandomStream)

  /// Begins an episode.
  ///
  /// - Returns: The first observation.
  mutating func reset(using stream: inout RandomStream) -> Observation

  /// Takes an action in the current state.
  mutating func step(_ action: Action, using stream: inout RandomStream) -> Outcome<Observation>

  /// Why the task cannot go on, where it lives outside this program and has failed: from then on every episode is over at once. The default is
  /// that nothing fails.
  var failure: String? { get }
}

extension Environment {
  /// Nothing fails.
  public var failure: String? { nil }
  /// Draws nothing.
  public mutating func prepare(using stream: inout RandomStream) {}
}

/// An environment of numbered states and actions, on which tabular learners work.
///
/// An action is given by its place among the actions that the state offers, in `[0, actions(in: state))`; where every state offers
/// every action, that is the action's number.
public protocol TabularEnvironment: Environment, Checkpointable where Observation == Int, Action == Int {
  /// How many states there are and how many actions each offers.
  var space: ActionSpace { get }

  /// Begins an episode in a state drawn uniformly from all in which one can act, for exploring starts.
  mutating func resetAnywhere(using stream: inout RandomStream) -> Int
}

/// A task made once from its settings, whose model is known: it is built into a ``FiniteMDP``, which planners, exact evaluation and
/// simulation all read.
public protocol FiniteEnvironment: Configurable {
  /// Builds the task.
  ///
  /// - Throws: ``SettingProblem`` where settings contradict each other, ``ModelError`` where given probabilities do not form a model.
  static func task(_ settings: Settings) throws -> FiniteTask
}

/// A finite task: its model, and what the model does not say.
public struct FiniteTask: Sendable {
  /// The exact model.
  public var model: FiniteMDP
  /// The grid that the states lie on, if they do, for drawing.
  public var grid: GridLayout?
  /// After how many steps an episode is truncated; nil for never. No part of the model.
  public var timeLimit: Int?
  /// What learners see of the states; nil where they see which one it is. No part of the model, which planners know.
  public var observations: Observations?
  /// The tokens that states are made of, where they are sequences.
  public var tokens: TokenLayout?
  /// Where episodes of evaluations begin: in what was held out of training. Nil for where the model's begin.
  public var heldOut: [StateProbability]?

  /// A finite task.
  public init(
    model: FiniteMDP, grid: GridLayout? = nil, timeLimit: Int? = nil, observations: Observations? = nil,
    tokens: TokenLayout? = nil, heldOut: [StateProbability]? = nil
  ) {
    self.model = model
    self.grid = grid
    self.timeLimit = timeLimit
    self.observations = observations
    self.tokens = tokens
    self.heldOut = heldOut
  }
}

/// How states lie on a grid: state `row * columns + column`, row 0 on top.
public struct GridLayout: Sendable, Equatable {
  /// What a cell is.
  public enum Cell: Sendable, Equatable {
    /// Nothing special.
    case free
    /// Where episodes begin.
    case start
    /// What one wants to reach.
    case goal
    /// What cannot be entered.
    case wall
    /// What one wants to avoid.
    case hazard
  }

  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// `rows * columns` cells, row by row.
  public let cells: [Cell]
  /// Where each action points, as (rows down, columns right), by action number; (0, 0) for staying.
  public let moves: [Move]

  /// A move on the grid.
  public struct Move: Sendable, Equatable {
    /// Rows down.
    public let rows: Int
    /// Columns to the right.
    public let columns: Int

    /// A move on the grid.
    public init(rows: Int, columns: Int) {
      self.rows = rows
      self.columns = columns
    }
  }

  /// A layout; there must be as many cells as rows times columns.
  public init(rows: Int, columns: Int, cells: [Cell], moves: [Move]) {
    precondition(cells.count == rows * columns, "\(cells.count) cells for \(rows) × \(columns)")
    self.rows = rows
    self.columns = columns
    self.cells = cells
    self.moves = moves
  }
}
