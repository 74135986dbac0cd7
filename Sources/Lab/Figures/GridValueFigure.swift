/// A value function and a policy on a grid: a coloured cell a state, an arrow an action.
///
/// Where several actions are optimal each has its arrow; staying is a dot.
public struct GridValueFigure: Figure {
  /// What a cell is.
  public enum CellKind: String, Sendable, CaseIterable {
    /// An ordinary state.
    case free
    /// Not a state.
    case wall
    /// Where episodes start.
    case start
    /// The goal.
    case goal
    /// A cell that one should keep out of.
    case hazard

    /// The letter in the corner of the cell.
    var letter: String {
      switch self {
      case .free, .wall: ""
      case .start: "S"
      case .goal: "G"
      case .hazard: "X"
      }
    }
  }

  /// One of the king's moves, or staying.
  public enum Move: Int, Sendable, CaseIterable {
    /// One row up.
    case north
    /// One row up and one column right.
    case northEast
    /// One column right.
    case east
    /// One row down and one column right.
    case southEast
    /// One row down.
    case south
    /// One row down and one column left.
    case southWest
    /// One column left.
    case west
    /// One row up and one column left.
    case northWest
    /// Not moving.
    case stay

    /// The unit vector, y down; zero for staying.
    var direction: (x: Double, y: Double) {
      let diagonal = 0.7071067811865476
      return switch self {
      case .north: (0, -1)
      case .northEast: (diagonal, -diagonal)
      case .east: (1, 0)
      case .southEast: (diagonal, diagonal)
      case .south: (0, 1)
      case .southWest: (-diagonal, diagonal)
      case .west: (-1, 0)
      case .northWest: (-diagonal, -diagonal)
      case .stay: (0, 0)
      }
    }
  }

  /// One cell.
  public struct Cell: Sendable, Equatable {
    /// What it is.
    public var kind: CellKind
    /// The state's value; NaN where there is none.
    public var value: Double
    /// The optimal or greedy actions; each is drawn once.
    public var moves: [Move]

    /// A cell; without a value and without arrows unless told otherwise.
    public init(_ kind: CellKind = .free, value: Double = .nan, moves: [Move] = []) {
      self.kind = kind
      self.value = value
      self.moves = moves
    }
  }

  /// What stands above the figure.
  public var title: String
  /// A smaller line below the title.
  public var subtitle: String
  /// `cells[row][column]`, all rows of one length; row 0 is the topmost, as maps are written.
  public let cells: [[Cell]]
  /// What the colours mean: title, unit, scale and limits.
  public var valueAxis: FigureAxis
  /// How values become colours.
  public var colors: FigureColorMap
  /// Written below the columns, such as the strength of the wind; empty, or one a column.
  public let columnLabels: [String]
  /// Whether cells that are large enough carry their value as a number.
  public var showsValues: Bool
  /// Where the explanation of the letters goes.
  public var legend: LegendPlacement

  /// A value function on a grid.
  ///
  /// - Parameters:
  ///   - title: What stands above the figure.
  ///   - subtitle: A smaller line below it.
  ///   - cells: Rows of cells, the topmost first, all of one length.
  ///   - valueAxis: What the colours mean.
  ///   - colors: How values become colours.
  ///   - columnLabels: Written below the columns; empty, or one a column.
  ///   - showsValues: Whether cells that are large enough carry their value as a number.
  ///   - legend: Where the explanation of the letters goes.
  public init(
    title: String, subtitle: String = "", cells: [[Cell]], valueAxis: FigureAxis = FigureAxis("value"),
    colors: FigureColorMap = .sequential, columnLabels: [String] = [], showsValues: Bool = true,
    legend: LegendPlacement = .below
  ) {
    let columns = cells.first?.count ?? 0
    for (i, row) in cells.enumerated() {
      precondition(row.count == columns, "row 0 has \(columns) cells, row \(i) has \(row.count)")
    }
    precondition(
      columnLabels.isEmpty || columnLabels.count == columns,
      "\(columns) columns but \(columnLabels.count) column labels")
    self.title = title
    self.subtitle = subtitle
    self.cells = cells
    self.valueAxis = valueAxis
    self.colors = colors
    self.columnLabels = columnLabels
    self.showsValues = showsValues
    self.legend = legend
  }

  /// The figure as one panel.
  public var panels: [FigurePanel] {
    let drawing = GridDrawing(self)
    return [
      FigurePanel(
        title: title, subtitle: subtitle, description: drawing.description, size: drawing.size, names: [],
        entries: { _ in drawing.entries }, draw: { canvas, frame, _ in drawing.draw(on: &canvas, in: frame) })
    ]
  }
}
