/// A rectangle in the figure's units (CSS pixels), y pointing down.
struct FigureRect: Equatable, Sendable {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }
  var centerX: Double { x + width / 2 }
  var centerY: Double { y + height / 2 }

  func intersects(_ other: FigureRect) -> Bool {
    x < other.right && other.x < right && y < other.bottom && other.y < bottom
  }
}

/// Writes SVG 1.1 with presentation attributes only, byte by byte, so that the same figure gives the same bytes.
///
/// Numbers are rounded to two decimals. Text is escaped, and characters that XML 1.0 forbids are replaced. Nothing is
/// referred to by id, so that several figures may stand in one page. In the `auto` theme a shape also carries the
/// classes that the style sheet turns dark.
struct SVGCanvas {
  enum Anchor: String { case start, middle, end }

  private(set) var bytes: [UInt8] = []
  let theme: FigureTheme

  init(theme: FigureTheme) {
    self.theme = theme
    bytes.reserveCapacity(1 << 14)
  }

  // MARK: Document

  mutating func beginDocument(width: Double, height: Double, title: String, description: String) {
    raw("<svg xmlns=\"http://www.w3.org/2000/svg\"")
    attribute("width", width)
    attribute("height", height)
    raw(" viewBox=\"0 0 ")
    number(width)
    raw(" ")
    number(height)
    raw("\" role=\"img\" font-family=\"Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif\"")
    raw(" font-size=\"12\">\n")
    element("title", title)
    element("desc", description)
    if theme == .auto { styleSheet() }
    rect(FigureRect(x: 0, y: 0, width: width, height: height), fill: .background)
  }

  mutating func endDocument() { raw("</svg>\n") }

  private mutating func styleSheet() {
    raw("<style>@media (prefers-color-scheme: dark) {\n")
    for paint in Paint.themed {
      let name = paint.className ?? ""
      raw(".rl-f\(name) { fill: ")
      color(paint.colors.dark)
      raw(" } .rl-k\(name) { stroke: ")
      color(paint.colors.dark)
      raw(" }\n")
    }
    raw("}</style>\n")
  }

  // MARK: Groups

  /// Opens a group; a `title` shows as a tooltip and is read aloud.
  mutating func beginGroup(title: String? = nil) {
    raw("<g>")
    if let title { element("title", title) }
    raw("\n")
  }

  mutating func endGroup() { raw("</g>\n") }

  // MARK: Shapes

  mutating func rect(
    _ r: FigureRect, fill: Paint?, stroke: Paint? = nil, width: Double = 1, opacity: Double = 1,
    crisp: Bool = false
  ) {
    raw("<rect")
    attribute("x", r.x)
    attribute("y", r.y)
    attribute("width", max(r.width, 0))
    attribute("height", max(r.height, 0))
    paint(fill: fill, stroke: stroke, width: width, opacity: opacity)
    if crisp { raw(" shape-rendering=\"crispEdges\"") }
    raw("/>\n")
  }

  mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, stroke: Paint, width: Double = 1,
    dash: [Double] = []
  ) {
    raw("<line")
    attribute("x1", x1)
    attribute("y1", y1)
    attribute("x2", x2)
    attribute("y2", y2)
    paint(fill: nil, stroke: stroke, width: width, fillsByDefault: false)
    dashes(dash)
    raw("/>\n")
  }

  mutating func path(
    _ path: SVGPath, fill: Paint? = nil, stroke: Paint? = nil, width: Double = 1, opacity: Double = 1,
    dash: [Double] = [], roundJoin: Bool = false
  ) {
    if path.isEmpty { return }
    raw("<path d=\"")
    bytes.append(contentsOf: path.bytes)
    raw("\"")
    paint(fill: fill, stroke: stroke, width: width, opacity: opacity)
    dashes(dash)
    if roundJoin { raw(" stroke-linejoin=\"round\"") }
    raw("/>\n")
  }

  mutating func circle(
    _ x: Double, _ y: Double, radius: Double, fill: Paint?, stroke: Paint? = nil, width: Double = 1
  ) {
    raw("<circle")
    attribute("cx", x)
    attribute("cy", y)
    attribute("r", radius)
    paint(fill: fill, stroke: stroke, width: width)
    raw("/>\n")
  }

  /// A marker of the given radius; closed shapes get a thin rim of the background, so that they part from lines.
  mutating func marker(_ shape: MarkerShape, _ x: Double, _ y: Double, radius: Double, paint: Paint) {
    let outline = shape.outline
    if outline.points.isEmpty {
      circle(x, y, radius: radius, fill: paint, stroke: .background, width: 0.6)
      return
    }
    var d = SVGPath()
    for (i, p) in outline.points.enumerated() {
      let (px, py) = (x + radius * p.0, y + radius * p.1)
      if i == 0 || (!outline.closed && i % 2 == 0) { d.move(px, py) } else { d.line(px, py) }
    }
    if outline.closed {
      d.close()
      path(d, fill: paint, stroke: .background, width: 0.6)
    } else {
      path(d, stroke: paint, width: 1.8)
    }
  }

  /// Text whose baseline is at `y`; `rotation` in degrees, clockwise, about the anchor.
  mutating func text(
    _ string: String, _ x: Double, _ y: Double, size: Double = 12, anchor: Anchor = .start,
    bold: Bool = false,
    paint fill: Paint = .ink, rotation: Double = 0, fullText: String? = nil
  ) {
    raw("<text")
    attribute("x", x)
    attribute("y", y)
    if size != 12 { attribute("font-size", size) }
    if anchor != .start { raw(" text-anchor=\"\(anchor.rawValue)\"") }
    if bold { raw(" font-weight=\"bold\"") }
    if rotation != 0 {
      raw(" transform=\"rotate(")
      number(rotation)
      raw(" ")
      number(x)
      raw(" ")
      number(y)
      raw(")\"")
    }
    paint(fill: fill, stroke: nil)
    raw(">")
    if let fullText, fullText != string { element("title", fullText, newline: false) }
    escape(string)
    raw("</text>\n")
  }

  // MARK: Pieces

  private mutating func element(_ name: StaticString, _ text: String, newline: Bool = true) {
    raw("<\(name)>")
    escape(text)
    raw(newline ? "</\(name)>\n" : "</\(name)>")
  }

  private mutating func paint(
    fill: Paint?, stroke: Paint?, width: Double = 1, opacity: Double = 1, fillsByDefault: Bool = true
  ) {
    if let fill {
      raw(" fill=\"")
      color(theme == .dark ? fill.colors.dark : fill.colors.light)
      raw("\"")
      if opacity != 1 { attribute("fill-opacity", opacity) }
    } else if fillsByDefault {
      raw(" fill=\"none\"")
    }
    if let stroke {
      raw(" stroke=\"")
      color(theme == .dark ? stroke.colors.dark : stroke.colors.light)
      raw("\"")
      if width != 1 { attribute("stroke-width", width) }
    }
    guard theme == .auto else { return }
    let fillClass = fill?.className.map { "rl-f" + $0 }
    let strokeClass = stroke?.className.map { "rl-k" + $0 }
    let classes = [fillClass, strokeClass].compactMap { $0 }
    if !classes.isEmpty { raw(" class=\"\(classes.joined(separator: " "))\"") }
  }

  private mutating func dashes(_ dash: [Double]) {
    if dash.isEmpty { return }
    raw(" stroke-dasharray=\"")
    for (i, length) in dash.enumerated() {
      if i > 0 { raw(" ") }
      number(length)
    }
    raw("\"")
  }

  private mutating func attribute(_ name: StaticString, _ value: Double) {
    raw(" \(name)=\"")
    number(value)
    raw("\"")
  }

  private mutating func color(_ color: FigureColor) {
    let digits = Array("0123456789ABCDEF".utf8)
    bytes.append(UInt8(ascii: "#"))
    for channel in [color.red, color.green, color.blue] {
      bytes.append(digits[Int(channel >> 4)])
      bytes.append(digits[Int(channel & 15)])
    }
  }

  private mutating func number(_ value: Double) { SVGNumber.append(value, to: &bytes) }

  private mutating func raw(_ string: String) { bytes.append(contentsOf: string.utf8) }

  private mutating func escape(_ string: String) {
    for scalar in string.unicodeScalars {
      switch scalar {
      case "&": raw("&amp;")
      case "<": raw("&lt;")
      case ">": raw("&gt;")
      case "\"": raw("&quot;")
      case "\t", "\n", "\r": raw(" ")
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: raw("\u{FFFD}")
      default: raw(String(Character(scalar)))
      }
    }
  }
}

/// The data of a `<path>`: absolute moves and lines, two decimals.
struct SVGPath {
  private(set) var bytes: [UInt8] = []

  var isEmpty: Bool { bytes.isEmpty }

  mutating func move(_ x: Double, _ y: Double) { command("M", x, y) }
  mutating func line(_ x: Double, _ y: Double) { command("L", x, y) }
  mutating func close() { bytes.append(UInt8(ascii: "Z")) }

  private mutating func command(_ letter: Unicode.Scalar, _ x: Double, _ y: Double) {
    bytes.append(UInt8(ascii: letter))
    SVGNumber.append(x, to: &bytes)
    bytes.append(UInt8(ascii: " "))
    SVGNumber.append(y, to: &bytes)
  }
}

/// Numbers as SVG wants them: decimal, a point, no exponent.
enum SVGNumber {
  /// Appends `value` rounded to two decimals (ties away from zero), trailing zeros dropped, never "-0"; what is not a
  /// number becomes 0, and the magnitude is held under 10⁹.
  static func append(_ value: Double, to bytes: inout [UInt8]) {
    let bounded = value.isNaN ? 0 : min(max(value, -1e9), 1e9)
    let hundredths = Int((bounded * 100).rounded())
    if hundredths < 0 { bytes.append(UInt8(ascii: "-")) }
    let (whole, fraction) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
    if whole < 10 {
      bytes.append(UInt8(ascii: "0") + UInt8(whole))
    } else {
      bytes.append(contentsOf: String(whole).utf8)
    }
    if fraction == 0 { return }
    bytes.append(UInt8(ascii: "."))
    bytes.append(UInt8(ascii: "0") + UInt8(fraction / 10))
    if fraction % 10 != 0 { bytes.append(UInt8(ascii: "0") + UInt8(fraction % 10)) }
  }
}
