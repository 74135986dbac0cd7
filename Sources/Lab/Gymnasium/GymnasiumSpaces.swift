import RLCore

/// What a Gymnasium environment shows and takes, as the bridge tells it.
struct GymnasiumSpaces: Sendable, Equatable {
  /// What is observed.
  enum Observation: Sendable, Equatable {
    /// One of as many states: `Discrete`, or `MultiDiscrete` and `Tuple` of such, numbered with the last part running fastest.
    case states(Int)
    /// As many numbers, between bounds that may be infinite: `Box`, row by row.
    case numbers(low: [Double], high: [Double])
  }

  let observation: Observation
  let actions: VectorActionSpace
  /// After how many steps Gymnasium's own `TimeLimit` truncates; nil for never.
  let timeLimit: Int?

  /// How many numbers an observation has; of states, how many there are.
  var observationCount: Int {
    switch observation {
    case .states(let count): count
    case .numbers(let low, _): low.count
    }
  }

  /// Whether states are numbered.
  var isNumbered: Bool { if case .states = observation { true } else { false } }

  /// Reads the bridge's answer.
  ///
  /// - Throws: ``BridgeFault`` where it says that there is none, or cannot be read.
  init(answer: Setting) throws(BridgeFault) {
    if let error = answer["error"]?.text {
      throw BridgeFault(kind: .init(rawValue: error) ?? .make, message: answer["message"]?.text ?? "no reason is given")
    }
    func bounds(_ setting: Setting?) throws(BridgeFault) -> (low: [Double], high: [Double])? {
      guard let low = setting?["low"]?.elements, let high = setting?["high"]?.elements else { return nil }
      let numbers = (low.compactMap(\.number), high.compactMap(\.number))
      guard numbers.0.count == low.count, numbers.1.count == low.count, high.count == low.count, !low.isEmpty else {
        throw Self.unreadable
      }
      return numbers
    }
    if let count = answer["observation"]?["states"]?.whole {
      guard count >= 1 else { throw Self.unreadable }
      // The table of a learner has a row for each.
      guard count <= 50_000_000 else {
        throw BridgeFault(kind: .space, message: "observations of \(count) states, more than a table can have")
      }
      observation = .states(count)
    } else if let (low, high) = try bounds(answer["observation"]) {
      observation = .numbers(low: low, high: high)
    } else {
      throw Self.unreadable
    }
    if let count = answer["action"]?["actions"]?.whole, (1...10_000_000).contains(count) {
      actions = .discrete(count)
    } else if let (low, high) = try bounds(answer["action"]) {
      actions = .continuous(low: low.map { Float($0) }, high: high.map { Float($0) })
    } else {
      throw Self.unreadable
    }
    timeLimit = answer["time_limit"]?.whole.flatMap { $0 > 0 ? $0 : nil }
  }

  private static let unreadable = BridgeFault(kind: .make, message: "its spaces cannot be read")
}
