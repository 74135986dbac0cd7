import RLCore

/// Gymnasium's `Taxi-v4` (1.4), after Dietterich (2000): fetch a passenger at one of four stands and bring them to
/// another.
///
/// A state is `((row * 5 + column) * 5 + passenger) * 4 + destination`; stands are 0 R, 1 G, 2 Y, 3 B, and passenger 4
/// is aboard. Actions are 0 south, 1 north, 2 east, 3 west, 4 pickup, 5 dropoff. A step costs 1, a pickup or dropoff at
/// the wrong place 10; bringing the passenger where they want earns 20 and ends the episode. Putting them down at
/// another stand is allowed. The 300 starts are equally likely. States in which the passenger stands at the destination
/// lie after the end: they have no actions.
///
/// In the rain a move goes its way with `rainy_probability` and to each side with half the rest; where the way ahead is
/// blocked the taxi does not move at all.
///
/// A fickle passenger changes the destination, with `fickle_probability` and to one of the other three alike, when the
/// taxi first moves with them aboard, and never again. Whether that moment lies behind is part of the state here
/// (Gymnasium keeps it to itself and out of its table): state `500 + s` is Gymnasium's `s` after it, and episodes begin
/// before it.
///
/// Episodes are cut off after 200 steps.
public enum Taxi: FiniteEnvironment {
  static let isRainy = Parameter.flag("is_rainy", default: false, "whether a move may go to a side")
  static let ficklePassenger = Parameter.flag(
    "fickle_passenger", default: false, "whether the passenger may change the destination on the first ride")
  static let rainyProbability = Parameter.real(
    "rainy_probability", default: 0.8, in: .unit, "in the rain, the probability that a move goes its way")
  static let fickleProbability = Parameter.real(
    "fickle_probability", default: 0.3, in: .unit, "the probability that a fickle passenger changes the destination")

  /// What configurations and readers see.
  public static let about = About(
    id: "taxi",
    summary: "fetch a passenger at one of four stands and bring them to another",
    source: "Gymnasium 1.4 Taxi-v4; Dietterich (2000), JAIR 13, sections 2 and 7.1",
    parameters: [
      isRainy.declaration, ficklePassenger.declaration, rainyProbability.declaration, fickleProbability.declaration,
    ])

  private static let tableSize = 500
  private static let aboard = 4
  private static let actionLabels = ["south", "north", "east", "west", "pickup", "dropoff"]
  /// For a move south, north, east or west the moves to its left and right.
  private static let leftAndRight = [[2, 3], [3, 2], [1, 0], [0, 1]]
  private static let standNames = ["R", "G", "Y", "B"]

  /// Builds the task.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let rain = settings[isRainy] ? settings[rainyProbability] : nil
    let change = settings[ficklePassenger] ? settings[fickleProbability] : nil
    let halves = change == nil ? 1 : 2
    var builder = FiniteMDPBuilder(states: halves * tableSize, actions: actionLabels.count)
    for half in 0..<halves {
      for number in 0..<tableSize {
        let state = State(number)
        if state.isOver { continue }
        for action in actionLabels.indices {
          builder.addPair(state: half * tableSize + number, action: action)
          for outcome in outcomes(from: state, action: action, rain: rain) {
            let next = outcome.next
            if let change, half == 0, state.passenger == aboard, next.cell != state.cell {
              for destination in 0..<4 {
                var settled = next
                settled.destination = destination
                let share = destination == next.destination ? 1 - change : change / 3
                builder.addOutcome(
                  probability: outcome.probability * share, next: tableSize + settled.number, reward: outcome.reward)
              }
            } else {
              builder.addOutcome(
                probability: outcome.probability, next: half * tableSize + next.number, reward: outcome.reward,
                terminated: outcome.ends)
            }
          }
        }
      }
    }
    let starts = (0..<tableSize).filter { number in
      let state = State(number)
      return state.passenger != aboard && !state.isOver
    }
    let labels = (0..<halves * tableSize).map { number in
      State(number % tableSize).label + (number < tableSize ? "" : ", settled")
    }
    let model = try builder.build(
      initial: .uniform(over: starts), stateLabels: .listed(labels), actionLabels: actionLabels)
    return FiniteTask(model: model, timeLimit: 200)
  }

  private struct State {
    var row: Int
    var column: Int
    var passenger: Int
    var destination: Int

    init(_ number: Int) {
      destination = number % 4
      passenger = number / 4 % 5
      column = number / 20 % 5
      row = number / 100
    }

    var number: Int { ((row * 5 + column) * 5 + passenger) * 4 + destination }
    var cell: Int { row * 5 + column }
    var isOver: Bool { passenger == destination }

    /// The stand that the taxi is at, if any.
    var stand: Int? {
      switch (row, column) {
      case (0, 0): 0
      case (0, 4): 1
      case (4, 0): 2
      case (4, 3): 3
      default: nil
      }
    }

    var label: String {
      let place = passenger == aboard ? "aboard" : "at \(standNames[passenger])"
      return "taxi (\(row),\(column)), passenger \(place), to \(standNames[destination])"
    }

    /// The state after a move south, north, east or west; the same where a wall is in the way.
    func moved(_ direction: Int) -> State {
      var next = self
      switch direction {
      case 0: next.row = min(row + 1, 4)
      case 1: next.row = max(row - 1, 0)
      case 2: if column < 4 && !hasWall(eastOf: column) { next.column += 1 }
      default: if column > 0 && !hasWall(eastOf: column - 1) { next.column -= 1 }
      }
      return next
    }

    private func hasWall(eastOf column: Int) -> Bool {
      switch row {
      case 0, 1: column == 1
      case 3, 4: column == 0 || column == 2
      default: false
      }
    }
  }

  private struct Effect {
    var probability = 1.0
    var next: State
    var reward = -1.0
    var ends = false
  }

  private static func outcomes(from state: State, action: Int, rain: Double?) -> [Effect] {
    switch action {
    case 4:
      var next = state
      if state.passenger != aboard && state.passenger == state.stand {
        next.passenger = aboard
        return [Effect(next: next)]
      }
      return [Effect(next: next, reward: -10)]
    case 5:
      guard state.passenger == aboard, let stand = state.stand else { return [Effect(next: state, reward: -10)] }
      var next = state
      next.passenger = stand
      let arrived = stand == state.destination
      return [Effect(next: next, reward: arrived ? 20 : -1, ends: arrived)]
    default:
      let ahead = state.moved(action)
      guard let rain else { return [Effect(next: ahead)] }
      let isBlocked = ahead.cell == state.cell
      let sides = leftAndRight[action].map { isBlocked ? state : state.moved($0) }
      return [Effect(probability: rain, next: ahead)]
        + sides.map { Effect(probability: (1 - rain) / 2, next: $0) }
    }
  }
}
