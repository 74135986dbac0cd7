/// What can be wrong with the numbers of a finite model; each case names its place and says how to mend it.
public enum ModelError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The model has no state.
  case noStates
  /// The model has more outcomes than its 32-bit indices can hold.
  case tooLarge(outcomes: Int)
  /// A state's number is not in `[0, states)`.
  case stateOutOfRange(Int, states: Int)
  /// An action's number is not in `[0, actions)`.
  case actionOutOfRange(state: Int, action: Int, actions: Int)
  /// A next state's number is not in `[0, states)`.
  case nextStateOutOfRange(Int, state: Int, action: Int, states: Int)
  /// A pair came twice, or after a later one.
  case pairOutOfOrder(state: Int, action: Int)
  /// A probability is negative, above 1, or not a number.
  case invalidProbability(Double, state: Int, action: Int)
  /// A reward is infinite or not a number.
  case invalidReward(Double, state: Int, action: Int)
  /// The probabilities of a pair do not sum to 1.
  case rowSum(Double, state: Int, action: Int)
  /// A start probability is negative, above 1, or not a number.
  case invalidStart(Double, state: Int)
  /// The start distribution does not sum to 1.
  case startSum(Double)
  /// There are more or fewer labels than states or actions.
  case labelCount(String, Int, expected: Int)

  /// One line that says where, what and how to mend it.
  public var description: String {
    switch self {
    case .noStates: "the model has no states; give at least one"
    case .tooLarge(let outcomes):
      "the model has \(outcomes) outcomes; at most \(Int32.max - 1) fit: choose a smaller size"
    case .stateOutOfRange(let state, let states):
      "state \(state) is not in [0, \(states)); mend the number or raise \"states\""
    case .actionOutOfRange(let state, let action, let actions):
      "state \(state): action \(action) is not in [0, \(actions)); mend the number or raise \"actions\""
    case .nextStateOutOfRange(let next, let state, let action, let states):
      "state \(state), action \(action): next state \(next) is not in [0, \(states)); mend the number or raise \"states\""
    case .pairOutOfOrder(let state, let action):
      "state \(state), action \(action): the pair came twice or out of order; add pairs by rising state, then action"
    case .invalidProbability(let p, let state, let action):
      "state \(state), action \(action): the probability \(p) is not in [0, 1]; mend the number"
    case .invalidReward(let reward, let state, let action):
      "state \(state), action \(action): the reward \(reward) is not a finite number; write a finite one"
    case .rowSum(let sum, let state, let action):
      "state \(state), action \(action): the probabilities sum to \(sum); make them sum to 1 (within 1e-9)"
    case .invalidStart(let p, let state):
      "the start probability \(p) of state \(state) is not in [0, 1]; mend the number"
    case .startSum(let sum): "the start probabilities sum to \(sum); make them sum to 1 (within 1e-9)"
    case .labelCount(let what, let count, let expected): "\(what) has \(count) entries; give \(expected), one each"
    }
  }
}
