import RLCore

/// Evenly spaced observations of a task that is observed as two numbers: where what was learned is told, as it is for the states of a table.
///
/// The range of each number is cut into 25 parts, whose middles are the points. The first number rises from column to column, the second falls
/// from row to row, and points are numbered row by row.
@usableFromInline
struct ObservationGrid: Sendable {
  /// The parts of each range.
  static let side = 25

  private let ranges: [ClosedRange<Double>]
  /// The actions of the task, offered everywhere.
  let actionCount: Int

  /// The grid of a task; nil where it is not observed as two numbers, or its actions are not numbered.
  @usableFromInline
  init?(_ task: PreparedTask) {
    guard let vector = task.vector, vector.observationCount == 2, vector.actionSpace.isDiscrete else { return nil }
    ranges = vector.prototype.observationRanges
    guard ranges.count == 2 else { return nil }
    actionCount = vector.actionSpace.count
  }

  /// The points as states of a table.
  @usableFromInline var space: ActionSpace { ActionSpace(states: Self.side * Self.side, actions: actionCount) }

  /// The two numbers of a point.
  @usableFromInline
  func observation(_ point: Int) -> [Double] {
    let (row, column) = (point / Self.side, point % Self.side)
    func middle(_ part: Int, of range: ClosedRange<Double>) -> Double {
      range.lowerBound + (Double(part) + 0.5) * (range.upperBound - range.lowerBound) / Double(Self.side)
    }
    return [middle(column, of: ranges[0]), middle(Self.side - 1 - row, of: ranges[1])]
  }

  /// What a point is called.
  func label(_ point: Int) -> String { "(" + observation(point).map { "\(Float($0))" }.joined(separator: ",") + ")" }

  /// How figures lay the points out.
  var layout: GridLayout {
    GridLayout(
      rows: Self.side, columns: Self.side,
      cells: [GridLayout.Cell](repeating: .free, count: Self.side * Self.side), moves: [])
  }

  /// The points as rows of observations.
  var store: ObservationStore {
    let count = Self.side * Self.side
    var store = ObservationStore(count: count, width: 2, usesStateIndices: false, offersAllActions: true)
    for point in 0..<count {
      for (k, number) in observation(point).enumerated() { store.numbers[2 * point + k] = Float(number) }
    }
    return store
  }
}
