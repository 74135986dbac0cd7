/// Draws a `GridValueFigure`.
struct GridDrawing: Sendable {
  private typealias Kind = GridValueFigure.CellKind
  private let figure: GridValueFigure
  private let colors: ValueColors
  private let hasValues: Bool
  /// The length of a cell's side in pixels.
  private let side: Double
  private let rows: Int
  private let columns: Int
  private let notes: [String]

  private static let wallPaint = Paint.fixed(FigureColor(0x858585))
  private static let noteHeight = PlotFrame.noteSize + 4
  /// Below this side arrows would be smudges.
  private static let leastSideForArrows = 11.0
  /// From this side on numbers fit.
  private static let leastSideForNumbers = 40.0

  init(_ figure: GridValueFigure) {
    self.figure = figure
    rows = figure.cells.count
    columns = figure.cells.first?.count ?? 0
    let values = figure.cells.flatMap { $0 }.filter { $0.kind != .wall }.map(\.value)
    colors = ValueColors(axis: figure.valueAxis, map: figure.colors, values: values)
    hasValues = values.contains { !$0.isNaN }
    let fit = min(600 / Double(max(columns, 1)), 480 / Double(max(rows, 1)))
    side = min(max(fit.rounded(.down), 3), 58)
    let width = max(side * Double(columns), 120)
    notes = colors.notes.flatMap { TextMetrics.wrap($0, to: width, size: PlotFrame.noteSize) }
  }

  var size: (width: Double, height: Double) {
    let labels = figure.columnLabels.isEmpty ? 0 : 18.0
    return (
      max(side * Double(columns), 120) + (hasValues ? colors.barRoom : 0) + 2,
      max(side * Double(rows), 40) + labels + 8 + Double(notes.count) * Self.noteHeight
    )
  }

  var description: String {
    var text = "Grid of \(rows) rows and \(columns) columns"
    text += hasValues ? " coloured by \(figure.valueAxis.caption)." : "."
    let cells = figure.cells.flatMap { $0 }
    let finite = cells.filter { $0.kind != .wall }.map(\.value).filter(\.isFinite)
    if let low = finite.min(), let high = finite.max() {
      text += " Values from \(NumberLabels.short(low)) to \(NumberLabels.short(high))."
    }
    let ties = cells.filter { Set($0.moves).count > 1 }.count
    if cells.contains(where: { !$0.moves.isEmpty }) {
      text += " Arrows show the policy; \(ties) cells have ties."
    }
    return ([text] + colors.notes).joined(separator: " ")
  }

  /// The marks that occur, explained.
  var entries: [LegendEntry] {
    let cells = figure.cells.flatMap { $0 }
    func occurs(_ kind: Kind) -> Bool { cells.contains { $0.kind == kind } }
    var entries: [LegendEntry] = []
    for (kind, name) in [(Kind.start, "start"), (.goal, "goal"), (.hazard, "hazard")] where occurs(kind) {
      entries.append(LegendEntry(key: .letter(kind.letter), name: name))
    }
    if occurs(.wall) { entries.append(LegendEntry(key: .swatch(Self.wallPaint), name: "wall")) }
    return entries
  }

  func draw(on canvas: inout SVGCanvas, in frame: FigureRect) {
    for (i, note) in notes.enumerated() {
      canvas.text(
        note, frame.x, frame.y + PlotFrame.noteSize + Double(i) * Self.noteHeight, size: PlotFrame.noteSize,
        paint: .muted)
    }
    let origin = FigurePoint(
      x: frame.x.rounded() + 1, y: (frame.y + Double(notes.count) * Self.noteHeight).rounded() + 4)
    let area = FigureRect(
      x: origin.x, y: origin.y, width: side * Double(columns), height: side * Double(rows))
    guard rows > 0 && columns > 0 else {
      canvas.text("no data", frame.centerX, frame.centerY, size: 14, anchor: .middle, paint: .muted)
      return
    }
    func place(_ row: Int, _ column: Int) -> FigureRect {
      FigureRect(
        x: origin.x + side * Double(column), y: origin.y + side * Double(row), width: side, height: side)
    }
    for (row, cells) in figure.cells.enumerated() {
      for (column, cell) in cells.enumerated() { drawGround(cell, place(row, column), &canvas) }
    }
    drawLines(area, &canvas)
    for (row, cells) in figure.cells.enumerated() {
      for (column, cell) in cells.enumerated() where cell.kind != .wall {
        drawMarks(cell, place(row, column), &canvas)
      }
    }
    for (column, label) in figure.columnLabels.enumerated() {
      canvas.text(
        label, place(0, column).centerX, area.bottom + 14, size: min(PlotFrame.tickSize, side * 0.6),
        anchor: .middle, paint: .muted)
    }
    if hasValues { colors.drawBar(on: &canvas, beside: area) }
  }

  private func drawGround(_ cell: GridValueFigure.Cell, _ r: FigureRect, _ canvas: inout SVGCanvas) {
    if cell.kind == .wall {
      canvas.rect(r, fill: Self.wallPaint, crisp: true)
    } else if let color = colors.color(of: cell.value) {
      canvas.rect(r, fill: .fixed(color), crisp: true)
    } else if cell.kind == .hazard {
      drawHatching(r, &canvas)
    }
  }

  /// Three strokes from corner to corner.
  private func drawHatching(_ r: FigureRect, _ canvas: inout SVGCanvas) {
    var path = SVGPath()
    path.move(r.x, r.bottom)
    path.line(r.right, r.y)
    path.move(r.x, r.centerY)
    path.line(r.centerX, r.y)
    path.move(r.centerX, r.bottom)
    path.line(r.right, r.centerY)
    canvas.path(path, stroke: .grid, width: 1.5)
  }

  /// Lines between cells, and a frame around all.
  private func drawLines(_ area: FigureRect, _ canvas: inout SVGCanvas) {
    if side >= 6 {
      var path = SVGPath()
      for row in 1..<max(rows, 1) {
        path.move(area.x, area.y + side * Double(row))
        path.line(area.right, area.y + side * Double(row))
      }
      for column in 1..<max(columns, 1) {
        path.move(area.x + side * Double(column), area.y)
        path.line(area.x + side * Double(column), area.bottom)
      }
      canvas.path(path, stroke: hasValues ? .background : .grid, width: 1)
    }
    canvas.rect(area, fill: nil, stroke: .axis, width: 1)
  }

  private func drawMarks(_ cell: GridValueFigure.Cell, _ r: FigureRect, _ canvas: inout SVGCanvas) {
    let ground = colors.color(of: cell.value)
    let ink: Paint = ground.map { .fixed(FigureColor($0.isLight ? 0x000000 : 0xFFFFFF)) } ?? .ink
    let hasNumber = figure.showsValues && side >= Self.leastSideForNumbers && !cell.value.isNaN
    let moves = GridValueFigure.Move.allCases.filter(cell.moves.contains)
    let hasArrows = !moves.isEmpty && side >= Self.leastSideForArrows

    var middle = r.centerY
    if hasNumber {
      let label = NumberLabels.short(cell.value)
      var size = min(11, side * 0.21)
      size *= min(1, (side - 3) / TextMetrics.width(label, size: size))
      let baseline = hasArrows || !cell.kind.letter.isEmpty ? r.bottom - side * 0.08 : middle + 0.36 * size
      canvas.text(label, r.centerX, baseline, size: size, anchor: .middle, paint: ink)
      middle -= side * 0.12
    }
    if hasArrows {
      let reach = side * (hasNumber ? 0.29 : 0.35)
      drawArrows(moves, around: FigurePoint(x: r.centerX, y: middle), reach: reach, ink, &canvas)
    }
    drawLetter(cell.kind.letter, r, middle: middle, hasArrows: hasArrows, ink, &canvas)
  }

  private func drawLetter(
    _ letter: String, _ r: FigureRect, middle: Double, hasArrows: Bool, _ ink: Paint,
    _ canvas: inout SVGCanvas
  ) {
    if letter.isEmpty { return }
    if !hasArrows {
      let size = min(max(side * 0.42, 4), 22)
      canvas.text(
        letter, r.centerX, middle + 0.36 * size, size: size, anchor: .middle, bold: true, paint: ink)
    } else if side >= 26 {
      let size = min(side * 0.24, 13)
      canvas.text(
        letter, r.x + side * 0.07, r.y + side * 0.05 + size * 0.8, size: size, bold: true, paint: ink)
    } else {
      let inset = side * 0.1
      canvas.rect(
        FigureRect(x: r.x + inset, y: r.y + inset, width: side - 2 * inset, height: side - 2 * inset),
        fill: nil,
        stroke: ink, width: max(1, side * 0.06))
    }
  }

  /// One arrow through the middle, or several out of it; a dot for staying.
  private func drawArrows(
    _ moves: [GridValueFigure.Move], around center: FigurePoint, reach: Double, _ ink: Paint,
    _ canvas: inout SVGCanvas
  ) {
    var shafts = SVGPath()
    var heads = SVGPath()
    let head = max(reach * (moves.count > 2 ? 0.34 : 0.4), 2.6)
    for move in moves {
      let (dx, dy) = move.direction
      if move == .stay {
        canvas.circle(center.x, center.y, radius: max(reach * 0.2, 1.5), fill: ink)
        continue
      }
      let start = moves.count == 1 ? -0.85 * reach : reach * (moves.contains(.stay) ? 0.35 : 0)
      let tip = moves.count == 1 ? reach * 0.95 : reach * 1.15
      shafts.move(center.x + dx * start, center.y + dy * start)
      shafts.line(center.x + dx * (tip - head * 0.8), center.y + dy * (tip - head * 0.8))
      let (bx, by) = (center.x + dx * (tip - head), center.y + dy * (tip - head))
      heads.move(center.x + dx * tip, center.y + dy * tip)
      heads.line(bx - dy * head * 0.5, by + dx * head * 0.5)
      heads.line(bx + dy * head * 0.5, by - dx * head * 0.5)
      heads.close()
    }
    canvas.path(shafts, stroke: ink, width: max(1, side * 0.028))
    canvas.path(heads, fill: ink)
  }
}
