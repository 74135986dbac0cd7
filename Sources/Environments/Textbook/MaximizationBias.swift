import RLCore

/// The task of Sutton & Barto, Example 6.7, in which the maximum over noisy estimates passes for value.
///
/// Episodes begin in A. Right ends the episode with reward 0. Left leads to B, with reward 0, where each of many actions ends the episode with
/// a reward from N(−0.1, 1): every try of left costs 0.1 in the mean, though for long some action of B looks better than 0. An
/// episode that went left has two steps, one that went right has one, so the share of left is the mean length less 1.
///
/// State 0 is A, with the actions 0 left and 1 right; state 1 is B. Both ends name the state in which they were reached.
public struct MaximizationBias: SampledEnvironment, Sendable {
  static let actions = Parameter.integer(
    "actions", default: 10, in: 1...1_000_000, "how many actions B offers; the book says many")
  static let mean = Parameter.real("mean", symbol: "μ", default: -0.1, "the mean reward of every action in B")
  static let deviation = Parameter.real(
    "deviation", symbol: "σ", default: 1, in: .nonnegative, "the standard deviation of the rewards in B")

  /// What configurations and readers see.
  public static let about = About(
    id: "maximization-bias", summary: "two states: going left costs a little in the mean, and looks good by chance",
    source: "Sutton & Barto (2018), Example 6.7",
    parameters: [actions.declaration, mean.declaration, deviation.declaration])

  /// Two actions in A, many in B.
  public let space: ActionSpace
  private let mean: Double
  private let deviation: Double
  private var state = 0

  private static let a = 0
  private static let b = 1
  private static let left = 0

  /// Makes the task.
  public init(_ settings: Settings) {
    space = ActionSpace(counts: [2, settings[Self.actions]])
    mean = settings[Self.mean]
    deviation = settings[Self.deviation]
  }

  /// Begins an episode: always in A. Draws nothing.
  public mutating func reset(using stream: inout RandomStream) -> Int {
    state = Self.a
    return state
  }

  /// Takes an action of the current state; those of B draw a normal number.
  public mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
    if state == Self.b {
      return Outcome(observation: state, reward: mean + deviation * stream.normal(), terminated: true)
    }
    if action != Self.left { return Outcome(observation: state, reward: 0, terminated: true) }
    state = Self.b
    return Outcome(observation: state, reward: 0, terminated: false)
  }

  /// Appends the state.
  public func save(to writer: inout StateWriter) { writer.write(state) }

  /// Takes up the state.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let stored = try reader.integer()
    guard stored == Self.a || stored == Self.b else { throw StateError("state \(stored) is neither A nor B") }
    state = stored
  }
}
