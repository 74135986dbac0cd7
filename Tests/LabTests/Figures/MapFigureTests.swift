import Testing

@testable import Lab

/// Heat maps, value functions on grids and of other states.
@Suite struct MapFigureTests {
  private func parsed(_ figure: some Figure) throws -> SVGDocument {
    try #require(SVGDocument(figure.svg(theme: .light)))
  }

  private func heatMap(_ values: [[Double]]) -> HeatMapFigure {
    HeatMapFigure(
      title: "t", xTitle: "alpha", xLabels: (0..<(values.first?.count ?? 0)).map { "x\($0)" },
      yTitle: "epsilon",
      yLabels: values.indices.map { "y\($0)" }, values: values, valueAxis: FigureAxis("return"),
      best: .highest)
  }

  @Test func cellsCarryTheirNumbersWithTheFirstRowBelow() throws {
    let document = try parsed(heatMap([[1.5, 2.5], [-300, 12_345]]))
    let texts = document.all("text")
    func place(_ label: String) throws -> FigureRect {
      try #require(texts.first { $0.text == label }?.textBox)
    }
    #expect(try place("1.5").y > place("−300").y)
    #expect(try place("1.5").right < place("2.5").x)
    #expect(try place("12.3k").y < place("2.5").y)
    #expect(try abs(place("y0").y - place("1.5").y) < 1)
    // The best cell is framed, white under black.
    #expect(document.all("rect").filter { $0.attributes["fill"] == "none" }.count == 2)
  }

  @Test func smallCellsCarryNoNumbers() throws {
    let values = (0..<40).map { row in (0..<40).map { Double($0 * 40 + row) + 0.25 } }
    let document = try parsed(heatMap(values))
    #expect(!document.labels.contains { $0.hasSuffix(".25") })
    #expect(document.all("rect").count >= 1600)
  }

  @Test func cellsLeaveNoSeams() throws {
    let document = try parsed(heatMap((0..<7).map { row in (0..<9).map { Double(row * $0) } }))
    let cells = document.all("rect").filter { $0.attributes["shape-rendering"] != nil }.map(\.rect)
    for (i, cell) in cells.prefix(63).enumerated() where i % 9 != 8 { #expect(cell.right == cells[i + 1].x) }
  }

  @Test func missingAndInfiniteCellsAreNotColoured() throws {
    let document = try parsed(heatMap([[.nan, .infinity, 2]]))
    #expect(document.labels.contains("∞"))
    #expect(document.all("rect").contains { $0.attributes["fill"] == "#9A9A9A" })
  }

  @Test func noCellsAreNoData() throws {
    #expect(try parsed(heatMap([])).labels.contains("no data"))
    #expect(try parsed(GridValueFigure(title: "t", cells: [])).labels.contains("no data"))
    #expect(try parsed(StateValueFigure(title: "t", labels: [], series: [])).labels.contains("no data"))
  }

  private func heads(_ cell: GridValueFigure.Cell) throws -> [FigurePoint] {
    let document = try parsed(GridValueFigure(title: "t", cells: [[cell]]))
    // Arrowheads are the one filled path; its first of every three points is a tip.
    let path = document.all("path").first { $0.attributes["fill"] != "none" }
    return stride(from: 0, to: path?.points.count ?? 0, by: 3).compactMap { path?.points[$0] }
  }

  @Test(arguments: GridValueFigure.Move.allCases)
  func arrowsPointTheirWay(move: GridValueFigure.Move) throws {
    let tips = try heads(GridValueFigure.Cell(moves: [move]))
    let document = try parsed(GridValueFigure(title: "t", cells: [[GridValueFigure.Cell(moves: [move])]]))
    if move == .stay {
      #expect(tips.isEmpty && document.all("circle").count == 1)
      return
    }
    let frame = try #require(document.all("rect").last?.rect)
    let tip = try #require(tips.first)
    func sign(_ value: Double) -> Int { value > 1 ? 1 : value < -1 ? -1 : 0 }
    let expected: (Int, Int) =
      switch move {
      case .north: (0, -1)
      case .northEast: (1, -1)
      case .east: (1, 0)
      case .southEast: (1, 1)
      case .south: (0, 1)
      case .southWest: (-1, 1)
      case .west: (-1, 0)
      case .northWest: (-1, -1)
      case .stay: (0, 0)
      }
    #expect((sign(tip.x - frame.centerX), sign(tip.y - frame.centerY)) == expected)
  }

  @Test func tiesHaveAnArrowEach() throws {
    #expect(try heads(GridValueFigure.Cell(moves: [.north, .east, .north])).count == 2)
    #expect(try heads(GridValueFigure.Cell(moves: GridValueFigure.Move.allCases)).count == 8)
    #expect(try heads(GridValueFigure.Cell(moves: [])).isEmpty)
    #expect(try heads(GridValueFigure.Cell(.wall, value: 1, moves: [.north])).isEmpty)
  }

  @Test func cellsAreMarkedAndExplained() throws {
    let document = try parsed(FigureGallery.mapOnly)
    for letter in ["S", "G", "X"] { #expect(document.labels.filter { $0 == letter }.count == 2) }
    for name in ["start", "goal", "hazard", "wall"] { #expect(document.labels.contains(name)) }
    let plain = try parsed(GridValueFigure(title: "t", cells: [[GridValueFigure.Cell(value: 1)]]))
    #expect(!plain.labels.contains("start"))
  }

  @Test func gridsGoDownFromTheFirstRow() throws {
    let cells = [[GridValueFigure.Cell(value: 1.25)], [GridValueFigure.Cell(value: 7.75)]]
    let texts = try parsed(GridValueFigure(title: "t", cells: cells)).all("text")
    let first = try #require(texts.first { $0.text == "1.25" })
    let second = try #require(texts.first { $0.text == "7.75" })
    #expect(first.number("y") < second.number("y"))
  }

  @Test func fewStatesAreBarsFromZero() throws {
    let document = try parsed(FigureGallery.negativeBars)
    let bars = document.all("rect").dropFirst().map(\.rect)
    #expect(bars.count == 14)
    let zeros = bars.dropFirst().map { bar in Set([bar.y, bar.bottom].map { ($0 * 10).rounded() }) }
    // All bars share the zero line.
    #expect(zeros.dropFirst().reduce(zeros[0]) { $0.intersection($1) }.count == 1)
  }

  @Test func manyStatesAreALine() throws {
    let document = try parsed(FigureGallery.gambler)
    #expect(document.all("path").contains { $0.points.count == 101 })
    #expect(document.labels.contains("100"))
  }
}
