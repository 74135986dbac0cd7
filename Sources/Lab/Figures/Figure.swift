/// Something that can be drawn: one of the figures of this folder, or several in a `PanelFigure`.
///
/// A figure is plain data; drawing it is a pure function, and the same figure gives the same bytes.
public protocol Figure: Sendable {
  /// What stands above the figure; empty for nothing.
  var title: String { get }
  /// A smaller line below the title (number of seeds, what the band means); empty for nothing.
  var subtitle: String { get }
  /// Where the legend goes.
  var legend: LegendPlacement { get }
  /// The panels, in reading order; most figures are one panel.
  var panels: [FigurePanel] { get }
  /// How many panels stand side by side.
  var columns: Int { get }
}

extension Figure {
  /// One panel a row.
  public var columns: Int { 1 }

  /// The figure as a standalone SVG 1.1 document: no scripts, no external fonts, nothing to load.
  ///
  /// - Parameter theme: The colours; `auto` follows the viewer's preference.
  public func svg(theme: FigureTheme = .auto) -> String {
    String(decoding: svgBytes(theme: theme), as: UTF8.self)
  }

  /// The bytes of `svg(theme:)`, UTF-8.
  public func svgBytes(theme: FigureTheme = .auto) -> [UInt8] {
    var canvas = SVGCanvas(theme: theme)
    FigureComposition(of: self).draw(on: &canvas)
    return canvas.bytes
  }
}

/// Where a legend goes. It never covers data: the figure grows by the room it needs.
public enum LegendPlacement: String, Sendable, CaseIterable {
  /// To the right of a single panel as long as one column suffices, else below.
  case automatic
  /// To the right, in as many columns as needed.
  case right
  /// Below, in as many rows as needed.
  case below
  /// No legend.
  case none
}

/// One panel of a figure, ready to be placed. Made by the figures of this folder.
public struct FigurePanel: Sendable {
  let title: String
  let subtitle: String
  /// What the panel shows in words, for readers who do not see it.
  let description: String
  /// Width and height of the body, in pixels.
  let size: (width: Double, height: Double)
  /// Whether the body may be made as wide as its column.
  var stretches = false
  /// The names that take a style, in the order of drawing.
  let names: [String]
  let entries: @Sendable (StyleBook) -> [LegendEntry]
  let draw: @Sendable (inout SVGCanvas, FigureRect, StyleBook) -> Void

  /// A panel's size held between 120 by 100, where axes still fit, and 20 000 either way.
  static func usable(_ size: (width: Double, height: Double)) -> (width: Double, height: Double) {
    func held(_ length: Double, from least: Double) -> Double { length > least ? min(length, 20_000) : least }
    return (held(size.width, from: 120), held(size.height, from: 100))
  }
}

/// Which style belongs to which name, the same in all panels of a figure.
struct StyleBook: Sendable {
  private let indices: [String: Int]

  /// Styles are given in the order in which names first appear.
  init(names: [String]) {
    var indices: [String: Int] = [:]
    for name in names where indices[name] == nil { indices[name] = indices.count }
    self.indices = indices
  }

  func style(of name: String) -> SeriesStyle { SeriesStyle(index: indices[name] ?? 0) }

  /// Names made unique, so that two series of one name still get a style each.
  static func keys(_ names: [String]) -> [String] {
    var seen: [String: Int] = [:]
    return names.map { name in
      let times = seen[name, default: 0]
      seen[name] = times + 1
      return times == 0 ? name : "\(name)\u{1F}\(times)"
    }
  }
}

/// Panels, titles and legend put in their places.
struct FigureComposition {
  static let margin = 14.0
  private static let titleSize = 15.0
  private static let panelTitleSize = 13.0
  private static let subtitleSize = 11.5
  private static let gap = 22.0
  private static let leastWidth = 240.0

  struct PlacedPanel {
    var panel: FigurePanel
    /// Where the body goes.
    var frame: FigureRect
    var heading: Heading
  }

  let width: Double
  let height: Double
  let panels: [PlacedPanel]
  let legend: FigureLegend
  let styles: StyleBook
  private let heading: Heading
  private let title: String
  private let description: String

  init(of figure: some Figure) {
    let panels = figure.panels
    let styles = StyleBook(names: panels.flatMap(\.names))
    let columns = max(1, min(figure.columns, panels.count))
    let single = panels.count == 1

    var columnWidths = [Double](repeating: 0, count: columns)
    for (i, panel) in panels.enumerated() {
      columnWidths[i % columns] = max(columnWidths[i % columns], panel.size.width)
    }
    let bodyWidth = max(columnWidths.reduce(0, +) + Double(columns - 1) * Self.gap, Self.leastWidth)

    let entries = figure.legend == .none ? [] : LegendEntry.merged(panels.flatMap { $0.entries(styles) })
    let tallest = panels.map(\.size.height).max() ?? 0
    let beside =
      figure.legend == .right
      || (figure.legend == .automatic && single && (2...14).contains(entries.count)
        && FigureLegend.height(rows: entries.count) <= tallest - 40)
    let room = beside ? FigureLegend.Room.beside(height: tallest - 40) : .below(width: bodyWidth)
    var legend = FigureLegend(entries: entries, room: room)
    let sideways = beside && !entries.isEmpty
    width = Self.margin * 2 + max(bodyWidth + (sideways ? 14 + legend.width : 0), sideways ? 0 : legend.width)
    heading = Heading(
      figure.title, figure.subtitle, titleSize: Self.titleSize, width: width - 2 * Self.margin)

    var y = Self.margin + heading.height + (single || heading.height == 0 ? 0 : 8)
    var placed: [PlacedPanel] = []
    for row in stride(from: 0, to: panels.count, by: columns) {
      let members = panels[row..<min(row + columns, panels.count)]
      let headings = members.enumerated().map { offset, panel in
        single
          ? .none
          : Heading(panel.title, panel.subtitle, titleSize: Self.panelTitleSize, width: columnWidths[offset])
      }
      if row > 0 { y += Self.gap }
      let headingHeight = headings.map(\.height).max() ?? 0
      var x = Self.margin
      for (offset, panel) in members.enumerated() {
        placed.append(
          PlacedPanel(
            panel: panel,
            frame: FigureRect(
              x: x, y: y + headingHeight, width: panel.stretches ? columnWidths[offset] : panel.size.width,
              height: panel.size.height),
            heading: headings[offset]))
        x += columnWidths[offset] + Self.gap
      }
      y += headingHeight + (members.map(\.size.height).max() ?? 0)
    }
    if sideways {
      legend.place(x: Self.margin + bodyWidth + 14, y: Self.margin + heading.height + 8)
      y = max(y, legend.frame.bottom)
    } else if !entries.isEmpty {
      legend.place(x: Self.margin, y: y + 12)
      y = legend.frame.bottom
    }
    height = y + Self.margin
    self.panels = placed
    self.legend = legend
    self.styles = styles
    title = figure.title.isEmpty ? (panels.first?.title ?? "") : figure.title
    description = panels.map { panel in
      single || panel.title.isEmpty ? panel.description : "\(panel.title): \(panel.description)"
    }.joined(separator: " ")
  }

  func draw(on canvas: inout SVGCanvas) {
    canvas.beginDocument(width: width, height: height, title: title, description: description)
    heading.draw(on: &canvas, x: Self.margin, y: Self.margin)
    for placed in panels {
      let many = panels.count > 1
      canvas.beginGroup(title: many && !placed.panel.title.isEmpty ? placed.panel.title : nil)
      placed.heading.draw(on: &canvas, x: placed.frame.x, y: placed.frame.y - placed.heading.height)
      placed.panel.draw(&canvas, placed.frame, styles)
      canvas.endGroup()
    }
    legend.draw(on: &canvas)
    canvas.endDocument()
  }

  /// A title of one or more lines with a subtitle.
  struct Heading {
    static let none = Heading("", "", titleSize: 12, width: 0)
    private let lines: [String]
    private let small: [String]
    private let titleSize: Double

    init(_ title: String, _ subtitle: String, titleSize: Double, width: Double) {
      lines = TextMetrics.wrap(title, to: width, size: titleSize, bold: true)
      small = TextMetrics.wrap(subtitle, to: width, size: FigureComposition.subtitleSize)
      self.titleSize = titleSize
    }

    var height: Double {
      if lines.isEmpty && small.isEmpty { return 0 }
      return Double(lines.count) * (titleSize + 4) + Double(small.count)
        * (FigureComposition.subtitleSize + 4) + 4
    }

    func draw(on canvas: inout SVGCanvas, x: Double, y: Double) {
      var baseline = y
      for line in lines {
        canvas.text(line, x, baseline + titleSize * 0.85, size: titleSize, bold: true)
        baseline += titleSize + 4
      }
      for line in small {
        let size = FigureComposition.subtitleSize
        canvas.text(line, x, baseline + size * 0.85, size: size, paint: .muted)
        baseline += size + 4
      }
    }
  }
}
