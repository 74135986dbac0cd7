import RLCore

/// What all grid tasks of one moving agent share: a move leads one cell on, or nowhere where a wall or the edge is in
/// the way.
///
/// The reward is that of the cell in which the move arrives; a move that is stopped earns `bump` instead. Two moves
/// that lead to the same cell stay two outcomes, so that all rows of the model have the same shape.
struct GridRules {
  /// The actions.
  var compass: Compass
  /// For each action the directions that it may take.
  var drifts: [[Compass.Drift]]
  /// The reward of arriving in a free or start cell.
  var step: Double
  /// The reward of arriving in a goal.
  var goal: Double
  /// The reward of arriving in a hazard.
  var hazard: Double
  /// The reward of being stopped by a wall or the edge.
  var bump: Double
  /// Whether a goal ends the episode.
  var endsAtGoal = true
  /// Whether a hazard ends the episode.
  var endsAtHazard = true

  /// Builds the task. Walls and cells that end the episode are states without actions.
  ///
  /// - Parameter starts: Where episodes begin, all equally likely; by default the start cells of the map.
  func task(on map: GridMap, starts: [Int]? = nil, timeLimit: Int? = nil) throws -> FiniteTask {
    let cells = map.cells
    let acting = cells.reduce(0) { $0 + (offersActions($1) ? 1 : 0) }
    let outcomes = drifts.reduce(0) { $0 + $1.count }
    var builder = FiniteMDPBuilder(
      states: cells.count, actions: drifts.count, expectedPairs: acting * drifts.count,
      expectedOutcomes: acting * outcomes)
    var arrivals = [Arrival](repeating: Arrival(), count: compass.moves.count)
    for row in 0..<map.rows {
      for column in 0..<map.columns {
        let state = row * map.columns + column
        if !offersActions(cells[state]) { continue }
        for direction in arrivals.indices {
          let move = compass.moves[direction]
          arrivals[direction] = arrival(on: map, row: row, column: column, move: move)
        }
        for action in drifts.indices {
          builder.addPair(state: state, action: action)
          for drift in drifts[action] {
            let arrival = arrivals[drift.direction]
            builder.addOutcome(
              probability: drift.probability, next: arrival.state, reward: arrival.reward,
              terminated: arrival.ends)
          }
        }
      }
    }
    let model = try builder.build(
      initial: .uniform(over: starts ?? map.starts), stateLabels: .cells(columns: map.columns),
      actionLabels: compass.labels)
    let layout = GridLayout(rows: map.rows, columns: map.columns, cells: cells, moves: compass.moves)
    return FiniteTask(model: model, grid: layout, timeLimit: timeLimit)
  }

  private struct Arrival {
    var state = 0
    var reward = 0.0
    var ends = false
  }

  private func arrival(on map: GridMap, row: Int, column: Int, move: GridLayout.Move) -> Arrival {
    let (nextRow, nextColumn) = (row + move.rows, column + move.columns)
    if nextRow < 0 || nextRow >= map.rows || nextColumn < 0 || nextColumn >= map.columns {
      return Arrival(state: row * map.columns + column, reward: bump)
    }
    let next = nextRow * map.columns + nextColumn
    return switch map.cells[next] {
    case .wall: Arrival(state: row * map.columns + column, reward: bump)
    case .goal: Arrival(state: next, reward: goal, ends: endsAtGoal)
    case .hazard: Arrival(state: next, reward: hazard, ends: endsAtHazard)
    case .free, .start: Arrival(state: next, reward: step)
    }
  }

  private func offersActions(_ cell: GridLayout.Cell) -> Bool {
    switch cell {
    case .wall: false
    case .goal: !endsAtGoal
    case .hazard: !endsAtHazard
    case .free, .start: true
    }
  }
}

extension [StateProbability] {
  /// Every one of some states equally likely.
  static func uniform(over states: [Int]) -> [StateProbability] {
    states.map { StateProbability(state: $0, probability: 1 / Double(states.count)) }
  }
}
