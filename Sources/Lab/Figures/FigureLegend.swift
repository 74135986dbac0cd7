/// One line of a legend: a key and what it stands for.
struct LegendEntry: Equatable, Sendable {
  enum Key: Equatable, Sendable {
    /// A line of the given style, with its marker and a swatch of its band where the figure has them.
    case line(SeriesStyle, marker: Bool, band: Bool)
    /// A thin reference line; the number chooses its dashes.
    case reference(Int)
    /// A filled square.
    case swatch(Paint)
    /// A letter in a square, as in the cells of a grid.
    case letter(String)

    var isLine: Bool {
      switch self {
      case .line, .reference: true
      case .swatch, .letter: false
      }
    }
  }

  var key: Key
  var name: String

  /// The entries of several panels with each thing named once: a line that has a marker in one panel and a band in
  /// another is one entry with both.
  static func merged(_ entries: [LegendEntry]) -> [LegendEntry] {
    var result: [LegendEntry] = []
    for entry in entries {
      guard case .line(let style, let marker, let band) = entry.key else {
        if !result.contains(entry) { result.append(entry) }
        continue
      }
      let same = result.firstIndex {
        if case .line(style, _, _) = $0.key { $0.name == entry.name } else { false }
      }
      if let same, case .line(_, let otherMarker, let otherBand) = result[same].key {
        result[same].key = .line(style, marker: marker || otherMarker, band: band || otherBand)
      } else {
        result.append(entry)
      }
    }
    return result
  }
}

/// The legend as a block of rows and columns, outside of every panel.
struct FigureLegend {
  /// The room that a legend may use before it grows the figure.
  enum Room {
    /// Beside the panels: rows as far as the height goes, then a further column.
    case beside(height: Double)
    /// Below the panels: columns as far as the width goes, then further rows.
    case below(width: Double)
  }

  static let rowHeight = 18.0
  static let textSize = 11.5
  private static let keyGap = 7.0
  private static let columnGap = 18.0
  private static let longestName = 220.0

  let entries: [LegendEntry]
  private let names: [String]
  private let rows: Int
  /// The room of a key: longer for lines, so that a dash pattern shows.
  private let keyWidth: Double
  private let columnWidth: Double
  let width: Double
  private(set) var frame: FigureRect

  init(entries: [LegendEntry], room: Room) {
    self.entries = entries
    names = TextMetrics.truncate(entries.map(\.name), to: Self.longestName, size: Self.textSize)
    let widest = names.map { TextMetrics.width($0, size: Self.textSize) }.max() ?? 0
    let hasLines = entries.contains { $0.key.isLine }
    keyWidth = hasLines ? 30 : 18
    columnWidth = keyWidth + Self.keyGap + widest
    let count = max(entries.count, 1)
    switch room {
    case .beside(let height):
      rows = min(count, max(1, Int(height / Self.rowHeight)))
    case .below(let width):
      let columns = min(max(1, Int((width + Self.columnGap) / (columnWidth + Self.columnGap))), count)
      rows = (count + columns - 1) / columns
    }
    let columns = (count + rows - 1) / rows
    width = entries.isEmpty ? 0 : Double(columns) * (columnWidth + Self.columnGap) - Self.columnGap
    frame = FigureRect(x: 0, y: 0, width: width, height: entries.isEmpty ? 0 : Self.height(rows: rows))
  }

  static func height(rows: Int) -> Double { Double(rows) * rowHeight }

  mutating func place(x: Double, y: Double) {
    frame.x = x
    frame.y = y
  }

  /// Draws the entries, down each column.
  func draw(on canvas: inout SVGCanvas) {
    if entries.isEmpty { return }
    canvas.beginGroup()
    for (i, entry) in entries.enumerated() {
      let x = frame.x + Double(i / rows) * (columnWidth + Self.columnGap)
      let y = frame.y + (Double(i % rows) + 0.5) * Self.rowHeight
      draw(entry.key, on: &canvas, x: x, y: y)
      canvas.text(
        names[i], x + keyWidth + Self.keyGap, y + 0.36 * Self.textSize, size: Self.textSize,
        fullText: entry.name)
    }
    canvas.endGroup()
  }

  private func draw(_ key: LegendEntry.Key, on canvas: inout SVGCanvas, x: Double, y: Double) {
    let right = x + keyWidth
    switch key {
    case .line(let style, let marker, let band):
      if band {
        canvas.rect(
          FigureRect(x: x, y: y - 6, width: keyWidth, height: 12), fill: style.paint, opacity: 0.2)
      }
      canvas.line(x, y, right, y, stroke: style.paint, width: 1.8, dash: style.dash)
      if marker { canvas.marker(style.marker, (x + right) / 2, y, radius: 3.6, paint: style.paint) }
    case .reference(let index):
      canvas.line(x, y, right, y, stroke: .muted, width: 1.2, dash: ReferenceLine.dash(index))
    case .swatch(let paint):
      canvas.rect(FigureRect(x: (x + right) / 2 - 9, y: y - 6, width: 18, height: 12), fill: paint)
    case .letter(let letter):
      canvas.rect(
        FigureRect(x: (x + right) / 2 - 9, y: y - 7.5, width: 18, height: 15), fill: nil, stroke: .axis,
        width: 1)
      canvas.text(letter, (x + right) / 2, y + 4, size: 11, anchor: .middle, bold: true)
    }
  }
}
