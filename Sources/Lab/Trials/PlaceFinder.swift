import RLCore

/// Tells where an agent is by what its method sees of the task, for pictures.
struct PlaceFinder {
  private enum Seen {
    /// Places in a one-hot vector are states.
    case states
    /// What several states look like tells none of them.
    case places([Int: Int?])
    case rows([[Float]: Int?])
    /// The task is observed as a vector.
    case vectors
  }

  private let seen: Seen

  init(_ task: PreparedTask, _ view: VectorTask) {
    if task.vector != nil {
      seen = .vectors
    } else if let all = task.allObservations(view) {
      if !view.usesStateIndices {
        let rows = (0..<all.count).map { (Self.row($0, of: all), Optional($0)) }
        seen = .rows(Dictionary(rows) { _, _ in nil })
      } else if view.groups == nil && task.observations == nil {
        seen = .states
      } else {
        seen = .places(Dictionary((0..<all.count).map { (all.states[$0], Optional($0)) }) { _, _ in nil })
      }
    } else {
      // Samples of numbered states, or of what a process of its own shows.
      seen = view.usesStateIndices ? .states : .vectors
    }
  }

  private static func row(_ row: Int, of store: ObservationStore) -> [Float] {
    Array(store.numbers[row * store.width..<(row + 1) * store.width])
  }

  /// Where the agent is that sees a row.
  func place(in store: ObservationStore, row: Int) -> AgentPlace {
    switch seen {
    case .states: AgentPlace(state: store.states[row])
    case .places(let states): AgentPlace(state: states[store.states[row]] ?? nil)
    case .rows(let states): AgentPlace(state: states[Self.row(row, of: store)] ?? nil)
    case .vectors: AgentPlace(observation: store.usesStateIndices ? [] : Self.row(row, of: store))
    }
  }
}
