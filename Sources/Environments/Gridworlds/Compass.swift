import RLCore

/// The moves of a grid task, in the order of its action numbers.
struct Compass {
  let labels: [String]
  let moves: [GridLayout.Move]

  /// Gymnasium's order in CliffWalking, and this project's own: up, right, down, left.
  static let four = Compass(
    labels: ["up", "right", "down", "left"],
    moves: [
      .init(rows: -1, columns: 0), .init(rows: 0, columns: 1), .init(rows: 1, columns: 0), .init(rows: 0, columns: -1),
    ])
}
