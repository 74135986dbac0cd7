import RLCore

/// The moves of a grid task, in the order of its action numbers.
struct Compass {
  let labels: [String]
  let moves: [GridLayout.Move]

  /// Gymnasium's order in CliffWalking, and this project's own.
  static let four = Compass("up", "right", "down", "left")
  /// The four, then the diagonals clockwise.
  static let eight = Compass("up", "right", "down", "left", "up-right", "down-right", "down-left", "up-left")

  /// Moves by their names, in the order of their action numbers.
  init(_ labels: String...) {
    self.init(labels)
  }

  /// Moves by their names, in the order of their action numbers.
  init(_ labels: [String]) {
    self.labels = labels
    moves = labels.map(Self.move)
  }

  /// The same moves with one more, the last, that goes nowhere.
  var staying: Compass { Compass(labels + ["stay"]) }

  private static func move(named label: String) -> GridLayout.Move {
    switch label {
    case "up": .init(rows: -1, columns: 0)
    case "right": .init(rows: 0, columns: 1)
    case "down": .init(rows: 1, columns: 0)
    case "left": .init(rows: 0, columns: -1)
    case "up-right": .init(rows: -1, columns: 1)
    case "down-right": .init(rows: 1, columns: 1)
    case "down-left": .init(rows: 1, columns: -1)
    case "up-left": .init(rows: -1, columns: -1)
    case "stay": .init(rows: 0, columns: 0)
    default: preconditionFailure("no move is called \(label)")
    }
  }

  /// A direction that a move may take, and how likely.
  struct Drift {
    let direction: Int
    let probability: Double
  }

  /// For each action the directions that it may take: the side to its left, itself, the side to its right. The sides
  /// are the nearest other directions: at right angles where there are four moves, at 45° where there are eight.
  /// Staying never drifts.
  func drifts(ahead: Double, side: Double) -> [[Drift]] {
    moves.indices.map { action in
      let move = moves[action]
      guard move != GridLayout.Move(rows: 0, columns: 0), side > 0 else {
        return [Drift(direction: action, probability: 1)]
      }
      let diagonals = labels.contains("up-right")
      // A turn to the right by 45° takes (r, c) to the signs of (r + c, c − r); two of them make a right angle.
      var turns = [move]
      for _ in 1..<8 { turns.append(Self.turned(turns[turns.count - 1])) }
      let right = moves.firstIndex(of: turns[diagonals ? 1 : 2])!
      let left = moves.firstIndex(of: turns[diagonals ? 7 : 6])!
      let all = [
        Drift(direction: left, probability: side), Drift(direction: action, probability: ahead),
        Drift(direction: right, probability: side),
      ]
      return all.filter { $0.probability > 0 }
    }
  }

  private static func turned(_ move: GridLayout.Move) -> GridLayout.Move {
    .init(rows: (move.rows + move.columns).signum(), columns: (move.columns - move.rows).signum())
  }
}
